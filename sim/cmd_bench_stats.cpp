// `mppasim bench stats`: what it costs to read the statistics of a run while it goes on. (Counting itself cannot be
// switched off.)
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>

#include "sim/commands.h"
#include "sim/config_options.h"
#include "sim/run/child.h"

namespace mppa::sim {
namespace {

struct StatsBenchOptions {
  std::string config;
  config::LoadOptions load;
  std::string period = "1ms";
  unsigned rounds = 5;
};

double cpu_seconds(const StatsBenchOptions& options, const std::string& period) {
  const ScratchDirectory scratch("bench-stats");
  config::LoadOptions load = options.load;
  load.sets.push_back("simulation.sample_period=" + period);
  const ChildRun run = run_in_child(options.config, load, scratch.path());
  if (run.status != kOk) throw CommandExit{run.status};
  return run.cpu_s;
}

/// The shortest of several runs each, taken in turns: what disturbs the host disturbs both.
void bench(const StatsBenchOptions& options) {
  double without = std::numeric_limits<double>::infinity(), with = without;
  for (unsigned i = 0; i < options.rounds; ++i) {
    without = std::min(without, cpu_seconds(options, "0ps"));
    with = std::min(with, cpu_seconds(options, options.period));
  }
  fmt::print("{:.3f} s of processor time without, {:.3f} s with all statistics every {}: overhead {:.1f} %\n", without,
             with, options.period, 100 * (with / without - 1));
}

}  // namespace

void add_bench_stats(CLI::App& bench_command) {
  auto options = std::make_shared<StatsBenchOptions>();
  CLI::App* command = bench_command.add_subcommand("stats", "Cost of reading statistics during a run");
  command->add_option("CONFIG", options->config, "YAML file")->required();
  add_config_options(*command, options->load);
  command->add_option("--period", options->period, "simulated time between two readings")
      ->type_name("TIME")
      ->capture_default_str();
  command->add_option("--rounds", options->rounds, "runs of each kind")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([options] { bench(*options); });
}

}  // namespace mppa::sim
