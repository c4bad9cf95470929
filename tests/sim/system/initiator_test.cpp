// The `initiator` component against a target in memory, over 100 Gb/s links.
#include <cstdio>
#include <fstream>

#include "models/common/kernel_timeline.h"
#include "models/eth/link.h"
#include "models/host/tcp/nic.h"
#include "sim/system/component.h"
#include "sim/system/ethernet_end.h"
#include "tests/models/host/nvme_tcp/target.h"
#include "tests/models/sc_test.h"
#include "tests/sim/system/test_context.h"
#include "tests/support/temp_dir.h"

namespace mppa::sim {
namespace {

namespace tcp = host::tcp;
using host::nvme_tcp::test::Target;
using host::nvme_tcp::test::TargetParams;

constexpr u64 kMs = 1'000'000'000;
constexpr const char* kJobs =
    "[mix]\nrw=randrw\nbs=4k\niodepth=8\nnumjobs=2\nsize=4m\nio_size=1m\n"
    "[seq]\nrw=write\nbs=64k\noffset=8m\nsize=4m\n";

class InitiatorTest : public mppa::test::ScTest {
 protected:
  InitiatorTest()
      : file_(mppa::test::temp_dir() + "initiator_test.yaml"), jobs_(mppa::test::temp_dir() + "initiator.fio") {
    std::ofstream(jobs_) << kJobs;
  }
  ~InitiatorTest() override {
    std::remove(file_.c_str());
    std::remove(jobs_.c_str());
  }

  config::SystemConfig load(const std::string& parameters) {
    std::ofstream(file_) << "system: t\ncomponents:\n  hosts: {type: initiator, jobs: " << jobs_ << ", " << parameters
                         << "}\n";
    return builtin_components().load(file_, {}, diagnostics_);
  }

  /// Builds the component, links its `ports` to targets at 10.0.PORT.1 and runs until the jobs are done.
  void run(const std::string& parameters, unsigned ports, const TargetParams& target = {}) {
    config_ = load(parameters);
    ASSERT_TRUE(diagnostics_.ok()) << diagnostics_.list()[0].message;
    context_ = std::make_unique<test::Context>(config_);
    parts_ = builtin_components().build(config_, *context_);
    for (unsigned port = 0; port < ports; ++port) attach(port, target);
    elaborate();
    for (auto& nic : nics_) nic->start();
    parts_[0]->start();
    const auto done = [this] {
      for (const WorkloadIf* w : parts_[0]->workloads())
        if (w->phase() != WorkloadPhase::kDone) return false;
      return true;
    };
    while (!done() && sc_core::sc_time_stamp().value() < 200 * kMs) sc_core::sc_start(100, sc_core::SC_US);
    EXPECT_TRUE(done());
  }

  void attach(unsigned port, TargetParams params) {
    tcp::StackParams stack;
    stack.mac = {2, 0, 0, 0, 0, static_cast<u8>(port + 1)};
    stack.address = params.address = 0x0A000001 | port << 8;
    params.nqn += std::to_string(port);  // equal names would mean equal data
    nics_.push_back(
        std::make_unique<tcp::Nic>("nic" + std::to_string(port), time_, 100 * eth::kGigabit, std::vector{stack}));
    links_.push_back(std::make_unique<eth::Link>(("link" + std::to_string(port)).c_str(), eth::LinkParams{}));
    auto& end = dynamic_cast<EthernetMacEnd&>(parts_[0]->port("ethernet[" + std::to_string(port) + "]"));
    end.mac.wire.bind(links_.back()->end(0));
    links_.back()->deliver[0].bind(end.mac);
    nics_.back()->mac.wire.bind(links_.back()->end(1));
    links_.back()->deliver[1].bind(nics_.back()->mac);
    targets_.push_back(std::make_unique<Target>(time_, nics_.back()->stack(0), params));
  }

  std::string file_, jobs_;
  KernelTimeline time_{"time"};
  config::Diagnostics diagnostics_;
  config::SystemConfig config_;
  std::unique_ptr<test::Context> context_;
  std::vector<std::unique_ptr<SystemPart>> parts_;
  std::vector<std::unique_ptr<tcp::Nic>> nics_;
  std::vector<std::unique_ptr<eth::Link>> links_;
  std::vector<std::unique_ptr<Target>> targets_;
};

TEST_F(InitiatorTest, HostsOfAllPortsRunEveryJobAndVerifyIt) {
  run("ports: 2, hosts: 2, queues: 3, header_digest: true, data_digest: true", 2);
  const auto workloads = parts_[0]->workloads();
  ASSERT_EQ(workloads.size(), 2u) << "a workload per section";
  EXPECT_EQ(workloads[0]->name(), "mix");
  EXPECT_EQ(workloads[1]->name(), "seq");
  EXPECT_EQ(workloads[0]->result().ios, 4u * 2 * 256) << "hosts, threads, I/Os";
  EXPECT_EQ(workloads[1]->result().write_bytes, 4u << 22);
  for (const WorkloadIf* w : workloads) {
    EXPECT_EQ(w->result().errors, 0u);
    EXPECT_EQ(w->result().verify_errors, 0u);
  }
  // Each found a subsystem by discovery: its target's, with a controller's admin queue and three more.
  for (const auto& target : targets_) EXPECT_EQ(target->connections(), 2u * 4);
}

TEST_F(InitiatorTest, ASubsystemThatIsNotThereIsAnErrorOfTheRun) {
  run("nqn: nqn.2014-08.org.example:other, connect_timeout: 5 ms", 1);
  const auto workloads = parts_[0]->workloads();
  EXPECT_EQ(workloads[0]->result().errors, 1u);
  EXPECT_EQ(context_->lines, std::vector<std::string>{"host0: nvme0: Connect failed with status 0x182"});
}

TEST_F(InitiatorTest, WrongAddressesAreFoundBeforeTheRun) {
  load("ports: 2, addresses: [10.0.0.10]");
  ASSERT_FALSE(diagnostics_.ok());
  EXPECT_EQ(diagnostics_.list()[0].message, "no IPv4 address for port 1");
  diagnostics_ = {};
  load("targets: [10.0.0.256]");
  ASSERT_FALSE(diagnostics_.ok());
  EXPECT_EQ(diagnostics_.list()[0].message, "no IPv4 address for port 0");
}

}  // namespace
}  // namespace mppa::sim
