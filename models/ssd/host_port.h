// The NVMe controller's view of its PCIe function: what it asks of the link (HostPort) and what the link tells it
// (HostFunction). The owner of the link does TLPs, tags, splitting, completion timeouts and configuration space; the
// controller does everything behind the BAR. Every call happens at kernel time (no annotated delay) and none blocks.
#pragma once

#include <functional>
#include <span>

#include "models/common/types.h"

namespace mppa::ssd {

/// How a read of host memory ended.
enum class HostStatus : u8 {
  kOk,
  kUnsupported,  ///< completion with status UR
  kAborted,      ///< completion with status CA
  kTimeout,      ///< no completion within the function's completion timeout
  kPoisoned,     ///< a completion carried poisoned data
  kNoBusMaster,  ///< bus mastering is disabled; nothing was sent
  kLinkDown,     ///< the link went down before the last completion
};

/// Requests from the function to host memory.
class HostPort {
 public:
  using ReadDone = std::function<void(HostStatus)>;
  static constexpr u64 kMaxRequest = u64{1} << 20;

  virtual ~HostPort() = default;
  /// Reads `into.size()` bytes (1 .. kMaxRequest) at `address`. `done` is called exactly once, when the last byte has
  /// arrived or the request has failed; `into` must live until then.
  virtual void read(u64 address, std::span<u8> into, ReadDone done) = 0;
  /// A posted write of 1 .. kMaxRequest bytes, copied, kept in order with other writes of the function; dropped when
  /// bus mastering is disabled or the link is down.
  virtual void write(u64 address, std::span<const u8> data) = 0;
};

/// Requests and events from the link to the function.
class HostFunction {
 public:
  virtual ~HostFunction() = default;
  /// Accesses to BAR 0; any size and alignment.
  virtual void bar_read(u64 offset, std::span<u8> into) = 0;
  virtual void bar_write(u64 offset, std::span<const u8> data) = 0;
  virtual void set_bus_master(bool enabled) = 0;
  /// Message Control of the MSI-X capability.
  virtual void set_msix(bool enabled, bool function_mask) = 0;
  virtual void function_reset() = 0;
  virtual void link_down() = 0;
  virtual void link_up() = 0;
};

}  // namespace mppa::ssd
