// Cores that wait in loops: the same results with and without skipping, on both engines.
#include <tuple>

#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

class SpinTest : public ::testing::TestWithParam<const char*> {
 protected:
  static CoolidgeParams params(bool skip, engine::EngineKind kind = engine::EngineKind::kFast) {
    CoolidgeParams p;
    p.spin_skip = skip;
    for (auto& c : p.cluster) c.engine = kind;
    return p;
  }
};

TEST_P(SpinTest, SkippingChangesNothing) {
  ChipRun skipping("spin_wait", params(true), {"spin_wait", GetParam()});
  ASSERT_EQ(skipping.run(), "0");
  ChipRun executing("spin_wait", params(false), {"spin_wait", GetParam()});
  ASSERT_EQ(executing.run(), "0");
  EXPECT_EQ(skipping.chip.end->when, executing.chip.end->when);
  EXPECT_EQ(skipping.stats(), executing.stats());
}

TEST_P(SpinTest, EnginesAgree) {
  ChipRun fast("spin_wait", params(true), {"spin_wait", GetParam()});
  ASSERT_EQ(fast.run(), "0");
  ChipRun reference("spin_wait", params(true, engine::EngineKind::kReference), {"spin_wait", GetParam()});
  ASSERT_EQ(reference.run(), "0");
  EXPECT_EQ(fast.stats(), reference.stats());
}

INSTANTIATE_TEST_SUITE_P(Waits, SpinTest,
                         ::testing::Values("smem", "mailbox", "barrier", "remote", "ddr", "chip_barrier", "calls"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mppa::sim
