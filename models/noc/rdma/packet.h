// A packet of the RDMA NoC: one header flit and 1..16 payload flits of 128 bits. The bit layout of the real header is
// not public, so the header travels as a struct; the payload is the real bytes.
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "models/common/types.h"

namespace mppa::noc {

inline constexpr unsigned kFlitBytes = 16;
inline constexpr unsigned kMaxPayload = 256;  ///< 16 payload flits (V1 Ethernet `payload_flit_nb_minus1`, 4 bits)
inline constexpr unsigned kVirtualChannels = 2;
inline constexpr unsigned kQosIds = 16;

struct Packet {
  u64 route = 0;          ///< remaining hops, 4 bits each, next one in bits 3:0; 8 = deliver here
  u64 offset = 0;         ///< absolute mode: byte offset in the buffer of the destination's RX channel
  u16 bytes = 0;          ///< valid payload bytes, 0..256
  u16 asn = 0;            ///< address space of the sender, 9 bits
  u8 tag = 0;             ///< RX channel of a DMA, TX FIFO of an Ethernet block; 6 bits
  u8 vchan = 0;           ///< 0 or 1
  u8 qos = 0;             ///< injection limiter, 0..15
  u8 source = 0;          ///< node that sent it; diagnosis only
  bool absolute = false;  ///< write at `offset` instead of where the previous packet ended
  bool eot = false;       ///< last packet of a transfer
  bool masked = false;    ///< `enable` says which payload bytes are written; otherwise all are
  std::array<u64, kMaxPayload / 64> enable;  ///< one bit a byte; valid if `masked`
  std::array<u8, kMaxPayload> data;          ///< valid up to `bytes`

  /// Length on a link; a packet has at least one payload flit.
  unsigned flits() const { return 1 + std::max(1U, (bytes + kFlitBytes - 1U) / kFlitBytes); }
};

using PacketPtr = std::unique_ptr<Packet>;

/// A packet with an empty header; the payload is left uninitialised.
inline PacketPtr make_packet() { return std::make_unique_for_overwrite<Packet>(); }

}  // namespace mppa::noc
