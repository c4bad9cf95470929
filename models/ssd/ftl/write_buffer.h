// The DRAM write buffer: units that the host has written and the media do not hold yet. Timing and bookkeeping only;
// the bytes are in DataStore already.
//
// A unit is filling until the host has written all of it, or until its coalescing time is over and the missing part is
// read from the media (read-modify-write). Then it is ready, and whoever writes the media takes it. It occupies the
// buffer until it is programmed. Writes to a unit that has not been taken yet are absorbed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <unordered_map>

#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/ssd/params.h"

namespace mppa::ssd {

class WriteBuffer : public StatProvider {
 public:
  using Done = std::function<void()>;
  /// Reads the rest of a partly written unit from the media.
  using Complete = std::function<void(u32 unit, Done done)>;
  using Ready = std::function<void(u32 unit)>;

  /// Holds at least `min_units` units, whatever the configured size.
  WriteBuffer(Timeline& time, const WriteBufferParams& params, u64 unit_bytes, u64 min_units);
  void connect(Complete complete, Ready ready);

  /// Calls `done` when all bytes are in the buffer or, if `durable`, when the media hold them.
  void write(u64 offset, u64 bytes, bool durable, Done done);
  /// Calls `done` when everything accepted so far is on the media.
  void flush(Done done) { wait_until_programmed(numbers_, std::move(done)); }
  /// Whether the buffer holds these bytes of a unit.
  bool holds(u32 unit, u64 offset, u64 bytes) const;

  bool is_ready(u32 unit) const;
  /// The unit is being programmed from now on.
  void take(u32 unit);
  /// Its program has ended.
  void programmed(u32 unit);
  /// Drops those of the units that have not been taken.
  void discard(u32 first, u64 count);
  /// Somebody waits for the media: partly filled program operations should go.
  bool is_urgent() const { return !flushes_.empty(); }
  bool is_empty() const { return live_.empty(); }

  void write_stats(StatWriter& out) const override;

 private:
  enum class State : u8 { kFilling, kCompleting, kReady };
  struct Unit {
    State state = State::kFilling;
    u64 written = 0;  ///< mask of granules
    u64 number = 0;   ///< order of arrival; tells a unit from its successor under the same name
  };
  /// A write that is not fully in the buffer yet.
  struct Request {
    u64 offset;
    u64 bytes;
    bool durable;
    u64 last_number;  ///< the youngest unit it touched
    Done done;
  };
  struct Flush {
    u64 number;
    Done done;
  };

  u64 granules(u64 begin, u64 end) const;
  void admit();
  /// Puts the next piece of a request into its unit; false if the buffer is full.
  bool admit_piece(Request& request);
  Unit* find_or_open(u32 unit);
  void finish_filling(u32 unit, u64 number);
  void make_ready(u32 unit, Unit& entry);
  void retire(u64 number);
  void wait_until_programmed(u64 number, Done done);

  Timeline& time_;
  WriteBufferParams params_;
  u64 unit_bytes_;
  u64 capacity_;
  Complete complete_;
  Ready ready_;
  std::unordered_map<u32, Unit> open_;              ///< looked up only
  std::unordered_map<u32, std::deque<u64>> taken_;  ///< numbers of the units being programmed; looked up only
  std::map<u64, u32> live_;                         ///< number -> unit of everything in the buffer
  std::deque<Request> waiting_;
  std::deque<Flush> flushes_;
  bool admitting_ = false;
  u64 numbers_ = 0;
  u64 stalls_ = 0;
  u64 absorbed_ = 0;
  u64 completions_ = 0;
};

}  // namespace mppa::ssd
