#include "sim/system/crash_report.h"

#include <fmt/format.h>

#include <cinttypes>
#include <cstdio>

namespace mppa::sim {
namespace {

/// A line of the console is not kept beyond this: what crashes says so in fewer characters.
constexpr std::size_t kLongestLine = 200;
constexpr std::size_t kMostCrashes = 100;

/// A return address is behind the call: what is asked for is the bundle before it.
u64 call_before(u64 return_address) { return return_address - 4; }

}  // namespace

std::string crash_details(const engine::CrashSite& site, const std::array<u64, core::kGprCount>& gpr,
                          const std::function<std::string(u64)>& name_code) {
  std::string out = fmt::format("\n  pc  {:016x}  {}", site.pc, name_code(site.pc));
  out += fmt::format("\n  ra  {:016x}  called from {}", site.ra, name_code(call_before(site.ra)));
  if (site.spc != 0) out += fmt::format("\n  spc {:016x}  exception at {}", site.spc, name_code(site.spc));
  for (unsigned i = 0; i < core::kGprCount; i += 4)
    out += fmt::format("\n  {:<3} {:016x} {:016x} {:016x} {:016x}", fmt::format("r{}", i), gpr[i], gpr[i + 1],
                       gpr[i + 2], gpr[i + 3]);
  return out;
}

void ConsoleCrashes::add(char character) {
  if (character == '\n')
    line();
  else if (line_.size() < kLongestLine && character != '\r')
    line_ += character;
}

void ConsoleCrashes::line() {
  unsigned cluster = 0, core = 0;
  if (std::sscanf(line_.c_str(), "*** cluster %u core %u:", &cluster, &core) == 2) {
    if (crashes_.size() < kMostCrashes) crashes_.push_back({line_.substr(4), cluster, "", 0, 0});
    open_ = true;
  } else if (open_ && line_.starts_with("    ")) {
    Crash& last = crashes_.back();
    last.registers += "\n" + line_;
    std::sscanf(line_.c_str(), "    pc %" SCNx64 "  ra %" SCNx64, &last.pc, &last.ra);
  } else {
    open_ = false;
  }
  line_.clear();
}

std::string ConsoleCrashes::details(const std::function<std::string(unsigned, u64)>& name_code) const {
  std::string out;
  for (const Crash& crash : crashes_) {
    out += "\n  " + crash.what;
    if (!crash.registers.empty())
      out += fmt::format("\n    at          {}\n    called from {}{}", name_code(crash.cluster, crash.pc),
                         name_code(crash.cluster, call_before(crash.ra)), crash.registers);
  }
  return out;
}

}  // namespace mppa::sim
