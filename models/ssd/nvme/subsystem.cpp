#include "models/ssd/nvme/subsystem.h"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace mppa::ssd::nvme {

Subsystem::Subsystem(Timeline& time, const SsdParams& params)
    : time_(time), params_(params), ftl_(time, params), store_(params.ftl.capacity, params.backing_file) {
  firmware[0] = params.firmware;
  u64 base = 0;
  for (const NamespaceParams& ns : params.namespaces) {
    const u64 left = params.ftl.capacity - base;
    const u64 bytes = ns.bytes != 0 ? ns.bytes : left;
    if (bytes > left)
      throw std::invalid_argument(fmt::format("namespaces need more than the drive's {} bytes", params.ftl.capacity));
    add_namespace(ns, base, bytes);
    base += bytes;
  }
  if (namespaces_.empty()) throw std::invalid_argument("an SSD needs at least one namespace");
}

void Subsystem::add_namespace(const NamespaceParams& params, u64 base, u64 bytes) {
  if (params.lba_bytes != 512 && params.lba_bytes != 4096)
    throw std::invalid_argument(fmt::format("block size {} is neither 512 nor 4096", params.lba_bytes));
  if (bytes == 0 || bytes % params_.ftl.indirection_unit != 0)
    throw std::invalid_argument(fmt::format("namespace size {} is not a multiple of the indirection unit {}", bytes,
                                            params_.ftl.indirection_unit));
  auto ns = std::make_unique<Namespace>();
  ns->id = static_cast<u32>(namespaces_.size() + 1);
  ns->base = base;
  ns->bytes = bytes;
  ns->lba_shift = params.lba_bytes == 512 ? 9 : 12;
  ns->errors.set_rate(params_.media_errors, params_.ftl.seed ^ ns->id);
  if (params_.ftl.placement == Placement::kZoned) {
    const u64 granule = ftl_.geometry().program_bytes();
    if (params.zone_bytes == 0 || params.zone_bytes % granule != 0 || bytes % params.zone_bytes != 0 ||
        base % granule != 0)
      throw std::invalid_argument(
          fmt::format("zone size {} must be a multiple of {} and divide the namespace's {} bytes", params.zone_bytes,
                      granule, bytes));
    if (params.max_open_zones == 0 || params.max_open_zones > params.max_active_zones)
      throw std::invalid_argument("max_open_zones must be at least 1 and at most max_active_zones");
    const u64 size = params.zone_bytes >> ns->lba_shift;
    ns->zones = std::make_unique<ZoneTable>(bytes / params.zone_bytes, size, size, params.max_open_zones,
                                            params.max_active_zones);
  }
  namespaces_.push_back(std::move(ns));
}

void Subsystem::format(Namespace& ns, unsigned lba_shift, std::function<void()> done) {
  ns.formatting = true;
  ftl_.discard(ns.base, ns.bytes);
  store_.discard(ns.base, ns.bytes);
  ns.errors.repair(0, ns.blocks());
  ns.lba_shift = lba_shift;
  if (ns.zones) {
    for (u64 i = 0; i < ns.zones->count(); ++i) ns.zones->apply(i, ZoneAction::kReset);
  }
  time_.after(params_.controller.format_time, [this, &ns, done = std::move(done)] {
    ns.formatting = false;
    for (SubsystemListener* listener : listeners_) listener->namespace_changed(ns.id);
    done();
  });
}

void Subsystem::notify(Namespace& ns, const Reservation::Notices& notices) {
  for (const ReservationNotice& notice : notices) {
    for (SubsystemListener* listener : listeners_) listener->reservation_changed(ns.id, notice);
  }
}

void Subsystem::abort_preempted(Namespace& ns, const Reservation::Notices& notices) {
  for (const ReservationNotice& notice : notices) {
    if (notice.event != ReservationEvent::kRegistrationPreempted) continue;
    for (SubsystemListener* listener : listeners_) listener->host_preempted(ns.id, notice.host);
  }
}

void Subsystem::write_stats(StatWriter& out) const {
  out.counter("read_bytes", health.read_bytes, "bytes", "read by the host");
  out.counter("written_bytes", health.written_bytes, "bytes", "written by the host");
  out.counter("read_commands", health.read_commands, "commands", "Read and Compare commands");
  out.counter("write_commands", health.write_commands, "commands", "Write and Zone Append commands");
  out.counter("media_errors", health.media_errors, "errors", "reads of blocks that cannot be read");
  ftl_.write_stats(out);
}

}  // namespace mppa::ssd::nvme
