// A small schema for the tests of the configuration machinery; independent of what the simulator can assemble.
#pragma once

#include "sim/config/schema.h"

namespace mppa::config {

inline Schema test_schema() {
  Schema s;
  ComponentType core;
  core.name = "core";
  core.doc = "A core.";
  core.top_level = false;
  core.params = {choice("timing", {"pipeline", "functional"}, "pipeline", "Timing level."),
                 flag("trace", false, "Trace.")};
  s.add(core);
  ComponentType chip;
  chip.name = "chip";
  chip.doc = "A chip.";
  chip.params = {quantity("clock", Dimension::kFrequency, "1.2 GHz", "1 MHz", "2 GHz", "Clock.", "test"),
                 quantity("memory", Dimension::kSize, "4 MiB", "4 KiB", "8 MiB", "Memory."),
                 file("firmware", std::nullopt, "Image."), text_list("args", "Arguments.")};
  chip.params[1].power_of_two = true;
  chip.parts = {{"cluster", "core", 4}, {"rm", "core", 1}};
  chip.ports = {{"pcie", "pcie", 2, false, "Lanes."}, {"eth", "ethernet", 1, false, "Port."}};
  s.add(chip);
  ComponentType ssd;
  ssd.name = "ssd";
  ssd.doc = "A drive.";
  ssd.params = {quantity("latency", Dimension::kTime, "10 us", "0", "1 s", "Latency.")};
  ssd.ports = {{"port", "pcie", 1, true, "Its port."}};
  s.add(ssd);
  return s;
}

}  // namespace mppa::config
