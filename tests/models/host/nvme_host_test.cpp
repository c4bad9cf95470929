// Driver and jobs against a drive: data, rates, limits, faults.
#include <fstream>

#include "tests/models/host/counter_of.h"
#include "tests/models/host/machine.h"

namespace mppa::host::test {
namespace {

ssd::SsdParams drive() {
  ssd::SsdParams p;
  p.flash.channels = 4;
  p.flash.dies_per_channel = 2;
  p.flash.planes = 2;
  p.flash.programs_per_block = 16;
  p.flash.read_time = 50 * kUs;
  p.flash.program_time = 400 * kUs;
  p.flash.max_suspends = 4;
  p.ftl.capacity = u64{256} << 20;
  p.ftl.over_provisioning = 0.2;
  p.buffer.bytes = 4 << 20;
  p.controller.ready_time = 100 * kUs;
  return p;
}

void expect_clean(const WorkloadResult& result) {
  EXPECT_EQ(result.errors, 0u);
  EXPECT_EQ(result.verify_errors, 0u);
  EXPECT_GT(result.ios, 0u);
}

TEST(NvmeHost, MixedJobReadsBackWhatItWrote) {
  Machine m(drive(), "[mix]\nrw=randrw\nbssplit=512/20:4k/50:20k/30\niodepth=32\nnumjobs=4\nsize=4m\nio_size=8m\n");
  m.run();
  expect_clean(m.result());
  EXPECT_GT(m.result().verified_bytes, 10u << 20);
  EXPECT_EQ(m.host.jobs()[0]->phase(), WorkloadPhase::kDone);
}

TEST(NvmeHost, InterruptsCompleteWhatPollingCompletes) {
  NvmeDriverParams interrupts;
  interrupts.polling = false;
  Machine polled(drive(), "[a]\nrw=randrw\nnumber_ios=200\n");
  Machine woken(drive(), "[a]\nrw=randrw\nnumber_ios=200\n", interrupts);
  polled.run();
  woken.run();
  expect_clean(polled.result());
  expect_clean(woken.result());
  EXPECT_EQ(polled.result().ios, woken.result().ios);
  EXPECT_GT(woken.result().latency_ns.mean(), polled.result().latency_ns.mean() + 1000);
}

TEST(NvmeHost, LargeBlocksAreSplitAndListsChain) {
  Machine m(drive(), "[big]\nrw=rw\nbs=2m\niodepth=4\nsize=64m\nio_size=128m\n");
  m.run();
  expect_clean(m.result());
}

TEST(NvmeHost, ACorruptedDriveIsFound) {
  Machine m(drive(), "[w]\nrw=write\nbs=4k\nsize=1m\n[r]\nrw=read\nbs=4k\nsize=1m\nrate_iops=10000\n");
  m.host.start();
  while (m.host.jobs().empty() || m.host.jobs()[0]->phase() != WorkloadPhase::kDone) m.time.run_until(m.time.next());
  const u8 bad = 0x5A;
  m.ssd.subsystem().store().write((1 << 20) - 1, {&bad, 1});
  while (!m.host.is_done()) m.time.run_until(m.time.next());
  EXPECT_EQ(m.result(1).verify_errors, 1u);
}

TEST(NvmeHost, ReadsBackWhatItHasWritten) {
  const std::string job = "[w]\nrw=randwrite\niodepth=8\nnumjobs=2\nsize=4m\nruntime=5ms\nramp_time=1ms\ntime_based\n";
  Machine plain(drive(), job), checked(drive(), job + "do_verify=1\n");
  plain.run();
  checked.run();
  expect_clean(checked.result());
  EXPECT_EQ(plain.result().verified_bytes, 0u);
  // The threads draw blocks of the same range; what both have written is read by both.
  EXPECT_GT(checked.result().verified_bytes, checked.result().write_bytes / 2);
  EXPECT_EQ(checked.result().read_bytes, 0u);
  EXPECT_EQ(checked.result().window_ps, 5 * kMs);
  EXPECT_EQ(checked.result().ios, plain.result().ios);
  EXPECT_EQ(checked.result().latency_ns.mean(), plain.result().latency_ns.mean());
}

TEST(NvmeHost, WhatWasDamagedBeforeItIsReadBackIsFound) {
  Machine m(drive(), "[w]\nrw=write\nbs=4k\nsize=1m\nnumber_ios=256\ndo_verify=1\n");
  m.host.start();
  while (m.host.jobs().empty() || m.host.jobs()[0]->phase() != WorkloadPhase::kVerify) m.time.run_until(m.time.next());
  const u8 bad = 0x5A;
  m.ssd.subsystem().store().write((1 << 20) - 1, {&bad, 1});
  while (!m.host.is_done()) m.time.run_until(m.time.next());
  EXPECT_EQ(m.result().verify_errors, 1u);
  EXPECT_EQ(m.result().verified_bytes, 1u << 20);
  EXPECT_EQ(m.result().ios, 256u);
}

TEST(NvmeHost, RateRuntimeAndRampAreKept) {
  Machine m(drive(), "[r]\nrw=randread\niodepth=16\nrate_iops=20000\nruntime=20ms\nramp_time=5ms\ntime_based\n");
  m.run();
  const WorkloadResult result = m.result();
  expect_clean(result);
  EXPECT_EQ(result.window_ps, 20 * kMs);
  EXPECT_NEAR(per_second(result.ios, result), 20'000, 400);
}

TEST(NvmeHost, NumberOfIosIsPerThread) {
  Machine m(drive(), "[n]\nrw=randread\nnumber_ios=50\nnumjobs=3\n");
  m.run();
  EXPECT_EQ(m.result().ios, 150u);
}

TEST(NvmeHost, EqualRunsAreEqual) {
  const auto run = [](u64 seed) {
    Machine m(drive(), "[a]\nrw=randrw\niodepth=16\nnumjobs=2\nio_size=2m\n", {}, seed);
    m.run();
    return std::tuple(m.time.now(), m.result().latency_ns.mean(), m.result().read_bytes);
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(NvmeHost, DoorbellsAreBatched) {
  NvmeDriverParams batched;
  batched.queues = 1;
  batched.poll_interval = 10 * kUs;  // several completions are found at once, and as many commands follow
  Machine m(drive(), "[a]\nrw=randread\niodepth=32\nnumber_ios=320\n", batched);
  m.run();
  struct Counters : StatWriter {
    std::map<std::string, u64> values;
    void counter(std::string_view n, u64 v, std::string_view, std::string_view) override { values[std::string(n)] = v; }
    void gauge(std::string_view, double, std::string_view, std::string_view) override {}
    void histogram(std::string_view, const Histogram&, std::string_view, std::string_view) override {}
    void utilization(std::string_view, std::string_view, u64, u64) override {}
    void enter(std::string_view) override {}
    void leave() override {}
  } counters;
  m.host.driver().write_stats(counters);
  EXPECT_LT(counters.values["doorbells"], 100u);
  EXPECT_GE(counters.values["commands"], 320u);
}

TEST(NvmeHost, TrimmedBlocksReadAsZero) {
  Machine m(drive(),
            "[w]\nrw=write\nbs=64k\nsize=4m\n[t]\nrw=randtrim\nbs=64k\nsize=4m\nrate_iops=20000\n"
            "[r]\nrw=randread\nbs=4k\nsize=4m\nio_size=16m\n");
  m.run();
  for (int job = 0; job < 3; ++job) expect_clean(m.result(job));
}

TEST(NvmeHost, ReplaysATrace) {
  const std::string path = mppa::test::temp_dir() + "replay.iolog";
  std::ofstream(path) << "fio version 2 iolog\nf add\nf open\nf write 0 65536\nf wait 1000\nf read 0 65536\n"
                         "f trim 0 4096\nf sync\nf close\n";
  Machine m(drive(), "[t]\nread_iolog=replay.iolog\niodepth=4\n");
  m.run();
  expect_clean(m.result());
  EXPECT_EQ(m.result().ios, 4u);
  EXPECT_EQ(m.result().verified_bytes, 65536u);
  std::remove(path.c_str());
}

TEST(NvmeHost, BadJobsAreReportedNotRun) {
  for (const auto& [job, message] : std::vector<std::pair<std::string, std::string>>{
           {"filename=/dev/nvme0n9\n", "job j: there is no namespace 9"},
           {"offset=1t\n", "job j: offset 1099511627776 is beyond the namespace"},
           {"size=1t\n", "job j: 1099511627776 bytes at offset 0 reach beyond the namespace"},
           {"size=2k\n", "job j: its range of 2048 bytes does not hold a block of 4096"}}) {
    Machine m(drive(), "[j]\nrw=read\n" + job);
    m.run();
    EXPECT_EQ(m.host.error(), message);
  }
}

TEST(NvmeHost, AHungDriveTimesOutAndEveryIoEnds) {
  NvmeDriverParams params;
  params.command_timeout = 20 * kMs;
  Machine m(drive(), "[r]\nrw=randread\niodepth=16\nruntime=1\ntime_based\n", params);
  m.host.start();
  m.time.run_until(5 * kMs);
  m.ssd.controller(0).set_hung(true);
  while (!m.host.is_done() && !m.time.empty()) m.time.run_until(m.time.next());
  EXPECT_TRUE(m.host.is_done());
  EXPECT_EQ(m.result().errors, 16u);
  EXPECT_EQ(m.host.jobs()[0]->ios_completed(), m.result().ios + 16);
}

TEST(NvmeHost, APulledDriveEndsEveryIo) {
  Machine m(drive(), "[r]\nrw=randrw\niodepth=16\nruntime=1\ntime_based\n");
  m.host.start();
  m.time.run_until(5 * kMs);
  m.link.remove();
  while (!m.host.is_done() && !m.time.empty()) m.time.run_until(m.time.next());
  EXPECT_TRUE(m.host.is_done());
  EXPECT_EQ(m.result().errors, 16u);
  EXPECT_EQ(m.result().verify_errors, 0u);
}

TEST(NvmeHost, LostCommandsAreAbortedAndTriedAgain) {
  NvmeDriverParams params;
  params.command_timeout = 50 * kMs;
  Machine m(drive(), "[r]\nrw=randrw\niodepth=16\nnumber_ios=5000\nsize=4m\nio_size=1g\n", params);
  m.time.at(kMs, [&] { m.ssd.controller(0).swallow(7); });
  m.run();
  expect_clean(m.result());
  EXPECT_EQ(m.result().ios, 5000u);
  EXPECT_EQ(counter_of(m.host, "host.host.driver.aborts"), 7u);
  EXPECT_EQ(counter_of(m.host, "host.host.driver.retries"), 7u);
  EXPECT_EQ(counter_of(m.host, "host.host.driver.resets"), 0u);
}

// It does not even answer the Abort; the reset waits until it is back, and everything under way is sent again.
TEST(NvmeHost, AHungDriveThatRecoversIsResetAndLosesNothing) {
  NvmeDriverParams params;
  params.command_timeout = 5 * kMs;
  Machine m(drive(), "[r]\nrw=randrw\niodepth=16\nnumber_ios=5000\nsize=4m\nio_size=1g\n", params);
  m.time.at(kMs, [&] { m.ssd.controller(0).set_hung(true); });
  m.time.at(60 * kMs, [&] { m.ssd.controller(0).set_hung(false); });
  m.run();
  expect_clean(m.result());
  EXPECT_EQ(m.result().ios, 5000u);
  EXPECT_EQ(counter_of(m.host, "host.host.driver.resets"), 1u);
}

TEST(NvmeHost, IosWaitForADriveThatReturns) {
  NvmeDriverParams params;
  params.removal_wait = 50 * kMs;
  Machine m(drive(), "[r]\nrw=randrw\niodepth=16\nnumber_ios=5000\nsize=4m\nio_size=1g\n", params);
  m.time.at(kMs, [&] { m.link.remove(); });
  m.time.at(12 * kMs, [&] { m.link.insert(); });
  m.run();
  expect_clean(m.result());
  EXPECT_EQ(m.result().ios, 5000u);
}

TEST(NvmeHost, IosDoNotWaitForEverForADriveThatDoesNotReturn) {
  NvmeDriverParams params;
  params.removal_wait = 50 * kMs;
  Machine m(drive(), "[r]\nrw=randrw\niodepth=16\nnumber_ios=5000\nsize=4m\nio_size=1g\n", params);
  m.time.at(kMs, [&] { m.link.remove(); });
  m.run();
  EXPECT_EQ(m.result().errors, 16u);
}

TEST(NvmeHost, ADriveThatNeverGetsReadyIsAnError) {
  ssd::SsdParams params = drive();
  params.controller.ready_time = 60'000 * kMs;
  params.controller.ready_timeout = 500 * kMs;
  Machine m(params, "[r]\nrw=read\n");
  m.run(20'000 * kMs);
  EXPECT_EQ(m.host.error(), "host.driver: the controller does not become ready");
}

}  // namespace
}  // namespace mppa::host::test
