#include "sim/system/components.h"

namespace mppa::sim {

const ComponentRegistry& builtin_components() {
  static const ComponentRegistry registry = [] {
    ComponentRegistry r;
    add_simulation(r);
    add_console(r);
    add_coolidge(r);
    return r;
  }();
  return registry;
}

}  // namespace mppa::sim
