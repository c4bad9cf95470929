#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "sim/exit_codes.h"

int main(int argc, char** argv) {
  CLI::App app{"mppasim - instruction-level simulator of the Kalray MPPA3 Coolidge DPU"};
  app.set_version_flag("--version", "mppasim " MPPASIM_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 success, 1 the simulated system failed, 2 bad input, 124 cycle limit reached.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? mppa::sim::kOk : mppa::sim::kBadInput;
  }
  return mppa::sim::kOk;
}
