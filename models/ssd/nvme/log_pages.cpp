#include "models/ssd/nvme/log_pages.h"

#include <algorithm>

#include "models/ssd/nvme/async_events.h"
#include "models/ssd/nvme/controller.h"

namespace mppa::ssd::nvme {

namespace {

enum LogId : u8 {
  kError = 0x01,
  kHealth = 0x02,
  kFirmware = 0x03,
  kChangedNamespaces = 0x04,
  kEffects = 0x05,
  kTelemetryHost = 0x07,
  kTelemetryController = 0x08,
  kReservation = 0x80,
};

constexpr u64 kTelemetryBlock = 512;
/// A drive at rest in a cooled slot: 40 C.
constexpr u16 kTemperature = 273 + 40;

}  // namespace

void LogPages::execute(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  const u8 id = static_cast<u8>(sqe.cdw10);
  const u64 bytes = ((u64{sqe.cdw11 & 0xFFFF} << 16 | sqe.cdw10 >> 16) + 1) * 4;
  const u64 offset = u64{sqe.cdw13} << 32 | sqe.cdw12;
  const bool retain = sqe.cdw10 >> 15 & 1;
  if (id == kTelemetryHost && (sqe.cdw10 >> 8 & 1)) ++telemetry_generation_;
  if (id == kHealth && sqe.nsid != 0 && sqe.nsid != kAllNamespaces)
    return controller_.complete(command, Status::kInvalidField);  // no health log per namespace
  Page page(0);
  switch (id) {
    case kError:
      page = error_page();
      break;
    case kHealth:
      page = health_page();
      break;
    case kFirmware:
      page = firmware_page();
      break;
    case kChangedNamespaces:
      page = changed_namespaces_page();
      break;
    case kEffects:
      page = effects_page();
      break;
    case kTelemetryHost:
    case kTelemetryController:
      page = telemetry_page(id);
      break;
    case kReservation:
      page = reservation_page();
      break;
    default:
      return controller_.complete(command, Status::kInvalidLogPage);
  }
  if (offset % 4 != 0 || offset > page.size() || bytes > controller_.params().max_transfer)
    return controller_.complete(command, Status::kInvalidField);
  std::vector<u8> data(page.bytes().begin() + static_cast<std::ptrdiff_t>(offset), page.bytes().end());
  if (!retain) {
    consume(id);
    controller_.events().log_page_read(id);
  }
  controller_.return_page(command, std::move(data), bytes);
}

void LogPages::consume(u8 id) {
  if (id == kChangedNamespaces) changed_namespaces_.clear();
  if (id == kReservation && !reservation_events_.empty()) {
    reservation_events_.pop_front();
    ++reservation_count_;
    if (!reservation_events_.empty()) controller_.events().raise(AsyncEvents::kReservation);
  }
}

void LogPages::add_error(const Command& command, Status status) {
  const u16 field = static_cast<u16>(static_cast<u16>(status) << 1);
  errors_.push_front({++error_count_, command.queue, command.sqe.cid, field, command.sqe.slba(), command.sqe.nsid});
  if (errors_.size() > kErrorEntries) errors_.pop_back();
}

Page LogPages::error_page() const {
  Page page(kErrorEntries * 64);
  u64 at = 0;
  for (const ErrorEntry& e : errors_) {
    page.put<u64>(at, e.count);
    page.put<u16>(at + 8, e.queue);
    page.put<u16>(at + 10, e.cid);
    page.put<u16>(at + 12, e.status);
    page.put<u16>(at + 14, 0xFFFF);  // no single parameter to blame
    page.put<u64>(at + 16, e.lba);
    page.put<u32>(at + 24, e.nsid);
    at += 64;
  }
  return page;
}

Page LogPages::health_page() const {
  const Health& health = controller_.subsystem().health;
  const auto units = [](u64 bytes) { return (bytes + 511'999) / 512'000; };  // thousands of 512-byte units
  constexpr u64 kPsPerMinute = 60'000'000'000'000;
  Page page(512);
  page.put<u16>(1, kTemperature);
  page.put<u8>(3, 100);  // available spare, percent
  page.put<u8>(4, 10);   // its threshold
  page.put<u64>(32, units(health.read_bytes));
  page.put<u64>(48, units(health.written_bytes));
  page.put<u64>(64, health.read_commands);
  page.put<u64>(80, health.write_commands);
  page.put<u64>(96, controller_.busy_time() / kPsPerMinute);
  page.put<u64>(112, health.power_cycles);
  page.put<u64>(128, controller_.time().now() / (60 * kPsPerMinute));
  page.put<u64>(160, health.media_errors);
  page.put<u64>(176, error_count_);
  page.put<u16>(200, kTemperature);
  return page;
}

Page LogPages::firmware_page() const {
  const Subsystem& subsystem = controller_.subsystem();
  Page page(512);
  page.put<u8>(0, static_cast<u8>(subsystem.active_slot | subsystem.next_slot << 4));
  for (unsigned slot = 0; slot < Subsystem::kFirmwareSlots; ++slot) {
    if (!subsystem.firmware[slot].empty()) page.text(8 + 8 * slot, 8, subsystem.firmware[slot]);
  }
  return page;
}

Page LogPages::changed_namespaces_page() const {
  Page page(4096);
  u64 at = 0;
  for (const u32 id : changed_namespaces_) {
    if (at < page.size()) page.put<u32>(at, id);
    at += 4;
  }
  return page;
}

Page LogPages::effects_page() const {
  constexpr u32 kSupported = 1, kChangesContent = 2, kChangesNamespace = 4;
  Page page(4096);
  const auto admin = [&](AdminOp op, u32 effects) { page.put<u32>(4 * static_cast<u64>(op), kSupported | effects); };
  const auto io = [&](IoOp op, u32 effects) { page.put<u32>(1024 + 4 * static_cast<u64>(op), kSupported | effects); };
  for (const AdminOp op :
       {AdminOp::kDeleteSq, AdminOp::kCreateSq, AdminOp::kGetLogPage, AdminOp::kDeleteCq, AdminOp::kCreateCq,
        AdminOp::kIdentify, AdminOp::kAbort, AdminOp::kSetFeatures, AdminOp::kGetFeatures, AdminOp::kAsyncEvent,
        AdminOp::kFirmwareCommit, AdminOp::kFirmwareDownload})
    admin(op, 0);
  admin(AdminOp::kFormat, kChangesContent | kChangesNamespace);
  for (const IoOp op : {IoOp::kFlush, IoOp::kRead, IoOp::kCompare, IoOp::kVerify, IoOp::kReservationRegister,
                        IoOp::kReservationReport, IoOp::kReservationAcquire, IoOp::kReservationRelease})
    io(op, 0);
  for (const IoOp op : {IoOp::kWrite, IoOp::kWriteUncorrectable, IoOp::kWriteZeroes, IoOp::kDatasetManagement})
    io(op, kChangesContent);
  if (controller_.zoned_enabled()) {
    io(IoOp::kZoneManagementSend, kChangesContent);
    io(IoOp::kZoneManagementReceive, 0);
    io(IoOp::kZoneAppend, kChangesContent);
  }
  return page;
}

/// Header and, for the host-initiated log, one block with the drive's counters.
Page LogPages::telemetry_page(u8 id) const {
  const bool has_data = id == kTelemetryHost;
  Page page(kTelemetryBlock * (has_data ? 2 : 1));
  page.put<u8>(0, id);
  for (const u64 area : {8, 10, 12}) page.put<u16>(area, has_data);  // last block of each data area
  page.put<u8>(383, telemetry_generation_);
  if (has_data) {
    const Subsystem& subsystem = controller_.subsystem();
    page.put<u64>(kTelemetryBlock + 0, controller_.time().now());
    page.put<u64>(kTelemetryBlock + 8, controller_.subsystem().ftl().host_bytes());
    page.put<u64>(kTelemetryBlock + 16, controller_.subsystem().ftl().programmed_bytes());
    page.put<u64>(kTelemetryBlock + 24, subsystem.health.read_bytes);
    page.put<u64>(kTelemetryBlock + 32, error_count_);
  }
  return page;
}

Page LogPages::reservation_page() const {
  Page page(64);
  if (reservation_events_.empty()) return page;
  page.put<u64>(0, reservation_count_ + 1);
  page.put<u8>(8, static_cast<u8>(reservation_events_.front().event));
  page.put<u8>(9, static_cast<u8>(std::min<std::size_t>(255, reservation_events_.size() - 1)));
  page.put<u32>(12, reservation_events_.front().nsid);
  return page;
}

}  // namespace mppa::ssd::nvme
