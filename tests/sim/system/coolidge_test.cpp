#include "sim/system/coolidge.h"

#include "models/cluster/core/core_state.h"
#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

TEST(Coolidge, AllCoresReportInByTheDocumentedBootOrder) {
  ChipRun run("report");
  for (unsigned c = 0; c < kClusters; ++c)
    for (unsigned i = 0; i < cluster::kCoreCount; ++i) EXPECT_TRUE(run.chip.cluster(c).in_reset(i)) << c << ", " << i;
  EXPECT_EQ(run.run(), "0");
  EXPECT_EQ(run.console,
            "RM of cluster 0\ncluster 0: 17 cores\ncluster 1: 17 cores\ncluster 2: 17 cores\ncluster 3: 17 cores\n"
            "cluster 4: 17 cores\n");
}

TEST(Coolidge, TwoRunsHaveTheSameStatistics) {
  ChipRun first("report");
  first.run();
  ChipRun second("report");
  second.run();
  EXPECT_EQ(first.chip.end->when, second.chip.end->when);
  EXPECT_EQ(first.stats(), second.stats());
}

TEST(Coolidge, BootLeavesImagesAndArgumentsInDdr) {
  ChipRun run;
  std::vector<BootImage> images;
  images.push_back({0, chip_program("boot_table"), {"zero", "first"}});
  images.push_back({3, chip_program("report"), {"three", "-a", "b"}});
  run.chip.boot(images);
  const auto& gpr = run.chip.cluster(0).core(cluster::kRmIndex).state().gpr;
  EXPECT_EQ(gpr[0], MPPA_BOOT_MAGIC);
  EXPECT_EQ(gpr[1], kDdrBase + run.chip.params().ddr.size - 4096);
  EXPECT_EQ(run.go_on(1000), "0");
}

TEST(Coolidge, RefusesImagesThatCannotBeStarted) {
  ChipRun run;
  std::vector<BootImage> images;
  images.push_back({2, chip_program("report"), {}});
  EXPECT_THROW(run.chip.boot(images), BadInput) << "nothing for cluster 0";
  images.push_back({0, chip_program("report"), {}});
  images.push_back({2, chip_program("report"), {}});
  EXPECT_THROW(run.chip.boot(images), BadInput) << "two for cluster 2";
  images.back().cluster = 5;
  EXPECT_THROW(run.chip.boot(images), BadInput) << "no such cluster";
}

}  // namespace
}  // namespace mppa::sim
