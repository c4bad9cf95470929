// The flash translation layer: reads through the page map, writes through the buffer into program operations, and keeps
// superblocks free. It knows times and places; the bytes are in DataStore.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/ssd/flash/flash_array.h"
#include "models/ssd/ftl/block_pool.h"
#include "models/ssd/ftl/geometry.h"
#include "models/ssd/ftl/mapping.h"
#include "models/ssd/ftl/write_buffer.h"

namespace mppa::ssd {

class GarbageCollector;

/// Calls `done` when arrive() has been called once for each add() and once more.
class Join {
 public:
  explicit Join(std::function<void()> done) : done_(std::move(done)) {}
  void add() { ++left_; }
  void arrive() {
    if (--left_ == 0) done_();
  }

 private:
  u64 left_ = 1;
  std::function<void()> done_;
};

class Ftl : public StatProvider {
 public:
  using Done = std::function<void()>;

  /// Throws std::invalid_argument if the parameters do not fit each other.
  Ftl(Timeline& time, const SsdParams& params);
  ~Ftl() override;

  /// Offsets are bytes in the drive's capacity; the range must lie inside. `done` when the data are in the controller.
  void read(u64 offset, u64 bytes, Done done);
  /// `done` when the data are in the buffer or, if `durable` and the buffer is volatile, on the media.
  void write(u64 offset, u64 bytes, bool durable, Done done);
  /// `done` when all acknowledged data are safe from a power failure.
  void flush(Done done);
  /// The units that lie wholly in the range lose their contents.
  void discard(u64 offset, u64 bytes);

  /// Zoned placement: erases a zone, whose bounds are multiples of geometry().program_bytes().
  void reset_zone(u64 offset, u64 bytes, Done done);

  const Geometry& geometry() const { return geometry_; }
  /// Bytes programmed over bytes written by the host; 0 before the first write.
  double write_amplification() const;
  u64 host_bytes() const { return host_bytes_; }
  u64 programmed_bytes() const { return programmed_bytes_; }
  void write_stats(StatWriter& out) const override;

 private:
  friend class GarbageCollector;

  /// A ready unit and since when.
  struct Ready {
    u32 unit;
    u64 since;
  };
  struct PageRead {
    PagePlace place;
    u64 bytes;
  };

  void collect_pages(u32 slot, u64 begin, u64 bytes, std::vector<PageRead>& pages) const;
  void read_pages(const std::vector<PageRead>& pages, ReadPriority priority, Done done);
  /// Reads the part of a unit that a partial write has left out.
  void complete_unit(u32 unit, Done done);
  void unit_ready(u32 unit);
  void pump();
  bool may_program() const;
  void program_log();
  void program_in_place();
  /// Programs a zone's next operation when all its units are there.
  void zone_unit_ready(u32 unit);
  std::vector<u32> take_ready(u64 count);
  /// Gives the units the stream's next program operation, padded if they are fewer; returns the die.
  unsigned place(Stream stream, const std::vector<u32>& units);
  /// Programs units that have been taken from the buffer.
  void program_taken(unsigned die, std::vector<u32> units);
  void arm_pad_timer();

  Timeline& time_;
  SsdParams params_;
  Geometry geometry_;
  FlashArray flash_;
  Mapping mapping_;
  BlockPool pool_;
  WriteBuffer buffer_;
  std::unique_ptr<GarbageCollector> collector_;
  std::deque<Ready> ready_;
  std::vector<u32> zone_ready_;  ///< ready units per program operation, zoned placement
  u64 programs_in_flight_ = 0;
  bool pad_timer_ = false;
  bool pumping_ = false;
  u64 host_bytes_ = 0;
  u64 programmed_bytes_ = 0;
  u64 collected_bytes_ = 0;
  u64 padded_units_ = 0;
};

}  // namespace mppa::ssd
