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
    cluster_.watch_.before_write(host, bytes, cluster_.clock_.ps_of(now));
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
    return cluster_.unobserved_ ? cluster_.params_.smem.read_latency : cluster_.smem_.read_wait(pa, bytes, now);
  }
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override {
    return cluster_.unobserved_ ? timing::Posted{} : cluster_.smem_.write_posted(pa, bytes, now);
  }

 private:
  Cluster& cluster_;
};

/// The path to memory outside the cluster: the bytes move through DMI, the time is that of a transaction over the
/// fabric.
class Cluster::RemoteArbiter final : public timing::MemArbiter {
 public:
  RemoteArbiter(Cluster& cluster, u32 idle_latency) : cluster_(cluster), idle_latency_(idle_latency) {
    payload_.set_extension(&extension_);
  }
  ~RemoteArbiter() override { payload_.clear_extension(&extension_); }

  u32 read_wait(u64 pa, unsigned bytes, u64 now) override {
    return cluster_.unobserved_ ? idle_latency_ : transaction(pa, bytes, now, false);
  }
  /// The fabric takes what the core's window of unacknowledged writes lets through.
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override {
    const u32 wait = cluster_.unobserved_ ? idle_latency_ : transaction(pa, bytes, now, true);
    const u32 reference = cluster_.params_.timing.reference_latency;
    return {0, wait > reference ? wait - reference : 0};
  }

 private:
  u32 transaction(u64 pa, unsigned bytes, u64 now, bool write) {
    extension_.cluster = cluster_.params_.id;
    extension_.timing_of_write = write;
    payload_.set_command(tlm::TLM_IGNORE_COMMAND);
    payload_.set_address(pa);
    payload_.set_data_ptr(scratch_);
    payload_.set_data_length(bytes);
    payload_.set_streaming_width(bytes);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    const u64 start = std::max<u64>(cluster_.clock_.ps_of(now), sc_core::sc_time_stamp().value());
    sc_core::sc_time delay = sc_core::sc_time::from_value(start - sc_core::sc_time_stamp().value());
    cluster_.axi_out->b_transport(payload_, delay);
    return cluster_.wait_cycles((sc_core::sc_time_stamp() + delay).value() - start);
  }

  Cluster& cluster_;
  u32 idle_latency_;
  tlm::tlm_generic_payload payload_;
  BusExtension extension_;
  unsigned char scratch_[256] = {};
};

}  // namespace mppa::cluster
