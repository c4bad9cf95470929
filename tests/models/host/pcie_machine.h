// A host with a root complex and NVMe drives behind links, packet by packet.
#pragma once

#include <algorithm>

#include "models/host/nvme_host.h"
#include "models/host/pcie_host.h"
#include "models/pcie/link.h"
#include "models/pcie/switch.h"
#include "models/ssd/pcie_drive.h"
#include "models/ssd/profiles.h"
#include "tests/models/sc_test.h"

namespace mppa::host::test {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

inline u64 now() { return sc_core::sc_time_stamp().value(); }

inline pcie::LinkParams link_params(unsigned lanes) {
  pcie::LinkParams p;
  p.rate = {lanes, 4};
  p.training_ps = kUs;
  return p;
}

inline ssd::PcieDriveParams drive_params(unsigned ports = 1) {
  ssd::PcieDriveParams p;
  p.ssd = ssd::find_profile("tlc-gen4")->params;
  p.ssd.controller.ports = ports;
  p.ssd.controller.ready_time = 100 * kUs;
  p.link = {ports == 1 ? 4u : 2u, 4};
  return p;
}

/// Runs until the predicate holds, looking every `step`; false after `limit`.
template <typename Predicate>
bool run_until(Predicate done, u64 limit, u64 step = 10 * kUs) {
  const u64 end = now() + limit;
  while (!done() && now() < end) sc_core::sc_start(sc_core::sc_time::from_value(step));
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
      EXPECT_EQ(host->driver().lost_because(), "");
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

}  // namespace mppa::host::test
