// `mppasim bench core`: speed of the core model on the programs of tests/bench.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/core.h"
#include "sim/commands.h"
#include "sim/elf_file.h"

namespace mppa::sim {
namespace {

using engine::EngineKind;
using timing::Level;

/// One program of tests/bench; `name` is its file name without .elf.
struct Program {
  const char* name;
  const char* title;
};

constexpr Program kPrograms[] = {
    {"alu", "single-issue ALU loop"},
    {"wide4", "4-wide loop: ALU + ALU + MAU + LSU"},
    {"copy32", "32-byte copy: lo, so"},
    {"fma", "fp32 FMA"},
    {"hwloop1", "hardware loop of one bundle"},
    {"chase_hit", "pointer chase, L1D hits"},
    {"chase_miss", "pointer chase, L1D misses"},
    {"calls", "call-heavy code"},
    {"diverse", "diverse code, 1,500+ bundles"},
};

struct BenchOptions {
  std::string level = "both";
  std::string engine = "both";
  std::string json;
  std::string directory = MPPA_BENCH_DIR;
  std::string only;
  double seconds = 0.3;
  u64 cycles = 0;
};

/// 4 MiB of local memory.
class BenchBus : public engine::CoreBus {
 public:
  static constexpr u64 kBytes = u64{4} << 20;
  BenchBus() : memory_(kBytes) {
    region_.size = kBytes;
    region_.host = memory_.data();
  }
  const engine::MemRegion* region(u64 pa) override { return region_.contains(pa, 1) ? &region_ : nullptr; }
  engine::BusReply access(engine::BusOp, u64, std::span<u8>, const engine::AtomicOperands&, u64) override {
    return {false, 10};
  }
  void load(const ElfFile& elf, const std::string& name) {
    for (const ElfSegment& s : elf.segments()) {
      if (s.paddr > kBytes || s.memory_size > kBytes - s.paddr)
        throw BadInput(fmt::format("{}: a segment lies outside the 4 MiB of memory", name));
      std::copy(s.bytes.begin(), s.bytes.end(), memory_.begin() + static_cast<std::ptrdiff_t>(s.paddr));
    }
  }

 private:
  std::vector<u8> memory_;
  engine::MemRegion region_;
};

struct Measurement {
  const Program* program = nullptr;
  EngineKind engine = EngineKind::kFast;
  Level level = Level::kPipeline;
  double seconds = 0;
  u64 cycles = 0, bundles = 0, instructions = 0;
  double bundles_per_second = 0;  ///< of the fastest part of the run: other work on the host only slows down
  /// Instructions per cycle.
  double ipc() const { return cycles > 0 ? static_cast<double>(instructions) / static_cast<double>(cycles) : 0; }
};

const char* engine_name(EngineKind e) { return e == EngineKind::kFast ? "fast" : "reference"; }
const char* level_name(Level l) { return l == Level::kPipeline ? "pipeline" : "functional"; }

/// Runs to `cycle`; any other end is an error of the program.
void run_to(engine::Core& core, u64 cycle, const Program& program) {
  const engine::RunResult result = core.run_until(cycle);
  if (result.reason != engine::StopReason::kLimit)
    throw BadInput(fmt::format("{}: the program stopped at cycle {}: {}", program.name, result.cycle, result.message));
}

Measurement measure(const Program& program, EngineKind engine, Level level, const BenchOptions& options) {
  constexpr u64 kWarmUp = 200'000, kSlice = 100'000;
  constexpr double kParts = 10;
  const std::string path = (std::filesystem::path(options.directory) / program.name).string() + ".elf";
  const ElfFile elf = ElfFile::read(path);
  BenchBus bus;
  bus.load(elf, path);
  engine::CoreConfig config;
  config.engine = engine;
  config.level = level;
  config.reset_pc = elf.entry();
  engine::Core core(config, bus);
  run_to(core, kWarmUp, program);

  Measurement m{&program, engine, level};
  const core::CoreState& s = core.state();
  const u64 cycle0 = s.cycle, bundles0 = s.bundles, instructions0 = s.instructions;
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  const double begin = now();
  double part_begin = begin;
  u64 part_bundles = s.bundles;
  do {
    run_to(core, s.cycle + (options.cycles != 0 ? options.cycles : kSlice), program);
    const double t = now();
    m.seconds = t - begin;
    if (t - part_begin < options.seconds / kParts && options.cycles == 0) continue;
    m.bundles_per_second =
        std::max(m.bundles_per_second, static_cast<double>(s.bundles - part_bundles) / (t - part_begin));
    part_begin = t;
    part_bundles = s.bundles;
  } while (options.cycles == 0 && m.seconds < options.seconds);
  m.cycles = s.cycle - cycle0;
  m.bundles = s.bundles - bundles0;
  m.instructions = s.instructions - instructions0;
  return m;
}

std::vector<Measurement> measure_all(const BenchOptions& options) {
  std::vector<Measurement> all;
  for (const Program& program : kPrograms) {
    if (!options.only.empty() && options.only != program.name) continue;
    for (const Level level : {Level::kPipeline, Level::kFunctional}) {
      if (options.level != "both" && options.level != level_name(level)) continue;
      for (const EngineKind engine : {EngineKind::kFast, EngineKind::kReference}) {
        if (options.engine != "both" && options.engine != engine_name(engine)) continue;
        all.push_back(measure(program, engine, level, options));
      }
    }
  }
  if (all.empty()) throw BadInput(fmt::format("no benchmark is called '{}'", options.only));
  return all;
}

void print_table(const std::vector<Measurement>& all) {
  fmt::print("{:<36} {:<10} {:<9} {:>12} {:>12} {:>12} {:>6}\n", "program", "timing", "engine", "M bundles/s",
             "bundles", "cycles", "IPC");
  for (const Measurement& m : all)
    fmt::print("{:<36} {:<10} {:<9} {:>12.1f} {:>12} {:>12} {:>6.2f}\n", m.program->title, level_name(m.level),
               engine_name(m.engine), m.bundles_per_second / 1e6, m.bundles, m.cycles, m.ipc());
}

bool write_json(const std::vector<Measurement>& all, std::ostream& file) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Measurement& m : all)
    list.push_back({{"program", m.program->name},
                    {"timing", level_name(m.level)},
                    {"engine", engine_name(m.engine)},
                    {"bundles_per_second", m.bundles_per_second},
                    {"seconds", m.seconds},
                    {"bundles", m.bundles},
                    {"instructions", m.instructions},
                    {"cycles", m.cycles},
                    {"ipc", m.ipc()}});
  file << nlohmann::ordered_json{{"core", list}}.dump(2) << '\n';
  return static_cast<bool>(file.flush());
}

}  // namespace

void add_bench(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* bench = app.add_subcommand("bench", "Measure the speed of models");
  bench->require_subcommand(1);
  add_bench_chip(*bench);
  add_bench_stats(*bench);
  CLI::App* core = bench->add_subcommand("core", "Speed of one core on the benchmark programs");
  core->add_option("--timing", options->level, "timing level to measure (default both)")
      ->check(CLI::IsMember({"pipeline", "functional", "both"}));
  core->add_option("--engine", options->engine, "engine to measure (default both)")
      ->check(CLI::IsMember({"fast", "reference", "both"}));
  core->add_option("--json", options->json, "also write the figures as JSON; -: JSON instead of the table")
      ->type_name("FILE");
  core->add_option("--only", options->only, "one program (alu, wide4, copy32, fma, hwloop1, chase_hit, ...)")
      ->type_name("NAME");
  core->add_option("--seconds", options->seconds,
                   "host time per measurement (default 0.3); the speed is that of its fastest tenth")
      ->check(CLI::PositiveNumber)
      ->type_name("S");
  core->add_option("--cycles", options->cycles,
                   "simulate exactly this many cycles instead (for counting host instructions)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  core->add_option("--programs", options->directory, "directory of the programs' ELF files")->type_name("DIR");
  core->callback([options] {
    if (options->json == "-") {
      write_json(measure_all(*options), std::cout);
      return;
    }
    std::ofstream json;  // opened first: a wrong path should not cost the measurements
    if (!options->json.empty()) {
      json.open(options->json);
      if (!json) throw BadInput(options->json + ": cannot be written");
    }
    const std::vector<Measurement> all = measure_all(*options);
    print_table(all);
    if (!options->json.empty() && !write_json(all, json)) throw BadInput(options->json + ": cannot be written");
  });
}

}  // namespace mppa::sim
