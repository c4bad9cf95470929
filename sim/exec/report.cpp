#include "sim/exec/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "models/cluster/core/core_state.h"

namespace mppa::sim {
namespace {

double ratio(u64 part, u64 whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

const char* level_name(timing::Level level) { return level == timing::Level::kPipeline ? "pipeline" : "functional"; }

const char* reason_name(engine::StopReason reason) {
  switch (reason) {
    case engine::StopReason::kLimit:
      return "cycle_limit";
    case engine::StopReason::kIdle:
      return "asleep";
    case engine::StopReason::kExit:
      return "exit";
    case engine::StopReason::kUnmodelled:
      return "unmodelled";
    case engine::StopReason::kReset:
      return "reset";
  }
  return "?";
}

}  // namespace

std::string result_table(const engine::Core& core) {
  const core::CoreState& state = core.state();
  const engine::CoreStats& stats = core.stats();
  std::string text;
  const auto row = [&](std::string_view name, u64 value, const std::string& note = {}) {
    text += fmt::format("  {:<16}{:>14}{}\n", name, value, note.empty() ? "" : "  " + note);
  };
  text += fmt::format("core, timing level {}\n", level_name(core.config().level));
  row("cycles", state.cycle);
  row("bundles", state.bundles, fmt::format("{:.3f} per cycle", ratio(state.bundles, state.cycle)));
  row("instructions", state.instructions, fmt::format("{:.3f} per cycle", ratio(state.instructions, state.cycle)));
  row("loads", stats.loads);
  row("stores", stats.stores);
  row("atomics", stats.atomics);
  row("branches taken", stats.branches_taken);
  if (stats.traps != 0) row("traps", stats.traps);
  if (stats.interrupts != 0) row("interrupts", stats.interrupts);
  if (core.config().level != timing::Level::kPipeline) return text;
  row("L1D load hits", stats.l1d_hits);
  row("L1D load misses", stats.l1d_misses);
  row("L1I misses", stats.l1i_misses);
  text += "  cycles lost to\n";
  for (unsigned i = 0; i < timing::kStallKinds; ++i) {
    if (stats.stalls[i] == 0) continue;
    text += fmt::format("    {:<14}{:>14}  {:.1f} %\n", timing::stall_name(static_cast<timing::Stall>(i)),
                        stats.stalls[i], 100.0 * ratio(stats.stalls[i], state.cycle));
  }
  return text;
}

std::string result_json(const engine::Core& core, const engine::RunResult& result, int exit_status) {
  const core::CoreState& state = core.state();
  const engine::CoreStats& stats = core.stats();
  nlohmann::ordered_json json;
  json["timing"] = level_name(core.config().level);
  json["stop"] = reason_name(result.reason);
  json["exit_status"] = exit_status;
  json["cycles"] = state.cycle;
  json["bundles"] = state.bundles;
  json["instructions"] = state.instructions;
  json["ipc"] = ratio(state.instructions, state.cycle);
  json["loads"] = stats.loads;
  json["stores"] = stats.stores;
  json["atomics"] = stats.atomics;
  json["uncached"] = stats.uncached;
  json["branches_taken"] = stats.branches_taken;
  json["traps"] = stats.traps;
  json["interrupts"] = stats.interrupts;
  json["l1d_hits"] = stats.l1d_hits;
  json["l1d_misses"] = stats.l1d_misses;
  json["l1i_misses"] = stats.l1i_misses;
  auto& stalls = json["stalls"];
  stalls = nlohmann::ordered_json::object();
  for (unsigned i = 0; i < timing::kStallKinds; ++i)
    stalls[std::string(timing::stall_name(static_cast<timing::Stall>(i)))] = stats.stalls[i];
  return json.dump(2) + "\n";
}

std::string where(u64 pc, const SymbolNames& symbols) { return fmt::format("pc {}", symbols.format(pc)); }

std::string register_dump(const engine::Core& core, u64 pc, const SymbolNames& symbols) {
  const core::CoreState& state = core.state();
  std::string text = fmt::format("  {}, cycle {}, privilege level {}\n", where(pc, symbols), state.cycle, state.pl());
  const std::pair<const char*, u16> sfrs[] = {
      {"ps", core::kPs},        {"cs", core::kCs},        {"ra", core::kRa},          {"ls", core::kLs},
      {"le", core::kLe},        {"lc", core::kLc},        {"spc_pl0", core::kSpcPl0}, {"sps_pl0", core::kSpsPl0},
      {"ea_pl0", core::kEaPl0}, {"es_pl0", core::kEsPl0}, {"ev_pl0", core::kEvPl0},   {"mmc", core::kMmc}};
  unsigned column = 0;
  for (const auto& [name, number] : sfrs)
    text += fmt::format("  {:>8} {:016x}{}", name, state.sfr[number], ++column % 4 == 0 ? "\n" : "");
  for (unsigned i = 0; i < core::kGprCount; ++i)
    text += fmt::format("  {:>8} {:016x}{}", fmt::format("r{}", i), state.gpr[i], i % 4 == 3 ? "\n" : "");
  return text;
}

}  // namespace mppa::sim
