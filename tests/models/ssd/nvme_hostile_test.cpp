// Hosts that make every mistake at random: each command ends once, with the status the standard gives for its mistake;
// each wrong doorbell is reported; nothing is written after a reset.
#include <algorithm>
#include <map>

#include "models/common/random.h"
#include "tests/models/ssd/nvme_bench.h"

namespace mppa::ssd::nvme::test {
namespace {

constexpr u64 kNowhere = u64{1} << 40;  ///< outside host memory

/// A command and how it must end.
struct Case {
  const char* mistake;
  Sqe sqe;
  Status expected;
};

class HostileHost : public ::testing::TestWithParam<u64> {
 protected:
  Machine machine{small_drive()};
  Port port{machine};
  Random random{GetParam()};
  u64 buffer = machine.allocate(1 << 20);
  u64 list = machine.allocate(4096), bad_list = machine.allocate(4096), ranges = machine.allocate(4096);

  void SetUp() override {
    for (u64 i = 0; i < 512; ++i) {
      const u64 page = buffer + (i % 128) * 4096, bad = page + (i == 5 ? 512 : 0);
      std::memcpy(machine.at(list + i * 8), &page, 8);
      std::memcpy(machine.at(bad_list + i * 8), &bad, 8);
    }
    const u64 beyond = ~u64{0} - 100;
    const u32 blocks = 8;
    std::memcpy(machine.at(ranges + 4), &blocks, 4);
    std::memcpy(machine.at(ranges + 8), &beyond, 8);
  }

  IoOp move() { return random.below(2) ? IoOp::kRead : IoOp::kWrite; }
  Sqe io(IoOp op, u32 blocks, u64 prp1, u64 prp2 = 0) {
    return Port::io(op, random.below(100'000), blocks, prp1, prp2);
  }
  /// `first`: the descriptor in the command.
  Sqe sgl(u64 address, u32 length, u8 type) {
    Sqe sqe = io(IoOp::kRead, 8, address, length | u64{type} << 56);
    sqe.flags = 1 << 6;
    return sqe;
  }

  Case draw() {
    Sqe sqe = io(move(), 8, buffer);
    switch (random.below(24)) {
      case 0:
        return {"a write from nowhere", io(IoOp::kWrite, 8, kNowhere), Status::kDataTransferError};
      case 1:
        return {"a list from nowhere", io(move(), 64, buffer, kNowhere), Status::kDataTransferError};
      case 2:
        return {"PRP 1 between double words", io(move(), 8, buffer + 1 + random.below(3)), Status::kPrpOffsetInvalid};
      case 3:
        return {"PRP 2 inside a page", io(move(), 16, buffer, buffer + 4096 + 8), Status::kPrpOffsetInvalid};
      case 4:
        return {"a list between quad words", io(move(), 64, buffer, list + 4), Status::kPrpOffsetInvalid};
      case 5:
        return {"a page of the list with an offset", io(move(), 256, buffer, bad_list), Status::kPrpOffsetInvalid};
      case 6:
        sqe.cdw11 = static_cast<u32>(random.next()) | 1;
        return {"blocks beyond the namespace", sqe, Status::kLbaOutOfRange};
      case 7:
        return {"more than the largest transfer", io(move(), 2048, buffer, list), Status::kInvalidField};
      case 8:
        sqe.nsid = 2 + static_cast<u32>(random.below(1000));
        return {"another namespace", sqe, Status::kInvalidNamespace};
      case 9:
        sqe.nsid = 0;
        return {"no namespace", sqe, Status::kInvalidNamespace};
      case 10:
        sqe.nsid = kAllNamespaces;
        return {"a read or write of all namespaces", sqe, Status::kInvalidNamespace};
      case 11:
        sqe.opcode = static_cast<u8>(0x80 + random.below(128));
        return {"a vendor's opcode", sqe, Status::kInvalidOpcode};
      case 12:
        sqe.opcode = static_cast<u8>(IoOp::kZoneAppend);
        return {"an opcode of another command set", sqe, Status::kInvalidOpcode};
      case 13:
        sqe.flags = static_cast<u8>(1 + random.below(2));
        return {"a fused command", sqe, Status::kInvalidField};
      case 14:
        sqe.flags = 3 << 6;
        return {"a reserved data pointer", sqe, Status::kInvalidField};
      case 15:
        return {"an SGL shorter than the data", sgl(buffer, 4095, 0x00), Status::kSglLengthInvalid};
      case 16:
        return {"an SGL longer than the data", sgl(buffer, 4097, 0x00), Status::kSglLengthInvalid};
      case 17:
        return {"an SGL of no known type", sgl(buffer, 4096, 0x70), Status::kSglTypeInvalid};
      case 18:
        return {"an SGL segment of no whole descriptors", sgl(buffer, 17, 0x30), Status::kInvalidSglSegment};
      case 19:
        return {"an SGL segment from nowhere", sgl(kNowhere, 32, 0x30), Status::kDataTransferError};
      case 20:
        return {"a range to deallocate beyond the namespace", io(IoOp::kDatasetManagement, 1, ranges),
                Status::kLbaOutOfRange};
      case 21:
        return {"a reservation without a host", io(IoOp::kReservationAcquire, 1, buffer), Status::kSequenceError};
      default:
        return {"nothing", sqe, Status::kSuccess};
    }
  }

  /// Takes the completions of `pending`: each once, each with its status.
  void expect(QueuePair& q, std::map<u16, Case> pending) {
    while (!pending.empty()) {
      const auto entry = q.wait();
      ASSERT_TRUE(entry) << pending.size() << " commands are lost, the first: " << pending.begin()->second.mistake;
      const auto found = pending.find(entry->cid);
      ASSERT_NE(found, pending.end()) << "command " << entry->cid << " ended twice";
      const Status status = status_of(*entry);
      EXPECT_EQ(status, found->second.expected) << found->second.mistake;
      const bool is_final = status != Status::kSuccess && status != Status::kDataTransferError;
      EXPECT_EQ(entry->status >> 15 != 0, is_final) << "do not retry after " << found->second.mistake;
      pending.erase(found);
    }
    EXPECT_FALSE(q.wait(kMs)) << "a completion too many";
  }

  std::map<u16, Case> push(QueuePair& q, u64 count) {
    std::map<u16, Case> pending;
    while (pending.size() < count) {
      const Case c = draw();
      pending.emplace(q.push(c.sqe), c);
    }
    return pending;
  }
};

TEST_P(HostileHost, EveryMistakeHasItsStatus) {
  QueuePair q = port.open_queue(1, 256);
  for (unsigned round = 0; round < 20; ++round) {
    const auto pending = push(q, 1 + random.below(100));
    q.ring();
    expect(q, pending);
  }
}

TEST_P(HostileHost, DoorbellsBeyondTheQueuesAreReported) {
  QueuePair q = port.open_queue(1, 64);
  const u64 page = machine.allocate(4096);
  for (unsigned round = 0; round < 20; ++round) {
    const u16 event = port.admin.push(Port::command(AdminOp::kAsyncEvent));
    port.admin.ring();
    machine.run(10 * kUs);
    const bool exists = random.below(2), head = random.below(2);
    const u64 id = exists ? 1 : 2 + random.below(500);
    // Of its completion queue every head but the present one is beyond what has been posted.
    const u64 value = head ? 1 + random.below(0xFFFF) : 64 + random.below(1 << 20);
    port.link.mmio_write(reg::kDoorbells + id * 8 + (head ? 4 : 0), value, 4);
    const auto entry = port.admin.wait();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->cid, event);
    EXPECT_EQ(entry->dw0, 0x01u << 16 | u32{exists} << 8) << "doorbell " << id << " value " << value;
    port.admin_status(Port::command(AdminOp::kGetLogPage, 15 << 16 | 1, 0, kAllNamespaces, page));
    EXPECT_EQ(status_of(q.execute(Port::io(IoOp::kRead, 0, 8, buffer))), Status::kSuccess);
  }
}

TEST_P(HostileHost, AQueueDeletedUnderLoadEndsEveryCommandOnce) {
  for (unsigned round = 0; round < 20; ++round) {
    QueuePair q = port.open_queue(1, 128);
    const auto pending = push(q, 100);
    q.ring();
    machine.run(random.below(200 * kUs));
    EXPECT_EQ(port.admin_status(Port::command(AdminOp::kDeleteSq, 1)), Status::kSuccess);
    // What has not been fetched is not completed [5.6]; the order of fetching is that of the queue.
    unsigned ended = 0;
    auto left = pending;
    while (const auto entry = q.wait(kMs)) {
      const auto found = left.find(entry->cid);
      ASSERT_NE(found, left.end()) << "command " << entry->cid << " ended twice";
      if (status_of(*entry) != Status::kAbortedSqDeletion)
        EXPECT_EQ(status_of(*entry), found->second.expected) << found->second.mistake;
      left.erase(found);
      ++ended;
    }
    for (const auto& [cid, c] : left) EXPECT_GE(cid, pending.begin()->first + ended) << "a fetched command is lost";
    EXPECT_EQ(port.admin_status(Port::command(AdminOp::kDeleteCq, 1)), Status::kSuccess);
  }
}

TEST_P(HostileHost, NothingIsWrittenAfterAReset) {
  port.link.mmio_write(reg::kCc, 0, 4);
  machine.run(kUs);
  for (unsigned round = 0; round < 10; ++round) {
    Port again(machine);
    QueuePair q = again.open_queue(1, 128);
    push(q, 100);
    q.ring();
    machine.run(random.below(100 * kUs));
    again.link.mmio_write(reg::kCc, 0, 4);
    EXPECT_EQ(again.read32(reg::kCsts) & reg::kCstsReady, 0u);
    std::memset(machine.at(buffer), 0xEE, 1 << 20);
    std::memset(machine.at(q.cq()), 0xEE, 128 * sizeof(Cqe));
    machine.run(10 * kMs);
    const auto untouched = [](const std::vector<u8>& bytes) {
      return std::all_of(bytes.begin(), bytes.end(), [](u8 b) { return b == 0xEE; });
    };
    EXPECT_TRUE(untouched(machine.bytes(buffer, 1 << 20)));
    EXPECT_TRUE(untouched(machine.bytes(q.cq(), 128 * sizeof(Cqe))));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileHost, ::testing::Range(u64{1}, u64{9}));

}  // namespace
}  // namespace mppa::ssd::nvme::test
