// `mppasim stats`: lists the statistics of a run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "sim/commands.h"
#include "sim/run/run_directory.h"
#include "sim/stats/stat_files.h"

namespace mppa::sim {
namespace {

struct StatsOptions {
  std::string directory;
  std::string filter;
  bool doc = false;
};

int list(const StatsOptions& options) {
  const std::filesystem::path file = std::filesystem::path(options.directory) / kStatsFile;
  std::vector<StatLine> lines;
  try {
    lines = read_stats_json(read_text_file(file));
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", file.string(), e.what()));
  }
  unsigned shown = 0;
  for (const StatLine& line : lines) {
    const bool wanted = matches(options.filter, line.path) || line.path.find(options.filter) != std::string::npos;
    if (!wanted) continue;
    ++shown;
    fmt::print("{:<60} {:>16} {}{}\n", line.path, line.value, line.unit, options.doc ? "  # " + line.doc : "");
  }
  if (shown > 0) return kOk;
  fmt::print(stderr, "mppasim: no statistic matches '{}'\n", options.filter);
  return kFailed;
}

}  // namespace

void add_stats(CLI::App& app) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand("stats", "List the statistics of a run");
  command->add_option("DIR", options->directory, "run directory")->required();
  command->add_option("FILTER", options->filter, "part of a path, or a pattern with * and ?");
  command->add_flag("--doc", options->doc, "say what each one is");
  command->callback([options] {
    const int status = list(*options);
    if (status != kOk) throw CommandExit{status};
  });
}

}  // namespace mppa::sim
