#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <new>
#include <system_error>

#include "sim/commands.h"
#include "sim/exit_codes.h"

namespace {

void add_commands(CLI::App& app) {
  mppa::sim::add_run(app);
  mppa::sim::add_rerun(app);
  mppa::sim::add_stats(app);
  mppa::sim::add_compare(app);
  mppa::sim::add_golden(app);
  mppa::sim::add_validate(app);
  mppa::sim::add_describe(app);
  mppa::sim::add_exec(app);
  mppa::sim::add_vectors(app);
  mppa::sim::add_disasm(app);
  mppa::sim::add_bench(app);
}

}  // namespace

// SystemC's library owns main() only if a program defines sc_main; this program elaborates systems itself.
int main(int argc, char** argv) {
  using namespace mppa::sim;
  CLI::App app{"mppasim - instruction-level simulator of the Kalray MPPA3 Coolidge DPU", "mppasim"};
  app.set_version_flag("--version", "mppasim " MPPASIM_VERSION);
  app.footer(
      "Exit status: 0 success; 1 the simulated system failed (errors, mismatches, crash);\n"
      "             2 bad input; 124 the cycle limit was reached; 130 interrupted.");
  add_commands(app);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) throw CLI::RequiredError::Subcommand(1);
    if (std::fflush(stdout) != 0) throw BadInput("standard output cannot be written");
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    fmt::print(stderr, "mppasim: {} (see mppasim --help)\n", e.what());
    return kBadInput;
  } catch (const BadInput& e) {
    fmt::print(stderr, "mppasim: {}\n", e.what());
    return kBadInput;
  } catch (const std::system_error& e) {  // an output that cannot take more
    fmt::print(stderr, "mppasim: {}\n", e.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "mppasim: out of memory\n");
    return kBadInput;
  } catch (const CommandExit& e) {
    return e.status;
  }
  return kOk;
}
