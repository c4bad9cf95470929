// What a core sees behind its L1 caches.
//
// Memory is the functional truth: it is read and written through host pointers at once, the L1s hold tags only. All
// other addresses (peripherals, fabric) go through access(), in program order, and take the time the target says.
#pragma once

#include <span>

#include "models/cluster/timing/mem_arbiter.h"
#include "models/common/types.h"

namespace mppa::engine {

/// A range of physical addresses backed by host memory.
struct MemRegion {
  u64 base = 0;
  u64 size = 0;
  u8* host = nullptr;                     ///< host address of `base`; `size` bytes are readable and writable
  bool cacheable = true;                  ///< with the MMU off: may L1 hold lines of this region?
  u32 read_latency = 10;                  ///< core cycles from the L1's request to the critical word, idle path
  timing::MemArbiter* arbiter = nullptr;  ///< set where the path is shared: replaces read_latency on every wait
  bool observed = false;                  ///< accesses are executed one by one, so that somebody can look at them
  bool contains(u64 pa, u64 bytes) const { return pa >= base && bytes <= size && pa - base <= size - bytes; }
};

enum class BusOp : u8 {
  kRead,         ///< `data` is filled
  kWrite,        ///< `data` is stored
  kSwap,         ///< alclr: old value to `data`, then `operand` is stored
  kFetchAdd,     ///< aladd: old value to `data`, then old + operand is stored
  kCompareSwap,  ///< acswap: old value to `data`; `operand` is stored if old == `expected`
};

/// Operands of an atomic access; ignored for reads and writes.
struct AtomicOperands {
  u64 operand = 0;
  u64 expected = 0;
};

struct BusReply {
  bool ok = true;    ///< false: nobody answers, or the target reports an error (DSYSERROR / DAME)
  u32 latency = 10;  ///< core cycles until the answer, counted like MemRegion::read_latency
};

/// The view of one core. Implementations must outlive the core; calls come from the core's own thread of execution.
class CoreBus {
 public:
  virtual ~CoreBus() = default;

  /// The memory region that contains physical address `pa`, or nullptr if it is not memory. The pointer and the
  /// contents of the region stay valid and unchanged for the life of the bus (engines cache it).
  virtual const MemRegion* region(u64 pa) = 0;

  /// An access of `data.size()` (1..32) bytes to an address that is not memory, issued at core cycle `now`. Atomics
  /// come here only for such addresses; for memory the core performs them on the host pointer.
  virtual BusReply access(BusOp op, u64 pa, std::span<u8> data, const AtomicOperands& atomic, u64 now) = 0;

  /// Whether others must catch up before a bundle that begins at core cycle `now` may exchange something with them: an
  /// atomic, an uncached access, an access to a device, a store to a watched page. Run_until() then stops before the
  /// bundle.
  virtual bool ahead(u64 now) { return false; }
  /// The same, for a bundle that does exchange something; called only if ahead().
  virtual bool must_wait(u64 now) { return false; }

  /// Memory at `host` is about to be written by a bundle that issues at core cycle `now`. Must be called for writes to
  /// pages for which watches_page() holds; may be for all.
  virtual void before_write(const u8* host, u64 bytes, u64 now) {}
  /// Whether somebody wants to know of writes to this 4 KiB page of host memory. The answer may turn true only when
  /// watch_epoch() changes, and that only between two calls of Engine::run_until().
  virtual bool watches_page(const u8* host) { return false; }
  virtual u64 watch_epoch() { return 0; }
};

}  // namespace mppa::engine
