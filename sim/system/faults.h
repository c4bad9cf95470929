// What goes wrong in a run, and when: the `faults` lists of components with PCIe links. One entry is one sentence,
// docs/user/faults.md describes them:
//
//   at 3 ms pull                       after 1000 commands hang
//   at 3 ms down for 100 us slot[2]    at 0 ms poison 2 received completions after 50
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/common/timeline.h"
#include "models/pcie/link_faults.h"
#include "sim/config/schema.h"
#include "sim/config/system_config.h"

namespace mppa::sim {

struct Fault {
  enum class Kind { kPull, kPlug, kDown, kPackets, kHang, kAnswer, kSwallow, kMediaErrors };

  Kind kind = Kind::kPull;
  u64 when_ps = 0;
  u64 after_commands = 0;     ///< instead of a time: I/O commands of the drive
  std::string port;           ///< "slot[2]"; empty: every port
  u64 duration_ps = 0;        ///< of kDown
  bool received = false;      ///< kPackets: by the component, else sent
  pcie::FaultRule packets{};  ///< of kPackets
  u64 count = 1;              ///< of kSwallow
  u64 first = 0, last = 0;    ///< blocks of kMediaErrors
  u32 nsid = 1;

  bool is_of_link() const { return kind <= Kind::kPackets; }
};

/// Throws std::invalid_argument with what is wrong.
Fault parse_fault(const std::string& sentence);

/// The parameter `faults` of a component.
config::Param faults_param(const std::string& doc);
std::vector<Fault> faults_of(const config::Component& component);
/// Reports sentences that are wrong. `of_drive`: whether faults of a drive have a meaning for the component.
void check_faults(const config::Component& component, bool of_drive, config::Diagnostics& diagnostics);

/// Applies a fault of a link, now. `side`: the component's end of it.
void apply_fault(Timeline& time, const Fault& fault, pcie::LinkFaults& link, unsigned side);

/// The links of a component by their ports' names.
struct FaultyLink {
  std::string port;
  pcie::LinkFaults* faults;
};
/// Schedules the faults of a component that has only links. Throws BadInput for a port that is not there.
void schedule_faults(Timeline& time, const config::Component& component, const std::vector<FaultyLink>& links,
                     unsigned side);

}  // namespace mppa::sim
