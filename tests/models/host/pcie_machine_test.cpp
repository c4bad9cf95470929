// Host -- root complex -- link or switch -- NVMe drives, packet by packet.
#include "tests/models/host/pcie_machine.h"

namespace mppa::host::test {
namespace {

TEST_F(OneDriveTest, DataSurviveTheWayThroughPackets) {
  run_jobs(software, root, "[a]\nrw=randrw\nbssplit=512/20:4k/40:128k/40\niodepth=16\nsize=16m\nio_size=16m\n");
  ASSERT_EQ(hosts.size(), 1u);
  expect_clean();
}

TEST_F(OneDriveTest, InterruptsArriveAsMessages) {
  NvmeDriverParams driver;
  driver.polling = false;
  run_jobs(software, root, "[a]\nrw=randread\niodepth=8\nnumber_ios=200\nnumjobs=4\n", driver);
  expect_clean();
}

// The packets of the real link give what the reduced link of the data-sheet test gives.
TEST_F(OneDriveTest, QueueDepthOneLatencyIsTheDataSheets) {
  run_jobs(software, root, "[a]\nrw=randread\niodepth=1\nnumber_ios=100\n");
  expect_clean();
  EXPECT_NEAR(hosts[0]->jobs()[0]->result().latency_ns.mean(), 82'000, 8'200);
}

TEST_F(OneDriveTest, SequentialReadFillsTheLink) {
  run_jobs(software, root, "[a]\nrw=read\nbs=128k\niodepth=32\nruntime=5ms\nramp_time=1ms\ntime_based\n");
  expect_clean();
  const WorkloadResult result = hosts[0]->jobs()[0]->result();
  EXPECT_NEAR(static_cast<double>(result.read_bytes) / (static_cast<double>(result.window_ps) * 1e-12), 7.0e9, 0.7e9);
}

TEST_F(OneDriveTest, ADriveThatIsPulledEndsEveryIo) {
  start_jobs(software, root, "[a]\nrw=randread\niodepth=16\nruntime=1\ntime_based\n", {});
  ASSERT_TRUE(run_until([this] { return !hosts[0]->jobs().empty(); }, 10 * kMs));
  sc_core::sc_start(sc_core::sc_time::from_value(2 * kMs));
  link.set_plugged(false);
  ASSERT_TRUE(run_until([this] { return all_done(); }, 100 * kMs));
  EXPECT_EQ(hosts[0]->jobs()[0]->result().errors, 16u);
  EXPECT_EQ(hosts[0]->jobs()[0]->result().verify_errors, 0u);
}

TEST_F(OneDriveTest, CorruptedPacketsAreRepairedByTheLink) {
  start_jobs(software, root, "[a]\nrw=randrw\niodepth=8\nsize=1m\nio_size=2m\n", {});
  for (int i = 0; i < 50; ++i) {
    sc_core::sc_start(sc_core::sc_time::from_value(20 * kUs));
    link.inject(0, {.fault = pcie::PacketFault::kCorrupt, .count = 1});
    link.inject(1, {.fault = pcie::PacketFault::kCorrupt, .count = 1});
  }
  ASSERT_TRUE(run_until([this] { return all_done(); }, 1000 * kMs));
  expect_clean();
}

// Poisoned write data fail their command; a poisoned submission queue entry stops the controller until it is reset.
// Without retries the commands fail; nothing wrong is ever read.
TEST_F(OneDriveTest, PoisonedDataAreNotWritten) {
  NvmeDriverParams driver;
  driver.command_timeout = 5 * kMs;
  driver.retries = 0;
  start_jobs(software, root, "[a]\nrw=write\niodepth=4\nsize=1m\nio_size=4m\n[b]\nrw=randread\nsize=1m\nio_size=2m\n",
             driver);
  ASSERT_TRUE(
      run_until([this] { return !hosts[0]->jobs().empty() && hosts[0]->jobs()[0]->ios_completed() > 10; }, 10 * kMs));
  link.inject(0, {.fault = pcie::PacketFault::kPoison, .count = 4});
  ASSERT_TRUE(run_until([this] { return all_done(); }, 20'000 * kMs, kMs));
  for (const auto& job : hosts[0]->jobs()) EXPECT_EQ(job->result().verify_errors, 0u);
  EXPECT_GT(hosts[0]->jobs()[0]->result().errors, 0u);
}

TEST_F(PcieMachineTest, DrivesBehindASwitchAndBothPortsOfOne) {
  pcie::Link up{"up", link_params(16)}, a{"a", link_params(4)}, b{"b", link_params(2)}, c{"c", link_params(2)};
  pcie::HostRoot root{"root", {}, {&up.end(0)}};
  pcie::Switch fabric{"switch", {}, 3};
  fabric.connect(0, up.end(1));
  fabric.connect(1, a.end(0));
  fabric.connect(2, b.end(0));
  fabric.connect(3, c.end(0));
  ssd::PcieDrive single{"single", drive_params(), {&a.end(1)}};
  ssd::PcieDrive dual{"dual", drive_params(2), {&b.end(1), &c.end(1)}};
  PcieHost software{root};
  // The two ports of the dual drive work on the same blocks: each checks only what it can know, so they only read.
  run_jobs(software, root, "[a]\nrw=randread\niodepth=16\nnumjobs=2\nnumber_ios=300\n");
  EXPECT_EQ(hosts.size(), 3u);
  expect_clean();
}

TEST_F(PcieMachineTest, PortsAndControllersMustMatch) {
  pcie::Link link{"link", link_params(4)};
  EXPECT_THROW(ssd::PcieDrive("drive", drive_params(2), {&link.end(1)}), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::host::test
