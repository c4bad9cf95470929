// The architectural state of one KV3 core: everything a program can see, plus the counters that stand for time.
//
// `sfr` is storage by SFR number and holds raw values. Aliases (spc, sps, ea, ev, sr, es and the *ow owner writes) have
// no storage of their own; SystemUnit resolves them. Timer and performance-monitor values are valid as of the last
// SystemUnit::sync(): they are computed from `cycle`, `bundles` and `instructions`, never stepped.
#pragma once

#include <array>

#include "models/cluster/core/sfr.h"
#include "models/common/types.h"

namespace mppa::core {

inline constexpr unsigned kGprCount = 64;
inline constexpr unsigned kSfrCount = 256;   ///< real SFRs; numbers 256..511 are virtual and always trap
inline constexpr unsigned kTcaVectors = 48;  ///< coprocessor vectors of V1 (architecture.md section 2)
inline constexpr unsigned kInterruptLines = 32;
inline constexpr unsigned kPrivilegeLevels = 4;

struct CoreState {
  alignas(64) std::array<u64, kGprCount> gpr{};
  /// Temporaries of the fast engine, addressed by it as registers 64 and up; not architectural.
  std::array<u64, 32> scratch{};
  u64 pc = 0;            ///< address of the next bundle
  u64 cycle = 0;         ///< issue cycle of the next bundle, in core clocks since power-on
  u64 bundles = 0;       ///< bundles completed since power-on
  u64 instructions = 0;  ///< instructions completed since power-on (nops count)

  /// Bumped by whatever may change translation, fetch, hardware loops or limits: a change of PS, SPS with DAUS, MMC, a
  /// TLB entry, an owner register, DC/DBA/DWA. Engines may keep anything derived from those while it stands still.
  u64 control_epoch = 0;
  /// Bumped by changes of TLB entries only (tlbwrite); a subset of control_epoch's reasons.
  u64 tlb_epoch = 0;

  /// True when a bundle boundary needs SystemUnit's attention before the next bundle: an interrupt is takeable, the
  /// core sleeps, a reset is due. Engines test this one byte at boundaries; it never stands for debug (see
  /// debug_armed).
  bool attention = false;
  /// True when breakpoints, watchpoints or single step can fire at the current privilege level: engines then call
  /// SystemUnit::check_breakpoint / check_watchpoint / check_step. A change of it bumps control_epoch.
  bool debug_armed = false;
  /// True when CSIT enables some arithmetic interrupt: engines then call SystemUnit::cs_changed after a bundle that
  /// changed a CS flag.
  bool arithmetic_armed = false;

  /// Cumulative counts by performance-monitor event number (performance_monitors.h). Engines add to the events they
  /// model; cycles, bundles and instructions have their own counters above, idle cycles are kept by SystemUnit.
  std::array<u64, 64> events{};

  std::array<u64, kSfrCount> sfr{};
  alignas(32) std::array<u256, kTcaVectors> tca{};

  unsigned pl() const { return static_cast<unsigned>(ps::kPl.get(sfr[kPs])); }
  /// A code address as PC takes it: bundle-aligned, sign-extended from bit 40, 32 bits while PS.V64=0.
  u64 code_address(u64 address) const {
    const u64 pc_value = sign_extend_address(address) & ~u64{3};
    return ps::kV64.get(sfr[kPs]) != 0 ? pc_value : pc_value & 0xffffffff;
  }
  /// PS as far as data accesses are concerned: SPS of the current level while PS.DAUS=1 (architecture.md section 3).
  u64 data_ps() const { return ps::kDaus.get(sfr[kPs]) != 0 ? sfr[kSpsPl0 + pl()] : sfr[kPs]; }
};

}  // namespace mppa::core
