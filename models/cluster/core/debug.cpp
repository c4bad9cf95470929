// Debug: breakpoints, watchpoints, single step (architecture.md section 14).
#include "models/cluster/core/system_unit.h"

namespace mppa::core {
namespace {

/// Enable, range exponent, address register and owner of the four comparators.
struct Comparator {
  Field enable;
  Field range;
  u16 address;
  Field owner;  ///< in DO
};

constexpr Comparator kBreakpoints[] = {{dc::kBe0, dc::kBr0, kDba0, do_::kB0}, {dc::kBe1, dc::kBr1, kDba1, do_::kB1}};
constexpr Comparator kWatchpoints[] = {{dc::kWe0, dc::kWr0, kDwa0, do_::kW0}, {dc::kWe1, dc::kWr1, kDwa1, do_::kW1}};

unsigned owner(const CoreState& state, const Comparator& comparator) {
  return static_cast<unsigned>(comparator.owner.get(state.sfr[kDo]));
}

/// A comparator fires only at levels less privileged than its owner.
bool armed(const CoreState& state, const Comparator& comparator) {
  return comparator.enable.get(state.sfr[kDc]) != 0 && state.pl() > owner(state, comparator);
}

/// Whether [address, address + bytes) meets the aligned region of 2^range bytes.
bool hits(const CoreState& state, const Comparator& comparator, u64 address, u64 bytes) {
  const u64 length = u64{1} << comparator.range.get(state.sfr[kDc]);
  const u64 first = state.sfr[comparator.address] & ~(length - 1);
  const u64 last = first + (length - 1);
  return address <= last && address + (bytes - 1) >= first;
}

}  // namespace

void SystemUnit::refresh_debug() {
  bool any = step_active();
  for (const Comparator& comparator : kBreakpoints) any = any || armed(state_, comparator);
  for (const Comparator& comparator : kWatchpoints) any = any || armed(state_, comparator);
  state_.debug_armed = any;
}

std::optional<DebugEvent> SystemUnit::check_breakpoint() const {
  std::optional<unsigned> hit;  // of two, the one whose owner is more privileged; of equals the first
  for (unsigned n = 0; n < 2; ++n) {
    if (!armed(state_, kBreakpoints[n]) || !hits(state_, kBreakpoints[n], state_.pc, 1)) continue;
    if (!hit || owner(state_, kBreakpoints[n]) < owner(state_, kBreakpoints[*hit])) hit = n;
  }
  if (!hit) return std::nullopt;
  return DebugEvent{DebugCause::kBreakpoint, static_cast<u8>(*hit), {}};
}

std::optional<DebugEvent> SystemUnit::check_watchpoint(const Trap& access) const {
  if (access.rwx != Rwx::kWrite && access.rwx != Rwx::kAtomic) return std::nullopt;
  std::optional<unsigned> hit;  // of two, the one whose owner is less privileged; of equals the first
  for (unsigned n = 0; n < 2; ++n) {
    if (!armed(state_, kWatchpoints[n]) || !hits(state_, kWatchpoints[n], access.ea, access.access_size)) continue;
    if (!hit || owner(state_, kWatchpoints[n]) > owner(state_, kWatchpoints[*hit])) hit = n;
  }
  if (!hit) return std::nullopt;
  return DebugEvent{DebugCause::kWatchpoint, static_cast<u8>(*hit), access};
}

bool SystemUnit::step_active() const { return ps::kSme.get(state_.sfr[kPs]) != 0 && step_due(); }

bool SystemUnit::step_due() const { return state_.pl() > owner_of(state_, kPso, pso::kSme.lsb); }

bool SystemUnit::step_ready() const { return step_active() && ps::kSmr.get(state_.sfr[kPs]) != 0; }

DebugEvent SystemUnit::step_event(const Trap& details) { return {DebugCause::kStep, 0, details}; }

/// The step that a syscall owes: taken on return to the stepped level, before its next bundle.
void SystemUnit::take_step_ready() {
  state_.sfr[kPs] = ps::kSmr.set(state_.sfr[kPs], 0);
  Trap details;
  details.bundle_size = 1;  // scall
  take_debug(step_event(details));
}

}  // namespace mppa::core
