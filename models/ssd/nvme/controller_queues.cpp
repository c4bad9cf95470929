// Doorbells, arbitration, command fetch, completions and interrupts.
#include <algorithm>
#include <bit>
#include <utility>

#include "models/ssd/nvme/admin_commands.h"
#include "models/ssd/nvme/async_events.h"
#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/io_commands.h"
#include "models/ssd/nvme/log_pages.h"

namespace mppa::ssd::nvme {

namespace {

constexpr unsigned kMaxFetches = 8;           ///< requests for submission queue entries in flight
constexpr u32 kMaxBurst = 64;                 ///< entries of one request (arbitration burst "no limit")
constexpr u64 kMaxCommands = 4096;            ///< commands in flight; further entries stay in the queues
constexpr u64 kCoalescingUnit = 100'000'000;  ///< aggregation time in units of 100 us [5.21.1.8]

/// Class of arbitration with weighted round robin: 0 admin, then urgent, high, medium, low.
unsigned class_of(u16 id, const SubmissionQueue& queue) { return id == 0 ? 0 : 1 + queue.priority; }

bool is_retryable(Status status) {
  switch (status) {
    case Status::kDataTransferError:
    case Status::kInternalError:
    case Status::kAbortRequested:
    case Status::kAbortedSqDeletion:
    case Status::kNamespaceNotReady:
    case Status::kFormatInProgress:
      return true;
    default:
      return false;
  }
}

bool writes_media(const Sqe& sqe) {
  switch (static_cast<IoOp>(sqe.opcode)) {
    case IoOp::kWrite:
    case IoOp::kWriteZeroes:
    case IoOp::kZoneAppend:
      return true;
    default:
      return false;
  }
}

}  // namespace

SubmissionQueue* Controller::find_sq(u16 id) {
  const auto found = sqs_.find(id);
  return found != sqs_.end() ? &found->second : nullptr;
}

CompletionQueue* Controller::find_cq(u16 id) {
  const auto found = cqs_.find(id);
  return found != cqs_.end() ? &found->second : nullptr;
}

void Controller::create_sq(u16 id, SubmissionQueue queue) {
  queue.serial = ++queue_serials_;
  ++cqs_.at(queue.completion_queue).users;
  sqs_[id] = std::move(queue);
}

void Controller::create_cq(u16 id, CompletionQueue queue) { cqs_[id] = std::move(queue); }

void Controller::delete_sq(u16 id) {
  SubmissionQueue& queue = sqs_.at(id);
  const std::map<u16, CommandPtr> commands = queue.commands;
  for (const auto& [cid, command] : commands) complete(command, Status::kAbortedSqDeletion);
  --cqs_.at(queue.completion_queue).users;
  sqs_.erase(id);
}

bool Controller::abort(u16 queue_id, u16 cid) {
  SubmissionQueue* queue = find_sq(queue_id);
  if (!queue) return false;
  const auto found = queue->commands.find(cid);
  if (found == queue->commands.end()) return false;
  const CommandPtr command = found->second;
  complete(command, Status::kAbortRequested);
  return true;
}

void Controller::abort_namespace(u32 nsid) {
  std::vector<CommandPtr> victims;
  for (const auto& [id, queue] : sqs_) {
    if (id == 0) continue;
    for (const auto& [cid, command] : queue.commands) {
      if (command->sqe.nsid == nsid) victims.push_back(command);
    }
  }
  for (const CommandPtr& command : victims) complete(command, Status::kAbortRequested);
}

void Controller::ring_sq(u16 id, u32 tail) {
  if (!(csts_ & reg::kCstsReady)) return;
  SubmissionQueue* queue = find_sq(id);
  if (!queue) return events_->raise(AsyncEvents::kInvalidDoorbellRegister);
  if ((tail & 0xFFFF) != tail || tail >= queue->entries) return events_->raise(AsyncEvents::kInvalidDoorbellValue);
  queue->tail = tail;
  fetch();
}

void Controller::ring_cq(u16 id, u32 head) {
  if (!(csts_ & reg::kCstsReady)) return;
  CompletionQueue* queue = find_cq(id);
  if (!queue) return events_->raise(AsyncEvents::kInvalidDoorbellRegister);
  // The head may only move over entries that have been posted.
  const u32 posted = (queue->tail + queue->entries - queue->head) % queue->entries;
  if (head >= queue->entries || (head + queue->entries - queue->head) % queue->entries > posted)
    return events_->raise(AsyncEvents::kInvalidDoorbellValue);
  queue->head = head;
  while (!queue->waiting.empty() && !queue->is_full()) {
    const Cqe entry = queue->waiting.front();
    queue->waiting.pop_front();
    post(id, *queue, entry);
  }
}

bool Controller::can_fetch(const SubmissionQueue& queue) const { return !queue.is_fetching && queue.waiting() != 0; }

/// The next queue of a class after the one served last.
bool Controller::pick_from(unsigned priority_class, u16& id) {
  const bool any_class = (cc_ >> 11 & 7) == 0;
  u16& last = last_served_[priority_class];
  const auto eligible = [&](const auto& entry) {
    return can_fetch(entry.second) && (any_class || class_of(entry.first, entry.second) == priority_class);
  };
  auto found = std::find_if(sqs_.upper_bound(last), sqs_.end(), eligible);
  if (found == sqs_.end()) found = std::find_if(sqs_.begin(), sqs_.end(), eligible);
  if (found == sqs_.end()) return false;
  id = last = found->first;
  return true;
}

bool Controller::pick_queue(u16& id) {
  if ((cc_ >> 11 & 7) == 0) return pick_from(0, id);
  if (pick_from(0, id) || pick_from(1, id)) return true;
  const u32 weights = features_.get(Feature::kArbitration);
  for (int round = 0; round < 2; ++round) {
    for (unsigned i = 0; i < 3; ++i) {
      if (credits_[i] == 0 || !has_waiting(2 + i)) continue;
      // A class with credits is waited for while its queues are being fetched; else the others would get its share.
      return pick_from(2 + i, id);
    }
    // Fields HPW, MPW, LPW at 31:24, 23:16, 15:8, zero-based [5.21.1.1].
    for (unsigned i = 0; i < 3; ++i) credits_[i] = (weights >> (24 - 8 * i) & 0xFF) + 1;
  }
  return false;
}

bool Controller::has_waiting(unsigned priority_class) const {
  return std::any_of(sqs_.begin(), sqs_.end(), [&](const auto& entry) {
    return class_of(entry.first, entry.second) == priority_class && entry.second.waiting() != 0;
  });
}

void Controller::fetch() {
  u16 id = 0;
  while (!hung_ && !(csts_ & reg::kCstsFatal) && fetches_ < kMaxFetches && commands_in_flight_ < kMaxCommands &&
         pick_queue(id))
    fetch_from(id);
}

void Controller::fetch_from(u16 id) {
  SubmissionQueue& queue = sqs_.at(id);
  const u32 burst_code = features_.get(Feature::kArbitration) & 7;
  u32 count =
      std::min({queue.waiting(), queue.entries - queue.head, burst_code == 7 ? kMaxBurst : u32{1} << burst_code});
  if (const unsigned weighted = class_of(id, queue); (cc_ >> 11 & 7) == 1 && weighted >= 2) {
    count = std::min(count, credits_[weighted - 2]);
    credits_[weighted - 2] -= count;
  }
  queue.is_fetching = true;
  ++fetches_;
  auto buffer = std::make_shared<std::vector<u8>>(count * sizeof(Sqe));
  host_->read(queue.base + queue.head * sizeof(Sqe), *buffer,
              [this, id, buffer, life = life_, serial = queue.serial](HostStatus status) {
                if (life != life_) return;
                --fetches_;
                SubmissionQueue* q = find_sq(id);
                if (q && q->serial == serial) {
                  q->is_fetching = false;
                  if (status != HostStatus::kOk) return fail_fatally();
                  fetched(id, *buffer);
                }
                fetch();
              });
}

void Controller::fetched(u16 id, std::span<const u8> entries) {
  SubmissionQueue& queue = sqs_.at(id);
  for (u64 at = 0; at < entries.size(); at += sizeof(Sqe)) {
    auto command = std::make_shared<Command>();
    command->sqe = get<Sqe>(entries, at);
    command->queue = id;
    queue.head = (queue.head + 1) % queue.entries;
    ++commands_;
    ++commands_in_flight_;
    if (!queue.commands.emplace(command->sqe.cid, command).second) {
      complete(command, Status::kIdConflict);
    } else {
      start(command);
    }
  }
  if (id == 0) return;
  io_commands_ += entries.size() / sizeof(Sqe);
  while (!command_alarms_.empty() && command_alarms_.begin()->first <= io_commands_)
    command_alarms_.extract(command_alarms_.begin()).mapped()();
}

/// Through the command processors.
void Controller::start(const CommandPtr& command) {
  const FrontEndParams& cost = subsystem_.params().front_end;
  u64 service = 0, latency = 0;
  if (command->queue != 0) {
    const bool writes = writes_media(command->sqe);
    service = writes ? cost.write_command : cost.read_command;
    latency = writes ? cost.write_latency : cost.latency;
  }
  const u64 begin = processors_.acquire(time().now(), service);
  later(begin + service + latency, [this, command] { execute(command); });
}

void Controller::execute(const CommandPtr& command) {
  if (command->is_over) return;
  if (hung_) {
    hung_work_.push_back([this, command] { execute(command); });
  } else if (command->queue == 0) {
    admin_->execute(command);
  } else if (to_swallow_ > 0) {
    --to_swallow_;
  } else {
    io_->execute(command);
  }
}

void Controller::complete(const CommandPtr& command, Status status, u32 dw0, u32 dw1) {
  if (command->is_over) return;
  if (hung_) return hung_work_.push_back([=, this] { complete(command, status, dw0, dw1); });
  command->is_over = true;
  --commands_in_flight_;
  SubmissionQueue& queue = sqs_.at(command->queue);
  const auto known = queue.commands.find(command->sqe.cid);
  if (known != queue.commands.end() && known->second == command) queue.commands.erase(known);
  Cqe entry;
  entry.dw0 = dw0;
  entry.dw1 = dw1;
  entry.sq_head = static_cast<u16>(queue.head);
  entry.sq_id = command->queue;
  entry.cid = command->sqe.cid;
  u16 field = static_cast<u16>(static_cast<u16>(status) << 1);
  if (status != Status::kSuccess) {
    ++errors_;
    logs_->add_error(*command, status);
    field |= kStatusMore;
    if (!is_retryable(status)) field |= kStatusDoNotRetry;
  }
  entry.status = field;
  CompletionQueue& cq = cqs_.at(queue.completion_queue);
  if (cq.is_full() || !cq.waiting.empty()) {
    cq.waiting.push_back(entry);
  } else {
    post(queue.completion_queue, cq, entry);
  }
  if (queue.waiting() != 0) later(time().now(), [this] { fetch(); });
}

void Controller::post(u16 id, CompletionQueue& queue, Cqe entry) {
  entry.status = static_cast<u16>(entry.status | queue.phase);
  u8 bytes[sizeof(Cqe)];
  std::memcpy(bytes, &entry, sizeof entry);
  host_->write(queue.base + queue.tail * sizeof(Cqe), bytes);
  if (++queue.tail == queue.entries) {
    queue.tail = 0;
    queue.phase = !queue.phase;
  }
  if (queue.interrupts) interrupt(queue);
}

void Controller::interrupt(const CompletionQueue& queue) {
  const u32 setting = features_.get(Feature::kInterruptCoalescing);
  const unsigned threshold = (setting & 0xFF) + 1;
  const u64 interval = (setting >> 8 & 0xFF) * kCoalescingUnit;
  // Admin completions are never coalesced [5.21.1.8].
  const bool coalesce =
      interval != 0 && threshold > 1 && &queue != &cqs_.at(0) && !features_.coalescing_disabled(queue.vector);
  if (!coalesce) return msix_.raise(queue.vector);
  const unsigned vector = queue.vector;
  Coalesced& held = coalesced_[vector];
  if (++held.events >= threshold) return send_interrupt(vector);
  if (held.events > 1) return;
  later(time().now() + interval, [this, vector, timer = ++held.timer] {
    if (coalesced_[vector].timer == timer && coalesced_[vector].events != 0) send_interrupt(vector);
  });
}

void Controller::send_interrupt(unsigned vector) {
  coalesced_[vector].events = 0;
  ++coalesced_[vector].timer;
  msix_.raise(vector);
}

}  // namespace mppa::ssd::nvme
