#include "models/cluster/l2/l2_registers.h"

#include <fmt/core.h>

namespace mppa::cluster {
namespace {

constexpr u64 kLine = L2Cache::kLineBytes, kSector = L1Directory::kLineBytes;
constexpr u64 kTcmEntries = 0x0, kL2Entries = 0x80000, kJobFifo = 0x100000, kPrefetch = 0x200000;
constexpr u64 kStride = 0x40;
constexpr unsigned kTagShift = 16;
constexpr u64 kAtomicAllowed = 1 << 28, kWriteAllowed = 1 << 29, kValid = 1 << 30;
constexpr unsigned kReaderClear = 32;
constexpr u64 kValidClear = u64{1} << 40, kDirtyClear = u64{1} << 48;

}  // namespace

L2Registers::L2Registers(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, L1Directory& directory)
    : RegisterDevice(name, kWindow, latency), directory_(directory) {
  declare_entry("tcm_metadata", kTcmEntries, false);
  declare_entry("l2_metadata", kL2Entries, true);
  for (unsigned word = 0; word < kLine / 64; ++word)
    regs()
        .add_array(fmt::format("l2_metadata.dirty{}", word), kL2Entries + 0x20 + 8 * word, 8, RegAccess::kRo, kEntries,
                   kStride)
        .doc("a bit for each byte of the line")
        .on_read([this, word](unsigned i) {
          u64 bits = 0;
          const L2Cache::Line* l = line(i);
          for (unsigned b = 0; l != nullptr && b < 64; ++b) bits |= u64{l->dirty[64 * word + b]} << b;
          return bits;
        });
  declare_jobs();
  regs()
      .add("prefetch", kPrefetch, 8, RegAccess::kWo)
      .doc("[39:0] address of a line to fetch")
      .on_write([this](unsigned, u64 address) { prefetch(address & 0xFFFFFFFFFF); });
  regs().add("prefetch.high", kPrefetch + 8, 8, RegAccess::kWo);
}

void L2Registers::attach(L2Cache& l2, u64 base, std::function<u64(const sc_core::sc_time&)> cycle_of) {
  l2_ = &l2;
  base_ = base;
  cycle_of_ = std::move(cycle_of);
}

void L2Registers::declare_entry(const char* name, u64 offset, bool of_l2) {
  const auto add = [&](const char* field, u64 at, RegAccess access) -> Register& {
    return regs().add_array(fmt::format("{}.{}", name, field), offset + at, 8, access, kEntries, kStride).mask(0);
  };
  add("tag", 0x00, RegAccess::kRw)
      .doc(
          "[23:0] address bits [39:16], 28 atomic_allowed, 29 write_allowed, 30 valid; write: [35:32] reader_clear, "
          "40 valid_clear, 48 dirty_clear")
      .on_read([this, of_l2](unsigned i) { return of_l2 ? tag(i) : 0; })
      .on_write([this, of_l2](unsigned i, u64 bits) { clear(of_l2, i, bits); });
  add("tag_high", 0x08, RegAccess::kRw);
  for (unsigned half = 0; half < 2; ++half)
    add(half == 0 ? "reader" : "reader_high", 0x10 + 8 * half, RegAccess::kRo)
        .doc("cores whose L1D may hold a sector of 64 bytes: [16:0] the first, [48:32] the second")
        .on_read([this, of_l2, half](unsigned i) {
          return readers(of_l2, i, 2 * half) | readers(of_l2, i, 2 * half + 1) << 32;
        });
}

void L2Registers::declare_jobs() {
  for (unsigned half = 0; half < 2; ++half) {
    const auto add = [&](const char* field, u64 at, RegAccess access) {
      regs().add_array(fmt::format("jobfifo.{}{}", field, half), kJobFifo + at + 8 * half, 8, access, kJobs, kStride);
    };
    add("job_fifo", 0x00, RegAccess::kRo);
    add("pop_fifo", 0x10, RegAccess::kWo);
    add("cancel_cam", 0x20, RegAccess::kRo);
  }
}

const L2Cache::Line* L2Registers::line(unsigned i) const {
  const std::size_t lines = l2_ != nullptr ? l2_->lines().size() : 0;
  return i + lines < kEntries ? nullptr : &l2_->lines()[i + lines - kEntries];
}

u64 L2Registers::tag(unsigned i) const {
  const L2Cache::Line* l = line(i);
  if (l == nullptr || !l->valid()) return 0;
  return (base_ + l->number * kLine) >> kTagShift | kAtomicAllowed | kWriteAllowed | kValid;
}

u64 L2Registers::readers(bool of_l2, unsigned i, unsigned sector) const {
  if (const L2Cache::Line* l = of_l2 ? line(i) : nullptr)
    return l->valid() ? directory_.far_readers(l->number * kLine + sector * kSector) : 0;
  return directory_.readers(((of_l2 ? kEntries : 0) + u64{i}) * kLine + sector * kSector);
}

void L2Registers::clear(bool of_l2, unsigned i, u64 bits) {
  const L2Cache::Line* l = of_l2 ? line(i) : nullptr;
  const bool of_ddr = l != nullptr && l->valid();
  for (unsigned sector = 0; sector < kLine / kSector; ++sector) {
    if (!(bits >> (kReaderClear + sector) & 1)) continue;
    if (of_ddr)
      directory_.take_far(l->number * kLine + sector * kSector, -1);
    else if (l == nullptr)
      directory_.take(((of_l2 ? kEntries : 0) + u64{i}) * kLine + sector * kSector, -1);
  }
  if (l == nullptr) return;
  const auto index = static_cast<std::size_t>(l - l2_->lines().data());
  if (bits & kDirtyClear) l2_->clear_dirty(index);
  if (bits & kValidClear) l2_->invalidate(index);
}

void L2Registers::prefetch(u64 address) {
  if (l2_ != nullptr && address >= base_) l2_->prefetch(address - base_, cycle_of_(now()));
}

}  // namespace mppa::cluster
