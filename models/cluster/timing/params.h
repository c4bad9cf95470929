// Every figure of the timing model that is not a stage of an instruction's operand (those are in isa/kv3_1.tsv).
#pragma once

#include "models/common/types.h"

namespace mppa::timing {

/// How much of the pipeline is modelled.
enum class Level : u8 {
  kFunctional,  ///< one bundle takes one cycle, memory and fetch take none
  kPipeline,    ///< docs/dev/how-time-works.md
};

/// Cycle figures in core clocks. Defaults: the public pipeline digest (docs/dev/how-time-works.md names the section
/// of each). The LSU and fetch figures hold for a memory that answers in `reference_latency` cycles; a region with
/// another read latency L adds L - reference_latency to every wait for memory.
struct Params {
  unsigned reference_latency = 10;  ///< idle local memory, section 5

  // Branch unit, section 4: cycles lost behind the branch when it is taken.
  unsigned branch_id_bubbles = 1;  ///< call goto ret rfe scall
  unsigned branch_rr_bubbles = 2;  ///< cb icall igoto
  unsigned refetch_bubbles = 1;    ///< barrier tlbwrite tlbiinval set/wfx PS, short loopdo
  unsigned drain_cycles = 5;       ///< ID waits until RR..E4 are empty
  unsigned loopdo_refetch_bytes = 64;

  // L1D, section 5: freeze of the pipe at E3 on top of a hit, and cycles for which the next access finds L1D busy.
  unsigned miss_freeze = 9;  ///< critical word at E12
  unsigned miss_busy = 17;
  unsigned cross_hit_hit_freeze = 2;
  unsigned cross_hit_hit_busy = 2;
  unsigned cross_hit_miss_freeze = 10;  ///< one more than a miss
  unsigned cross_hit_miss_busy = 18;
  unsigned cross_miss_hit_freeze = 18;
  unsigned cross_miss_hit_busy = 19;
  unsigned cross_miss_miss_freeze = 27;
  unsigned cross_miss_miss_busy = 35;
  unsigned word_cross_extra = 1;  ///< a miss, blocking access or store that is split over two 64-bit words

  // Uncached and atomic accesses, section 5.
  unsigned uncached_freeze = 8;  ///< blocking: result at E11 instead of E3
  unsigned uncached_busy = 9;
  unsigned uncached_store_freeze = 9;
  unsigned atomic_freeze = 10;  ///< E13
  unsigned atomic_busy = 10;
  unsigned stream_extra = 8;  ///< streaming: result at E11 instead of E3, the pipe goes on
  unsigned stream_cross_busy = 2;
  unsigned stream_depth = 10;  ///< streaming loads outstanding

  // Write buffer, section 5.
  unsigned write_buffer_words = 8;
  unsigned write_beat =
      32;  ///< bytes; words that one store wrote into one aligned block of this size are sent together
  unsigned write_drain = 1;    ///< cycles to send a word or such a block
  unsigned write_ack = 9;      ///< from sending a word to its acknowledgement (fence, barrier)
  unsigned posted_depth = 16;  ///< beats sent to shared memory and not acknowledged; 1 to 16, not published
  unsigned dzerol_busy = 7;    ///< cached
  unsigned dzerol_uncached_stall = 7;
  unsigned dzerol_uncached_busy = 8;

  // Instruction fetch, section 6.
  unsigned fetch_buffer = 12;  ///< syllables
  unsigned fetch_width = 4;    ///< syllables per request
  unsigned l1i_miss = 10;      ///< cycles until the critical word of a missing line arrives

  friend bool operator==(const Params&, const Params&) = default;

  // L1 geometry, section 5: 16 KB, 4 ways x 64 sets x 64 bytes, true LRU.
  static constexpr unsigned kLineBytes = 64;
  static constexpr unsigned kSets = 64;
  static constexpr unsigned kWays = 4;
};

}  // namespace mppa::timing
