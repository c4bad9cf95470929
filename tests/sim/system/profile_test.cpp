// Profiles of the chip's cores: complete, the same whatever the engine, and without influence on what they measure.
#include <map>

#include "sim/code_map.h"
#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

struct Profiled {
  std::string stats;
  std::map<std::string, u64> cycles;  ///< by function, without sleep; loops that wait under "(waiting)"
  u64 charged = 0, bundles = 0;       ///< by the profiles
  u64 core_cycles = 0, core_bundles = 0;
};

/// Runs a program whose PEs exchange something in `mode`.
Profiled run(const std::string& mode, bool profile, engine::EngineKind kind, bool skip,
             timing::Level level = timing::Level::kPipeline) {
  CoolidgeParams params;
  params.spin_skip = skip;
  for (auto& c : params.cluster) {
    c.engine = kind;
    c.pe_timing = c.rm_timing = level;
  }
  ChipRun run("spin_wait", params, {"spin_wait", mode});
  for (unsigned c = 0; profile && c < kClusters; ++c) run.chip.cluster(c).start_profile();
  EXPECT_EQ(run.run(), "0");
  Profiled out;
  const CodeMap map(chip_program("spin_wait"));
  constexpr auto kAsleep = static_cast<unsigned>(timing::Stall::kIdle);
  for (unsigned c = 0; c < kClusters; ++c) {
    const cluster::Cluster& cluster = run.chip.cluster(c);
    for (const auto* costs : {&cluster.pe_profile(), &cluster.rm_profile()})
      for (const auto& [pc, cost] : *costs) {
        const CodeMap::Function* f = map.function(pc);
        EXPECT_TRUE(f != nullptr) << pc;
        if (f != nullptr) out.cycles[f->name] += cost.cycles - cost.stalls[kAsleep];
        out.cycles["(waiting)"] += cost.waiting;
        out.charged += cost.cycles + cost.waiting;
        out.bundles += cost.bundles;
      }
    for (unsigned i = 0; i <= cluster::kRmIndex; ++i) {
      out.core_cycles += cluster.core(i).state().cycle;
      out.core_bundles += cluster.core(i).state().bundles;
    }
  }
  out.stats = run.stats();
  return out;
}

constexpr auto kFast = engine::EngineKind::kFast;
constexpr auto kReference = engine::EngineKind::kReference;

TEST(ProfileTest, AProfileChangesNothing) {
  for (const auto kind : {kFast, kReference}) {
    const Profiled without = run("calls", false, kind, true), with = run("calls", true, kind, true);
    EXPECT_EQ(without.stats, with.stats);
    EXPECT_EQ(without.charged, 0u);
  }
  EXPECT_EQ(run("ddr", false, kFast, true, timing::Level::kFunctional).stats,
            run("ddr", true, kFast, true, timing::Level::kFunctional).stats);
}

TEST(ProfileTest, EveryCycleIsChargedToSomething) {
  for (const auto level : {timing::Level::kPipeline, timing::Level::kFunctional}) {
    const Profiled p = run("barrier", true, kFast, false, level);
    EXPECT_GT(p.charged, 0u);
    EXPECT_LE(p.charged, p.core_cycles);
    // What is missing are the cycles in reset, before a core has executed anything.
    const Profiled reference = run("barrier", true, kReference, false, level);
    EXPECT_EQ(p.charged, reference.charged);
    EXPECT_EQ(p.bundles, reference.bundles);
    EXPECT_GT(p.cycles.at("main"), 0u);
  }
}

TEST(ProfileTest, LoopsThatAreSkippedCountAsThoseThatAreExecuted) {
  const Profiled skipped = run("smem", true, kFast, true), executed = run("smem", true, kFast, false);
  EXPECT_EQ(skipped.cycles, executed.cycles);
  EXPECT_GT(skipped.cycles.at("(waiting)"), 0u);
}

}  // namespace
}  // namespace mppa::sim
