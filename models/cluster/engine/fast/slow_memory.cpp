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

/// The entry of a page that allows the access inline: mapped with the right, cached, within one memory region.
PageEntry* SlowMemory::find_page(u64 va, unsigned bytes, bool is_store) {
  const u64 page = page_of(va);
  if (page_of(va + bytes - 1) != page) return nullptr;
  PageEntry& entry = hot_.pages[(va >> kPageBits) % kPageEntries];
  if ((is_store ? entry.store_page : entry.load_page) == page) return &entry;

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
  const u64 host = reinterpret_cast<u64>(region->host) + (page_pa - region->base);
  entry = {allowed(core::AccessKind::kLoad), allowed(core::AccessKind::kStore), host - page, page_pa - page};
  return (is_store ? entry.store_page : entry.load_page) == page ? &entry : nullptr;
}

u8* SlowMemory::translate(u64 va, unsigned bytes, bool is_store) {
  const PageEntry* page = find_page(va, bytes, is_store);
  return page == nullptr ? nullptr : reinterpret_cast<u8*>(va + page->delta);
}

/// True if every bundle of the block still starts below the limit after a wait of `wait` cycles.
bool SlowMemory::fits(u64 wait) const { return hot_.last_start + wait < hot_.limit; }

u8* SlowMemory::access(const Op* op, u64 va, unsigned bytes, bool is_store, u64& t) {
  const PageEntry* page = find_page(va, bytes, is_store);
  if (page == nullptr) return nullptr;
  timing::Lsu& lsu = parts_.timing.lsu();
  const u64 a = t + op->mem.off + kE1;
  const u64 pa = va + page->pa_delta;
  const u64 first = timing::TagArray::line_of(pa), last = timing::TagArray::line_of(pa + bytes - 1);
  const MemRegion& region = *parts_.bus.region(pa);
  timing::MemAccess m;
  m.kind = is_store ? timing::MemKind::kStore : timing::MemKind::kLoad;
  m.pa = pa;
  m.pa_last = pa + bytes - 1;
  m.size = static_cast<u8>(bytes);
  m.latency = region.read_latency;
  m.arbiter = region.arbiter;

  const bool busy = lsu.busy_until() > a;
  const bool waits = busy || (is_store && !lsu.write_buffer().accepts(m, a));
  const bool freezes = !is_store && (first != last || !lsu.l1d().holds(first));
  if ((op->mem.flags & kSensitiveE1) != 0 && waits) return nullptr;
  if ((op->mem.flags & kSensitiveE3) != 0 && freezes) return nullptr;
  const u64 most = (busy ? lsu.busy_until() - a : 0) + 64 + 2 * u64{m.latency} + (m.arbiter != nullptr ? 4096 : 0);
  if ((waits || freezes) && !fits(most)) return nullptr;

  const timing::MemTiming done = lsu.access(m, a);
  hot_.busy_until = lsu.busy_until();

  const u64 wait = u64{done.e1_wait()} + done.freeze;
  t += wait;
  hot_.last_start += wait;
  CoreStats& stats = parts_.stats;
  const auto count = [&](timing::Stall cause, u64 cycles) { stats.stalls[static_cast<unsigned>(cause)] += cycles; };
  count(timing::Stall::kL1dBusy, done.busy_wait);
  count(done.entry_cause, done.entry_wait);
  count(done.freeze_cause, done.freeze);
  if (!is_store) {
    stats.l1d_hits += done.hits - u64{1};  // the block counts one hit per load
    stats.l1d_misses += done.misses;
    hot_.lines[line_hash(va)] = {line_of(va), page->delta};
    if (first != last) hot_.lines[line_hash(va + bytes - 1)] = {line_of(va + bytes - 1), page->delta};
  }
  return reinterpret_cast<u8*>(va + page->delta);
}

bool SlowMemory::skip(const Op* op, u64& t) {
  timing::Lsu& lsu = parts_.timing.lsu();
  const u64 a = t + op->mem.off + kE1;
  if (lsu.busy_until() <= a) return true;
  const u64 wait = lsu.busy_until() - a;
  if ((op->mem.flags & kSensitiveE1) != 0 || !fits(wait)) return false;
  timing::MemAccess m;
  m.kind = timing::MemKind::kLoad;
  m.performed = false;
  parts_.timing.lsu().access(m, a);
  hot_.busy_until = lsu.busy_until();
  t += wait;
  hot_.last_start += wait;
  parts_.stats.stalls[static_cast<unsigned>(timing::Stall::kL1dBusy)] += wait;
  return true;
}

}  // namespace mppa::engine::fast
