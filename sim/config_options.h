// What every subcommand that reads a configuration shares.
#pragma once

#include "sim/config/system_config.h"

namespace CLI {
class App;
}

namespace mppa::sim {

/// Adds --set and --preset, and sets where firmware is looked for. `options` must live as long as `command`.
void add_config_options(CLI::App& command, config::LoadOptions& options);

/// Prints all diagnostics on stderr, one a line.
void print_diagnostics(const config::Diagnostics& diagnostics);

/// Where the firmware of this build is: beside the directory of the running program, <bin>/../firmware.
std::string firmware_directory();

}  // namespace mppa::sim
