// How the cores of a cluster reach memory and registers. Private to the cluster model.
#pragma once

#include <algorithm>

#include "models/cluster/cluster.h"

namespace mppa::cluster {

/// The view of one core.
class Cluster::CoreBus final : public engine::CoreBus {
 public:
  CoreBus(Cluster& cluster, unsigned core) : cluster_(cluster), core_(core) {}

  const engine::MemRegion* region(u64 pa) override {
    for (const engine::MemRegion& r : cluster_.regions_)
      if (pa - r.base < r.size) return &r;
    return nullptr;
  }
  engine::BusReply access(engine::BusOp op, u64 pa, std::span<u8> data, const engine::AtomicOperands& atomic,
                          u64 now) override {
    return cluster_.access(core_, op, pa, data, atomic, now);
  }
  bool ahead(u64 now) override {
    return now > std::min(cluster_.local_limit_, cluster_.chip_limit_) && !cluster_.catching_up_;
  }
  bool must_wait(u64 now) override { return cluster_.must_wait(now); }
  void before_write(const u8* host, u64 bytes, u64 now) override {
    const u64 pc = cluster_.cores_[core_].core->state().pc;
    cluster_.watch_.before_write(host, bytes, cluster_.clock_.ps_of(now),
                                 {cluster_.params_.id, static_cast<u8>(core_), pc});
  }
  bool watches_page(const u8* host) override { return cluster_.watch_.watches_page(host); }
  u64 watch_epoch() override { return cluster_.watch_.epoch(); }

 private:
  Cluster& cluster_;
  unsigned core_;
};

/// The path to the cluster's own memory.
class Cluster::LocalArbiter final : public timing::MemArbiter {
 public:
  explicit LocalArbiter(Cluster& cluster) : cluster_(cluster) {}
  u32 read_wait(u64 pa, unsigned bytes, u64 now) override {
    if (bytes == L1Directory::kLineBytes)  // a refill
      cluster_.directory_.note(offset(pa), static_cast<unsigned>(cluster_.running_));
    return cluster_.unobserved_ ? cluster_.params_.smem.read_latency : cluster_.smem_.read_wait(pa, bytes, now);
  }
  u32 write_wait(u64 pa, unsigned bytes, u64 now) override {
    written(pa, bytes, now);
    return read_wait(pa, bytes, now);
  }
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override {
    written(pa, bytes, now);
    return cluster_.unobserved_ ? timing::Posted{} : cluster_.smem_.write_posted(pa, bytes, now);
  }

 private:
  u64 offset(u64 pa) const { return pa & (cluster_.params_.smem.size - 1); }
  /// What a core writes in a loop in which it waits is its own stack: nobody else has such lines.
  void written(u64 pa, unsigned bytes, u64 now) {
    if (!cluster_.catching_up_)
      cluster_.lines_written(offset(pa), bytes, cluster_.running_, cluster_.clock_.ps_of(now));
  }

  Cluster& cluster_;
};

/// The path to memory outside the cluster: the bytes move through DMI, the time is that of a transaction over the
/// fabric, or of the L2 cache in front of it.
class Cluster::RemoteArbiter final : public timing::MemArbiter {
 public:
  RemoteArbiter(Cluster& cluster, u64 base, u32 idle_latency, bool ddr)
      : cluster_(cluster), base_(base), idle_latency_(idle_latency), ddr_(ddr) {
    payload_.set_extension(&extension_);
  }
  ~RemoteArbiter() override { payload_.clear_extension(&extension_); }

  u32 read_wait(u64 pa, unsigned bytes, u64 now) override {
    if (ddr_ && bytes == L1Directory::kLineBytes)
      cluster_.directory_.note_far(pa - base_, static_cast<unsigned>(cluster_.running_));
    if (cluster_.unobserved_) return idle_latency_;
    return l2_ ? l2_->read(pa - base_, bytes, now) : transaction(pa - base_, bytes, now, false);
  }
  u32 write_wait(u64 pa, unsigned bytes, u64 now) override {
    written(pa, now);
    extension_.timing_of_atomic = true;
    const u32 wait = read_wait(pa, bytes, now);
    extension_.timing_of_atomic = false;
    return wait;
  }
  /// The path takes what the core's window of unacknowledged writes lets through.
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override {
    written(pa, now);
    u32 wait = idle_latency_;
    if (!cluster_.unobserved_)
      wait = l2_ ? l2_->write(pa - base_, bytes, now) : transaction(pa - base_, bytes, now, true);
    const u32 reference = cluster_.params_.timing.reference_latency;
    return {0, wait > reference ? wait - reference : 0};
  }

  /// Cycles that a transfer to or from `offset` in the memory takes.
  u32 transaction(u64 offset, unsigned bytes, u64 now, bool write) {
    extension_.cluster = cluster_.params_.id;
    extension_.timing_of_write = write;
    payload_.set_command(tlm::TLM_IGNORE_COMMAND);
    payload_.set_address(base_ + offset);
    payload_.set_data_ptr(scratch_);
    payload_.set_data_length(bytes);
    payload_.set_streaming_width(bytes);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    const u64 start = std::max<u64>(cluster_.clock_.ps_of(now), sc_core::sc_time_stamp().value());
    sc_core::sc_time delay = sc_core::sc_time::from_value(start - sc_core::sc_time_stamp().value());
    cluster_.axi_out->b_transport(payload_, delay);
    return cluster_.wait_cycles((sc_core::sc_time_stamp() + delay).value() - start);
  }
  void put_behind(L2Cache& l2) {
    l2_ = &l2;
    idle_latency_ = l2.idle_latency();
  }

 private:
  void written(u64 pa, u64 now) {
    if (ddr_ && !cluster_.catching_up_)
      cluster_.ddr_line_written(pa - base_, cluster_.running_, cluster_.clock_.ps_of(now));
  }

  Cluster& cluster_;
  u64 base_;
  u32 idle_latency_;
  bool ddr_;
  L2Cache* l2_ = nullptr;
  tlm::tlm_generic_payload payload_;
  BusExtension extension_;
  unsigned char scratch_[256] = {};
};

}  // namespace mppa::cluster
