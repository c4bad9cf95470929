#include "models/noc/periph/ftu.h"

namespace mppa::noc {
namespace {

constexpr u64 kRmWakeup = 1 << 0;
constexpr u64 kReset = 1 << 1;
constexpr u64 kClockEnable = 1 << 2;
constexpr u64 kScrambleDisable = 1 << 3;

}  // namespace

Ftu::Ftu(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency),
      control_(regs().add_array("cluster_ctrl", 0x00, 4, RegAccess::kRw, kClusters, 4)),
      boot_address_(regs().add_array("rm_boot_addr", 0x60, 4, RegAccess::kRw, kClusters, 4)),
      cause_(regs().add("reset_cause", 0x48, 4, RegAccess::kRo)) {
  control_.mask(0xF).doc("0 RM_WUP, 1 RST, 2 CLKEN, 3 SCRAM_DIS").on_write([this](unsigned c, u64) {
    control_written(c, previous_[c]);
    previous_[c] = control_.get(c);
  });
  boot_address_.mask(0xFFFFF000).doc("PC of the RM of cluster c, 4 KiB aligned");
  regs()
      .add_array("cluster_status", 0x20, 4, RegAccess::kRo, kClusters, 4)
      .doc("0 RM_RUNNING, 1 RST, 2 CLKEN, 3 SCRAM_DIS")
      .on_read([this](unsigned c) { return (control_.get(c) & ~kRmWakeup) | u64{clusters[c]->rm_running()}; });
  cause_.reset_value(static_cast<u64>(ResetCause::kPowerOn))
      .doc("0 power-on, 1 DSU, 2 software, 3 PCIe, 8.. watchdog of cluster 0..");
  regs().add("sw_reset", 0x50, 4, RegAccess::kWo).doc("write 1: reset the chip").on_write([this](unsigned, u64 data) {
    if ((data & 1) && chip.size() > 0) chip->software_reset(now());
  });
  regs()
      .add("pcie_reset_ctrl", 0x54, 4, RegAccess::kRw)
      .mask(0xF)
      .doc("0 AUTO, 1 AUTO_OVRD, 2 CSR_RESETN, 3 PHY_RESETN; stored");
}

void Ftu::reset_state() {
  previous_.fill(0);
  for (unsigned c = 0; c < kClusters; ++c) {
    clusters[c]->set_scramble_disable(false);
    clusters[c]->set_reset(false, now());
  }
}

void Ftu::control_written(unsigned cluster, u64 old) {
  const u64 value = control_.get(cluster);
  const u64 changed = old ^ value;
  if (changed & kScrambleDisable) clusters[cluster]->set_scramble_disable((value & kScrambleDisable) != 0);
  // Cluster 0 runs this very code: its reset and clock are not under its own control.
  if (cluster == 0) return;
  if (changed & kReset) clusters[cluster]->set_reset((value & kReset) != 0, now());
  const bool wakes = (value & ~old & kRmWakeup) && (value & kClockEnable) && !(value & kReset);
  if (wakes) clusters[cluster]->start_rm(boot_address_.get(cluster), now());
}

}  // namespace mppa::noc
