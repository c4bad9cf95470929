// Interrupts: priorities, requests, the arithmetic interrupt (architecture.md section 7; semantics.md section 6).
#include <bit>

#include "models/cluster/core/system_unit.h"

namespace mppa::core {
namespace {

constexpr u64 kWakeByInterrupt = 3;  // WS.WU0 and WS.WU1

/// Position of the two-bit field of `line` in ITO and ILL.
constexpr unsigned pair_of(unsigned line) { return line * 2; }

}  // namespace

/// Everything derived from PS, owners, debug registers or the interrupt registers is stale.
void SystemUnit::context_changed() {
  ++state_.control_epoch;
  refresh_debug();
  refresh();
}

/// Recomputes the interrupt to take and the attention flag.
void SystemUnit::refresh() {
  pending_ = find_interrupt(static_cast<u32>(state_.sfr[kIlr] & state_.sfr[kIle]));
  state_.attention =
      pending_.has_value() || sleep_ != SleepState::kRunning || halt_reason_ != HaltReason::kNone || step_ready();
}

std::optional<unsigned> SystemUnit::pending_interrupt() const { return pending_; }

/// The candidate with the highest absolute priority above the core's; of equals the lowest line.
std::optional<unsigned> SystemUnit::find_interrupt(u32 candidates) const {
  const u64 ps = state_.sfr[kPs];
  const u64 level = ps::kIe.get(ps) != 0 ? ps::kIl.get(ps) : 3;  // IE=0: nothing of this level passes
  u64 highest = (3 - ps::kPl.get(ps)) * 4 + level;
  std::optional<unsigned> line;
  for (; candidates != 0; candidates &= candidates - 1) {
    const unsigned candidate = static_cast<unsigned>(std::countr_zero(candidates));
    const u64 priority =
        (3 - owner_of(state_, kIto, pair_of(candidate))) * 4 + owner_of(state_, kIll, pair_of(candidate));
    if (priority > highest) {
      highest = priority;
      line = candidate;
    }
  }
  return line;
}

/// Enabled and pending lines that the current level may use.
u32 SystemUnit::own_pending_lines() const {
  u32 lines = static_cast<u32>(state_.sfr[kIlr] & state_.sfr[kIle]);
  for (unsigned line = 0; line < kInterruptLines; ++line) {
    if (owner_of(state_, kIto, pair_of(line)) < state_.pl()) lines &= ~(u32{1} << line);
  }
  return lines;
}

/// Latches requests; any request is a wake-up event of the idle levels 0 and 1.
void SystemUnit::raise_lines(u32 lines) {
  if (lines == 0) return;
  state_.sfr[kIlr] |= lines;
  state_.sfr[kWs] |= kWakeByInterrupt;
  try_wake();
  refresh();
}

void SystemUnit::set_line(unsigned line) {
  sync();
  raise_lines(u32{1} << (line % kInterruptLines));
}

void SystemUnit::cs_changed(u64 old_cs, u64 pc) {
  arithmetic_interrupt(state_.sfr[kCs] & ~old_cs & state_.sfr[kCsit], pc);
}

/// `newly_coinciding`: bits where a CS flag and its CSIT enable are now both set and were not before.
void SystemUnit::arithmetic_interrupt(u64 newly_coinciding, u64 pc) {
  const u64 flags = newly_coinciding & kCsitEnables;
  if (flags == 0) return;
  // The coprocessor's flags XIO..XIN (bits 9..13) have the cause codes of IO..IN (bits 1..5).
  const u64 causes = (flags & 0x3f) | (flags >> 8);
  u64& csit = state_.sfr[kCsit];
  csit = csit::kAeir.set(csit, 1);
  csit = csit::kAec.set(csit, static_cast<u64>(std::countr_zero(causes)));
  csit = csit::kSpcv.set(csit, 1);
  state_.sfr[kAespc] = sign_extend_address(pc) & ~u64{3};
  raise_lines(u32{1} << static_cast<unsigned>(Line::kArithmetic));
}

void SystemUnit::memory_error(u64 mes_bits) {
  state_.sfr[kMes] |= mes_bits & sfr_info(kMes).writable;
  set_line(static_cast<unsigned>(Line::kMemoryError));
}

}  // namespace mppa::core
