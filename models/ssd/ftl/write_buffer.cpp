#include "models/ssd/ftl/write_buffer.h"

#include <utility>
#include <vector>

namespace mppa::ssd {

namespace {

/// A unit is tracked in this many granules.
constexpr u64 kGranules = 64;
constexpr u64 kWhole = ~u64{0};

}  // namespace

WriteBuffer::WriteBuffer(Timeline& time, const WriteBufferParams& params, u64 unit_bytes, u64 min_units)
    : time_(time),
      params_(params),
      unit_bytes_(unit_bytes),
      capacity_(std::max(params.bytes / unit_bytes, min_units)) {}

void WriteBuffer::connect(Complete complete, Ready ready) {
  complete_ = std::move(complete);
  ready_ = std::move(ready);
}

/// The granules that lie wholly in [begin, end) of a unit.
u64 WriteBuffer::granules(u64 begin, u64 end) const {
  const u64 granule = unit_bytes_ / kGranules;
  const u64 first = (begin + granule - 1) / granule, last = end / granule;
  if (last <= first) return 0;
  const u64 count = last - first;
  return (count == kGranules ? kWhole : (u64{1} << count) - 1) << first;
}

void WriteBuffer::write(u64 offset, u64 bytes, bool durable, Done done) {
  waiting_.push_back({offset, bytes, durable, 0, std::move(done)});
  admit();
}

void WriteBuffer::admit() {
  if (admitting_) return;  // a callback below has freed space; the loop goes on
  admitting_ = true;
  while (!waiting_.empty()) {
    Request& request = waiting_.front();
    while (request.bytes != 0 && admit_piece(request)) {
    }
    if (request.bytes != 0) break;
    Request finished = std::move(waiting_.front());
    waiting_.pop_front();
    if (finished.durable) {
      wait_until_programmed(finished.last_number, std::move(finished.done));
    } else {
      finished.done();
    }
  }
  admitting_ = false;
}

bool WriteBuffer::admit_piece(Request& request) {
  const u32 unit = static_cast<u32>(request.offset / unit_bytes_);
  const u64 begin = request.offset % unit_bytes_;
  const u64 bytes = std::min(request.bytes, unit_bytes_ - begin);
  Unit* entry = find_or_open(unit);
  if (!entry) {
    ++stalls_;
    return false;
  }
  request.offset += bytes;
  request.bytes -= bytes;
  request.last_number = std::max(request.last_number, entry->number);
  entry->written |= granules(begin, begin + bytes);
  if (entry->state == State::kFilling && entry->written == kWhole) make_ready(unit, *entry);
  return true;
}

WriteBuffer::Unit* WriteBuffer::find_or_open(u32 unit) {
  if (const auto found = open_.find(unit); found != open_.end()) {
    ++absorbed_;
    return &found->second;
  }
  if (live_.size() >= capacity_) return nullptr;
  const u64 number = ++numbers_;
  live_.emplace(number, unit);
  // A unit that gets its missing part from the media at once has a coalescing time of zero.
  time_.after(params_.coalesce_time, [this, unit, number] { finish_filling(unit, number); });
  return &(open_[unit] = {State::kFilling, 0, number});
}

/// The coalescing time is over: fetch what is missing.
void WriteBuffer::finish_filling(u32 unit, u64 number) {
  const auto found = open_.find(unit);
  if (found == open_.end() || found->second.number != number || found->second.state != State::kFilling) return;
  found->second.state = State::kCompleting;
  ++completions_;
  complete_(unit, [this, unit, number] {
    const auto entry = open_.find(unit);
    if (entry != open_.end() && entry->second.number == number) make_ready(unit, entry->second);
  });
}

void WriteBuffer::make_ready(u32 unit, Unit& entry) {
  entry.state = State::kReady;
  entry.written = kWhole;
  ready_(unit);
}

bool WriteBuffer::holds(u32 unit, u64 offset, u64 bytes) const {
  if (taken_.contains(unit)) return true;
  const auto found = open_.find(unit);
  if (found == open_.end()) return false;
  // Rounded outwards, unlike a write: every granule that is touched must be there.
  const u64 granule = unit_bytes_ / kGranules;
  const u64 end = std::min(unit_bytes_, (offset + bytes + granule - 1) / granule * granule);
  const u64 wanted = granules(offset / granule * granule, end);
  return (found->second.written & wanted) == wanted;
}

bool WriteBuffer::is_ready(u32 unit) const {
  const auto found = open_.find(unit);
  return found != open_.end() && found->second.state == State::kReady;
}

void WriteBuffer::take(u32 unit) {
  const auto found = open_.find(unit);
  taken_[unit].push_back(found->second.number);
  open_.erase(found);
}

void WriteBuffer::programmed(u32 unit) {
  const auto found = taken_.find(unit);
  const u64 number = found->second.front();
  found->second.pop_front();
  if (found->second.empty()) taken_.erase(found);
  retire(number);
}

void WriteBuffer::discard(u32 first, u64 count) {
  std::vector<u64> gone;
  for (const auto& [number, unit] : live_) {
    const auto found = open_.find(unit);
    if (unit < first || unit - first >= count || found == open_.end() || found->second.number != number) continue;
    open_.erase(found);
    gone.push_back(number);
  }
  for (const u64 number : gone) retire(number);
}

void WriteBuffer::retire(u64 number) {
  live_.erase(number);
  const u64 oldest = live_.empty() ? ~u64{0} : live_.begin()->first;
  std::vector<Done> finished;
  std::erase_if(flushes_, [&](Flush& flush) {
    if (flush.number >= oldest) return false;
    finished.push_back(std::move(flush.done));
    return true;
  });
  for (Done& done : finished) done();
  admit();
}

void WriteBuffer::wait_until_programmed(u64 number, Done done) {
  if (live_.empty() || live_.begin()->first > number) return done();
  flushes_.push_back({number, std::move(done)});
  // Nothing may linger for its neighbours while somebody waits.
  std::vector<std::pair<u32, u64>> units;
  for (const auto& [age, unit] : live_) {
    if (age > number) break;
    units.emplace_back(unit, age);
  }
  for (const auto& [unit, age] : units) finish_filling(unit, age);
  ready_(units.front().first);
}

void WriteBuffer::write_stats(StatWriter& out) const {
  out.enter("write_buffer");
  out.gauge("used_bytes", static_cast<double>(live_.size() * unit_bytes_), "bytes", "units in the buffer");
  out.counter("stalls", stalls_, "events", "times a write found the buffer full");
  out.counter("absorbed", absorbed_, "writes", "pieces of writes that hit a unit in the buffer");
  out.counter("completions", completions_, "units", "units completed by reading the media (read-modify-write)");
  out.leave();
}

}  // namespace mppa::ssd
