// Cores that wait in loops: the same results with and without skipping, on both engines.
#include <string>

#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

CoolidgeParams params(bool skip, engine::EngineKind kind = engine::EngineKind::kFast) {
  CoolidgeParams p;
  p.spin_skip = skip;
  for (auto& c : p.cluster) c.engine = kind;
  return p;
}

/// Runs `program` both ways and on both engines.
void compare(const std::string& program, const std::vector<std::string>& arguments) {
  ChipRun skipping(program, params(true), arguments);
  ASSERT_EQ(skipping.run(), "0");
  ChipRun executing(program, params(false), arguments);
  ASSERT_EQ(executing.run(), "0");
  EXPECT_EQ(skipping.chip.end->when, executing.chip.end->when);
  EXPECT_EQ(skipping.stats(), executing.stats());
  ChipRun reference(program, params(true, engine::EngineKind::kReference), arguments);
  ASSERT_EQ(reference.run(), "0");
  EXPECT_EQ(skipping.stats(), reference.stats());
}

class SpinTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SpinTest, SkippingChangesNothing) { compare("spin_wait", {"spin_wait", GetParam()}); }

TEST(SpinTest, SkippingWaitsForTheDmaChangesNothing) { compare("spin_dma", {}); }

/// Cycles that a core has spent in loops known to wait.
u64 waited(const ChipRun& run, const std::string& core) {
  const std::string stats = run.stats(), key = core + ".waiting ";
  const auto at = stats.find(key);
  return at == std::string::npos ? 0 : std::stoull(stats.substr(at + key.size()));
}

TEST(SpinTest, WaitsForTheDmaAreFound) {
  ChipRun run("spin_dma");
  ASSERT_EQ(run.run(), "0");
  for (const char* core :
       {"cluster[0].pe[0]", "cluster[0].pe[1]", "cluster[0].pe[2]", "cluster[0].pe[3]", "cluster[1].rm"})
    EXPECT_GT(waited(run, core), 2000u) << core;
}

TEST(SpinTest, WaitsInL1AndLongWaitsAreFound) {
  for (const char* wait : {"cached", "long"}) {
    ChipRun run("spin_wait", {}, {"spin_wait", wait});
    ASSERT_EQ(run.run(), "0");
    EXPECT_GT(waited(run, "cluster[0].pe[3]"), 5000u) << wait;
  }
}

INSTANTIATE_TEST_SUITE_P(Waits, SpinTest,
                         ::testing::Values("smem", "mailbox", "barrier", "remote", "ddr", "chip_barrier", "calls",
                                           "cached", "long"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mppa::sim
