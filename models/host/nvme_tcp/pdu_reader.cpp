#include "models/host/nvme_tcp/pdu_reader.h"

#include <algorithm>

#include "models/common/crc32.h"

namespace mppa::host::nvme_tcp {

namespace {

// Offsets in the common header [3.6.1].
constexpr u32 kType = 0, kFlags = 1, kHeaderLength = 2, kDataOffset = 3, kLength = 4;
constexpr u32 kDataLength = 16;  ///< of C2HData

/// Length of the header, 0: a type that controllers do not send.
unsigned header_length(PduType type) {
  switch (type) {
    case PduType::kIcResp:
      return kIcBytes;
    case PduType::kC2hTermReq:
    case PduType::kCapsuleResp:
    case PduType::kC2hData:
    case PduType::kR2t:
      return kDataHeaderBytes;
    case PduType::kIcReq:
    case PduType::kH2cTermReq:
    case PduType::kCapsuleCmd:
    case PduType::kH2cData:
      break;
  }
  return 0;
}

bool has_digests(PduType type) { return type != PduType::kIcResp && type != PduType::kC2hTermReq; }

}  // namespace

void PduReader::feed(std::span<const u8> bytes) {
  while (!bytes.empty() && stage_ != Stage::kEnded) {
    switch (stage_) {
      case Stage::kHeader:
        take_header(bytes);
        break;
      case Stage::kPad: {
        const u32 skipped = static_cast<u32>(std::min<std::size_t>(skip_, bytes.size()));
        bytes = bytes.subspan(skipped);
        if ((skip_ -= skipped) == 0) stage_ = Stage::kData;
        break;
      }
      case Stage::kData:
        take_data(bytes);
        break;
      case Stage::kDigest:
        take_digest(bytes);
        break;
      case Stage::kEnded:
        break;
    }
  }
}

bool PduReader::fail(Fatal why, u32 field) {
  stage_ = Stage::kEnded;
  sink_.malformed(why, field, std::span(header_).first(have_));
  return false;
}

void PduReader::take_header(std::span<const u8>& bytes) {
  const std::size_t taken = std::min(need_ - have_, bytes.size());
  std::copy_n(bytes.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(have_));
  have_ += taken;
  bytes = bytes.subspan(taken);
  if (have_ < need_) return;
  if (need_ == kCommonBytes) {
    check_common();
    return;
  }
  if (!check_whole()) return;
  to_ = {};
  if (!sink_.header(pdu_, to_)) {
    stage_ = Stage::kEnded;
    return;
  }
  done_ = 0;
  crc_ = 0;
  digest_have_ = 0;
  if (pdu_.data_bytes == 0) return finish(true);
  stage_ = skip_ > 0 ? Stage::kPad : Stage::kData;
}

bool PduReader::check_common() {
  pdu_.type = static_cast<PduType>(header_[kType]);
  pdu_.flags = header_[kFlags];
  const unsigned length = header_length(pdu_.type);
  if (length == 0) return fail(Fatal::kInvalidField, kType);
  if (header_[kHeaderLength] != length) return fail(Fatal::kInvalidField, kHeaderLength);
  const bool digest = header_digest_ && has_digests(pdu_.type);
  if (pdu_.has(pdu_flag::kHeaderDigest) != digest) return fail(Fatal::kInvalidField, kFlags);
  need_ = length + (digest ? kDigestBytes : 0);
  return true;
}

bool PduReader::check_whole() {
  const unsigned length = header_length(pdu_.type);
  pdu_.header = std::span(header_).first(length);
  if (need_ > length && crc32c(pdu_.header) != load<u32>(header_, length))
    return fail(Fatal::kHeaderDigest, load<u32>(header_, length));
  const u32 bytes = load<u32>(header_, kLength);
  pdu_.data_bytes = skip_ = 0;
  if (pdu_.type == PduType::kC2hTermReq) {
    if (bytes < kTermBytes || bytes > kMaxTermBytes) return fail(Fatal::kInvalidField, kLength);
    pdu_.data_bytes = bytes - kTermBytes;
    return true;
  }
  if (pdu_.type == PduType::kC2hData) return check_data_place(bytes);
  return bytes == need_ || fail(Fatal::kInvalidField, kLength);
}

bool PduReader::check_data_place(u32 pdu_bytes) {
  const u32 place = header_[kDataOffset];
  pdu_.data_bytes = load<u32>(header_, kDataLength);
  if (pdu_.has(pdu_flag::kDataDigest) != data_digest_) return fail(Fatal::kInvalidField, kFlags);
  if (place < need_ || place % 4 != 0) return fail(Fatal::kInvalidField, kDataOffset);
  if (pdu_.data_bytes == 0) return fail(Fatal::kInvalidField, kDataLength);
  const u64 expected = u64{place} + pdu_.data_bytes + (data_digest_ ? kDigestBytes : 0);
  if (pdu_bytes != expected) return fail(Fatal::kInvalidField, kLength);
  skip_ = place - static_cast<u32>(need_);
  return true;
}

void PduReader::take_data(std::span<const u8>& bytes) {
  const std::size_t taken = std::min<std::size_t>(pdu_.data_bytes - done_, bytes.size());
  if (!to_.empty()) std::memcpy(to_.data() + done_, bytes.data(), taken);
  if (data_digest_) crc_ = crc32c(bytes.first(taken), crc_);
  done_ += static_cast<u32>(taken);
  bytes = bytes.subspan(taken);
  if (done_ < pdu_.data_bytes) return;
  if (data_digest_ && has_digests(pdu_.type)) {
    stage_ = Stage::kDigest;
  } else {
    finish(true);
  }
}

void PduReader::take_digest(std::span<const u8>& bytes) {
  const std::size_t taken = std::min(kDigestBytes - digest_have_, bytes.size());
  std::copy_n(bytes.begin(), taken, digest_.begin() + static_cast<std::ptrdiff_t>(digest_have_));
  digest_have_ += taken;
  bytes = bytes.subspan(taken);
  if (digest_have_ == kDigestBytes) finish(load<u32>(digest_, 0) == crc_);
}

void PduReader::finish(bool data_ok) {
  have_ = 0;
  need_ = kCommonBytes;
  stage_ = Stage::kHeader;
  if (!sink_.complete(pdu_, data_ok)) stage_ = Stage::kEnded;
}

}  // namespace mppa::host::nvme_tcp
