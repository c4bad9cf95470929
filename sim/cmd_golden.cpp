// `mppasim golden`: runs shipped configurations and compares them with recorded results. A recorded result
// tests/golden/<name>.json belongs to configs/<name>.yaml and holds what timing models and firmware determine. With the
// firmware it was recorded with, every number must be the same; with another one a tolerance may be given.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "sim/commands.h"
#include "sim/config_options.h"
#include "sim/run/child.h"
#include "sim/run/compare.h"
#include "sim/run/run.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFirmwareHash = "firmware_hash";

struct GoldenOptions {
  bool update = false;
  std::vector<std::string> names;
  std::vector<std::string> tolerances;
  std::vector<std::string> other_firmware;
  std::string configs = "configs";
  std::string golden = "tests/golden";
};

/// What of a report is recorded: the totals that timing models and firmware determine.
Json golden_part(const Json& report) {
  Json out;
  out[kFirmwareHash] = report[kFirmwareHash];
  for (const char* key : {"simulated_s", "cycles", "bundles", "core_cycles", "waiting_cycles", "end_reason"})
    out["simulation"][key] = report["simulation"][key];
  out["workloads"] = report["workloads"];
  return out;
}

/// Removes the hash of the firmware from both; returns whether it was another one.
bool other_firmware(Json& recorded, Json& got) {
  const Json before = recorded.value(kFirmwareHash, Json()), now = got[kFirmwareHash];
  recorded.erase(kFirmwareHash);
  got.erase(kFirmwareHash);
  return before != now;
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

Json run_for_golden(const std::string& name, const GoldenOptions& options) {
  const ScratchDirectory scratch("golden-" + name);
  config::LoadOptions load;
  load.search = {firmware_directory()};
  const ChildRun run = run_in_child(fs::path(options.configs) / (name + ".yaml"), load, scratch.path());
  if (run.status == kInterrupted) throw CommandExit{kInterrupted};
  if (run.status == kBadInput) throw BadInput(fmt::format("golden: '{}' could not be run", name));
  return golden_part(Json::parse(read_text_file(scratch.path() / kReportFile)));
}

std::vector<Tolerance> parse_tolerances(const std::vector<std::string>& texts) {
  std::vector<Tolerance> out;
  for (const std::string& text : texts) out.push_back(parse_tolerance(text));
  return out;
}

/// Returns whether the configuration ran as recorded.
bool check(const std::string& name, const GoldenOptions& options) {
  std::vector<Tolerance> tolerances = parse_tolerances(options.tolerances);
  const std::vector<Tolerance> more = parse_tolerances(options.other_firmware);
  const Json result = run_for_golden(name, options);
  const fs::path file = fs::path(options.golden) / (name + ".json");
  const bool is_recorded = fs::exists(file);
  Json recorded = is_recorded ? Json::parse(read_text_file(file), nullptr, false) : Json::object();
  if (!recorded.is_object()) throw BadInput(file.string() + ": no JSON object");
  Json got = result;
  const bool other = other_firmware(recorded, got) && is_recorded;
  if (other) tolerances.insert(tolerances.end(), more.begin(), more.end());
  const std::vector<Difference> differences = compare_json(recorded, got, tolerances);
  const bool good =
      std::all_of(differences.begin(), differences.end(), [](const Difference& d) { return d.tolerated; });
  fmt::print("{}: {}{}\n{}", name,
             differences.empty() ? "as recorded"
             : good              ? "within tolerance"
                                 : "differs",
             other ? ", with other firmware" : "", difference_table(differences));
  if (options.update && (!differences.empty() || other)) {
    write_text_file(file, result.dump(1) + "\n");
    fmt::print("{}: recorded\n", file.string());
  }
  return good || options.update;
}

int golden(GoldenOptions options) {
  if (options.names.empty()) options.names = recorded_names(options.golden);
  bool ok = true;
  for (const std::string& name : options.names) ok &= check(name, options);
  return ok ? kOk : kFailed;
}

void add_tolerances(CLI::App& command, const std::string& option, std::vector<std::string>& values,
                    const std::string& doc) {
  command.add_option(option, values, doc)
      ->type_name("PATH=RATIO")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
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
    if (!update) {
      add_tolerances(*action, "--tolerance", options->tolerances,
                     "relative difference that is allowed, e.g. 'simulation.cycles=1%' (repeatable)");
      add_tolerances(*action, "--other-firmware", options->other_firmware,
                     "the same, when the firmware is not the one of the recorded result (repeatable)");
    }
    action->callback([options] {
      const int status = golden(*options);
      if (status != kOk) throw CommandExit{status};
    });
  }
}

}  // namespace mppa::sim
