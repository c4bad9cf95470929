#include "models/host/nvme_driver.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/host/nvme_recovery.h"
#include "models/host/nvme_start_up.h"

namespace mppa::host {

using ssd::nvme::Cqe;
using ssd::nvme::IoOp;
using ssd::nvme::Sqe;
namespace reg = ssd::nvme::reg;

namespace {

constexpr u64 kPage = HostMemory::kPage;

IoOp opcode_of(IoKind kind) {
  switch (kind) {
    case IoKind::kRead:
      return IoOp::kRead;
    case IoKind::kWrite:
      return IoOp::kWrite;
    case IoKind::kTrim:
      return IoOp::kDatasetManagement;
    case IoKind::kFlush:
      break;
  }
  return IoOp::kFlush;
}

}  // namespace

NvmeDriver::NvmeDriver(std::string name, Timeline& time, DevicePort& device, HostMemory& memory,
                       const NvmeDriverParams& params)
    : ControllerDriver(std::move(name), time),
      device_(device),
      memory_(memory),
      params_(params),
      start_up_(std::make_unique<StartUp>(*this)),
      recovery_(std::make_unique<Recovery>(*this)) {
  device.on_removal([this] { recovery_->removed(); });
  device.on_poison([this](u64 address, u64 bytes) { recovery_->poisoned(address, bytes); });
  device.on_return([this] { recovery_->returned(); });
  device.on_interrupt([this](unsigned vector) {
    ++interrupts_;
    time_.after(params_.interrupt_latency, [this, vector] {
      if (vector == 0 && admin_) look(*admin_);
      for (auto& queue : queues_) {
        if (queue->id == vector) look(*queue);
      }
    });
  });
}

NvmeDriver::~NvmeDriver() = default;

void NvmeDriver::start(std::function<void(const std::string&)> ready) {
  ready_ = std::move(ready);
  start_up_->begin([this](const std::string& error) {
    if (!error.empty()) lost_ = true;
    if (auto tell = std::exchange(ready_, nullptr)) tell(error);
  });
}

bool NvmeDriver::has_room(unsigned queue) const { return !lost_ && !queues_[queue]->free_slots.empty(); }

void NvmeDriver::submit(unsigned index, u32 nsid, const Io& io, u64 buffer, Done done) {
  if (lost_) return time_.after(0, [done = std::move(done)] { done(kStatusLost); });
  Queue& queue = *queues_[index];
  const auto ns = std::find_if(namespaces_.begin(), namespaces_.end(), [&](const auto& n) { return n.id == nsid; });
  const unsigned shift = ns != namespaces_.end() ? ns->lba_shift : 9;
  const u16 slot = queue.free_slots.back();
  Sqe sqe;
  sqe.opcode = static_cast<u8>(opcode_of(io.kind));
  sqe.nsid = nsid;
  const u64 lba = io.offset >> shift, blocks = io.bytes >> shift;
  if (io.kind == IoKind::kTrim) {
    const u32 count = static_cast<u32>(blocks);
    sqe.prp1 = queue.lists + slot * queue.list_bytes;  // the list's place holds the one range
    std::memset(memory_.at(sqe.prp1), 0, 16);
    std::memcpy(memory_.at(sqe.prp1 + 4), &count, 4);
    std::memcpy(memory_.at(sqe.prp1 + 8), &lba, 8);
    sqe.cdw11 = 1 << 2;  // deallocate
  } else if (io.kind != IoKind::kFlush) {
    sqe.prp1 = buffer;
    sqe.prp2 = build_prps(queue, slot, buffer, io.bytes);
    sqe.cdw10 = static_cast<u32>(lba);
    sqe.cdw11 = static_cast<u32>(lba >> 32);
    sqe.cdw12 = static_cast<u32>(blocks - 1);
  }
  push(queue, sqe, io.bytes, std::move(done));
}

/// The second entry: nothing, the second page, or the slot's list.
u64 NvmeDriver::build_prps(Queue& queue, unsigned slot, u64 buffer, u64 bytes) {
  if (bytes <= kPage) return 0;
  if (bytes <= 2 * kPage) return buffer + kPage;
  const u64 list = queue.lists + slot * queue.list_bytes;
  for (u64 i = 0; (i + 1) * kPage < bytes; ++i) {
    const u64 page = buffer + (i + 1) * kPage;
    std::memcpy(memory_.at(list + i * 8), &page, 8);
  }
  return list;
}

void NvmeDriver::push(Queue& queue, const Sqe& sqe, u64 buffer_bytes, Done done) {
  const u16 slot = queue.free_slots.back();
  queue.free_slots.pop_back();
  Queue::Entry& entry = queue.commands[slot];
  entry = {};
  entry.done = std::move(done);
  entry.sqe = sqe;
  entry.bytes = buffer_bytes;
  entry.sqe.cid = slot;
  ++queue.outstanding;
  send(queue, slot);
}

void NvmeDriver::send(Queue& queue, u16 slot) {
  Queue::Entry& entry = queue.commands[slot];
  const u64 number = entry.number = ++queue.number;
  entry.is_answered = entry.is_aborted = entry.is_poisoned = false;
  if (!queue.is_live) return;  // recovery sends it again
  ++commands_;
  // The core works on one command after the other; commands that are ready together share a doorbell.
  const u64 ready = queue.core.acquire(time_.now(), params_.submit_cost) + params_.submit_cost;
  time_.at(ready, [this, &queue, slot, number] {
    const Queue::Entry& e = queue.commands[slot];
    if (!queue.is_live || e.number != number || !e.done) return;
    std::memcpy(memory_.at(queue.sq + queue.tail * sizeof(Sqe)), &e.sqe, sizeof e.sqe);
    queue.tail = (queue.tail + 1) % queue.entries;
    ++queue.unrung;
    const bool core_is_busy = queue.core.free_at() > time_.now();
    if (!core_is_busy || queue.unrung >= params_.doorbell_batch) ring(queue);
  });
  recovery_->watch(queue, slot);
  schedule_poll(queue);
}

void NvmeDriver::ring(Queue& queue) {
  queue.unrung = 0;
  ++doorbells_;
  device_.mmio_write(reg::kDoorbells + queue.id * 8u, queue.tail, 4);
}

void NvmeDriver::schedule_poll(Queue& queue) {
  if (queue.poll_scheduled || lost_ || !queue.is_live || (!params_.polling && queue.id != 0)) return;
  queue.poll_scheduled = true;
  time_.after(params_.poll_interval, [this, &queue] {
    queue.poll_scheduled = false;
    look(queue);
    if (queue.outstanding != 0) schedule_poll(queue);
  });
}

/// Takes all completions that are there.
void NvmeDriver::look(Queue& queue) {
  u32 taken = 0;
  while (!lost_ && queue.is_live) {
    Cqe entry;
    std::memcpy(&entry, memory_.at(queue.cq + queue.head * sizeof(Cqe)), sizeof entry);
    if ((entry.status & 1) != queue.phase) break;
    if (++queue.head == queue.entries) {
      queue.head = 0;
      queue.phase ^= 1;
    }
    ++taken;
    const u64 end = queue.core.acquire(time_.now(), params_.complete_cost) + params_.complete_cost;
    const u16 slot = entry.cid;
    // A completion for a command that is not under way is a fault of the drive.
    if (slot >= queue.commands.size() || !queue.commands[slot].done || queue.commands[slot].is_answered)
      return lose(fmt::format("unexpected completion {}", slot));
    queue.commands[slot].is_answered = true;
    time_.at(end, [this, &queue, slot, field = entry.status, dw0 = entry.dw0] { finish(queue, slot, field, dw0); });
  }
  if (taken == 0) return;
  ++doorbells_;
  device_.mmio_write(reg::kDoorbells + queue.id * 8u + 4, queue.head, 4);
}

void NvmeDriver::finish(Queue& queue, u16 slot, u16 status_field, u32 dw0) {
  Queue::Entry& entry = queue.commands[slot];
  if (!entry.done) return;  // lost meanwhile
  if (queue.id != 0) recovery_->answered();
  u16 status = static_cast<u16>(status_field >> 1 & 0x7FF);
  if (status == 0 && entry.is_poisoned) status = static_cast<u16>(ssd::nvme::Status::kDataTransferError);
  const bool may_retry = queue.id != 0 && !(status_field & ssd::nvme::kStatusDoNotRetry);
  if (status != 0 && may_retry && recovery_->count_retry(entry)) {
    send(queue, slot);
  } else {
    queue.result = dw0;
    end(queue, slot, status);
  }
  if (queue.unrung != 0 && queue.core.free_at() <= time_.now()) ring(queue);
}

void NvmeDriver::end(Queue& queue, u16 slot, u16 status) {
  errors_ += status != 0;
  --queue.outstanding;
  Done done = std::exchange(queue.commands[slot].done, nullptr);
  queue.free_slots.push_back(slot);
  // Until the core has finished with the batch, submissions that follow from it wait for each other's doorbell.
  done(status);
}

void NvmeDriver::lose(const std::string& why) {
  if (lost_) return;
  lost_ = true;
  lost_because_ = why;
  start_up_->cancel();
  if (auto tell = std::exchange(ready_, nullptr)) tell(fmt::format("{}: {}", name_, why));
  for (auto& queue : queues_) {
    for (unsigned slot = 0; slot < queue->commands.size(); ++slot) {
      if (!queue->commands[slot].done) continue;
      time_.after(0, [this, q = queue.get(), slot] {
        if (q->commands[slot].done) end(*q, slot, kStatusLost);
      });
    }
  }
}

bool NvmeDriver::admin(const Sqe& sqe, std::function<void(u16, u32)> done) {
  if (admin_->free_slots.empty()) return false;
  push(*admin_, sqe, kPage, [this, done = std::move(done)](u16 status) { done(status, admin_->result); });
  return true;
}

void NvmeDriver::setup_interrupts() {
  if (params_.polling) return;
  for (auto& queue : queues_) {
    const InterruptMessage message = device_.message(queue->id);
    const u64 at = device_.msix_table() + queue->id * 16u;
    device_.mmio_write(at, message.address, 8);
    device_.mmio_write(at + 8, message.data, 4);
    device_.mmio_write(at + 12, 0, 4);
  }
}

void NvmeDriver::write_stats(StatWriter& out) const {
  out.enter(name_);
  out.counter("commands", commands_, "commands", "submitted, admin included");
  out.counter("doorbells", doorbells_, "writes", "submission and completion doorbells");
  out.counter("interrupts", interrupts_, "messages", "MSI-X messages received");
  write_failures(out);
  recovery_->write_stats(out);
  for (const auto& queue : queues_) write_core(out, queue->id - 1, queue->core);
  out.leave();
}

}  // namespace mppa::host
