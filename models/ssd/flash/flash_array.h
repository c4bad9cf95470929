// Timing of the memory chips: dies with planes behind channel buses. No contents; the data live in DataStore.
//
// A plane reads a page into its register, which then moves over the channel while the next read runs. A program or
// erase occupies all planes of a die; a host read suspends it (max_suspends times), background reads wait. A program
// or erase that has not ended after twice its own time holds new reads back, so that reads cannot starve writes.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/ssd/params.h"

namespace mppa::ssd {

enum class ReadPriority : u8 { kHost, kBackground };

class FlashArray : public StatProvider {
 public:
  using Done = std::function<void()>;

  /// Throws std::invalid_argument if a count or size is zero.
  FlashArray(Timeline& time, const FlashParams& params);

  /// Reads one page and moves `bytes` of it to the controller.
  void read(unsigned die, unsigned plane, u64 bytes, ReadPriority priority, Done done);
  /// Moves `bytes` to the die and programs them with one operation.
  void program(unsigned die, u64 bytes, Done done);
  /// Erases one block in every plane of the die.
  void erase(unsigned die, Done done);

  void write_stats(StatWriter& out) const override;
  u64 suspends() const { return suspends_; }

 private:
  struct Read {
    u64 bytes;
    Done done;
  };
  struct Plane {
    std::deque<Read> host, background;
    bool busy = false;
  };
  /// A program or erase.
  struct Work {
    u64 duration;
    u64 remaining;
    u64 due;  ///< when its turn came
    unsigned suspends;
    Done done;
  };
  enum class State : u8 { kIdle, kRunning, kSuspending, kSuspended, kResuming };
  struct Die {
    std::vector<Plane> planes;
    std::deque<Work> work;  ///< front: running or next
    State state = State::kIdle;
    u64 ends = 0;        ///< of the running work
    u64 run = 0;         ///< number of the current uninterrupted run; a stale finish has an older one
    unsigned reads = 0;  ///< planes that are reading
    bool waits_for_power = false;
  };

  BandwidthServer& channel_of(unsigned die) { return channels_[die % params_.channels]; }
  void advance(unsigned die);
  void start_reads(unsigned die, bool background);
  void finish_read(unsigned die, unsigned plane, Read read);
  bool host_read_waits(const Die& die) const;
  bool work_is_overdue(const Die& die) const;
  void start_work(unsigned die);
  void run_work(unsigned die);
  void finish_work(unsigned die, u64 run);
  void suspend(unsigned die);
  void send(unsigned die, u64 left, Done done);
  void release_power();
  void queue_work(unsigned die, u64 duration, Done done);

  Timeline& time_;
  FlashParams params_;
  std::vector<Die> dies_;
  std::vector<BandwidthServer> channels_;
  std::deque<unsigned> power_queue_;
  unsigned busy_dies_ = 0;
  u64 reads_ = 0, programs_ = 0, erases_ = 0, suspends_ = 0;
  u64 read_bytes_ = 0, programmed_bytes_ = 0;
};

}  // namespace mppa::ssd
