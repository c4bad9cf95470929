#include "sim/config_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

namespace mppa::sim {

void add_config_options(CLI::App& command, config::LoadOptions& options) {
  options.search = {firmware_directory()};
  command.add_option("--set", options.sets, "override a parameter, e.g. card.clock=1GHz (repeatable)")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--preset", options.presets, "apply a preset of the configuration (repeatable)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void print_diagnostics(const config::Diagnostics& diagnostics) {
  for (const config::Diagnostic& d : diagnostics.list()) fmt::print(stderr, "{}\n", d.text());
}

std::string firmware_directory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "firmware").string();
}

}  // namespace mppa::sim
