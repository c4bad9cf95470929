// Rings, message queues and pools of ClusterOS on the host, with threads as cores.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

extern "C" {
#include "cos/msgq.h"
#include "cos/pool.h"
#include "cos/ring.h"
}

namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

template <typename T>
std::unique_ptr<T, Free> aligned(std::size_t bytes) {
  return std::unique_ptr<T, Free>(static_cast<T*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64)));
}

TEST(Spsc, KeepsOrderAndRefusesWhenFullOrEmpty) {
  auto ring = aligned<cos_spsc>(COS_SPSC_BYTES(4));
  cos_spsc_init(ring.get(), 4);
  std::uint64_t value = 0;
  EXPECT_FALSE(cos_spsc_get(ring.get(), &value));
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 4; ++i) EXPECT_TRUE(cos_spsc_put(ring.get(), round * 10 + i));
    EXPECT_FALSE(cos_spsc_put(ring.get(), 99));
    for (std::uint64_t i = 0; i < 4; ++i) {
      ASSERT_TRUE(cos_spsc_get(ring.get(), &value));
      EXPECT_EQ(value, round * 10 + i);
    }
    EXPECT_FALSE(cos_spsc_get(ring.get(), &value));
  }
}

TEST(Spsc, LosesNothingBetweenThreads) {
  constexpr std::uint64_t kCount = 20000;
  auto ring = aligned<cos_spsc>(COS_SPSC_BYTES(64));
  cos_spsc_init(ring.get(), 64);
  std::thread producer([&] {
    for (std::uint64_t i = 0; i < kCount; ++i)
      while (!cos_spsc_put(ring.get(), i)) std::this_thread::yield();
  });
  for (std::uint64_t expected = 0; expected < kCount;) {
    std::uint64_t value = 0;
    if (!cos_spsc_get(ring.get(), &value)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(value, expected++);
  }
  producer.join();
}

TEST(Mpsc, RefusesWhenFullAndKnowsWhenItIsEmpty) {
  auto ring = aligned<cos_mpsc>(COS_MPSC_BYTES(2));
  cos_mpsc_init(ring.get(), 2);
  std::uint64_t value = 0;
  EXPECT_TRUE(cos_mpsc_empty(ring.get()));
  EXPECT_TRUE(cos_mpsc_put(ring.get(), 1));
  EXPECT_FALSE(cos_mpsc_empty(ring.get()));
  EXPECT_TRUE(cos_mpsc_put(ring.get(), 2));
  EXPECT_FALSE(cos_mpsc_put(ring.get(), 3));
  EXPECT_TRUE(cos_mpsc_get(ring.get(), &value));
  EXPECT_EQ(value, 1U);
  EXPECT_TRUE(cos_mpsc_put(ring.get(), 3));
  EXPECT_TRUE(cos_mpsc_get(ring.get(), &value));
  EXPECT_TRUE(cos_mpsc_get(ring.get(), &value));
  EXPECT_EQ(value, 3U);
  EXPECT_FALSE(cos_mpsc_get(ring.get(), &value));
}

TEST(Mpsc, KeepsTheOrderOfEachProducer) {
  constexpr std::uint64_t kCount = 5000, kProducers = 4;
  auto ring = aligned<cos_mpsc>(COS_MPSC_BYTES(32));
  cos_mpsc_init(ring.get(), 32);
  std::vector<std::thread> producers;
  for (std::uint64_t p = 0; p < kProducers; ++p)
    producers.emplace_back([&ring, p] {
      for (std::uint64_t i = 0; i < kCount; ++i)
        while (!cos_mpsc_put(ring.get(), p << 32 | i)) std::this_thread::yield();
    });
  std::vector<std::uint64_t> next(kProducers, 0);
  for (std::uint64_t n = 0; n < kCount * kProducers;) {
    std::uint64_t value = 0;
    if (!cos_mpsc_get(ring.get(), &value)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(value & 0xffffffff, next[value >> 32]++);
    ++n;
  }
  for (std::thread& p : producers) p.join();
}

TEST(MsgQueue, CarriesWholeMessagesAndRefusesBeforeItIsReady) {
  auto queue = aligned<cos_msgq>(COS_MSGQ_BYTES(4));
  cos_msg message{};
  queue->mask = 0;
  EXPECT_FALSE(cos_msgq_put(queue.get(), &message)) << "nobody has initialised it";
  cos_msgq_init(queue.get(), 4);
  for (unsigned i = 0; i < 4; ++i) {
    message.type = static_cast<std::uint16_t>(i);
    message.length = 48;
    for (std::uint64_t& word : message.data) word = i;
    EXPECT_TRUE(cos_msgq_put(queue.get(), &message));
  }
  EXPECT_FALSE(cos_msgq_put(queue.get(), &message));
  for (unsigned i = 0; i < 4; ++i) {
    ASSERT_TRUE(cos_msgq_get(queue.get(), &message));
    EXPECT_EQ(message.type, i);
    EXPECT_EQ(message.data[5], i);
  }
  EXPECT_TRUE(cos_msgq_empty(queue.get()));
}

class Pool : public ::testing::Test {
 protected:
  static constexpr unsigned kCores = 2;
  static constexpr std::size_t kObjects = 10, kBytes = 100;
  std::unique_ptr<char, Free> memory_ = aligned<char>(COS_POOL_BYTES(kBytes, kObjects, kCores));
};

TEST_F(Pool, GivesEveryObjectOnceAlignedAndWithinItsMemory) {
  cos_pool* pool = cos_pool_create(memory_.get(), kBytes, kObjects, 4, kCores);
  ASSERT_NE(pool, nullptr);
  std::set<char*> seen;
  for (std::size_t i = 0; i < kObjects; ++i) {
    char* object = static_cast<char*>(cos_pool_get(pool, 0));
    ASSERT_NE(object, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(object) % 64, 0U);
    EXPECT_GE(object, memory_.get());
    EXPECT_LE(object + kBytes, memory_.get() + COS_POOL_BYTES(kBytes, kObjects, kCores));
    for (const char* other : seen) EXPECT_GE(std::abs(object - other), static_cast<std::ptrdiff_t>(kBytes));
    seen.insert(object);
  }
  EXPECT_EQ(cos_pool_get(pool, 0), nullptr);
}

TEST_F(Pool, ReturnedObjectsReachTheOtherCore) {
  cos_pool* pool = cos_pool_create(memory_.get(), kBytes, kObjects, 2, kCores);
  std::vector<void*> taken;
  while (void* object = cos_pool_get(pool, 0)) taken.push_back(object);
  EXPECT_EQ(taken.size(), kObjects);
  for (void* object : taken) cos_pool_put(pool, 1, object);
  std::size_t again = 0;
  while (cos_pool_get(pool, 0) != nullptr) ++again;
  EXPECT_EQ(again, kObjects - 2) << "the other core keeps at most its cache";
}

TEST_F(Pool, WorksWithoutCachesAndRefusesTooLargeOnes) {
  EXPECT_EQ(cos_pool_create(memory_.get(), kBytes, kObjects, COS_POOL_CACHE_MAX + 1, kCores), nullptr);
  cos_pool* pool = cos_pool_create(memory_.get(), kBytes, kObjects, 0, kCores);
  void* object = cos_pool_get(pool, 1);
  EXPECT_EQ(cos_pool_stock(pool), kObjects - 1);
  cos_pool_put(pool, 0, object);
  EXPECT_EQ(cos_pool_stock(pool), kObjects);
}

}  // namespace
