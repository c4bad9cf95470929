#include "models/common/register_file.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace mppa {
namespace {

u64 read64(RegisterFile& f, u64 offset) {
  u64 value = 0;
  EXPECT_EQ(f.read(offset, &value, 8), BusStatus::kOk) << std::hex << offset;
  return value;
}

void write64(RegisterFile& f, u64 offset, u64 value) {
  EXPECT_EQ(f.write(offset, &value, 8), BusStatus::kOk) << std::hex << offset;
}

TEST(RegisterFile, StoresUnderItsMask) {
  RegisterFile f("dev", 0x100);
  f.add("a", 0x8, 8, RegAccess::kRw).reset_value(0x30).mask(0xF);
  EXPECT_EQ(read64(f, 0x8), 0x30U);
  write64(f, 0x8, 0xFF);
  EXPECT_EQ(read64(f, 0x8), 0x3FU);
  f.reset();
  EXPECT_EQ(read64(f, 0x8), 0x30U);
}

TEST(RegisterFile, AliasesActOnOneStorage) {
  RegisterFile f("dev", 0x100);
  Register& status = f.add("status", 0x0, 8, RegAccess::kW1c);
  f.add("set", 0x10, 8, RegAccess::kSet).source(status);
  f.add("clear", 0x20, 8, RegAccess::kClear).source(status);
  f.add("lac", 0x30, 8, RegAccess::kLac).source(status);
  write64(f, 0x10, 0xF0);
  write64(f, 0x20, 0x10);
  write64(f, 0x0, 0x20);
  EXPECT_EQ(read64(f, 0x10), 0xC0U);
  EXPECT_EQ(read64(f, 0x30), 0xC0U);
  EXPECT_EQ(read64(f, 0x0), 0U);
}

TEST(RegisterFile, InterleavedArraysDecodeToTheirElement) {
  RegisterFile f("dev", 0x1000);
  unsigned index = 99;
  u64 data = 0;
  f.add_array("value", 0x0, 8, RegAccess::kRw, 4, 0x200);
  f.add_array("mask", 0x10, 8, RegAccess::kRw, 4, 0x200).on_write([&](unsigned i, u64 v) { index = i, data = v; });
  write64(f, 0x410, 7);
  EXPECT_EQ(index, 2U);
  EXPECT_EQ(data, 7U);
  EXPECT_EQ(read64(f, 0x400), 0U);
  EXPECT_EQ(read64(f, 0x410), 7U);
}

TEST(RegisterFile, HolesAndOddAccessesAreErrors) {
  RegisterFile f("dev", 0x100);
  f.add("a", 0x0, 8, RegAccess::kRw);
  f.add("w", 0x8, 4, RegAccess::kRw);
  u64 v = 0;
  EXPECT_EQ(f.read(0x10, &v, 8), BusStatus::kAddressError);
  EXPECT_EQ(f.read(0x100, &v, 8), BusStatus::kAddressError);
  EXPECT_EQ(f.read(0x0, &v, 4), BusStatus::kAlignmentError);
  EXPECT_EQ(f.read(0x4, &v, 4), BusStatus::kAlignmentError);
  EXPECT_EQ(f.write(0x8, &v, 8), BusStatus::kAlignmentError);
}

TEST(RegisterFile, ByteRegistersTakeBulkAccesses) {
  RegisterFile f("dev", 0x100);
  Register& enable = f.add_array("enable", 0x0, 1, RegAccess::kRw, 16, 1).mask(1);
  write64(f, 0x8, 0x0101010101010101);
  EXPECT_EQ(enable.get(7), 0U);
  EXPECT_EQ(enable.get(15), 1U);
  EXPECT_EQ(read64(f, 0x8), 0x0101010101010101U);
}

TEST(RegisterFile, OverlapsAndMisfitsAreProgrammingErrors) {
  RegisterFile f("dev", 0x20);
  f.add("a", 0x8, 8, RegAccess::kRw);
  EXPECT_THROW(f.add("b", 0x8, 4, RegAccess::kRw), std::logic_error);
  EXPECT_THROW(f.add("c", 0x20, 8, RegAccess::kRw), std::logic_error);
  EXPECT_THROW(f.add("d", 0x4, 8, RegAccess::kRw), std::logic_error);
}

TEST(RegisterFile, MapListsEveryRegister) {
  RegisterFile f("dev", 0x100);
  f.add_array("value", 0x0, 8, RegAccess::kRo, 4, 0x10).doc("meaning");
  EXPECT_NE(f.markdown().find("| 0x0 + 0x10*i, i < 4 | value | 8 | RO | 0x0 | meaning |"), std::string::npos);
}

TEST(RegisterFile, PeeksWhereReadingHasNoEffect) {
  RegisterFile f("dev", 0x100);
  Register& status = f.add("status", 0x0, 8, RegAccess::kRo);
  f.add("lac", 0x8, 8, RegAccess::kLac).source(status);
  f.add("ticket", 0x10, 8, RegAccess::kRo).on_read([](unsigned) { return 0; });
  ASSERT_TRUE(f.peek(0x8, 8)) << "there is nothing to clear";
  EXPECT_EQ(f.peek(0x8, 8)->storage, 0x0U);
  status.set(5);
  EXPECT_EQ(f.peek(0x0, 8)->value, 5U);
  EXPECT_FALSE(f.peek(0x8, 8)) << "reading would clear it";
  EXPECT_FALSE(f.peek(0x10, 8)) << "nobody knows what reading does";
  EXPECT_FALSE(f.peek(0x0, 4));
  EXPECT_FALSE(f.peek(0x20, 8));
}

TEST(RegisterFile, AnnouncesChangesBeforeTheyHappen) {
  RegisterFile f("dev", 0x100);
  Register& counter = f.add_array("counter", 0x10, 8, RegAccess::kRw, 4, 8);
  std::string log;
  f.on_change = [&](u64 offset) { log += std::to_string(offset) + ":" + std::to_string(counter.get(2)) + " "; };
  counter.set(7, 2);
  counter.set(7, 2);
  write64(f, 0x20, 9);
  EXPECT_EQ(log, "32:0 32:7 ");
}

}  // namespace
}  // namespace mppa
