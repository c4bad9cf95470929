// Capture files: pcapng (IETF draft-ietf-opsawg-pcapng) with frames including their FCS, stamped in nanoseconds of
// simulated time.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "models/eth/frame.h"

namespace mppa::eth {

class PcapngWriter {
 public:
  enum class Direction : u8 { kInbound = 1, kOutbound = 2 };

  /// Receives the file's bytes in order.
  using Sink = std::function<void(std::string_view bytes)>;

  explicit PcapngWriter(Sink sink);
  /// Writes the file at `path`; std::runtime_error if that is not possible, or later if the disk is full.
  explicit PcapngWriter(const std::string& path);

  /// A port whose frames go into the file; returns its number.
  u32 add_interface(const std::string& name, u64 bits_per_second);
  /// `ps`: when the frame's first bit passed the port.
  void write(u32 interface, u64 ps, const Frame& frame, Direction direction);

 private:
  void block(u32 type, const std::vector<u8>& body);

  Sink sink_;
  u32 interfaces_ = 0;
};

}  // namespace mppa::eth
