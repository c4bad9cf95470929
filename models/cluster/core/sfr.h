// System function registers (SFRs) of the KV3 core: numbers, fields, reset values, masks and owners.
//
// The facts live once, in sfr.tsv and sfr_fields.tsv beside this file; generate_sfr.py turns them at build time into
// the included header (numbers kPs, kCs, ... and fields ps::kPl, mmc::kAsn, ...) and the tables behind sfr_info().
// Source: architecture.md section 3.
#pragma once

#include <span>
#include <string_view>

#include "models/common/types.h"

namespace mppa::core {

/// A bit field of an SFR.
struct Field {
  u8 lsb;
  u8 width;

  constexpr u64 value_mask() const { return width >= 64 ? ~u64{0} : (u64{1} << width) - 1; }
  constexpr u64 mask() const { return value_mask() << lsb; }
  constexpr u64 get(u64 reg) const { return (reg >> lsb) & value_mask(); }
  /// `reg` with this field replaced by the low bits of `value`.
  constexpr u64 set(u64 reg, u64 value) const { return (reg & ~mask()) | ((value & value_mask()) << lsb); }
};

}  // namespace mppa::core

#include "models/cluster/core/sfr_numbers.h"  // generated

namespace mppa::core {

/// What a PL that does not own a field sees when it reads it.
enum class ReadPolicy : u8 { kValue, kZero, kTrap };

/// A field together with the owner fields that guard it (architecture.md section 4).
struct OwnedField {
  Field field;
  ReadPolicy read_policy;
  bool per_bit;    ///< owner i guards bit i alone (PL, IL, VS of PS and SPS)
  u8 owner_count;  ///< 0: everybody may use the field
  struct Owner {
    u8 sfr;  ///< kSyo, kHto, kIto, kDo, kMo or kPso
    u8 lsb;  ///< position of the 2-bit PL in it
  } owners[4];
};

/// One SFR. Numbers that no row of sfr.tsv describes have `exists == false`.
struct SfrInfo {
  std::string_view name;
  u64 reset = 0;                 ///< value after reset (PC excepted: the power controller chooses it)
  u64 writable = 0;              ///< mask of implemented bits
  bool exists = false;           ///< present on V1
  bool readable = false;         ///< get, iget, rswap
  bool writable_by_set = false;  ///< set, rswap
  bool writable_by_wfx = false;  ///< wfxl, wfxm
  bool set_alone = false;        ///< a write must be alone in its bundle
  std::span<const OwnedField> fields{};
};

/// The register with the given number (0..255).
const SfrInfo& sfr_info(unsigned number);

/// Resolves the aliases of the current privilege level (spc, sps, ea, ev, sr, es) to the `_PL<pl>` register; any other
/// number is returned as is.
constexpr unsigned resolve_alias(unsigned number, unsigned pl) {
  switch (number) {
    case kSpc:
      return kSpcPl0 + pl;
    case kSps:
      return kSpsPl0 + pl;
    case kEa:
      return kEaPl0 + pl;
    case kEv:
      return kEvPl0 + pl;
    case kSr:
      return kSrPl0 + pl;
    case kEs:
      return kEsPl0 + pl;
    default:
      return number;
  }
}

/// Addresses are 41 bits, sign-extended from bit 40 (architecture.md section 1).
constexpr u64 sign_extend_address(u64 address) { return static_cast<u64>(static_cast<i64>(address << 23) >> 23); }

}  // namespace mppa::core
