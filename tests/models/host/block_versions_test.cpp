#include "models/host/block_versions.h"

#include <gtest/gtest.h>

namespace mppa::host {
namespace {

using Bytes = std::vector<u8>;

struct BlockVersionsTest : ::testing::Test {
  BlockVersions versions{1};
  Bytes begin(u64 offset, u64 bytes = 1024) {
    Bytes data(bytes);
    versions.begin_write(offset, data);
    return data;
  }
  Bytes write(u64 offset, u64 bytes = 1024) {
    Bytes data = begin(offset, bytes);
    versions.end_write(offset, bytes, true);
    return data;
  }
  u64 wrong(u64 offset, const Bytes& data) {
    return versions.check(offset, data, versions.begin_read(offset, data.size()));
  }
};

TEST_F(BlockVersionsTest, WhatWasWrittenIsRightAndAnythingElseIsNot) {
  const Bytes data = write(4096);
  EXPECT_EQ(wrong(4096, data), 0u);
  Bytes flipped = data;
  flipped[1000] ^= 1;
  EXPECT_EQ(wrong(4096, flipped), 1u);
  EXPECT_EQ(wrong(4096, Bytes(1024, 0)), 2u);  // lost
  EXPECT_EQ(wrong(5120, data), 2u);            // in the wrong place
  EXPECT_EQ(wrong(8192, Bytes(1024, 0)), 0u);  // never written
}

TEST_F(BlockVersionsTest, AnOldVersionIsWrong) {
  const Bytes old = write(0);
  const Bytes young = write(0);
  EXPECT_EQ(wrong(0, old), 2u);
  EXPECT_EQ(wrong(0, young), 0u);
}

TEST_F(BlockVersionsTest, DuringAWriteOldAndNewAreRight) {
  const Bytes old = write(0);
  const auto oldest = versions.begin_read(0, 1024);
  const Bytes young = begin(0);
  EXPECT_EQ(versions.check(0, old, oldest), 0u);
  EXPECT_EQ(versions.check(0, young, oldest), 0u);
  versions.end_write(0, 1024, true);
  EXPECT_EQ(versions.check(0, old, oldest), 0u);  // the read began before the write
  EXPECT_EQ(wrong(0, old), 2u);
}

TEST_F(BlockVersionsTest, OfOverlappingWritesEitherMayWin) {
  const Bytes before = write(0);
  const Bytes a = begin(0), b = begin(0);
  versions.end_write(0, 1024, true);
  versions.end_write(0, 1024, true);
  EXPECT_EQ(wrong(0, a), 0u);
  EXPECT_EQ(wrong(0, b), 0u);
  EXPECT_EQ(wrong(0, before), 2u);
}

TEST_F(BlockVersionsTest, AFailedWriteLeavesBothPossible) {
  const Bytes old = write(0);
  const Bytes young = begin(0);
  versions.end_write(0, 1024, false);
  EXPECT_EQ(wrong(0, old), 0u);
  EXPECT_EQ(wrong(0, young), 0u);
  const Bytes next = write(0);
  EXPECT_EQ(wrong(0, old), 2u);
  EXPECT_EQ(wrong(0, next), 0u);
}

TEST_F(BlockVersionsTest, AfterATrimOnlyZerosAreRight) {
  const Bytes old = write(0);
  versions.begin_trim(0, 1024);
  EXPECT_EQ(wrong(0, old), 0u);
  versions.end_trim(0, 1024, true);
  EXPECT_EQ(wrong(0, Bytes(1024, 0)), 0u);
  EXPECT_EQ(wrong(0, old), 2u);
}

TEST_F(BlockVersionsTest, NamespacesDiffer) {
  BlockVersions other(2);
  Bytes data(512);
  other.begin_write(0, data);
  other.end_write(0, 512, true);
  write(0, 512);
  EXPECT_EQ(wrong(0, data), 1u);
}

}  // namespace
}  // namespace mppa::host
