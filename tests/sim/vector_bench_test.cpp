// The bench that runs golden vectors: what it passes, what it reports.
#include "sim/vector_bench.h"

#include <gtest/gtest.h>

#include "sim/commands.h"

namespace mppa::sim {
namespace {

/// Runs the first vector of a vector text.
VectorOutcome run_one(const std::string& text, const VectorBenchConfig& config) {
  const auto bundles = parse_vectors(text, "test");
  VectorBench bench(config, bundles, "test");
  bench.load(bundles.at(0));
  return bench.run(bundles.at(0).vectors.at(0).before);
}

class VectorBenchLevels : public testing::TestWithParam<timing::Level> {
 protected:
  VectorBenchConfig config_{.engine = engine::EngineKind::kReference, .level = GetParam()};
};

TEST_P(VectorBenchLevels, RunsExactlyOneBundleFromTheGivenState) {
  const auto bundles = parse_vectors("I 100500 7fffffff ; nop\nV r16=5 cs=1 |\n", "test");
  VectorBench bench(config_, bundles, "test");
  bench.load(bundles[0]);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const VectorOutcome outcome = bench.run(bundles[0].vectors[0].before);
    EXPECT_EQ(outcome.trouble, "");
    EXPECT_EQ(outcome.state, bundles[0].vectors[0].after);
  }
}

TEST_P(VectorBenchLevels, ReportsABundleThatTraps) {
  EXPECT_NE(run_one("I 100500 00000000 ; errop\nV |\n", config_).trouble, "");
}

TEST_P(VectorBenchLevels, ReportsAnAccessOutsideTheWindow) {
  EXPECT_NE(run_one("I 100500 24000001 ; sb 0[$r1] = $r0\nV r1=400000 |\n", config_).trouble, "");
  EXPECT_EQ(run_one("I 100500 24000001 ; sb 0[$r1] = $r0\nV r1=300000 |\n", config_).trouble, "");
}

INSTANTIATE_TEST_SUITE_P(Levels, VectorBenchLevels,
                         testing::Values(timing::Level::kFunctional, timing::Level::kPipeline), [](const auto& info) {
                           return info.param == timing::Level::kPipeline ? "pipeline" : "functional";
                         });

TEST(VectorBench, RefusesBundlesThatOverlapTheWindowOrLieFarApart) {
  EXPECT_THROW(run_one("I 300100 7fffffff ; nop\nV |\n", {}), BadInput);
  EXPECT_THROW(run_one("I 100000 7fffffff ; nop\nV |\nI 20000000 7fffffff ; nop\nV |\n", {}), BadInput);
}

}  // namespace
}  // namespace mppa::sim
