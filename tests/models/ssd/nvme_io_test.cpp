// The NVM command set: data, PRP and SGL forms, errors.
#include <numeric>

#include "models/common/random.h"
#include "tests/models/ssd/nvme_bench.h"

namespace mppa::ssd::nvme::test {
namespace {

struct IoTest : ::testing::Test {
  Machine machine{small_drive()};
  Port port{machine};
  QueuePair q = port.open_queue();

  u64 pattern(u64 bytes, u64 seed, u64 offset = 0) {
    const u64 buffer = machine.allocate(bytes + offset) + offset;
    Random random(seed);
    for (u64 i = 0; i < bytes; ++i) machine.at(buffer)[i] = static_cast<u8>(random.next());
    return buffer;
  }
  /// PRP2 for a transfer that begins at `buffer`: the second page or a list.
  u64 prp2_of(u64 buffer, u64 bytes) {
    const u64 first = 4096 - buffer % 4096;
    if (bytes <= first) return 0;
    const u64 next = buffer + first;
    if (bytes - first <= 4096) return next;
    const u64 pages = (bytes - first + 4095) / 4096;
    const u64 list = machine.allocate(8 * pages);
    for (u64 i = 0; i < pages; ++i) {
      const u64 page = next + i * 4096;
      std::memcpy(machine.at(list + i * 8), &page, 8);
    }
    return list;
  }
  Status run(IoOp op, u64 lba, u32 blocks, u64 buffer) {
    return status_of(q.execute(Port::io(op, lba, blocks, buffer, prp2_of(buffer, u64{blocks} * 512))));
  }
};

TEST_F(IoTest, WhatIsWrittenReadsBackInAllSizesAndAlignments) {
  u64 lba = 0;
  for (const u32 blocks : {1u, 7u, 8u, 16u, 17u, 64u, 256u, 1024u}) {
    for (const u64 offset : {0u, 512u, 2560u, 4092u}) {
      const u64 bytes = blocks * 512;
      const u64 out = pattern(bytes, lba + offset, offset), in = machine.allocate(bytes + 4096) + 4096 - 512;
      ASSERT_EQ(run(IoOp::kWrite, lba, blocks, out), Status::kSuccess);
      ASSERT_EQ(run(IoOp::kRead, lba, blocks, in), Status::kSuccess);
      ASSERT_EQ(machine.bytes(in, bytes), machine.bytes(out, bytes)) << blocks << " blocks at offset " << offset;
      lba += blocks;
    }
  }
}

TEST_F(IoTest, PrpListsMayChainOverPages) {
  const u32 blocks = 1024;  // 128 pages
  const u64 out = pattern(512 * 1024, 5), in = machine.allocate(512 * 1024);
  // A list that starts four entries before the end of its page.
  const u64 list = machine.allocate(8192) + 4096 - 32, next = list + 32;
  for (const bool write : {true, false}) {
    const u64 base = write ? out : in;
    u64 entries[4] = {base + 4096, base + 8192, base + 12288, next};
    std::memcpy(machine.at(list), entries, 32);
    for (u64 i = 0; i < 124; ++i) {
      const u64 page = base + (i + 4) * 4096;
      std::memcpy(machine.at(next + i * 8), &page, 8);
    }
    ASSERT_EQ(status_of(q.execute(Port::io(write ? IoOp::kWrite : IoOp::kRead, 0, blocks, base, list))),
              Status::kSuccess);
  }
  EXPECT_EQ(machine.bytes(in, 512 * 1024), machine.bytes(out, 512 * 1024));
}

TEST_F(IoTest, PrpErrors) {
  const u64 buffer = machine.allocate(65536);
  const auto read = [&](u32 blocks, u64 prp1, u64 prp2) {
    return status_of(q.execute(Port::io(IoOp::kRead, 0, blocks, prp1, prp2)));
  };
  EXPECT_EQ(read(1, buffer + 1, 0), Status::kPrpOffsetInvalid);
  EXPECT_EQ(read(16, buffer, buffer + 4096 + 8), Status::kPrpOffsetInvalid);
  EXPECT_EQ(read(64, buffer, buffer + 4), Status::kPrpOffsetInvalid);
  const u64 list = machine.allocate(4096);
  const u64 bad = buffer + 4096 + 512;
  for (u64 i = 0; i < 8; ++i) std::memcpy(machine.at(list + i * 8), &bad, 8);
  EXPECT_EQ(read(64, buffer, list), Status::kPrpOffsetInvalid);
  EXPECT_EQ(read(64, buffer, u64{1} << 40), Status::kDataTransferError);  // the list is outside memory
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kWrite, 0, 8, u64{1} << 40))), Status::kDataTransferError);
}

struct Descriptor {
  u64 address;
  u32 length;
  u8 reserved[3];
  u8 type;
};

struct SglTest : IoTest {
  u64 put(std::vector<Descriptor> list) {
    const u64 at = machine.allocate(list.size() * 16);
    std::memcpy(machine.at(at), list.data(), list.size() * 16);
    return at;
  }
  Status run_sgl(IoOp op, u32 blocks, Descriptor first, u64 lba = 0) {
    Sqe sqe = Port::io(op, lba, blocks, 0);
    sqe.flags = 1 << 6;
    std::memcpy(&sqe.prp1, &first, 8);
    std::memcpy(&sqe.prp2, &first.length, 8);
    return status_of(q.execute(sqe));
  }
};

constexpr u8 kData = 0x00, kBucket = 0x10, kSegmentType = 0x20, kLast = 0x30;

TEST_F(SglTest, OneDataBlock) {
  const u64 out = pattern(2048, 9, 3), in = machine.allocate(4096);
  ASSERT_EQ(run_sgl(IoOp::kWrite, 4, {out, 2048, {}, kData}), Status::kSuccess);
  ASSERT_EQ(run_sgl(IoOp::kRead, 4, {in, 2048, {}, kData}), Status::kSuccess);
  EXPECT_EQ(machine.bytes(in, 2048), machine.bytes(out, 2048));
}

TEST_F(SglTest, SegmentsChainAndABitBucketSwallowsBytes) {
  const u64 out = pattern(4096, 11);
  ASSERT_EQ(run(IoOp::kWrite, 0, 8, out), Status::kSuccess);
  const u64 in = machine.allocate(4096);
  std::memset(machine.at(in), 0xEE, 4096);
  const u64 last = put({{0, 512, {}, kBucket}, {in + 2000, 2596, {}, kData}});
  const u64 first = put({{in, 988, {}, kData}, {last, 32, {}, kLast}});
  ASSERT_EQ(run_sgl(IoOp::kRead, 8, {first, 32, {}, kSegmentType}), Status::kSuccess);
  EXPECT_EQ(machine.bytes(in, 988), machine.bytes(out, 988));
  EXPECT_EQ(machine.bytes(in + 2000, 2096), machine.bytes(out + 1500, 2096));
  EXPECT_EQ(machine.at(in)[988], 0xEE);
}

TEST_F(SglTest, Errors) {
  const u64 in = machine.allocate(8192);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 2048, {}, kData}), Status::kSglLengthInvalid);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 8192, {}, kData}), Status::kSglLengthInvalid);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 4096, {}, 0x40}), Status::kSglTypeInvalid);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 4096, {}, 0x01}), Status::kSglTypeInvalid);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 0, {}, kLast}), Status::kInvalidSglSegment);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 20, {}, kLast}), Status::kInvalidSglSegment);
  const u64 nested = put({{in, 16, {}, kLast}, {in, 4096, {}, kData}});
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {nested, 32, {}, kLast}), Status::kInvalidSglSegment);
  const u64 open = put({{in, 4096, {}, kData}});
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {open, 16, {}, kSegmentType}), Status::kInvalidSglSegment);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {u64{1} << 40, 16, {}, kLast}), Status::kDataTransferError);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {in, 1 << 20, {}, kLast}), Status::kInvalidSglCount);
  // A segment that points to itself ends with an error, not in a loop.
  const u64 loop = put({{0, 16, {}, kSegmentType}});
  std::memcpy(machine.at(loop), &loop, 8);
  EXPECT_EQ(run_sgl(IoOp::kRead, 8, {loop, 16, {}, kSegmentType}), Status::kInvalidSglCount);
}

TEST_F(IoTest, RangeNamespaceAndSizeErrors) {
  const u64 buffer = machine.allocate(1 << 20), last = (u64{64} << 20) / 512;
  EXPECT_EQ(run(IoOp::kRead, last - 1, 1, buffer), Status::kSuccess);
  EXPECT_EQ(run(IoOp::kRead, last, 1, buffer), Status::kLbaOutOfRange);
  EXPECT_EQ(run(IoOp::kWrite, last - 1, 2, buffer), Status::kLbaOutOfRange);
  EXPECT_EQ(run(IoOp::kRead, ~u64{0}, 2, buffer), Status::kLbaOutOfRange);
  EXPECT_EQ(run(IoOp::kRead, 0, 1025, buffer), Status::kInvalidField);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 1, buffer, 0, 2))), Status::kInvalidNamespace);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 1, buffer, 0, 0))), Status::kInvalidNamespace);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 1, buffer, 0, kAllNamespaces))), Status::kInvalidNamespace);
  Sqe fused = Port::io(IoOp::kCompare, 0, 1, buffer);
  fused.flags = 1;
  EXPECT_EQ(status_of(q.execute(fused)), Status::kInvalidField);
  Sqe psdt = Port::io(IoOp::kRead, 0, 1, buffer);
  psdt.flags = 3 << 6;
  EXPECT_EQ(status_of(q.execute(psdt)), Status::kInvalidField);
  Sqe unknown = Port::io(IoOp::kRead, 0, 1, buffer);
  unknown.opcode = 0x55;
  EXPECT_EQ(status_of(q.execute(unknown)), Status::kInvalidOpcode);
  EXPECT_EQ(run(static_cast<IoOp>(0x7D), 0, 1, buffer), Status::kInvalidOpcode);  // append without zones
}

TEST_F(IoTest, Compare) {
  const u64 out = pattern(4096, 1);
  ASSERT_EQ(run(IoOp::kWrite, 16, 8, out), Status::kSuccess);
  EXPECT_EQ(run(IoOp::kCompare, 16, 8, out), Status::kSuccess);
  machine.at(out)[4095] ^= 1;
  EXPECT_EQ(run(IoOp::kCompare, 16, 8, out), Status::kCompareFailure);
}

TEST_F(IoTest, WriteZeroesAndDeallocateReadAsZero) {
  const u64 out = pattern(16384, 2), in = machine.allocate(16384);
  ASSERT_EQ(run(IoOp::kWrite, 0, 32, out), Status::kSuccess);
  ASSERT_EQ(run(IoOp::kWriteZeroes, 3, 10, 0), Status::kSuccess);
  const u64 ranges = machine.allocate(4096);
  const u32 blocks = 4;
  const u64 lba = 20;
  std::memcpy(machine.at(ranges + 4), &blocks, 4);
  std::memcpy(machine.at(ranges + 8), &lba, 8);
  Sqe dsm = Port::io(IoOp::kDatasetManagement, 0, 1, ranges);
  dsm.cdw11 = 4;
  ASSERT_EQ(status_of(q.execute(dsm)), Status::kSuccess);
  ASSERT_EQ(run(IoOp::kRead, 0, 32, in), Status::kSuccess);
  for (u64 i = 0; i < 16384; ++i) {
    const u64 block = i / 512;
    const bool zero = (block >= 3 && block < 13) || (block >= 20 && block < 24);
    ASSERT_EQ(machine.at(in)[i], zero ? 0 : machine.at(out)[i]) << i;
  }
  const u64 outside = u64{1} << 50;
  std::memcpy(machine.at(ranges + 8), &outside, 8);
  EXPECT_EQ(status_of(q.execute(dsm)), Status::kLbaOutOfRange);
}

TEST_F(IoTest, UncorrectableBlocksFailUntilRewritten) {
  const u64 buffer = pattern(4096, 3);
  ASSERT_EQ(run(IoOp::kWriteUncorrectable, 10, 2, 0), Status::kSuccess);
  EXPECT_EQ(run(IoOp::kRead, 8, 8, buffer), Status::kUnrecoveredReadError);
  EXPECT_EQ(run(IoOp::kVerify, 8, 8, 0), Status::kUnrecoveredReadError);
  EXPECT_EQ(run(IoOp::kRead, 12, 4, buffer), Status::kSuccess);
  ASSERT_EQ(run(IoOp::kWrite, 8, 8, buffer), Status::kSuccess);
  EXPECT_EQ(run(IoOp::kRead, 8, 8, buffer), Status::kSuccess);
  EXPECT_EQ(run(IoOp::kVerify, 8, 8, 0), Status::kSuccess);
  EXPECT_EQ(get<u64>(port.log_page(2, 512), 160), 2u);
}

TEST_F(IoTest, FlushOfOneAndAllNamespaces) {
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kFlush, 0, 1, 0))), Status::kSuccess);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kFlush, 0, 1, 0, 0, kAllNamespaces))), Status::kSuccess);
  EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kFlush, 0, 1, 0, 0, 5))), Status::kInvalidNamespace);
}

TEST_F(IoTest, QueueWrapsAndKeepsEveryCompletion) {
  const u64 buffer = machine.allocate(4096);
  for (int round = 0; round < 10; ++round) {
    std::vector<bool> seen(65536);
    for (int i = 0; i < 50; ++i) q.push(Port::io(IoOp::kRead, 0, 8, buffer));
    q.ring();
    for (int i = 0; i < 50; ++i) {
      const auto entry = q.wait();
      ASSERT_TRUE(entry);
      ASSERT_FALSE(seen[entry->cid]);
      seen[entry->cid] = true;
    }
  }
}

TEST_F(IoTest, AFullCompletionQueueLosesNothing) {
  // 63 commands on a completion queue of 4 entries: the controller waits for the head doorbell.
  QueuePair small(machine, 0, 2, 4);
  ASSERT_EQ(port.create_cq(small), Status::kSuccess);
  const u64 sq = machine.allocate(64 * 64);
  ASSERT_EQ(port.admin_status(Port::command(AdminOp::kCreateSq, 63 << 16 | 2, 2 << 16 | 1, 0, sq)), Status::kSuccess);
  const u64 buffer = machine.allocate(4096);
  for (u16 i = 0; i < 63; ++i) {
    Sqe sqe = Port::io(IoOp::kRead, 0, 1, buffer);
    sqe.cid = i;
    std::memcpy(machine.at(sq + i * 64u), &sqe, 64);
  }
  port.link.mmio_write(reg::kDoorbells + 16, 63, 4);
  machine.run(kMs);
  std::vector<bool> seen(63);
  for (int i = 0; i < 63; ++i) {
    const auto entry = small.wait();
    ASSERT_TRUE(entry) << i;
    ASSERT_FALSE(seen[entry->cid]);
    seen[entry->cid] = true;
  }
}

TEST(VolatileCache, FlushAndForceUnitAccessWaitForTheMedia) {
  SsdParams params = small_drive();
  params.buffer.power_loss_protection = false;
  Machine machine(params);
  Port port(machine);
  QueuePair q = port.open_queue();
  const u64 buffer = machine.allocate(4096);
  EXPECT_EQ(port.identify(1)[525] & 1, 1);
  const auto timed = [&](const Sqe& sqe) {
    const u64 start = machine.time.now();
    EXPECT_EQ(status_of(q.execute(sqe)), Status::kSuccess);
    return machine.time.now() - start;
  };
  EXPECT_LT(timed(Port::io(IoOp::kWrite, 0, 8, buffer)), 10 * kUs);
  EXPECT_GT(timed(Port::io(IoOp::kFlush, 0, 1, 0)), 500 * kUs);
  EXPECT_LT(timed(Port::io(IoOp::kFlush, 0, 1, 0)), 10 * kUs);  // nothing left
  Sqe fua = Port::io(IoOp::kWrite, 8, 8, buffer);
  fua.cdw12 |= 1u << 30;
  EXPECT_GT(timed(fua), 500 * kUs);
  EXPECT_EQ(port.admin_status(Port::command(AdminOp::kSetFeatures, 0x06, 0)), Status::kSuccess);
  EXPECT_GT(timed(Port::io(IoOp::kWrite, 16, 8, buffer)), 500 * kUs);
}

TEST(Namespaces, SeveralShareTheDriveAndKeepTheirData) {
  SsdParams params = small_drive();
  params.namespaces = {{.bytes = 16 << 20}, {.bytes = 16 << 20, .lba_bytes = 4096}, {}};
  Machine machine(params);
  Port port(machine);
  QueuePair q = port.open_queue();
  const u64 buffer = machine.allocate(4096);
  for (u32 id = 1; id <= 3; ++id) {
    std::memset(machine.at(buffer), static_cast<int>(id), 4096);
    EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kWrite, 0, id == 2 ? 1 : 8, buffer, 0, id))), Status::kSuccess);
  }
  for (u32 id = 1; id <= 3; ++id) {
    EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, id == 2 ? 1 : 8, buffer, 0, id))), Status::kSuccess);
    EXPECT_EQ(machine.bytes(buffer, 4096), std::vector<u8>(4096, static_cast<u8>(id)));
  }
  EXPECT_EQ(get<u64>(port.identify(0, 3), 0), (u64{32} << 20) / 512);
  const auto list = port.identify(2, 1);
  EXPECT_EQ(get<u32>(list, 0), 2u);
  EXPECT_EQ(get<u32>(list, 4), 3u);
}

}  // namespace
}  // namespace mppa::ssd::nvme::test
