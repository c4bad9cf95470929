// What the user sees while a simulation runs: text of consoles and log lines as they appear, and how far it is. On a
// terminal the state is one line that is rewritten; elsewhere a plain line every ten seconds; nothing if quiet.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/common/types.h"

namespace mppa::sim {

struct ProgressState {
  std::string phase;  ///< "boot", "ramp", "measure", "verify", "run"
  u64 simulated_ps = 0;
  double done = 0;  ///< share of the run that is over, 0 to 1; 0: unknown
  u64 bundles = 0;
  u64 ios = 0;
};

class Progress {
 public:
  enum class Mode : u8 { kTerminal, kPlain, kQuiet };

  /// kTerminal if stderr is one, else kPlain.
  static Mode detect();

  explicit Progress(Mode mode);
  ~Progress();

  /// Whether it is time for another report(); asking is cheap.
  bool due() const;
  void report(const ProgressState& state);
  /// Text on stdout, whole lines at a time, each with its source in front.
  void text(const std::string& source, std::string_view bytes);
  /// A line on stderr, shown even if quiet.
  void message(std::string_view line);
  /// Removes the state line and shows unfinished lines of text.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void clear_state();
  /// Wall time until the run is over, by the pace since that could first be said; 0: unknown.
  double seconds_left(double done);

  Mode mode_;
  Clock::time_point started_, last_;
  u64 last_ps_ = 0, last_bundles_ = 0;
  std::optional<Clock::time_point> first_known_;  ///< when the share that is done was first known
  double first_done_ = 0;
  bool state_shown_ = false;
  std::map<std::string, std::string> unfinished_;  ///< lines by source
};

}  // namespace mppa::sim
