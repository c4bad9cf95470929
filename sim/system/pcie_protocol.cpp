// The `pcie` link protocol.
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/pcie_end.h"

namespace mppa::sim {

void add_pcie(ComponentRegistry& registry) {
  registry.add_protocol("pcie", [](PortEnd& a, PortEnd& b) {
    auto* a_root = dynamic_cast<PcieRootEnd*>(&a);
    auto* b_root = dynamic_cast<PcieRootEnd*>(&b);
    auto* a_device = dynamic_cast<PcieDeviceEnd*>(&a);
    auto* b_device = dynamic_cast<PcieDeviceEnd*>(&b);
    // An end may be able to be both; then the other one decides, and of two such ends the first named is the root.
    if (a_root && b_device) return b_device->connect(a_root->device_port());
    if (b_root && a_device) return a_device->connect(b_root->device_port());
    throw BadInput("a pcie link joins a port of a root complex or switch to a device, not two ports of one kind");
  });
}

}  // namespace mppa::sim
