// `mppasim compare`: what differs between two runs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "sim/commands.h"
#include "sim/run/compare.h"

namespace mppa::sim {
namespace {

struct CompareOptions {
  std::string a, b;
  std::vector<std::string> tolerances;
};

int compare(const CompareOptions& options) {
  std::vector<Tolerance> tolerances;
  for (const std::string& text : options.tolerances) tolerances.push_back(parse_tolerance(text));
  const std::vector<Difference> differences = compare_runs(options.a, options.b, tolerances);
  const auto beyond =
      std::count_if(differences.begin(), differences.end(), [](const Difference& d) { return !d.tolerated; });
  fmt::print("{}{} values differ, {} beyond tolerance\n", difference_table(differences), differences.size(), beyond);
  return beyond == 0 ? kOk : kFailed;
}

}  // namespace

void add_compare(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand("compare", "Print what differs between two runs, largest first");
  command->add_option("A", options->a, "run directory or JSON file")->required();
  command->add_option("B", options->b, "another one")->required();
  command
      ->add_option("--tolerance", options->tolerances,
                   "relative difference that is allowed, e.g. 'simulation.cycles=1%'; * and ? match (repeatable)")
      ->type_name("PATH=RATIO")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      "Compared are the report without its member `host`, and the statistics.\n"
      "The exit status is 0 if nothing differs beyond tolerance, else 1.");
  command->callback([options] {
    const int status = compare(*options);
    if (status != kOk) throw CommandExit{status};
  });
}

}  // namespace mppa::sim
