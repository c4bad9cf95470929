// What a crash of the firmware looked like, for people: registers, and the source lines of code addresses.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/core.h"

namespace mppa::sim {

/// Registers of a core that the hardware stopped; every line begins with a line feed. `name_code` tells what stands at
/// a code address.
std::string crash_details(const engine::CrashSite& site, const std::array<u64, core::kGprCount>& gpr,
                          const std::function<std::string(u64 address)>& name_code);

/// Finds the crashes that ClusterOS reports on its console (docs/firmware/clusteros.md): a line
/// "*** cluster C core K: what", then, unless it is a panic, the registers.
class ConsoleCrashes {
 public:
  /// The next character of the console.
  void add(char character);

  bool any() const { return !crashes_.empty(); }
  /// The first crash: "cluster C core K: what".
  const std::string& first() const { return crashes_.front().what; }
  /// Every crash with its registers and the functions and lines of its PC and return address.
  std::string details(const std::function<std::string(unsigned cluster, u64 address)>& name_code) const;

 private:
  struct Crash {
    std::string what;
    unsigned cluster = 0;
    std::string registers;  ///< the lines behind it
    u64 pc = 0, ra = 0;     ///< if there are registers
  };
  void line();

  std::string line_;
  bool open_ = false;  ///< the lines that follow are registers of the last crash
  std::vector<Crash> crashes_;
};

}  // namespace mppa::sim
