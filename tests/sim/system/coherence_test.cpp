// L1 coherency, the check for stale loads, and the L2 cache.
#include <cstdlib>
#include <vector>

#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

CoolidgeParams checking(bool l1_coherency = false, bool check = true) {
  CoolidgeParams p;
  p.check_coherence = check;
  for (auto& c : p.cluster) c.l1_coherency = l1_coherency;
  return p;
}

u64 symbol(const std::string& program, const std::string& name) {
  const ElfFile elf = chip_program(program);
  for (const ElfSymbol& s : elf.symbols())
    if (s.name == name) return s.value;
  ADD_FAILURE() << "no symbol " << name;
  return 0;
}

std::vector<cluster::StaleLoad> stale_loads(const CoolidgeParams& params, const std::string& argument) {
  ChipRun run("stale", params, {"stale", argument});
  std::vector<cluster::StaleLoad> found;
  run.chip.on_stale_load = [&](const cluster::StaleLoad& load) { found.push_back(load); };
  EXPECT_EQ(run.run(), "0");
  EXPECT_EQ(run.chip.stale_loads(), found.size());
  return found;
}

TEST(Coherence, AStaleLoadIsFound) {
  const auto found = stale_loads(checking(), "nothing");
  ASSERT_EQ(found.size(), 1u);
  const cluster::StaleLoad& load = found.front();
  EXPECT_EQ(load.cluster, 0);
  EXPECT_EQ(load.core, 0);
  EXPECT_EQ(load.address, symbol("stale", "shared") + 16);
  EXPECT_TRUE(load.writer.is_core(0, cluster::kRmIndex));
  EXPECT_GT(load.ps, load.written_ps);
  for (const auto& [pc, function] : {std::pair{load.pc, "load_again"}, std::pair{load.writer.pc, "change"}}) {
    EXPECT_GE(pc, symbol("stale", function));
    EXPECT_LT(pc, symbol("stale", function) + 64);
  }
}

TEST(Coherence, AnInvalidatedLineIsNotStale) { EXPECT_TRUE(stale_loads(checking(), "invalidate").empty()); }

TEST(Coherence, BytesThatNobodyElseHasChangedAreNotStale) { EXPECT_TRUE(stale_loads(checking(), "own").empty()); }

TEST(Coherence, WithL1CoherencyTheLineIsGone) { EXPECT_TRUE(stale_loads(checking(true), "nothing").empty()); }

TEST(Coherence, TheCheckChangesNoTime) {
  const auto end = [](bool check) {
    ChipRun run("stale", checking(false, check), {"stale", "nothing"});
    EXPECT_EQ(run.run(), "0");
    return run.chip.end->when;
  };
  EXPECT_EQ(end(true), end(false));
}

TEST(Coherence, CoherentCoresKnowIt) {
  CoolidgeParams p;
  p.cluster[1].l1_coherency = false;
  ChipRun run("stale", p, {"stale", "nothing"});
  EXPECT_EQ(run.run(), "0");
  constexpr u64 kL1ce = u64{1} << 53;
  EXPECT_NE(run.chip.cluster(0).core(0).state().sfr[core::kPcr] & kL1ce, 0u);
  EXPECT_EQ(run.chip.cluster(1).core(cluster::kRmIndex).state().sfr[core::kPcr] & kL1ce, 0u);
}

/// Cycles a line when DDR is read again.
int walk(u64 l2_size) {
  CoolidgeParams p;
  p.cluster[0].l2.size = l2_size;
  ChipRun run("walk_ddr", p);
  const std::string status = run.run(100'000);
  EXPECT_EQ(status.find_first_not_of("0123456789"), std::string::npos) << status;
  return std::atoi(status.c_str());
}

TEST(L2, HoldsWhatHasBeenReadFromDdr) {
  constexpr u64 kMib = u64{1} << 20;
  EXPECT_GT(walk(0), 150);
  const int hit = walk(kMib);
  EXPECT_GT(hit, 20) << "slower than SMEM";
  EXPECT_LT(hit, 40);
  EXPECT_EQ(walk(2 * kMib), hit);
}

TEST(L2, TakesTheEndOfSmem) {
  CoolidgeParams p;
  p.cluster[0].l2.size = u64{1} << 20;
  ChipRun run(p);
  engine::CoreBus& bus = run.chip.cluster(0).bus(0);
  EXPECT_NE(bus.region(0x2ffff8), nullptr);
  EXPECT_EQ(bus.region(0x300000), nullptr);
  EXPECT_EQ(bus.region(0x1300000), nullptr);
  u64 config = 0;
  EXPECT_TRUE(bus.access(engine::BusOp::kRead, 0xA44040, {reinterpret_cast<u8*>(&config), 8}, {}, 0).ok);
  EXPECT_EQ(config >> 2 & 3, 3u) << "enabled, 1 MiB";
}

TEST(L2, ItsRegistersTellWhatItHolds) {
  CoolidgeParams p;
  p.cluster[0].l2.size = u64{1} << 20;
  EXPECT_EQ(ChipRun("l2_registers", p).run(), "0") << "see tests/sim/system/programs/l2_registers.c";
}

TEST(Smem, MayHave8MiB) {
  CoolidgeParams p;
  for (auto& c : p.cluster) c.smem.size = u64{8} << 20;
  ChipRun run("report", p);
  engine::CoreBus& bus = run.chip.cluster(1).bus(0);
  const engine::MemRegion* own = bus.region(0x7ffff8);
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(bus.region(0x27ffff8)->host, own->host) << "the global view";
  EXPECT_EQ(run.chip.cluster(0).bus(0).region(0x27ffff8)->host, own->host) << "from another cluster";
  EXPECT_EQ(bus.region(0x800000), nullptr);
  EXPECT_EQ(run.run(), "0");
}

}  // namespace
}  // namespace mppa::sim
