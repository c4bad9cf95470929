#include "models/cluster/iommu/iommu.h"

#include <fmt/core.h>

#include <algorithm>

namespace mppa::cluster {
namespace {

constexpr unsigned kShift[] = {12, 16, 21, 29};
constexpr u64 kTelMask = 0xFFFFFFFFFFFFF0F3;  // bits 3:2 and 11:8 are reserved
constexpr u64 kFlagsOne = 1 << 16, kFlagsSeveral = 3 << 16;
constexpr u64 kGenerics =
    Iommu::kSetsLog2 | Iommu::kWaysLog2 << 8 | Iommu::kPorts << 16 | u64{41} << 32 | u64{40} << 40;

}  // namespace

Iommu::Iommu(const sc_core::sc_module_name& name, unsigned first_line, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency),
      first_line_(first_line),
      control_(regs().add("general_ctrl", 0x000, 8, RegAccess::kRw)),
      tel_(regs().add_array("tel", 0x040, 8, RegAccess::kRw, kPorts, 0x20)),
      teh_(regs().add_array("teh", 0x048, 8, RegAccess::kRw, kPorts, 0x20)),
      enable_(regs().add("irq_enable", 0x200, 8, RegAccess::kRw)),
      entries_(u64{1} << (kSetsLog2 + kWaysLog2)) {
  tel_.mask(kTelMask);
  enable_.mask(7).on_write([this](unsigned, u64) { update(now()); });
  regs().add("stall_action", 0x008, 8, RegAccess::kWo).doc("nothing ever stalls");
  regs().add("generics", 0x018, 8, RegAccess::kRo).reset_value(kGenerics);
  regs().add_array("mtn", 0x050, 8, RegAccess::kWo, kPorts, 0x20).on_write([this](unsigned port, u64 command) {
    maintain(port, command);
  });
  static constexpr const char* kNames[] = {"nomapping", "protection", "parity"};
  for (unsigned f = 0; f < 3; ++f) {
    status1_[f] = &regs().add(fmt::format("{}_status_1", kNames[f]), 0x208 + 0x10 * f, 8, RegAccess::kRo);
    status2_[f] = &regs().add(fmt::format("{}_status_2", kNames[f]), 0x210 + 0x10 * f, 8, RegAccess::kRw);
    status2_[f]->mask(0).on_write([this, f](unsigned, u64) {
      status2_[f]->set(0);
      update(now());
    });
  }
}

void Iommu::reset_state() {
  std::fill(entries_.begin(), entries_.end(), Entry{});
  update(now());
}

void Iommu::maintain(unsigned port, u64 command) {
  const u64 high = teh_.get(port), way = command >> 4 & 15;
  const bool read = command & 1;
  const u64 set = (read ? command >> 8 : high >> kShift[high >> 10 & 3]) & ((1 << kSetsLog2) - 1);
  Entry& entry = entries_[set << kWaysLog2 | way];
  if (read) {
    tel_.set(entry.low, port);
    teh_.set(entry.high, port);
  } else {
    entry = {tel_.get(port), high};
  }
}

// Probes the enabled page sizes, all ways of each one's set.
const Iommu::Entry* Iommu::lookup(u64 iova, u16 asn, unsigned& page_shift, bool& several) const {
  const Entry* found = nullptr;
  for (unsigned size = 0; size < 4; ++size) {
    if (!(control_.get() >> (8 + size) & 1)) continue;
    const u64 page = iova >> kShift[size], set = page & ((1 << kSetsLog2) - 1);
    for (unsigned way = 0; way < 1U << kWaysLog2; ++way) {
      const Entry& e = entries_[set << kWaysLog2 | way];
      const bool valid = (e.low & 3) == 1 && (e.high >> 10 & 3) == size;
      if (!valid || e.high >> kShift[size] != page || !((e.high >> 9 & 1) || (e.high & 0x1FF) == asn)) continue;
      several = found != nullptr;
      found = &e;
      page_shift = kShift[size];
      if (several) return found;
    }
  }
  return found;
}

IommuFault Iommu::check(const Entry* entry, bool several, bool write) const {
  if (!entry) return IommuFault::kNoMapping;
  if (several || (control_.get() >> 4 & 1)) return IommuFault::kParity;
  const u64 rights = entry->low >> 4 & 15;
  return rights == 2 || (rights == 1 && !write) ? IommuFault::kNone : IommuFault::kProtection;
}

TranslateIf::Result Iommu::translate(u64 iova, u16 asn, bool write, const sc_core::sc_time& when) {
  if (!(control_.get() & 1)) return {IommuFault::kNone, iova, ~u64{0}};
  unsigned shift = 12;
  bool several = false;
  const Entry* entry = lookup(iova, asn, shift, several);
  const IommuFault fault = check(entry, several, write);
  if (fault != IommuFault::kNone) {
    latch(fault, iova, asn, write, when);
    return {fault, 0, 0};
  }
  ++hits_;
  const u64 offset = iova & ((u64{1} << shift) - 1);
  return {IommuFault::kNone, (entry->low >> shift << shift) | offset, (u64{1} << shift) - offset};
}

void Iommu::latch(IommuFault fault, u64 iova, u16 asn, bool write, const sc_core::sc_time& when) {
  const unsigned f = static_cast<unsigned>(fault) - 1;
  ++faults_[f];
  if (status2_[f]->get() == 0) {
    status1_[f]->set(iova);
    status2_[f]->set(asn | (write ? 0 : 1 << 12) | kFlagsOne);
  } else {
    status2_[f]->set(status2_[f]->get() | kFlagsSeveral);
  }
  update(when);
}

void Iommu::update(const sc_core::sc_time& when) {
  for (unsigned f = 0; f < 3; ++f) {
    const bool level = status2_[f]->get() != 0 && (enable_.get() >> f & 1);
    if (level == levels_[f]) continue;
    levels_[f] = level;
    if (interrupt.size()) interrupt->set_level(first_line_ + f, level, when);
  }
}

void Iommu::write_stats(StatWriter& out) const {
  out.counter("hits", hits_, "accesses", "accesses translated");
  out.counter("no_mapping", faults_[0], "faults", "accesses without a mapping");
  out.counter("protection", faults_[1], "faults", "accesses against the rights of their page");
  out.counter("parity", faults_[2], "faults", "forced parity errors and multiple hits");
}

}  // namespace mppa::cluster
