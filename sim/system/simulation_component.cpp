// The `simulation` section: what a run is, apart from the machine.
#include "sim/system/components.h"

namespace mppa::sim {

using config::Dimension;

void add_simulation(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = config::kSimulationType;
  type.doc = "How the machine is run. Not a component: the section `simulation` beside `components`.";
  type.params = {
      config::quantity("until", Dimension::kTime, "0 ps", "0", "3600 s",
                       "Simulated time at which the run ends at the latest; 0: when the system is done."),
      config::quantity("deadline", Dimension::kTime, "0 ps", "0", "3600 s",
                       "Simulated time by which the system must be done: reaching it is a failure; 0: none."),
      config::quantity("ios", Dimension::kNone, "0", "0", "1000 G",
                       "The run ends when the workloads have completed this many I/Os; 0: no limit."),
      config::quantity("seed", Dimension::kNone, "1", "0", "0x7fffffffffffffff",
                       "Seed of everything that is random in workloads and devices."),
      config::quantity("quantum", Dimension::kTime, "200 ns", "1 ns", "1 ms",
                       "How far clusters may run ahead of the rest of the system.", "docs/modelling-choices.md"),
      config::flag(
          "spin_skip", true,
          "Skip iterations of loops in which cores only wait; the results are the same, only the speed is not."),
      config::flag("profile", false,
                   "Attribute the cycles of all cores to functions of the firmware; changes nothing but the speed."),
      config::choice("check", {"none", "coherence"}, "none",
                     "Look for what would be an error on silicon. coherence: loads that hit a line of their L1 which "
                     "somebody else has changed since."),
      config::quantity("sample_period", Dimension::kTime, "0 ps", "0", "1 s",
                       "Simulated time between two samples of the time series; 0: none."),
      config::text_list("sample", "Statistics in the time series, as patterns with * and ?; none: all of them."),
  };
  registry.add_part(std::move(type));
}

}  // namespace mppa::sim
