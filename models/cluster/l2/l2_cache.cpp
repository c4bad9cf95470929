#include "models/cluster/l2/l2_cache.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace mppa::cluster {

L2Cache::L2Cache(const L2Params& params, Smem& smem, Transfer transfer)
    : params_(params),
      smem_(smem),
      transfer_(std::move(transfer)),
      lines_(params.size / kLineBytes),
      sets_(params.size / (kLineBytes * kWays)) {
  if (!std::has_single_bit(params.size) || sets_ == 0 || params.size >= smem.params().size)
    throw std::invalid_argument("the L2 cache must be a power of two and smaller than SMEM");
  smem.set_l2_size(params.size);
}

/// Offset in SMEM of the line's data.
u64 L2Cache::place(const Line& line) const {
  return smem_.params().size - params_.size + static_cast<u64>(&line - lines_.data()) * kLineBytes;
}

/// The line, after its refill has been started if it was missing.
L2Cache::Line& L2Cache::find(u64 number, u64 now) {
  const auto set = lines_.begin() + static_cast<std::ptrdiff_t>(number % sets_ * kWays);
  auto line = std::find_if(set, set + kWays, [&](const Line& l) { return l.number == number; });
  if (line != set + kWays) {
    ++hits_;
  } else {
    ++misses_;
    line = std::min_element(set, set + kWays, [](const Line& a, const Line& b) { return a.used < b.used; });
    const u64 handled = std::max(now, line->ready) + params_.miss_penalty;
    write_back(*line, handled);
    line->number = number;
    line->ready = handled + transfer_(number * kLineBytes, kLineBytes, false, handled);
    line->ready = smem_.access(place(*line), kLineBytes, true, line->ready);
  }
  line->used = ++uses_;
  return *line;
}

/// Sends the bytes between the first and the last dirty one; nobody waits for that but the bandwidth.
void L2Cache::write_back(Line& line, u64 now) {
  if (line.dirty.none()) return;
  unsigned first = 0, last = kLineBytes - 1;
  while (!line.dirty[first]) ++first;
  while (!line.dirty[last]) --last;
  smem_.access(place(line) + first, last - first + 1, false, now);
  transfer_(line.number * kLineBytes + first, last - first + 1, true, now);
  ++write_backs_;
  written_back_bytes_ += line.dirty.count();
  line.dirty.reset();
}

u32 L2Cache::access(u64 address, unsigned bytes, bool write, u64 now) {
  u64 done = now;
  for (u64 at = address; at < address + bytes;) {
    const u64 number = at / kLineBytes, stop = std::min(address + bytes, (number + 1) * kLineBytes);
    Line& line = find(number, now);
    const u64 begin = std::max(now + params_.lookup_latency, line.ready);
    const u64 offset = place(line) + at % kLineBytes;
    const auto part = static_cast<unsigned>(stop - at);
    done = std::max(
        done, begin + (write ? smem_.write_posted(offset, part, begin).wait : smem_.read_wait(offset, part, begin)));
    for (u64 i = at % kLineBytes; write && i < at % kLineBytes + part; ++i) line.dirty.set(i);
    at = stop;
  }
  return static_cast<u32>(done - now);
}

void L2Cache::write_stats(StatWriter& out) const {
  out.counter("hits", hits_, "accesses", "requests of cores that found their line");
  out.counter("misses", misses_, "accesses", "requests that started a refill");
  out.counter("write_backs", write_backs_, "lines", "lines written to DDR when replaced");
  out.counter("written_back_bytes", written_back_bytes_, "B", "dirty bytes of these lines");
}

}  // namespace mppa::cluster
