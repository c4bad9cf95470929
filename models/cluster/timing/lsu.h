// The load/store unit's timing: L1D tags, busy counter, write buffer, streaming-load queue (section 5;
// docs/dev/how-time-works.md, "Memory operations").
#pragma once

#include <deque>

#include "models/cluster/timing/bundle_timing.h"
#include "models/cluster/timing/line_observer.h"
#include "models/cluster/timing/mem_access.h"
#include "models/cluster/timing/params.h"
#include "models/cluster/timing/tag_array.h"
#include "models/cluster/timing/write_buffer.h"

namespace mppa::timing {

/// What the access does to the pipe.
struct MemTiming {
  u32 busy_wait = 0;     ///< cycles at E1 because L1D is busy
  u32 entry_wait = 0;    ///< further cycles at E1
  Stall entry_cause{};   ///< reason for entry_wait
  u32 freeze = 0;        ///< cycles at E3
  Stall freeze_cause{};  ///< reason for freeze
  u32 result_extra = 0;  ///< streaming: cycles after E3 at which the result is ready, while the pipe goes on
  u8 hits = 0;           ///< L1D lines found by a load, for statistics
  u8 misses = 0;
  u32 e1_wait() const { return busy_wait + entry_wait; }
};

class Lsu {
 public:
  explicit Lsu(const Params& params) : params_(params), write_buffer_(params) {}

  /// Times an access that would be at E1 in cycle `a`; updates tags, buffers and the busy counter.
  MemTiming access(const MemAccess& m, u64 a);

  /// Sends everything and returns the first cycle >= `now` in which the LSU is quiet.
  u64 quiet(u64 now);

  /// `observer` (or nobody, if null) hears of every cached load.
  void observe(LineObserver* observer) { observer_ = observer; }

  TagArray& l1d() { return l1d_; }
  const TagArray& l1d() const { return l1d_; }
  WriteBuffer& write_buffer() { return write_buffer_; }
  u64 busy_until() const { return busy_until_; }
  void reset();
  /// L1D, buffers and what is outstanding at T, for comparing states (Model::image).
  void append_image(u64 T, std::vector<u64>& out) const;
  /// Moves everything by `cycles` into the future.
  void move(u64 cycles);

 private:
  void cached_load(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy);
  void tell_observer(const MemAccess& m, bool hit0, bool hit1) const;
  void uncached_load(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy);
  void store(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy);
  void zero_line(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy);
  unsigned distance(const MemAccess& m, u64 pa, unsigned bytes, u64 a) const;
  unsigned distance(const MemAccess& m, u64 a) const { return distance(m, m.pa, m.size, a); }
  unsigned write_distance(const MemAccess& m, u64 a) const;
  unsigned flush_for(const MemAccess& m, bool first_missed, bool second_missed, u64 a);

  const Params& params_;
  TagArray l1d_;
  WriteBuffer write_buffer_;
  std::deque<u64> streams_;  ///< cycles at whose end outstanding streaming loads return, ascending
  u64 last_stream_ = 0;
  u64 busy_until_ = 0;  ///< first cycle in which L1D accepts an access
  LineObserver* observer_ = nullptr;
};

}  // namespace mppa::timing
