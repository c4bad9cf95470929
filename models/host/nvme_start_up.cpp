#include "models/host/nvme_start_up.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace mppa::host {

using ssd::nvme::AdminOp;
using ssd::nvme::Sqe;
namespace reg = ssd::nvme::reg;

namespace {

constexpr u32 kAdminEntries = 32;
constexpr u64 kReadyPoll = 100'000'000;        ///< 100 us between the first looks at CSTS; doubled after each,
constexpr u64 kSlowestPoll = 10'000'000'000;   ///< up to 10 ms
constexpr u64 kTimeoutUnit = 500'000'000'000;  ///< CAP.TO counts in 500 ms
constexpr u64 kPage = HostMemory::kPage;

}  // namespace

NvmeDriver::Queue::Queue(HostMemory& memory, u16 queue_id, u32 size, u64 prp_list_bytes)
    : id(queue_id),
      entries(size),
      sq(memory.allocate(size * sizeof(Sqe))),
      cq(memory.allocate(size * sizeof(ssd::nvme::Cqe))),
      lists(memory.allocate(size * prp_list_bytes)),
      list_bytes(prp_list_bytes),
      commands(size) {
  restart(memory);
  // One entry of a queue always stays empty.
  for (u32 slot = size - 1; slot > 0; --slot) free_slots.push_back(static_cast<u16>(slot - 1));
}

void NvmeDriver::Queue::restart(HostMemory& memory) {
  std::memset(memory.at(cq), 0, entries * sizeof(ssd::nvme::Cqe));
  tail = head = unrung = 0;
  phase = 1;
}

void NvmeDriver::StartUp::end(const std::string& error) {
  if (auto ready = std::exchange(ready_, nullptr)) ready(error);
}

void NvmeDriver::StartUp::fail(const std::string& why) { end(fmt::format("{}: {}", driver_.name_, why)); }

void NvmeDriver::StartUp::read(u64 offset, unsigned bytes, Value then) {
  driver_.device_.mmio_read(offset, bytes, [this, attempt = attempt_, then = std::move(then)](u64 value, bool ok) {
    if (!ready_ || attempt != attempt_) return;
    if (!ok) return fail("the device does not answer");
    then(value);
  });
}

void NvmeDriver::StartUp::begin(std::function<void(const std::string&)> ready) {
  ready_ = std::move(ready);
  ++attempt_;
  driver_.device_.enable(true);
  read(reg::kCap, 8, [this](u64 cap) {
    cap_ = cap;
    driver_.device_.mmio_write(reg::kCc, 0, 4);
    deadline_ = driver_.time_.now() + (cap >> 24 & 0xFF) * kTimeoutUnit;
    wait_ready(false, kReadyPoll, [this] { enable(); });
  });
}

void NvmeDriver::StartUp::wait_ready(bool wanted, u64 poll, std::function<void()> then) {
  read(reg::kCsts, 4, [this, wanted, poll, then = std::move(then)](u64 csts) {
    if (wanted && (csts & reg::kCstsFatal)) return fail("controller fatal status");
    if ((csts & reg::kCstsReady) == wanted) return then();
    if (driver_.time_.now() > deadline_) return fail("the controller does not become ready");
    driver_.time_.after(poll, [this, attempt = attempt_, wanted, poll, then] {
      if (ready_ && attempt == attempt_) wait_ready(wanted, std::min(2 * poll, kSlowestPoll), then);
    });
  });
}

void NvmeDriver::StartUp::enable() {
  const bool is_first = !driver_.admin_;
  if (is_first) {
    driver_.admin_ = std::make_unique<Queue>(driver_.memory_, 0, kAdminEntries, 0);
    buffer_ = driver_.memory_.allocate(kPage);
  }
  driver_.admin_->restart(driver_.memory_);
  driver_.admin_->is_live = true;
  DevicePort& device = driver_.device_;
  device.mmio_write(reg::kAqa, (kAdminEntries - 1) << 16 | (kAdminEntries - 1), 4);
  device.mmio_write(reg::kAsq, driver_.admin_->sq, 8);
  device.mmio_write(reg::kAcq, driver_.admin_->cq, 8);
  device.mmio_write(reg::kCc, 1 | 6 << 16 | 4 << 20, 4);
  deadline_ = driver_.time_.now() + (cap_ >> 24 & 0xFF) * kTimeoutUnit;
  wait_ready(true, kReadyPoll, [this, is_first] { is_first ? identify_controller() : request_queues(); });
}

void NvmeDriver::StartUp::admin(const Sqe& sqe, const char* what, std::function<void(u32)> then) {
  driver_.admin(sqe, [this, attempt = attempt_, what, then = std::move(then)](u16 status, u32 dw0) {
    if (!ready_ || attempt != attempt_) return;
    if (status != 0) return fail(fmt::format("{} failed with status {:#x}", what, status));
    then(dw0);
  });
}

Sqe NvmeDriver::StartUp::identify(u32 cns, u32 nsid) const {
  Sqe sqe;
  sqe.opcode = static_cast<u8>(AdminOp::kIdentify);
  sqe.nsid = nsid;
  sqe.prp1 = buffer_;
  sqe.cdw10 = cns;
  return sqe;
}

void NvmeDriver::StartUp::identify_controller() {
  admin(identify(1, 0), "Identify controller", [this](u32) {
    const unsigned mdts = driver_.memory_.at(buffer_)[77];
    const u64 limit = mdts == 0 ? ~u64{0} : kPage << mdts;
    driver_.max_transfer_ = std::min(driver_.params_.max_transfer, limit);
    list_namespaces();
  });
}

void NvmeDriver::StartUp::list_namespaces() {
  admin(identify(2, 0), "Identify namespace list", [this](u32) {
    for (u64 at = 0; at < kPage; at += 4) {
      u32 id = 0;
      std::memcpy(&id, driver_.memory_.at(buffer_ + at), 4);
      if (id == 0) break;
      ids_.push_back(id);
    }
    identify_namespace(0);
  });
}

void NvmeDriver::StartUp::identify_namespace(std::size_t index) {
  if (index == ids_.size()) return request_queues();
  admin(identify(0, ids_[index]), "Identify namespace", [this, index](u32) {
    const u8* page = driver_.memory_.at(buffer_);
    u64 blocks = 0;
    std::memcpy(&blocks, page, 8);
    const unsigned shift = page[128 + (page[26] & 0xF) * 4u + 2];
    driver_.namespaces_.push_back({ids_[index], blocks << shift, shift, {}});
    identify_namespace(index + 1);
  });
}

void NvmeDriver::StartUp::request_queues() {
  Sqe sqe;
  sqe.opcode = static_cast<u8>(AdminOp::kSetFeatures);
  sqe.cdw10 = 0x07;
  sqe.cdw11 = (driver_.params_.queues - 1) << 16 | (driver_.params_.queues - 1);
  admin(sqe, "Set Features (number of queues)", [this](u32 granted) {
    const u32 pairs = std::min(granted & 0xFFFF, granted >> 16) + 1;
    if (pairs < driver_.params_.queues)
      return fail(fmt::format("{} queues wanted, {} granted", driver_.params_.queues, pairs));
    create_queue(0);
  });
}

void NvmeDriver::StartUp::create_queue(unsigned index) {
  if (index == driver_.params_.queues) return finish();
  const u32 entries = std::min<u32>(driver_.params_.queue_entries, static_cast<u32>(cap_ & 0xFFFF) + 1);
  const u64 list_bytes = (driver_.max_transfer_ / kPage * 8 + kPage - 1) / kPage * kPage;
  const u16 id = static_cast<u16>(index + 1);
  if (index == driver_.queues_.size())
    driver_.queues_.push_back(std::make_unique<Queue>(driver_.memory_, id, entries, list_bytes));
  Queue& queue = *driver_.queues_[index];
  queue.restart(driver_.memory_);
  Sqe cq;
  cq.opcode = static_cast<u8>(AdminOp::kCreateCq);
  cq.prp1 = queue.cq;
  cq.cdw10 = (entries - 1) << 16 | id;
  cq.cdw11 = u32{id} << 16 | (driver_.params_.polling ? 0 : 2) | 1;
  Sqe sq;
  sq.opcode = static_cast<u8>(AdminOp::kCreateSq);
  sq.prp1 = queue.sq;
  sq.cdw10 = cq.cdw10;
  sq.cdw11 = u32{id} << 16 | 1;
  admin(cq, "Create I/O Completion Queue", [this, sq, index](u32) {
    admin(sq, "Create I/O Submission Queue", [this, index](u32) { create_queue(index + 1); });
  });
}

void NvmeDriver::StartUp::finish() {
  driver_.setup_interrupts();
  for (auto& queue : driver_.queues_) queue->is_live = true;
  end("");
}

}  // namespace mppa::host
