#include "models/ssd/data_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace mppa::ssd {
namespace {

std::vector<u8> pattern(u64 bytes) {
  std::vector<u8> data(bytes);
  std::iota(data.begin(), data.end(), u8{1});
  return data;
}

class DataStoreTest : public ::testing::TestWithParam<bool> {
 protected:
  ~DataStoreTest() override { std::remove(file().c_str()); }
  std::string file() const {
    if (!GetParam()) return "";
    std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(test.begin(), test.end(), '/', '_');
    return mppa::test::temp_dir() + "data_store_" + test;
  }
};

TEST_P(DataStoreTest, UnwrittenReadsAsZero) {
  DataStore store(1 << 20, file());
  std::vector<u8> data(10000, 0xFF);
  store.read(777, data);
  EXPECT_EQ(data, std::vector<u8>(10000, 0));
}

TEST_P(DataStoreTest, WriteAcrossChunksReadsBack) {
  DataStore store(1 << 20, file());
  const std::vector<u8> written = pattern(20000);
  store.write(4000, written);
  std::vector<u8> read(20000);
  store.read(4000, read);
  EXPECT_EQ(read, written);
}

TEST_P(DataStoreTest, DiscardZeroesExactlyItsRange) {
  DataStore store(1 << 20, file());
  store.write(0, std::vector<u8>(40000, 0xAA));
  store.discard(5000, 20000);
  std::vector<u8> read(40000);
  store.read(0, read);
  for (u64 i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], i >= 5000 && i < 25000 ? 0 : 0xAA) << i;
  store.discard(30001, 9);
  store.read(0, read);
  EXPECT_EQ(read[30000], 0xAA);
  EXPECT_EQ(read[30001], 0);
  EXPECT_EQ(read[30010], 0xAA);
}

INSTANTIATE_TEST_SUITE_P(MemoryAndFile, DataStoreTest, ::testing::Values(false, true));

TEST(DataStore, AFileKeepsItsContents) {
  const std::string name = mppa::test::temp_dir() + "data_store_keeps";
  {
    DataStore store(1 << 20, name);
    store.write(12345, pattern(100));
  }
  DataStore store(1 << 20, name);
  std::vector<u8> read(100);
  store.read(12345, read);
  EXPECT_EQ(read, pattern(100));
  std::remove(name.c_str());
}

TEST(DataStore, AFileThatCannotBeOpenedIsAnError) {
  EXPECT_THROW(DataStore(4096, "/nonexistent/disk.img"), std::runtime_error);
}

}  // namespace
}  // namespace mppa::ssd
