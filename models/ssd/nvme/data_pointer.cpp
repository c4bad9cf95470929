#include "models/ssd/nvme/data_pointer.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace mppa::ssd::nvme {

namespace {

/// Adjacent pages become one segment, so that the link sees one request.
void append(std::vector<Segment>& segments, u64 address, u64 bytes) {
  if (!segments.empty() && segments.back().address + segments.back().bytes == address &&
      segments.back().bytes + bytes <= HostPort::kMaxRequest) {
    segments.back().bytes += bytes;
  } else {
    segments.push_back({address, bytes});
  }
}

/// Walks a PRP list, one page of entries at a time.
class PrpWalk : public std::enable_shared_from_this<PrpWalk> {
 public:
  PrpWalk(HostPort& host, u64 page_bytes, u64 left, std::vector<Segment> segments, Resolved done)
      : host_(host), page_bytes_(page_bytes), left_(left), segments_(std::move(segments)), done_(std::move(done)) {}

  void fetch(u64 list) {
    if (list % 8 != 0) return done_(Status::kPrpOffsetInvalid, {});
    const u64 in_page = (page_bytes_ - list % page_bytes_) / 8;
    const u64 needed = (left_ + page_bytes_ - 1) / page_bytes_;
    chained_ = needed > in_page;
    entries_.assign(std::min(in_page, needed), 0);
    auto self = shared_from_this();
    host_.read(list, {reinterpret_cast<u8*>(entries_.data()), entries_.size() * 8}, [self](HostStatus status) {
      if (status != HostStatus::kOk) return self->done_(Status::kDataTransferError, {});
      self->take();
    });
  }

 private:
  void take() {
    const u64 data_entries = entries_.size() - (chained_ ? 1 : 0);
    for (u64 i = 0; i < data_entries; ++i) {
      if (entries_[i] % page_bytes_ != 0) return done_(Status::kPrpOffsetInvalid, {});
      const u64 bytes = std::min(left_, page_bytes_);
      append(segments_, entries_[i], bytes);
      left_ -= bytes;
    }
    if (left_ == 0) return done_(Status::kSuccess, std::move(segments_));
    // The last entry of a page points to the next list; a list of one entry that points on would never end.
    const u64 next = entries_.back();
    if (next % page_bytes_ != 0) return done_(Status::kPrpOffsetInvalid, {});
    fetch(next);
  }

  HostPort& host_;
  u64 page_bytes_;
  u64 left_;
  std::vector<Segment> segments_;
  Resolved done_;
  std::vector<u64> entries_;
  bool chained_ = false;
};

struct SglDescriptor {
  u64 address = 0;
  u32 length = 0;
  u8 reserved[3] = {};
  u8 type = 0;  ///< 7:4 type, 3:0 sub type
};
static_assert(sizeof(SglDescriptor) == 16);

enum SglType : u8 { kDataBlock = 0, kBitBucket = 1, kSegment = 2, kLastSegment = 3 };

/// Walks SGL segments.
class SglWalk : public std::enable_shared_from_this<SglWalk> {
 public:
  SglWalk(HostPort& host, u64 bytes, Direction direction, Resolved done)
      : host_(host), left_(bytes), direction_(direction), done_(std::move(done)) {}

  void first(const SglDescriptor& descriptor) {
    switch (descriptor.type >> 4) {
      case kSegment:
      case kLastSegment:
        return fetch(descriptor);
      default: {
        const Status status = take(descriptor);
        finish(status);
      }
    }
  }

 private:
  static constexpr u64 kMaxDescriptors = 4096;
  static constexpr u64 kMaxSegments = 256;

  void fetch(const SglDescriptor& segment) {
    if (segment.type & 0xF) return done_(Status::kSglTypeInvalid, {});
    if (segment.length == 0 || segment.length % 16 != 0) return done_(Status::kInvalidSglSegment, {});
    if (segment.length / 16 > kMaxDescriptors || ++fetched_ > kMaxSegments) return done_(Status::kInvalidSglCount, {});
    last_ = segment.type >> 4 == kLastSegment;
    descriptors_.assign(segment.length / 16, {});
    auto self = shared_from_this();
    host_.read(segment.address, {reinterpret_cast<u8*>(descriptors_.data()), segment.length},
               [self](HostStatus status) {
                 if (status != HostStatus::kOk) return self->done_(Status::kDataTransferError, {});
                 self->take_all();
               });
  }

  void take_all() {
    for (u64 i = 0; i < descriptors_.size(); ++i) {
      const unsigned type = descriptors_[i].type >> 4;
      if (type == kSegment || type == kLastSegment) {
        // Only the last descriptor of a segment that is not the last one may lead on.
        if (last_ || i + 1 != descriptors_.size()) return done_(Status::kInvalidSglSegment, {});
        const SglDescriptor next = descriptors_[i];
        return fetch(next);
      }
      if (const Status status = take(descriptors_[i]); status != Status::kSuccess) return finish(status);
    }
    finish(last_ ? Status::kSuccess : Status::kInvalidSglSegment);
  }

  Status take(const SglDescriptor& d) {
    const unsigned type = d.type >> 4;
    if ((type != kDataBlock && type != kBitBucket) || (d.type & 0xF)) return Status::kSglTypeInvalid;
    if (type == kBitBucket && direction_ == Direction::kFromHost) return Status::kSuccess;  // ignored [4.4]
    if (d.length > left_) return Status::kSglLengthInvalid;
    for (u64 at = 0; at < d.length; at += HostPort::kMaxRequest)
      segments_.push_back({d.address + at, std::min<u64>(d.length - at, HostPort::kMaxRequest), type == kBitBucket});
    left_ -= d.length;
    return Status::kSuccess;
  }

  void finish(Status status) {
    if (status == Status::kSuccess && left_ != 0) status = Status::kSglLengthInvalid;
    done_(status, status == Status::kSuccess ? std::move(segments_) : std::vector<Segment>{});
  }

  HostPort& host_;
  u64 left_;
  Direction direction_;
  Resolved done_;
  std::vector<SglDescriptor> descriptors_;
  std::vector<Segment> segments_;
  u64 fetched_ = 0;
  bool last_ = false;
};

}  // namespace

void resolve_prp(HostPort& host, u64 page_bytes, u64 prp1, u64 prp2, u64 bytes, Resolved done) {
  if (prp1 % 4 != 0) return done(Status::kPrpOffsetInvalid, {});
  std::vector<Segment> segments;
  const u64 first = std::min(bytes, page_bytes - prp1 % page_bytes);
  append(segments, prp1, first);
  const u64 left = bytes - first;
  if (left == 0) return done(Status::kSuccess, std::move(segments));
  if (left > page_bytes)
    return std::make_shared<PrpWalk>(host, page_bytes, left, std::move(segments), std::move(done))->fetch(prp2);
  if (prp2 % page_bytes != 0) return done(Status::kPrpOffsetInvalid, {});
  append(segments, prp2, left);
  done(Status::kSuccess, std::move(segments));
}

void resolve_sgl(HostPort& host, u64 address, u64 descriptor, u64 bytes, Direction direction, Resolved done) {
  const SglDescriptor first{address, static_cast<u32>(descriptor), {}, static_cast<u8>(descriptor >> 56)};
  std::make_shared<SglWalk>(host, bytes, direction, std::move(done))->first(first);
}

}  // namespace mppa::ssd::nvme
