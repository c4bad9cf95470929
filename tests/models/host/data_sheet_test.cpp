// The profiles against the data sheets of the drives they are modelled after: a drive attached to a host by a Gen4 x4
// link, no card in between. docs/models/ssd-accuracy.md has the table that this test prints.
#include <fmt/core.h>

#include "tests/models/host/machine.h"

namespace mppa::host::test {
namespace {

/// Share of the promised figure by which a drive may miss it.
constexpr double kTolerance = 0.10;

struct Outcome {
  WorkloadResult result;
  double amplification;
  double iops() const { return per_second(result.ios, result); }
  double bytes_per_second() const { return per_second(result.read_bytes + result.write_bytes, result); }
};

Outcome measure(const ssd::SsdParams& params, const std::string& job) {
  NvmeDriverParams driver;
  driver.queues = 4;
  driver.queue_entries = 1024;
  Machine machine(params, "[job]\n" + job, driver);
  machine.run();
  EXPECT_EQ(machine.host.error(), "");
  const WorkloadResult result = machine.result();
  EXPECT_EQ(result.errors, 0u);
  EXPECT_EQ(result.verify_errors, 0u);
  return {result, machine.ssd.subsystem().ftl().write_amplification()};
}

class DataSheetTest : public ::testing::TestWithParam<std::string_view> {
 protected:
  const ssd::Profile& profile() const { return *ssd::find_profile(GetParam()); }
  void expect(const char* what, double measured, double promised) const {
    if (promised == 0) return;
    const double error = measured / promised - 1;
    fmt::print("| {} | {} | {:.4g} | {:.4g} | {:+.1f} % |\n", GetParam(), what, promised, measured, error * 100);
    EXPECT_LE(std::abs(error), kTolerance) << GetParam() << ": " << what;
  }
  ssd::SsdParams in_state(ssd::Precondition state) const {
    ssd::SsdParams params = profile().params;
    if (params.ftl.placement == ssd::Placement::kLog) params.ftl.precondition = state;
    return params;
  }
};

TEST_P(DataSheetTest, RandomReadIops) {
  const Outcome r = measure(in_state(ssd::Precondition::kSteady),
                            "rw=randread\nbs=4k\niodepth=64\nnumjobs=4\nruntime=10ms\ntime_based\nramp_time=1ms\n");
  expect("random read, 4 KiB, 256 in flight, IOPS", r.iops(),
         static_cast<double>(profile().data_sheet.random_read_iops));
}

TEST_P(DataSheetTest, RandomReadLatency) {
  const Outcome r = measure(in_state(ssd::Precondition::kSteady), "rw=randread\nbs=4k\niodepth=1\nnumber_ios=300\n");
  expect("random read, 4 KiB, one in flight, mean ns", r.result.latency_ns.mean(),
         static_cast<double>(profile().data_sheet.read_latency));
}

TEST_P(DataSheetTest, RandomWriteLatency) {
  const Outcome r = measure(in_state(ssd::Precondition::kSteady), "rw=randwrite\nbs=4k\niodepth=1\nnumber_ios=300\n");
  expect("random write, 4 KiB, one in flight, mean ns", r.result.latency_ns.mean(),
         static_cast<double>(profile().data_sheet.write_latency));
}

TEST_P(DataSheetTest, RandomWriteIops) {
  const u64 bytes = profile().data_sheet.random_write_bytes;
  // The ramp fills the write buffer; then the media set the pace.
  const Outcome r =
      measure(in_state(ssd::Precondition::kSteady),
              fmt::format("rw=randwrite\nbs={}\niodepth=64\nnumjobs=4\nruntime={}ms\ntime_based\nramp_time={}ms\n",
                          bytes, bytes > 4096 ? 150 : 40, bytes > 4096 ? 60 : 20));
  expect(fmt::format("random write, {} KiB, steady state, IOPS", bytes / 1024).c_str(), r.iops(),
         static_cast<double>(profile().data_sheet.random_write_iops));
}

TEST_P(DataSheetTest, SequentialRead) {
  const Outcome r = measure(in_state(ssd::Precondition::kSequential),
                            "rw=read\nbs=128k\niodepth=64\nruntime=10ms\ntime_based\nramp_time=3ms\n");
  expect("sequential read, 128 KiB, bytes/s", r.bytes_per_second(),
         static_cast<double>(profile().data_sheet.sequential_read));
}

TEST_P(DataSheetTest, SequentialWrite) {
  const Outcome r = measure(in_state(ssd::Precondition::kSequential),
                            "rw=write\nbs=128k\niodepth=64\nruntime=20ms\ntime_based\nramp_time=30ms\n");
  expect("sequential write, 128 KiB, bytes/s", r.bytes_per_second(),
         static_cast<double>(profile().data_sheet.sequential_write));
}

INSTANTIATE_TEST_SUITE_P(Profiles, DataSheetTest, ::testing::Values("tlc-gen4", "qlc-16k", "qlc-64k", "scm"),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// A 4 KiB write costs a 64 KiB unit: 16 times, before garbage collection.
TEST(IndirectionUnit, Random4KWritesOnThe64KDriveAreAmplifiedSixteenfold) {
  ssd::SsdParams params = ssd::find_profile("qlc-64k")->params;
  params.ftl.precondition = ssd::Precondition::kSequential;
  const Outcome r = measure(params, "rw=randwrite\nbs=4k\niodepth=64\nnumjobs=4\nnumber_ios=1500\n");
  fmt::print(
      "| qlc-64k | 4 KiB random writes, write amplification without garbage collection | 16 | {:.2f} | {:+.1f} % |\n",
      r.amplification, (r.amplification / 16 - 1) * 100);
  EXPECT_NEAR(r.amplification, 16, 1.6);
}

TEST(IdealDrive, OnlyTheLinkAndTheHostTakeTime) {
  const Outcome r = measure(ssd::find_profile("ideal")->params, "rw=randread\nbs=4k\niodepth=1\nnumber_ios=100\n");
  EXPECT_LT(r.result.latency_ns.max(), 2500u);
}

}  // namespace
}  // namespace mppa::host::test
