// The `ssd` component: an NVMe drive of a profile, with one or two PCIe ports.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <stdexcept>

#include "models/ssd/pcie_drive.h"
#include "models/ssd/profiles.h"
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/faults.h"
#include "sim/system/pcie_end.h"

namespace mppa::sim {
namespace {

using config::Dimension;

constexpr unsigned kMaxPorts = 2;
const std::vector<std::string> kStates = {"fresh", "sequential", "steady"};

/// Sizes of 0 keep the profile's value.
u64 chosen(const config::Component& c, const char* name, u64 of_profile) {
  const i64 value = c.quantity(name);
  return value != 0 ? static_cast<u64>(value) : of_profile;
}

/// Equal namespaces; a zoned drive is rounded down to whole zones in each.
void split_namespaces(const config::Component& c, ssd::SsdParams& p) {
  const u64 count = static_cast<u64>(c.quantity("namespaces")), zone = static_cast<u64>(c.quantity("zone_size"));
  const u64 granule = zone != 0 ? zone : u64{1} << 20;
  ssd::NamespaceParams ns;
  ns.bytes = p.ftl.capacity / count / granule * granule;
  ns.lba_bytes = static_cast<unsigned>(c.quantity("block_size"));
  ns.zone_bytes = zone;
  ns.max_open_zones = ns.max_active_zones = static_cast<u32>(c.quantity("open_zones"));
  p.namespaces.assign(count, ns);
  p.ftl.capacity = count * ns.bytes;
  if (zone != 0) p.ftl.placement = ssd::Placement::kZoned;
}

ssd::PcieDriveParams drive_params(const config::Component& c, const config::Component& simulation) {
  ssd::PcieDriveParams p;
  p.ssd = ssd::find_profile(c.text("profile"))->params;
  ssd::FtlParams& ftl = p.ssd.ftl;
  ftl.capacity = chosen(c, "capacity", ftl.capacity);
  ftl.indirection_unit = chosen(c, "indirection_unit", ftl.indirection_unit);
  ftl.seed = static_cast<u64>(simulation.quantity("seed"));
  if (ftl.placement == ssd::Placement::kLog) {
    for (std::size_t i = 0; i < kStates.size(); ++i)
      if (kStates[i] == c.text("state")) ftl.precondition = static_cast<ssd::Precondition>(i);
  }
  p.ssd.buffer.bytes = chosen(c, "write_buffer", p.ssd.buffer.bytes);
  p.ssd.buffer.power_loss_protection = c.flag("power_loss_protection");
  split_namespaces(c, p.ssd);
  p.ssd.serial = c.text("serial").empty() ? c.path : c.text("serial");
  p.ssd.backing_file = c.text("contents");
  p.ssd.media_errors = static_cast<u64>(c.quantity("media_errors"));
  ssd::ControllerParams& controller = p.ssd.controller;
  controller.ports = static_cast<unsigned>(c.quantity("ports"));
  controller.max_io_queues = static_cast<unsigned>(c.quantity("queues"));
  controller.ready_time = static_cast<u64>(c.quantity("ready_time"));
  p.link.lanes = controller.ports == 1 ? 4 : 2;
  return p;
}

class SsdPart : public SystemPart {
 public:
  SsdPart(const config::Component& component, RunContext& context)
      : path_(component.path),
        params_(drive_params(component, context.simulation())),
        faults_(faults_of(component)),
        time_(fmt::format("{}_time", component.path).c_str()) {
    for (Port& port : ports_) port.part = this;
  }

  PortEnd& port(const std::string& name) override {
    for (unsigned i = 0; i < kMaxPorts; ++i)
      if (name == port_name(i)) return ports_[i];
    return SystemPart::port(name);
  }

  void start() override {
    if (!drive_) throw BadInput(fmt::format("{}: {} PCIe ports must be linked", path_, params_.ssd.controller.ports));
    for (const Fault& fault : faults_) {
      check(fault);
      if (fault.after_commands != 0) {
        drive_->ssd().controller(0).after_commands(fault.after_commands, [this, &fault] { apply(fault); });
      } else {
        time_.at(fault.when_ps, [this, &fault] { apply(fault); });
      }
    }
  }

  const StatProvider* stats() const override { return drive_ ? &*drive_ : nullptr; }

 private:
  struct Port : PcieDeviceEnd {
    void connect(pcie::Port& link) override {
      far = &link;
      part->port_connected();
    }
    SsdPart* part = nullptr;
    pcie::Port* far = nullptr;
  };

  /// The drive is built when all its ports are there.
  void port_connected() {
    std::vector<pcie::Port*> ports;
    for (unsigned i = 0; i < params_.ssd.controller.ports; ++i) {
      if (!ports_[i].far) return;
      ports.push_back(ports_[i].far);
    }
    if (!drive_) drive_.emplace(path_.c_str(), params_, ports);
  }

  void check(const Fault& fault) {
    bool is_port = fault.port.empty();
    for (unsigned i = 0; i < drive_->ssd().ports(); ++i) is_port |= fault.port == port_name(i);
    if (!is_port) throw BadInput(fmt::format("{}.faults: there is no port {}", path_, fault.port));
    const ssd::nvme::Namespace* ns = drive_->ssd().subsystem().find(fault.nsid);
    if (!ns || fault.last >= ns->blocks())
      throw BadInput(fmt::format("{}.faults: namespace {} has no block {}", path_, fault.nsid, fault.last));
  }

  void apply(const Fault& fault) {
    if (fault.is_of_link()) {
      for (unsigned i = 0; i < params_.ssd.controller.ports; ++i)
        if (fault.port.empty() || fault.port == port_name(i)) apply_fault(time_, fault, *ports_[i].far->faults(), 1);
      return;
    }
    if (fault.kind == Fault::Kind::kMediaErrors) {
      ssd::nvme::MediaErrors& errors = drive_->ssd().subsystem().find(fault.nsid)->errors;
      return errors.add(fault.first, fault.last - fault.first + 1);
    }
    for (unsigned i = 0; i < drive_->ssd().ports(); ++i) {
      ssd::nvme::Controller& controller = drive_->ssd().controller(i);
      if (fault.kind == Fault::Kind::kSwallow) {
        controller.swallow(fault.count);
      } else {
        controller.set_hung(fault.kind == Fault::Kind::kHang);
      }
    }
  }

  static std::string port_name(unsigned i) { return fmt::format("pcie[{}]", i); }

  std::string path_;
  ssd::PcieDriveParams params_;
  std::vector<Fault> faults_;
  KernelTimeline time_;
  std::array<Port, kMaxPorts> ports_;
  std::optional<ssd::PcieDrive> drive_;
};

/// What does not fit together is found by building the drive without a link.
void check_ssd(const config::Component& c, config::Diagnostics& diagnostics) {
  check_faults(c, true, diagnostics);
  try {
    config::Component simulation;
    simulation.params["seed"] = i64{1};
    ssd::SsdParams params = drive_params(c, simulation).ssd;
    params.backing_file.clear();
    Timeline time;
    ssd::Ssd drive(time, params);
  } catch (const std::invalid_argument& e) {
    diagnostics.error(c.pos, c.path, e.what());
  }
}

}  // namespace

void add_ssd(ComponentRegistry& registry) {
  std::vector<std::string> profiles;
  for (const ssd::Profile& profile : ssd::profiles()) profiles.emplace_back(profile.name);
  config::ComponentType type;
  type.name = "ssd";
  type.doc = "An NVMe SSD.";
  type.params = {
      config::choice("profile", profiles, "tlc-gen4", "The drive it behaves as; docs/models/ssd-accuracy.md."),
      config::choice("state", kStates, "steady",
                     "What has been done to it before: nothing, written once in order, or overwritten at random until "
                     "garbage collection is in equilibrium. Without meaning for profiles that write in place."),
      config::quantity("capacity", Dimension::kSize, "0", "0", "64 TB", "Size; 0: as the profile says."),
      config::quantity("indirection_unit", Dimension::kSize, "0", "0", "1 MiB",
                       "Bytes per entry of the page map; 0: as the profile says."),
      config::quantity("write_buffer", Dimension::kSize, "0", "0", "16 GiB",
                       "DRAM write buffer; 0: as the profile says."),
      config::flag("power_loss_protection", true, "What is in the write buffer survives a power failure."),
      config::quantity("block_size", Dimension::kSize, "512 B", "512 B", "4 KiB", "Logical block: 512 B or 4 KiB."),
      config::quantity("namespaces", Dimension::kNone, "1", "1", "1024", "Namespaces, all of one size."),
      config::quantity(
          "zone_size", Dimension::kSize, "0", "0", "16 GiB",
          "Zoned namespaces with zones of this size, a multiple of one program operation of a die; 0: none."),
      config::quantity("open_zones", Dimension::kNone, "14", "1", "60", "Zones that may be open or active at once.",
                       "Western Digital ZN540 class, recalled"),
      config::quantity("ports", Dimension::kNone, "1", "1", "2",
                       "PCIe ports: one x4, or two x2 with a controller each."),
      config::quantity("queues", Dimension::kNone, "128", "1", "255", "Pairs of I/O queues per controller."),
      config::quantity("ready_time", Dimension::kTime, "1 ms", "0", "10 s", "From CC.EN to CSTS.RDY.",
                       "shortened; real drives need seconds"),
      config::text("serial", "", "Serial number; empty: the component's path."),
      config::quantity("media_errors", Dimension::kRatio, "0", "0", "1",
                       "Share of the blocks that cannot be read until they are written; the seed decides which."),
      faults_param("What goes wrong with the drive and its links, and when; docs/user/faults.md."),
      config::text("contents", "", "File that keeps the contents; empty: in memory."),
  };
  type.ports = {{"pcie", "pcie", kMaxPorts, false, "The PCIe ports; as many as `ports` says."}};
  registry.add(std::move(type), {build_part<SsdPart>, check_ssd});
}

}  // namespace mppa::sim
