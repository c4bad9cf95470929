// Decoded instructions: what the decoder produces and everything above it consumes.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/common/types.h"

namespace mppa::isa {

/// One value per canonical row of the instruction description (kv3_1.tsv), in file order; generated.
enum class Opcode : u16;

/// Issue slots in the order in which a bundle lists them (architecture.md section 10 of the digest).
enum class Slot : u8 { kBcu, kExt, kAlu0, kAlu1, kMau, kLsu, kNone };

/// The largest number of 32-bit syllables in a bundle.
inline constexpr unsigned kMaxSyllables = 8;

/// One decoded instruction.
struct Insn {
  Opcode op{};
  Slot slot = Slot::kNone;
  u8 syllables = 1;  ///< 1 plus the number of extension syllables
  /// Register operands in the order of the row's `operands` column: GPR number of the first register for GPR, pair and
  /// quad operands; vector register index for TCA operands. SFR operands are not here but in `sfr`.
  std::array<u8, 4> reg{};
  /// Modifier operands (cond, variant, doscale, round, silent, ...) in the order of the row's `operands` column.
  /// `splat32` is not among them: the immediate is already splatted.
  std::array<u8, 3> mod{};
  bool splat = false;  ///< modifier splat32 (".@") is present; it has no other effect than on `imm`
  u16 sfr = 0;         ///< SFR number of get/set/wfxl/wfxm/rswap
  /// Immediate operands in column order: sign- or zero-extended, scaled, splatted. PC-relative offsets stay relative to
  /// the bundle. The 32- and 64-bit FP/SIMD immediates are the 64-bit operand value.
  std::array<i64, 2> imm{};
};

/// A decoded bundle; instructions are in slot order.
struct Bundle {
  u8 syllables = 0;
  u8 count = 0;
  std::array<Insn, kMaxSyllables> insns{};

  std::span<const Insn> view() const { return {insns.data(), count}; }
};

/// Why a bundle is not executable; every reason but kTruncated raises the OPCODE trap.
enum class DecodeError : u8 {
  kNone,
  kTruncated,        ///< bit 31 of the last available syllable is set
  kTooLong,          ///< more than eight syllables
  kSlotTaken,        ///< two instructions for one slot, or a fifth ALU instruction that is no NOP
  kOrphanExtension,  ///< an extension whose slot holds no instruction, or a third one for a slot
  kReserved,         ///< no instruction has this encoding
  kResources,        ///< the reservation table is exceeded, or an "alone" instruction has company
  kDoubleWrite,      ///< two instructions write one register
};

/// Decodes the bundle at the start of `words` (at least one syllable) into `out`.
DecodeError decode(std::span<const u32> words, Bundle& out);

}  // namespace mppa::isa
