#include "sim/system/core_timing_params.h"

namespace mppa::sim {
namespace {

using P = timing::Params;

ParamTable<P> make_table() {
  ParamTable<P> table;
  const auto cycles = [&table](const std::string& name, unsigned P::* field, const std::string& doc) {
    table.number(name, field, config::Dimension::kCycles, "0", "1000", doc, "docs/dev/how-time-works.md");
  };
  cycles("reference_latency", &P::reference_latency, "Read latency of the memory for which the figures below hold.");
  cycles("branch_id_bubbles", &P::branch_id_bubbles, "Lost behind call, goto, ret, rfe, scall.");
  cycles("branch_rr_bubbles", &P::branch_rr_bubbles, "Lost behind a taken cb, icall, igoto.");
  cycles("refetch_bubbles", &P::refetch_bubbles, "Lost behind barrier, TLB writes and set of PS.");
  cycles("drain_cycles", &P::drain_cycles, "ID waits until RR to E4 are empty.");
  cycles("miss_freeze", &P::miss_freeze, "Freeze at E3 by an L1D miss.");
  cycles("miss_busy", &P::miss_busy, "L1D busy after a miss.");
  cycles("cross_hit_hit_freeze", &P::cross_hit_hit_freeze, "Freeze by an access over two lines that hit.");
  cycles("cross_hit_hit_busy", &P::cross_hit_hit_busy, "L1D busy after it.");
  cycles("cross_hit_miss_freeze", &P::cross_hit_miss_freeze, "Freeze by an access over two lines, the second missing.");
  cycles("cross_hit_miss_busy", &P::cross_hit_miss_busy, "L1D busy after it.");
  cycles("cross_miss_hit_freeze", &P::cross_miss_hit_freeze, "Freeze by an access over two lines, the first missing.");
  cycles("cross_miss_hit_busy", &P::cross_miss_hit_busy, "L1D busy after it.");
  cycles("cross_miss_miss_freeze", &P::cross_miss_miss_freeze, "Freeze by an access over two lines that miss.");
  cycles("cross_miss_miss_busy", &P::cross_miss_miss_busy, "L1D busy after it.");
  cycles("word_cross_extra", &P::word_cross_extra, "More for an access split over two 64-bit words.");
  cycles("uncached_freeze", &P::uncached_freeze, "Freeze by a blocking uncached load.");
  cycles("uncached_busy", &P::uncached_busy, "L1D busy after it.");
  cycles("uncached_store_freeze", &P::uncached_store_freeze, "Freeze by a load behind an uncached store.");
  cycles("atomic_freeze", &P::atomic_freeze, "Freeze by an atomic.");
  cycles("atomic_busy", &P::atomic_busy, "L1D busy after it.");
  cycles("stream_extra", &P::stream_extra, "A streaming load delivers this much later than a hit.");
  cycles("stream_cross_busy", &P::stream_cross_busy, "L1D busy after a streaming load over two lines.");
  cycles("write_drain", &P::write_drain, "To send one word of the write buffer.");
  cycles("write_ack", &P::write_ack, "From sending a word to its acknowledgement.");
  cycles("dzerol_busy", &P::dzerol_busy, "L1D busy after dzerol on cached memory.");
  cycles("dzerol_uncached_stall", &P::dzerol_uncached_stall, "Stall by dzerol on uncached memory.");
  cycles("dzerol_uncached_busy", &P::dzerol_uncached_busy, "L1D busy after it.");
  cycles("l1i_miss", &P::l1i_miss, "Until the critical word of a missing L1I line arrives.");
  table.number("loopdo_refetch_size", &P::loopdo_refetch_bytes, config::Dimension::kSize, "0", "4 KiB",
               "A hardware loop shorter than this costs a refetch.", "docs/dev/how-time-works.md");
  table.number("stream_depth", &P::stream_depth, config::Dimension::kNone, "1", "64", "Streaming loads outstanding.",
               "docs/dev/how-time-works.md");
  table.number("posted_depth", &P::posted_depth, config::Dimension::kNone, "1", "16",
               "Beats sent to shared memory and not acknowledged.", "not published; docs/modelling-choices.md");
  table.number("write_buffer_words", &P::write_buffer_words, config::Dimension::kNone, "1", "8",
               "Entries of the write buffer.", "docs/dev/how-time-works.md");
  return table;
}

}  // namespace

const ParamTable<P>& core_timing_table() {
  static const ParamTable<P> table = make_table();
  return table;
}

}  // namespace mppa::sim
