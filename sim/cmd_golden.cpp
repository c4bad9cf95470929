// `mppasim golden`: runs shipped configurations and compares them with recorded results. A recorded result
// tests/golden/<name>.json belongs to configs/<name>.yaml and holds what the timing models determine.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "sim/commands.h"
#include "sim/config_options.h"
#include "sim/run/compare.h"
#include "sim/run/run.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

struct GoldenOptions {
  bool update = false;
  std::vector<std::string> names;
  std::vector<std::string> tolerances;
  std::string configs = "configs";
  std::string golden = "tests/golden";
};

/// Runs a configuration in a process of its own: SystemC knows one system per process. Returns its exit status.
int run_in_child(const fs::path& config, const fs::path& out) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw BadInput("cannot start another process");
  if (child == 0) {
    int status = kFailed;
    try {
      config::LoadOptions load;
      load.search = {firmware_directory()};
      status = exit_status(run_configuration(load_or_exit(config, load), {out, {}, true}));
    } catch (const CommandExit& e) {
      status = e.status;
    } catch (const std::exception& e) {
      fmt::print(stderr, "mppasim: {}\n", e.what());
      status = kBadInput;
    }
    std::fflush(nullptr);
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : kFailed;
}

/// What of a report is recorded: the totals that timing models and firmware determine.
Json golden_part(const Json& report) {
  Json out;
  for (const char* key : {"simulated_s", "cycles", "bundles", "end_reason"})
    out["simulation"][key] = report["simulation"][key];
  out["workloads"] = report["workloads"];
  return out;
}

std::vector<std::string> recorded_names(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  if (names.empty()) throw BadInput(directory.string() + ": holds no recorded results");
  return names;
}

/// Returns whether the configuration ran as recorded.
bool check(const std::string& name, const GoldenOptions& options) {
  const fs::path scratch = fs::temp_directory_path() / fmt::format("mppasim-golden-{}-{}", name, getpid());
  const int status = run_in_child(fs::path(options.configs) / (name + ".yaml"), scratch);
  if (status == kBadInput) throw BadInput(fmt::format("golden: '{}' could not be run", name));
  const Json got = golden_part(Json::parse(read_text_file(scratch / kReportFile)));
  fs::remove_all(scratch);

  const fs::path file = fs::path(options.golden) / (name + ".json");
  const Json recorded = fs::exists(file) ? Json::parse(read_text_file(file), nullptr, false) : Json::object();
  std::vector<Tolerance> tolerances;
  for (const std::string& text : options.tolerances) tolerances.push_back(parse_tolerance(text));
  const std::vector<Difference> differences = compare_json(recorded, got, tolerances);
  const bool good =
      std::all_of(differences.begin(), differences.end(), [](const Difference& d) { return d.tolerated; });
  fmt::print("{}: {}\n{}", name,
             differences.empty() ? "as recorded"
             : good              ? "within tolerance"
                                 : "differs",
             difference_table(differences));
  if (good) return true;
  if (!options.update) return false;
  write_text_file(file, got.dump(1) + "\n");
  fmt::print("{}: recorded\n", file.string());
  return true;
}

int golden(GoldenOptions options) {
  if (options.names.empty()) options.names = recorded_names(options.golden);
  bool ok = true;
  for (const std::string& name : options.names) ok &= check(name, options);
  return ok ? kOk : kFailed;
}

}  // namespace

void add_golden(CLI::App& app) {
  CLI::App* command = app.add_subcommand("golden", "Compare shipped configurations with their recorded results");
  command->require_subcommand(1);
  for (const bool update : {false, true}) {
    auto options = std::make_shared<GoldenOptions>();
    options->update = update;
    CLI::App* action = command->add_subcommand(update ? "update" : "check",
                                               update ? "record the results as they are now, and print what changed"
                                                      : "run and compare; status 1 if anything differs");
    action->add_option("NAME", options->names, "configurations (default: all that have a recorded result)");
    action->add_option("--configs", options->configs, "where the configurations are")->capture_default_str();
    action->add_option("--golden", options->golden, "where the recorded results are")->capture_default_str();
    if (!update)
      action
          ->add_option("--tolerance", options->tolerances,
                       "relative difference that is allowed, e.g. 'simulation.cycles=1%' (repeatable)")
          ->type_name("PATH=RATIO")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    action->callback([options] {
      const int status = golden(*options);
      if (status != kOk) throw CommandExit{status};
    });
  }
}

}  // namespace mppa::sim
