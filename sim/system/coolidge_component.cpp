// The `coolidge` component: the chip with its ports and its firmware.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include "models/pcie/link.h"
#include "sim/code_map.h"
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/coolidge.h"
#include "sim/system/coolidge_schema.h"
#include "sim/system/crash_report.h"
#include "sim/system/ethernet_end.h"
#include "sim/system/firmware_manifest.h"
#include "sim/system/management_end.h"
#include "sim/system/pcie_end.h"
#include "sim/system/stale_load_text.h"
#include "sim/system/uart_end.h"

namespace mppa::sim {
namespace {

class CoolidgePart : public SystemPart {
 public:
  CoolidgePart(const config::Component& component, RunContext& context)
      : component_(component),
        context_(context),
        chip_(component.path.c_str(), coolidge_params(component, context.simulation())),
        power_(coolidge_power_params(component)) {
    for (unsigned i = 0; i < kUarts; ++i) connect_uart(i);
    for (unsigned i = 0; i < lanes_.size(); ++i)
      lanes_[i] = std::make_unique<EthernetMacEnd>(chip_.ethernet(i / MPPA_ETH_LANES).mac(i % MPPA_ETH_LANES));
    for (unsigned i = 0; i < pcie_.size(); ++i) pcie_[i].set(chip_, i, component.path);
    managed_.port = chip_.sim_port();
    chip_.on_end = [this](const ChipEnd& end) { ended(end); };
    chip_.on_software_reset = [this](const sc_core::sc_time& when) {
      context_.log(component_.path, LogLevel::kInfo,
                   fmt::format("the firmware has reset the chip at {} ps; it boots again", when.value()));
    };
    chip_.on_trace = [this](unsigned channel, u64 value, const sc_core::sc_time& when) {
      context_.log(component_.path, LogLevel::kInfo,
                   fmt::format("firmware mark {} = {:#x} at {} ps", channel, value, when.value()));
    };
    chip_.on_stale_load = [this](const cluster::StaleLoad& load) {
      if (!stale_loads_) stale_loads_.emplace(read_firmware(component_.text("firmware")));
      context_.log(component_.path, LogLevel::kError, stale_loads_->line(load));
    };
    context_.uses_file(component_.text("firmware"));
    for (const FirmwareImage& image : read_firmware(component_.text("firmware"))) {
      context_.uses_file(image.file);
      image_files_[image.cluster] = image.file;
    }
    if (context.simulation().flag("profile"))
      for (unsigned i = 0; i < kClusters; ++i) chip_.cluster(i).start_profile();
  }

  PortEnd& port(const std::string& name) override {
    for (unsigned i = 0; i < kUarts; ++i)
      if (name == indexed("uart", i)) return uarts_[i];
    for (unsigned i = 0; i < kEthernets; ++i)
      if (name == indexed("eth", i)) return *lanes_[MPPA_ETH_LANES * i];
    for (unsigned i = 0; i < lanes_.size(); ++i)
      if (name == indexed("lane", i)) return *lanes_[i];
    for (unsigned i = 0; i < pcie_.size(); ++i)
      if (name == indexed("pcie", i)) return pcie_[i];
    if (name == "management") return managed_;
    return SystemPart::port(name);
  }

  void start() override {
    std::vector<BootImage> images;
    for (const FirmwareImage& image : read_firmware(component_.text("firmware"))) {
      std::vector<std::string> arguments{std::filesystem::path(image.file).filename()};
      const auto& common = component_.list("arguments");
      arguments.insert(arguments.end(), image.arguments.begin(), image.arguments.end());
      arguments.insert(arguments.end(), common.begin(), common.end());
      context_.log(component_.path, LogLevel::kInfo,
                   fmt::format("cluster {}: {}", image.cluster, fmt::join(arguments, " ")));
      images.push_back({image.cluster, ElfFile::read(image.file), std::move(arguments)});
    }
    if (component_.text("placement") == "flash") return chip_.boot(images);
    for (const BootImage& image : images) chip_.load(image.cluster, image.elf, image.arguments);
    chip_.boot();
  }

  std::vector<CodeProfile> profile() const override {
    std::vector<CodeProfile> out;
    for (const auto& [cluster, file] : image_files_) {
      const std::string path = fmt::format("{}.cluster[{}]", component_.path, cluster);
      out.push_back({path + ".rm", file, chip_.cluster(cluster).rm_profile()});
      out.push_back({path + ".pe", file, chip_.cluster(cluster).pe_profile()});
    }
    return out;
  }

  const StatProvider* stats() const override { return &chip_; }
  u64 findings() const override { return chip_.stale_loads(); }
  double average_power(const StatNode& stats) const override {
    return average_chip_power(power_, chip_.clock().hz(), stats);
  }

 private:
  /// The simulator's port as one end of a management channel.
  class Managed : public ManagedEnd {
   public:
    void serve(ManagementPeer& peer) override {
      if (!port) throw BadInput("a card without sim_port cannot be managed");
      port->on_management_read = [&peer] { return peer.read_word(); };
      port->on_management_write = [&peer](u64 word) { peer.write_word(word); };
    }
    noc::SimPort* port = nullptr;
  };

  class Uart : public UartEnd {
   public:
    void receive(u8 byte, const sc_core::sc_time& when) override {
      const char text = static_cast<char>(byte);
      uart->receive({&text, 1}, when);
    }
    noc::Uart* uart = nullptr;
  };

  /// A PCIe controller: root complex of what it is linked to, or endpoint of a host.
  class Controller : public PcieRootEnd, public PcieDeviceEnd {
   public:
    void set(Coolidge& chip, unsigned index, const std::string& path) {
      chip_ = &chip;
      index_ = index;
      name_ = fmt::format("{}_pcie{}", path, index);
    }
    pcie::Port& device_port() override {
      link_ = std::make_unique<pcie::Link>(name_.c_str(), pcie::LinkParams{});
      chip_->pcie().connect(index_, link_->end(0));
      return link_->end(1);
    }
    void connect(pcie::Port& port) override { chip_->pcie().connect(index_, port); }

   private:
    Coolidge* chip_ = nullptr;
    unsigned index_ = 0;
    std::string name_;
    std::unique_ptr<pcie::Link> link_;
  };

  void connect_uart(unsigned index) {
    uarts_[index].uart = &chip_.uart(index);
    chip_.console(index, [this, index, file = fmt::format("{}.uart{}.txt", component_.path, index)](
                             u8 byte, const sc_core::sc_time& when) {
      const char text = static_cast<char>(byte);
      context_.output(file, {&text, 1});
      if (index == 0) console_crashes_.add(text);
      if (uarts_[index].peer) uarts_[index].peer->receive(byte, when);
    });
  }

  const CodeMap& code_map(unsigned cluster) {
    const std::string& file = image_files_.at(cluster);
    return code_maps_.try_emplace(file, ElfFile::read(file)).first->second;
  }

  /// Firmware that reports a crash of its own does so on the console, and ends with a status.
  void explain_crash(const ChipEnd& end, SystemEnd& out) {
    const auto where = [this](unsigned cluster, u64 address) {
      return image_files_.contains(cluster) ? code_map(cluster).text(address) : fmt::format("{:#x}", address);
    };
    if (end.crashed) {
      const auto& [cluster, core, site] = *end.crashed;
      out.details = crash_details(site, chip_.cluster(cluster).core(core).state().gpr,
                                  [&, c = cluster](u64 address) { return where(c, address); });
    } else if (end.reason == ChipEnd::Reason::kExit && end.status != 0 && console_crashes_.any()) {
      out.reason = SystemEnd::Reason::kCrash;
      out.message = console_crashes_.first();
      out.details = console_crashes_.details(where);
    }
  }

  void ended(const ChipEnd& end) {
    SystemEnd out{.reason = SystemEnd::Reason::kExit, .status = end.status, .message = end.message};
    if (end.reason == ChipEnd::Reason::kCrash) out.reason = SystemEnd::Reason::kCrash;
    explain_crash(end, out);
    out.message = fmt::format("{}: {}", component_.path, out.message);
    context_.end(out);
  }

  const config::Component& component_;
  RunContext& context_;
  Coolidge chip_;
  ChipPowerParams power_;
  std::optional<StaleLoadText> stale_loads_;
  std::map<unsigned, std::string> image_files_;  ///< by cluster
  std::map<std::string, CodeMap> code_maps_;     ///< by image file, made when asked for
  ConsoleCrashes console_crashes_;               ///< on UART 0
  std::array<Uart, kUarts> uarts_;
  Managed managed_;
  std::array<std::unique_ptr<EthernetMacEnd>, kEthernets * MPPA_ETH_LANES> lanes_;
  std::array<Controller, pcie::kControllers> pcie_;
};

}  // namespace

void add_coolidge(ComponentRegistry& registry) {
  registry.add(coolidge_type(registry), {build_part<CoolidgePart>, check_coolidge, check_coolidge_links});
}

}  // namespace mppa::sim
