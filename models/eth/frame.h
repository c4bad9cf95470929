// An Ethernet frame as it travels: the bytes from destination address to payload, and the frame check sequence.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::eth {

inline constexpr unsigned kMinFrameBytes = 60;       ///< without FCS (IEEE 802.3 clause 4.4.2)
inline constexpr unsigned kFcsBytes = 4;             ///< frame check sequence
inline constexpr unsigned kPreambleBytes = 8;        ///< preamble and start delimiter
inline constexpr unsigned kInterFrameGapBytes = 12;  ///< mean gap; deficit idle counting keeps the mean at 12
inline constexpr unsigned kHeaderBytes = 14;         ///< addresses and type

using MacAddress = std::array<u8, 6>;

/// CRC-32 of IEEE 802.3 (polynomial 0x04C11DB7, reflected, complemented); `crc` continues an earlier call.
u32 crc32(std::span<const u8> data, u32 crc = 0);

/// Immutable once it is on its way, so that a switch can send one frame to many ports.
struct Frame {
  std::vector<u8> data;  ///< without FCS
  u32 fcs = 0;           ///< as sent; on the wire its low byte comes first

  /// Bytes on the wire between preamble and gap.
  unsigned wire_bytes() const { return static_cast<unsigned>(data.size()) + kFcsBytes; }
  bool fcs_ok() const { return crc32(data) == fcs; }
};
using FramePtr = std::shared_ptr<const Frame>;

/// Pads to the minimum size if `pad`, and appends the right FCS.
FramePtr make_frame(std::vector<u8> data, bool pad = true);

inline u16 load_be16(const u8* at) { return static_cast<u16>(at[0] << 8 | at[1]); }
inline u32 load_be32(const u8* at) { return static_cast<u32>(load_be16(at)) << 16 | load_be16(at + 2); }
inline void store_be16(u8* at, unsigned value) {
  at[0] = static_cast<u8>(value >> 8);
  at[1] = static_cast<u8>(value);
}

}  // namespace mppa::eth
