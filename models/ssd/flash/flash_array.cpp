#include "models/ssd/flash/flash_array.h"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace mppa::ssd {

namespace {

/// A long transfer gives way to others after this many bytes, as controllers interleave them on the bus.
constexpr u64 kTransferSlice = 4096;

}  // namespace

FlashArray::FlashArray(Timeline& time, const FlashParams& params)
    : time_(time), params_(params), dies_(params.dies()), channels_(params.channels) {
  if (params.dies() == 0 || params.planes == 0 || params.page_bytes == 0 || params.pages_per_program == 0 ||
      params.programs_per_block == 0)
    throw std::invalid_argument("flash: channels, dies, planes, page size and pages per program must not be zero");
  for (Die& die : dies_) die.planes.resize(params.planes);
}

void FlashArray::read(unsigned die, unsigned plane, u64 bytes, ReadPriority priority, Done done) {
  ++reads_;
  read_bytes_ += bytes;
  Plane& p = dies_[die].planes[plane];
  (priority == ReadPriority::kHost ? p.host : p.background).push_back({bytes, std::move(done)});
  advance(die);
}

void FlashArray::program(unsigned die, u64 bytes, Done done) {
  ++programs_;
  programmed_bytes_ += bytes;
  send(die, bytes,
       [this, die, done = std::move(done)]() mutable { queue_work(die, params_.program_time, std::move(done)); });
}

void FlashArray::erase(unsigned die, Done done) {
  ++erases_;
  queue_work(die, params_.erase_time, std::move(done));
}

void FlashArray::send(unsigned die, u64 left, Done done) {
  if (left == 0) return done();
  const u64 slice = std::min(left, kTransferSlice);
  const u64 service = transfer_ps(slice, params_.channel_rate);
  const u64 start = channel_of(die).acquire(time_.now(), service);
  time_.at(start + service,
           [this, die, left = left - slice, done = std::move(done)]() mutable { send(die, left, std::move(done)); });
}

void FlashArray::queue_work(unsigned die, u64 duration, Done done) {
  dies_[die].work.push_back({duration, duration, time_.now(), 0, std::move(done)});
  advance(die);
}

bool FlashArray::host_read_waits(const Die& die) const {
  for (const Plane& plane : die.planes) {
    if (!plane.host.empty()) return true;
  }
  return false;
}

bool FlashArray::work_is_overdue(const Die& die) const {
  return !die.work.empty() && !die.waits_for_power &&
         time_.now() - die.work.front().due > 2 * die.work.front().duration;
}

/// Starts whatever the die can do now.
void FlashArray::advance(unsigned index) {
  Die& die = dies_[index];
  switch (die.state) {
    case State::kIdle:
      if (!work_is_overdue(die)) start_reads(index, true);
      if (die.reads == 0 && !die.work.empty()) start_work(index);
      break;
    case State::kRunning:
      if (host_read_waits(die) && die.work.front().suspends < params_.max_suspends && !work_is_overdue(die) &&
          die.ends - time_.now() > params_.suspend_time)
        suspend(index);
      break;
    case State::kSuspended:
      if (!work_is_overdue(die)) start_reads(index, false);
      if (die.reads == 0) {
        die.state = State::kResuming;
        time_.after(params_.resume_time, [this, index] { run_work(index); });
      }
      break;
    case State::kSuspending:
    case State::kResuming:
      break;
  }
}

void FlashArray::start_reads(unsigned index, bool background) {
  Die& die = dies_[index];
  for (unsigned i = 0; i < die.planes.size(); ++i) {
    Plane& plane = die.planes[i];
    if (plane.busy) continue;
    auto& queue = !plane.host.empty() || !background ? plane.host : plane.background;
    if (queue.empty()) continue;
    plane.busy = true;
    ++die.reads;
    time_.after(params_.read_time, [this, index, i, read = std::move(queue.front())]() mutable {
      finish_read(index, i, std::move(read));
    });
    queue.pop_front();
  }
}

void FlashArray::finish_read(unsigned index, unsigned plane, Read read) {
  Die& die = dies_[index];
  die.planes[plane].busy = false;
  --die.reads;
  send(index, read.bytes, [this, done = std::move(read.done)]() mutable {
    if (params_.ecc_time == 0) return done();
    time_.after(params_.ecc_time, std::move(done));
  });
  advance(index);
}

void FlashArray::start_work(unsigned index) {
  Die& die = dies_[index];
  if (params_.max_busy_dies != 0 && busy_dies_ >= params_.max_busy_dies) {
    if (!die.waits_for_power) power_queue_.push_back(index);
    die.waits_for_power = true;
    return;
  }
  ++busy_dies_;
  run_work(index);
}

void FlashArray::run_work(unsigned index) {
  Die& die = dies_[index];
  die.state = State::kRunning;
  die.ends = time_.now() + die.work.front().remaining;
  const u64 run = ++die.run;
  time_.at(die.ends, [this, index, run] { finish_work(index, run); });
  advance(index);
}

void FlashArray::suspend(unsigned index) {
  Die& die = dies_[index];
  ++suspends_;
  ++die.work.front().suspends;
  die.work.front().remaining = die.ends - time_.now();
  ++die.run;
  die.state = State::kSuspending;
  time_.after(params_.suspend_time, [this, index] {
    dies_[index].state = State::kSuspended;
    advance(index);
  });
}

void FlashArray::finish_work(unsigned index, u64 run) {
  Die& die = dies_[index];
  if (die.run != run) return;  // suspended meanwhile
  die.state = State::kIdle;
  Done done = std::move(die.work.front().done);
  die.work.pop_front();
  if (!die.work.empty()) die.work.front().due = time_.now();
  --busy_dies_;
  release_power();
  advance(index);
  done();
}

/// Lets the dies that wait for power go on, longest wait first.
void FlashArray::release_power() {
  while (!power_queue_.empty() && busy_dies_ < params_.max_busy_dies) {
    const unsigned next = power_queue_.front();
    power_queue_.pop_front();
    dies_[next].waits_for_power = false;
    dies_[next].work.front().due = time_.now();
    advance(next);
  }
}

void FlashArray::write_stats(StatWriter& out) const {
  out.enter("flash");
  out.counter("reads", reads_, "pages", "page reads");
  out.counter("programs", programs_, "operations", "program operations");
  out.counter("erases", erases_, "operations", "erase operations, one per die and superblock");
  out.counter("suspends", suspends_, "events", "programs and erases suspended for a host read");
  out.counter("read_bytes", read_bytes_, "bytes", "moved from the dies");
  out.counter("programmed_bytes", programmed_bytes_, "bytes", "moved to the dies");
  for (unsigned i = 0; i < channels_.size(); ++i)
    out.utilization(fmt::format("channel{}", i), "flash channel", channels_[i].busy_ticks(), time_.now());
  out.leave();
}

}  // namespace mppa::ssd
