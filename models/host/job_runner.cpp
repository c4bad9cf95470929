#include "models/host/job_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

namespace mppa::host {

namespace {

constexpr u64 kPsPerSecond = 1'000'000'000'000;
constexpr u64 kNoLimit = ~u64{0};

double share(u64 part, u64 whole) { return static_cast<double>(part) / static_cast<double>(whole); }

/// The part of a limit that is used up.
double used(u64 left, u64 limit) { return limit == kNoLimit ? 0 : share(limit - left, limit); }

u64 largest_size(const JobOptions& options, const std::optional<Trace>& trace) {
  u64 largest = 4096;
  for (const auto* sizes : {&options.read_sizes, &options.write_sizes})
    for (const BlockShare& share : *sizes) largest = std::max(largest, share.bytes);
  if (trace)
    for (const TraceEntry& entry : trace->entries) largest = std::max(largest, entry.io.bytes);
  return largest;
}

}  // namespace

struct JobRunner::Thread {
  std::vector<IoGenerator> generators;  ///< one for each namespace
  std::size_t turn = 0;                 ///< of the namespaces
  unsigned queue = 0;
  std::vector<u64> free_buffers;
  u64 in_flight = 0;
  u64 ios_limit = kNoLimit, bytes_limit = kNoLimit;
  u64 ios_left = 0;    ///< may still be issued
  u64 bytes_left = 0;  ///< the same
  std::optional<Io> next;
  const File* next_file = nullptr;
  u64 next_at = 0;                ///< when `next` may start
  std::array<u64, 2> paced = {};  ///< earliest next read and write under rate_iops
  std::size_t trace_position = 0;
  bool waits = false;  ///< a later pump is scheduled

  struct Written {
    const File* file;
    u64 offset, bytes;
    auto operator<=>(const Written&) const = default;
  };
  std::vector<Written> written;  ///< to be read back, the last one first
};

JobRunner::JobRunner(Timeline& time, const Target& target, const JobOptions& options, unsigned first_queue, u64 seed,
                     std::optional<Trace> trace)
    : time_(time), target_(target), options_(options), trace_(std::move(trace)) {
  std::vector<u64> sizes;
  for (const File& file : target_.files) sizes.push_back(range_of(file.ns));
  const u64 size = std::accumulate(sizes.begin(), sizes.end(), u64{0});
  Random seeds(seed ^ (options.seed * 0x9E3779B97F4A7C15));
  const u64 buffer_bytes = largest_size(options, trace_);
  const u64 threads = trace_ ? 1 : options.jobs;
  for (u64 i = 0; i < threads; ++i) {
    auto thread = std::make_unique<Thread>();
    for (const u64 bytes : sizes) thread->generators.emplace_back(options, options.offset, bytes, seeds.next());
    thread->queue = static_cast<unsigned>((first_queue + i) % target.driver.queues());
    for (u64 b = 0; b < options.io_depth; ++b) thread->free_buffers.push_back(target.memory.allocate(buffer_bytes));
    if (options.number_ios != 0) thread->ios_limit = options.number_ios;
    if (!options.time_based && !trace_) thread->bytes_limit = options.io_size != 0 ? options.io_size : size;
    thread->ios_left = thread->ios_limit;
    thread->bytes_left = thread->bytes_limit;
    threads_.push_back(std::move(thread));
  }
}

JobRunner::~JobRunner() = default;

u64 JobRunner::range_of(const NamespaceInfo& ns) const {
  const JobOptions& options = options_;
  if (options.offset >= ns.bytes)
    throw std::invalid_argument(fmt::format("job {}: offset {} is beyond the namespace", options.name, options.offset));
  const u64 left = ns.bytes - options.offset;
  const u64 block = u64{1} << ns.lba_shift;
  u64 size = options.size != 0 ? options.size : left;
  if (options.size_percent != 0) size = std::min(left, ns.bytes / 100 * options.size_percent / block * block);
  if (size > left)
    throw std::invalid_argument(
        fmt::format("job {}: {} bytes at offset {} reach beyond the namespace", options.name, size, options.offset));
  for (const auto* sizes : {&options.read_sizes, &options.write_sizes})
    for (const BlockShare& share : *sizes)
      if (share.bytes % block != 0 || options.offset % block != 0)
        throw std::invalid_argument(
            fmt::format("job {}: block size or offset is not a multiple of the namespace's {}", options.name, block));
  return size;
}

void JobRunner::start() {
  is_started_ = true;
  started_ = time_.now();
  if (options_.runtime_ps != 0)
    time_.after(options_.ramp_ps + options_.runtime_ps, [this] {
      if (!is_verifying_) stop();
    });
  for (auto& thread : threads_) pump(*thread);
  check_done();
}

void JobRunner::stop() {
  is_stopping_ = true;
  check_done();
}

WorkloadPhase JobRunner::phase() const {
  if (!is_started_) return WorkloadPhase::kWaiting;
  if (is_done_) return WorkloadPhase::kDone;
  if (is_verifying_) return WorkloadPhase::kVerify;
  return time_.now() < started_ + options_.ramp_ps ? WorkloadPhase::kRamp : WorkloadPhase::kMeasure;
}

double JobRunner::progress() const {
  if (!is_started_ || is_done_) return is_done_ ? 1 : 0;
  double sum = 0;
  for (const auto& t : threads_)
    sum += trace_ ? share(t->trace_position, trace_->entries.size())
                  : std::max(used(t->ios_left, t->ios_limit), used(t->bytes_left, t->bytes_limit));
  const double by_work = sum / static_cast<double>(threads_.size());
  if (options_.runtime_ps == 0) return by_work;
  return std::max(by_work, std::min(1.0, share(time_.now() - started_, options_.ramp_ps + options_.runtime_ps)));
}

WorkloadResult JobRunner::result() const {
  WorkloadResult result = result_;
  if (!is_started_) return result;
  const u64 begin = started_ + options_.ramp_ps;
  u64 end = is_done_ || is_verifying_ ? ended_ : time_.now();
  if (options_.runtime_ps != 0) end = std::min(end, begin + options_.runtime_ps);
  result.window_ps = end > begin ? end - begin : 0;
  return result;
}

bool JobRunner::prepare(Thread& thread) {
  if (thread.next) return true;
  if (is_stopping_ || thread.ios_left == 0) return false;
  if (is_verifying_) {
    if (thread.written.empty()) return false;
    const Thread::Written last = thread.written.back();
    thread.written.pop_back();
    thread.next = Io{IoKind::kRead, last.offset, last.bytes};
    thread.next_file = last.file;
    thread.next_at = 0;
    return true;
  }
  if (trace_) {
    if (thread.trace_position == trace_->entries.size()) return false;
    const TraceEntry& entry = trace_->entries[thread.trace_position++];
    thread.next = entry.io;
    thread.next_file = &target_.files.front();
    thread.next_at = trace_->timed ? started_ + entry.when_ps : 0;
    return true;
  }
  thread.next = thread.generators[thread.turn].next();
  thread.next_file = &target_.files[thread.turn];
  if (thread.next->bytes > thread.bytes_left) {
    thread.next.reset();
    return false;
  }
  thread.turn = (thread.turn + 1) % target_.files.size();
  const bool reads = thread.next->kind == IoKind::kRead;
  const u64 rate = reads ? options_.read_iops : options_.write_iops;
  if (rate != 0) {
    u64& paced = thread.paced[reads];
    thread.next_at = std::max(paced, started_);
    paced = thread.next_at + kPsPerSecond / rate;
  }
  return true;
}

void JobRunner::pump(Thread& thread) {
  while (!thread.free_buffers.empty() && target_.driver.has_room(thread.queue) && prepare(thread)) {
    if (is_stopping_) return thread.next.reset();
    if (thread.next_at > time_.now()) {
      if (std::exchange(thread.waits, true)) return;
      return time_.at(thread.next_at, [this, &thread] {
        thread.waits = false;
        pump(thread);
        check_done();
      });
    }
    issue(thread);
  }
}

void JobRunner::issue(Thread& thread) {
  auto flight = std::make_shared<Flight>();
  flight->io = *std::exchange(thread.next, std::nullopt);
  flight->file = thread.next_file;
  flight->started = time_.now();
  flight->ok = true;
  flight->buffer = thread.free_buffers.back();
  thread.free_buffers.pop_back();
  ++thread.in_flight;
  --thread.ios_left;
  thread.bytes_left -= std::min(thread.bytes_left, flight->io.bytes);
  const Io& io = flight->io;
  BlockVersions& versions = flight->file->versions;
  u8* data = target_.memory.at(flight->buffer);
  if (io.kind == IoKind::kWrite) versions.begin_write(io.offset, {data, io.bytes});
  if (io.kind == IoKind::kTrim) versions.begin_trim(io.offset, io.bytes);
  if (io.kind == IoKind::kRead && options_.verify) flight->oldest = versions.begin_read(io.offset, io.bytes);
  submit_parts(thread, flight);
}

/// An I/O above the driver's limit goes as several commands. All are accounted for before the first can complete.
void JobRunner::submit_parts(Thread& thread, const std::shared_ptr<Flight>& flight) {
  const bool has_data = flight->io.kind == IoKind::kRead || flight->io.kind == IoKind::kWrite;
  const u64 limit = has_data ? target_.driver.max_transfer() : ~u64{0};
  const u64 bytes = flight->io.bytes;
  flight->parts = bytes == 0 ? 1 : static_cast<unsigned>((bytes - 1) / limit + 1);
  u64 at = 0;
  for (unsigned part = 0; part < flight->parts; ++part) {
    const u64 piece = std::min(bytes - at, limit);
    const Io io{flight->io.kind, flight->io.offset + at, piece};
    const auto done = [this, &thread, flight](u16 status) { part_done(thread, flight, status); };
    if (target_.driver.has_room(thread.queue)) {
      target_.driver.submit(thread.queue, flight->file->ns.id, io, flight->buffer + at, done);
    } else {
      time_.after(0, [done] { done(kStatusLost); });
    }
    at += piece;
  }
}

void JobRunner::part_done(Thread& thread, const std::shared_ptr<Flight>& flight, u16 status) {
  if (status != 0) flight->ok = false;
  if (--flight->parts != 0) return;
  complete(thread, *flight);
  if (status == kStatusLost) is_stopping_ = is_lost_ = true;  // there is no drive any more
  pump(thread);
  check_done();
}

void JobRunner::complete(Thread& thread, const Flight& flight) {
  --thread.in_flight;
  thread.free_buffers.push_back(flight.buffer);
  ++completed_;
  const Io& io = flight.io;
  if (io.kind == IoKind::kWrite) flight.file->versions.end_write(io.offset, io.bytes, flight.ok);
  if (io.kind == IoKind::kTrim) flight.file->versions.end_trim(io.offset, io.bytes, flight.ok);
  if (!flight.ok) {
    ++result_.errors;
    return;
  }
  if (io.kind == IoKind::kRead && options_.verify) {
    const std::span<const u8> data(target_.memory.at(flight.buffer), io.bytes);
    result_.verify_errors += flight.file->versions.check(io.offset, data, flight.oldest);
    result_.verified_bytes += io.bytes;
  }
  if (is_verifying_) return;
  if (io.kind == IoKind::kWrite && options_.verify && options_.do_verify)
    thread.written.push_back({flight.file, io.offset, io.bytes});
  account(flight);
}

/// Only what ends inside the window counts.
void JobRunner::account(const Flight& flight) {
  const u64 begin = started_ + options_.ramp_ps, now = time_.now();
  if (now < begin || (options_.runtime_ps != 0 && now > begin + options_.runtime_ps)) return;
  const u64 latency_ns = (now - flight.started) / 1000;
  ++result_.ios;
  result_.latency_ns.add(latency_ns);
  if (flight.io.kind == IoKind::kRead) {
    result_.read_bytes += flight.io.bytes;
    read_latency_.add(latency_ns);
  } else if (flight.io.kind == IoKind::kWrite) {
    result_.write_bytes += flight.io.bytes;
    write_latency_.add(latency_ns);
  }
}

bool JobRunner::drained() {
  return std::all_of(threads_.begin(), threads_.end(), [this](const auto& thread) {
    return thread->in_flight == 0 && (is_stopping_ || !prepare(*thread));
  });
}

void JobRunner::check_done() {
  if (is_done_ || !is_started_ || !drained()) return;
  if (!is_verifying_) {
    ended_ = time_.now();
    begin_verify();
    if (!drained()) return;
  }
  is_done_ = true;
  if (done_) done_();
}

/// Every thread reads back what it has written, once, in ascending order.
void JobRunner::begin_verify() {
  is_verifying_ = true;
  is_stopping_ = is_lost_;
  for (auto& thread : threads_) {
    std::sort(thread->written.begin(), thread->written.end(), std::greater<>{});
    thread->written.erase(std::unique(thread->written.begin(), thread->written.end()), thread->written.end());
    thread->ios_left = ~u64{0};
    pump(*thread);
  }
}

void JobRunner::write_stats(StatWriter& out) const {
  out.enter(options_.name);
  out.counter("ios", result_.ios, "commands", "completed in the measuring window");
  out.counter("errors", result_.errors, "commands", "completed with an error status or lost");
  out.counter("verify_errors", result_.verify_errors, "blocks", "whose contents were not what was written");
  out.histogram("read_latency", read_latency_, "ns", "submission to completion of reads");
  out.histogram("write_latency", write_latency_, "ns", "submission to completion of writes");
  out.leave();
}

}  // namespace mppa::host
