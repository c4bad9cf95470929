#include "sim/run/run.h"

#include <fmt/format.h>

#include <chrono>
#include <systemc>

#include "sim/commands.h"
#include "sim/config/digest.h"
#include "sim/config_options.h"
#include "sim/run/interrupt.h"
#include "sim/run/profile.h"
#include "sim/stats/stat_files.h"

namespace mppa::sim {
namespace {

std::string binary_hash() {
  config::Digest digest;
  digest.add(read_text_file("/proc/self/exe"));
  return digest.text();
}

void write_results(const Simulation& simulation, const Json& report, RunDirectory& directory) {
  const StatNode tree = simulation.statistics();
  directory.write(kStatsFile, stats_json(tree));
  directory.write("stats.csv", stats_csv(tree));
  if (!simulation.series().empty()) {
    directory.write("series.csv", simulation.series().csv());
    directory.write("series.json", simulation.series().json());
  }
  directory.write(kReportFile, report.dump(1) + "\n");
  directory.flush();
}

}  // namespace

config::SystemConfig load_or_exit(const std::string& file, const config::LoadOptions& options) {
  config::Diagnostics diagnostics;
  config::SystemConfig config = builtin_components().load(file, options, diagnostics);
  if (diagnostics.ok()) return config;
  print_diagnostics(diagnostics);
  throw CommandExit{kBadInput};
}

Json run_configuration(const config::SystemConfig& config, const RunRequest& request) {
  // SystemC announces every pause on stdout otherwise.
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  // Components have names of their own; that SystemC numbers its objects among equal names means nothing.
  sc_core::sc_report_handler::set_actions("object already exists", sc_core::SC_DO_NOTHING);
  catch_interrupts();
  LogLevels levels(request.log_levels, config);  // before the directory: bad input must not cost earlier results
  RunDirectory directory(request.out);
  Progress progress(request.quiet ? Progress::Mode::kQuiet : Progress::detect());
  RunLog log(std::move(levels), directory, progress);
  directory.write_configuration(config);
  Simulation simulation(builtin_components(), config, directory, progress, log);

  const auto start = std::chrono::steady_clock::now();
  const RunEnd end = simulation.run(interrupted);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  progress.finish();
  Json report = make_report(config, simulation, end, directory, {MPPASIM_VERSION, binary_hash(), wall.count()});
  write_results(simulation, report, directory);
  if (end.failed || end.interrupted) progress.message(fmt::format("mppasim: {}{}", end.message, end.details));
  if (!request.quiet && report.contains("profile")) fmt::print("\n{}", profile_table(report["profile"]));
  if (const u64 findings = simulation.findings())
    progress.message(fmt::format("mppasim: the check has found {} loads of stale data; see log.txt", findings));
  if (!request.quiet)
    fmt::print("\n{}  {:<12} {}\n", closing_table(report), "results", (directory.path() / kReportFile).string());
  return report;
}

int exit_status(const Json& report) {
  if (report["simulation"]["partial"]) return kInterrupted;
  return successful(report) ? kOk : kFailed;
}

}  // namespace mppa::sim
