// The card in a host's slot: a chip with its firmware, a root complex at the other end of the link to PCIe controller
// 0.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/pcie/host_root.h"
#include "models/pcie/link.h"
#include "mppa/pci_config.h"
#include "sim/system/coolidge.h"
#include "tests/models/sc_test.h"

namespace mppa::test {

inline void run_us(double us) { sc_core::sc_start(us, sc_core::SC_US); }

class Card {
 public:
  explicit Card(const sim::CoolidgeParams& params = {}) : chip("chip", params) {
    chip.pcie().connect(0, link.end(1));
    chip.on_end = [](const sim::ChipEnd&) { sc_core::sc_stop(); };
    chip.console(0, [this](u8 byte, const sc_core::sc_time&) { console += static_cast<char>(byte); });
    host.on_interrupt = [this](u64 address, u32 data) { interrupts.emplace_back(address, data); };
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  }
  /// Ends elaboration; clusters 0 .. `clusters` - 1 get the image. `arguments`: the first is the name.
  void boot(const std::string& image, unsigned clusters, const std::vector<std::string>& arguments) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    std::vector<sim::BootImage> images;
    for (unsigned c = 0; c < clusters; ++c)
      images.push_back({c, sim::ElfFile::read(MPPA_BINARY_DIR "/firmware/" + image), arguments});
    chip.boot(images);
  }
  bool wait_for_link(unsigned limit_us = 10'000) {
    for (unsigned us = 0; us < limit_us && !host.link_up(0); us += 100) run_us(100);
    return host.link_up(0);
  }
  /// The physical function and `vfs` virtual ones; fewer if something is wrong.
  std::vector<pcie::Device> functions(unsigned vfs) {
    const std::vector<pcie::Device> found = host.enumerate();
    if (found.size() != 2) return {};
    std::vector<pcie::Device> out = enable_vfs(host, found[1], vfs);
    out.insert(out.begin(), found[1]);
    set_command(out[0], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
    return out;
  }
  void set_command(const pcie::Device& function, u16 value) {
    host.config_write(function.id, MPPA_PCI_COMMAND, value, 2);
  }
  void function_level_reset(const pcie::Device& function) {
    const unsigned at = find_capability(host, function.id, MPPA_PCI_CAP_PCIE);
    host.config_write(function.id, at + MPPA_PCI_EXP_DEVCTL, MPPA_PCI_EXP_DEVCTL_FLR, 2);
  }

 private:
  static pcie::HostRootParams host_params() {
    pcie::HostRootParams p;
    p.memory_bytes = u64{8} << 30;
    return p;
  }
  ScContext context_;

 public:
  pcie::Link link{"link", pcie::LinkParams{}};
  pcie::HostRoot host{"host", host_params(), {&link.end(0)}};
  sim::Coolidge chip;
  std::string console;
  std::vector<std::pair<u64, u32>> interrupts;  ///< address, data
};

}  // namespace mppa::test
