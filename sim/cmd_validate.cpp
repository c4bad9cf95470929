// `mppasim validate`: checks configurations without running them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "sim/commands.h"
#include "sim/config_options.h"
#include "sim/system/component.h"

namespace mppa::sim {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  config::LoadOptions load;
};

int validate(const ValidateOptions& options) {
  int status = kOk;
  for (const std::string& file : options.files) {
    config::Diagnostics diagnostics;
    const config::SystemConfig config = builtin_components().load(file, options.load, diagnostics);
    if (!diagnostics.ok()) {
      print_diagnostics(diagnostics);
      status = kBadInput;
    } else {
      fmt::print("{}: valid, {} components, {} links\n", file, config.components.size(), config.links.size());
    }
  }
  return status;
}

}  // namespace

void add_validate(CLI::App& app) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check configurations and report all errors");
  command->add_option("CONFIG", options->files, "YAML files")->required();
  add_config_options(*command, options->load);
  command->callback([options] {
    const int status = validate(*options);
    if (status != kOk) throw CommandExit{status};
  });
}

}  // namespace mppa::sim
