#include <algorithm>

#include "models/cluster/core/mmu.h"
#include "models/cluster/engine/fast/memory.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine::fast {
namespace {

constexpr u64 kE1 = 2;  // stage ordinal

u64 page_of(u64 va) { return va & ~(kPageBytes - 1); }
u64 line_of(u64 va) { return va & ~(kLineBytes - 1); }

}  // namespace

void SlowMemory::forget_pages() {
  hot_.pages.fill({});
  hot_.jumps.fill({});
  forget_lines();
}

void SlowMemory::forget_lines() { hot_.lines.fill({}); }

/// The entry of a page that allows the access without a trap: mapped with the right, cached, within one region.
PageEntry* SlowMemory::find_page(u64 va, unsigned bytes, bool is_store) {
  PageEntry& entry = hot_.pages[(va >> kPageBits) % kPageEntries];
  if ((is_store ? entry.store_page : entry.load_page) == page_of(va + bytes - 1)) return &entry;
  return fill_page(va, bytes, is_store);
}

PageEntry* SlowMemory::fill_page(u64 va, unsigned bytes, bool is_store) {
  const u64 page = page_of(va);
  if (page_of(va + bytes - 1) != page) return nullptr;
  PageEntry& entry = hot_.pages[(va >> kPageBits) % kPageEntries];
  const auto kind = is_store ? core::AccessKind::kStore : core::AccessKind::kLoad;
  const core::Translation tr = parts_.mmu.translate({va, bytes, kind, false});
  if (tr.status != core::Translation::Status::kOk || tr.va != va || tr.first_bytes < bytes) return nullptr;
  const bool pipeline = parts_.config.level == timing::Level::kPipeline;
  if (pipeline && core::ps::kDce.get(parts_.state.data_ps()) == 0) return nullptr;
  const u64 page_pa = tr.pa - (va - page);
  const MemRegion* region = parts_.bus.region(tr.pa);
  if (region == nullptr || !region->contains(page_pa, kPageBytes)) return nullptr;
  const bool cached =
      tr.policy == core::MemoryPolicy::kByRegion ? region->cacheable : tr.policy == core::MemoryPolicy::kCached;
  if (!cached) return nullptr;
  const auto allowed = [&](core::AccessKind k) { return (tr.rights & core::right_of(k)) != 0 ? page : ~u64{0}; };
  const bool plain = region->arbiter == nullptr && region->read_latency <= parts_.timing.params().reference_latency;
  entry.load_page = allowed(core::AccessKind::kLoad);
  entry.store_page = allowed(core::AccessKind::kStore);
  entry.plain_store_page = plain ? entry.store_page : ~u64{0};
  entry.delta = reinterpret_cast<u64>(region->host) + (page_pa - region->base) - page;
  entry.pa_delta = page_pa - page;
  entry.region = region;
  return (is_store ? entry.store_page : entry.load_page) == page ? &entry : nullptr;
}

u8* SlowMemory::translate(u64 va, unsigned bytes, bool is_store) {
  const PageEntry* page = find_page(va, bytes, is_store);
  return page == nullptr ? nullptr : reinterpret_cast<u8*>(va + page->delta);
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
  const PageEntry* page = find_page(va, bytes, false);
  if (page == nullptr) return {};
  u8* const host = reinterpret_cast<u8*>(va + page->delta);
  timing::Lsu& lsu = parts_.timing.lsu();
  const u64 a = t + op->mem.off + kE1, pa = va + page->pa_delta;
  const u64 first = timing::TagArray::line_of(pa), last = timing::TagArray::line_of(pa + bytes - 1);
  LineEntry& entry = hot_.lines[line_hash(va)];
  if (first == last && hot_.busy_until <= a && lsu.l1d().touch(first)) {  // a hit, but not of the most recent line
    entry = {line_of(va), page->delta};
    return {host, op + 1, t};
  }
  timing::MemAccess m;
  m.kind = timing::MemKind::kLoad;
  m.pa = pa;
  m.pa_last = pa + bytes - 1;
  m.size = static_cast<u8>(bytes);
  m.latency = page->region->read_latency;
  m.arbiter = page->region->arbiter;
  const timing::MemTiming done = lsu.access(m, a);
  parts_.stats.l1d_hits += done.hits - u64{1};  // the block counts one hit per load
  parts_.stats.l1d_misses += done.misses;
  entry = {line_of(va), page->delta};
  if (first != last) hot_.lines[line_hash(va + bytes - 1)] = {line_of(va + bytes - 1), page->delta};
  return go_on(op, done, host, t);
}

SlowAccess SlowMemory::store(const Op* op, u64 va, unsigned bytes, u64 t) {
  const PageEntry* page = find_page(va, bytes, true);
  if (page == nullptr) return {};
  timing::MemAccess m;
  m.kind = timing::MemKind::kStore;
  m.pa = va + page->pa_delta;
  m.pa_last = m.pa + bytes - 1;
  m.size = static_cast<u8>(bytes);
  m.latency = page->region->read_latency;
  m.arbiter = page->region->arbiter;
  const timing::MemTiming done = parts_.timing.lsu().access(m, t + op->mem.off + kE1);
  return go_on(op, done, reinterpret_cast<u8*>(va + page->delta), t);
}

SlowAccess SlowMemory::skip(const Op* op, u64 t) {
  timing::MemAccess m;
  m.performed = false;
  const timing::MemTiming done = parts_.timing.lsu().access(m, t + op->mem.off + kE1);
  return go_on(op, done, nullptr, t);
}

}  // namespace mppa::engine::fast
