#include "models/host/tcp/sent_queue.h"

#include <algorithm>

namespace mppa::host::tcp {

namespace {

constexpr unsigned kDuplicates = 3;  ///< DupThresh

}  // namespace

void SentQueue::forget(const Segment& segment) {
  if (segment.sacked) sacked_ -= segment.bytes();
  if (segment.lost) lost_ -= segment.bytes();
}

SentQueue::Acknowledged SentQueue::acknowledge(Offset upto) {
  Acknowledged result;
  while (!empty() && segments_.front().end <= upto) {
    const Segment& segment = segments_.front();
    result.bytes += segment.bytes();
    // What had been selectively acknowledged says nothing about the time now.
    if (!segment.retransmitted && !segment.sacked) {
      result.sent_at = segment.sent_at;
      youngest_arrived_ = std::max(youngest_arrived_, segment.sent_at);
    }
    forget(segment);
    segments_.pop_front();
  }
  if (!empty() && segments_.front().begin < upto) {
    Segment& segment = segments_.front();
    result.bytes += static_cast<u64>(upto - segment.begin);
    forget(segment);
    segment.begin = upto;
    if (segment.sacked) sacked_ += segment.bytes();
    if (segment.lost) lost_ += segment.bytes();
  }
  return result;
}

bool SentQueue::sack(std::span<const Range> ranges) {
  bool news = false;
  for (const Range& range : ranges) {
    auto segment = std::lower_bound(segments_.begin(), segments_.end(), range.begin,
                                    [](const Segment& s, Offset offset) { return s.begin < offset; });
    for (; segment != segments_.end() && segment->end <= range.end; ++segment) {
      if (segment->sacked) continue;
      forget(*segment);
      segment->lost = false;
      segment->sacked = true;
      sacked_ += segment->bytes();
      if (!segment->retransmitted) youngest_arrived_ = std::max(youngest_arrived_, segment->sent_at);
      news = true;
    }
  }
  return news;
}

void SentQueue::mark_lost(Segment& segment) {
  if (segment.lost || segment.sacked) return;
  segment.lost = true;
  lost_ += segment.bytes();
}

bool SentQueue::find_losses(u64 mss, u64 reordering) {
  if (sacked_ == 0) return false;
  bool news = false;
  u64 above = 0;
  unsigned segments_above = 0;
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (segment->sacked) {
      above += segment->bytes();
      ++segments_above;
    } else if (!segment->lost) {
      const bool overtaken = segments_above >= kDuplicates || above > (kDuplicates - 1) * mss;
      const bool again = segment->retransmitted && segment->sent_at + reordering < youngest_arrived_;
      if (segment->retransmitted ? again : overtaken) {
        mark_lost(*segment);
        news = true;
      }
    }
  }
  return news;
}

void SentQueue::lose_first() {
  if (!empty()) mark_lost(segments_.front());
}

void SentQueue::lose_all() {
  if (empty()) return;
  const bool reneged = segments_.front().sacked;
  for (Segment& segment : segments_) {
    if (reneged && segment.sacked) {
      forget(segment);
      segment.sacked = false;
    }
    mark_lost(segment);
  }
}

const SentQueue::Segment* SentQueue::next_lost() const {
  if (lost_ == 0) return nullptr;
  const auto found = std::find_if(segments_.begin(), segments_.end(), [](const Segment& s) { return s.lost; });
  return &*found;
}

void SentQueue::sent_again(const Segment& segment, u64 now) {
  const auto index = std::lower_bound(segments_.begin(), segments_.end(), segment.begin,
                                      [](const Segment& s, Offset offset) { return s.begin < offset; });
  if (index->lost) lost_ -= index->bytes();
  index->lost = false;
  index->retransmitted = true;
  index->sent_at = now;
}

}  // namespace mppa::host::tcp
