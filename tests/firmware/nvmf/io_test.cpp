// I/O commands: what they do, and what they answer to malformed ones.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Io : public TargetTest {
 protected:
  std::uint16_t transfer(std::uint8_t opcode, std::uint64_t lba, Bytes data, std::uint32_t nsid = 1) {
    return io_.run(rw(opcode, lba, static_cast<std::uint32_t>(data.size() / 512), nsid), std::move(data)).status();
  }
  Bytes read(std::uint64_t lba, std::uint32_t blocks) {
    const Command& c = io_.run(rw(NVME_NVM_READ, lba, blocks), Bytes(blocks * 512, 0xee));
    EXPECT_EQ(c.status(), 0);
    return c.data;
  }
  std::uint16_t dsm(const std::vector<nvme_dsm_range>& ranges, std::uint32_t attributes = NVME_DSM_DEALLOCATE) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(ranges.data());
    return io_
        .run(command(NVME_NVM_DATASET_MANAGEMENT, 1, static_cast<std::uint32_t>(ranges.size() - 1), attributes),
             Bytes(bytes, bytes + ranges.size() * sizeof ranges[0]))
        .status();
  }

  Queue& admin_ = connect_admin();
  Queue& io_ = connect_io(admin_);
};

/// With a namespace 2 whose I/O ends when the test says so.
class IoOfManualBdev : public Io {
 protected:
  IoOfManualBdev() {
    manual.publish();
    const nvmf_ns_options ns = namespace_at(2);
    nvmf_subsystem_add_ns(subsystem_, "Manual0", &ns);
    cos_native::run_us(10);
  }
  ~IoOfManualBdev() override { bdev_test::remove("Manual0"); }

  bdev_test::ManualBdev manual{"Manual0"};
};

TEST_F(Io, WrittenDataAreReadAndCompared) {
  const Bytes data = bdev_test::pattern(5 * 512, 3);
  EXPECT_EQ(transfer(NVME_NVM_WRITE, 7, data), 0);
  EXPECT_EQ(read(7, 5), data);
  EXPECT_EQ(transfer(NVME_NVM_COMPARE, 7, data), 0);
  EXPECT_EQ(transfer(NVME_NVM_COMPARE, 8, data) & 0x7ff, NVME_SCT_MEDIA << 8 | NVME_SC_COMPARE_FAILURE);
  EXPECT_EQ(io_.run(command(NVME_NVM_FLUSH, 1)).status(), 0);
}

TEST_F(Io, ZeroesAndDeallocation) {
  EXPECT_EQ(transfer(NVME_NVM_WRITE, 0, Bytes(8 * 512, 0x55)), 0);
  EXPECT_EQ(io_.run(rw(NVME_NVM_WRITE_ZEROES, 1, 2)).status(), 0);
  EXPECT_EQ(read(1, 2), Bytes(1024, 0));
  EXPECT_EQ(read(3, 1), Bytes(512, 0x55));
  EXPECT_EQ(dsm({{0, 1, 4}, {0, 0, 0}, {0, 2, 6}}), 0);
  EXPECT_EQ(read(4, 1), Bytes(512, 0));
  EXPECT_EQ(read(5, 1), Bytes(512, 0x55));
  EXPECT_EQ(read(6, 2), Bytes(1024, 0));
  EXPECT_EQ(dsm({{0, 1, 5}}, 0), 0) << "hints only";
  EXPECT_EQ(read(5, 1), Bytes(512, 0x55));
}

TEST_F(Io, DatasetManagementIsCheckedAsAWhole) {
  EXPECT_EQ(transfer(NVME_NVM_WRITE, 0, Bytes(512, 0x55)), 0);
  EXPECT_EQ(dsm({{0, 1, 0}, {0, 2, 4095}}), generic(NVME_SC_LBA_OUT_OF_RANGE));
  EXPECT_EQ(dsm({{0, 0xffffffff, ~0ULL}}), generic(NVME_SC_LBA_OUT_OF_RANGE));
  EXPECT_EQ(read(0, 1), Bytes(512, 0x55)) << "nothing has been done";
  EXPECT_EQ(io_.run(command(NVME_NVM_DATASET_MANAGEMENT, 1, 3, 4), Bytes(63)).status(),
            generic(NVME_SC_DATA_SGL_LENGTH));
}

TEST_F(Io, RangeOfBlocks) {
  EXPECT_EQ(transfer(NVME_NVM_READ, 4095, Bytes(512)), 0);
  EXPECT_EQ(transfer(NVME_NVM_READ, 4095, Bytes(1024)), generic(NVME_SC_LBA_OUT_OF_RANGE));
  EXPECT_EQ(transfer(NVME_NVM_WRITE, 4096, Bytes(512)), generic(NVME_SC_LBA_OUT_OF_RANGE));
  EXPECT_EQ(transfer(NVME_NVM_READ, ~0ULL, Bytes(512)), generic(NVME_SC_LBA_OUT_OF_RANGE)) << "no overflow";
  EXPECT_EQ(transfer(NVME_NVM_WRITE_ZEROES, 4095, Bytes(1024)), generic(NVME_SC_LBA_OUT_OF_RANGE));
}

TEST_F(Io, LengthOfData) {
  EXPECT_EQ(io_.run(rw(NVME_NVM_READ, 0, 2), Bytes(1023)).status(), generic(NVME_SC_DATA_SGL_LENGTH));
  EXPECT_EQ(io_.run(rw(NVME_NVM_WRITE, 0, 1)).status(), generic(NVME_SC_DATA_SGL_LENGTH));
  EXPECT_EQ(io_.run(rw(NVME_NVM_READ, 0, 2049), Bytes(2049 * 512)).status(), generic(NVME_SC_INVALID_FIELD)) << "MDTS";
  EXPECT_EQ(io_.run(rw(NVME_NVM_READ, 0, 2048), Bytes(2048 * 512)).status(), 0);
  EXPECT_EQ(io_.run(rw(NVME_NVM_WRITE_ZEROES, 0, 4096)).status(), 0) << "moves no data";
}

TEST_F(Io, NamespaceIds) {
  for (const std::uint8_t opcode : {NVME_NVM_READ, NVME_NVM_WRITE, NVME_NVM_COMPARE, NVME_NVM_WRITE_ZEROES,
                                    NVME_NVM_FLUSH, NVME_NVM_DATASET_MANAGEMENT}) {
    EXPECT_EQ(transfer(opcode, 0, Bytes(512), 0), generic(NVME_SC_INVALID_NAMESPACE));
    EXPECT_EQ(transfer(opcode, 0, Bytes(512), 9), generic(NVME_SC_INVALID_NAMESPACE));
    EXPECT_EQ(transfer(opcode, 0, Bytes(512), NVME_NSID_ALL), generic(NVME_SC_INVALID_NAMESPACE));
    EXPECT_EQ(transfer(opcode, 0, Bytes(512), 2), generic(NVME_SC_INVALID_FIELD)) << "inactive";
  }
}

TEST_F(Io, Opcodes) {
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const bool known = opcode <= 2 || opcode == 5 || opcode == 8 || opcode == 9;
    if (known || opcode == NVME_ADMIN_FABRICS) continue;
    EXPECT_EQ(transfer(static_cast<std::uint8_t>(opcode), 0, Bytes(512)), generic(NVME_SC_INVALID_OPCODE)) << opcode;
  }
  nvme_command fused = rw(NVME_NVM_COMPARE, 0, 1);
  fused.flags = 1;
  EXPECT_EQ(io_.run(fused, Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD));
}

TEST_F(Io, PathState) {
  const nvmf_address where = address();
  const auto with = [&](nvme_ana_state state) {
    EXPECT_EQ(nvmf_subsystem_set_ana_state(subsystem_, &where, 1, state), 0);
    return transfer(NVME_NVM_READ, 0, Bytes(512));
  };
  EXPECT_EQ(with(NVME_ANA_INACCESSIBLE), status(NVME_SCT_PATH, NVME_SC_ANA_INACCESSIBLE));
  EXPECT_EQ(with(NVME_ANA_PERSISTENT_LOSS), status(NVME_SCT_PATH, NVME_SC_ANA_PERSISTENT_LOSS));
  EXPECT_EQ(with(NVME_ANA_CHANGE), status(NVME_SCT_PATH, NVME_SC_ANA_TRANSITION, false));
  EXPECT_EQ(with(NVME_ANA_NON_OPTIMIZED), 0);
}

TEST_F(IoOfManualBdev, ErrorsOfTheBdevReachTheHost) {
  Command& read = io_.submit(rw(NVME_NVM_READ, 5, 3, 2), Bytes(3 * 512));
  ASSERT_EQ(manual.submitted.size(), 1U);
  EXPECT_EQ(manual.submitted[0]->lba, 5U);
  EXPECT_EQ(manual.submitted[0]->blocks, 3U);
  finish(manual, 1, status(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ));
  EXPECT_EQ(read.status(), status(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ));

  nvme_command fua = rw(NVME_NVM_WRITE, 5, 1, 2);
  fua.cdw12 |= NVME_RW_FUA;
  io_.submit(fua, Bytes(512));
  EXPECT_EQ(manual.submitted.at(0)->flags & BDEV_FUA, BDEV_FUA);
  finish(manual, 1);
}

TEST_F(IoOfManualBdev, MoreCommandsThanTheBdevLayerHasRoomFor) {
  std::vector<Command*> all;
  for (unsigned i = 0; i < 300; ++i) all.push_back(&io_.submit(rw(NVME_NVM_READ, i, 1, 2), Bytes(512)));
  EXPECT_LT(manual.submitted.size(), 300U);
  for (unsigned i = 0; i < 300; ++i) {
    ASSERT_TRUE(cos_native::run_until([&] { return !manual.submitted.empty(); }, 100));
    finish(manual, 1);
  }
  cos_native::run_us(10);
  for (const Command* c : all) EXPECT_TRUE(c->done && c->status() == 0);
}

TEST_F(IoOfManualBdev, QueueEndsWhenItsCommandsHave) {
  Command& read = io_.submit(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512));
  io_.start_close();
  cos_native::run_us(100);
  EXPECT_FALSE(io_.closed);
  EXPECT_EQ(io_.submit(rw(NVME_NVM_READ, 0, 1), Bytes(512)).status(), generic(NVME_SC_ABORTED_SQ_DELETION));
  finish(manual, 1);
  EXPECT_TRUE(read.done);
  EXPECT_TRUE(io_.closed);
}

// --- Limits
// -----------------------------------------------------------------------------------------------------------

class Limits : public Io {
 protected:
  /// Commands that complete in `ms` when the queue always has 32 of them out.
  unsigned run(unsigned ms, std::uint32_t blocks) {
    unsigned completed = 0;
    std::vector<Command*> out;
    const std::uint64_t end = cos_native::now_ns() + ms * 1'000'000ULL;
    while (cos_native::now_ns() < end) {
      while (out.size() < 32) out.push_back(&io_.submit(rw(NVME_NVM_READ, 0, blocks), Bytes(blocks * 512)));
      cos_native::run_us(20);
      completed += static_cast<unsigned>(std::erase_if(out, [](const Command* c) { return c->done; }));
    }
    EXPECT_TRUE(cos_native::run_until(
        [&] { return std::all_of(out.begin(), out.end(), [](const Command* c) { return c->done; }); }, 1'000'000));
    return completed;
  }
};

TEST_F(Limits, CommandsASecond) {
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 1, 20'500, 0), 0);
  EXPECT_NEAR(run(100, 1), 2050, 60);
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 1, 0, 0), 0);
  EXPECT_GT(run(10, 1), 2000U) << "the limit is gone";
}

TEST_F(Limits, BytesASecondAlsoForCommandsLargerThanTheBucket) {
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 1, 0, 40'960'000), 0);  // 40960 bytes a millisecond
  EXPECT_NEAR(run(100, 256), 31, 4);                                         // 128 KiB
}

TEST_F(Limits, WaitingCommandsEndWithTheirQueueOrNamespace) {
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 1, 1, 0), 0);
  Queue& other = connect_io(admin_, 2, 2);
  cos_native::run_us(2'000'000);
  Command& held = io_.submit(rw(NVME_NVM_READ, 0, 1), Bytes(512));
  Command& also = io_.submit(rw(NVME_NVM_READ, 0, 1), Bytes(512));
  Command& third = io_.submit(rw(NVME_NVM_READ, 0, 1), Bytes(512));
  Command& elsewhere = other.submit(rw(NVME_NVM_READ, 0, 1), Bytes(512));
  EXPECT_FALSE(held.done && also.done && third.done);
  io_.close();
  EXPECT_EQ(third.status(), generic(NVME_SC_ABORTED_SQ_DELETION));
  EXPECT_EQ(nvmf_subsystem_remove_ns(subsystem_, 1, nullptr, nullptr), 0);
  EXPECT_TRUE(cos_native::run_until([&] { return elsewhere.done; }, 1000));
  EXPECT_EQ(elsewhere.status(), generic(NVME_SC_INVALID_NAMESPACE));
}

TEST_F(Limits, RefusesNonsense) {
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 2, 1, 1), -ENOENT);
  EXPECT_EQ(nvmf_subsystem_set_ns_limits(subsystem_, 1, ~0ULL, 0), -EINVAL);
}

}  // namespace
}  // namespace mppa::nvmf_test
