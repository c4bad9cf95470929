// Simulator services on a memory of their own, with a temporary directory as root.
#include "sim/exec/semihosting.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/cluster/timing/flat_bus.h"
#include "tests/support/temp_dir.h"

namespace mppa::test {
namespace {

namespace fs = std::filesystem;

class SemihostingTest : public testing::Test {
 protected:
  SemihostingTest() {
    services_ = std::make_unique<sim::Semihosting>(sim::Semihosting::Options{root_, 1'000'000'000},
                                                   sim::GuestMemory(mmu_, bus_));
  }

  i64 call(u32 number, u64 a0 = 0, u64 a1 = 0, u64 a2 = 0) {
    state_.gpr[0] = a0;
    state_.gpr[1] = a1;
    state_.gpr[2] = a2;
    EXPECT_FALSE(services_->call(number, state_).exit);
    return static_cast<i64>(state_.gpr[0]);
  }
  /// Puts a string into guest memory and returns its address.
  u64 text(const std::string& s) {
    const u64 at = next_;
    next_ += 256;
    std::memcpy(bus_.local().host + at, s.c_str(), s.size() + 1);
    return at;
  }
  void create(const std::string& name, const std::string& content) { std::ofstream(root_ / name) << content; }
  std::string content(const std::string& name) {
    std::ifstream in(root_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  static constexpr u64 kBuffer = 0x8000;
  static constexpr u64 kRdonly = 1, kWronly = 2, kCreat = 0x10, kTrunc = 0x20, kExcl = 0x40, kAppend = 8;
  test::TempDir directory_;
  fs::path root_ = directory_.file("");
  FlatBus bus_;
  core::CoreState state_;
  core::Mmu mmu_{state_};
  std::unique_ptr<sim::Semihosting> services_;
  u64 next_ = 0x1000;
};

TEST_F(SemihostingTest, ExitCarriesTheLowByte) {
  state_.gpr[0] = 0x1ff;
  const auto reply = services_->call(4095, state_);
  EXPECT_TRUE(reply.exit);
  EXPECT_EQ(reply.status, 0xff);
}

TEST_F(SemihostingTest, PrintGoesToStandardOutput) {
  testing::internal::CaptureStdout();
  const i64 written = call(4094, text("hello\n"), 6);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
  EXPECT_EQ(written, 6);
}

TEST_F(SemihostingTest, WritesAndReadsFiles) {
  const i64 fd = call(4077, text("out.txt"), kWronly | kCreat | kTrunc, 0644);
  ASSERT_EQ(fd, 3);
  EXPECT_EQ(call(4081, 3, text("0123456789"), 10), 10);
  EXPECT_EQ(call(4062, 3), 0);
  EXPECT_EQ(content("out.txt"), "0123456789");
  ASSERT_EQ(call(4077, text("/out.txt"), kRdonly), 3) << "absolute paths start at the root";
  EXPECT_EQ(call(4076, 3, 4, 0), 4);
  EXPECT_EQ(call(4078, 3, kBuffer, 100), 6);
  EXPECT_EQ(std::memcmp(bus_.local().host + kBuffer, "456789", 6), 0);
  EXPECT_EQ(call(4078, 3, kBuffer, 100), 0) << "end of file";
}

TEST_F(SemihostingTest, OpenFlags) {
  create("a", "x");
  EXPECT_EQ(call(4077, text("a"), kWronly | kCreat | kExcl, 0644), -EEXIST);
  const i64 fd = call(4077, text("a"), kWronly | kAppend);
  call(4081, static_cast<u64>(fd), text("y"), 1);
  EXPECT_EQ(content("a"), "xy");
  EXPECT_EQ(call(4077, text("missing"), kRdonly), -ENOENT);
}

TEST_F(SemihostingTest, PathsMayNotLeaveTheRoot) {
  EXPECT_EQ(call(4077, text("../outside"), kWronly | kCreat, 0644), -EACCES);
  EXPECT_EQ(call(4077, text("/../../etc/passwd"), kRdonly), -EACCES);
  fs::create_symlink("/etc", root_ / "link");
  EXPECT_EQ(call(4077, text("link/passwd"), kRdonly), -EACCES);
  EXPECT_EQ(call(4090, text("..")), -EACCES);
}

TEST_F(SemihostingTest, StatIsReproducible) {
  create("f", "12345");
  EXPECT_EQ(call(4079, text("f"), kBuffer), 0);
  EXPECT_EQ(bus_.read(kBuffer + 8 * 7), 5u) << "size";
  EXPECT_EQ(bus_.read(kBuffer + 8 * 2) & 0170000, 0100000u) << "mode: regular file";
  for (const unsigned word : {0, 1, 4, 5, 10, 11, 12}) EXPECT_EQ(bus_.read(kBuffer + 8 * word), 0u) << word;
  EXPECT_EQ(call(4063, 1, kBuffer), 0);
  EXPECT_EQ(bus_.read(kBuffer + 8 * 2) & 0170000, 0020000u) << "character device";
  EXPECT_EQ(call(4063, 9, kBuffer), -EBADF);
}

TEST_F(SemihostingTest, TimeIsSimulatedTime) {
  state_.cycle = 3'000'005'000;
  EXPECT_EQ(call(4080, kBuffer), 0);
  EXPECT_EQ(bus_.read(kBuffer), 3u);
  EXPECT_EQ(bus_.read(kBuffer + 8), 5u);
  EXPECT_EQ(call(4093), 3'000'005'000);
}

TEST_F(SemihostingTest, Duplicates) {
  create("f", "abc");
  const i64 fd = call(4077, text("f"), kRdonly);
  const i64 copy = call(4084, static_cast<u64>(fd));
  EXPECT_EQ(copy, fd + 1);
  EXPECT_EQ(call(4062, static_cast<u64>(fd)), 0);
  EXPECT_EQ(call(4078, static_cast<u64>(copy), kBuffer, 3), 3) << "the copy lives on";
  EXPECT_EQ(call(4085, static_cast<u64>(copy), 9), 9);
  EXPECT_EQ(call(4076, 9, 0, 0), 0);
  EXPECT_EQ(call(4086, 9, 0), fd) << "F_DUPFD takes the lowest free descriptor";
  EXPECT_EQ(call(4084, 77), -EBADF);
}

TEST_F(SemihostingTest, Directories) {
  EXPECT_EQ(call(4087, text("d"), 0755), 0);
  EXPECT_EQ(call(4090, text("d")), 0);
  const i64 fd = call(4077, text("inside"), kWronly | kCreat, 0644);
  EXPECT_EQ(call(4062, static_cast<u64>(fd)), 0);
  EXPECT_TRUE(fs::exists(root_ / "d" / "inside"));
  EXPECT_EQ(call(4089, text("inside"), 0), 0);
  EXPECT_EQ(call(4074, text("inside"), text("/other")), 0);
  EXPECT_EQ(call(4075, text("inside")), 0);
  EXPECT_EQ(call(4082, text("/other"), 0600), 0);
  EXPECT_EQ(call(4073, text("pipe"), 0600), 0);
  EXPECT_TRUE(fs::is_fifo(root_ / "d" / "pipe"));
  EXPECT_EQ(call(4073, text("pipe"), 0600), -EEXIST);
  EXPECT_EQ(call(4075, text("pipe")), 0);
  EXPECT_EQ(call(4090, text("/")), 0);
  EXPECT_EQ(call(4088, text("d")), 0);
  EXPECT_EQ(call(4089, text("d"), 0), -ENOENT);
}

TEST_F(SemihostingTest, PollSaysReady) {
  create("f", "abc");
  call(4077, text("f"), kRdonly);
  bus_.write(kBuffer, 3 | u64{1} << 32);       // fd 3, POLLIN
  bus_.write(kBuffer + 8, 55 | u64{1} << 32);  // no such descriptor
  EXPECT_EQ(call(4059, kBuffer, 2, 0), 2);
  EXPECT_EQ(bus_.read(kBuffer) >> 48, 1u);
  EXPECT_EQ(bus_.read(kBuffer + 8) >> 48, 0x20u);
}

TEST_F(SemihostingTest, BadAddressesAreErrorsNotCrashes) {
  constexpr u64 kNowhere = 0xf000'0000;
  EXPECT_EQ(call(4094, kNowhere, 10), -EFAULT);
  EXPECT_EQ(call(4077, kNowhere, kRdonly), -EFAULT);
  EXPECT_EQ(call(4080, kNowhere), -EFAULT);
  EXPECT_EQ(call(4081, 42, 0x1000, 1), -EBADF);
  EXPECT_EQ(call(4094, FlatBus::kBytes - 4, 10), -EFAULT) << "a buffer beyond the end of memory";
}

TEST_F(SemihostingTest, TheRestAnswersToo) {
  EXPECT_EQ(call(4056), 1);
  EXPECT_EQ(call(4055), 0);
  EXPECT_EQ(call(4083, 1), 1);
  EXPECT_EQ(call(4083, 5), 0);
  for (const u32 number : {4091u, 4072u, 4060u}) EXPECT_EQ(call(number), -ENOSYS) << number;
}

}  // namespace
}  // namespace mppa::test
