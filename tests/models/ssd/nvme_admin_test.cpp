// Registers, queues and the admin command set, through BAR accesses and queues in host memory.
#include <set>
#include <string>

#include "tests/models/ssd/nvme_bench.h"

namespace mppa::ssd::nvme::test {
namespace {

struct AdminTest : ::testing::Test {
  Machine machine{small_drive()};
  Port port{machine};
};

TEST_F(AdminTest, CapabilitiesAndVersion) {
  EXPECT_EQ(port.read32(reg::kVs), 0x00010400u);
  EXPECT_EQ(port.read32(reg::kCap) & 0xFFFF, 0xFFFFu);    // MQES: 64Ki entries
  EXPECT_EQ(port.read32(reg::kCap) >> 16 & 1, 1u);        // contiguous queues
  EXPECT_EQ(port.read32(reg::kCap + 4) & 0x1F, 0u << 0);  // doorbell stride 4
  EXPECT_EQ(port.read32(reg::kCap + 4) >> 5 & 1, 1u);     // NVM command set
}

TEST_F(AdminTest, RegistersTakeHalvesAndBytes) {
  port.link.mmio_write(reg::kAsq, 0x1234'5678'9ABC'D000, 8);
  machine.run(kUs);
  EXPECT_EQ(port.read32(reg::kAsq), 0x9ABC'D000u);
  EXPECT_EQ(port.read32(reg::kAsq + 4), 0x1234'5678u);
  const u8 byte = 0x55;
  machine.ssd.controller(0).bar_write(reg::kAsq + 5, {&byte, 1});
  EXPECT_EQ(port.read32(reg::kAsq + 4), 0x1234'5578u);
}

TEST_F(AdminTest, DisableClearsReadyAndEnableWorksAgain) {
  QueuePair q = port.open_queue();
  port.link.mmio_write(reg::kCc, 0, 4);
  machine.run(kUs);
  EXPECT_EQ(port.read32(reg::kCsts), 0u);
  Port again(machine);
  EXPECT_EQ(again.create_sq(q), Status::kCqInvalid);  // the old queues are gone
}

TEST_F(AdminTest, BadEnableIsFatal) {
  port.link.mmio_write(reg::kCc, 0, 4);
  port.link.mmio_write(reg::kAqa, 0, 4);
  port.link.mmio_write(reg::kCc, 1, 4);
  machine.run(100 * kUs);
  EXPECT_EQ(port.read32(reg::kCsts) & 3, reg::kCstsFatal);
}

TEST_F(AdminTest, ShutdownCompletes) {
  port.link.mmio_write(reg::kCc, 1 | 6 << 16 | 4 << 20 | 1 << 14, 4);
  machine.run(10 * kMs);
  EXPECT_EQ(port.read32(reg::kCsts) & reg::kCstsShutdownMask, reg::kCstsShutdownDone);
}

TEST_F(AdminTest, UnreadableSubmissionQueueIsFatal) {
  port.link.mmio_write(reg::kCc, 0, 4);
  port.link.mmio_write(reg::kAsq, u64{1} << 40, 8);
  port.link.mmio_write(reg::kCc, 1 | 6 << 16 | 4 << 20, 4);
  machine.run(20 * kUs);
  port.admin.ring_value(1);
  machine.run(20 * kUs);
  EXPECT_EQ(port.read32(reg::kCsts) & reg::kCstsFatal, reg::kCstsFatal);
}

TEST_F(AdminTest, IdentifyController) {
  const auto page = port.identify(1);
  EXPECT_EQ(std::string(page.begin() + 4, page.begin() + 12), "TEST0001");
  EXPECT_EQ(page[23], ' ');
  EXPECT_EQ(get<u32>(page, 80), 0x00010400u);
  EXPECT_EQ(page[77], 7);              // MDTS: 512 KiB
  EXPECT_EQ(get<u32>(page, 516), 1u);  // NN
  EXPECT_EQ(page[512], 0x66);
  EXPECT_EQ(page[513], 0x44);
  EXPECT_EQ(page[525] & 1, 0);  // power loss protection: no volatile cache
}

TEST_F(AdminTest, IdentifyNamespaceAndLists) {
  const auto ns = port.identify(0, 1);
  EXPECT_EQ(get<u64>(ns, 0), (u64{64} << 20) / 512);
  EXPECT_EQ(get<u32>(ns, 128) >> 16 & 0xFF, 9u);
  EXPECT_EQ(get<u16>(ns, 64), 7);  // NPWG: one indirection unit
  const auto list = port.identify(2, 0);
  EXPECT_EQ(get<u32>(list, 0), 1u);
  EXPECT_EQ(get<u32>(list, 4), 0u);
  EXPECT_EQ(get<u32>(port.identify(2, 1), 0), 0u);
  const auto ids = port.identify(3, 1);
  EXPECT_EQ(ids[0], 1);
  EXPECT_EQ(ids[12], 2);
  EXPECT_NE(get<u64>(ids, 16), 0u);
}

TEST_F(AdminTest, IdentifyRejectsBadArguments) {
  const u64 buffer = machine.allocate(4096);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kIdentify, 0, 0, 2, buffer)), Status::kInvalidNamespace);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kIdentify, 0, 0, 0, buffer)), Status::kInvalidNamespace);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kIdentify, 0xEE, 0, 0, buffer)), Status::kInvalidField);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kIdentify, 2, 0, kAllNamespaces, buffer)),
            Status::kInvalidNamespace);
  Sqe sgl = Port::command(AdminOp::kIdentify, 1, 0, 0, buffer);
  sgl.flags = 1 << 6;
  EXPECT_EQ(port.admin_status(sgl), Status::kInvalidField);
}

TEST_F(AdminTest, UnknownOpcodeAndDoNotRetry) {
  Sqe sqe;
  sqe.opcode = 0x7F;
  const Cqe entry = port.admin.execute(sqe);
  EXPECT_EQ(status_of(entry), Status::kInvalidOpcode);
  EXPECT_TRUE(entry.status & kStatusDoNotRetry);
}

TEST_F(AdminTest, QueueCreationErrors) {
  QueuePair q(machine, 0, 1, 64);
  const auto cq = [&](u32 cdw10, u32 cdw11, u64 prp) {
    return port.admin_status(Port::command(AdminOp::kCreateCq, cdw10, cdw11, 0, prp));
  };
  const auto sq = [&](u32 cdw10, u32 cdw11, u64 prp) {
    return port.admin_status(Port::command(AdminOp::kCreateSq, cdw10, cdw11, 0, prp));
  };
  EXPECT_EQ(cq(63 << 16 | 0, 3, q.cq()), Status::kInvalidQueueId);
  EXPECT_EQ(cq(63 << 16 | 9, 3, q.cq()), Status::kInvalidQueueId);
  EXPECT_EQ(cq(0 << 16 | 1, 3, q.cq()), Status::kInvalidQueueSize);
  EXPECT_EQ(cq(63 << 16 | 1, 2, q.cq()), Status::kInvalidField);
  EXPECT_EQ(cq(63 << 16 | 1, 9 << 16 | 3, q.cq()), Status::kInvalidVector);
  EXPECT_EQ(cq(63 << 16 | 1, 3, q.cq() + 8), Status::kPrpOffsetInvalid);
  EXPECT_EQ(sq(63 << 16 | 1, 1 << 16 | 1, q.sq()), Status::kCqInvalid);
  EXPECT_EQ(cq(63 << 16 | 1, 3, q.cq()), Status::kSuccess);
  EXPECT_EQ(cq(63 << 16 | 1, 3, q.cq()), Status::kInvalidQueueId);
  EXPECT_EQ(sq(63 << 16 | 1, 0 << 16 | 1, q.sq()), Status::kCqInvalid);
  EXPECT_EQ(sq(63 << 16 | 1, 77 << 16 | 1, q.sq()), Status::kInvalidQueueId);
  EXPECT_EQ(sq(63 << 16 | 1, 1 << 16 | 0, q.sq()), Status::kInvalidField);
  EXPECT_EQ(sq(63 << 16 | 1, 1 << 16 | 1, q.sq()), Status::kSuccess);
  const auto remove = [&](AdminOp op, u32 id) { return port.admin_status(Port::command(op, id)); };
  EXPECT_EQ(remove(AdminOp::kDeleteCq, 1), Status::kInvalidQueueDeletion);
  EXPECT_EQ(remove(AdminOp::kDeleteSq, 0), Status::kInvalidQueueId);
  EXPECT_EQ(remove(AdminOp::kDeleteSq, 1), Status::kSuccess);
  EXPECT_EQ(remove(AdminOp::kDeleteSq, 1), Status::kInvalidQueueId);
  EXPECT_EQ(remove(AdminOp::kDeleteCq, 1), Status::kSuccess);
}

TEST_F(AdminTest, QueuesOf64KiEntriesWork) {
  machine.next_page = 16 << 20;
  QueuePair q = port.open_queue(1, 65536);
  const u64 buffer = machine.allocate(4096);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 8, buffer))), Status::kSuccess);
}

TEST_F(AdminTest, DeletingAQueueAbortsItsCommandsOnce) {
  QueuePair q = port.open_queue();
  const u64 buffer = machine.allocate(4096);
  // Preconditioned data would be needed for a slow read; a write fills the media first.
  for (int i = 0; i < 10; ++i) q.push(Port::io(IoOp::kWrite, static_cast<u64>(i) * 8, 8, buffer));
  q.ring();
  machine.run(600'000);  // fetched, their data under way
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kDeleteSq, 1)), Status::kSuccess);
  int completions = 0;
  while (const auto entry = q.wait(10 * kMs)) {
    ++completions;
    EXPECT_TRUE(status_of(*entry) == Status::kSuccess || status_of(*entry) == Status::kAbortedSqDeletion);
  }
  EXPECT_LE(completions, 10);
  EXPECT_GT(completions, 0);
}

TEST_F(AdminTest, NumberOfQueues) {
  const Cqe entry = port.admin.execute(Port::command(AdminOp::kSetFeatures, 0x07, 15 << 16 | 15));
  EXPECT_EQ(status_of(entry), Status::kSuccess);
  EXPECT_EQ(entry.dw0, 7u << 16 | 7u);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x07, 0xFFFF)), Status::kInvalidField);
  port.open_queue();
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x07, 3 << 16 | 3)), Status::kSequenceError);
}

TEST_F(AdminTest, FeaturesKeepCurrentDefaultAndSavedValues) {
  const auto read = [&](u32 select) {
    return port.admin.execute(Port::command(AdminOp::kGetFeatures, select << 8 | 0x04)).dw0;
  };
  const u32 original = read(1);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x04, 333)), Status::kSuccess);
  EXPECT_EQ(read(0), 333u);
  EXPECT_EQ(read(1), original);
  EXPECT_EQ(read(2), original);
  EXPECT_EQ(read(3), 5u);  // saveable, changeable
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 1u << 31 | 0x04, 334)), Status::kSuccess);
  EXPECT_EQ(read(2), 334u);
}

TEST_F(AdminTest, FeatureErrors) {
  const auto set = [&](u32 cdw10, u32 cdw11, u32 nsid = 0) {
    return port.admin_status(Port::command(AdminOp::kSetFeatures, cdw10, cdw11, nsid));
  };
  EXPECT_EQ(set(0x3F, 0), Status::kInvalidField);
  EXPECT_EQ(set(1u << 31 | 0x02, 0), Status::kFeatureNotSaveable);
  EXPECT_EQ(set(0x02, 1), Status::kInvalidField);  // power state 1 does not exist
  EXPECT_EQ(set(0x06, 1), Status::kInvalidField);  // no volatile write cache
  EXPECT_EQ(set(0x01, 3, 1), Status::kFeatureNotNamespace);
  EXPECT_EQ(set(0x05, 3, 7), Status::kInvalidNamespace);
  EXPECT_EQ(set(0x09, 99), Status::kInvalidField);
}

TEST_F(AdminTest, TimestampRuns) {
  const u64 buffer = machine.allocate(4096);
  const u64 written = 1'700'000'000'000;
  std::memcpy(machine.at(buffer), &written, 8);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x0E, 0, 0, buffer)), Status::kSuccess);
  machine.run(5 * kMs);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kGetFeatures, 0x0E, 0, 0, buffer)), Status::kSuccess);
  const u64 read = get<u64>(machine.bytes(buffer, 8), 0);
  EXPECT_EQ(read & 0xFFFF'FFFF'FFFF, written + 5);
  EXPECT_EQ(read >> 48, 2u);
}

TEST_F(AdminTest, AbortOfAPendingCommand) {
  const u16 cid = port.admin.push(Port::command(AdminOp::kAsyncEvent));
  port.admin.ring();
  machine.run(10 * kUs);
  const u16 abort = port.admin.push(Port::command(AdminOp::kAbort, u32{cid} << 16));
  port.admin.ring();
  std::set<u16> seen;
  for (int i = 0; i < 2; ++i) {
    const auto entry = port.admin.wait();
    ASSERT_TRUE(entry);
    seen.insert(entry->cid);
    if (entry->cid == cid) {
      EXPECT_EQ(status_of(*entry), Status::kAbortRequested);
    } else {
      EXPECT_EQ(entry->cid, abort);
      EXPECT_EQ(entry->dw0 & 1, 0u);
    }
  }
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_EQ(port.admin.execute(Port::command(AdminOp::kAbort, u32{cid} << 16)).dw0 & 1, 1u);  // gone
}

TEST_F(AdminTest, DoorbellErrorsRaiseEventsAndAreReportedOnce) {
  port.admin.push(Port::command(AdminOp::kAsyncEvent));
  port.admin.push(Port::command(AdminOp::kAsyncEvent));
  port.admin.ring();
  machine.run(10 * kUs);
  port.link.mmio_write(reg::kDoorbells + 5 * 8, 1, 4);  // queue 5 does not exist
  const auto first = port.admin.wait();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->dw0, 0x01u << 16 | 0 << 8 | 0);
  port.admin.ring_value(1000);  // beyond the queue: same log page, held back until it is read
  EXPECT_FALSE(port.admin.wait(kMs));
  const u64 buffer = machine.allocate(4096);
  const u16 cid = port.admin.push(Port::command(AdminOp::kGetLogPage, 15 << 16 | 1, 0, kAllNamespaces, buffer));
  port.admin.ring();
  bool event = false, log = false;
  for (int i = 0; i < 2; ++i) {
    const auto entry = port.admin.wait();
    ASSERT_TRUE(entry);
    if (entry->cid == cid) {
      log = true;
    } else {
      EXPECT_EQ(entry->dw0, 0x01u << 16 | 1 << 8 | 0);
      event = true;
    }
  }
  EXPECT_TRUE(event && log);
}

TEST_F(AdminTest, TooManyAsyncEventRequests) {
  for (unsigned i = 0; i < 4; ++i) port.admin.push(Port::command(AdminOp::kAsyncEvent));
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kAsyncEvent)), Status::kAsyncEventLimitExceeded);
}

TEST_F(AdminTest, ErrorLogNamesTheFailedCommand) {
  Sqe bad;
  bad.opcode = 0x7F;
  const u16 cid = port.admin.execute(bad).cid;
  const auto log = port.log_page(1, 128);
  EXPECT_EQ(get<u64>(log, 0), 1u);
  EXPECT_EQ(get<u16>(log, 8), 0);
  EXPECT_EQ(get<u16>(log, 10), cid);
  EXPECT_EQ(get<u16>(log, 12) >> 1, static_cast<u16>(Status::kInvalidOpcode));
  EXPECT_EQ(get<u64>(log, 64), 0u);
}

TEST_F(AdminTest, HealthCountsCommandsAndBytes) {
  QueuePair q = port.open_queue();
  const u64 buffer = machine.allocate(1 << 20);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kWrite, 0, 1, buffer))), Status::kSuccess);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 8, buffer))), Status::kSuccess);
  const auto log = port.log_page(2, 512);
  EXPECT_EQ(get<u64>(log, 80), 3u);
  EXPECT_EQ(get<u64>(log, 64), 1u);
  EXPECT_EQ(get<u64>(log, 48), 1u);  // thousands of 512 bytes, rounded up
  EXPECT_GT(get<u16>(log, 1), 273);
}

TEST_F(AdminTest, OtherLogPages) {
  const auto firmware = port.log_page(3, 512);
  EXPECT_EQ(firmware[0] & 7, 1);
  EXPECT_EQ(std::string(firmware.begin() + 8, firmware.begin() + 11), "1.0");
  const auto effects = port.log_page(5, 4096);
  EXPECT_EQ(get<u32>(effects, 4 * 0x06) & 1, 1u);
  EXPECT_EQ(get<u32>(effects, 1024 + 4 * 0x01) & 3, 3u);
  EXPECT_EQ(get<u32>(effects, 4 * 0x0D), 0u);  // namespace management is not supported
  EXPECT_EQ(port.log_page(7, 1024)[0], 7);
  EXPECT_EQ(port.log_page(8, 512)[0], 8);
  const u64 buffer = machine.allocate(4096);
  const auto log = [&](u32 id) {
    return port.admin_status(Port::command(AdminOp::kGetLogPage, 15 << 16 | id, 0, kAllNamespaces, buffer));
  };
  EXPECT_EQ(log(0x0C), Status::kInvalidLogPage);  // no asymmetric access
  Sqe offset = Port::command(AdminOp::kGetLogPage, 15 << 16 | 2, 0, kAllNamespaces, buffer);
  offset.cdw12 = 4096;
  EXPECT_EQ(port.admin_status(offset), Status::kInvalidField);
}

TEST_F(AdminTest, FormatChangesTheBlockSizeErasesAndTellsTheHost) {
  QueuePair q = port.open_queue();
  const u64 buffer = machine.allocate(4096);
  std::memset(machine.at(buffer), 0xAB, 4096);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kWrite, 0, 8, buffer))), Status::kSuccess);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x0B, 1 << 8)), Status::kSuccess);
  const u16 event = port.admin.push(Port::command(AdminOp::kAsyncEvent));
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kFormat, 1 | 1 << 9, 0, 9)), Status::kInvalidNamespace);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kFormat, 2, 0, 1)), Status::kInvalidFormat);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kFormat, 2 << 9, 0, 1)), Status::kInvalidField);
  const u16 format = port.admin.push(Port::command(AdminOp::kFormat, 1, 0, 1));
  port.admin.ring();
  machine.run(50 * kUs);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 1, buffer))), Status::kFormatInProgress);
  std::set<u16> seen;
  for (int i = 0; i < 2; ++i) {
    const auto entry = port.admin.wait();
    ASSERT_TRUE(entry);
    EXPECT_EQ(status_of(*entry), Status::kSuccess);
    if (entry->cid == event) {
      EXPECT_EQ(entry->dw0, 0x04u << 16 | 0 << 8 | 2);
    }
    seen.insert(entry->cid);
  }
  EXPECT_EQ(seen, (std::set<u16>{event, format}));
  EXPECT_EQ(get<u32>(port.log_page(4, 4096), 0), 1u);
  EXPECT_EQ(get<u32>(port.log_page(4, 4096), 0), 0u);  // reading has cleared it
  EXPECT_EQ(get<u64>(port.identify(0, 1), 0), (u64{64} << 20) / 4096);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 1, buffer))), Status::kSuccess);
  EXPECT_EQ(machine.bytes(buffer, 4096), std::vector<u8>(4096, 0));
}

TEST_F(AdminTest, FirmwareUpdate) {
  const u64 buffer = machine.allocate(4096);
  const auto commit = [&](u32 action, u32 slot) {
    return port.admin_status(Port::command(AdminOp::kFirmwareCommit, action << 3 | slot));
  };
  EXPECT_EQ(commit(1, 2), Status::kInvalidFirmwareImage);
  std::memcpy(machine.at(buffer), "MPPASSD1REV2.0  ", 16);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kFirmwareDownload, 1023, 0, 0, buffer)), Status::kSuccess);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kFirmwareDownload, 1023, 512, 0, buffer)),
            Status::kOverlappingRange);
  EXPECT_EQ(commit(1, 1), Status::kInvalidFirmwareSlot);
  EXPECT_EQ(commit(1, 7), Status::kInvalidFirmwareSlot);
  EXPECT_EQ(commit(3, 2), Status::kInvalidField);
  EXPECT_EQ(commit(1, 2), Status::kSuccess);
  EXPECT_EQ(port.log_page(3, 512)[0], 0x21);
  port.link.mmio_write(reg::kCc, 0, 4);
  machine.run(kUs);
  Port again(machine);
  const auto page = again.identify(1);
  EXPECT_EQ(std::string(page.begin() + 64, page.begin() + 70), "REV2.0");
}

TEST_F(AdminTest, MsixMaskAndPendingBits) {
  std::vector<unsigned> vectors;
  port.link.on_interrupt([&](unsigned vector) { vectors.push_back(vector); });
  QueuePair q = port.open_queue(1);
  for (unsigned v = 0; v < 2; ++v) {
    port.link.mmio_write(kMsixTable + v * 16, port.link.message(v).address, 8);
    port.link.mmio_write(kMsixTable + v * 16 + 8, v, 4);
  }
  const u64 buffer = machine.allocate(4096);
  q.execute(Port::io(IoOp::kRead, 0, 1, buffer));  // still masked
  machine.run(10 * kUs);
  EXPECT_TRUE(vectors.empty());
  EXPECT_EQ(port.read32(kMsixPending), 3u);
  port.link.mmio_write(kMsixTable + 16 + 12, 0, 4);
  machine.run(10 * kUs);
  EXPECT_EQ(vectors, (std::vector<unsigned>{1}));
  EXPECT_EQ(port.read32(kMsixPending), 1u);
}

TEST_F(AdminTest, InterruptCoalescingBundlesCompletions) {
  unsigned interrupts = 0;
  port.link.on_interrupt([&](unsigned vector) { interrupts += vector == 1; });
  QueuePair q = port.open_queue(1);
  port.link.mmio_write(kMsixTable + 16, port.link.message(1).address, 8);
  port.link.mmio_write(kMsixTable + 16 + 8, 1, 4);
  port.link.mmio_write(kMsixTable + 16 + 12, 0, 4);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x08, 2 << 8 | 7)), Status::kSuccess);
  const u64 buffer = machine.allocate(4096);
  for (int i = 0; i < 16; ++i) q.push(Port::io(IoOp::kRead, 0, 1, buffer));
  q.ring();
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(q.wait());
  machine.run(kMs);
  EXPECT_EQ(interrupts, 2u);  // threshold of 8
  q.execute(Port::io(IoOp::kRead, 0, 1, buffer));
  machine.run(100 * kUs);
  EXPECT_EQ(interrupts, 2u);
  machine.run(200 * kUs);
  EXPECT_EQ(interrupts, 3u);  // the time of 200 us is over
}

TEST_F(AdminTest, DuplicateIdentifierIsAConflict) {
  Sqe event = Port::command(AdminOp::kAsyncEvent);
  event.cid = 7;
  port.admin.push_as_is(event);
  port.admin.push_as_is(event);
  port.admin.ring();
  const auto entry = port.admin.wait();
  ASSERT_TRUE(entry);
  EXPECT_EQ(status_of(*entry), Status::kIdConflict);
  EXPECT_EQ(entry->cid, 7);
}

TEST_F(AdminTest, FunctionLevelResetReturnsToPowerOnState) {
  port.open_queue();
  machine.ssd.controller(0).function_reset();
  EXPECT_EQ(port.read32(reg::kCc), 0u);
  EXPECT_EQ(port.read32(reg::kCsts), 0u);
  EXPECT_EQ(port.read32(reg::kAqa), 0u);
  port.link.enable(true);
  Port again(machine);
  again.open_queue();
}

TEST_F(AdminTest, AHungDriveAnswersNothingUntilItRecovers) {
  machine.ssd.controller(0).set_hung(true);
  port.admin.push(Port::command(AdminOp::kIdentify, 1, 0, 0, machine.allocate(4096)));
  port.admin.ring();
  EXPECT_FALSE(port.admin.wait(100 * kMs));
  machine.ssd.controller(0).set_hung(false);
  EXPECT_TRUE(port.admin.wait());
}

TEST_F(AdminTest, AHungDriveIsNotResetBeforeItRecovers) {
  Controller& drive = machine.ssd.controller(0);
  drive.set_hung(true);
  port.link.mmio_write(reg::kCc, 0, 4);
  machine.run(kMs);
  EXPECT_EQ(port.read32(reg::kCsts), reg::kCstsReady);
  drive.set_hung(false);
  EXPECT_EQ(port.read32(reg::kCsts), 0u);
  Port again(machine);
  again.open_queue();
}

TEST_F(AdminTest, SwallowedCommandsEndByAbort) {
  QueuePair queue = port.open_queue();
  machine.ssd.controller(0).swallow(1);
  const u64 buffer = machine.allocate(4096);
  const u16 lost = queue.push(Port::io(IoOp::kRead, 0, 1, buffer));
  const u16 other = queue.push(Port::io(IoOp::kRead, 0, 1, buffer));
  queue.ring();
  EXPECT_EQ(queue.wait()->cid, other);
  EXPECT_FALSE(queue.wait(100 * kMs));
  EXPECT_EQ(port.admin.execute(Port::command(AdminOp::kAbort, u32{lost} << 16 | 1)).dw0, 0u);
  const auto aborted = queue.wait();
  ASSERT_TRUE(aborted);
  EXPECT_EQ(aborted->cid, lost);
  EXPECT_EQ(status_of(*aborted), Status::kAbortRequested);
}

TEST_F(AdminTest, AFaultMayWaitForACommand) {
  QueuePair queue = port.open_queue();
  int calls = 0;
  machine.ssd.controller(0).after_commands(3, [&] { ++calls; });
  for (int i = 1; i <= 4; ++i) {
    queue.execute(Port::io(IoOp::kFlush, 0, 1, 0));
    EXPECT_EQ(calls, i >= 3) << i;
  }
}

TEST(Arbitration, WeightedRoundRobinFavoursHighPriority) {
  Machine machine(small_drive());
  Port port(machine, 0, false, 1);
  // Weights: high 8, medium 1, low 1; bursts of one command.
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x01, 7u << 24 | 0 << 16 | 0 << 8 | 0)),
            Status::kSuccess);
  QueuePair high = port.open_queue(1, 128, 1), low = port.open_queue(2, 128, 3);
  const u64 buffer = machine.allocate(4096);
  for (int i = 0; i < 100; ++i) {
    high.push(Port::io(IoOp::kRead, 0, 1, buffer));
    low.push(Port::io(IoOp::kRead, 0, 1, buffer));
  }
  low.ring();
  high.ring();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(high.wait());
  int low_done = 0;
  while (low.wait(0)) ++low_done;
  EXPECT_LT(low_done, 60);  // round robin would have finished about 100
  for (int i = low_done; i < 100; ++i) ASSERT_TRUE(low.wait());
}

TEST(ControllerParams, BadValuesAreErrors) {
  Timeline time;
  for (const auto& spoil : std::vector<std::function<void(SsdParams&)>>{
           [](SsdParams& p) { p.controller.max_io_queues = 0; }, [](SsdParams& p) { p.controller.max_io_queues = 256; },
           [](SsdParams& p) { p.controller.max_queue_entries = 1; },
           [](SsdParams& p) { p.controller.max_transfer = 5000; }, [](SsdParams& p) { p.namespaces.clear(); },
           [](SsdParams& p) { p.namespaces[0].lba_bytes = 520; },
           [](SsdParams& p) { p.namespaces[0].bytes = u64{1} << 40; },
           [](SsdParams& p) { p.namespaces[0].bytes = 5000; }}) {
    SsdParams p = small_drive();
    spoil(p);
    EXPECT_THROW(Ssd(time, p), std::invalid_argument);
  }
}

}  // namespace
}  // namespace mppa::ssd::nvme::test
