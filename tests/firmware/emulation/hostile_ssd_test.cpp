// Drives behind the card that stop, disappear or send bad packets, and hosts that reset and delete under way, each at
// random moments of a random load: every command ends once, what is read is what was written, and whoever is not
// concerned goes on.
#include "models/pcie/switch.h"
#include "models/ssd/pcie_drive.h"
#include "models/ssd/profiles.h"
#include "tests/firmware/emulation/emulated.h"
#include "tests/firmware/emulation/random_load.h"

namespace mppa::test {
namespace {

constexpr unsigned kDrives = 2, kSlots = 24;
constexpr u32 kNamespaceNotice = 0x04'00'02;  ///< log page 04h, namespace attributes changed, notice

ssd::PcieDriveParams drive_params(unsigned number) {
  ssd::PcieDriveParams p;
  p.ssd = ssd::find_profile("tlc-gen4")->params;
  p.ssd.serial = "S" + std::to_string(number);
  p.ssd.ftl.capacity = u64{8} << 30;
  p.ssd.ftl.precondition = ssd::Precondition::kFresh;
  p.ssd.controller.ready_timeout = 500'000'000'000;  // the unit of CAP.TO
  return p;
}

/// A switch with two drives at the card's PCIe controller 4.
struct Storage {
  explicit Storage(Card& card) {
    card.chip.pcie().connect(4, uplink.end(0));
    fabric.connect(0, uplink.end(1));
    for (unsigned i = 0; i < kDrives; ++i) {
      slots.push_back(std::make_unique<pcie::Link>(("slot" + std::to_string(i)).c_str(), pcie::LinkParams{}));
      fabric.connect(i + 1, slots[i]->end(0));
      drives.push_back(std::make_unique<ssd::PcieDrive>(("drive" + std::to_string(i)).c_str(), drive_params(i),
                                                        std::vector<pcie::Port*>{&slots[i]->end(1)}));
    }
  }
  pcie::Link uplink{"uplink", pcie::LinkParams{}};
  pcie::Switch fabric{"switch", {}, kDrives};
  std::vector<std::unique_ptr<pcie::Link>> slots;
  std::vector<std::unique_ptr<ssd::PcieDrive>> drives;
};

class HostileSsd : public Emulated, public testing::WithParamInterface<unsigned> {
 protected:
  HostileSsd() : Emulated(kDrives) {
    boot(1, {"pes=2", "volume_kind=nvme", "ssd_timeout_ms=20"});
    for (unsigned n = 0; n < kDrives; ++n) queues.push_back(start(n));
    for (unsigned n = 0; n < kDrives; ++n)
      loads.push_back(std::make_unique<RandomLoad>(nvme[n], queues[n], kSlots, 100 * GetParam() + n));
  }
  double pick(double from, double to) { return from + (to - from) * static_cast<double>(random() % 1000) / 1000; }
  void run(double us) {
    for (double left = us; left > 0; left -= 20) {
      for (auto& load : loads) load->submit();
      for (auto& load : loads) load->run(10);
    }
  }
  void drain(double limit_us) {
    for (unsigned n = 0; n < kDrives; ++n) {
      loads[n]->drain(limit_us);
      EXPECT_EQ(loads[n]->outstanding(), 0u) << "function " << n << "\n" << card.console;
    }
  }
  /// All that has ended on function `n` did so with one of these statuses; how many not with success.
  unsigned expect_ended(unsigned n, const std::set<Status>& allowed) {
    unsigned failed = 0;
    for (const auto& [status, count] : loads[n]->take_ended()) {
      if (status != 0) failed += count;
      EXPECT_TRUE(status == 0 || allowed.count(static_cast<Status>(status)))
          << "function " << n << ": " << count << " commands with status " << std::hex << status;
    }
    return failed;
  }
  void request_event(unsigned n) {
    Sqe aer = RawNvme::admin_command(AdminOp::kAsyncEvent);
    aer.cid = 0xAE;
    nvme[n].put(nvme[n].admin, aer);
    nvme[n].ring(nvme[n].admin);
  }
  /// The event that has been reported meanwhile; 0: none.
  u32 event(unsigned n) {
    const std::vector<Cqe> done = nvme[n].take(nvme[n].admin);
    return done.size() == 1 && done[0].cid == 0xAE ? done[0].dw0 : 0;
  }
  unsigned active_namespaces(unsigned n) {
    Sqe identify = RawNvme::admin_command(AdminOp::kIdentify);
    identify.prp1 = nvme[n].allocate(4096);
    identify.cdw10 = 2;
    EXPECT_EQ(nvme[n].status(nvme[n].admin, identify), 0);
    unsigned count = 0;
    while (nvme[n].at(identify.prp1)[4 * count] != 0) ++count;
    return count;
  }
  /// The namespace of function `n` has gone and its host been told.
  void expect_removed(unsigned n) {
    EXPECT_EQ(event(n), kNamespaceNotice) << card.console;
    EXPECT_EQ(active_namespaces(n), 0u);
    EXPECT_EQ(nvme[n].status(queues[n], io(IoOp::kRead, 0x77)), static_cast<int>(Status::kInvalidField));
  }
  /// Ends function `n` by CC.EN, function level reset or a shutdown with CC.EN behind it.
  void reset(unsigned n, unsigned how) {
    if (how == 1) {
      card.function_level_reset(devices[n]);
      run_us(5000);  // software has to wait 100 ms
      card.set_command(devices[n], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
      EXPECT_TRUE(nvme[n].wait_ready(false));
      return;
    }
    if (how == 2) EXPECT_TRUE(nvme[n].shut_down());
    EXPECT_TRUE(nvme[n].disable());
  }
  pcie::FaultRule bad_packets() {
    constexpr pcie::PacketFault kFaults[] = {pcie::PacketFault::kPoison, pcie::PacketFault::kUnsupported,
                                             pcie::PacketFault::kAbort};
    return {kFaults[random() % 3], pcie::PacketKind::kAny, random() % 20, 1 + random() % 3};
  }
  bool host_has_seen_poison() {
    const unsigned aer = find_extended_capability(card.host, 0, MPPA_PCI_EXT_AER);
    return card.host.config_read(0, aer + MPPA_PCI_AER_UNCORRECTABLE) >> MPPA_PCI_ERR_POISONED & 1;
  }
  void expect_healthy(unsigned n) {
    loads[n]->run(300);
    loads[n]->drain(20'000);
    EXPECT_EQ(loads[n]->outstanding(), 0u);
    EXPECT_EQ(expect_ended(n, {}), 0u);
  }

  std::mt19937_64 random{GetParam()};
  Storage storage{card};
  std::vector<RawQueue> queues;
  std::vector<std::unique_ptr<RandomLoad>> loads;
};
INSTANTIATE_TEST_SUITE_P(Seeds, HostileSsd, testing::Values(1, 2, 3));

/// With one seed: CAP.TO makes it half a second of simulated time.
class LongHostileSsd : public HostileSsd {};
INSTANTIATE_TEST_SUITE_P(Seeds, LongHostileSsd, testing::Values(1));

/// What ends commands of a drive that is reset, and of one that has gone.
const std::set<Status> kReset{Status::kAbortedSqDeletion, Status::kAbortRequested};
const std::set<Status> kGone{Status::kAbortedSqDeletion, Status::kAbortRequested, Status::kInternalError,
                             Status::kInvalidNamespace, Status::kInvalidField};

TEST_P(HostileSsd, LoadsAreVerified) {
  run(1000);
  drain(20'000);
  for (unsigned n = 0; n < kDrives; ++n) EXPECT_EQ(expect_ended(n, {}), 0u);
}

TEST_P(HostileSsd, ADriveStopsAnsweringForAWhile) {
  run(pick(50, 400));
  storage.drives[1]->ssd().controller(0).set_hung(true);
  loads[0]->run(500);
  run_us(pick(45'000, 55'000));
  storage.drives[1]->ssd().controller(0).set_hung(false);
  drain(100'000);
  EXPECT_EQ(expect_ended(0, {}), 0u);
  EXPECT_GT(expect_ended(1, kReset), 0u);
  expect_healthy(0);
  expect_healthy(1);
}

TEST_P(LongHostileSsd, ADriveStopsAnsweringForEver) {
  request_event(1);
  run(pick(50, 400));
  storage.drives[1]->ssd().controller(0).set_hung(true);
  drain(2'000'000);
  EXPECT_EQ(expect_ended(0, {}), 0u);
  EXPECT_GT(expect_ended(1, kGone), 0u);
  expect_removed(1);
  expect_healthy(0);
}

TEST_P(HostileSsd, ADriveIsPulled) {
  request_event(1);
  run(pick(50, 400));
  storage.slots[1]->set_plugged(false);
  run(200);
  drain(100'000);
  EXPECT_EQ(expect_ended(0, {}), 0u);
  EXPECT_GT(expect_ended(1, kGone), 0u);
  expect_removed(1);
  expect_healthy(0);
}

TEST_P(HostileSsd, AllDrivesLoseTheirLink) {
  for (unsigned n = 0; n < kDrives; ++n) request_event(n);
  run(pick(50, 400));
  storage.uplink.set_plugged(false);
  drain(100'000);
  for (unsigned n = 0; n < kDrives; ++n) {
    EXPECT_GT(expect_ended(n, kGone), 0u);
    expect_removed(n);
  }
}

/// Marks data on the way to and from the drives as bad, or has completions say that a request failed: completions with
/// a host's data or the driver's commands, data and completion entries of the drives, doorbells. What is lost by that
/// ends by abort or reset; of data that are lost on the way to the host its root port reports an error.
TEST_P(HostileSsd, PacketsOfDrivesAreBad) {
  for (auto& load : loads) load->tolerate_holes();
  for (unsigned round = 0; round < 6; ++round) {
    run(pick(20, 100));
    pcie::Link& link = random() % 2 ? storage.uplink : *storage.slots[1];
    link.inject(random() % 2, bad_packets());
  }
  run(100);
  drain(300'000);
  std::set<Status> allowed = kGone;
  allowed.insert(Status::kDataTransferError);
  for (unsigned n = 0; n < kDrives; ++n) expect_ended(n, allowed);
  if (loads[0]->holes() + loads[1]->holes() > 0) EXPECT_TRUE(host_has_seen_poison());
  // A drive whose registers could not be read or written any more has been given up.
  for (unsigned n = 0; n < kDrives; ++n)
    if (active_namespaces(n) != 0) expect_healthy(n);
}

/// The same between host and card. A function whose queues cannot be read is fatal and works again after a reset.
TEST_P(HostileSsd, PacketsOfTheHostAreBad) {
  for (unsigned round = 0; round < 6; ++round) {
    run(pick(20, 100));
    card.link.inject(0, bad_packets());
  }
  run(100);
  for (unsigned n = 0; n < kDrives; ++n) {
    loads[n]->drain(50'000);
    if (nvme[n].read(ssd::nvme::reg::kCsts) & 2) {
      EXPECT_TRUE(nvme[n].disable());
      loads[n]->abandon();
      queues[n] = start(n);
    }
    expect_ended(n, {Status::kDataTransferError});
    expect_healthy(n);
  }
}

TEST_P(HostileSsd, ResetsUnderLoad) {
  for (unsigned round = 0; round < 8; ++round) {
    run(pick(5, 200));
    loads[1]->submit();
    run_us(pick(0, 20));
    reset(1, random() % 3);
    const std::vector<u8> before = loads[1]->buffers();
    loads[0]->run(200);
    EXPECT_EQ(loads[1]->buffers(), before) << "data behind the reset";
    loads[1]->abandon();
    queues[1] = start(1);
  }
  drain(20'000);
  for (unsigned n = 0; n < kDrives; ++n) EXPECT_EQ(expect_ended(n, {}), 0u);
}

TEST_P(HostileSsd, QueuesAreDeletedUnderLoad) {
  for (unsigned round = 0; round < 8; ++round) {
    run(pick(5, 200));
    loads[1]->submit();
    run_us(pick(0, 20));
    EXPECT_EQ(nvme[1].remove(AdminOp::kDeleteSq, 1), 0);
    loads[1]->take();
    const std::vector<u8> before = loads[1]->buffers();
    loads[0]->run(200);
    EXPECT_EQ(loads[1]->buffers(), before) << "data behind the end of the queue";
    loads[1]->abandon();
    EXPECT_EQ(nvme[1].remove(AdminOp::kDeleteCq, 1), 0);
    const auto q = nvme[1].create(1, 64);
    ASSERT_TRUE(q);
    queues[1] = *q;
  }
  drain(20'000);
  EXPECT_EQ(expect_ended(0, {}), 0u);
  expect_ended(1, {Status::kAbortedSqDeletion});
}

TEST_P(HostileSsd, TheHostsLinkGoesDown) {
  for (unsigned round = 0; round < 3; ++round) {
    run(pick(20, 200));
    card.link.set_plugged(false);
    run_us(pick(1, 300));
    card.link.set_plugged(true);
    run_us(100);
    connect();
    for (unsigned n = 0; n < kDrives; ++n) {
      loads[n]->abandon();
      queues[n] = start(n);
    }
  }
  for (unsigned n = 0; n < kDrives; ++n) expect_healthy(n);
}

/// Commands with nonsense in every field, on a queue of their own: each ends once, with an error or without, and leaves
/// the others' data alone.
TEST_P(HostileSsd, NonsenseAmongGoodCommands) {
  auto nonsense = nvme[1].create(2, 128);
  ASSERT_TRUE(nonsense);
  const auto maybe = [&](unsigned one_in, auto& field, u64 value) {
    if (random() % one_in == 0) field = static_cast<std::remove_reference_t<decltype(field)>>(value);
  };
  for (unsigned round = 0; round < 3; ++round) {
    std::set<u16> sent;
    for (unsigned i = 0; i < 60; ++i) {
      // Reads only: what a write would change belongs to the load.
      Sqe sqe = io(IoOp::kRead, static_cast<u16>(round << 8 | i), random() % 1000, 1 + random() % 100);
      maybe(2, sqe.prp1, random() % 2 ? random() : u64{9} << 30 | (random() & 0xFFFFFFC));
      maybe(2, sqe.prp2, random() % 2 ? random() : buffer + random() % 65536);
      maybe(4, sqe.flags, random());
      maybe(4, sqe.nsid, random() % 4);
      maybe(6, sqe.cdw12, random());
      maybe(6, sqe.cdw11, random());
      maybe(6, sqe.opcode, 0x80 + random() % 0x80);
      nvme[1].put(*nonsense, sqe);
      sent.insert(sqe.cid);
      if (random() % 8 == 0) nvme[1].ring(*nonsense);
    }
    nvme[1].ring(*nonsense);
    run(pick(20, 100));
    const auto seen = Emulated::drain(1, *nonsense, sent.size());
    EXPECT_EQ(seen.size(), sent.size()) << "round " << round;
    for (const auto& [cid, count] : seen) EXPECT_TRUE(count == 1 && sent.count(cid)) << cid << " came " << count;
  }
  drain(20'000);
  for (unsigned n = 0; n < kDrives; ++n) EXPECT_EQ(expect_ended(n, {}), 0u);
}

/// Each is reported by an Error event: 01h, a value that makes no sense, or 00h, a doorbell of no queue.
TEST_P(HostileSsd, BadDoorbellsUnderLoad) {
  Sqe log = RawNvme::admin_command(AdminOp::kGetLogPage);
  log.prp1 = nvme[1].allocate(4096);
  log.cdw10 = 15 << 16 | 1;
  for (unsigned round = 0; round < 6; ++round) {
    request_event(1);
    run(pick(10, 60));
    const bool register_exists = random() % 3 != 0;
    const u32 beyond = 64 + (random() % 2 ? random() % 64 : random() % 0xFFFF'FF00);
    nvme[1].doorbell(register_exists ? 1 : 2 + random() % 500, random() % 2, beyond);
    run(40);
    EXPECT_EQ(event(1), register_exists ? 0x01'01'00u : 0x01'00'00u) << "value " << beyond;
    EXPECT_EQ(nvme[1].status(nvme[1].admin, log), 0);
  }
  drain(20'000);
  for (unsigned n = 0; n < kDrives; ++n) EXPECT_EQ(expect_ended(n, {}), 0u);
}

}  // namespace
}  // namespace mppa::test
