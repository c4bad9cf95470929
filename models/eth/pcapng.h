// Capture files: pcapng (IETF draft-ietf-opsawg-pcapng) with frames including their FCS, stamped in nanoseconds of
// simulated time.
#pragma once

#include <fstream>
#include <string>

#include "models/eth/frame.h"

namespace mppa::eth {

class PcapngWriter {
 public:
  enum class Direction : u8 { kInbound = 1, kOutbound = 2 };

  /// std::runtime_error if the file cannot be written.
  explicit PcapngWriter(const std::string& path);

  /// A port whose frames go into the file; returns its number.
  u32 add_interface(const std::string& name, u64 bits_per_second);
  /// `ps`: when the frame's first bit passed the port. std::runtime_error if the disk is full.
  void write(u32 interface, u64 ps, const Frame& frame, Direction direction);
  void flush() { file_.flush(); }

 private:
  void block(u32 type, const std::vector<u8>& body);

  std::string path_;
  std::ofstream file_;
  u32 interfaces_ = 0;
};

}  // namespace mppa::eth
