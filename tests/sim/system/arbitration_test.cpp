// Shares of a bank that more cores ask for than it can serve.
#include <algorithm>
#include <map>

#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

TEST(Arbitration, ABankServesAllCoresAlike) {
  ChipRun run("one_bank");
  std::map<unsigned, u64> took;
  run.chip.on_trace = [&took](unsigned pe, u64 cycles, const sc_core::sc_time&) { took[pe] = cycles; };
  ASSERT_EQ(run.run(), "0");
  u64 least = ~u64{0}, most = 0;
  for (const auto& [pe, cycles] : took) {
    least = std::min(least, cycles);
    most = std::max(most, cycles);
  }
  EXPECT_EQ(took.size(), cluster::kPeCount);
  EXPECT_GT(least, most * 97 / 100);
  // A line of 64 bytes takes the bank two cycles: all PEs together cannot be faster than that.
  constexpr u64 kLines = 8000, kCyclesOfLine = 2;
  EXPECT_GT(most, kLines * kCyclesOfLine * cluster::kPeCount * 93 / 100);
}

}  // namespace
}  // namespace mppa::sim
