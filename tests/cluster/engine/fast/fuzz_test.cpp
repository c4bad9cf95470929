// Random programs on both engines: equal registers, memory, SFRs, clocks and statistics at every stop.
//
// MPPA_FUZZ_PROGRAMS=<n> sets the number of programs per test, MPPA_FUZZ_SEED=<first seed> where they begin.
#include <gtest/gtest.h>

#include <cstdlib>

#include "models/cluster/isa/disasm.h"
#include "tests/cluster/engine/fast/engine_pair.h"

namespace mppa::engine::fast {
namespace {

u64 number_from(const char* name, u64 otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

RandomProgramOptions program_options(u64 seed) {
  RandomProgramOptions o;
  o.seed = seed;
  o.segments = 4 + seed % 23;
  o.memory = seed % 3 == 0 ? 0.6 : 0.25;
  o.rare = seed % 4 == 0 ? 0.06 : seed % 4 == 1 ? 0.0 : 0.01;
  o.wild = seed % 5 == 0 ? 0.02 : 0.0;
  o.loops = seed % 2 == 0;
  return o;
}

constexpr u64 kCycles = 6000;

struct Stops {
  explicit Stops(u64 seed) : random(seed * 77 + 1) {}
  /// The next limit: mostly far, sometimes a few cycles ahead.
  u64 next(u64 now) { return now + 1 + random() % (random() % 4 == 0 ? 7 : 900); }
  std::mt19937_64 random;
};

void compare(u64 seed, MachineOptions options) {
  RandomProgramOptions shape = program_options(seed);
  shape.tlb = options.mmu ? 0.02 : 0.0;
  const RandomProgram program = make_random_program(shape);
  options.seed = seed;
  options.timer = seed % 3 == 1;
  options.streaming = seed % 4 == 2;
  options.arithmetic = seed % 7 == 3;
  Machine expected(program, options);
  options.engine = EngineKind::kFast;
  Machine got(program, options);
  Stops stops(seed);
  u64 previous_pc = 0;
  while (expected.core().state().cycle < kCycles) {
    previous_pc = expected.core().state().pc;
    const u64 limit = stops.next(expected.core().state().cycle);
    const RunResult a = expected.core().run_until(limit), b = got.core().run_until(limit);
    ASSERT_EQ(static_cast<int>(a.reason), static_cast<int>(b.reason))
        << "seed " << seed << ": " << a.message << " / " << b.message;
    const auto d = difference(expected, got);
    ASSERT_FALSE(d) << "seed " << seed << ", stop at cycle " << limit << ", slice began at pc " << std::hex
                    << previous_pc << ": " << *d;
    if (a.reason != StopReason::kLimit && a.reason != StopReason::kIdle) break;
  }
}

TEST(FastEngineFuzz, PipelineLevelEqualsTheReferenceEngine) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 60), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    compare(seed, {.level = timing::Level::kPipeline});
    if (HasFatalFailure()) return;
  }
}

TEST(FastEngineFuzz, FunctionalLevelEqualsTheReferenceEngine) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 60), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    compare(seed, {.level = timing::Level::kFunctional});
    if (HasFatalFailure()) return;
  }
}

TEST(FastEngineFuzz, TranslatedDataEqualsTheReferenceEngine) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 60), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    compare(seed, {.level = seed % 3 == 0 ? timing::Level::kFunctional : timing::Level::kPipeline, .mmu = true});
    if (HasFatalFailure()) return;
  }
}

/// Waits that the engine cannot know before: every L1I and L1D miss, uncached access, atomic and posted word asks the
/// arbiter of its region, in the same cycle in both engines.
TEST(FastEngineFuzz, ArbitratedMemoryEqualsTheReferenceEngine) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 60), first = number_from("MPPA_FUZZ_SEED", 1);
  for (u64 seed = first; seed < first + n; ++seed) {
    compare(seed, {.arbiter = true, .mmu = seed % 5 == 0});
    if (HasFatalFailure()) return;
  }
}

/// The way a run is cut into slices changes nothing.
TEST(FastEngineFuzz, SlicesDoNotMatter) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 20), first = number_from("MPPA_FUZZ_SEED", 1000);
  for (u64 seed = first; seed < first + n; ++seed) {
    const RandomProgram program = make_random_program(program_options(seed));
    MachineOptions options;
    options.engine = EngineKind::kFast;
    options.seed = seed;
    options.timer = seed % 3 == 1;
    Machine whole(program, options), sliced(program, options);
    whole.core().run_until(kCycles);
    while (sliced.core().state().cycle < kCycles) {
      const RunResult r = sliced.core().run_until(std::min(kCycles, sliced.core().state().cycle + 1 + seed % 61));
      if (r.reason != StopReason::kLimit && r.reason != StopReason::kIdle) break;
    }
    const auto d = difference(whole, sliced);
    ASSERT_FALSE(d) << "seed " << seed << ": " << *d;
  }
}

/// Cores that take turns in the same translated code do not notice each other.
TEST(FastEngineFuzz, SharedCodeDoesNotMatter) {
  const u64 n = number_from("MPPA_FUZZ_PROGRAMS", 20), first = number_from("MPPA_FUZZ_SEED", 2000);
  for (u64 seed = first; seed < first + n; ++seed) {
    RandomProgramOptions shape = program_options(seed);
    shape.tlb = seed % 3 == 0 ? 0.02 : 0.0;
    const RandomProgram program = make_random_program(shape);
    MachineOptions options;
    options.engine = EngineKind::kFast;
    options.level = seed % 4 == 0 ? timing::Level::kFunctional : timing::Level::kPipeline;
    options.mmu = seed % 3 == 0;
    const auto shared = make_shared_code();
    for (u64 core = 0; core < 3; ++core) {  // the second finds the first one's blocks, the third differs in its pages
      options.seed = seed + core / 2;
      options.timer = core == 1;
      options.shared_code = nullptr;
      Machine alone(program, options);
      options.shared_code = shared;
      Machine one(program, options), other(program, options);
      alone.core().run_until(kCycles);
      for (u64 limit = 1 + seed % 97; one.core().state().cycle < kCycles; limit += 1 + seed % 97) {
        const RunResult r = one.core().run_until(std::min(limit, kCycles));
        other.core().run_until(std::min(limit, kCycles));
        if (r.reason != StopReason::kLimit && r.reason != StopReason::kIdle) break;
      }
      for (Machine* m : {&one, &other}) {
        const auto d = difference(alone, *m);
        ASSERT_FALSE(d) << "seed " << seed << ", core " << core << ": " << *d;
      }
    }
  }
}

}  // namespace
}  // namespace mppa::engine::fast
