#include "models/host/nvme_recovery.h"

#include <fmt/core.h>

#include "models/host/nvme_start_up.h"

namespace mppa::host {

using ssd::nvme::AdminOp;
using ssd::nvme::Sqe;
namespace reg = ssd::nvme::reg;

namespace {

/// Resets in a row after which no I/O command was answered.
constexpr unsigned kMaxResetsInVain = 10;

}  // namespace

void NvmeDriver::Recovery::watch(Queue& queue, u16 slot) {
  if (driver_.params_.command_timeout == 0) return;
  const u64 number = queue.commands[slot].number;
  driver_.time_.after(driver_.params_.command_timeout, [this, &queue, slot, number] {
    const Queue::Entry& entry = queue.commands[slot];
    if (!driver_.lost_ && queue.is_live && entry.number == number && entry.done && !entry.is_answered)
      timed_out(queue, slot);
  });
}

bool NvmeDriver::Recovery::count_retry(Queue::Entry& entry) {
  if (entry.retries == driver_.params_.retries) return false;
  ++entry.retries;
  ++retries_;
  return true;
}

void NvmeDriver::Recovery::poisoned(u64 address, u64 bytes) {
  for (auto& queue : driver_.queues_)
    for (Queue::Entry& entry : queue->commands)
      if (entry.done && address < entry.sqe.prp1 + entry.bytes && entry.sqe.prp1 < address + bytes)
        entry.is_poisoned = true;
}

void NvmeDriver::Recovery::timed_out(Queue& queue, u16 slot) {
  ++driver_.timeouts_;
  const std::string why = fmt::format("command {} of queue {} timed out", slot, queue.id);
  if (driver_.ready_) return driver_.lose(why);
  if (queue.id == 0 || queue.commands[slot].is_aborted) return reset(why);
  const u64 number = queue.commands[slot].number;
  driver_.device_.mmio_read(reg::kCsts, 4, [this, &queue, slot, number, why](u64 csts, bool ok) {
    const Queue::Entry& entry = queue.commands[slot];
    if (driver_.lost_ || !queue.is_live || entry.number != number || !entry.done || entry.is_answered) return;
    if (!ok || (csts & reg::kCstsFatal)) return reset(why);
    abort(queue, slot);
  });
}

void NvmeDriver::Recovery::abort(Queue& queue, u16 slot) {
  ++aborts_;
  Sqe sqe;
  sqe.opcode = static_cast<u8>(AdminOp::kAbort);
  sqe.cdw10 = u32{slot} << 16 | queue.id;
  if (!driver_.admin(sqe, [](u16, u32) {})) return reset("the admin queue is full");
  queue.commands[slot].is_aborted = true;
  watch(queue, slot);
}

void NvmeDriver::Recovery::reset(const std::string& why) {
  if (driver_.lost_ || is_absent_) return;
  if (resets_in_vain_++ == kMaxResetsInVain) return driver_.lose(why);
  ++resets_;
  bring_up(why);
}

void NvmeDriver::Recovery::stop_queues() {
  for (auto& queue : driver_.queues_) queue->is_live = false;
  Queue& admin = *driver_.admin_;
  admin.is_live = false;
  for (unsigned slot = 0; slot < admin.commands.size(); ++slot)
    if (admin.commands[slot].done) driver_.end(admin, slot, kStatusLost);
}

void NvmeDriver::Recovery::bring_up(const std::string& why) {
  driver_.start_up_->cancel();
  stop_queues();
  driver_.start_up_->begin([this, why](const std::string& error) {
    if (!error.empty()) return reset(fmt::format("{}; {}", why, error));
    resend();
  });
}

void NvmeDriver::Recovery::resend() {
  for (auto& queue : driver_.queues_) {
    for (unsigned slot = 0; slot < queue->commands.size(); ++slot) {
      Queue::Entry& entry = queue->commands[slot];
      if (!entry.done || entry.is_answered) continue;
      if (count_retry(entry)) {
        driver_.send(*queue, slot);
      } else {
        driver_.end(*queue, slot, kStatusLost);
      }
    }
  }
}

void NvmeDriver::Recovery::removed() {
  if (driver_.lost_) return;
  // A drive that was not up yet is not waited for.
  if (driver_.params_.removal_wait == 0 || driver_.ready_ || !driver_.admin_)
    return driver_.lose("the device was removed");
  driver_.start_up_->cancel();
  is_absent_ = true;
  stop_queues();
  driver_.time_.after(driver_.params_.removal_wait, [this, absence = ++absences_] {
    if (is_absent_ && absence == absences_) driver_.lose("the device was removed and did not return");
  });
}

void NvmeDriver::Recovery::returned() {
  if (driver_.lost_ || !std::exchange(is_absent_, false)) return;
  bring_up("the device has returned");
}

void NvmeDriver::Recovery::write_stats(StatWriter& out) const {
  out.counter("aborts", aborts_, "commands", "Abort commands sent");
  out.counter("resets", resets_, "events", "controller resets because commands timed out");
  out.counter("retries", retries_, "commands", "commands sent again");
}

}  // namespace mppa::host
