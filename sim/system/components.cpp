#include "sim/system/components.h"

namespace mppa::sim {

const ComponentRegistry& builtin_components() {
  static const ComponentRegistry registry = [] {
    ComponentRegistry r;
    add_simulation(r);
    add_console(r);
    add_coolidge(r);
    add_pcie(r);
    add_pcie_switch(r);
    add_ssd(r);
    add_host(r);
    add_initiator(r);
    add_ethernet(r);
    add_management(r);
    return r;
  }();
  return registry;
}

}  // namespace mppa::sim
