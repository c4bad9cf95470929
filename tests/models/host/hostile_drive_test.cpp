// Drives and links that fail at random under load: every I/O ends once and without an error, because the driver aborts,
// resets and tries again, and nothing wrong is ever read.
#include "models/common/random.h"
#include "tests/models/host/counter_of.h"
#include "tests/models/host/pcie_machine.h"

namespace mppa::host::test {
namespace {

using pcie::PacketFault;
using pcie::PacketKind;

class HostileDriveTest : public OneDriveTest {
 protected:
  /// One of the faults that a driver must survive.
  void fail_somehow(Random& random) {
    ssd::nvme::Controller& controller = drive.ssd().controller(0);
    const u64 count = 1 + random.below(2), skip = random.below(20);
    switch (random.below(9)) {
      case 0:
        return controller.swallow(count);
      case 1:
        controller.set_hung(true);
        return time.after(random.below(15 * kMs), [&controller] { controller.set_hung(false); });
      case 2:
        link.set_plugged(false);
        return time.after(random.below(5 * kMs), [this] { link.set_plugged(true); });
      case 3:  // data and completion queue entries, bad
        return link.inject(1, {PacketFault::kPoison, PacketKind::kMemWrite, skip, count});
      case 4:  // what the drive has read is bad: queue entries, lists, data
        return link.inject(0, {PacketFault::kPoison, PacketKind::kCompletion, skip, count});
      case 5:
        return link.inject(0, {random.below(2) ? PacketFault::kUnsupported : PacketFault::kAbort,
                               PacketKind::kCompletion, skip, count});
      case 6:  // doorbells
        return link.inject(0, {PacketFault::kDrop, PacketKind::kMemWrite, skip, count});
      case 7:  // the drive waits for its completion timeout
        return link.inject(0, {PacketFault::kDrop, PacketKind::kCompletion, skip, 1});
      default:
        return link.inject(static_cast<unsigned>(random.below(2)), {PacketFault::kCorrupt, PacketKind::kAny, 0, count});
    }
  }
};

class HostileDrive : public HostileDriveTest, public ::testing::WithParamInterface<u64> {};

TEST_P(HostileDrive, LosesNothing) {
  NvmeDriverParams driver;
  driver.command_timeout = 5 * kMs;
  driver.removal_wait = 100 * kMs;
  driver.retries = 1000;
  driver.poll_interval = 2 * kUs;
  driver.polling = GetParam() % 2 == 0;
  start_jobs(software, root,
             "[a]\nrw=randrw\nbssplit=4k/80:64k/20\niodepth=16\nnumjobs=2\nnumber_ios=1000\nsize=4m\nio_size=1g\n",
             driver);
  ASSERT_TRUE(run_until([this] { return !hosts[0]->jobs().empty(); }, 10 * kMs));
  Random random(GetParam());
  for (unsigned i = 0; i < 8 && !all_done(); ++i) {
    sc_core::sc_start(sc_core::sc_time::from_value(random.below(kMs / 2)));
    fail_somehow(random);
  }
  ASSERT_TRUE(run_until([this] { return all_done(); }, 60'000 * kMs, kMs));
  expect_clean();
  EXPECT_EQ(hosts[0]->jobs()[0]->result().ios, 2000u);
  EXPECT_GT(counter_of(*hosts[0], "host0.host0.driver.retries"), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileDrive, ::testing::Range(u64{1}, u64{9}));

}  // namespace
}  // namespace mppa::host::test
