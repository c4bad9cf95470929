// What a `coolidge` component can be told: its parameters and parts, the structs they fill, and what must fit together.
#pragma once

#include <string>
#include <vector>

#include "sim/system/chip_power.h"
#include "sim/system/component.h"
#include "sim/system/coolidge.h"

namespace mppa::sim {

/// "uart[2]"
std::string indexed(const char* name, unsigned index);

/// Registers the parts of the chip; returns the chip's own type with its ports.
config::ComponentType coolidge_type(ComponentRegistry& registry);

/// The chip as configured; `simulation` is the section of that name.
CoolidgeParams coolidge_params(const config::Component& component, const config::Component& simulation);
ChipPowerParams coolidge_power_params(const config::Component& component);

/// The firmware can be read, and what does not fit together is found before the run.
void check_coolidge(const config::Component& component, config::Diagnostics& diagnostics);
/// With the n-furcation all eight controllers can have lanes at the same time; otherwise only two have any.
void check_coolidge_links(const config::Component& component, const std::vector<LinkedPort>& ports,
                          config::Diagnostics& diagnostics);

}  // namespace mppa::sim
