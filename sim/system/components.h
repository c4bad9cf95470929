// One function per component type, each in <type>_component.cpp; components.cpp calls them all.
#pragma once

#include "sim/system/component.h"

namespace mppa::sim {

void add_simulation(ComponentRegistry& registry);  ///< the `simulation` section
void add_console(ComponentRegistry& registry);
void add_coolidge(ComponentRegistry& registry);
void add_pcie(ComponentRegistry& registry);  ///< the protocol of PCIe links
void add_pcie_switch(ComponentRegistry& registry);
void add_ssd(ComponentRegistry& registry);
void add_host(ComponentRegistry& registry);
void add_initiator(ComponentRegistry& registry);
void add_management(ComponentRegistry& registry);
void add_ethernet(ComponentRegistry& registry);  ///< cable, switch, door; the protocol of their links

}  // namespace mppa::sim
