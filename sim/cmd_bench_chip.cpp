// `mppasim bench chip`: speed of the whole chip, idle and computing, and the memory it takes.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "models/cluster/core/core_state.h"
#include "sim/commands.h"
#include "sim/system/coolidge.h"

namespace mppa::sim {
namespace {

struct ChipBenchOptions {
  std::string directory;
  std::string only;
  std::string json;
  std::string timing = "pipeline";
  double seconds = 2;
  bool no_spin_skip = false;
};

/// One load of the chip.
struct Load {
  const char* name;
  const char* title;
  const char* program;
  std::vector<std::string> arguments;
  u64 step_us;  ///< simulated time per measurement step
};

const Load kLoads[] = {
    {"idle", "85 idle reactors", "chip_idle", {"idle"}, 10000},
    {"one", "1 PE computing", "chip_compute", {"compute", "1", "1"}, 100},
    {"cluster", "16 PEs of a cluster computing", "chip_compute", {"compute", "16", "1"}, 50},
    {"all", "80 PEs computing", "chip_compute", {"compute", "16", "5"}, 20},
};

struct ChipMeasurement {
  const Load* load;
  double simulated = 0, host = 0;  ///< seconds
  u64 bundles = 0;
  double best_rate = 0;  ///< bundles per host second, best step
};

u64 bundles_of(const Coolidge& chip) {
  u64 sum = 0;
  for (unsigned c = 0; c < kClusters; ++c) {
    chip.cluster(c).settle();
    for (unsigned i = 0; i < cluster::kCoreCount; ++i) sum += chip.cluster(c).core(i).state().bundles;
  }
  return sum;
}

/// Seconds of host time that this process got: on a busy machine the clock on the wall says nothing about the
/// simulator.
double host_now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// A chip in a simulation context of its own; it stays, because SystemC cannot take one apart.
ChipMeasurement measure(const Load& load, const ChipBenchOptions& options) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  CoolidgeParams params;
  params.spin_skip = !options.no_spin_skip;
  const auto level = options.timing == "functional" ? timing::Level::kFunctional : timing::Level::kPipeline;
  for (auto& c : params.cluster) c.pe_timing = c.rm_timing = level;
  Coolidge& chip = *new Coolidge("chip", params);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const auto elf = ElfFile::read((std::filesystem::path(options.directory) / load.program).string() + ".elf");
  for (unsigned c = 0; c < kClusters; ++c) chip.load(c, elf, load.arguments);
  chip.boot();
  const auto step = [&] { sc_core::sc_start(static_cast<double>(load.step_us), sc_core::SC_US); };
  for (unsigned i = 0; i < 4; ++i) step();

  ChipMeasurement m{&load};
  const u64 first = bundles_of(chip);
  u64 last = first;
  const double begin = host_now();
  double now = begin;
  while (now - begin < options.seconds) {
    step();
    const double t = host_now();
    const u64 bundles = bundles_of(chip);
    m.best_rate = std::max(m.best_rate, static_cast<double>(bundles - last) / (t - now));
    m.simulated += static_cast<double>(load.step_us) * 1e-6;
    now = t;
    last = bundles;
  }
  m.host = now - begin;
  m.bundles = last - first;
  if (chip.end) throw BadInput(fmt::format("{}: {}", load.program, chip.end->message));
  return m;
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void report(const std::vector<ChipMeasurement>& all, const std::string& json_path) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  double one = 0, eighty = 0;
  fmt::print("{:<32} {:>14} {:>14} {:>16}\n", "load", "M bundles/s", "best", "sim. s / host s");
  for (const ChipMeasurement& m : all) {
    const double rate = static_cast<double>(m.bundles) / m.host;
    fmt::print("{:<32} {:>14.1f} {:>14.1f} {:>16.6f}\n", m.load->title, rate / 1e6, m.best_rate / 1e6,
               m.simulated / m.host);
    list.push_back({{"load", m.load->name},
                    {"bundles_per_second", rate},
                    {"best_bundles_per_second", m.best_rate},
                    {"simulated_seconds_per_second", m.simulated / m.host}});
    if (m.load->name == std::string("one")) one = m.best_rate;
    if (m.load->name == std::string("all")) eighty = m.best_rate;
  }
  if (one > 0 && eighty > 0) fmt::print("80 PEs run at {:.0f} % of the bundle rate of one\n", 100 * eighty / one);
  fmt::print("peak memory {:.0f} MiB\n", peak_memory_mib());
  if (json_path.empty()) return;
  std::ofstream file(json_path);
  file << nlohmann::ordered_json{{"chip", list}, {"peak_memory_mib", peak_memory_mib()}}.dump(2) << '\n';
  if (!file.flush()) throw BadInput(json_path + ": cannot be written");
}

}  // namespace

void add_bench_chip(CLI::App& bench) {
  auto options = std::make_shared<ChipBenchOptions>();
  CLI::App* chip = bench.add_subcommand("chip", "Speed of the whole chip, idle and computing");
  chip->add_option("--only", options->only, "one load (idle, one, cluster, all)")->type_name("NAME");
  chip->add_option("--timing", options->timing, "timing level of all cores (default pipeline)")
      ->check(CLI::IsMember({"pipeline", "functional"}));
  chip->add_option("--seconds", options->seconds, "host time per load (default 2)")->type_name("S");
  chip->add_option("--json", options->json, "also write the figures as JSON")->type_name("FILE");
  chip->add_option("--programs", options->directory, "directory of the programs' ELF files")->type_name("DIR");
  chip->add_flag("--no-spin-skip", options->no_spin_skip, "execute loops in which cores only wait");
  chip->callback([options] {
    if (options->directory.empty())
      options->directory =
          (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../firmware/bench").string();
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    std::vector<ChipMeasurement> all;
    for (const Load& load : kLoads)
      if (options->only.empty() || options->only == load.name) all.push_back(measure(load, *options));
    if (all.empty()) throw BadInput(fmt::format("no load is called '{}'", options->only));
    report(all, options->json);
  });
}

}  // namespace mppa::sim
