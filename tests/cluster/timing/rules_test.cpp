// Every rule of rules.txt: the documented number of cycles, an account of every cycle, and the same from both engines.
#include <gtest/gtest.h>

#include <numeric>

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/timing/model.h"
#include "tests/cluster/timing/flat_bus.h"
#include "tests/cluster/timing/rule_file.h"

namespace mppa::test {
namespace {

constexpr u32 kNop = 0x7fffffff;
constexpr u64 kCode = 0x10000;  // nops from here to the snippet
constexpr u64 kSnippet = kCode + 64;
constexpr u64 kWarm = 0x301000, kCold1 = 0x308000, kCold2 = 0x304000;
constexpr unsigned kNops = 16;  // behind the snippet: everything has left the pipe

/// A core that stands before a snippet, and what it took to run through it.
class Bench {
 public:
  Bench(const Rule& rule, bool with_snippet, engine::EngineKind kind = engine::EngineKind::kReference)
      : rule_(rule), core_(config(kind), bus_) {
    place_code(with_snippet);
    set_state();
    warm_caches();
  }

  /// Cycles from the first nop to the end.
  u64 run() {
    const u64 begin = core_.state().cycle;
    while (core_.state().pc != end_) {
      const engine::RunResult result = core_.run_until(core_.state().cycle + 1);
      EXPECT_EQ(result.reason, engine::StopReason::kLimit) << result.message;
      EXPECT_LT(core_.state().cycle, begin + 10000) << "runs away, pc " << std::hex << core_.state().pc;
      if (testing::Test::HasFailure()) return 0;
    }
    return core_.state().cycle - begin;
  }

  /// The same in one go: true if the core is at the end after exactly `cycles`.
  bool run_for(u64 cycles) {
    const u64 end = core_.state().cycle + cycles;
    core_.run_until(end);
    return core_.state().pc == end_ && core_.state().cycle == end;
  }
  const timing::StallCounts& stalls() const { return core_.stats().stalls; }

  u64 accounted() const {
    const auto& stalls = core_.stats().stalls;
    return std::accumulate(stalls.begin(), stalls.end(), core_.state().bundles);
  }
  u64 traps() const { return core_.stats().traps; }

 private:
  static engine::CoreConfig config(engine::EngineKind kind) {
    engine::CoreConfig config;
    config.engine = kind;
    config.pid = 16;
    config.reset_pc = kCode;
    return config;
  }

  void place_code(bool with_snippet) {
    snippet_ = kSnippet + rule_.value("at", 0);
    std::vector<u32> words((snippet_ - kCode) / 4, kNop);
    if (with_snippet) words.insert(words.end(), rule_.words.begin(), rule_.words.end());
    words.insert(words.end(), kNops, kNop);
    end_ = kCode + 4 * words.size();
    words.insert(words.end(), kNops, kNop);
    bus_.write_code(kCode, words);
  }

  /// The value of an option: hexadecimal, @ps, or @<label>.
  u64 operand(const std::string& text) const {
    if (text == "@ps") return core_.state().sfr[core::kPs];
    if (text.starts_with("@")) return snippet_ + rule_.labels.at(text.substr(1));
    return std::stoull(text, nullptr, 16);
  }

  void set_state() {
    core::CoreState& state = core_.state();
    u64 ps = core::ps::kV64.mask() | core::ps::kHle.mask() | core::ps::kIce.mask() | core::ps::kMmup.mask();
    if (!rule_.has("dce0")) ps |= core::ps::kDce.mask();
    if (rule_.has("use")) ps |= core::ps::kUse.mask();
    state.sfr[core::kPs] = ps;
    ++state.control_epoch;
    for (unsigned i = 0; i < core::kGprCount; ++i) state.gpr[i] = i + 1;
    state.gpr[40] = kWarm;
    state.gpr[41] = kCold1;
    state.gpr[42] = kCold2;
    state.gpr[50] = 0;
    state.gpr[51] = 1;
    for (const std::string& option : rule_.options) {
      const auto equals = option.find('=');
      if (equals == std::string::npos || option.starts_with("at=") || option.starts_with("cold_line=")) continue;
      const u64 value = operand(option.substr(equals + 1));
      if (option[0] == 'r') state.gpr[std::stoul(option.substr(1, equals - 1))] = value;
      if (option[0] == 'm') bus_.write(std::stoull(option.substr(1, equals - 1), nullptr, 16), value);
    }
  }

  void warm_caches() {
    timing::Model& timing = core_.timing();
    for (u64 pa = kWarm; pa < kWarm + 1024; pa += 64) timing.lsu().l1d().fill(timing::TagArray::line_of(pa));
    const u64 cold = rule_.value("cold_line", 0);
    for (u64 pa = kCode; pa < end_ + 64; pa += 64)
      if (cold == 0 || pa != kSnippet + 64 * cold) timing.l1i().fill(timing::TagArray::line_of(pa));
  }

  const Rule& rule_;
  FlatBus bus_;
  engine::Core core_;
  u64 snippet_ = 0;
  u64 end_ = 0;
};

class PipelineRule : public testing::TestWithParam<Rule> {};

TEST_P(PipelineRule, TakesTheDocumentedCycles) {
  const Rule& rule = GetParam();
  SCOPED_TRACE("section " + rule.section + ": " + rule.why);
  ASSERT_FALSE(rule.words.empty() && rule.cycles != 0) << "run assemble_rules.py";
  Bench with(rule, true), without(rule, false);
  const u64 cycles = with.run();
  EXPECT_EQ(cycles - without.run(), rule.cycles);
  EXPECT_EQ(with.accounted(), cycles) << "every cycle is a bundle or has a cause";
  EXPECT_EQ(with.traps(), 0u);

  Bench fast(rule, true, engine::EngineKind::kFast);
  EXPECT_TRUE(fast.run_for(cycles)) << "the fast engine takes another time";
  EXPECT_EQ(fast.stalls(), with.stalls()) << "the fast engine sees other causes";
}

std::string test_name(const testing::TestParamInfo<Rule>& info) {
  std::string section = info.param.section;
  for (char& c : section)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return "Section" + section + "_" + info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Digest, PipelineRule,
                         testing::ValuesIn(read_rules(MPPA_SOURCE_DIR "/tests/cluster/timing/rules.txt")), test_name);

}  // namespace
}  // namespace mppa::test
