// The `pcie_switch` component: a PCIe switch with slots for drives and cards.
#include <fmt/format.h>

#include <memory>

#include "models/common/kernel_timeline.h"
#include "models/pcie/link.h"
#include "models/pcie/switch.h"
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/faults.h"
#include "sim/system/param_table.h"
#include "sim/system/pcie_end.h"

namespace mppa::sim {
namespace {

using config::Dimension;

constexpr unsigned kMaxSlots = 32;

const ParamTable<pcie::SwitchParams>& switch_table() {
  using P = pcie::SwitchParams;
  static const auto table =
      ParamTable<P>()
          .number("latency", &P::latency_ps, Dimension::kTime, "0", "10 us",
                  "From a received packet to its copy at the egress port.", "product briefs of Gen4 switches")
          .number("egress_queue", &P::egress_queue, Dimension::kNone, "1", "65536",
                  "Packets of a class that wait at an egress port before the ingress is held back.",
                  "not published; docs/modelling-choices.md");
  return table;
}

class SwitchPart : public SystemPart {
 public:
  explicit SwitchPart(const config::Component& c)
      : component_(c),
        path_(c.path),
        time_(fmt::format("{}_time", c.path).c_str()),
        slots_(static_cast<std::size_t>(c.quantity("slots"))),
        switch_(c.path.c_str(), switch_table().fill(c), static_cast<unsigned>(slots_.size())) {
    pcie::LinkParams link;
    link.rate = {static_cast<unsigned>(c.quantity("lanes")), static_cast<unsigned>(c.quantity("generation"))};
    for (unsigned i = 0; i < slots_.size(); ++i) {
      slots_[i].link = std::make_unique<pcie::Link>(fmt::format("{}_slot{}", path_, i).c_str(), link);
      switch_.connect(i + 1, slots_[i].link->end(0));
    }
    upstream_.fabric = &switch_;
  }

  PortEnd& port(const std::string& name) override {
    if (name == "upstream") return upstream_;
    for (unsigned i = 0; i < slots_.size(); ++i)
      if (name == slot_name(i)) return slots_[i];
    throw BadInput(fmt::format("{} has {} slots, there is no port {}", path_, slots_.size(), name));
  }

  void start() override {
    std::vector<FaultyLink> links;
    for (unsigned i = 0; i < slots_.size(); ++i) links.push_back({slot_name(i), slots_[i].link.get()});
    schedule_faults(time_, component_, links, 0);
  }

  const StatProvider* stats() const override { return &switch_; }

 private:
  struct Upstream : PcieDeviceEnd {
    void connect(pcie::Port& port) override { fabric->connect(0, port); }
    pcie::Switch* fabric = nullptr;
  };
  struct Slot : PcieRootEnd {
    pcie::Port& device_port() override { return link->end(1); }
    std::unique_ptr<pcie::Link> link;
  };
  static std::string slot_name(unsigned i) { return fmt::format("slot[{}]", i); }

  const config::Component& component_;
  std::string path_;
  KernelTimeline time_;
  std::vector<Slot> slots_;
  pcie::Switch switch_;
  Upstream upstream_;
};

}  // namespace

void add_pcie_switch(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = "pcie_switch";
  type.doc = "A PCIe switch: one upstream port, slots that reach it and each other.";
  type.params = switch_table().params();
  type.params.push_back(config::quantity("slots", Dimension::kNone, "8", "1", "32", "Downstream ports."));
  type.params.push_back(config::quantity("lanes", Dimension::kNone, "4", "1", "16", "Lanes of a slot."));
  type.params.back().power_of_two = true;
  type.params.push_back(config::quantity("generation", Dimension::kNone, "4", "1", "4", "PCIe generation of a slot."));
  type.params.push_back(faults_param("What goes wrong on the slots' links, and when; docs/user/faults.md."));
  type.ports = {{"upstream", "pcie", 1, true, "Towards the root complex."},
                {"slot", "pcie", kMaxSlots, false, "The slots; as many as `slots` says."}};
  registry.add(std::move(type), {build_part<SwitchPart>, [](const auto& component, config::Diagnostics& diagnostics) {
                                   check_faults(component, false, diagnostics);
                                 }});
}

}  // namespace mppa::sim
