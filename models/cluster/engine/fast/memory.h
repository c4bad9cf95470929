// Handlers of loads and stores, and the slow side they share.
//
// Inline a handler decides only the case that happens nearly always: the line is the most recent of its L1D set (a hit
// that also proves mapping, rights and cacheability), L1D is not busy, a store needs no wait. Everything else goes
// to SlowMemory, which applies the rules of timing::Lsu and answers with the host address, or tells that the bundle
// must be executed by the reference engine: nothing has been changed then, because a bundle's memory operation comes
// first.
#pragma once

#include "models/cluster/core/mmu.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/fast/hot.h"
#include "models/cluster/timing/lsu.h"

namespace mppa::engine::fast {

/// How a translated memory operation finds its address and whether it is done.
enum class AddressMode : u8 {
  kImm,      ///< r[1] + imm
  kIndexed,  ///< r[1] + (r[2] << m0)
  kCond,     ///< r[1] + imm if scalar condition m0 holds for r[2]
};

/// What is loaded or stored; r[0] is the first data register.
enum class LoadKind : u8 { kBz, kBs, kHz, kHs, kWz, kWs, kD, kQ, kO };
enum class StoreKind : u8 { kB, kH, kW, kD, kQ, kO };

Handler load_handler(LoadKind kind, AddressMode mode, timing::Level level);
Handler store_handler(StoreKind kind, AddressMode mode, timing::Level level);

/// Finds where to go on when a dynamic wait does not fit the static schedule of the running block.
class Rescheduler {
 public:
  virtual ~Rescheduler() = default;
  /// The memory operation `op` of a block that was entered at `t` has been done; it made its bundle wait `e1` cycles
  /// at E1 and `e3` at E3. Returns the record to go on with and sets `t` to go with it.
  virtual const Op* reschedule(const Op* op, u64 e1, u64 e3, u64& t) = 0;
};

/// The outcome of an access that was not decided inline.
struct SlowAccess {
  u8* host = nullptr;        ///< nullptr: the bundle must be stepped, nothing has changed
  const Op* next = nullptr;  ///< where to go on
  u64 t = 0;                 ///< and the clock there
};

class SlowMemory {
 public:
  SlowMemory(CoreParts& parts, Hot& hot, Rescheduler& rescheduler)
      : parts_(parts), hot_(hot), rescheduler_(rescheduler) {}

  /// A load (store) of `bytes` at `va` by record `op` of a block entered at `t`.
  SlowAccess load(const Op* op, u64 va, unsigned bytes, u64 t);
  SlowAccess store(const Op* op, u64 va, unsigned bytes, u64 t);
  /// The same for the functional level: no timing.
  u8* translate(u64 va, unsigned bytes, bool is_store);
  /// A conditional access that is not done, while L1D is busy.
  SlowAccess skip(const Op* op, u64 t);

  /// Forgets translations (the control epoch has changed), or lines only (L1D was changed by others).
  void forget_pages();
  /// Forgets which pages may be stored to: some of them are watched now.
  void forget_stores();
  void forget_lines();

 private:
  static constexpr unsigned kNoPage = ~0u;
  unsigned find_page(u64 va, unsigned bytes, bool is_store);
  bool fill_page(u64 va, unsigned bytes, bool is_store);
  void fill_window(const core::Translation& tr, const MemRegion& region);
  timing::MemAccess memory_access(timing::MemKind kind, unsigned page, u64 va, unsigned bytes) const;
  SlowAccess go_on(const Op* op, const timing::MemTiming& done, u8* host, u64 t);

  CoreParts& parts_;
  Hot& hot_;
  Rescheduler& rescheduler_;
};

}  // namespace mppa::engine::fast
