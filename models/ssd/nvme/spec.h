// Numbers and layouts of the NVM Express base specification, revision 1.4 (section in brackets), and of the Zoned
// Namespace command set 1.1 ("ZNS").
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "models/common/types.h"

namespace mppa::ssd::nvme {

// Controller registers [3.1].
namespace reg {
inline constexpr u64 kCap = 0x00, kVs = 0x08, kIntms = 0x0C, kIntmc = 0x10, kCc = 0x14, kCsts = 0x1C, kNssr = 0x20;
inline constexpr u64 kAqa = 0x24, kAsq = 0x28, kAcq = 0x30, kEnd = 0x38;
inline constexpr u64 kDoorbells = 0x1000;
inline constexpr u32 kVersion14 = 0x0001'0400;
inline constexpr u32 kCstsReady = 1, kCstsFatal = 2, kCstsShutdownDone = 2 << 2, kCstsShutdownMask = 3 << 2;
inline constexpr u32 kCstsSubsystemReset = 1 << 4;
}  // namespace reg

enum class AdminOp : u8 {
  kDeleteSq = 0x00,
  kCreateSq = 0x01,
  kGetLogPage = 0x02,
  kDeleteCq = 0x04,
  kCreateCq = 0x05,
  kIdentify = 0x06,
  kAbort = 0x08,
  kSetFeatures = 0x09,
  kGetFeatures = 0x0A,
  kAsyncEvent = 0x0C,
  kFirmwareCommit = 0x10,
  kFirmwareDownload = 0x11,
  kKeepAlive = 0x18,
  kFormat = 0x80,
};

enum class IoOp : u8 {
  kFlush = 0x00,
  kWrite = 0x01,
  kRead = 0x02,
  kWriteUncorrectable = 0x04,
  kCompare = 0x05,
  kWriteZeroes = 0x08,
  kDatasetManagement = 0x09,
  kVerify = 0x0C,
  kReservationRegister = 0x0D,
  kReservationReport = 0x0E,
  kReservationAcquire = 0x11,
  kReservationRelease = 0x15,
  kZoneManagementSend = 0x79,
  kZoneManagementReceive = 0x7A,
  kZoneAppend = 0x7D,
};

/// Status field without phase, more and do-not-retry: type << 8 | code [4.6.1].
enum class Status : u16 {
  kSuccess = 0x000,
  kInvalidOpcode = 0x001,
  kInvalidField = 0x002,
  kIdConflict = 0x003,
  kDataTransferError = 0x004,
  kInternalError = 0x006,
  kAbortRequested = 0x007,
  kAbortedSqDeletion = 0x008,
  kInvalidNamespace = 0x00B,
  kSequenceError = 0x00C,
  kInvalidSglSegment = 0x00D,
  kInvalidSglCount = 0x00E,
  kSglLengthInvalid = 0x00F,
  kSglTypeInvalid = 0x011,
  kPrpOffsetInvalid = 0x013,
  kHostIdInconsistent = 0x018,
  kLbaOutOfRange = 0x080,
  kNamespaceNotReady = 0x082,
  kReservationConflict = 0x083,
  kFormatInProgress = 0x084,
  kCqInvalid = 0x100,
  kInvalidQueueId = 0x101,
  kInvalidQueueSize = 0x102,
  kAbortLimitExceeded = 0x103,
  kAsyncEventLimitExceeded = 0x105,
  kInvalidFirmwareSlot = 0x106,
  kInvalidFirmwareImage = 0x107,
  kInvalidVector = 0x108,
  kInvalidLogPage = 0x109,
  kInvalidFormat = 0x10A,
  kFirmwareNeedsReset = 0x10B,
  kInvalidQueueDeletion = 0x10C,
  kFeatureNotSaveable = 0x10D,
  kFeatureNotChangeable = 0x10E,
  kFeatureNotNamespace = 0x10F,
  kOverlappingRange = 0x114,
  kConflictingAttributes = 0x180,
  kZoneBoundary = 0x1B8,
  kZoneFull = 0x1B9,
  kZoneReadOnly = 0x1BA,
  kZoneOffline = 0x1BB,
  kZoneInvalidWrite = 0x1BC,
  kTooManyActiveZones = 0x1BD,
  kTooManyOpenZones = 0x1BE,
  kZoneTransition = 0x1BF,
  kUnrecoveredReadError = 0x281,
  kCompareFailure = 0x285,
  kUnwrittenBlock = 0x287,
};

inline constexpr u32 kAllNamespaces = 0xFFFF'FFFF;

/// Submission queue entry [4.2].
struct Sqe {
  u8 opcode = 0;
  u8 flags = 0;  ///< 1:0 fused, 7:6 PSDT
  u16 cid = 0;
  u32 nsid = 0;
  u32 cdw2 = 0, cdw3 = 0;
  u64 mptr = 0;
  u64 prp1 = 0, prp2 = 0;  ///< or SGL1
  u32 cdw10 = 0, cdw11 = 0, cdw12 = 0, cdw13 = 0, cdw14 = 0, cdw15 = 0;

  unsigned fused() const { return flags & 3; }
  unsigned psdt() const { return flags >> 6; }
  /// Starting LBA of the NVM commands.
  u64 slba() const { return u64{cdw11} << 32 | cdw10; }
  /// Number of logical blocks of the NVM commands (the field is zero-based).
  u64 blocks() const { return u64{cdw12 & 0xFFFF} + 1; }
  bool force_unit_access() const { return cdw12 >> 30 & 1; }
};
static_assert(sizeof(Sqe) == 64);

/// Completion queue entry [4.6].
struct Cqe {
  u32 dw0 = 0, dw1 = 0;
  u16 sq_head = 0, sq_id = 0;
  u16 cid = 0;
  u16 status = 0;  ///< 0 phase, 15:1 status field
};
static_assert(sizeof(Cqe) == 16);

inline constexpr u16 kStatusMore = 1 << 14, kStatusDoNotRetry = 1 << 15;

/// A data structure that commands return: little-endian fields put at offsets.
class Page {
 public:
  explicit Page(u64 bytes = 4096) : bytes_(bytes, 0) {}

  template <typename T>
  void put(u64 offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  /// ASCII, padded with spaces [1.6].
  void text(u64 offset, u64 width, const std::string_view value) {
    std::memset(bytes_.data() + offset, ' ', width);
    std::memcpy(bytes_.data() + offset, value.data(), std::min<u64>(width, value.size()));
  }
  void copy(u64 offset, std::span<const u8> data) { std::memcpy(bytes_.data() + offset, data.data(), data.size()); }
  std::vector<u8>& bytes() { return bytes_; }
  u64 size() const { return bytes_.size(); }

 private:
  std::vector<u8> bytes_;
};

template <typename T>
T get(std::span<const u8> data, u64 offset) {
  T value;
  std::memcpy(&value, data.data() + offset, sizeof value);
  return value;
}

}  // namespace mppa::ssd::nvme
