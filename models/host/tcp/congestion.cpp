#include "models/host/tcp/congestion.h"

#include <algorithm>
#include <cmath>

namespace mppa::host::tcp {

namespace {

// RFC 9438: C, beta_cubic, and the slope that makes it as fair as Reno.
constexpr double kScale = 0.4, kBeta = 0.7, kAlpha = 3 * (1 - kBeta) / (1 + kBeta);
constexpr double kSecond = 1e12;

}  // namespace

void Congestion::acknowledged(u64 bytes, u64 flight, u64 now, u64 round_trip) {
  if (flight + mss_ < window_) return;
  if (in_slow_start()) {
    window_ += std::min(bytes, 2 * mss_);  // RFC 3465, L = 2
    return;
  }
  if (control_ == Control::kCubic) return grow_cubic(bytes, now, round_trip);
  counted_ += bytes;
  if (counted_ < window_) return;
  counted_ -= window_;
  window_ += mss_;
}

void Congestion::grow_cubic(u64 bytes, u64 now, u64 round_trip) {
  const double mss = static_cast<double>(mss_), window = static_cast<double>(window_) / mss;
  if (epoch_ == 0) {
    epoch_ = std::max<u64>(now, 1);
    epoch_window_ = reno_window_ = window;
    max_ = std::max(max_, window);
    inflection_ = std::cbrt((max_ - epoch_window_) / kScale);
  }
  const double t = static_cast<double>(now - epoch_ + round_trip) / kSecond - inflection_;
  const double target = std::clamp(kScale * t * t * t + max_, window, 1.5 * window);
  const double share = static_cast<double>(bytes) / mss / window;
  reno_window_ += (reno_window_ < max_ ? kAlpha : 1) * share;
  const double next = std::max(window + (target - window) * share, reno_window_);
  window_ = static_cast<u64>(std::min(next, 2 * window) * mss);
}

void Congestion::reduce(u64 flight) {
  const double window = static_cast<double>(window_) / static_cast<double>(mss_);
  max_ = window < max_ ? window * (1 + kBeta) / 2 : window;  // fast convergence
  epoch_ = 0;
  counted_ = 0;
  const u64 target = control_ == Control::kCubic ? static_cast<u64>(static_cast<double>(flight) * kBeta) : flight / 2;
  threshold_ = std::max(target, 2 * mss_);
}

void Congestion::lost(u64 flight) {
  reduce(flight);
  window_ = threshold_;
}

void Congestion::timed_out(u64 flight, bool first) {
  if (first) reduce(flight);
  window_ = mss_;
}

}  // namespace mppa::host::tcp
