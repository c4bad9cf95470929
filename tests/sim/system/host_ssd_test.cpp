// The `host` and `ssd` components: the shipped configuration, built and run as `mppasim run` would.
#include <cstdio>
#include <fstream>

#include "sim/system/component.h"
#include "tests/models/sc_test.h"

namespace mppa::sim {
namespace {

constexpr u64 kMs = 1'000'000'000;

/// Remembers what components tell the run.
class Context : public RunContext {
 public:
  explicit Context(const config::SystemConfig& config) : config_(config) {}
  const config::Component& simulation() const override { return config_.simulation; }
  void uses_file(const std::string& path) override { files.push_back(path); }
  void output(const std::string&, std::string_view) override {}
  void show(const std::string&, std::string_view) override {}
  void end(SystemEnd) override {}
  void log(const std::string&, LogLevel, std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> files, lines;

 private:
  const config::SystemConfig& config_;
};

class HostSsdTest : public mppa::test::ScTest {
 protected:
  /// Builds the configuration with these overrides and runs it until its workload is done; returns the result.
  WorkloadResult run(const std::vector<std::string>& sets, u64 limit = 100 * kMs) {
    config::Diagnostics diagnostics;
    config_ =
        builtin_components().load(std::string(MPPA_SOURCE_DIR) + "/configs/host-ssd.yaml", {.sets = sets}, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << (diagnostics.ok() ? "" : diagnostics.list()[0].message);
    context_ = std::make_unique<Context>(config_);
    parts_ = builtin_components().build(config_, *context_);
    elaborate();
    const WorkloadIf* workload = nullptr;
    for (auto& part : parts_) {
      part->start();
      if (part->workload()) workload = part->workload();
    }
    while (workload->phase() != WorkloadPhase::kDone && sc_core::sc_time_stamp().value() < limit)
      sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
    EXPECT_EQ(workload->phase(), WorkloadPhase::kDone);
    return workload->result();
  }

  config::SystemConfig config_;
  std::unique_ptr<Context> context_;
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
}

TEST_F(HostSsdTest, ParametersReachTheModels) {
  const WorkloadResult slow = run({"ssd[0].profile=qlc-64k", "server.queues=2", "server.polling=false"});
  EXPECT_EQ(slow.errors, 0u);
  EXPECT_EQ(slow.verify_errors, 0u);
}

// A zoned drive takes sequential writes; random ones fail, as they must.
TEST_F(HostSsdTest, ZonesTakeOnlySequentialWrites) {
  const std::string jobs = ::testing::TempDir() + "zones.fio";
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
