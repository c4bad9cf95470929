// What the jobs of a host need of whatever carries their I/O: NVMe over PCIe or over TCP.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/host/io_generator.h"

namespace mppa::host {

/// A namespace as a driver has found it.
struct NamespaceInfo {
  u32 id = 0;
  u64 bytes = 0;
  unsigned lba_shift = 9;
  std::string identity;  ///< tells it from all others, if several hosts may have it; else empty
};

/// Status of an I/O: the controller's (type << 8 | code), or that there is no controller any more.
inline constexpr u16 kStatusLost = 0xFFFF;

class BlockDriver {
 public:
  using Done = std::function<void(u16 status)>;

  virtual ~BlockDriver() = default;
  virtual const std::vector<NamespaceInfo>& namespaces() const = 0;
  virtual unsigned queues() const = 0;
  /// Bytes of the largest I/O.
  virtual u64 max_transfer() const = 0;
  /// Whether a queue has room for another command.
  virtual bool has_room(unsigned queue) const = 0;
  /// Starts an I/O; `buffer`: page-aligned host memory of io.bytes. has_room() must be true; io.bytes <=
  /// max_transfer(). `done` is called exactly once, also if the device hangs or disappears.
  virtual void submit(unsigned queue, u32 nsid, const Io& io, u64 buffer, Done done) = 0;
};

}  // namespace mppa::host
