// SFR instructions: which access is legal, which fields a privilege level may touch, what a write does
// (architecture.md sections 3 and 4; semantics.md section 8).
#include <algorithm>

#include "models/cluster/core/system_unit.h"

namespace mppa::core {
namespace {

constexpr unsigned kFirstVirtual = 256;
constexpr unsigned kFirstShadow = kSpcPl0;  // the _PLn registers are 64..87, four to a name
constexpr unsigned kLastShadow = kEsPl3;
constexpr unsigned kFirstOwnerWrite = kSyow;  // *OW = owner register + 64
constexpr unsigned kLastOwnerWrite = kPsow;

constexpr bool is_owner_write(unsigned sfr) { return sfr >= kFirstOwnerWrite && sfr <= kLastOwnerWrite; }
constexpr bool is_owner(unsigned sfr) { return sfr >= kSyo && sfr <= kPso; }
/// Where the value of a register lives: *OW stands for the owner register.
constexpr unsigned storage_of(unsigned sfr) { return is_owner_write(sfr) ? sfr - kFirstOwnerWrite + kSyo : sfr; }

/// SFRs whose value depends on the counters: PMC..PMSA, TCR..WDR, and what a timer may change.
constexpr bool depends_on_time(unsigned sfr) { return (sfr >= kPmc && sfr <= kWdr) || sfr == kIlr || sfr == kWs; }

/// The level a _PLn register belongs to; 3 for every other register (everybody may use it).
constexpr unsigned level_of_shadow(unsigned sfr) {
  return sfr >= kFirstShadow && sfr <= kLastShadow ? (sfr - kFirstShadow) % kPrivilegeLevels : kPrivilegeLevels - 1;
}

Trap sfr_trap(Htc code, const SfrOperands& operands, Sfri instruction) {
  Trap trap;
  trap.code = code;
  trap.sfr_trap = true;
  trap.sfri = instruction;
  trap.gpr = operands.gpr;
  trap.sfr = operands.sfr;
  trap.bundle_size = operands.bundle_size;
  return trap;
}

Trap privilege_trap(unsigned owner, const SfrOperands& operands, Sfri instruction) {
  Trap trap = sfr_trap(Htc::kPrivilege, operands, instruction);
  trap.owner = static_cast<u8>(owner);
  return trap;
}

/// The most privileged owner of a field: the owner of a field with several owners.
unsigned strictest_owner(const CoreState& state, const OwnedField& field) {
  unsigned owner = kPrivilegeLevels - 1;
  for (unsigned i = 0; i < field.owner_count; ++i) {
    owner = std::min(owner, owner_of(state, field.owners[i].sfr, field.owners[i].lsb));
  }
  return owner;
}

/// The owner that forbids the current level to write the `touched` bits of a field; nothing if it may. Of several
/// violated owners the least privileged one counts.
std::optional<unsigned> write_violation(const CoreState& state, const OwnedField& field, u64 touched) {
  const unsigned pl = state.pl();
  if (field.owner_count == 0 || (touched & field.field.mask()) == 0) return std::nullopt;
  if (!field.per_bit) {
    const unsigned owner = strictest_owner(state, field);
    return owner < pl ? std::optional<unsigned>(owner) : std::nullopt;
  }
  std::optional<unsigned> violated;
  for (unsigned bit = 0; bit < field.field.width; ++bit) {
    if (((touched >> (field.field.lsb + bit)) & 1) == 0) continue;
    const unsigned owner = owner_of(state, field.owners[bit].sfr, field.owners[bit].lsb);
    if (owner < pl) violated = std::max(violated.value_or(0), owner);
  }
  return violated;
}

/// Bits that do not exist read 0; addresses are sign-extended and aligned.
u64 storable(unsigned sfr, u64 value) {
  switch (sfr) {
    case kRa:
    case kAespc:
    case kLs:
    case kLe:
      return sign_extend_address(value) & ~u64{3};
    default:
      break;
  }
  if ((sfr >= kSpcPl0 && sfr <= kSpcPl3) || (sfr >= kEaPl0 && sfr <= kEaPl3)) return sign_extend_address(value);
  if (sfr >= kEvPl0 && sfr <= kEvPl3) return sign_extend_address(value) & ~u64{0xff};
  return value & sfr_info(sfr).writable;
}

/// Legality of the access kind: a VSFR trap for virtual numbers, OPCODE for what the register does not offer.
std::optional<Trap> illegal_access(const SfrOperands& operands, Sfri instruction) {
  if (operands.sfr >= kFirstVirtual) return sfr_trap(Htc::kVsfr, operands, instruction);
  const SfrInfo& info = sfr_info(operands.sfr);
  bool legal = info.exists;
  switch (instruction) {
    case Sfri::kSet:
      legal = legal && info.writable_by_set;
      break;
    case Sfri::kWfxl:
    case Sfri::kWfxm:
      legal = legal && info.writable_by_wfx;
      break;
    case Sfri::kRswap:
      legal = legal && info.writable_by_set;
      break;  // the *OW registers too, though get cannot read them
    default:
      legal = legal && info.readable;
      break;
  }
  return legal ? std::nullopt : std::optional<Trap>(sfr_trap(Htc::kOpcode, operands, instruction));
}

}  // namespace

SfrRead SystemUnit::get(const SfrOperands& operands) { return read(operands, Sfri::kGet); }

SfrRead SystemUnit::iget(u64 number, u8 gpr, unsigned bundle_size) {
  return read({static_cast<u16>(number & 0x1ff), gpr, static_cast<u8>(bundle_size)}, Sfri::kIget);
}

SfrRead SystemUnit::read(const SfrOperands& operands, Sfri instruction) {
  if (auto trap = illegal_access(operands, instruction)) return {trap, 0};
  const unsigned pl = state_.pl();
  const unsigned sfr = resolve_alias(operands.sfr, pl);
  if (depends_on_time(sfr)) sync();
  if (pl > level_of_shadow(sfr)) return {};
  u64 value = sfr == kPc ? state_.pc : state_.sfr[storage_of(sfr)];
  std::optional<unsigned> violated;
  for (const OwnedField& field : sfr_info(sfr).fields) {
    if (field.owner_count == 0 || field.read_policy == ReadPolicy::kValue) continue;
    const unsigned owner = strictest_owner(state_, field);
    if (pl <= owner) continue;
    value &= ~field.field.mask();
    if (field.read_policy == ReadPolicy::kTrap) violated = std::max(violated.value_or(0), owner);
  }
  if (violated) return {privilege_trap(*violated, operands, instruction), 0};
  return {std::nullopt, value};
}

SfrWrite SystemUnit::prepare_set(const SfrOperands& operands, u64 value) {
  return prepare(operands, Sfri::kSet, value, ~u64{0});
}

SfrWrite SystemUnit::prepare_wfxl(const SfrOperands& operands, u64 clear_set) {
  const u64 set = clear_set >> 32;
  return prepare(operands, Sfri::kWfxl, set, (clear_set & 0xffffffff) | set);
}

SfrWrite SystemUnit::prepare_wfxm(const SfrOperands& operands, u64 clear_set) {
  const u64 set = clear_set & ~u64{0xffffffff};
  return prepare(operands, Sfri::kWfxm, set, (clear_set << 32) | set);
}

SfrWrite SystemUnit::prepare_rswap(const SfrOperands& operands, u64 value) {
  const SfrRead old = read(operands, Sfri::kRswap);
  if (old.trap) return {old.trap, 0, 0, 0};
  SfrWrite write = prepare(operands, Sfri::kRswap, value, ~u64{0});
  write.old_value = old.value;
  return write;
}

/// Checks a write of `value` to the bits of `mask` (clear or set) and computes what will be stored.
SfrWrite SystemUnit::prepare(const SfrOperands& operands, Sfri instruction, u64 value, u64 mask) {
  if (auto trap = illegal_access(operands, instruction)) return {trap, 0, 0, 0};
  const unsigned pl = state_.pl();
  const unsigned named = resolve_alias(operands.sfr, pl);
  const unsigned sfr = storage_of(named);
  if (depends_on_time(sfr)) sync();
  if (pl > level_of_shadow(sfr)) {
    return {privilege_trap(level_of_shadow(sfr), operands, instruction), 0, 0, 0};
  }
  std::optional<unsigned> violated;
  for (const OwnedField& field : sfr_info(named).fields) {
    if (const auto owner = write_violation(state_, field, mask)) violated = std::max(violated.value_or(0), *owner);
  }
  if (violated) return {privilege_trap(*violated, operands, instruction), 0, 0, 0};
  u64 merged = (state_.sfr[sfr] & ~mask) | (value & mask);
  if (!translate_relative_levels(sfr, mask, merged)) {
    return {sfr_trap(Htc::kPlOverflow, operands, instruction), 0, 0, 0};
  }
  return {std::nullopt, static_cast<u16>(sfr), storable(sfr, merged), 0};
}

/// PS.PL and the owner registers are written relative to the current level: every field that the write touches becomes
/// (touched bits of the value) + PL. False if a sum exceeds 3.
bool SystemUnit::translate_relative_levels(unsigned sfr, u64 mask, u64& value) const {
  const auto translate = [&](Field field) {
    if ((mask & field.mask()) == 0) return true;
    const u64 level = field.get(value & mask) + state_.pl();
    value = field.set(value, level);
    return level < kPrivilegeLevels;
  };
  if (sfr == kPs) return translate(ps::kPl);
  if (!is_owner(sfr)) return true;
  bool fits = true;
  for (const OwnedField& owned : sfr_info(sfr).fields) fits = translate(owned.field) && fits;
  return fits;
}

void SystemUnit::commit(const SfrWrite& write) {
  if (halt_reason_ != HaltReason::kNone) return;  // the core went to reset under this bundle
  const u64 old_value = state_.sfr[write.sfr];
  state_.sfr[write.sfr] = write.value;
  stored(write.sfr, old_value);
}

/// Effects of a store to `sfr` beyond the stored value.
void SystemUnit::stored(unsigned sfr, u64 old_value) {
  const u64 value = state_.sfr[sfr];
  if (sfr == kPmc) monitors_.reset();
  if (sfr >= kPmc && sfr <= kWdr) return sync();
  switch (sfr) {
    case kCs:
      arithmetic_interrupt(value & ~old_value & state_.sfr[kCsit], state_.pc);
      break;
    case kCsit:
      state_.arithmetic_armed = (value & kCsitEnables) != 0;
      arithmetic_interrupt(value & ~old_value & state_.sfr[kCs], state_.pc);
      break;
    case kIle:
    case kIll:
    case kIlr:
      refresh();
      break;
    case kPs:
    case kPcr:
    case kMmc:
    case kDc:
    case kDba0:
    case kDba1:
    case kDwa0:
    case kDwa1:
    case kSpsPl0:
    case kSpsPl1:
    case kSpsPl2:
    case kSpsPl3:
      context_changed();
      break;
    default:
      if (is_owner(sfr)) context_changed();
      break;
  }
}

}  // namespace mppa::core
