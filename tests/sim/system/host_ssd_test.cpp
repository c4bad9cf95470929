// The `host` and `ssd` components: the shipped configuration, built and run as `mppasim run` would.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "sim/system/component.h"
#include "tests/models/sc_test.h"
#include "tests/sim/system/test_context.h"
#include "tests/support/temp_dir.h"

namespace mppa::sim {
namespace {

constexpr u64 kMs = 1'000'000'000;

class HostSsdTest : public mppa::test::ScTest {
 protected:
  /// Builds the configuration with these overrides and runs it until its workloads are done; returns their sum.
  WorkloadResult run(const std::vector<std::string>& sets, u64 limit = 100 * kMs,
                     const std::string& file = MPPA_SOURCE_DIR "/configs/host-ssd.yaml") {
    config::Diagnostics diagnostics;
    config_ = builtin_components().load(file, {.sets = sets}, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << (diagnostics.ok() ? "" : diagnostics.list()[0].message);
    context_ = std::make_unique<test::Context>(config_);
    parts_ = builtin_components().build(config_, *context_);
    elaborate();
    for (auto& part : parts_) part->start();
    while (!all_done() && sc_core::sc_time_stamp().value() < limit)
      sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
    EXPECT_TRUE(all_done());
    WorkloadResult sum;
    for (const WorkloadIf* w : workloads()) {
      const WorkloadResult r = w->result();
      sum.ios += r.ios;
      sum.window_ps = std::max(sum.window_ps, r.window_ps);
      sum.read_bytes += r.read_bytes;
      sum.write_bytes += r.write_bytes;
      sum.errors += r.errors;
      sum.verify_errors += r.verify_errors;
    }
    return sum;
  }

  std::vector<const WorkloadIf*> workloads() const {
    std::vector<const WorkloadIf*> out;
    for (const auto& part : parts_)
      for (const WorkloadIf* w : part->workloads()) out.push_back(w);
    return out;
  }

  bool all_done() const {
    const auto list = workloads();
    return std::all_of(list.begin(), list.end(),
                       [](const WorkloadIf* w) { return w->phase() == WorkloadPhase::kDone; });
  }

  config::SystemConfig config_;
  std::unique_ptr<test::Context> context_;
  std::vector<std::unique_ptr<SystemPart>> parts_;
};

TEST_F(HostSsdTest, FourDrivesRunTheJobAndEveryReadIsRight) {
  const WorkloadResult result = run({});
  EXPECT_EQ(result.errors, 0u);
  EXPECT_EQ(result.verify_errors, 0u);
  EXPECT_EQ(result.window_ps, 5 * kMs);
  EXPECT_NEAR(static_cast<double>(result.read_bytes) / static_cast<double>(result.write_bytes), 7.0 / 3, 0.2);
  // Four drives; each alone gives between its random write rate and its random read rate.
  const double iops = static_cast<double>(result.ios) / 5e-3;
  EXPECT_GT(iops, 4 * 190'000);
  EXPECT_LT(iops, 4 * 930'000);
  EXPECT_EQ(context_->files.size(), 1u);
  // Every job on every drive is a workload of its own.
  ASSERT_EQ(workloads().size(), 4u);
  EXPECT_EQ(workloads()[2]->name(), "nvme2.mix");
  EXPECT_NEAR(static_cast<double>(workloads()[2]->result().ios), static_cast<double>(result.ios) / 4,
              static_cast<double>(result.ios) / 8);
}

// A drive that no job names does nothing, and keeps nobody waiting.
TEST_F(HostSsdTest, DrivesWithoutJobsAreDone) {
  const std::string jobs = mppa::test::temp_dir() + "one-drive.fio";
  std::ofstream(jobs) << "[one]\nfilename=/dev/nvme1n1\nrw=read\nbs=4k\nnumber_ios=10\n";
  const WorkloadResult result = run({"server.jobs=" + jobs});
  EXPECT_EQ(result.ios, 10u);
  EXPECT_EQ(workloads().size(), 1u);
  std::remove(jobs.c_str());
}

TEST_F(HostSsdTest, ParametersReachTheModels) {
  const WorkloadResult slow = run({"ssd[0].profile=qlc-64k", "server.queues=2", "server.polling=false"});
  EXPECT_EQ(slow.errors, 0u);
  EXPECT_EQ(slow.verify_errors, 0u);
}

// Each drive fails in its own way. Failed transfers are tried again and a drive that has hung is reset; a pulled drive
// and blocks that cannot be read are errors.
TEST_F(HostSsdTest, FaultsOfTheConfigurationHappen) {
  const std::string config = ::testing::TempDir() + "faulty.yaml";
  std::ofstream(config) << "include: " MPPA_SOURCE_DIR
                           "/configs/host-ssd.yaml\n"
                           "components:\n"
                           "  server: {command_timeout: 1 ms, faults: ['at 2 ms abort 3 pcie[0]']}\n"
                           "  ssd[1]: {faults: [at 3 ms pull]}\n"
                           "  ssd[2]: {media_errors: 0.1 %}\n"
                           "  ssd[3]: {faults: [after 1000 commands hang, at 4 ms answer]}\n";
  const WorkloadResult result = run({}, 100 * kMs, config);
  EXPECT_EQ(result.verify_errors, 0u);
  EXPECT_GT(result.ios, 1000u);
  ASSERT_EQ(workloads().size(), 4u);
  EXPECT_EQ(workloads()[0]->result().errors, 0u);
  EXPECT_EQ(workloads()[1]->result().errors, 128u);  // all that were under way
  EXPECT_GT(workloads()[2]->result().errors, 10u);
  EXPECT_EQ(workloads()[3]->result().errors, 0u);
  std::remove(config.c_str());
}

// A zoned drive takes sequential writes; random ones fail, as they must.
TEST_F(HostSsdTest, ZonesTakeOnlySequentialWrites) {
  const std::string jobs = mppa::test::temp_dir() + "zones.fio";
  std::ofstream(jobs) << "[seq]\nfilename=/dev/nvme0n1\nrw=write\nbs=64k\nsize=12m\n"
                         "[rand]\nfilename=/dev/nvme0n2\nrw=randwrite\nbs=64k\nsize=12m\noffset=12m\nnumber_ios=4\n";
  const WorkloadResult result = run({"server.jobs=" + jobs, "server.slots=4", "ssd[0].zone_size=12 MiB",
                                     "ssd[0].namespaces=2", "ssd[0].capacity=12 GiB"});
  EXPECT_EQ(result.verify_errors, 0u);
  EXPECT_EQ(result.ios, 12u * 16);
  EXPECT_EQ(result.errors, 4u);
  std::remove(jobs.c_str());
}

}  // namespace
}  // namespace mppa::sim
