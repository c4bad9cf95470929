#include "sim/run/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace mppa::sim {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

double seconds(std::chrono::steady_clock::duration d) { return duration<double>(d).count(); }

std::string state_text(const ProgressState& s, double bundles_per_s, double simulated_per_s, double seconds_left) {
  const double simulated_s = static_cast<double>(s.simulated_ps) / 1e12;
  std::string text = fmt::format("{:<8} {:10.6f} s", s.phase, simulated_s);
  if (s.done > 0) text += fmt::format(" ({:.0f} %)", 100 * s.done);
  if (s.ios > 0) text += fmt::format("  {} I/Os", s.ios);
  text += fmt::format("  {:.1f} Mbundles/s", bundles_per_s * 1e-6);
  if (simulated_per_s > 0) text += fmt::format("  slowdown {:.0f}", 1 / simulated_per_s);
  if (seconds_left > 0) text += fmt::format("  ETA {:.0f} s", seconds_left);
  return text;
}

}  // namespace

Progress::Mode Progress::detect() { return isatty(STDERR_FILENO) != 0 ? Mode::kTerminal : Mode::kPlain; }

Progress::Progress(Mode mode) : mode_(mode), started_(Clock::now()), last_(started_) {}

Progress::~Progress() { finish(); }

bool Progress::due() const {
  return mode_ != Mode::kQuiet &&
         Clock::now() - last_ > (mode_ == Mode::kTerminal ? milliseconds(250) : milliseconds(10'000));
}

void Progress::report(const ProgressState& state) {
  const auto now = Clock::now();
  const double elapsed = seconds(now - last_);
  const double bundles_per_s = static_cast<double>(state.bundles - last_bundles_) / elapsed;
  const double simulated_per_s = static_cast<double>(state.simulated_ps - last_ps_) / 1e12 / elapsed;
  last_ = now;
  last_ps_ = state.simulated_ps;
  last_bundles_ = state.bundles;
  clear_state();
  const std::string text = state_text(state, bundles_per_s, simulated_per_s, seconds_left(state.done));
  fmt::print(stderr, "{}{}", text, mode_ == Mode::kTerminal ? "" : "\n");
  std::fflush(stderr);
  state_shown_ = mode_ == Mode::kTerminal;
}

double Progress::seconds_left(double done) {
  if (done <= 0) return 0;
  if (!first_known_) {
    first_known_ = last_;
    first_done_ = done;
  }
  return done > first_done_ ? (1 - done) * seconds(last_ - *first_known_) / (done - first_done_) : 0;
}

void Progress::text(const std::string& source, std::string_view bytes) {
  if (mode_ == Mode::kQuiet) return;
  std::string& line = unfinished_[source];
  for (const char c : bytes) {
    if (c == '\r') continue;
    if (c != '\n') {
      line += c;
      continue;
    }
    clear_state();
    fmt::print("[{}] {}\n", source, line);
    std::fflush(stdout);
    line.clear();
  }
}

void Progress::message(std::string_view line) {
  clear_state();
  fmt::print(stderr, "{}\n", line);
}

void Progress::finish() {
  clear_state();
  for (const auto& [source, line] : unfinished_)
    if (!line.empty()) fmt::print("[{}] {}\n", source, line);
  unfinished_.clear();
  std::fflush(stdout);
}

void Progress::clear_state() {
  if (state_shown_) fmt::print(stderr, "\r\x1b[K");
  state_shown_ = false;
}

}  // namespace mppa::sim
