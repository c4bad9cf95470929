// Modules that lie on other bdevs, each on devices in the test's hands or on memory.
#include <gtest/gtest.h>

#include <cerrno>

#include "models/common/random.h"
#include "tests/firmware/bdev/fixture.h"

extern "C" {
#include "bdev/histogram.h"
}

namespace mppa::bdev_test {
namespace {

constexpr std::uint16_t kAborted = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED);
constexpr std::uint16_t kMediaError = NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ);

class Stacked : public testing::Test {
 protected:
  Stacked() { cos_native::reset(2); }
  /// Waits until a bdev that has lost what it lay on is gone.
  static void expect_gone(const char* name) {
    EXPECT_TRUE(cos_native::run_until([&] { return bdev_get_by_name(name) == nullptr; }, 1000)) << name;
    cos_native::run_us(500);
  }
};

TEST_F(Stacked, PassthruPassesAllOnClaimsAndGoesWithItsBase) {
  ManualBdev base("base");
  base.publish();
  ASSERT_EQ(bdev_passthru_create("pt", nullptr, "base"), 0);
  EXPECT_EQ(bdev_passthru_create("pt2", nullptr, "base"), -EPERM);
  EXPECT_EQ(bdev_passthru_create("pt2", nullptr, "nothing"), -ENODEV);
  EXPECT_STREQ(bdev_claimed_by(&base.bdev), "passthru");
  auto user = std::make_unique<User>("pt", 0);
  Outcome outcome;
  ASSERT_EQ(user->submit(no_data(BDEV_IO_UNMAP, 7, 3), outcome), 0);
  ASSERT_EQ(base.submitted.size(), 1U);
  EXPECT_EQ(base.submitted[0]->lba, 7U);
  EXPECT_EQ(base.submitted[0]->blocks, 3U);
  cos_native::on(0, [&] { base.complete(0, kMediaError); });
  EXPECT_EQ(outcome.status, kMediaError);
  bdev_notify_blocks(&base.bdev, 5000);
  cos_native::run_us(5);
  EXPECT_EQ(user->events, std::vector<bdev_event>{BDEV_EVENT_RESIZE});
  EXPECT_EQ(bdev_num_blocks(bdev_get_by_name("pt")), 5000U);
  bdev_unregister(&base.bdev, nullptr, nullptr);
  cos_native::run_us(100);
  EXPECT_EQ(user->events.back(), BDEV_EVENT_REMOVE);
  EXPECT_FALSE(base.destructed);
  user.reset();
  EXPECT_TRUE(cos_native::run_until([&] { return base.destructed; }, 1000));
}

TEST_F(Stacked, DeepStacksDoNotRunOutOfBdevIos) {
  ManualBdev base("base");
  base.bdev.max_blocks = 2;
  base.publish();
  ASSERT_EQ(bdev_passthru_create("a", nullptr, "base"), 0);
  ASSERT_EQ(bdev_passthru_create("b", nullptr, "a"), 0);
  {
    User user("b", 0);
    Bytes data(8 * 512);
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), 8 * 512};
    std::vector<std::unique_ptr<Outcome>> outcomes;
    int error = 0;
    while (error == 0) {
      outcomes.push_back(std::make_unique<Outcome>());
      error = user.submit({BDEV_IO_READ, 0, &segment, 1, 0, 0, 8}, *outcomes.back());
    }
    EXPECT_EQ(error, -ENOMEM);
    outcomes.pop_back();
    while (!base.submitted.empty()) cos_native::on(0, [&] { base.complete(base.submitted.size() - 1); });
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome->done);
  }
  remove("base");
}

TEST_F(Stacked, DelayDelays) {
  ASSERT_EQ(bdev_malloc_create("base", nullptr, 512, 100), 0);
  ASSERT_EQ(bdev_delay_create("slow", nullptr, "base", 100, 300), 0);
  {
    User user("slow", 1);
    const Bytes data = pattern(512, 1);
    Bytes got(512);
    std::uint64_t start = cos_native::now_ns();
    EXPECT_EQ(user.write(5, data), 0);
    EXPECT_NEAR(static_cast<double>(cos_native::now_ns() - start) / 1000, 302, 3);
    start = cos_native::now_ns();
    EXPECT_EQ(user.read(5, got), 0);
    EXPECT_NEAR(static_cast<double>(cos_native::now_ns() - start) / 1000, 102, 3);
    EXPECT_EQ(got, data);
    EXPECT_EQ(bdev_delay_update("slow", 0, 0), 0);
    EXPECT_EQ(bdev_delay_update("base", 0, 0), -EINVAL);
    EXPECT_EQ(bdev_delay_update("none", 0, 0), -ENODEV);
    start = cos_native::now_ns();
    EXPECT_EQ(user.read(5, got), 0);
    EXPECT_LT(cos_native::now_ns() - start, 5'000U);
    EXPECT_EQ(bdev_delay_update("slow", 1'000'000, 0), 0);
    Outcome kept, reset;
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(got.data()), 512};
    ASSERT_EQ(user.submit({BDEV_IO_READ, 0, &segment, 1, 0, 5, 1}, kept), 0);
    ASSERT_EQ(user.reset(reset), 0);
    EXPECT_TRUE(cos_native::run_until([&] { return kept.done && reset.done; }, 100)) << "a reset does not wait";
  }
  remove("base");
  expect_gone("slow");
}

TEST_F(Stacked, ErrorFailsAndHangsAsManyAsAskedFor) {
  ASSERT_EQ(bdev_malloc_create("base", nullptr, 512, 100), 0);
  ASSERT_EQ(bdev_error_create("err", nullptr, "base"), 0);
  {
    User user("err", 0), other("err", 1);
    Bytes data(512);
    EXPECT_EQ(bdev_error_inject("err", BDEV_IO_READ, BDEV_ERROR_FAIL, 2, kMediaError), 0);
    EXPECT_EQ(user.write(0, data), 0);
    EXPECT_EQ(user.read(0, data), kMediaError);
    EXPECT_EQ(other.read(0, data), kMediaError);
    EXPECT_EQ(other.read(0, data), 0);
    EXPECT_EQ(bdev_error_inject("err", BDEV_IO_TYPES, BDEV_ERROR_HANG, 1, 0), 0);
    Outcome hangs, second, reset;
    ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), hangs), 0);
    ASSERT_EQ(other.submit(no_data(BDEV_IO_UNMAP, 0, 1), second), 0);
    cos_native::run_us(1000);
    EXPECT_FALSE(hangs.done || second.done);
    EXPECT_EQ(bdev_error_inject("err", BDEV_IO_TYPES, BDEV_ERROR_NONE, 0, 0), 0);
    ASSERT_EQ(user.reset(reset), 0);
    ASSERT_TRUE(cos_native::run_until([&] { return hangs.done && second.done && reset.done; }, 100));
    EXPECT_EQ(hangs.status, kAborted);
    EXPECT_EQ(hangs.core, 0U);
    EXPECT_EQ(second.status, kAborted);
    EXPECT_EQ(second.core, 1U);
    EXPECT_EQ(user.read(0, data), 0);
    EXPECT_EQ(bdev_error_inject("base", BDEV_IO_READ, BDEV_ERROR_FAIL, 1, kMediaError), -EINVAL);
    EXPECT_EQ(bdev_error_inject("err", BDEV_IO_READ, BDEV_ERROR_FAIL, 1, 0), -EINVAL);
  }
  remove("base");
  expect_gone("err");
}

TEST_F(Stacked, SplitPiecesLieSideBySideAndGoTogether) {
  ASSERT_EQ(bdev_malloc_create("base", nullptr, 512, 100), 0);
  EXPECT_EQ(bdev_split_create("base", 3, 40), -EINVAL);
  cos_native::run_us(10);
  ASSERT_EQ(bdev_split_create("base", 3, 0), 0);
  EXPECT_EQ(bdev_num_blocks(bdev_get_by_name("basep2")), 33U);
  {
    User first("basep0", 0), last("basep2", 1), whole("base", 0, false);
    const Bytes a = pattern(33 * 512, 1), b = pattern(33 * 512, 2);
    EXPECT_EQ(first.write(0, a), 0);
    EXPECT_EQ(last.write(0, b), 0);
    EXPECT_EQ(last.range(BDEV_IO_UNMAP, 33, 1), -EINVAL);
    Bytes got(33 * 512);
    EXPECT_EQ(whole.read(66, got), 0);
    EXPECT_EQ(got, b);
    EXPECT_EQ(whole.read(0, got), 0);
    EXPECT_EQ(got, a);
  }
  EXPECT_EQ(bdev_split_delete("base"), 0);
  expect_gone("basep1");
  EXPECT_EQ(bdev_split_delete("base"), -ENODEV);
  EXPECT_EQ(bdev_claimed_by(bdev_get_by_name("base")), nullptr);
  ASSERT_EQ(bdev_split_create("base", 2, 10), 0);
  remove("base");
  expect_gone("basep0");
  expect_gone("basep1");
}

TEST_F(Stacked, Raid0StripsOverAllAndFailsWithAny) {
  for (const char* name : {"d0", "d1", "d2"}) ASSERT_EQ(bdev_malloc_create(name, nullptr, 512, 100), 0);
  ASSERT_EQ(bdev_malloc_create("odd", nullptr, 4096, 100), 0);
  const char* const below[] = {"d0", "d1", "d2"};
  const char* const mixed[] = {"d0", "odd"};
  EXPECT_EQ(bdev_raid0_create("r", nullptr, mixed, 2, 8), -EINVAL);
  EXPECT_EQ(bdev_raid0_create("r", nullptr, below, 1, 8), -EINVAL);
  EXPECT_EQ(bdev_raid0_create("r", nullptr, below, 3, 6), -EINVAL);
  EXPECT_EQ(bdev_claimed_by(bdev_get_by_name("d0")), nullptr);
  ASSERT_EQ(bdev_raid0_create("r", nullptr, below, 3, 8), 0);
  EXPECT_EQ(bdev_num_blocks(bdev_get_by_name("r")), 3U * 96);
  {
    User user("r", 0);
    Random random(5);
    Bytes shadow(288 * 512);
    for (unsigned round = 0; round < 300; ++round) {
      const std::uint64_t lba = random.below(288), blocks = 1 + random.below(std::min<std::uint64_t>(288 - lba, 60));
      if (random.below(2) == 0) {
        const Bytes data = pattern(blocks * 512, static_cast<std::uint8_t>(round));
        ASSERT_EQ(user.write(lba, data), 0);
        std::copy(data.begin(), data.end(), shadow.begin() + static_cast<long>(lba * 512));
      } else {
        Bytes got(blocks * 512);
        ASSERT_EQ(user.read(lba, got), 0);
        ASSERT_TRUE(std::equal(got.begin(), got.end(), shadow.begin() + static_cast<long>(lba * 512)));
      }
    }
    User third("d2", 1, false);
    Bytes got(8 * 512);
    EXPECT_EQ(third.read(8, got), 0);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), shadow.begin() + 40 * 512)) << "strip 5 is the second of d2";
    EXPECT_EQ(user.range(BDEV_IO_FLUSH, 0, 288), 0);
    EXPECT_EQ(user.range(BDEV_IO_WRITE_ZEROES, 0, 288), 0);
    EXPECT_EQ(third.read(8, got), 0);
    EXPECT_EQ(got, Bytes(8 * 512));
    Outcome reset;
    ASSERT_EQ(user.reset(reset), 0);
    EXPECT_TRUE(cos_native::run_until([&] { return reset.done; }, 1000));
    EXPECT_EQ(reset.status, 0);
  }
  remove("d1");
  expect_gone("r");
  EXPECT_EQ(bdev_claimed_by(bdev_get_by_name("d0")), nullptr);
  for (const char* name : {"d0", "d2", "odd"}) remove(name);
}

TEST_F(Stacked, Raid0FlushReportsTheFirstFailureAfterAskingAll) {
  ManualBdev a("a"), b("b");
  a.publish();
  b.publish();
  const char* const below[] = {"a", "b"};
  ASSERT_EQ(bdev_raid0_create("r", nullptr, below, 2, 4), 0);
  {
    User user("r", 0);
    Outcome outcome;
    ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), outcome), 0);
    ASSERT_EQ(a.submitted.size(), 1U);
    cos_native::on(0, [&] { a.complete(0, kMediaError); });
    EXPECT_FALSE(outcome.done);
    ASSERT_EQ(b.submitted.size(), 1U);
    cos_native::on(0, [&] { b.complete(0); });
    EXPECT_EQ(outcome.status, kMediaError);
  }
  remove("a");
  expect_gone("r");
  remove("b");
}

TEST_F(Stacked, HistogramsOfAllCoresAreSummed) {
  ManualBdev base("base");
  base.publish();
  User user("base", 0), other("base", 1);
  bool switched = false, summed = false;
  bdev_enable_histogram(&base.bdev, true, [](void* arg) { *static_cast<bool*>(arg) = true; }, &switched);
  ASSERT_TRUE(cos_native::run_until([&] { return switched; }, 100));
  for (User* u : {&user, &other, &other}) {
    Outcome outcome;
    ASSERT_EQ(u->submit(no_data(BDEV_IO_FLUSH, 0, 1), outcome), 0);
    cos_native::advance_us(u == &user ? 10 : 1);
    base.complete(0);
  }
  bdev_histogram sum;
  bdev_get_histogram(&base.bdev, &sum, [](void* arg) { *static_cast<bool*>(arg) = true; }, &summed);
  ASSERT_TRUE(cos_native::run_until([&] { return summed; }, 100));
  EXPECT_EQ(sum.count, 3U);
  EXPECT_EQ(sum.min, 1'000U);
  EXPECT_EQ(sum.max, 10'000U);
  EXPECT_NEAR(static_cast<double>(bdev_histogram_percentile(&sum, 500'000)), 1'000, 62);
  EXPECT_NEAR(static_cast<double>(bdev_histogram_percentile(&sum, 990'000)), 10'000, 625);
  user.close();
  other.close();
  remove("base");
}

TEST(Histogram, BucketsAreContiguousAndWithinSixPercent) {
  for (std::uint64_t value = 0; value < 100'000; value += value / 50 + 1) {
    const unsigned bucket = bdev_histogram_bucket(value);
    EXPECT_LE(bdev_histogram_floor(bucket), value);
    EXPECT_GT(bdev_histogram_floor(bucket + 1), value);
    EXPECT_LE(static_cast<double>(value - bdev_histogram_floor(bucket)), 0.0625 * static_cast<double>(value));
  }
  EXPECT_EQ(bdev_histogram_bucket(~std::uint64_t{0}), BDEV_HISTOGRAM_BUCKETS - 1);
}

}  // namespace
}  // namespace mppa::bdev_test
