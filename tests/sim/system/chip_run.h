// A chip with a compiled program, in a simulation context of its own: a test may run several, one after the other.
#pragma once

#include <memory>
#include <string>

#include "models/cluster/core/core_state.h"
#include "sim/system/coolidge.h"
#include "tests/models/sc_test.h"
#include "tests/sim/system/stats_text.h"

namespace mppa::sim {

/// A program of tests/sim/system/programs, compiled.
inline ElfFile chip_program(const std::string& name) {
  return ElfFile::read(std::string(MPPA_BINARY_DIR "/tests/sim/system/") + name + ".elf");
}

class ChipRun {
 public:
  /// Builds the chip; nothing runs yet.
  explicit ChipRun(const CoolidgeParams& params = {}) : chip("chip", params) {
    chip.on_end = [](const ChipEnd&) { sc_core::sc_stop(); };
    chip.console(0, [this](u8 byte, const sc_core::sc_time&) { console += static_cast<char>(byte); });
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  /// The same with `program` loaded on all clusters.
  explicit ChipRun(const std::string& program, const CoolidgeParams& params = {},
                   const std::vector<std::string>& arguments = {})
      : ChipRun(params) {
    for (unsigned c = 0; c < kClusters; ++c) chip.load(c, chip_program(program), arguments);
  }

  /// Starts cluster 0 and runs until the firmware ends it; returns the exit status or what else happened.
  std::string run(u64 microseconds = 10'000) {
    chip.boot();
    return go_on(microseconds);
  }
  std::string go_on(u64 microseconds) {
    sc_core::sc_start(static_cast<double>(microseconds), sc_core::SC_US);
    if (!chip.end) return "not finished:" + positions();
    return chip.end->reason == ChipEnd::Reason::kExit ? std::to_string(chip.end->status) : chip.end->message;
  }
  std::string stats() const { return test::stats_text(chip); }
  /// Where the RMs are.
  std::string positions() const {
    std::string out;
    for (unsigned c = 0; c < kClusters; ++c) {
      const auto& rm = chip.cluster(c).core(cluster::kRmIndex).state();
      out += fmt::format(" RM {} at {:#x}, cycle {}", c, rm.pc, rm.cycle);
    }
    return out;
  }

 private:
  test::ScContext context_;  // before the chip

 public:
  Coolidge chip;
  std::string console;
};

}  // namespace mppa::sim
