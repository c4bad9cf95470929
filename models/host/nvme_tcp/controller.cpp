#include "models/host/nvme_tcp/controller.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace mppa::host::nvme_tcp {

using ssd::nvme::IoOp;

namespace {

void add(QueueCounters& sum, const QueueCounters& more) {
  sum.commands += more.commands;
  sum.pdus_in += more.pdus_in;
  sum.r2ts += more.r2ts;
  sum.digest_errors += more.digest_errors;
}

/// One range of a Dataset Management command that deallocates it.
Command deallocate(u64 lba, u64 blocks) {
  auto range = std::make_shared<std::vector<u8>>(16);
  store<u32>(*range, 4, static_cast<u32>(blocks));
  store<u64>(*range, 8, lba);
  Command command;
  command.sqe.opcode = static_cast<u8>(IoOp::kDatasetManagement);
  command.sqe.cdw11 = 1 << 2;
  command.out = *range;
  command.owner = range;
  return command;
}

}  // namespace

Controller::Controller(std::string name, Timeline& time, tcp::Stack& stack, HostMemory& memory,
                       const HostIdentity& host, const Target& target, const ControllerParams& params)
    : ControllerDriver(std::move(name), time),
      stack_(stack),
      memory_(memory),
      host_(host),
      target_(target),
      params_(params),
      queues_(params.connect.queues) {}

void Controller::start(std::function<void(const std::string&)> ready) {
  ready_ = std::move(ready);
  limit_attempts();
  attempt();
}

/// An attempt may hang for longer than attempts are repeated: nobody may be there to say no.
void Controller::limit_attempts() {
  deadline_ = time_.now() + params_.connect_timeout;
  time_.at(deadline_, [this, deadline = deadline_] {
    if (is_connected_ || is_lost_ || deadline != deadline_) return;
    if (association_) retire();
    give_up(last_error_);
  });
}

void Controller::attempt() {
  ++attempts_;
  association_ = std::make_shared<Association>(stack_, time_, host_, target_, params_.connect);
  association_->open([this] { connected(); }, [this](const std::string& why) { lost(why); });
}

void Controller::connected() {
  is_connected_ = true;
  namespaces_ = association_->namespaces();
  max_transfer_ = association_->max_transfer();
  if (auto ready = std::exchange(ready_, nullptr)) ready("");
  for (unsigned i = 0; i < queues_.size() && is_connected_; ++i) {
    while (!queues_[i].waiting.empty() && association_->io(i).has_room()) {
      Command command = std::move(queues_[i].waiting.front());
      queues_[i].waiting.pop_front();
      association_->io(i).submit(std::move(command));
    }
  }
}

/// The association is still in the middle of a call: it goes away later.
void Controller::retire() {
  for (unsigned i = 0; is_connected_ && i < queues_.size(); ++i) {
    Queue& queue = association_->io(i);
    add(counters_, queue.counters());
    for (Command& command : queue.take_all()) queues_[i].waiting.push_back(std::move(command));
  }
  timeouts_ += association_->timeouts();
  events_ += association_->events();
  is_connected_ = false;
  time_.after(0, [old = std::exchange(association_, nullptr)] {});
}

void Controller::lost(const std::string& why) {
  if (is_connected_) {
    ++losses_;
    limit_attempts();
  }
  retire();
  last_error_ = why;
  const bool may_retry = ready_ || params_.reconnect;
  if (!may_retry || time_.now() + params_.retry_delay > deadline_) return give_up(why);
  time_.after(params_.retry_delay, [this] {
    if (!is_lost_) attempt();
  });
}

void Controller::give_up(const std::string& why) {
  is_lost_ = true;
  for (IoQueue& queue : queues_) {
    while (!queue.waiting.empty()) {
      Cqe lost;
      lost.status = kStatusLost;
      time_.after(0, [command = std::move(queue.waiting.front()), lost] { command.done(lost); });
      queue.waiting.pop_front();
    }
  }
  if (auto ready = std::exchange(ready_, nullptr)) ready(fmt::format("{}: {}", name_, why));
}

bool Controller::has_room(unsigned queue) const {
  if (is_lost_) return false;
  const std::size_t under_way = is_connected_ ? association_->io(queue).under_way() : 0;
  return queues_[queue].waiting.size() + under_way + 1 < params_.connect.queue_entries &&
         (!is_connected_ || association_->io(queue).has_room());
}

void Controller::submit(unsigned queue, u32 nsid, const Io& io, u64 buffer, Done done) {
  const auto ns = std::find_if(namespaces_.begin(), namespaces_.end(), [&](const auto& n) { return n.id == nsid; });
  const unsigned shift = ns != namespaces_.end() ? ns->lba_shift : 9;
  const u64 lba = io.offset >> shift, blocks = io.bytes >> shift;
  Command command;
  if (io.kind == IoKind::kTrim) {
    command = deallocate(lba, blocks);
  } else if (io.kind == IoKind::kFlush) {
    command.sqe.opcode = static_cast<u8>(IoOp::kFlush);
  } else {
    const bool reads = io.kind == IoKind::kRead;
    command.sqe.opcode = static_cast<u8>(reads ? IoOp::kRead : IoOp::kWrite);
    command.sqe.cdw10 = static_cast<u32>(lba);
    command.sqe.cdw11 = static_cast<u32>(lba >> 32);
    command.sqe.cdw12 = static_cast<u32>(blocks - 1);
    const std::span<u8> data(memory_.at(buffer), io.bytes);
    if (reads) {
      command.in = data;
    } else {
      command.out = data;
    }
  }
  command.sqe.nsid = nsid;
  ++commands_;
  command.done = [this, queue, done = std::move(done)](const Cqe& completion) {
    const u16 status = completion.status == kStatusLost ? kStatusLost : completion.status >> 1 & 0x7FF;
    finish(queue, status, done);
  };
  push(queue, std::move(command));
}

/// The core of a queue works on one command after the other; without costs there is no core.
void Controller::push(unsigned index, Command command) {
  IoQueue& queue = queues_[index];
  if (params_.submit_cost == 0 && is_connected_) return association_->io(index).submit(std::move(command));
  queue.waiting.push_back(std::move(command));
  const u64 ready = queue.core.acquire(time_.now(), params_.submit_cost) + params_.submit_cost;
  time_.at(ready, [this, index, &queue] {
    if (!is_connected_ || queue.waiting.empty() || !association_->io(index).has_room()) return;
    Command next = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    association_->io(index).submit(std::move(next));
  });
}

void Controller::finish(unsigned index, u16 status, const Done& done) {
  errors_ += status != 0;
  if (params_.complete_cost == 0) return done(status);
  const u64 end = queues_[index].core.acquire(time_.now(), params_.complete_cost) + params_.complete_cost;
  time_.at(end, [done, status] { done(status); });
}

void Controller::write_stats(StatWriter& out) const {
  QueueCounters sum = counters_;
  for (unsigned i = 0; is_connected_ && i < queues_.size(); ++i) add(sum, association_->io(i).counters());
  out.enter(name_);
  out.counter("commands", commands_, "commands", "submitted by the jobs");
  write_failures(out);
  out.counter("attempts", attempts_, "attempts", "to connect");
  out.counter("losses", losses_, "events", "established associations that were lost");
  out.counter("events", events_, "events", "asynchronous events of the controller");
  out.counter("pdus_in", sum.pdus_in, "PDUs", "received on I/O queues");
  out.counter("r2ts", sum.r2ts, "PDUs", "requests of the controller for data");
  out.counter("digest_errors", sum.digest_errors, "PDUs", "whose data digest was wrong");
  if (params_.submit_cost + params_.complete_cost > 0) {
    for (std::size_t i = 0; i < queues_.size(); ++i) write_core(out, i, queues_[i].core);
  }
  out.leave();
}

}  // namespace mppa::host::nvme_tcp
