#include "models/host/direct_link.h"

#include <cstring>
#include <utility>
#include <vector>

namespace mppa::host {

using ssd::HostStatus;

DirectLink::DirectLink(Timeline& time, SparseMemory& memory, ssd::HostFunction& device, const DirectLinkParams& params)
    : time_(time), memory_(memory), device_(device), params_(params) {}

/// Time on the wire of `bytes` cut into packets, with or without the bytes themselves.
u64 DirectLink::packets_ps(u64 bytes, unsigned per_packet, bool with_data) const {
  const u64 packets = (bytes + per_packet - 1) / per_packet;
  return transfer_ps(packets * params_.packet_overhead + (with_data ? bytes : 0), params_.rate);
}

void DirectLink::read(u64 address, std::span<u8> into, ssd::HostPort::ReadDone done) {
  if (removed_ || !bus_master_) {
    const HostStatus status = removed_ ? HostStatus::kLinkDown : HostStatus::kNoBusMaster;
    return time_.after(0, [done = std::move(done), status] { done(status); });
  }
  const u64 request = packets_ps(into.size(), params_.max_read, false);
  const u64 asked = to_host_.acquire(time_.now(), request) + request + params_.latency;
  time_.at(asked + params_.memory_latency, [this, epoch = removals_, address, into, done = std::move(done)]() mutable {
    const bool inside = memory_.contains(address, into.size());
    const u64 answer = inside ? packets_ps(into.size(), params_.max_payload, true) : 0;
    const u64 arrives = to_device_.acquire(time_.now(), answer) + answer + params_.latency;
    // The bytes are what memory holds when the root complex reads it.
    if (inside) std::memcpy(into.data(), memory_.data() + address, into.size());
    time_.at(arrives, [this, epoch, inside, done = std::move(done)] {
      done(is_lost(epoch) ? HostStatus::kLinkDown : inside ? HostStatus::kOk : HostStatus::kUnsupported);
    });
  });
}

void DirectLink::write(u64 address, std::span<const u8> data) {
  if (removed_ || !bus_master_) {
    ++dropped_;
    return;
  }
  const u64 service = packets_ps(data.size(), params_.max_payload, true);
  const u64 arrives = to_host_.acquire(time_.now(), service) + service + params_.latency;
  time_.at(arrives, [this, epoch = removals_, address, bytes = std::vector<u8>(data.begin(), data.end())] {
    if (!is_lost(epoch)) deliver(address, bytes);
  });
}

void DirectLink::deliver(u64 address, const std::vector<u8>& data) {
  if (address == kInterruptAddress && data.size() == 4) {
    u32 vector = 0;
    std::memcpy(&vector, data.data(), 4);
    if (interrupt_) interrupt_(vector);
  } else if (memory_.contains(address, data.size())) {
    std::memcpy(memory_.data() + address, data.data(), data.size());
  } else {
    ++dropped_;
  }
}

void DirectLink::mmio_write(u64 offset, u64 value, unsigned bytes) {
  const u64 service = packets_ps(bytes, params_.max_payload, true);
  time_.at(to_device_.acquire(time_.now(), service) + service + params_.latency,
           [this, epoch = removals_, offset, value, bytes] {
             u8 data[8];
             std::memcpy(data, &value, 8);
             if (!is_lost(epoch)) device_.bar_write(offset, std::span(data).first(bytes));
           });
}

void DirectLink::mmio_read(u64 offset, unsigned bytes, RegisterDone done) {
  const u64 service = packets_ps(bytes, params_.max_payload, false);
  time_.at(to_device_.acquire(time_.now(), service) + service + params_.latency,
           [this, epoch = removals_, offset, bytes, done = std::move(done)] {
             u64 value = 0;
             u8 data[8] = {};
             if (!is_lost(epoch)) device_.bar_read(offset, std::span(data).first(bytes));
             std::memcpy(&value, data, 8);
             // The completion pushes the writes that the device has posted before.
             const u64 answer = packets_ps(bytes, params_.max_payload, true);
             const u64 arrives = to_host_.acquire(time_.now(), answer) + answer + params_.latency;
             time_.at(arrives, [this, epoch, value, done] { done(is_lost(epoch) ? ~u64{0} : value, !is_lost(epoch)); });
           });
}

void DirectLink::enable(bool on) {
  bus_master_ = on;
  device_.set_bus_master(on);
  device_.set_msix(on, false);
}

void DirectLink::remove() {
  removed_ = true;
  ++removals_;
  device_.link_down();
  if (removal_) removal_();
}

void DirectLink::insert() {
  removed_ = false;
  device_.link_up();
  if (return_) return_();
}

}  // namespace mppa::host
