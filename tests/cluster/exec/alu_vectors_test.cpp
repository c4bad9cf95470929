// The golden vectors of bundles without memory and control instructions, on the decoder and the exec functions alone.
// `mppasim vectors` runs all of them on the engines.
#include <gtest/gtest.h>

#include "tests/cluster/exec/alu_bundle.h"

namespace mppa::test {
namespace {

void check_file(const std::string& path, unsigned at_least) {
  const auto bundles = sim::read_vectors(path);
  ASSERT_FALSE(bundles.empty());
  unsigned failures = 0, executed = 0;
  for (const auto& bundle : bundles) {
    if (!is_alu_bundle(bundle)) continue;
    for (const auto& vector : bundle.vectors) {
      ++executed;
      const sim::VectorState got = execute_alu_bundle(bundle, vector.before);
      if (got == vector.after) continue;
      const auto [want, have] = sim::difference(vector.after, got);
      ADD_FAILURE() << path << ":" << vector.line << ": " << bundle.assembly << "\n  expected " << want
                    << "\n  got      " << have;
      ASSERT_LT(++failures, 20u) << "more failures follow";
    }
  }
  EXPECT_GE(executed, at_least) << "too few vectors without memory and control instructions";
}

/// Written at build time by formal/formal.py from the formal semantics.
TEST(FormalSemantics, EveryVectorGivesTheFormalState) { check_file(MPPA_FORMAL_VECTORS, 6000); }

class AluVectors : public testing::TestWithParam<const char*> {};

TEST_P(AluVectors, EveryVectorGivesTheGoldenState) {
  check_file(std::string(MPPA_SOURCE_DIR) + "/tests/cluster/vectors/" + GetParam() + ".txt.xz", 200);
}

INSTANTIATE_TEST_SUITE_P(Families, AluVectors,
                         testing::Values("alu", "bit", "cmp", "mul", "fp", "fpconv", "formal", "bundle"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mppa::test
