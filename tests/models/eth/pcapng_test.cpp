// Captures are judged by Wireshark's own tools where they are installed.
#include "models/eth/pcapng.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/models/eth/station.h"

namespace mppa::eth {
namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  pclose(pipe);
  return out;
}
bool have(const std::string& tool) { return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0; }

class PcapngTest : public ::testing::Test {
 protected:
  PcapngTest()
      : path(std::filesystem::temp_directory_path() /
             ("mppa_capture_" + std::to_string(::getpid()) + "_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".pcapng")) {}
  ~PcapngTest() override { std::filesystem::remove(path); }

  void write() {
    PcapngWriter writer(path);
    const u32 first = writer.add_interface("eth0", 100 * kGigabit),
              second = writer.add_interface("eth1", 25 * kGigabit);
    writer.write(first, 1'234'567'890'123, *test::test_frame(1, 2, 77), PcapngWriter::Direction::kInbound);
    Frame bad = *test::test_frame(1, 2, 200);
    bad.fcs ^= 1;
    writer.write(second, 2'000'000'000'999, bad, PcapngWriter::Direction::kOutbound);
  }
  std::string path;
};

TEST_F(PcapngTest, BlocksHaveTheirLayout) {
  write();
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  const auto word = [&](std::size_t at) {
    u32 value = 0;
    std::memcpy(&value, bytes.data() + at, 4);
    return value;
  };
  std::vector<u32> types;
  std::size_t at = 0;
  while (at + 12 <= bytes.size()) {
    types.push_back(word(at));
    const u32 length = word(at + 4);
    ASSERT_EQ(length % 4, 0U);
    ASSERT_LE(at + length, bytes.size());
    ASSERT_EQ(word(at + length - 4), length) << "the length stands at both ends";
    at += length;
  }
  EXPECT_EQ(at, bytes.size());
  EXPECT_EQ(types, (std::vector<u32>{0x0A0D0D0A, 1, 1, 6, 6}));
}

TEST_F(PcapngTest, CapinfosReadsInterfacesAndStamps) {
  if (!have("capinfos")) GTEST_SKIP() << "capinfos (Debian package wireshark-common) is not installed";
  write();
  const std::string out = output_of("capinfos " + path);
  EXPECT_NE(out.find("Number of packets:   2"), std::string::npos) << out;
  EXPECT_NE(out.find("Name = eth0"), std::string::npos) << out;
  EXPECT_NE(out.find("Speed = 100000000000"), std::string::npos) << out;
  EXPECT_NE(out.find("nanoseconds"), std::string::npos) << out;
}

TEST_F(PcapngTest, TsharkChecksTheFcsAndShowsNanoseconds) {
  if (!have("tshark")) GTEST_SKIP() << "tshark (Debian package tshark) is not installed";
  write();
  const std::string out =
      output_of("tshark -r " + path +
                " -o eth.check_fcs:TRUE -T fields -e frame.time_epoch -e frame.len -e eth.fcs.status "
                "-e frame.interface_name");
  // The third column is the state of the FCS: 0 bad, 1 good.
  EXPECT_EQ(out, "1.234567890\t81\t1\teth0\n2.000000000\t204\t0\teth1\n");
}

TEST(PcapngWriterTest, SaysWhichFileCannotBeWritten) {
  try {
    PcapngWriter("/nonexistent/dir/x.pcapng");
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("/nonexistent/dir/x.pcapng"), std::string::npos);
  }
}

}  // namespace
}  // namespace mppa::eth
