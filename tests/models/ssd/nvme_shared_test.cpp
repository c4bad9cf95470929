// Dual port: two controllers, one media; reservations between hosts. Zoned namespaces. Random commands.
#include <numeric>

#include "models/common/random.h"
#include "tests/models/ssd/nvme_bench.h"

namespace mppa::ssd::nvme::test {
namespace {

struct DualPortTest : ::testing::Test {
  static SsdParams params() {
    SsdParams p = small_drive();
    p.controller.ports = 2;
    return p;
  }
  Machine machine{params()};
  Port a{machine, 0}, b{machine, 1};
  QueuePair qa = a.open_queue(), qb = b.open_queue();
  u64 buffer = machine.allocate(4096);

  void set_host_id(Port& port, u64 low, u64 high) {
    std::memcpy(machine.at(buffer), &low, 8);
    std::memcpy(machine.at(buffer + 8), &high, 8);
    ASSERT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x81, 1, 0, buffer)), Status::kSuccess);
  }
  Status reserve(QueuePair& q, IoOp op, u32 action, u64 key, u64 second = 0, u32 type = 0) {
    std::memcpy(machine.at(buffer), &key, 8);
    std::memcpy(machine.at(buffer + 8), &second, 8);
    Sqe sqe = Port::io(op, 0, 1, buffer);
    sqe.cdw10 = action | type << 8;
    sqe.cdw12 = 0;
    return status_of(q.execute(sqe));
  }
  Status access(QueuePair& q, IoOp op) { return status_of(q.execute(Port::io(op, 0, 8, buffer))); }
  void register_both() {
    set_host_id(a, 0xAAAA, 1);
    set_host_id(b, 0xBBBB, 2);
    ASSERT_EQ(reserve(qa, IoOp::kReservationRegister, 0, 0, 0xA), Status::kSuccess);
    ASSERT_EQ(reserve(qb, IoOp::kReservationRegister, 0, 0, 0xB), Status::kSuccess);
  }
};

TEST_F(DualPortTest, WhatOnePortWritesTheOtherReads) {
  std::memset(machine.at(buffer), 0x77, 4096);
  EXPECT_EQ(access(qa, IoOp::kWrite), Status::kSuccess);
  std::memset(machine.at(buffer), 0, 4096);
  EXPECT_EQ(access(qb, IoOp::kRead), Status::kSuccess);
  EXPECT_EQ(machine.bytes(buffer, 4096), std::vector<u8>(4096, 0x77));
}

TEST_F(DualPortTest, ControllersDifferButTheSubsystemIsOne) {
  const auto ca = a.identify(1), cb = b.identify(1);
  EXPECT_EQ(get<u16>(ca, 78), 0);
  EXPECT_EQ(get<u16>(cb, 78), 1);
  EXPECT_EQ(ca[76] & 3, 3);
  EXPECT_EQ(std::vector<u8>(ca.begin() + 768, ca.begin() + 1024), std::vector<u8>(cb.begin() + 768, cb.begin() + 1024));
  EXPECT_EQ(a.identify(0, 1)[30] & 1, 1);
}

TEST_F(DualPortTest, ReservationsNeedAHostIdentifier) {
  EXPECT_EQ(reserve(qa, IoOp::kReservationRegister, 0, 0, 1), Status::kSequenceError);
}

TEST_F(DualPortTest, TypesForbidWhatTheyShould) {
  register_both();
  struct Row {
    u32 type;
    bool other_reads, other_writes;  // the other host is registered too
  };
  for (const Row row :
       {Row{1, true, false}, {2, false, false}, {3, true, true}, {4, true, true}, {5, true, true}, {6, true, true}}) {
    ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, row.type), Status::kSuccess) << row.type;
    EXPECT_EQ(access(qa, IoOp::kWrite), Status::kSuccess);
    EXPECT_EQ(access(qb, IoOp::kRead), row.other_reads ? Status::kSuccess : Status::kReservationConflict) << row.type;
    EXPECT_EQ(access(qb, IoOp::kWrite), row.other_writes ? Status::kSuccess : Status::kReservationConflict) << row.type;
    ASSERT_EQ(reserve(qa, IoOp::kReservationRelease, 0, 0xA, 0, row.type), Status::kSuccess);
  }
}

TEST_F(DualPortTest, UnregisteredHostsAreShutOutByRegistrantTypes) {
  set_host_id(a, 0xAAAA, 1);
  set_host_id(b, 0xBBBB, 2);
  ASSERT_EQ(reserve(qa, IoOp::kReservationRegister, 0, 0, 0xA), Status::kSuccess);
  for (const u32 type : {3u, 5u, 4u, 6u}) {
    ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, type), Status::kSuccess);
    EXPECT_EQ(access(qb, IoOp::kWrite), Status::kReservationConflict);
    EXPECT_EQ(access(qb, IoOp::kRead), type == 3 || type == 5 ? Status::kSuccess : Status::kReservationConflict);
    ASSERT_EQ(reserve(qa, IoOp::kReservationRelease, 0, 0xA, 0, type), Status::kSuccess);
  }
}

TEST_F(DualPortTest, WrongKeysAndTypesAreRefused) {
  register_both();
  EXPECT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xF, 0, 1), Status::kReservationConflict);
  EXPECT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 7), Status::kInvalidField);
  EXPECT_EQ(reserve(qa, IoOp::kReservationAcquire, 5, 0xA, 0, 1), Status::kInvalidField);
  EXPECT_EQ(reserve(qa, IoOp::kReservationRegister, 0, 0, 0xC), Status::kReservationConflict);
  ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 1), Status::kSuccess);
  EXPECT_EQ(reserve(qb, IoOp::kReservationAcquire, 0, 0xB, 0, 1), Status::kReservationConflict);
  EXPECT_EQ(reserve(qa, IoOp::kReservationRelease, 0, 0xA, 0, 2), Status::kInvalidField);
  EXPECT_EQ(reserve(qb, IoOp::kReservationRelease, 0, 0xB, 0, 1), Status::kSuccess);  // not the holder: nothing happens
  EXPECT_EQ(access(qb, IoOp::kWrite), Status::kReservationConflict);
}

// The fail-over of a dual-port shelf: the survivor takes the reservation from the lost host.
TEST_F(DualPortTest, PreemptTakesOverAndTellsTheLoser) {
  register_both();
  ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 1), Status::kSuccess);
  a.admin.push(Port::command(AdminOp::kAsyncEvent));
  a.admin.ring();
  machine.run(10 * kUs);
  EXPECT_EQ(reserve(qb, IoOp::kReservationAcquire, 1, 0xB, 0xA, 1), Status::kSuccess);
  EXPECT_EQ(access(qb, IoOp::kWrite), Status::kSuccess);
  EXPECT_EQ(access(qa, IoOp::kWrite), Status::kReservationConflict);
  const auto event = a.admin.wait();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->dw0, 0x80u << 16 | 0 << 8 | 6);
  const auto log = a.log_page(0x80, 64);
  EXPECT_EQ(log[8], 1);  // registration preempted
  EXPECT_EQ(get<u32>(log, 12), 1u);
}

TEST_F(DualPortTest, ReportListsRegistrants) {
  register_both();
  ASSERT_EQ(reserve(qb, IoOp::kReservationAcquire, 0, 0xB, 0, 3), Status::kSuccess);
  Sqe report = Port::io(IoOp::kReservationReport, 0, 1, buffer);
  report.cdw10 = 1023;
  report.cdw11 = 0;
  report.cdw12 = 0;
  EXPECT_EQ(status_of(qa.execute(report)), Status::kHostIdInconsistent);
  report.cdw11 = 1;
  ASSERT_EQ(status_of(qa.execute(report)), Status::kSuccess);
  const auto page = machine.bytes(buffer, 4096);
  EXPECT_EQ(page[4], 3);
  EXPECT_EQ(get<u16>(page, 5), 2);
  EXPECT_EQ(page[64 + 2], 0);
  EXPECT_EQ(get<u64>(page, 64 + 8), 0xAu);
  EXPECT_EQ(page[128 + 2], 1);
  EXPECT_EQ(get<u64>(page, 128 + 16), 0xBBBBu);
}

TEST_F(DualPortTest, ClearAndUnregister) {
  register_both();
  ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 2), Status::kSuccess);
  EXPECT_EQ(reserve(qb, IoOp::kReservationRelease, 1, 0xB), Status::kSuccess);
  EXPECT_EQ(access(qb, IoOp::kWrite), Status::kSuccess);
  EXPECT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 2), Status::kReservationConflict);  // no registrant left
  register_both();
  ASSERT_EQ(reserve(qa, IoOp::kReservationAcquire, 0, 0xA, 0, 2), Status::kSuccess);
  EXPECT_EQ(reserve(qa, IoOp::kReservationRegister, 1, 0xA), Status::kSuccess);
  EXPECT_EQ(access(qb, IoOp::kWrite), Status::kSuccess);
}

struct ZoneTest : ::testing::Test {
  static SsdParams params() {
    SsdParams p = small_drive();
    p.ftl.placement = Placement::kZoned;
    p.namespaces = {{.zone_bytes = 1 << 20, .max_open_zones = 2, .max_active_zones = 3}};
    return p;
  }
  static constexpr u64 kZone = 2048;  // blocks
  Machine machine{params()};
  Port port{machine, 0, true};
  QueuePair q = port.open_queue();
  u64 buffer = machine.allocate(1 << 20);

  Status write(u64 lba, u32 blocks = 8) { return status_of(q.execute(Port::io(IoOp::kWrite, lba, blocks, buffer))); }
  Status send(u64 zslba, u32 action, bool all = false) {
    Sqe sqe = Port::io(IoOp::kZoneManagementSend, zslba, 1, 0);
    sqe.cdw13 = action | u32{all} << 8;
    return status_of(q.execute(sqe));
  }
  std::vector<u8> report(u64 zslba = 0, u32 filter = 0) {
    Sqe sqe = Port::io(IoOp::kZoneManagementReceive, zslba, 1, buffer);
    sqe.cdw12 = 1023;
    sqe.cdw13 = filter << 8;
    EXPECT_EQ(status_of(q.execute(sqe)), Status::kSuccess);
    return machine.bytes(buffer, 4096);
  }
};

TEST_F(ZoneTest, WritesMustBeAtTheWritePointer) {
  EXPECT_EQ(write(0), Status::kSuccess);
  EXPECT_EQ(write(16), Status::kZoneInvalidWrite);
  EXPECT_EQ(write(8), Status::kSuccess);
  EXPECT_EQ(write(0), Status::kZoneInvalidWrite);
  const auto page = report();
  EXPECT_EQ(get<u64>(page, 0), 64u);
  EXPECT_EQ(page[64 + 1] >> 4, 2);  // implicitly open
  EXPECT_EQ(get<u64>(page, 64 + 24), 16u);
  EXPECT_EQ(get<u64>(page, 128 + 16), kZone);
}

TEST_F(ZoneTest, AppendReturnsWhereTheDataWent) {
  for (u64 i = 0; i < 3; ++i) {
    std::memset(machine.at(buffer), static_cast<int>(i + 1), 4096);
    const Cqe entry = q.execute(Port::io(IoOp::kZoneAppend, kZone, 8, buffer));
    ASSERT_EQ(status_of(entry), Status::kSuccess);
    EXPECT_EQ(entry.dw0, kZone + i * 8);
  }
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kZoneAppend, kZone + 1, 8, buffer))), Status::kInvalidField);
  ASSERT_EQ(status_of(q.execute(Port::io(IoOp::kRead, kZone + 8, 8, buffer))), Status::kSuccess);
  EXPECT_EQ(machine.bytes(buffer, 4096), std::vector<u8>(4096, 2));
}

TEST_F(ZoneTest, OpenAndActiveLimits) {
  EXPECT_EQ(send(0, 3), Status::kSuccess);
  EXPECT_EQ(send(kZone, 3), Status::kSuccess);
  EXPECT_EQ(send(2 * kZone, 3), Status::kTooManyOpenZones);
  EXPECT_EQ(write(0), Status::kSuccess);
  EXPECT_EQ(send(0, 1), Status::kSuccess);  // closed, still active
  EXPECT_EQ(write(2 * kZone), Status::kSuccess);
  EXPECT_EQ(write(3 * kZone), Status::kTooManyActiveZones);
  EXPECT_EQ(send(0, 2), Status::kSuccess);  // finished: full
  EXPECT_EQ(write(8), Status::kZoneFull);
  EXPECT_EQ(write(3 * kZone), Status::kSuccess);  // the implicitly open zone 2 makes room
  EXPECT_EQ(report(2 * kZone)[64 + 1] >> 4, 4);
}

TEST_F(ZoneTest, ResetErasesAndFillMakesFull) {
  for (u64 at = 0; at < kZone; at += 1024)
    ASSERT_EQ(status_of(q.execute(Port::io(IoOp::kZoneAppend, 0, 8, buffer))), Status::kSuccess);
  EXPECT_EQ(send(0, 4), Status::kSuccess);
  EXPECT_EQ(report()[64 + 1] >> 4, 1);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 8, buffer))), Status::kSuccess);
  EXPECT_EQ(machine.bytes(buffer, 4096), std::vector<u8>(4096, 0));
  for (u64 at = 0; at < kZone; at += 8) ASSERT_EQ(write(at), Status::kSuccess);
  EXPECT_EQ(get<u64>(report(0, 5), 0), 1u);  // one full zone
  EXPECT_EQ(send(0, 4, true), Status::kSuccess);
  EXPECT_EQ(get<u64>(report(0, 1), 0), 64u);  // all empty
}

TEST_F(ZoneTest, BoundariesAndBadActions) {
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, kZone - 4, 8, buffer))), Status::kZoneBoundary);
  EXPECT_EQ(send(5, 4), Status::kInvalidField);
  EXPECT_EQ(send(0, 9), Status::kInvalidField);
  EXPECT_EQ(send(0, 1), Status::kZoneTransition);
  EXPECT_EQ(send(0, 5), Status::kZoneTransition);
}

TEST_F(ZoneTest, IdentifyOfTheCommandSet) {
  const auto page = port.identify(5, 1, 2u << 24);
  EXPECT_EQ(get<u32>(page, 4), 2u);
  EXPECT_EQ(get<u32>(page, 8), 1u);
  EXPECT_EQ(get<u64>(page, 2816), kZone);
  EXPECT_EQ(get<u64>(port.identify(0x1C), 0), 5u);
  EXPECT_EQ(port.identify(3, 1)[36], 2);
}

// Random entries: every command completes exactly once, and the drive still works afterwards.
TEST(Fuzz, RandomCommandsAlwaysComplete) {
  for (u64 seed = 1; seed <= 20; ++seed) {
    SsdParams params = small_drive();
    if (seed % 3 == 0) {
      params.ftl.placement = Placement::kZoned;
      params.namespaces = {{.zone_bytes = 1 << 20}};
    }
    Machine machine(params);
    Port port(machine, 0, seed % 3 == 0);
    QueuePair q = port.open_queue(1, 256);
    Random random(seed);
    const u64 buffer = machine.allocate(1 << 20);
    for (int round = 0; round < 20; ++round) {
      std::vector<bool> pending(65536);
      unsigned issued = 0;
      for (; issued < 100; ++issued) {
        Sqe sqe;
        u64 words[8];
        for (u64& word : words) word = random.next();
        std::memcpy(&sqe, words, sizeof sqe);
        if (random.below(4) != 0) sqe.nsid = 1;
        if (random.below(4) != 0) sqe.flags &= 0x40;
        if (random.below(2) != 0) sqe.opcode &= 0x0F;
        if (random.below(2) != 0) sqe.prp1 = buffer + random.below(4096) * 4;
        if (random.below(2) != 0) sqe.prp2 = buffer + random.below(512) * 8;
        if (random.below(2) != 0) sqe.cdw10 = static_cast<u32>(random.below(140'000));
        if (random.below(2) != 0) sqe.cdw11 = 0;
        if (random.below(2) != 0) sqe.cdw12 = static_cast<u32>(random.below(1100));
        pending[q.push(sqe)] = true;
      }
      q.ring();
      for (unsigned i = 0; i < issued; ++i) {
        const auto entry = q.wait();
        ASSERT_TRUE(entry) << "seed " << seed << ": " << issued - i << " commands lost";
        ASSERT_TRUE(pending[entry->cid]) << "completed twice";
        pending[entry->cid] = false;
      }
    }
    EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kFlush, 0, 1, 0))), Status::kSuccess);
  }
}

TEST(Fuzz, RandomAdminCommandsDoNotHurt) {
  for (u64 seed = 1; seed <= 10; ++seed) {
    Machine machine(small_drive());
    Port port(machine);
    Random random(seed);
    const u64 buffer = machine.allocate(1 << 20);
    for (int i = 0; i < 500; ++i) {
      Sqe sqe;
      u64 words[8];
      for (u64& word : words) word = random.next();
      std::memcpy(&sqe, words, sizeof sqe);
      if (random.below(4) != 0) sqe.flags = 0;
      if (random.below(2) != 0) sqe.opcode &= 0x1F;
      if (sqe.opcode == 0x0C || sqe.opcode == 0x08) continue;  // events stay pending; abort has its own test
      if (random.below(4) != 0) sqe.nsid = static_cast<u32>(random.below(3));
      if (random.below(4) != 0) sqe.prp1 = buffer + random.below(2) * 4096;
      sqe.prp2 = buffer;
      if (random.below(2) != 0) sqe.cdw10 &= 0x00FF'00FF;
      if (random.below(2) != 0) sqe.cdw11 &= 0x000F'0007;
      port.admin.push(sqe);
      port.admin.ring();
      ASSERT_TRUE(port.admin.wait()) << "seed " << seed << " command " << i << " opcode " << unsigned{sqe.opcode};
    }
  }
}

TEST(Fuzz, ResetsInTheMiddleOfTransfersLeaveAWorkingDrive) {
  Machine machine(small_drive());
  Random random(7);
  for (int round = 0; round < 50; ++round) {
    Port port(machine);
    QueuePair q = port.open_queue(1, 64);
    const u64 buffer = 1 << 19;  // page lists hold zeros: address 0 is memory too
    for (int i = 0; i < 40; ++i) {
      const IoOp op = random.below(2) != 0 ? IoOp::kRead : IoOp::kWrite;
      q.push(Port::io(op, random.below(100'000), 16, buffer, buffer + 4096));
    }
    q.ring();
    machine.run(random.below(20 * kUs));
    switch (random.below(3)) {
      case 0:
        port.link.mmio_write(reg::kCc, 0, 4);
        break;
      case 1:
        machine.ssd.controller(0).function_reset();
        break;
      default:
        machine.ssd.controller(0).link_down();
        break;
    }
    machine.run(kUs);
    port.link.enable(true);
    machine.next_page = 1 << 20;
  }
  Port port(machine);
  QueuePair q = port.open_queue();
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 8, machine.allocate(4096)))), Status::kSuccess);
}

}  // namespace
}  // namespace mppa::ssd::nvme::test
