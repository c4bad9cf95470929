// Runs of configurations in processes of their own: SystemC knows one system per process.
#pragma once

#include <filesystem>
#include <string>

#include "sim/config/system_config.h"

namespace mppa::sim {

struct ChildRun {
  int status = 0;    ///< exit status of the run
  double cpu_s = 0;  ///< processor time it took
};

/// Runs a configuration quietly with results in `out`. Ctrl-C and SIGTERM reach the run, whose status is then
/// kInterrupted. Throws BadInput if no process can be started.
ChildRun run_in_child(const std::filesystem::path& config, const config::LoadOptions& load,
                      const std::filesystem::path& out);

/// A name for a directory of temporary results, removed at the end of the scope.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& name);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mppa::sim
