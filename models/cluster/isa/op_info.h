// What is known about each instruction: one OpInfo per canonical row of kv3_1.tsv.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "isa/opcodes.h"
#include "models/cluster/isa/insn.h"

namespace mppa::isa {

/// Pipeline stage; the ordinals are those of the timing rules (a consumer that reads at stage r may issue
/// ready - r cycles after its producer).
enum class Stage : u8 { kId, kRr, kE1, kE2, kE3, kE4, kE5, kE6, kE7, kE8, kE9, kE10, kE11, kE12, kE13 };

/// Which part of the simulator executes the instruction.
enum class Kind : u8 { kAlu, kLoad, kStore, kAtomic, kCache, kBranch, kSystem, kTca };

/// Bundle resources in the order of ResourceUse.
enum class Resource : u8 {
  kIssue,
  kTiny,
  kLite,
  kFull,
  kLsu,
  kMau,
  kBcu,
  kExt,
  kXfer,
  kAuxr,
  kAuxw,
  kMemw,
  kCrrp,
  kCrwl,
  kCrwh,
  kNop
};
inline constexpr unsigned kResourceCount = 16;
using ResourceUse = std::array<u8, kResourceCount>;

/// What one bundle offers of each resource.
inline constexpr ResourceUse kAvailable{8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4};

/// Where an instruction of a class may sit; also the first-slot rule of the three ALU widths.
enum class SlotRule : u8 {
  kBcu,
  kExt,
  kLsu,
  kMau,
  kTiny,  ///< ALU0, ALU1, MAU or LSU slot
  kLite,  ///< ALU0 or ALU1
  kFull,  ///< ALU0
};

/// Reservation class.
struct ClassInfo {
  std::string_view name;
  SlotRule slots;
  bool alone;  ///< no other instruction in the bundle
  ResourceUse use;
};

enum class OperandKind : u8 { kGpr, kPgr, kQgr, kXvr, kXtr, kXmr, kXbr, kXcr, kSfr, kImm, kMod };

/// Modifier lists; the values of each are in the disassembler's tables and in docs/dev/instruction-set.md.
enum class Modifier : u8 {
  kNone,
  kScalarCond,
  kSimpleCond,
  kComparison,
  kFloatComp,
  kRounding,
  kRoundInt,
  kSaturate,
  kSilent,
  kVariant,
  kSpeculate,
  kDoScale,
  kSplat32,
  kQIndex,
  kRectify
};

/// One operand in column order.
struct OperandInfo {
  std::string_view name;  ///< as in the description: rZ, pM, i10, cond, ...
  OperandKind kind;
  u8 index;           ///< into Insn::reg, Insn::imm or Insn::mod (unused for SFR and splat32)
  Modifier modifier;  ///< kNone unless kind is kMod
  bool pc_relative;   ///< immediates only
};

/// One thing an instruction reads or writes.
struct Access {
  enum class What : u8 {
    kGpr,     ///< GPRs insn.reg[operand] + first ... + count - 1
    kVector,  ///< TCA registers of the vector operand
    kCs,      ///< the bits cs_mask of CS
    kPc,      ///< address of the bundle
    kNpc,     ///< next bundle address (a branch target when written)
    kRa,
    kLs,
    kLe,
    kLc,
    kPs,         ///< PS.HLE
    kSfr,        ///< SFR number insn.sfr
    kSfrIndexed  ///< SFR whose number is in the register operand (iget)
  };
  What what;
  Stage stage;
  u8 operand;   ///< kGpr, kVector: index into Insn::reg
  u8 first;     ///< kGpr, kVector: offset from the operand's first register
  u8 count;     ///< kGpr, kVector: number of registers
  u64 cs_mask;  ///< kCs
};

/// How a memory instruction forms its address: base + offset, where base is always insn.reg[base].
enum class Addressing : u8 {
  kNone,     ///< no address (fence, d1inval, i1inval, and everything that is no memory instruction)
  kImm,      ///< offset = insn.imm[0]
  kIndexed,  ///< offset = insn.reg[index] << (scale modifier set ? log2_size : 0)
  kCond,     ///< no offset; done only if the scalar condition holds for insn.reg[index]
  kCondImm,  ///< offset = insn.imm[0]; done only if the scalar condition holds for insn.reg[index]
};

/// Memory side of load, store, atomic and cache instructions (and of the TCA's xlo and xso).
struct MemInfo {
  Addressing addressing = Addressing::kNone;
  u8 size = 0;          ///< bytes accessed: 1 2 4 8 16 32; 64 = the cache line of the address
  u8 log2_size = 0;     ///< scale of the `.xs` form
  bool sign = false;    ///< loads: sign-extend to 64 bits (otherwise zero-extend)
  i8 base = -1;         ///< Insn::reg index of the base register
  i8 index = -1;        ///< Insn::reg index of the index or condition register
  i8 data = -1;         ///< Insn::reg index of the register loaded, stored or exchanged
  i8 cond_mod = -1;     ///< Insn::mod index of the scalar condition
  i8 scale_mod = -1;    ///< Insn::mod index of doscale
  i8 variant_mod = -1;  ///< Insn::mod index of the load variant (bit 0 speculative, bit 1 uncached)

  constexpr bool conditional() const { return addressing == Addressing::kCond || addressing == Addressing::kCondImm; }
};

/// Resource owner that privileged instructions check (fields of MO); SFR accesses check the SFR's own owners.
enum class Privilege : u8 { kNone, kMmi, kRfe, kStop, kSync, kSfrOwners, kHle };

struct OpInfo {
  std::string_view name;      ///< unique name of the row = enumerator without the k
  std::string_view mnemonic;  ///< as the assembler spells it
  std::string_view syntax;    ///< assembler template with {operands}
  Kind kind;
  u8 res_class;  ///< index for class_info()
  u8 syllables;  ///< 1 to 3
  Privilege privilege;
  bool alone;     ///< must be the only instruction of its bundle
  i8 round_mod;   ///< Insn::mod index of the rounding modifier, -1 = none
  i8 silent_mod;  ///< Insn::mod index of the silent modifier, -1 = none
  std::span<const OperandInfo> operands;
  std::span<const Access> reads;
  std::span<const Access> writes;
  MemInfo mem;
};

/// Facts about `op`; valid for every value below kOpcodeCount.
const OpInfo& info(Opcode op);

/// Reservation class `index` as found in OpInfo::res_class.
const ClassInfo& class_info(u8 index);

}  // namespace mppa::isa
