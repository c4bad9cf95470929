// Assembly-level tests of the system side: each program checks itself and exits with 0, or with the number of the check
// that failed (search for it in the .s file). The .elf files are checked in; tests/programs/build.sh makes them.
#include <gtest/gtest.h>

#include <memory>

#include "tests/cluster/core/system_board.h"

namespace mppa::core {
namespace {

using engine::EngineKind;
using engine::StopReason;
using timing::Level;

constexpr u64 kLimit = 2'000'000;

struct Program {
  const char* name;
  StopReason end = StopReason::kExit;
  HaltReason halt = HaltReason::kNone;
};

// Sections of architecture.md beside each program.
constexpr Program kPrograms[] = {
    {"boot_delegate"},                                                      // 4, 5, 15
    {"traps"},                                                              // 5, 6
    {"double_exception"},                                                   // 5
    {"fatal_exception", StopReason::kReset, HaltReason::kDoubleException},  // 5, 15
    {"interrupts"},                                                         // 7
    {"timers"},                                                             // 7
    {"watchdog_reset", StopReason::kReset, HaltReason::kWatchdog},          // 7
    {"idle"},                                                               // 7
    {"monitors"},                                                           // 8
    {"mmu_refill"},                                                         // 13
    {"mmu_rights"},                                                         // 6, 11, 13
    {"speculative"},                                                        // 11
    {"debug"},                                                              // 14
    {"arithmetic"},                                                         // 7
};

std::string path_of(const Program& program) {
  return std::string(MPPA_SOURCE_DIR) + "/tests/cluster/core/programs/" + program.name + ".elf";
}

class Programs : public testing::TestWithParam<std::tuple<Program, EngineKind, Level>> {};

TEST_P(Programs, ChecksItself) {
  const auto& [program, kind, level] = GetParam();
  test::SystemBoard board(kind, level);
  board.load(path_of(program));
  const engine::RunResult result = board.run(kLimit);
  ASSERT_EQ(result.reason, program.end) << result.message << " at pc 0x" << std::hex << board.core().state().pc;
  EXPECT_EQ(result.status, 0) << "number of the failed check";
  EXPECT_EQ(board.core().system().halt_reason(), program.halt);
}

std::string name_of(const testing::TestParamInfo<Programs::ParamType>& info) {
  const auto& [program, kind, level] = info.param;
  return std::string(program.name) + (kind == EngineKind::kFast ? "_fast" : "_reference") +
         (level == Level::kPipeline ? "_pipeline" : "_functional");
}

constexpr EngineKind kEngines[] = {
    EngineKind::kReference,
#ifdef MPPA_FAST_ENGINE
    EngineKind::kFast,
#endif
};

INSTANTIATE_TEST_SUITE_P(System, Programs,
                         testing::Combine(testing::ValuesIn(kPrograms), testing::ValuesIn(kEngines),
                                          testing::Values(Level::kFunctional, Level::kPipeline)),
                         name_of);

#ifdef MPPA_FAST_ENGINE
class Engines : public testing::TestWithParam<std::tuple<Program, Level>> {};

TEST_P(Engines, EndInTheSameStateAndCycle) {
  const auto& [program, level] = GetParam();
  std::unique_ptr<test::SystemBoard> boards[2];
  for (unsigned i = 0; i < 2; ++i) {
    boards[i] = std::make_unique<test::SystemBoard>(i == 0 ? EngineKind::kReference : EngineKind::kFast, level);
    boards[i]->load(path_of(program));
    boards[i]->run(kLimit);
  }
  const CoreState& reference = boards[0]->core().state();
  const CoreState& fast = boards[1]->core().state();
  EXPECT_EQ(reference.cycle, fast.cycle);
  EXPECT_EQ(reference.bundles, fast.bundles);
  EXPECT_EQ(reference.instructions, fast.instructions);
  EXPECT_EQ(reference.pc, fast.pc);
  EXPECT_EQ(reference.gpr, fast.gpr);
  EXPECT_EQ(reference.sfr, fast.sfr);
}

INSTANTIATE_TEST_SUITE_P(System, Engines,
                         testing::Combine(testing::ValuesIn(kPrograms),
                                          testing::Values(Level::kFunctional, Level::kPipeline)),
                         [](const testing::TestParamInfo<Engines::ParamType>& info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) == Level::kPipeline ? "_pipeline" : "_functional");
                         });
#endif

}  // namespace
}  // namespace mppa::core
