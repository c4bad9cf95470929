// `mppasim run` and `mppasim rerun`: simulate a configured system.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "sim/commands.h"
#include "sim/config_options.h"
#include "sim/run/compare.h"
#include "sim/run/run.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string config;
  std::string out;
  config::LoadOptions load;
  std::vector<std::string> log_levels;
  bool quiet = false;
};

int run(const RunOptions& options) {
  const config::SystemConfig config = load_or_exit(options.config, options.load);
  const fs::path out = options.out.empty() ? fs::path("runs") / fs::path(options.config).stem() : fs::path(options.out);
  return exit_status(run_configuration(config, {out, options.log_levels, options.quiet}));
}

/// Adds an option that stands for `--set simulation.<key>=<value>`.
void add_shorthand(CLI::App& command, config::LoadOptions& load, const std::string& option, const std::string& key,
                   const std::string& type_name, const std::string& doc) {
  command
      .add_option_function<std::string>(
          option, [&load, key](const std::string& value) { load.sets.push_back("simulation." + key + "=" + value); },
          doc)
      ->type_name(type_name);
}

int rerun(const std::string& directory, std::string out) {
  if (!fs::is_regular_file(fs::path(directory) / kResolvedFile))
    throw BadInput(directory + ": is no run directory (it has no " + kResolvedFile + ")");
  const Json before = Json::parse(read_text_file(fs::path(directory) / kReportFile), nullptr, false);
  if (before.is_discarded()) throw BadInput(directory + ": its report is damaged");
  if (before["simulation"]["partial"])
    throw BadInput(directory + ": that run was interrupted; there is nothing to compare with");
  const config::SystemConfig config = load_or_exit(fs::path(directory) / kResolvedFile, {});
  if (out.empty()) out = (fs::path(directory) / "rerun").string();
  const Json after = run_configuration(config, {out, {}, true});
  if (after["simulation"]["partial"]) return kInterrupted;
  if (before["binary_hash"] != after["binary_hash"]) fmt::print("note: another build of mppasim made the first run\n");
  const std::vector<Difference> differences = compare_runs(directory, out, {});
  if (differences.empty()) {
    fmt::print("identical\n");
    return kOk;
  }
  fmt::print("{}", difference_table(differences));
  return kFailed;
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Simulate a configured system and report");
  command->add_option("CONFIG", options->config, "YAML file")->required();
  command->add_option("--out", options->out, "run directory (default: runs/<name of CONFIG>)")->type_name("DIR");
  add_config_options(*command, options->load);
  add_shorthand(*command, options->load, "--until", "until", "TIME", "end at this simulated time, e.g. 10ms");
  add_shorthand(*command, options->load, "--ios", "ios", "N", "end after this many I/Os of the workloads");
  add_shorthand(*command, options->load, "--seed", "seed", "N", "seed of all random numbers");
  add_shorthand(*command, options->load, "--quantum", "quantum", "TIME", "how far clusters may run ahead, e.g. 200ns");
  add_shorthand(*command, options->load, "--sample", "sample_period", "TIME", "record a time series with this period");
  add_shorthand(*command, options->load, "--check", "check", "WHAT",
                "coherence: report loads that hit a stale line of their L1, and fail if there are any");
  command->add_flag_callback(
      "--no-spin-skip", [options] { options->load.sets.emplace_back("simulation.spin_skip=false"); },
      "execute every iteration of loops in which cores only wait");
  command->add_flag_callback(
      "--profile", [options] { options->load.sets.emplace_back("simulation.profile=true"); },
      "attribute the cores' cycles to functions and layers of the firmware");
  command->add_option("--log", options->log_levels, "level of a component, or of all: off error warning info debug")
      ->type_name("[COMPONENT=]LEVEL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("-q,--quiet", options->quiet, "no progress, consoles and table");
  command->footer(
      "The exit status is 0 on success, 1 if the firmware or a workload failed, 2 for bad input, 130 after Ctrl-C.\n"
      "The run directory holds report.json, stats.json/.csv, resolved.yaml, the outputs of the UARTs and log.txt.");
  command->callback([options] {
    const int status = run(*options);
    if (status != kOk) throw CommandExit{status};
  });
}

void add_rerun(CLI::App& app) {
  struct Options {
    std::string directory, out;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("rerun", "Repeat a run from its directory and compare");
  command->add_option("DIR", options->directory, "run directory")->required();
  command->add_option("--out", options->out, "directory of the new run (default: DIR/rerun)")->type_name("DIR");
  command->callback([options] {
    const int status = rerun(options->directory, options->out);
    if (status != kOk) throw CommandExit{status};
  });
}

}  // namespace mppa::sim
