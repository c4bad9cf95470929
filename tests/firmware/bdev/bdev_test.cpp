// The core of the bdev layer: opening, I/O, splitting, waiting, claims, reset, removal, statistics.
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

#include "tests/firmware/bdev/fixture.h"

namespace mppa::bdev_test {
namespace {

class Bdev : public testing::Test {
 protected:
  Bdev() { cos_native::reset(2); }
};

TEST_F(Bdev, MallocKeepsWhatIsWrittenAndStartsCleared) {
  ASSERT_EQ(bdev_malloc_create("Malloc0", nullptr, 512, 1000), 0);
  {
    User user("Malloc0", 0), other("Malloc0", 1);
    Bytes got(4096, 0xff);
    EXPECT_EQ(user.read(0, got), 0);
    EXPECT_EQ(got, Bytes(4096));
    const Bytes data = pattern(4096, 1);
    EXPECT_EQ(user.write(992, data), 0);
    EXPECT_EQ(other.read(992, got), 0);
    EXPECT_EQ(got, data);
    EXPECT_EQ(other.compare(992, data), 0);
    EXPECT_EQ(other.compare(991, data), NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_COMPARE_FAILURE));
    EXPECT_EQ(user.range(BDEV_IO_WRITE_ZEROES, 992, 1), 0);
    EXPECT_EQ(user.range(BDEV_IO_UNMAP, 994, 2), 0);
    EXPECT_EQ(user.range(BDEV_IO_FLUSH, 0, 1000), 0);
    EXPECT_EQ(user.read(992, got), 0);
    Bytes expected = data;
    std::fill_n(expected.begin(), 512, 0);
    std::fill_n(expected.begin() + 1024, 1024, 0);
    EXPECT_EQ(got, expected);
  }
  remove("Malloc0");
  EXPECT_EQ(bdev_get_by_name("Malloc0"), nullptr);
}

TEST_F(Bdev, ScatteredBuffersAndOffsetsIntoThem) {
  ASSERT_EQ(bdev_malloc_create("Malloc0", nullptr, 512, 100), 0);
  {
    User user("Malloc0", 0);
    Bytes data = pattern(2048, 3);
    const auto at = [&](std::size_t offset) { return reinterpret_cast<std::uint64_t>(data.data() + offset); };
    const std::vector<bdev_segment> segments = {{at(0), 700}, {at(1000), 4}, {at(300), 1000}};
    EXPECT_EQ(user.run({BDEV_IO_WRITE, 0, segments.data(), 3, 600, 5, 2}), 0);
    Bytes expected(data.begin() + 600, data.begin() + 700), got(1024);
    expected.insert(expected.end(), data.begin() + 1000, data.begin() + 1004);
    expected.insert(expected.end(), data.begin() + 300, data.begin() + 300 + (1024 - 104));
    EXPECT_EQ(user.read(5, got), 0);
    EXPECT_EQ(got, expected);
  }
  remove("Malloc0");
}

TEST_F(Bdev, RefusesWhatIsOutsideTooShortOrNotAllowed) {
  ASSERT_EQ(bdev_null_create("Null0", nullptr, 4096, 10), 0);
  {
    User user("Null0", 0), reader("Null0", 1, false);
    Bytes data(8192);
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), 8192};
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 0, 8, 2}), 0);
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 0, 9, 2}), -EINVAL);
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 0, 10, 1}), -EINVAL);
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 0, UINT64_MAX, 2}), -EINVAL);
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 0, 0, 0}), -EINVAL);
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, &segment, 1, 1, 0, 2}), -EINVAL) << "one byte too short";
    EXPECT_EQ(user.run({BDEV_IO_READ, 0, nullptr, 0, 0, 0, 1}), -EINVAL);
    EXPECT_EQ(user.run({BDEV_IO_COMPARE, 0, &segment, 1, 0, 0, 1}), -ENOTSUP);
    EXPECT_EQ(reader.run({BDEV_IO_READ, 0, &segment, 1, 0, 0, 1}), 0);
    EXPECT_EQ(reader.run({BDEV_IO_WRITE, 0, &segment, 1, 0, 0, 1}), -EBADF);
    EXPECT_EQ(reader.range(BDEV_IO_UNMAP, 0, 1), -EBADF);
  }
  remove("Null0");
}

TEST_F(Bdev, NamesAreUniqueAndParametersChecked) {
  ASSERT_EQ(bdev_null_create("Null0", nullptr, 512, 10), 0);
  EXPECT_EQ(bdev_null_create("Null0", nullptr, 512, 10), -EEXIST);
  EXPECT_EQ(bdev_null_create("Null1", nullptr, 500, 10), -EINVAL);
  EXPECT_EQ(bdev_null_create("Null1", nullptr, 512, 0), -EINVAL);
  EXPECT_EQ(bdev_null_create("", nullptr, 512, 10), -EINVAL);
  EXPECT_EQ(bdev_null_create(std::string(BDEV_NAME_MAX, 'x').c_str(), nullptr, 512, 10), -EINVAL);
  bdev_desc* desc = nullptr;
  EXPECT_EQ(bdev_open("Null1", true, nullptr, nullptr, &desc), -ENODEV);
  EXPECT_STREQ(bdev_name(bdev_first()), "Null0");
  EXPECT_STREQ(bdev_module_name(bdev_first()), "null");
  EXPECT_EQ(bdev_next(bdev_first()), nullptr);
  remove("Null0");
}

TEST_F(Bdev, SplitsAtBoundariesAndLargestTransfer) {
  ManualBdev device("dev");
  device.bdev.optimal_boundary = 8;
  device.bdev.split_on_boundary = true;
  device.bdev.max_blocks = 5;
  device.publish();
  {
    User user("dev", 0);
    Bytes data(20 * 512);
    const std::uint64_t base = reinterpret_cast<std::uint64_t>(data.data());
    const std::vector<bdev_segment> segments = {{base, 1000}, {base + 1000, 9240}};
    Outcome outcome;
    ASSERT_EQ(user.submit({BDEV_IO_WRITE, BDEV_FUA, segments.data(), 2, 0, 6, 20}, outcome), 0);
    std::uint64_t lba = 6;
    for (const std::uint64_t blocks : {2, 5, 3, 5, 3, 2}) {
      ASSERT_FALSE(device.submitted.empty());
      bdev_io* io = device.submitted[0];
      EXPECT_EQ(io->lba, lba);
      EXPECT_EQ(io->blocks, blocks);
      EXPECT_EQ(io->flags, BDEV_FUA);
      bdev_cursor cursor = bdev_io_cursor(io);
      std::uint64_t address = 0;
      bdev_cursor_next(&cursor, 1, &address);
      EXPECT_EQ(address, base + (lba - 6) * 512) << "data of a piece begin at the wrong place";
      EXPECT_FALSE(outcome.done);
      lba += blocks;
      device.complete(0);
    }
    EXPECT_TRUE(outcome.done);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(bdev_channel_stat(user.channel())->operations[BDEV_IO_WRITE], 1U);
    EXPECT_EQ(bdev_channel_stat(user.channel())->bytes[BDEV_IO_WRITE], 20U * 512);
  }
  remove("dev");
  EXPECT_TRUE(device.destructed);
}

/// A device that takes one block at a time, and reads of several blocks by core 0.
struct BlockByBlock : ManualBdev {
  BlockByBlock() : ManualBdev("dev") {
    bdev.max_blocks = 1;
    publish();
    user.emplace("dev", 0U);
  }
  ~BlockByBlock() {
    user.reset();
    remove("dev");
  }
  int read(std::uint64_t blocks, Outcome& outcome) {
    segment.length = static_cast<std::uint32_t>(blocks * 512);
    return user->submit({BDEV_IO_READ, 0, &segment, 1, 0, 0, blocks}, outcome);
  }

  Bytes data = Bytes(40 * 512);
  bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), 0};
  std::optional<User> user;
};

TEST_F(Bdev, FailureOfAPieceIsTheWholesAndIsReportedWhenAllPiecesAreBack) {
  BlockByBlock device;
  Outcome outcome;
  ASSERT_EQ(device.read(40, outcome), 0);
  ASSERT_EQ(device.submitted.size(), 16U) << "window of pieces";
  device.complete(3, NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ));
  device.complete(3, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR));
  while (!device.submitted.empty()) {
    EXPECT_FALSE(outcome.done);
    device.complete(0);
  }
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.status, NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ));
  EXPECT_EQ(bdev_channel_stat(device.user->channel())->errors, 1U);
}

TEST_F(Bdev, SplitIosAreNeverStuckForBdevIos) {
  BlockByBlock device;
  std::vector<std::unique_ptr<Outcome>> outcomes;
  for (;;) {
    auto outcome = std::make_unique<Outcome>();
    const int error = device.read(4, *outcome);
    if (error != 0) {
      EXPECT_EQ(error, -ENOMEM);
      break;
    }
    outcomes.push_back(std::move(outcome));
  }
  struct Waiter {
    bdev_wait_entry entry{};
    int calls = 0;
  } waiter;
  waiter.entry.fn = [](void* arg) { static_cast<Waiter*>(arg)->calls++; };
  waiter.entry.arg = &waiter;
  cos_native::on(0, [&] { bdev_wait_for_io(device.user->channel(), &waiter.entry); });
  while (!device.submitted.empty()) cos_native::on(0, [&] { device.complete(device.submitted.size() / 2); });
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome->done);
  EXPECT_EQ(waiter.calls, 1);
  EXPECT_GT(outcomes.size(), 20U);
}

TEST_F(Bdev, WaitersAreServedInOrder) {
  ManualBdev device("dev");
  device.publish();
  {
    User user("dev", 0);
    std::vector<std::unique_ptr<Outcome>> outcomes;
    int error = 0;
    while (error == 0) {
      outcomes.push_back(std::make_unique<Outcome>());
      error = user.submit(no_data(BDEV_IO_FLUSH, 0, 1), *outcomes.back());
    }
    ASSERT_EQ(error, -ENOMEM);
    struct Waiter {
      User* user;
      Outcome outcome;
      bdev_wait_entry entry{};
    };
    std::vector<Waiter> waiters(3, Waiter{&user, {}, {}});
    for (Waiter& waiter : waiters) {
      waiter.entry = {[](void* arg) {
                        auto* w = static_cast<Waiter*>(arg);
                        EXPECT_EQ(w->user->submit(no_data(BDEV_IO_FLUSH, 7, 1), w->outcome), 0);
                      },
                      &waiter, nullptr, 0};
      bdev_wait_for_io(user.channel(), &waiter.entry);
    }
    const std::size_t full = device.submitted.size();
    device.complete(0);
    EXPECT_EQ(device.submitted.size(), full) << "one freed, one taken";
    device.complete(0);
    device.complete(0);
    EXPECT_EQ(device.submitted.size(), full);
    while (device.submitted.size() > 3) device.complete(0);
    for (Waiter& waiter : waiters) {
      EXPECT_FALSE(waiter.outcome.done);
      device.complete(0);
      EXPECT_TRUE(waiter.outcome.done);
    }
  }
  remove("dev");
}

TEST_F(Bdev, ClaimKeepsOtherWritersOut) {
  ASSERT_EQ(bdev_null_create("Null0", nullptr, 512, 10), 0);
  static bdev_module module = {"claimer"}, second = {"second"};
  {
    User owner("Null0", 0, false);
    {
      User writer("Null0", 1);
      EXPECT_EQ(bdev_claim(owner.desc(), &module), -EPERM);
    }
    EXPECT_EQ(bdev_claim(owner.desc(), &module), 0);
    EXPECT_EQ(bdev_claim(owner.desc(), &second), -EPERM);
    EXPECT_STREQ(bdev_claimed_by(bdev_desc_bdev(owner.desc())), "claimer");
    bdev_desc* desc = nullptr;
    EXPECT_EQ(bdev_open("Null0", true, nullptr, nullptr, &desc), -EPERM);
    User reader("Null0", 1, false);
    EXPECT_EQ(owner.range(BDEV_IO_UNMAP, 0, 1), 0) << "who claims may write";
    bdev_release(bdev_desc_bdev(owner.desc()), &module);
    User writer("Null0", 1);
  }
  remove("Null0");
}

TEST_F(Bdev, ResetRefusesIoOfAllCoresUntilTheModuleIsDone) {
  ManualBdev device("dev");
  device.publish();
  {
    User user("dev", 0), other("dev", 1);
    Outcome flying, reset, second_reset;
    ASSERT_EQ(other.submit(no_data(BDEV_IO_FLUSH, 0, 1), flying), 0);
    ASSERT_EQ(user.reset(reset), 0);
    ASSERT_EQ(other.reset(second_reset), 0);
    ASSERT_TRUE(cos_native::run_until([&] { return device.submitted.size() == 2; }, 100));
    EXPECT_EQ(device.submitted[1]->type, BDEV_IO_RESET);
    EXPECT_EQ(other.range(BDEV_IO_FLUSH, 0, 1), NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED));
    User late("dev", 0);
    EXPECT_EQ(late.range(BDEV_IO_FLUSH, 0, 1), NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED));
    cos_native::on(1, [&] { device.complete(0, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED)); });
    EXPECT_TRUE(flying.done);
    cos_native::on(0, [&] { device.complete(0); });
    ASSERT_TRUE(cos_native::run_until([&] { return reset.done && device.submitted.size() == 1; }, 100));
    EXPECT_EQ(reset.core, 0U);
    EXPECT_FALSE(second_reset.done);
    cos_native::on(1, [&] { device.complete(0); });
    ASSERT_TRUE(cos_native::run_until([&] { return second_reset.done; }, 100));
    EXPECT_EQ(second_reset.core, 1U);
    Outcome after;
    ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), after), 0);
    cos_native::on(0, [&] { device.complete(0); });
    EXPECT_EQ(after.status, 0);
  }
  remove("dev");
}

TEST_F(Bdev, RemovalTellsOpenersAndWaitsForThem) {
  ManualBdev device("dev");
  device.publish();
  auto user = std::make_unique<User>("dev", 0);
  auto other = std::make_unique<User>("dev", 1);
  bool gone = false;
  bdev_unregister(&device.bdev, [](void* arg) { *static_cast<bool*>(arg) = true; }, &gone);
  bdev_unregister(&device.bdev, nullptr, nullptr);
  EXPECT_EQ(bdev_get_by_name("dev"), nullptr);
  cos_native::run_us(10);
  EXPECT_EQ(user->events, std::vector<bdev_event>{BDEV_EVENT_REMOVE});
  EXPECT_EQ(other->events, std::vector<bdev_event>{BDEV_EVENT_REMOVE});
  EXPECT_EQ(user->range(BDEV_IO_FLUSH, 0, 1), -ENODEV);
  user.reset();
  cos_native::run_us(1000);
  EXPECT_FALSE(gone) << "another core still has it open";
  other.reset();
  EXPECT_TRUE(cos_native::run_until([&] { return gone; }, 1000));
  EXPECT_TRUE(device.destructed);
  EXPECT_EQ(device.channels, 0);
}

TEST_F(Bdev, RemovalWaitsForChannelsThatOutliveTheDescriptor) {
  ManualBdev device("dev");
  device.publish();
  bdev_desc* desc = nullptr;
  ASSERT_EQ(bdev_open("dev", true, nullptr, nullptr, &desc), 0);
  cos_io_channel* channel = nullptr;
  cos_native::on(1, [&] { channel = bdev_get_channel(desc); });
  bdev_unregister(&device.bdev, nullptr, nullptr);
  EXPECT_EQ(bdev_get_channel(desc), nullptr);
  bdev_close(desc);
  cos_native::run_us(500);
  EXPECT_FALSE(device.destructed);
  cos_native::on(1, [&] { cos_put_io_channel(channel); });
  cos_native::run_us(500);
  EXPECT_TRUE(device.destructed);
}

TEST_F(Bdev, ClosingWithAnEventOnItsWayIsSafe) {
  ManualBdev device("dev");
  device.publish();
  auto user = std::make_unique<User>("dev", 1);
  bdev_notify_blocks(&device.bdev, 2000);
  user.reset();
  cos_native::run_us(10);
  User again("dev", 1);
  bdev_notify_blocks(&device.bdev, 3000);
  cos_native::run_us(10);
  EXPECT_EQ(again.events, std::vector<bdev_event>{BDEV_EVENT_RESIZE});
  EXPECT_EQ(bdev_num_blocks(&device.bdev), 3000U);
  again.close();
  remove("dev");
}

TEST_F(Bdev, StatisticsSumTheCores) {
  ManualBdev device("dev");
  device.publish();
  {
    User user("dev", 0), other("dev", 1);
    Bytes data(1024);
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), 1024};
    for (User* u : {&user, &other, &other}) {
      Outcome outcome;
      ASSERT_EQ(u->submit({BDEV_IO_READ, 0, &segment, 1, 0, 0, 2}, outcome), 0);
      cos_native::advance_us(u == &user ? 7 : 3);
      device.complete(0);
    }
    bdev_io_stat stat;
    bool done = false;
    bdev_get_stat(&device.bdev, &stat, [](bdev_io_stat*, void* arg) { *static_cast<bool*>(arg) = true; }, &done);
    ASSERT_TRUE(cos_native::run_until([&] { return done; }, 100));
    EXPECT_EQ(stat.operations[BDEV_IO_READ], 3U);
    EXPECT_EQ(stat.bytes[BDEV_IO_READ], 3U * 1024);
    EXPECT_EQ(stat.cycles[BDEV_IO_READ], 13'000U);
    EXPECT_EQ(stat.max_cycles[BDEV_IO_READ], 7'000U);
    EXPECT_EQ(stat.operations[BDEV_IO_WRITE], 0U);
  }
  remove("dev");
}

TEST_F(Bdev, ChannelsFailCleanlyWithoutMemory) {
  ASSERT_EQ(bdev_null_create("Null0", nullptr, 512, 10), 0);
  bdev_desc* desc = nullptr;
  ASSERT_EQ(bdev_open("Null0", true, nullptr, nullptr, &desc), 0);
  const std::size_t before = cos_native::allocated_blocks();
  for (std::size_t allowed = 0; allowed < 4; ++allowed) {
    cos_native::fail_allocations_after(allowed);
    cos_io_channel* channel = bdev_get_channel(desc);
    if (channel != nullptr) cos_put_io_channel(channel);
    EXPECT_EQ(channel != nullptr, allowed == 3) << allowed << " allocations";
    EXPECT_EQ(cos_native::allocated_blocks(), before);
  }
  cos_native::fail_allocations_after(SIZE_MAX);
  bdev_close(desc);
  remove("Null0");
}

}  // namespace
}  // namespace mppa::bdev_test
