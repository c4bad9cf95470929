#include "models/host/io_generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace mppa::host {
namespace {

constexpr u64 kBlocks = 1000, kBytes = kBlocks * 4096, kBegin = 8192;

JobOptions random_read() {
  JobOptions job;
  job.random = true;
  return job;
}

TEST(IoGenerator, SequentialWrapsInsideItsRange) {
  IoGenerator g(JobOptions{}, kBegin, kBytes, 1);
  for (u64 i = 0; i < 2 * kBlocks; ++i) EXPECT_EQ(g.next().offset, kBegin + i % kBlocks * 4096);
}

TEST(IoGenerator, RandomVisitsEveryBlockOncePerPass) {
  IoGenerator g(random_read(), kBegin, kBytes, 1);
  std::vector<u64> first, second;
  for (auto* pass : {&first, &second}) {
    std::set<u64> seen;
    for (u64 i = 0; i < kBlocks; ++i) {
      const Io io = g.next();
      ASSERT_GE(io.offset, kBegin);
      ASSERT_LE(io.offset + io.bytes, kBegin + kBytes);
      seen.insert(io.offset);
      pass->push_back(io.offset);
    }
    EXPECT_EQ(seen.size(), kBlocks);
  }
  EXPECT_NE(first, second);
}

TEST(IoGenerator, TheSeedDecides) {
  const auto sequence = [](u64 seed) {
    IoGenerator g(random_read(), 0, kBytes, seed);
    std::vector<u64> offsets;
    for (int i = 0; i < 100; ++i) offsets.push_back(g.next().offset);
    return offsets;
  };
  EXPECT_EQ(sequence(1), sequence(1));
  EXPECT_NE(sequence(1), sequence(2));
}

TEST(IoGenerator, MixAndSizesHaveTheirShares) {
  JobOptions job = random_read();
  job.writes = true;
  job.read_percent = 70;
  job.read_sizes = {{4096, 60}, {16384, 40}};
  IoGenerator g(job, 0, kBytes, 1);
  int reads = 0, large = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Io io = g.next();
    ASSERT_LE(io.offset + io.bytes, kBytes);
    reads += io.kind == IoKind::kRead;
    large += io.bytes == 16384;
  }
  EXPECT_NEAR(reads, 7000, 200);
  EXPECT_NEAR(large, 2800, 200);
}

/// Hits per block, most popular first.
std::vector<int> popularity(JobOptions job, int draws) {
  IoGenerator g(job, 0, kBytes, 1);
  std::map<u64, int> hits;
  for (int i = 0; i < draws; ++i) ++hits[g.next().offset];
  std::vector<int> counts;
  for (const auto& [offset, count] : hits) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  return counts;
}

TEST(IoGenerator, ZipfFollowsItsLaw) {
  JobOptions job = random_read();
  job.distribution = RandomDistribution::kZipf;
  job.distribution_parameter = 1.2;
  const auto counts = popularity(job, 100'000);
  double sum = 0;
  for (u64 rank = 1; rank <= kBlocks; ++rank) sum += std::pow(static_cast<double>(rank), -1.2);
  for (const u64 rank : {1u, 2u, 4u, 16u})
    EXPECT_NEAR(counts[rank - 1], 100'000 * std::pow(static_cast<double>(rank), -1.2) / sum,
                100'000 * std::pow(static_cast<double>(rank), -1.2) / sum * 0.1 + 30);
}

TEST(IoGenerator, ParetoGivesTheShareOfTheHotBlocks) {
  JobOptions job = random_read();
  job.distribution = RandomDistribution::kPareto;
  job.distribution_parameter = 0.2;
  const auto counts = popularity(job, 100'000);
  int hot = 0;
  for (u64 i = 0; i < kBlocks / 5; ++i) hot += counts[i];
  EXPECT_NEAR(hot, 80'000, 2'000);
}

TEST(IoGenerator, ARangeBelowOneBlockIsAnError) {
  EXPECT_THROW(IoGenerator(JobOptions{}, 0, 2048, 1), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::host
