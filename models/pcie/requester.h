// The requests of one function (or root port): splits reads and writes as the limits of the link demand, hands out
// tags, puts completions together again, and ends what is never answered.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/pcie/port.h"

namespace mppa::pcie {

/// How a request ended.
enum class RequestStatus : u8 {
  kOk,
  kUnsupported,  ///< completion with status UR
  kAborted,      ///< completion with status CA, or the function was reset
  kTimeout,
  kPoisoned,     ///< the data arrived, but marked as bad
  kNoBusMaster,  ///< nothing was sent
  kLinkDown,
};

struct RequesterLimits {
  unsigned max_payload = 128;       ///< bytes of a write
  unsigned max_read = 512;          ///< bytes of a read request
  u64 timeout_ps = 50'000'000'000;  ///< 0: never
};

class Requester : public StatProvider {
 public:
  using Done = std::function<void(RequestStatus)>;

  /// `tags`: requests in flight, at most 1024.
  Requester(Timeline& timeline, Port& port, unsigned tags);

  void set_limits(const RequesterLimits& limits) { limits_ = limits; }
  const RequesterLimits& limits() const { return limits_; }

  /// Reads any number of bytes > 0; `done` is called exactly once, never from within this call.
  void read(u16 id, u64 address, std::span<u8> into, Done done);
  /// Posted.
  void write(u16 id, u64 address, std::span<const u8> data);
  /// One non-posted packet; its tag is filled in. `done` gets the completion: status and data.
  void request(Tlp tlp, std::function<void(RequestStatus, const Tlp&)> done);

  /// A completion has arrived. False: nothing of ours asked for it.
  bool complete(const Tlp& completion);
  /// Ends everything with `status`.
  void fail_all(RequestStatus status);

  std::size_t in_flight() const { return tags_.size() - free_tags_.size(); }
  /// Called when a request has timed out.
  std::function<void()> on_timeout;

  void write_stats(StatWriter& out) const override;

 private:
  /// A read as its caller sees it.
  struct Job {
    u16 id;
    u64 address;
    std::span<u8> into;
    Done done;
    u64 issued = 0;        ///< bytes asked for so far
    unsigned pending = 0;  ///< requests in flight
    RequestStatus status = RequestStatus::kOk;
  };
  /// A request in flight; `job` or `single` is set.
  struct Outstanding {
    u64 serial = 0;  ///< 0: the tag is free
    std::shared_ptr<Job> job;
    std::function<void(RequestStatus, const Tlp&)> single;
    u64 offset = 0;
    unsigned bytes = 0, received = 0;
    u64 sent = 0;
  };
  struct Deadline {
    u64 when, serial;
    u16 tag;
  };
  struct Waiting {
    Tlp tlp;
    std::function<void(RequestStatus, const Tlp&)> done;
  };

  void issue();
  std::optional<u16> take_tag();
  void launch(u16 tag, Tlp tlp);
  Outstanding free(u16 tag);
  void finish(Outstanding& o, RequestStatus status, const Tlp& completion);
  void watch();

  Timeline& timeline_;
  Port& port_;
  RequesterLimits limits_;
  std::vector<Outstanding> tags_;
  std::deque<u16> free_tags_;
  std::deque<std::shared_ptr<Job>> jobs_;  ///< not issued completely
  std::deque<Waiting> singles_;
  std::deque<Deadline> deadlines_;
  bool watching_ = false;
  u64 next_serial_ = 1;

  u64 reads_ = 0, read_bytes_ = 0, writes_ = 0, write_bytes_ = 0, failed_ = 0, timeouts_ = 0, unexpected_ = 0;
  Histogram latency_;
};

}  // namespace mppa::pcie
