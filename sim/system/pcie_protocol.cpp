// The `pcie` link protocol.
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/pcie_end.h"

namespace mppa::sim {

void add_pcie(ComponentRegistry& registry) {
  registry.add_protocol("pcie", [](PortEnd& a, PortEnd& b) {
    auto* root = dynamic_cast<PcieRootEnd*>(&a);
    auto* device = dynamic_cast<PcieDeviceEnd*>(&b);
    if (!root && !device) {  // written the other way round
      root = dynamic_cast<PcieRootEnd*>(&b);
      device = dynamic_cast<PcieDeviceEnd*>(&a);
    }
    if (!root || !device)
      throw BadInput("a pcie link joins a port of a root complex or switch to a device, not two ports of one kind");
    device->connect(root->device_port());
  });
}

}  // namespace mppa::sim
