// Process exit codes of `mppasim`, the same for every subcommand.
#pragma once

namespace mppa::sim {

enum ExitCode : int {
  kOk = 0,             ///< everything asked for was done
  kFailed = 1,         ///< the simulated system failed: workload errors, failing vectors, firmware crash
  kBadInput = 2,       ///< command line, configuration or input file is wrong; one line on stderr says where and why
  kInterrupted = 130,  ///< Ctrl-C ended the run (128 + SIGINT, as shells have it)
  kTimeLimit = 124     ///< `exec --max-cycles` reached (the code of timeout(1))
};

}  // namespace mppa::sim
