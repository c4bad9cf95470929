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

TEST(Coolidge, ResultsDoNotDependOnTheQuantumWhereClustersDoNotInteract) {
  std::string expected;
  for (const u64 quantum_ps : {200'000, 50'000, 1'000'000}) {
    CoolidgeParams params;
    for (auto& c : params.cluster) c.quantum_ps = quantum_ps;
    ChipRun run("separate", params);
    run.run(200);
    if (expected.empty()) expected = run.stats();
    EXPECT_EQ(run.stats(), expected) << quantum_ps << " ps";
  }
}

/// Ends with the status of the runtime's report of an unhandled exception if the load traps.
std::string load_from(const std::string& address) {
  CoolidgeParams params;
  params.cluster[0].semihosting = true;
  ChipRun run("bus_error", params, {"bus_error", address});
  run.chip.cluster(0).core(cluster::kRmIndex).hooks().semihosting = [](u32 number, core::CoreState& state) {
    engine::SemihostReply reply;
    reply.exit = number == 4095;
    reply.status = static_cast<int>(state.gpr[0]);
    return reply;
  };
  return run.run(1000);
}

TEST(Coolidge, AddressesWithoutTargetAreBusErrorsOfTheRequester) {
  constexpr const char* kTrapped = "139";
  EXPECT_EQ(load_from("0x8000"), "0") << "own memory";
  EXPECT_EQ(load_from("0x2008000"), "0") << "memory of cluster 1";
  EXPECT_EQ(load_from("0x100000000"), "0") << "DDR";
  EXPECT_EQ(load_from("0xA00000"), "0") << "own mailbox";
  EXPECT_EQ(load_from("0xB00000"), kTrapped) << "hole in the own window";
  EXPECT_EQ(load_from("0x700000"), kTrapped) << "behind the own memory and the L2 registers";
  EXPECT_EQ(load_from("0x2B00000"), kTrapped) << "hole in the window of cluster 1";
  EXPECT_EQ(load_from("0x30000000"), kTrapped) << "hole of the chip's map";
  EXPECT_EQ(load_from("0x300000000"), kTrapped) << "behind DDR";
}

}  // namespace
}  // namespace mppa::sim
