#include "models/ssd/ftl/mapping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace mppa::ssd {
namespace {

TEST(Permutation, IsABijectionWithItsInverse) {
  for (const u64 size : {1u, 2u, 7u, 1000u, 4096u}) {
    const Permutation p(size, 42);
    std::set<u64> seen;
    for (u64 x = 0; x < size; ++x) {
      ASSERT_LT(p.forward(x), size);
      ASSERT_EQ(p.inverse(p.forward(x)), x);
      seen.insert(p.forward(x));
    }
    EXPECT_EQ(seen.size(), size);
  }
}

/// Every unit lies in one slot, which names it; the counts per superblock are those of the slots.
void expect_consistent(const InitialLayout& layout, u64 units, u64 superblocks, u64 slots) {
  std::set<u32> used;
  for (u64 unit = 0; unit < units; ++unit) {
    const u32 slot = layout.slot_of(static_cast<u32>(unit));
    ASSERT_LT(slot, superblocks * slots);
    ASSERT_EQ(layout.unit_at(slot), unit);
    ASSERT_TRUE(used.insert(slot).second);
  }
  for (u64 i = 0; i < superblocks; ++i) {
    u64 valid = 0;
    for (u64 s = i * slots; s < (i + 1) * slots; ++s) valid += layout.unit_at(s) != kNoUnit;
    EXPECT_EQ(valid, layout.valid(i)) << "superblock " << i;
  }
}

TEST(InitialLayout, SequentialFillsFromTheFirstSlot) {
  const InitialLayout layout(Precondition::kSequential, 1000, 20, 64, 1);
  expect_consistent(layout, 1000, 20, 64);
  EXPECT_EQ(layout.slot_of(77), 77u);
  EXPECT_FALSE(layout.written(19));
}

TEST(InitialLayout, SteadyStateIsConsistent) {
  const InitialLayout layout(Precondition::kSteady, 90 * 240, 100, 240, 7);
  expect_consistent(layout, 90 * 240, 100, 240);
}

// First-in-first-out cleaning under uniform random writes: (1-u)/(-ln u) = share of valid slots (Desnoyers,
// "Analytic modeling of SSD write performance", SYSTOR 2012).
TEST(InitialLayout, OldestSuperblockHasTheShareOfTheory) {
  const u64 superblocks = 400, slots = 4800;
  for (const double op : {0.07, 0.15, 0.28}) {
    const u64 units = static_cast<u64>(superblocks * slots / (1 + op));
    const InitialLayout layout(Precondition::kSteady, units, superblocks, slots, 3);
    const double u = static_cast<double>(layout.valid(0)) / slots;
    EXPECT_NEAR((1 - u) / -std::log(u), 1 / (1 + op), 0.004) << op;
    EXPECT_GT(layout.valid(superblocks - 1), slots * 99 / 100);
  }
}

TEST(InitialLayout, RefusesMoreThanFits) {
  EXPECT_THROW(InitialLayout(Precondition::kSteady, 1001, 10, 100, 1), std::invalid_argument);
}

struct MappingTest : ::testing::Test {
  FtlParams params;
  MappingTest() { params.precondition = Precondition::kSteady; }
};

TEST_F(MappingTest, AppendMovesAUnitAndCountsValidSlots) {
  Mapping map(params, 800, 12, 10, 100);
  const u32 old = map.slot_of(5);
  const u64 before = map.valid(old / 100);
  map.append(10, 5);
  EXPECT_EQ(map.slot_of(5), 1000u);
  EXPECT_EQ(map.unit_at(1000), 5u);
  EXPECT_EQ(map.unit_at(old), kNoUnit);
  EXPECT_EQ(map.valid(old / 100), before - 1);
  EXPECT_EQ(map.valid(10), 1u);
  map.append(10, kNoUnit);
  map.append(10, 5);
  EXPECT_EQ(map.slot_of(5), 1002u);
  EXPECT_EQ(map.valid(10), 1u);
}

TEST_F(MappingTest, UnbindAndForget) {
  Mapping map(params, 800, 12, 10, 100);
  map.append(10, 5);
  map.append(10, 6);
  map.unbind(5);
  EXPECT_EQ(map.slot_of(5), kNoUnit);
  EXPECT_EQ(map.valid(10), 1u);
  map.forget(0, 800);
  EXPECT_EQ(map.valid(10), 0u);
  for (u32 unit = 0; unit < 800; ++unit) ASSERT_EQ(map.slot_of(unit), kNoUnit);
  for (u64 i = 0; i < 12; ++i) EXPECT_EQ(map.valid(i), 0u);
}

TEST_F(MappingTest, TooManySlotsForTheMap) {
  params.precondition = Precondition::kFresh;
  EXPECT_THROW(Mapping(params, 1u << 31, 1 << 10, 1 << 10, 1 << 22), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::ssd
