#include "models/common/write_watch.h"

#include <algorithm>

namespace mppa {
namespace {

bool overlap(const WriteWatch::Range& a, const WriteWatch::Range& b) {
  return a.host < b.host + b.bytes && b.host < a.host + a.bytes;
}

}  // namespace

bool WriteWatch::collides(const Watcher& watcher, const Range& range, bool write) const {
  bool found = false;
  for_pages(range, [&](u64 page) {
    const auto entries = pages_.find(page);
    if (entries == pages_.end()) return;
    for (const Entry& e : entries->second)
      found = found || (e.watcher != &watcher && (write || e.write) && overlap(e.range, range));
  });
  return found;
}

void WriteWatch::enter(Watcher& watcher, const Range& range, bool write) {
  for_pages(range, [&](u64 page) {
    const auto [entries, added] = pages_.try_emplace(page);
    epoch_ += added;
    entries->second.push_back({range, &watcher, write});
  });
}

bool WriteWatch::add(Watcher& watcher, std::span<const Range> reads, std::span<const Range> writes) {
  for (const Range& r : reads)
    if (collides(watcher, r, false)) return false;
  for (const Range& w : writes)
    if (collides(watcher, w, true)) return false;
  for (const Range& r : reads) enter(watcher, r, false);
  for (const Range& w : writes) enter(watcher, w, true);
  return true;
}

std::optional<WriteWatch::Seen> WriteWatch::peek(u64 address, unsigned bytes) const {
  for (const Window& w : windows_)
    if (address - w.base < w.size) return w.peek(address - w.base, bytes);
  return std::nullopt;
}

void WriteWatch::remove(const Watcher& watcher) {
  for (auto page = pages_.begin(); page != pages_.end();) {
    std::erase_if(page->second, [&](const Entry& e) { return e.watcher == &watcher; });
    page = page->second.empty() ? pages_.erase(page) : std::next(page);
  }
}

void WriteWatch::call(const u8* host, u64 bytes, u64 ps) {
  const Range written{host, bytes};
  std::vector<Watcher*> hit;
  for_pages(written, [&](u64 page) {
    const auto entries = pages_.find(page);
    if (entries == pages_.end()) return;
    for (const Entry& e : entries->second)
      if (!e.write && overlap(e.range, written) && std::find(hit.begin(), hit.end(), e.watcher) == hit.end())
        hit.push_back(e.watcher);
  });
  for (Watcher* w : hit) w->before_write(ps);
}

}  // namespace mppa
