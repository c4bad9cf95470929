// Segments that were sent and are not acknowledged, oldest first: which of them the peer has (RFC 2018), which are lost
// (RFC 6675), and how many bytes are under way.
#pragma once

#include <deque>
#include <optional>
#include <span>

#include "models/host/tcp/offset.h"

namespace mppa::host::tcp {

class SentQueue {
 public:
  struct Segment {
    Offset begin, end;
    u64 sent_at;  ///< ps, last time
    bool retransmitted = false;
    bool sacked = false;
    bool lost = false;  ///< and not sent again since

    u64 bytes() const { return static_cast<u64>(end - begin); }
  };
  struct Acknowledged {
    u64 bytes = 0;
    std::optional<u64> sent_at;  ///< of the youngest segment acknowledged that was sent once
  };

  bool empty() const { return segments_.empty(); }
  std::size_t size() const { return segments_.size(); }
  const Segment& first() const { return segments_.front(); }
  /// Bytes sent and not cumulatively acknowledged.
  u64 flight() const { return empty() ? 0 : static_cast<u64>(segments_.back().end - segments_.front().begin); }
  /// Bytes believed to be in the network.
  u64 pipe() const { return flight() - sacked_ - lost_; }

  /// Segments follow each other without gaps.
  void add(Offset begin, Offset end, u64 now) { segments_.push_back({begin, end, now}); }
  Acknowledged acknowledge(Offset upto);
  /// The peer says that it has these; true if that was news.
  bool sack(std::span<const Range> ranges);

  /// Marks what must be lost because enough behind it has arrived; true if there is something new. A segment that was
  /// sent again is lost again if one that was first sent more than `reordering` later has arrived.
  bool find_losses(u64 mss, u64 reordering);
  void lose_first();
  /// After a timeout. Forgets what the peer said it has if it cannot be true any more (reneging).
  void lose_all();
  /// The oldest lost segment, nullptr if there is none.
  const Segment* next_lost() const;
  /// next_lost(), or the last segment as a probe, was sent again.
  void sent_again(const Segment& segment, u64 now);
  const Segment& last() const { return segments_.back(); }

 private:
  void mark_lost(Segment& segment);
  void forget(const Segment& segment);

  std::deque<Segment> segments_;
  u64 sacked_ = 0, lost_ = 0;  ///< bytes
  u64 youngest_arrived_ = 0;   ///< latest sending time of a segment that was sent once and has arrived
};

}  // namespace mppa::host::tcp
