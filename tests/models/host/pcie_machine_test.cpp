// Host -- root complex -- link or switch -- NVMe drives, packet by packet.
#include "models/host/nvme_host.h"
#include "models/host/pcie_host.h"
#include "models/pcie/link.h"
#include "models/pcie/switch.h"
#include "models/ssd/pcie_drive.h"
#include "models/ssd/profiles.h"
#include "tests/models/sc_test.h"

namespace mppa::host {
namespace {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

u64 now() { return sc_core::sc_time_stamp().value(); }

pcie::LinkParams link_params(unsigned lanes) {
  pcie::LinkParams p;
  p.rate = {lanes, 4};
  p.training_ps = kUs;
  return p;
}

ssd::PcieDriveParams drive_params(unsigned ports = 1) {
  ssd::PcieDriveParams p;
  p.ssd = ssd::find_profile("tlc-gen4")->params;
  p.ssd.controller.ports = ports;
  p.ssd.controller.ready_time = 100 * kUs;
  p.link = {ports == 1 ? 4u : 2u, 4};
  return p;
}

/// Runs until the predicate holds; false after `limit`.
template <typename Predicate>
bool run_until(Predicate done, u64 limit) {
  const u64 end = now() + limit;
  while (!done() && now() < end) sc_core::sc_start(sc_core::sc_time::from_value(10 * kUs));
  return done();
}

class PcieMachineTest : public mppa::test::ScTest {
 protected:
  /// Starts one job file per drive; returns when all have ended.
  void run_jobs(PcieHost& software, pcie::HostRoot& root, const std::string& jobs,
                const NvmeDriverParams& driver = {}) {
    start_jobs(software, root, jobs, driver);
    ASSERT_TRUE(run_until([this] { return all_done(); }, 2000 * kMs));
  }
  void start_jobs(PcieHost& software, pcie::HostRoot& root, const std::string& jobs, const NvmeDriverParams& driver) {
    sc_core::sc_start(sc_core::sc_time::from_value(5 * kUs));
    memory = std::make_unique<HostMemory>(root.memory(), PcieHost::kMemoryBegin);
    for (DevicePort* port : software.scan()) {
      hosts.push_back(std::make_unique<NvmeHost>("host" + std::to_string(hosts.size()), time, *port, *memory, driver,
                                                 parse_job_file(jobs, "t.fio"), hosts.size() + 1));
      hosts.back()->start();
    }
  }
  bool all_done() const {
    return std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host->is_done(); });
  }
  void expect_clean() const {
    for (const auto& host : hosts) {
      EXPECT_EQ(host->error(), "");
      for (const auto& job : host->jobs()) {
        EXPECT_GT(job->result().ios, 0u);
        EXPECT_EQ(job->result().errors, 0u);
        EXPECT_EQ(job->result().verify_errors, 0u);
      }
    }
  }

  KernelTimeline time{"time"};
  std::unique_ptr<HostMemory> memory;
  std::vector<std::unique_ptr<NvmeHost>> hosts;
};

class OneDriveTest : public PcieMachineTest {
 protected:
  pcie::Link link{"link", link_params(4)};
  pcie::HostRoot root{"root", {}, {&link.end(0)}};
  ssd::PcieDrive drive{"drive", drive_params(), {&link.end(1)}};
  PcieHost software{root};
};

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

TEST_F(OneDriveTest, PoisonedDataAreNotWritten) {
  start_jobs(software, root, "[a]\nrw=write\niodepth=4\nsize=1m\nio_size=4m\n[b]\nrw=randread\nsize=1m\nio_size=2m\n",
             {});
  ASSERT_TRUE(
      run_until([this] { return !hosts[0]->jobs().empty() && hosts[0]->jobs()[0]->ios_completed() > 10; }, 10 * kMs));
  link.inject(0, {.fault = pcie::PacketFault::kPoison, .count = 4});
  ASSERT_TRUE(run_until([this] { return all_done(); }, 20'000 * kMs));
  // Poisoned write data fail their command; a poisoned submission queue entry stops the controller, and then the driver
  // gives up. Either way nothing wrong is ever read.
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
}  // namespace mppa::host
