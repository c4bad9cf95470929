#include <algorithm>

#include "models/cluster/core/mmu.h"
#include "models/cluster/engine/fast/memory.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine::fast {
namespace {

constexpr u64 kE1 = 2;  // stage ordinal

u64 page_of(u64 va) { return va & ~(kPageBytes - 1); }

}  // namespace

void SlowMemory::forget_pages() {
  hot_.pages.clear();
  hot_.load_window = hot_.store_window = {};
  hot_.jumps.fill({});
  forget_lines();
}

void SlowMemory::forget_stores() {
  hot_.pages.store_page.fill(kNoAddress);
  hot_.store_window = {};
  hot_.pages.plain_store_page.fill(kNoAddress);
}

void SlowMemory::forget_lines() { hot_.lines.clear(); }

/// The entry of a page that allows the access without a trap (mapped with the right, cached, within one region), or
/// kNoPage.
unsigned SlowMemory::find_page(u64 va, unsigned bytes, bool is_store) {
  const auto entry = static_cast<unsigned>(PageTable::index(va));
  const u64 known = is_store ? hot_.pages.store_page[entry] : hot_.pages.load_page[entry];
  return known == page_of(va + bytes - 1) || fill_page(va, bytes, is_store) ? entry : kNoPage;
}

bool SlowMemory::fill_page(u64 va, unsigned bytes, bool is_store) {
  const u64 page = page_of(va);
  if (page_of(va + bytes - 1) != page) return false;
  const auto kind = is_store ? core::AccessKind::kStore : core::AccessKind::kLoad;
  const core::Translation tr = parts_.mmu.translate({va, bytes, kind, false});
  if (tr.status != core::Translation::Status::kOk || tr.va != va || tr.first_bytes < bytes) return false;
  const bool pipeline = parts_.config.level == timing::Level::kPipeline;
  if (pipeline && core::ps::kDce.get(parts_.state.data_ps()) == 0) return false;
  const u64 page_pa = tr.pa - (va - page);
  const MemRegion* region = parts_.bus.region(tr.pa);
  if (region == nullptr || region->observed || !region->contains(page_pa, kPageBytes)) return false;
  const bool cached =
      tr.policy == core::MemoryPolicy::kByRegion ? region->cacheable : tr.policy == core::MemoryPolicy::kCached;
  if (!cached) return false;
  const auto allowed = [&](core::AccessKind k) { return (tr.rights & core::right_of(k)) != 0 ? page : kNoAddress; };
  const bool plain = region->arbiter == nullptr && region->read_latency <= parts_.timing.params().reference_latency;
  PageTable& pages = hot_.pages;
  const u64 entry = PageTable::index(va);
  u8* const host = region->host + (page_pa - region->base);
  pages.load_page[entry] = allowed(core::AccessKind::kLoad);
  pages.store_page[entry] = parts_.bus.watches_page(host) ? kNoAddress : allowed(core::AccessKind::kStore);
  pages.plain_store_page[entry] = plain ? pages.store_page[entry] : kNoAddress;
  pages.delta[entry] = reinterpret_cast<u64>(host) - page;
  pages.pa_delta[entry] = page_pa - page;
  pages.region[entry] = region;
  if (!pipeline) fill_window(tr, *region);
  return (is_store ? pages.store_page[entry] : pages.load_page[entry]) == page;
}

/// Only with the MMU off does one translation speak for a whole region: small pages may lie inside large ones.
void SlowMemory::fill_window(const core::Translation& tr, const MemRegion& region) {
  constexpr u64 kLargest = 32;
  if (tr.policy != core::MemoryPolicy::kByRegion) return;
  const u64 end = std::min(region.base + region.size, tr.page_bytes);  // identity, and a region holds a whole page
  hot_.load_window = {region.base, end - region.base - (kLargest - 1),
                      reinterpret_cast<u64>(region.host) - region.base};
  // Stores to memory with other masters go by page: somebody may want to know of them.
  if (region.arbiter == nullptr) hot_.store_window = hot_.load_window;
}

u8* SlowMemory::translate(u64 va, unsigned bytes, bool is_store) {
  const unsigned page = find_page(va, bytes, is_store);
  return page == kNoPage ? nullptr : reinterpret_cast<u8*>(va + hot_.pages.delta[page]);
}

/// Behind an access that has been timed: counts its stalls and finds where to go on.
SlowAccess SlowMemory::go_on(const Op* op, const timing::MemTiming& done, u8* host, u64 t) {
  hot_.busy_until = parts_.timing.lsu().busy_until();
  const u64 e1 = done.e1_wait(), e3 = done.freeze;
  if (e1 + e3 == 0) return {host, op + 1, t};
  CoreStats& stats = parts_.stats;
  const auto count = [&](timing::Stall cause, u64 cycles) { stats.stalls[static_cast<unsigned>(cause)] += cycles; };
  count(timing::Stall::kL1dBusy, done.busy_wait);
  count(done.entry_cause, done.entry_wait);
  count(done.freeze_cause, done.freeze);
  const bool ages =
      (e1 != 0 && (op->mem.flags & kSensitiveE1) != 0) || (e3 != 0 && (op->mem.flags & kSensitiveE3) != 0);
  if (ages || hot_.last_start + e1 + e3 >= hot_.limit) {
    const Op* const next = rescheduler_.reschedule(op, e1, e3, t);
    return {host, next, t};
  }
  hot_.last_start += e1 + e3;
  return {host, op + 1, t + e1 + e3};
}

SlowAccess SlowMemory::load(const Op* op, u64 va, unsigned bytes, u64 t) {
  const unsigned page = find_page(va, bytes, false);
  if (page == kNoPage) return {};
  const u64 delta = hot_.pages.delta[page], pa = va + hot_.pages.pa_delta[page], a = t + op->mem.off + kE1;
  u8* const host = reinterpret_cast<u8*>(va + delta);
  timing::Lsu& lsu = parts_.timing.lsu();
  const u64 first = timing::TagArray::line_of(pa), last = timing::TagArray::line_of(pa + bytes - 1);
  hot_.lines.set(va, delta);  // whatever happens, the line will be the most recent one
  if (first == last && hot_.busy_until <= a && lsu.l1d().touch(first)) return {host, op + 1, t};
  if (first != last) hot_.lines.set(va + bytes - 1, delta);
  const timing::MemTiming done = lsu.access(memory_access(timing::MemKind::kLoad, page, va, bytes), a);
  parts_.stats.l1d_hits += done.hits - u64{1};  // the block counts one hit per load
  parts_.stats.l1d_misses += done.misses;
  return go_on(op, done, host, t);
}

SlowAccess SlowMemory::store(const Op* op, u64 va, unsigned bytes, u64 t) {
  const unsigned page = find_page(va, bytes, true);
  if (page == kNoPage) return {};
  const timing::MemAccess m = memory_access(timing::MemKind::kStore, page, va, bytes);
  const timing::MemTiming done = parts_.timing.lsu().access(m, t + op->mem.off + kE1);
  return go_on(op, done, reinterpret_cast<u8*>(va + hot_.pages.delta[page]), t);
}

timing::MemAccess SlowMemory::memory_access(timing::MemKind kind, unsigned page, u64 va, unsigned bytes) const {
  timing::MemAccess m;
  m.kind = kind;
  m.pa = va + hot_.pages.pa_delta[page];
  m.pa_last = m.pa + bytes - 1;
  m.size = static_cast<u8>(bytes);
  m.latency = hot_.pages.region[page]->read_latency;
  m.arbiter = hot_.pages.region[page]->arbiter;
  return m;
}

SlowAccess SlowMemory::skip(const Op* op, u64 t) {
  timing::MemAccess m;
  m.performed = false;
  const timing::MemTiming done = parts_.timing.lsu().access(m, t + op->mem.off + kE1);
  return go_on(op, done, nullptr, t);
}

}  // namespace mppa::engine::fast
