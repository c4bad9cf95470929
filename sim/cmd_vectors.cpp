// mppasim vectors: runs golden-vector files on a core and compares the whole visible state.
#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "sim/commands.h"
#include "sim/core_options.h"
#include "sim/vector_bench.h"

namespace mppa::sim {
namespace {

constexpr unsigned kShownFailures = 20;

struct Options {
  std::vector<std::string> files;
  VectorBenchConfig bench;
};

struct Counts {
  u64 passed = 0;
  u64 failed = 0;
};

void show_failure(const std::string& path, const VectorBundle& bundle, const Vector& vector,
                  const VectorOutcome& outcome) {
  const VectorDifference diff = difference(vector.after, outcome.state);
  fmt::print("{}:{}: {}\n  expected {}\n  got      {}{}{}\n", path, vector.line, bundle.assembly, diff.expected,
             diff.got,
             outcome.trouble.empty() ? ""
             : diff.got.empty()      ? ""
                                     : "; ",
             outcome.trouble);
}

void run_file(const std::string& path, const std::vector<VectorBundle>& bundles, const VectorBenchConfig& config,
              Counts& counts) {
  VectorBench bench(config, bundles, path);
  for (const VectorBundle& bundle : bundles) {
    bench.load(bundle);
    for (const Vector& vector : bundle.vectors) {
      const VectorOutcome outcome = bench.run(vector.before);
      if (outcome.trouble.empty() && outcome.state == vector.after) {
        ++counts.passed;
      } else if (++counts.failed <= kShownFailures) {
        show_failure(path, bundle, vector, outcome);
      }
    }
  }
}

void run(const Options& options) {
  std::vector<std::vector<VectorBundle>> files;  // all are read before any runs: a malformed one stops everything
  for (const std::string& path : options.files) {
    files.push_back(read_vectors(path));
    const auto has_vector = [](const VectorBundle& bundle) { return !bundle.vectors.empty(); };
    if (std::ranges::none_of(files.back(), has_vector)) throw BadInput(path + ": no vectors");
  }
  Counts counts;
  for (std::size_t i = 0; i < files.size(); ++i) run_file(options.files[i], files[i], options.bench, counts);
  if (counts.failed > kShownFailures) fmt::print("{} more failures\n", counts.failed - kShownFailures);
  fmt::print("{} passed, {} failed\n", counts.passed, counts.failed);
  if (counts.failed != 0) throw CommandExit{kFailed};
}

}  // namespace

void add_vectors(CLI::App& app) {
  CLI::App* command = app.add_subcommand("vectors", "Run golden-vector files on one core and report differences");
  const auto options = std::make_shared<Options>();
  command->add_option("files", options->files, "Vector files, plain or compressed (.xz)")
      ->required()
      ->type_name("FILE");
  add_core_options(*command, options->bench.level, options->bench.engine);
  command->footer("The last line is \"N passed, M failed\". Exit status 1 if any vector failed.");
  command->callback([options] { run(*options); });
}

}  // namespace mppa::sim
