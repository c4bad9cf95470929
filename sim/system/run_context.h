// What a running simulation offers to the components it is made of.
#pragma once

#include <string>
#include <string_view>

#include "sim/config/system_config.h"

namespace mppa::sim {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

/// Why a system is finished.
struct SystemEnd {
  enum class Reason {
    kExit,   ///< the firmware ended the run with `status`
    kCrash,  ///< the firmware crashed
  };
  Reason reason = Reason::kExit;
  int status = 0;            ///< of kExit
  std::string message;       ///< one line: who, what
  std::string details = {};  ///< of a crash: registers and source lines, each line behind a line feed
};

class RunContext {
 public:
  virtual ~RunContext() = default;

  /// The `simulation` section of the configuration.
  virtual const config::Component& simulation() const = 0;
  /// A file that determines the run (firmware): it is kept with the results, and its contents are hashed.
  virtual void uses_file(const std::string& path) = 0;
  /// Appends to a file of the results, for example "card.uart0.txt".
  virtual void output(const std::string& file, std::string_view bytes) = 0;
  /// Shows text to the user as it appears, unless the run is quiet. `source` names it.
  virtual void show(const std::string& source, std::string_view bytes) = 0;
  /// Ends the run now. The first call counts.
  virtual void end(SystemEnd end) = 0;
  /// One line for the log; `component` is a path of the configuration.
  virtual void log(const std::string& component, LogLevel level, std::string_view line) = 0;
};

}  // namespace mppa::sim
