// Checksums of the Internet protocols and of RoCE, as the controllers compute them.
#pragma once

#include <optional>
#include <span>

#include "models/eth/frame.h"

namespace mppa::eth {

/// Ones-complement sum of big-endian words, an odd last byte padded with zero; not folded, not complemented.
u64 ones_sum(std::span<const u8> bytes);
/// Folds to 16 bits.
u16 fold_sum(u64 sum);
/// The pseudo-header's sum: addresses of an IPv4 (8 bytes) or IPv6 (32 bytes) header, protocol, upper-layer length.
u64 pseudo_sum(std::span<const u8> addresses, u8 protocol, unsigned length);

/// Where the layers of a frame are; what is not there or damaged is missing.
struct Layout {
  unsigned l3 = 0;        ///< offset of the network header
  u16 ethertype = 0;      ///< of the network header
  unsigned l3_bytes = 0;  ///< of its header; 0: neither IPv4 nor IPv6
  unsigned end = 0;       ///< end of the IP datagram in the frame
  u8 protocol = 0;
  bool fragment = false;  ///< no or not all of the upper layer is here
};
/// `frame`: from destination address. Skips up to two VLAN tags.
Layout find_layers(std::span<const u8> frame);

/// Invariant CRC of RoCE v1 (over a GRH) or v2 over the frame without its last four bytes; nothing for other frames.
std::optional<u32> roce_icrc(std::span<const u8> frame, bool v2);

}  // namespace mppa::eth
