// Firmware images on the whole chip: what they print and how they end.
#include <fmt/core.h>

#include <string>

#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

/// Runs `name` on the given clusters; returns how it ended.
class FirmwareRun {
 public:
  explicit FirmwareRun(const std::string& name, unsigned clusters = kClusters, std::vector<std::string> arguments = {},
                       const CoolidgeParams& params = {})
      : run_(params) {
    const std::string path = std::string(MPPA_BINARY_DIR "/firmware/") + name + ".elf";
    arguments.insert(arguments.begin(), name);
    std::vector<BootImage> images;
    for (unsigned c = 0; c < clusters; ++c) images.push_back({c, ElfFile::read(path), arguments});
    run_.chip.boot(images);
    end = run_.go_on(1'000'000);
    for (const char c : run_.console)
      if (c != '\r') console += c;
    stats = run_.stats();
  }

  std::string end;      ///< exit status or what else happened
  std::string console;  ///< UART 0, without carriage returns
  std::string stats;    ///< all statistics of the chip

 private:
  ChipRun run_;
};

/// The lines without what follows "up": the time differs.
std::string without_times(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    out += line.substr(0, line.find(" up at")) + '\n';
    at = end + 1;
  }
  return out;
}

TEST(Hello, AllCoresReportInByBootOrder) {
  const FirmwareRun run("hello", kClusters, {"one", "two words"});
  std::string expected;
  for (unsigned c = 0; c < kClusters; ++c) {
    expected += fmt::format("cluster {} RM  \n", c);
    expected += fmt::format("cluster {} argument 1: one\ncluster {} argument 2: two words\n", c, c);
    for (unsigned pe = 0; pe < cluster::kPeCount; ++pe) expected += fmt::format("cluster {} PE{:<2}\n", c, pe);
  }
  EXPECT_EQ(without_times(run.console), expected + "85 cores\n");
  EXPECT_EQ(run.end, "0");
}

TEST(Hello, RunsOnTheClustersThatHaveAnImage) {
  const FirmwareRun run("hello", 2);
  EXPECT_NE(run.console.find("34 cores\n"), std::string::npos) << run.console;
  EXPECT_EQ(run.end, "0");
}

unsigned count(const std::string& text, const std::string& what) {
  unsigned n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Faults, EveryFaultIsCaughtAndTheLastOneEndsInADump) {
  const FirmwareRun run("faults", 1);
  EXPECT_EQ(count(run.console, "as expected\n"), 22U) << run.console;
  EXPECT_EQ(count(run.console, "WRONG"), 0U) << run.console;
  EXPECT_EQ(count(run.console, "*** cluster 0 core 5: trap PROTECTION write at 0x"), 1U);
  EXPECT_EQ(count(run.console, "r40 0000000000c0ffee"), 1U) << "registers of the fault";
  EXPECT_EQ(run.end, "139");
}

TEST(Selftest, PassesOnTheChip) {
  const FirmwareRun run("selftest");
  EXPECT_EQ(count(run.console, "FAILED"), 0U) << run.console;
  EXPECT_NE(count(run.console, "ok: "), 0U);
  EXPECT_EQ(run.end, "0");
}

TEST(Selftest, PassesAtAnyQuantum) {
  for (const u64 quantum_ps : {50'000, 1'000'000}) {
    CoolidgeParams params;
    for (auto& c : params.cluster) c.quantum_ps = quantum_ps;
    const FirmwareRun run("selftest", kClusters, {}, params);
    EXPECT_EQ(count(run.console, "FAILED"), 0U) << quantum_ps << " ps\n" << run.console;
    EXPECT_EQ(run.end, "0");
  }
}

TEST(Crash, WatchdogReportsAHangingReactorWithItsLog) {
  const FirmwareRun run("crash", 1, {"hang"});
  EXPECT_EQ(count(run.console, "*** cluster 0 core 2: watchdog: the reactor hangs\n"), 1U) << run.console;
  EXPECT_EQ(count(run.console, "@log 0 2 "), 3U) << "two messages and a tracepoint";
  EXPECT_EQ(count(run.console, "alive"), 1U) << "the other reactor kept its watchdog quiet";
  EXPECT_EQ(run.end, "139");
}

struct Crash {
  const char* what;     ///< argument of the program
  const char* message;  ///< behind "*** cluster 0 core 16: "
  bool has_log;         ///< it has logged a message before
  const char* end;
};

class CrashReport : public ::testing::TestWithParam<Crash> {};

TEST_P(CrashReport, SaysWhatHappenedWhereWithTheLog) {
  const Crash& crash = GetParam();
  const FirmwareRun run("crash", 1, {crash.what});
  EXPECT_EQ(count(run.console, std::string("*** cluster 0 core 16: ") + crash.message), 1U) << run.console;
  if (crash.has_log) EXPECT_EQ(count(run.console, "@log 0 10 "), 1U) << run.console;
  EXPECT_EQ(run.end, crash.end);
}

constexpr Crash kCrashes[] = {
    {"panic", "panic: asked for by the command line, 42\n", true, "134"},
    {"irqfault", "trap NOMAPPING write at 0x0\n", false, "139"},
    {"overflow", "trap NOMAPPING write at 0x", true, "139"},
};
INSTANTIATE_TEST_SUITE_P(Crash, CrashReport, ::testing::ValuesIn(kCrashes),
                         [](const auto& instance) { return std::string(instance.param.what); });

TEST(DmaTest, RandomTransfersArriveUnchanged) {
  const FirmwareRun run("dma_test", kClusters, {"4"});
  EXPECT_EQ(count(run.console, "256 transfers, "), 1U) << run.console;
  EXPECT_EQ(count(run.console, " 0 wrong\n"), 1U) << run.console;
  EXPECT_EQ(run.end, "0");
}

TEST(CryptoKat, KnownAnswersOnAllRingsOfBothUnits) {
  const FirmwareRun run("crypto_kat", 1);
  EXPECT_EQ(count(run.console, "13 vectors and 4 refusals on 8 rings, 0 failed\n"), 1U) << run.console;
  EXPECT_EQ(run.end, "0");
}

TEST(Soak, RandomTrafficOfAllPesLosesNothing) {
  const FirmwareRun run("soak", kClusters, {"1"});
  EXPECT_EQ(count(run.console, "520 operations, 0 errors, counters "), 1U) << run.console;
  EXPECT_EQ(run.end, "0");
}

/// The figure of a row of the micro-benchmark.
double measured(const std::string& console, const std::string& row) {
  const std::size_t at = console.find("| " + row + " ");
  if (at == std::string::npos) return -1;
  return std::stod(console.substr(console.find('|', at + 2) + 1));
}

// Between the best and the typical figure of the published model, or at the manual's plus the address dependency.
TEST(Microbench, LatenciesAreWhereTheSourcesPutThem) {
  const FirmwareRun run("microbench", 1, {"latency", "atomics"});
  const auto between = [&run](const std::string& row, double low, double high) {
    EXPECT_GE(measured(run.console, row), low) << row;
    EXPECT_LE(measured(run.console, row), high) << row;
  };
  between("own SMEM, L1 hit", 3, 3.1);
  between("own SMEM, L1 miss", 17, 21);
  between("own SMEM, uncached", 11, 13);
  for (unsigned c = 1; c < kClusters; ++c) between(fmt::format("SMEM of cluster {}", c), 46, 69);
  between("DDR, next line", 100, 200);
  between("DDR, another page", 100, 200);
  between("own mailbox", 11, 25);
  between("FTU", 90, 120);
  between("DDR", 100, 200);
  EXPECT_EQ(run.end, "0");
}

TEST(Microbench, DdrBehindL2IsNear) {
  CoolidgeParams p;
  for (auto& c : p.cluster) c.l2.size = u64{1} << 20;
  const FirmwareRun run("microbench_l2", 1, {"latency"}, p);
  for (const char* row : {"DDR, next line", "DDR, another page"}) {
    EXPECT_GT(measured(run.console, row), measured(run.console, "own SMEM, L1 miss")) << row;
    EXPECT_LT(measured(run.console, row), 40) << row;
  }
  EXPECT_EQ(run.end, "0");
}

/// The same image twice, and without skipping of loops in which cores only wait.
void expect_determinism(const std::string& name, unsigned clusters, const std::vector<std::string>& arguments) {
  const FirmwareRun first(name, clusters, arguments), second(name, clusters, arguments);
  CoolidgeParams slow;
  slow.spin_skip = false;
  const FirmwareRun unskipped(name, clusters, arguments, slow);
  EXPECT_EQ(first.end, "0") << first.console;
  EXPECT_EQ(first.console, second.console);
  EXPECT_EQ(first.stats, second.stats);
  EXPECT_EQ(first.console, unskipped.console);
  EXPECT_EQ(first.stats, unskipped.stats);
}

TEST(Determinism, OfASoak) { expect_determinism("soak", kClusters, {"1"}); }
TEST(Determinism, OfSpinningCores) { expect_determinism("selftest", 1, {}); }

TEST(Idle, SleepingReactorsEndByATimer) {
  const FirmwareRun run("idle", kClusters, {"1", "sleep"});
  EXPECT_EQ(run.console, "5 clusters were idle\n");
  EXPECT_EQ(run.end, "0");
}

}  // namespace
}  // namespace mppa::sim
