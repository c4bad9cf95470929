// The subcommands of `mppasim`: one file cmd_<name>.cpp each, which adds its options and its callback to the program.
// A callback reports through CommandExit; bad input is thrown as BadInput.
#pragma once

#include <stdexcept>
#include <string>

#include "sim/exit_codes.h"

namespace CLI {
class App;
}

namespace mppa::sim {

/// Thrown by a subcommand to end the program with a status other than 0 after it has said why.
struct CommandExit {
  int status = kOk;
};

/// Wrong command line, configuration or file: main prints "mppasim: <what>" as one line and exits with kBadInput.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each function adds one subcommand.
// (registered in main.cpp in the order in which --help lists them)
void add_run(CLI::App& app);       ///< simulates a configured system
void add_rerun(CLI::App& app);     ///< repeats a run from its directory
void add_stats(CLI::App& app);     ///< lists the statistics of a run
void add_compare(CLI::App& app);   ///< what differs between two runs
void add_golden(CLI::App& app);    ///< compares shipped configurations with recorded results
void add_validate(CLI::App& app);  ///< checks configurations
void add_describe(CLI::App& app);  ///< component types and their parameters
void add_exec(CLI::App& app);      ///< runs a bare program on one core
void add_vectors(CLI::App& app);   ///< golden-vector files on one core
void add_disasm(CLI::App& app);    ///< disassembly listing of an ELF file
void add_bench(CLI::App& app);     ///< speed of models

void add_bench_chip(CLI::App& bench);   ///< part of bench: the whole chip
void add_bench_stats(CLI::App& bench);  ///< part of bench: reading statistics

}  // namespace mppa::sim
