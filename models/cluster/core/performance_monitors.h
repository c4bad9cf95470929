// The four performance monitors PM0..PM3 (architecture.md section 8).
#pragma once

#include <array>

#include "models/cluster/core/core_state.h"

namespace mppa::core {

/// Event numbers of PMC.PMnC. Source: the kernel's perf driver (arch/kvx/include/asm/perf_event.h) and the vendor's
/// counter list. Engines count those they model in CoreState::events; events nobody counts read as a constant.
enum class PmEvent : u8 {
  kPcc = 0,      ///< processor clock cycles (from CoreState::cycle)
  kIcc = 1,      ///< idle clock cycles: in await, sleep, stop
  kEbe = 2,      ///< executed bundles (from CoreState::bundles)
  kEnie = 3,     ///< executed instructions (from CoreState::instructions)
  kEnse = 4,     ///< executed syllables
  kIche = 5,     ///< L1I hits
  kIcme = 6,     ///< L1I misses
  kIcmabe = 7,   ///< L1I memory access bursts
  kMngic = 8,    ///< cycles the memory does not grant the L1I
  kMimhe = 9,    ///< instruction micro-TLB hits
  kMimme = 10,   ///< instruction micro-TLB misses
  kIatsc = 11,   ///< instruction address translation stall cycles
  kFe = 12,      ///< fetches
  kPbsc = 13,    ///< prefetch buffer starvation cycles
  kPnvc = 14,    ///< pipeline no-valid cycles
  kPsc = 15,     ///< pipeline starvation cycles
  kTadbe = 16,   ///< taken applicative direct branches
  kTabe = 17,    ///< taken applicative branches
  kTbe = 18,     ///< taken branches
  kMdmhe = 19,   ///< data micro-TLB hits
  kMdmme = 20,   ///< data micro-TLB misses
  kDatsc = 21,   ///< data address translation stall cycles
  kDclhe = 22,   ///< L1D load hits
  kDche = 23,    ///< L1D hits
  kDclme = 24,   ///< L1D load misses
  kDcme = 25,    ///< L1D misses
  kDarsc = 26,   ///< data access related stall cycles
  kLdsc = 27,    ///< load dependency stall cycles
  kDcngc = 28,   ///< cycles the L1D does not grant
  kDmae = 29,    ///< misaligned data accesses
  kLcfsc = 30,   ///< load CAM full stall cycles
  kMngdc = 31,   ///< cycles the memory does not grant the L1D
  kMacc = 32,    ///< memory access conflict cycles
  kTacc = 33,    ///< TLB access conflict cycles
  kIwc = 34,     ///< idle wait cycles
  kWisc = 35,    ///< wait instruction stall cycles
  kSisc = 36,    ///< synchronisation instruction stall cycles
  kDdsc = 37,    ///< data dependency stall cycles
  kSc = 38,      ///< stall cycles
  kEle = 39,     ///< executed loads
  kElnbe = 40,   ///< bytes loaded
  kElue = 41,    ///< executed uncached loads
  kElunbe = 42,  ///< bytes loaded uncached
  kEse = 43,     ///< executed stores
  kEsnbe = 44,   ///< bytes stored
  kEae = 45,     ///< executed atomics
  kCire = 46,    ///< coherency invalidation requests
  kCie = 47,     ///< coherency invalidations
  kSe = 48,      ///< stop: the counter holds its value
  kRe = 49,      ///< reset: the counter is held at 0
  kFsc = 50,     ///< fetch stall cycles
};

/// Each monitor is a base value plus the growth of its event's cumulative count since it was last written.
class PerformanceMonitors {
 public:
  explicit PerformanceMonitors(CoreState& state) : state_(state) {}

  /// Restarts counting from the SFR values.
  void reset();

  /// Brings PM0..PM3 up to the counters of the core state. Returns true if a monitor with its interrupt enabled wrapped
  /// (or saturated): PMC.SAV and PMSA are then set and line 3 is to be raised.
  bool sync();

  /// The first cycle at which sync() may return true; kNever if it cannot.
  u64 next_event_cycle() const;

 private:
  u64 count_of(unsigned event) const;
  unsigned event_of(unsigned monitor) const;
  bool interrupt_enabled(unsigned monitor) const;

  CoreState& state_;
  std::array<u64, 4> seen_{};  ///< cumulative count of the selected event at the last sync
};

}  // namespace mppa::core
