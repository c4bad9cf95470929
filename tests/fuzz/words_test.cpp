// The fuzzers' entry on its seed corpus and on a fixed number of random inputs, without libFuzzer.
//
// MPPA_FUZZ_INPUTS=<n> sets the number of inputs, MPPA_FUZZ_SEED=<first seed> where they begin.
#include "tests/fuzz/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "tests/cluster/engine/fast/random_program.h"

namespace mppa::fuzz {
namespace {

namespace fs = std::filesystem;

u64 number_from(const char* name, u64 otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

std::vector<u8> input_of(const WordsHeader& header, const std::vector<u32>& words) {
  std::vector<u8> input(sizeof(header) + words.size() * sizeof(u32));
  std::memcpy(input.data(), &header, sizeof(header));
  std::memcpy(input.data() + sizeof(header), words.data(), words.size() * sizeof(u32));
  return input;
}

WordsHeader random_header(std::mt19937_64& random) {
  const auto byte = [&] { return static_cast<u8>(random()); };
  return {byte(), byte(), byte(), byte()};
}

TEST(FuzzWords, SeedCorpus) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(MPPA_SOURCE_DIR "/tests/fuzz/corpus")) files.push_back(file.path());
  std::ranges::sort(files);
  ASSERT_FALSE(files.empty());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<u8> input((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    EXPECT_EQ(try_words(input).value_or("fine"), "fine") << file;
  }
}

TEST(FuzzWords, RandomWords) {
  const u64 n = number_from("MPPA_FUZZ_INPUTS", 150), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    std::mt19937_64 random(seed);
    const WordsHeader header = random_header(random);
    std::vector<u32> words(1 + random() % 64);
    for (u32& w : words) w = static_cast<u32>(random()) & (random() % 4 != 0 ? 0x7fffffff : 0xffffffff);
    EXPECT_EQ(try_words(input_of(header, words)).value_or("fine"), "fine") << "seed " << seed;
  }
}

/// Legal programs with a few bits turned over get further than noise.
TEST(FuzzWords, DamagedPrograms) {
  const u64 n = number_from("MPPA_FUZZ_INPUTS", 150), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    std::mt19937_64 random(seed);
    const WordsHeader header = random_header(random);
    engine::fast::RandomProgramOptions options;
    options.seed = seed;
    options.segments = 4;
    options.rare = 0.1;
    std::vector<u32> words = engine::fast::make_random_program(options).code;
    for (unsigned flips = static_cast<unsigned>(random() % 12); flips != 0; --flips)
      words[random() % words.size()] ^= u32{1} << random() % 32;
    EXPECT_EQ(try_words(input_of(header, words)).value_or("fine"), "fine") << "seed " << seed;
  }
}

}  // namespace
}  // namespace mppa::fuzz
