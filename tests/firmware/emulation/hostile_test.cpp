// A host that does not keep to the rules, against the card's firmware: every command ends once with the status that is
// prescribed, and the controller stays usable.
#include <random>

#include "tests/firmware/emulation/emulated.h"

namespace mppa::test {
namespace {

constexpr u64 kGarbage = 0x7F'FFFF'F000;  // not reachable from the card

/// Two functions, each with an empty volume.
class Hostile : public Emulated {
 protected:
  Hostile() : Emulated(2) { boot(1, {"pes=2", "volume_kind=null", "volume_mib=64"}); }
};

TEST_F(Hostile, MalformedCommandsGetTheirStatus) {
  RawQueue q = start(1);
  RawNvme& n = nvme[1];
  u16 cid = 100;
  const auto check = [&](const char* what, Status wanted, const std::function<void(Sqe&)>& change) {
    Sqe sqe = io(IoOp::kRead, ++cid, 0, 1);
    change(sqe);
    EXPECT_EQ(n.status(q, sqe), static_cast<int>(wanted)) << what;
  };
  check("valid", Status::kSuccess, [](Sqe&) {});
  check("opcode", Status::kInvalidOpcode, [](Sqe& s) { s.opcode = 0x7E; });
  check("namespace 0", Status::kInvalidNamespace, [](Sqe& s) { s.nsid = 0; });
  check("namespace 2, inactive", Status::kInvalidField, [](Sqe& s) { s.nsid = 2; });
  check("PRP1 odd", Status::kPrpOffsetInvalid, [](Sqe& s) { s.prp1 += 2; });
  check("PRP2 in a page", Status::kPrpOffsetInvalid, [](Sqe& s) { s.cdw12 = 1, s.prp2 += 512; });
  check("PRP1 out of reach", Status::kDataTransferError, [](Sqe& s) { s.prp1 = kGarbage; });
  check("PRP2 out of reach", Status::kDataTransferError, [](Sqe& s) { s.cdw12 = 1, s.prp2 = kGarbage; });
  check("list out of reach", Status::kDataTransferError, [](Sqe& s) { s.cdw12 = 3, s.prp2 = kGarbage; });
  check("list beyond the memory", Status::kDataTransferError, [](Sqe& s) { s.cdw12 = 3, s.prp2 = u64{9} << 30; });
  check("beyond the end", Status::kLbaOutOfRange, [](Sqe& s) { s.cdw11 = 1; });
  check("more than MDTS", Status::kInvalidField, [](Sqe& s) { s.cdw12 = 0xFF; });
  check("PSDT 3", Status::kInvalidField, [](Sqe& s) { s.flags = 0xC0; });
  check("SGL type", Status::kSglTypeInvalid, [](Sqe& s) { s.flags = 0x40, s.prp2 = u64{0x50} << 56 | 4096; });
  check("SGL too short", Status::kSglLengthInvalid, [](Sqe& s) { s.flags = 0x40, s.prp2 = 512; });
  check("SGL", Status::kSuccess, [](Sqe& s) { s.flags = 0x40, s.prp2 = 4096; });
  EXPECT_TRUE(works(1, q));
}

TEST_F(Hostile, RandomCommandsEndOnceEach) {
  RawQueue q = start(1, 128);
  RawNvme& n = nvme[1];
  std::mt19937_64 random(7);
  const auto pick = [&](u64 below) { return random() % below; };
  for (unsigned round = 0; round < 12; ++round) {
    std::set<u16> sent;
    for (unsigned i = 0; i < 100; ++i) {
      Sqe sqe = io(IoOp::kRead, static_cast<u16>(round << 8 | i), pick(1000), static_cast<unsigned>(1 + pick(100)));
      if (pick(3) == 0) sqe.opcode = static_cast<u8>(random());
      if (pick(4) == 0) sqe.flags = static_cast<u8>(random());
      if (pick(4) == 0) sqe.nsid = static_cast<u32>(pick(4) - 1);
      if (pick(3) == 0) sqe.prp1 = pick(2) ? random() : buffer + pick(65536);
      if (pick(3) == 0) sqe.prp2 = pick(2) ? random() : buffer + pick(65536);
      if (pick(6) == 0) sqe.cdw12 = static_cast<u32>(random());
      if (pick(6) == 0) sqe.cdw11 = static_cast<u32>(random());
      n.put(q, sqe);
      sent.insert(sqe.cid);
      if (pick(8) == 0) n.ring(q);
    }
    n.ring(q);
    const auto seen = drain(1, q, sent.size());
    EXPECT_EQ(seen.size(), sent.size()) << "round " << round;
    for (const auto& [cid, count] : seen) EXPECT_TRUE(count == 1 && sent.count(cid)) << cid << " came " << count;
  }
  EXPECT_TRUE(works(1, q));
}

TEST_F(Hostile, RandomAdminCommandsLeaveTheControllerUsable) {
  RawQueue q = start(0);
  RawNvme& n = nvme[0];
  std::mt19937_64 random(11);
  for (unsigned i = 0; i < 300; ++i) {
    Sqe sqe;
    sqe.opcode = static_cast<u8>(random() % 4 ? random() % 0x1A : random());
    // What does not end by itself, and what would take away the queue, is for other tests.
    const auto op = static_cast<AdminOp>(sqe.opcode);
    if (op == AdminOp::kAsyncEvent || op == AdminOp::kDeleteSq || op == AdminOp::kDeleteCq) continue;
    sqe.cid = static_cast<u16>(i);
    sqe.nsid = static_cast<u32>(random() % 3 - 1);
    sqe.prp1 = random() % 4 ? buffer + random() % 8192 / 4 * 4 : random();
    sqe.prp2 = random() % 4 ? buffer + 4096 * (random() % 8) : random();
    sqe.cdw10 = static_cast<u32>(random() % 2 ? random() : random() % 256);
    sqe.cdw11 = static_cast<u32>(random() % 2 ? random() : random() % 256);
    EXPECT_GE(n.status(n.admin, sqe), 0) << "opcode " << unsigned{sqe.opcode} << " of command " << i;
  }
  EXPECT_TRUE(works(0, q));
}

TEST_F(Hostile, BadDoorbellsAreReported) {
  RawQueue q = start(1, 16);
  RawNvme& n = nvme[1];
  const auto event = [&](const std::function<void()>& what) {
    Sqe aer = RawNvme::admin_command(AdminOp::kAsyncEvent);
    aer.cid = 0xAE;
    n.put(n.admin, aer);
    n.ring(n.admin);
    run_us(50);
    EXPECT_TRUE(n.take(n.admin).empty());
    what();
    run_us(200);
    const auto done = n.take(n.admin);
    // Reading the error log makes the next event of this type possible.
    Sqe log = RawNvme::admin_command(AdminOp::kGetLogPage);
    log.prp1 = buffer;
    log.cdw10 = 15 << 16 | 1;
    EXPECT_EQ(n.status(n.admin, log), 0);
    return done.size() == 1 ? done[0].dw0 & 0xFFFF : 0xFFFFFFFF;
  };
  EXPECT_EQ(event([&] { n.doorbell(1, false, 16); }), 0x0100u) << "tail of a queue of 16";
  EXPECT_EQ(event([&] { n.doorbell(1, false, 0xFFFF0001); }), 0x0100u);
  EXPECT_EQ(event([&] { n.doorbell(1, true, 3); }), 0x0100u) << "head beyond what was posted";
  EXPECT_EQ(event([&] { n.doorbell(2, false, 1); }), 0x0000u) << "no such queue";
  EXPECT_EQ(event([&] { n.doorbell(500, true, 1); }), 0x0000u);
  EXPECT_EQ(event([&] { n.doorbell(0, false, 99); }), 0x0100u) << "admin queue";
  EXPECT_TRUE(works(1, q));
}

TEST_F(Hostile, AFloodOfDoorbellsLosesNoCommand) {
  RawQueue q = start(1, 64);
  RawNvme& n = nvme[1];
  for (u16 i = 0; i < 40; ++i) {
    n.put(q, io(IoOp::kRead, i));
    for (unsigned k = 0; k < 60; ++k) n.doorbell(3, false, k);  // rings are shared
    n.ring(q);
  }
  EXPECT_EQ(drain(1, q, 40).size(), 40u);
  EXPECT_EQ(n.status(q, io(IoOp::kRead, 0x77, 5, 2)), 0);
}

TEST_F(Hostile, AFloodOfRegisterWritesDoesNotStopOtherFunctions) {
  for (unsigned i = 0; i < 5000; ++i) nvme[0].write(0x0C, i);
  RawQueue q = start(1);
  EXPECT_TRUE(works(1, q));
  RawQueue other = start(0);
  for (unsigned i = 0; i < 5000; ++i) nvme[0].write(0x0C, i);
  Sqe identify = RawNvme::admin_command(AdminOp::kIdentify);
  identify.prp1 = buffer;
  identify.cdw10 = 1;
  EXPECT_EQ(nvme[1].status(nvme[1].admin, identify), 0);
  EXPECT_EQ(nvme[0].status(nvme[0].admin, identify), 0);
  EXPECT_TRUE(works(0, other));
}

TEST_F(Hostile, AQueueIsDeletedUnderLoad) {
  RawNvme& n = nvme[1];
  start(1);
  for (unsigned round = 0; round < 8; ++round) {
    auto q = n.create(2, 64);
    ASSERT_TRUE(q) << round;
    for (u16 i = 0; i < 50; ++i) n.put(*q, io(IoOp::kRead, i, i));
    n.ring(*q);
    run_us(round);
    EXPECT_EQ(n.remove(AdminOp::kDeleteSq, 2), 0);
    std::map<u16, unsigned> seen;
    for (const Cqe& c : n.take(*q)) EXPECT_EQ(++seen[c.cid], 1u) << c.cid;
    std::vector<u8> before(n.at(q->cq), n.at(q->cq) + 64 * 16);
    run_us(50);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), n.at(q->cq))) << "completions behind the end of the queue";
    EXPECT_EQ(n.remove(AdminOp::kDeleteCq, 2), 0);
  }
}

TEST_F(Hostile, SubmissionQueuesMayShareACompletionQueue) {
  RawQueue first = start(1);
  RawNvme& n = nvme[1];
  RawQueue second = n.make_queue(2, 32);  // its doorbells go to another core
  ASSERT_EQ(n.create_sq(second, 1), 0);
  for (u16 i = 0; i < 20; ++i) {
    n.put(first, io(IoOp::kRead, i));
    n.put(second, io(IoOp::kRead, static_cast<u16>(100 + i)));
    n.ring(second);
    n.ring(first);
  }
  EXPECT_EQ(drain(1, first, 40).size(), 40u);
  EXPECT_EQ(n.remove(AdminOp::kDeleteCq, 1), 0x10C) << "in use";
  EXPECT_EQ(n.remove(AdminOp::kDeleteSq, 2), 0);
  EXPECT_TRUE(works(1, first));
}

TEST_F(Hostile, ResetsInTheMiddleOfTransfers) {
  RawNvme& n = nvme[1];
  for (unsigned round = 0; round < 9; ++round) {
    RawQueue q = start(1);
    for (u16 i = 0; i < 60; ++i) n.put(q, io(IoOp::kRead, i, i, 8));
    n.ring(q);
    run_us(0.5 * round);
    if (round % 3 == 0) {
      EXPECT_TRUE(n.disable());
    } else {
      card.function_level_reset(devices[1]);
      run_us(100);
      card.set_command(devices[1], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
      EXPECT_TRUE(n.wait_ready(false));
      EXPECT_EQ(n.read(ssd::nvme::reg::kCc), 0u);
    }
    std::vector<u8> before(n.at(q.cq), n.at(q.cq) + 64 * 16);
    run_us(50);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), n.at(q.cq))) << "a completion behind the reset " << round;
  }
  RawQueue q = start(1);
  EXPECT_TRUE(works(1, q));
}

TEST_F(Hostile, TheLinkGoesDownUnderLoad) {
  RawQueue q = start(1);
  for (u16 i = 0; i < 60; ++i) nvme[1].put(q, io(IoOp::kRead, i, i, 8));
  nvme[1].ring(q);
  run_us(1);
  card.link.set_plugged(false);
  run_us(100);
  card.link.set_plugged(true);
  run_us(100);
  connect();
  RawQueue again = start(1);
  EXPECT_TRUE(works(1, again));
}

TEST_F(Hostile, WithoutBusMasterNothingIsSent) {
  RawQueue q = start(1);
  RawNvme& n = nvme[1];
  card.set_command(devices[1], MPPA_PCI_COMMAND_MEMORY);
  run_us(20);
  n.put(q, io(IoOp::kRead, 1));
  n.ring(q);
  run_us(100);
  EXPECT_TRUE(n.take(q).empty());
  card.set_command(devices[1], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
  EXPECT_EQ(drain(1, q, 1).size(), 1u);
  EXPECT_TRUE(works(1, q));
}

TEST_F(Hostile, MaskedInterruptsBecomePending) {
  ASSERT_TRUE(nvme[1].enable());
  RawNvme& n = nvme[1];
  buffer = n.allocate(4096);
  const unsigned msix = find_capability(card.host, devices[1].id, MPPA_PCI_CAP_MSIX);
  n.write64(0x2000 + 16 * 3, 0xFEE0'0000);
  n.write(0x2008 + 16 * 3, 0x33);
  n.write(0x200C + 16 * 3, 0);
  card.host.config_write(devices[1].id, msix + MPPA_PCI_MSIX_CONTROL, MPPA_PCI_MSIX_ENABLE, 2);
  auto q = n.create(1, 16, 3, 3);
  ASSERT_TRUE(q);
  const std::vector<std::pair<u64, u32>> once{{0xFEE0'0000, 0x33}};
  EXPECT_TRUE(works(1, *q));
  run_us(20);
  EXPECT_EQ(card.interrupts, once);
  card.interrupts.clear();
  n.write(0x200C + 16 * 3, 1);
  run_us(10);
  EXPECT_TRUE(works(1, *q));
  run_us(20);
  EXPECT_TRUE(card.interrupts.empty());
  EXPECT_EQ(n.read(0x3000, 8), u64{1} << 3 | 1) << "and that of the admin queue, masked from the beginning";
  n.write(0x200C + 16 * 3, 0);
  run_us(20);
  EXPECT_EQ(card.interrupts, once);
  EXPECT_EQ(n.read(0x3000, 8), 1u);
}

}  // namespace
}  // namespace mppa::test
