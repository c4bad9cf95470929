#include "models/pcie/chip/msi_snooper.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>

#include "mppa/pcie_regs.h"

namespace mppa::pcie {
namespace {

constexpr u64 kStride = 0x4000;

}  // namespace

MsiSnoopers::MsiSnoopers(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
                         const std::vector<noc::Itgen*>& itgens)
    : RegisterDevice(name, kStride * kSnoopers, latency),
      itgens_(itgens),
      enable_(regs().add_array("enable", MPPA_PCIE_SNOOPER_ENABLE, 4, RegAccess::kRw, kSnoopers, kStride)),
      base_lo_(regs().add_array("base_lo", MPPA_PCIE_SNOOPER_BASE_LO, 4, RegAccess::kRw, kSnoopers, kStride)),
      base_hi_(regs().add_array("base_hi", MPPA_PCIE_SNOOPER_BASE_HI, 4, RegAccess::kRw, kSnoopers, kStride)) {
  for (unsigned g = 0; g < kGroups; ++g) {
    const auto add = [&](const char* what, unsigned offset, RegAccess access) {
      return &regs().add_array(fmt::format("{}{}", what, g), MPPA_PCIE_SNOOPER_GROUP(g) + offset, 4, access, kSnoopers,
                               kStride);
    };
    groups_[g] = {add("status", MPPA_PCIE_SNOOPER_STATUS, RegAccess::kRo),
                  add("mask", MPPA_PCIE_SNOOPER_MASK, RegAccess::kRw),
                  add("type", MPPA_PCIE_SNOOPER_TYPE, RegAccess::kRw)};
    add("status_lac", MPPA_PCIE_SNOOPER_STATUS_LAC, RegAccess::kLac)->source(*groups_[g].status);
    // What arrived while masked is sent when the mask goes.
    groups_[g].mask->on_write([this, g](unsigned snooper, u64 mask) {
      u64 pending = groups_[g].status->get(snooper) & ~mask;
      for (; pending; pending &= pending - 1)
        raise(snooper, 32 * g + static_cast<unsigned>(std::countr_zero(pending)), now());
    });
  }
}

void MsiSnoopers::raise(unsigned snooper, unsigned vector, const sc_core::sc_time& when) {
  itgens_[snooper]->pulse(vector, when);
}

bool MsiSnoopers::snoop(u64 address, std::span<const u8> data, const sc_core::sc_time& when) {
  if (data.size() != 4) return false;
  for (unsigned i = 0; i < kSnoopers; ++i) {
    const u64 base = base_hi_.get(i) << 32 | (base_lo_.get(i) & ~u64{0x3FF}), offset = address - base;
    if (!(enable_.get(i) & 1) || offset >= 0x400) continue;
    u32 value = 0;
    std::memcpy(&value, data.data(), 4);
    const auto group = static_cast<unsigned>(offset >> 7);
    const Group& g = groups_[group];
    const unsigned bit = g.type->get(i) & 1 ? offset >> 2 & 31 : value & 31;
    ++taken_;
    g.status->set(g.status->get(i) | u64{1} << bit, i);
    if (!(g.mask->get(i) >> bit & 1)) raise(i, 32 * group + bit, when);
    return true;
  }
  return false;
}

}  // namespace mppa::pcie
