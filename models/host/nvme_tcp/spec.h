// Numbers and layouts of NVMe over TCP (NVM Express TCP Transport Specification 1.0, section in brackets) and of the
// Fabrics commands (NVMe over Fabrics 1.1, "oF"), as far as a host needs them. Everything is little-endian.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "models/ssd/nvme/spec.h"

namespace mppa::host::nvme_tcp {

using ssd::nvme::Cqe;
using ssd::nvme::Sqe;

inline constexpr const char* kDiscoveryNqn = "nqn.2014-08.org.nvmexpress.discovery";

/// PDU types [3.6.1].
enum class PduType : u8 {
  kIcReq = 0,
  kIcResp = 1,
  kH2cTermReq = 2,
  kC2hTermReq = 3,
  kCapsuleCmd = 4,
  kCapsuleResp = 5,
  kH2cData = 6,
  kC2hData = 7,
  kR2t = 9,
};

namespace pdu_flag {
inline constexpr u8 kHeaderDigest = 1, kDataDigest = 2, kLast = 4, kSuccess = 8;
}

inline constexpr unsigned kCommonBytes = 8, kDigestBytes = 4;
inline constexpr unsigned kIcBytes = 128, kCommandBytes = 72, kDataHeaderBytes = 24, kTermBytes = 24;
inline constexpr unsigned kMaxTermBytes = 152;
inline constexpr u32 kMinH2cData = 4096;        ///< least MAXH2CDATA a controller may ask for [3.6.2.3]
inline constexpr u32 kAdminCapsuleData = 8192;  ///< in-capsule data of Fabrics and admin commands [3.3.1]

/// Why a connection is ended, FES of H2CTermReq [3.6.2.4].
enum class Fatal : u16 {
  kInvalidField = 1,
  kSequence = 2,
  kHeaderDigest = 3,
  kOutOfRange = 4,
  kR2tLimit = 5,
  kUnsupported = 6,
};

// Fabrics commands [oF 3].
inline constexpr u8 kFabrics = 0x7F;
enum class FabricsType : u8 { kPropertySet = 0, kConnect = 1, kPropertyGet = 4 };
inline constexpr u8 kDisableSqFlowControl = 1 << 2;  ///< CATTR of Connect
inline constexpr u16 kAnyController = 0xFFFF;

/// SGL descriptors that a host uses [oF 2.3, NVMe 1.4 4.4]: data in the capsule, data by the transport.
inline constexpr u8 kSglOffset = 0x01, kSglTransport = 0x5A;
inline constexpr u8 kUsesSgl = 1 << 6;  ///< PSDT of the command's flags

/// Generic status of an I/O whose data a digest found wrong (NVMe 1.4, 4.6.1.2.1).
inline constexpr u16 kTransientTransportError = 0x022;

template <typename T>
T load(std::span<const u8> data, std::size_t offset) {
  return ssd::nvme::get<T>(data, offset);
}
template <typename T>
void store(std::span<u8> data, std::size_t offset, T value) {
  std::memcpy(data.data() + offset, &value, sizeof value);
}

}  // namespace mppa::host::nvme_tcp
