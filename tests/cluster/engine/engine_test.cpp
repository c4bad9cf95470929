// The reference engine bundle by bundle: what is committed, what is not, and at which cycle.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/engine/core.h"
#include "tests/cluster/timing/flat_bus.h"
#include "tests/cluster/timing/rule_file.h"

namespace mppa::test {
namespace {

constexpr u64 kCode = 0x10000, kData = 0x20000, kVectors = 0x30000, kNowhere = 0x500000;
constexpr u32 kNop = 0x7fffffff;

const Rule& snippet(const std::string& name) {
  static const std::vector<Rule> rules = read_rules(MPPA_SOURCE_DIR "/tests/cluster/engine/snippets.txt");
  const auto rule = std::ranges::find(rules, name, &Rule::name);
  if (rule == rules.end()) throw std::runtime_error("no snippet " + name);
  return *rule;
}

/// A core in front of a snippet, with nops behind it and at the vectors.
struct Machine {
  explicit Machine(const std::string& name, timing::Level level = timing::Level::kPipeline, bool semihosting = false,
                   engine::EngineKind kind = engine::EngineKind::kReference)
      : code(snippet(name)), core(config(level, semihosting, kind), bus), state(core.state()) {
    std::vector<u32> words = code.words;
    words.resize(words.size() + 64, kNop);
    bus.write_code(kCode, words);
    bus.write_code(kVectors, std::vector<u32>(128, kNop));
    state.sfr[core::kPs] = core::ps::kV64.mask() | core::ps::kHle.mask() | core::ps::kIce.mask() |
                           core::ps::kDce.mask() | core::ps::kMmup.mask();
    state.sfr[core::kEvPl0] = kVectors;
    ++state.control_epoch;
    for (unsigned i = 0; i < core::kGprCount; ++i) state.gpr[i] = 1000 + i;
    state.gpr[5] = kData;
  }

  static engine::CoreConfig config(timing::Level level, bool semihosting, engine::EngineKind kind) {
    engine::CoreConfig config;
    config.engine = kind;
    config.level = level;
    config.reset_pc = kCode;
    config.semihosting = semihosting;
    return config;
  }

  /// Executes `bundles` boundaries (bundles or exception entries).
  engine::RunResult step(unsigned bundles = 1) {
    engine::RunResult result;
    while (bundles-- != 0) result = core.run_until(state.cycle + 1);
    return result;
  }
  /// Address of the bundle at word `word` of the snippet.
  static u64 at(unsigned word) { return kCode + 4 * word; }
  u64 htc() const { return (state.sfr[core::kEsPl0] >> 12) & 0x1f; }

  const Rule& code;
  FlatBus bus;
  engine::Core core;
  core::CoreState& state;
};

TEST(Engine, InstructionsOfABundleReadBeforeAnyWrites) {
  Machine m("parallel_swap");
  m.step();
  EXPECT_EQ(m.state.gpr[1], 1002u);
  EXPECT_EQ(m.state.gpr[2], 1001u);
  EXPECT_EQ(m.state.bundles, 1u);
  EXPECT_EQ(m.state.instructions, 2u);
}

TEST(Engine, ALoadThatTrapsLeavesNothingCommitted) {
  Machine m("load_fault");
  m.state.gpr[5] = kNowhere;
  m.step();
  EXPECT_EQ(m.state.gpr[1], 1001u);
  EXPECT_EQ(m.state.gpr[4], 1004u);
  EXPECT_EQ(m.state.pc, kVectors + 0x40);
  EXPECT_EQ(m.state.sfr[core::kSpcPl0], kCode);
  EXPECT_EQ(m.state.sfr[core::kEaPl0], kNowhere);
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kDsysError));
  EXPECT_EQ(m.state.bundles, 0u);
  EXPECT_EQ(m.core.stats().traps, 1u);
}

TEST(Engine, ABusErrorOfASpeculativeLoadTraps) {
  Machine m("speculative");
  m.state.gpr[5] = kNowhere;
  m.step();
  EXPECT_EQ(m.state.pc, kVectors + 0x40);
  EXPECT_EQ((m.state.sfr[core::kEsPl0] >> 42) & 1, 1u) << "ES.NTA";
}

TEST(Engine, AnErrorOfAPostedStoreIsTheInterruptDame) {
  Machine m("posted_store_fault");
  m.state.gpr[5] = kNowhere;
  m.state.sfr[core::kPs] = core::ps::kUse.set(m.state.sfr[core::kPs], 1);  // uncached, but streaming
  m.step(2);
  EXPECT_EQ(m.state.pc, Machine::at(2)) << "no trap";
  EXPECT_NE(m.state.sfr[core::kIlr] & (1u << 16), 0u);
  EXPECT_NE(m.state.sfr[core::kMes], 0u);
}

TEST(Engine, TheErrorOfABlockingStoreIsATrap) {
  Machine m("posted_store_fault");
  m.state.gpr[5] = kNowhere;
  m.state.sfr[core::kPs] = core::ps::kDce.set(m.state.sfr[core::kPs], 0);
  m.step();
  EXPECT_EQ(m.state.pc, kVectors + 0x40);
}

TEST(Engine, CallReturnsBehindTheWholeBundle) {
  Machine m("call_in_bundle");
  m.step();
  EXPECT_EQ(m.state.pc, kCode + m.code.labels.at("f"));
  EXPECT_EQ(m.state.sfr[core::kRa], Machine::at(2));
  EXPECT_EQ(m.state.gpr[1], 2005u);
  m.step();
  EXPECT_EQ(m.state.pc, Machine::at(2));
}

TEST(Engine, AHardwareLoopRunsLcTimesAndLeavesLcAtOne) {
  Machine m("loop");
  m.state.gpr[1] = 3;
  m.step(1 + 3);
  EXPECT_EQ(m.state.pc, kCode + m.code.labels.at("out"));
  EXPECT_EQ(m.state.gpr[2], 1005u);
  EXPECT_EQ(m.state.sfr[core::kLc], 1u);
}

TEST(Engine, AHardwareLoopWithCountZeroIsEndless) {
  Machine m("loop_forever");
  m.state.gpr[1] = 0;
  m.step(50);
  EXPECT_EQ(m.state.gpr[2], 1002u + 49);
  EXPECT_EQ(m.state.sfr[core::kLc], 0u);
}

TEST(Engine, LoopdoNeedsHle) {
  Machine m("loop");
  m.state.sfr[core::kPs] = core::ps::kHle.set(m.state.sfr[core::kPs], 0);
  m.step();
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kOpcode));
  EXPECT_EQ(m.state.sfr[core::kLe], 0u);
}

TEST(Engine, ABranchInTheLastBundleOfALoopIsAnOpcodeTrap) {
  Machine m("loop_ends_in_branch");
  m.state.gpr[1] = 3;
  m.step(3);
  EXPECT_EQ(m.state.pc, kVectors + 0x40);
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kOpcode));
  EXPECT_EQ(m.state.sfr[core::kSpcPl0], Machine::at(2));
}

TEST(Engine, ScallEntersTheSyscallVector) {
  Machine m("scall");
  m.step();
  EXPECT_EQ(m.state.pc, kVectors + 0xc0);
  EXPECT_EQ(m.state.sfr[core::kSpcPl0], Machine::at(1));
  EXPECT_EQ(m.state.sfr[core::kEsPl0] >> 12, 5u);
}

TEST(Engine, SemihostingIsTakenBeforeTheException) {
  Machine m("semihost", timing::Level::kPipeline, true);
  u32 seen = 0;
  m.core.hooks().semihosting = [&](u32 number, core::CoreState& state) {
    seen = number;
    state.gpr[0] = 7;
    return engine::SemihostReply{};
  };
  m.step();
  EXPECT_EQ(seen, 4094u);
  EXPECT_EQ(m.state.gpr[0], 7u);
  EXPECT_EQ(m.state.pc, Machine::at(1));
}

TEST(Engine, WithoutSemihostingTheSameNumberIsASyscall) {
  Machine m("semihost");
  m.step();
  EXPECT_EQ(m.state.pc, kVectors + 0xc0);
}

TEST(Engine, CoprocessorInstructionsStopTheSimulationWithAMessage) {
  Machine m("tca");
  const engine::RunResult result = m.step();
  EXPECT_EQ(result.reason, engine::StopReason::kUnmodelled);
  EXPECT_NE(result.message.find("coprocessor is not modelled yet"), std::string::npos);
  EXPECT_EQ(m.state.pc, kCode);
}

TEST(Engine, Atomics) {
  Machine m("atomics");
  m.bus.write(kData, 0x1111'1111'ffff'ffff);
  m.bus.write(kData + 8, 77);
  m.state.gpr[1] = 2;
  m.state.gpr[2] = 88, m.state.gpr[3] = 77;  // new, expected
  m.state.gpr[6] = 99, m.state.gpr[7] = 77;
  m.step();
  EXPECT_EQ(m.state.gpr[1], 0xffff'ffffu) << "old value, zero-extended";
  EXPECT_EQ(m.bus.read(kData), 0x1111'1111'0000'0001u);
  m.step();
  EXPECT_EQ(m.state.gpr[2], 1u);
  EXPECT_EQ(m.state.gpr[3], 77u);
  EXPECT_EQ(m.bus.read(kData + 8), 88u);
  m.step();
  EXPECT_EQ(m.state.gpr[6], 0u);
  EXPECT_EQ(m.bus.read(kData + 8), 88u);
  m.step();
  EXPECT_EQ(m.state.gpr[8], 88u);
  EXPECT_EQ(m.bus.read(kData + 8), 0u);
}

TEST(Engine, AMisalignedAtomicTraps) {
  Machine m("atomic_misaligned");
  m.step();
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kDmisalign));
  EXPECT_EQ(m.state.sfr[core::kEaPl0], kData + 4);
}

TEST(Engine, ConditionalAccesses) {
  Machine m("conditional");
  m.state.gpr[1] = 0;
  m.state.gpr[5] = kNowhere;  // not touched
  m.state.gpr[6] = kData;
  m.step(3);
  EXPECT_EQ(m.state.pc, Machine::at(3));
  EXPECT_EQ(m.state.gpr[2], 1002u);
  EXPECT_EQ(m.bus.read(kData), 1003u);
  EXPECT_EQ(m.core.stats().stores, 1u);
}

TEST(Engine, LoadsExtend) {
  Machine m("extensions");
  m.bus.write(kData, 0xfedc'ba98'8765'c3f1);
  m.bus.write(kData + 8, 42);
  m.step(6);
  EXPECT_EQ(m.state.gpr[1], 0xffff'ffff'ffff'fff1u);
  EXPECT_EQ(m.state.gpr[2], 0xf1u);
  EXPECT_EQ(m.state.gpr[3], 0xffff'ffff'ffff'c3f1u);
  EXPECT_EQ(m.state.gpr[4], 0x8765'c3f1u);
  EXPECT_EQ(m.state.gpr[6], 0xffff'ffff'8765'c3f1u);
  EXPECT_EQ(m.state.gpr[8], 0xfedc'ba98'8765'c3f1u);
  EXPECT_EQ(m.state.gpr[9], 42u);
}

TEST(Engine, DzerolClearsTheLineOfTheAddress) {
  Machine m("zero_line");
  for (u64 offset = 0; offset < 192; offset += 8) m.bus.write(kData + offset, ~u64{0});
  m.state.gpr[5] = kData + 64 + 20;
  m.step();
  for (u64 offset = 0; offset < 192; offset += 8)
    EXPECT_EQ(m.bus.read(kData + offset), offset >= 64 && offset < 128 ? 0 : ~u64{0}) << offset;
}

TEST(Engine, AnAccessMayCrossALine) {
  Machine m("wide_store");
  m.state.gpr[5] = kData + 50;
  m.step(2);
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(m.state.gpr[12 + i], 1008u + i);
}

/// Answers requests for data and for code in the given numbers of cycles.
struct TwoSpeeds : timing::MemArbiter {
  u32 read_wait(u64 pa, unsigned, u64) override { return pa >= kData && pa < kVectors ? data : code; }
  timing::Posted write_posted(u64, unsigned, u64) override {
    ++words;
    return {};
  }
  u32 code = 10, data = 10;
  unsigned words = 0;
};

TEST(Engine, AnArbiterDecidesHowLongMemoryTakes) {
  const auto cycles = [](u32 code, u32 data, engine::EngineKind kind) {
    TwoSpeeds arbiter;
    arbiter.code = code;
    arbiter.data = data;
    Machine m("load_fault", timing::Level::kPipeline, false, kind);
    m.bus.local().arbiter = &arbiter;
    m.step();
    return m.state.cycle;
  };
  for (const auto kind : {engine::EngineKind::kReference, engine::EngineKind::kFast}) {
    const u64 usual = cycles(10, 10, kind);
    EXPECT_EQ(cycles(10, 47, kind), usual + 37) << "an L1D miss";
    EXPECT_EQ(cycles(33, 10, kind), usual + 23) << "an L1I miss";
    EXPECT_EQ(cycles(7, 4, kind), usual) << "the L1 itself takes the reference latency";
  }
}

TEST(Engine, AnAccessOverTheEndOfMemoryTraps) {
  Machine m("load_fault");
  m.state.gpr[5] = FlatBus::kBytes - 4;
  m.step();
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kDsysError));
  EXPECT_EQ(m.state.gpr[4], 1004u);
}

TEST(Engine, FetchFromNowhereIsPsysError) {
  Machine m("scall");
  m.state.pc = kNowhere;
  m.step();
  EXPECT_EQ(m.htc(), static_cast<u64>(core::Htc::kPsysError));
}

TEST(Engine, ChangedCodeIsSeen) {
  Machine m("scall");
  m.bus.write_code(kCode, std::vector<u32>{kNop});
  m.step();
  EXPECT_EQ(m.state.pc, Machine::at(1));
  m.state.pc = kCode;
  m.bus.write_code(kCode, snippet("scall").words);
  m.step();
  EXPECT_EQ(m.state.pc, kVectors + 0xc0);
}

TEST(Engine, ADoubleExceptionAtItsOwnLevelResetsTheCore) {
  Machine m("errop");
  m.state.sfr[core::kPs] = core::ps::kEt.set(m.state.sfr[core::kPs], 1);
  const engine::RunResult result = m.step(2);
  EXPECT_EQ(result.reason, engine::StopReason::kReset);
  EXPECT_NE(result.message.find("double-exception"), std::string::npos);
  EXPECT_NE(result.message.find("OPCODE at pc 0x10000"), std::string::npos) << result.message;
}

TEST(Engine, ASleepingCoreGoesToTheLimitAndWakesOnALine) {
  Machine m("await");
  m.state.gpr[1] = 7;  // clear WU0..WU2
  engine::RunResult result = m.core.run_until(500);
  EXPECT_EQ(result.reason, engine::StopReason::kIdle);
  EXPECT_EQ(m.state.cycle, 500u);
  EXPECT_EQ(m.state.gpr[2], 1002u);
  result = m.core.run_until(800);
  EXPECT_EQ(m.state.cycle, 800u);
  m.core.system().set_line(5);
  m.step();
  EXPECT_EQ(m.state.gpr[2], 1003u);
  EXPECT_EQ(m.state.cycle, 801u) << "runs from the cycle of the event";
}

TEST(Engine, WaititIsExecutedAgainAfterTheLine) {
  Machine m("waitit");
  m.state.gpr[1] = 1u << 5;
  EXPECT_EQ(m.core.run_until(300).reason, engine::StopReason::kIdle);
  EXPECT_EQ(m.state.pc, kCode);
  m.state.sfr[core::kIle] = 1u << 5;
  m.core.system().set_line(5);
  m.core.run_until(400);
  EXPECT_EQ(m.state.gpr[2], 1003u);
}

TEST(Engine, ATimerInterruptsAtTheFirstBoundaryNotBeforeItsCycle) {
  Machine m("timer");
  m.state.sfr[core::kPs] = core::ps::kIe.set(m.state.sfr[core::kPs], 1);
  m.state.sfr[core::kIle] = 1;
  m.state.sfr[core::kIll] = 1;                               // above PS.IL = 0
  m.state.gpr[1] = 20;                                       // T0V
  m.state.gpr[2] = ((u64{1} << 16) | (u64{1} << 18)) << 32;  // TCR: set T0CE and T0IE
  u64 started = 0;
  while (m.state.pc < kVectors && m.state.cycle < 1000) {
    m.step();
    if (m.state.pc == Machine::at(2)) started = m.state.cycle;
  }
  EXPECT_EQ(m.state.pc, kVectors + 0x80) << std::hex << "ES " << m.state.sfr[core::kEsPl0] << " SPC "
                                         << m.state.sfr[core::kSpcPl0];
  EXPECT_GE(m.state.sfr[core::kSpcPl0], Machine::at(2 + 15));
  EXPECT_LE(m.state.cycle, started + 20 + 15);
  EXPECT_EQ(m.core.stats().interrupts, 1u);
}

TEST(Engine, FunctionalLevelTakesOneCyclePerBundle) {
  Machine m("counting", timing::Level::kFunctional);
  m.core.run_until(10);
  EXPECT_EQ(m.state.cycle, 10u);
  EXPECT_EQ(m.state.bundles, 10u);
  EXPECT_EQ(std::ranges::count_if(m.core.stats().stalls, [](u64 n) { return n != 0; }), 0);
}

TEST(Engine, SlicesDoNotChangeAnything) {
  Machine whole("counting"), sliced("counting");
  whole.core.run_until(120);
  for (u64 limit = 1; limit <= 120; ++limit) sliced.core.run_until(limit);
  EXPECT_EQ(whole.state.cycle, sliced.state.cycle);
  EXPECT_EQ(whole.state.pc, sliced.state.pc);
  EXPECT_EQ(whole.state.gpr, sliced.state.gpr);
  EXPECT_EQ(whole.core.stats().stalls, sliced.core.stats().stalls);
}

TEST(Engine, ABundleStartsOnlyBelowTheLimit) {
  Machine m("counting");
  m.step();
  const u64 boundary = m.state.cycle;
  m.core.run_until(boundary);
  EXPECT_EQ(m.state.bundles, 1u);
  m.core.run_until(boundary + 1);
  EXPECT_EQ(m.state.bundles, 2u);
}

TEST(Engine, TraceEventsAddUp) {
  Machine m("counting");
  u64 last = 0, bundles = 0;
  m.core.hooks().trace = [&](const engine::BundleEvent& event) {
    EXPECT_EQ(event.earliest, last);
    EXPECT_GE(event.issue, event.earliest);
    EXPECT_GT(event.next, event.issue);
    u64 lost = 0;
    for (const u64 n : event.stalls) lost += n;
    EXPECT_EQ(event.next - event.earliest, 1 + lost);
    last = event.next;
    ++bundles;
  };
  m.core.run_until(120);
  EXPECT_EQ(bundles, m.state.bundles);
}

/// Any words at all: the core traps, loops or runs, but never leaves its rails.
TEST(Engine, RandomWordsNeverHurtTheHost) {
  u64 seed = 0x9e3779b97f4a7c15;
  const auto random = [&] {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
  };
  for (unsigned round = 0; round < 300; ++round) {
    Machine m("errop", round % 2 == 0 ? timing::Level::kPipeline : timing::Level::kFunctional);
    std::vector<u32> words(512);
    for (u32& word : words) {
      word = static_cast<u32>(random());
      if (random() % 3 != 0) word &= 0x7fffffff;
    }
    m.bus.write_code(kCode, words);
    for (u64& r : m.state.gpr) r = random() % 4 == 0 ? random() : random() % FlatBus::kBytes;
    // Skip over exceptions so that much of the code is reached.
    for (unsigned i = 0; i < 400; ++i) {
      const engine::RunResult result = m.step();
      if (result.reason != engine::StopReason::kLimit || m.state.pc < kCode || m.state.pc >= kCode + 2048) {
        m.core.reset(m.state.cycle);
        m.state.sfr[core::kPs] = core::ps::kV64.mask() | core::ps::kHle.mask() | core::ps::kMmup.mask();
        ++m.state.control_epoch;
        m.state.pc = kCode + 4 * (random() % 500);
      }
    }
  }
}

}  // namespace
}  // namespace mppa::test
