#include "models/cluster/timing/scoreboard.h"

#include <algorithm>

namespace mppa::timing {

u64 Scoreboard::readable(const BundleTiming& bundle, u64 from, Stall& cause) const {
  if (latest_ <= from) return from;
  u64 t = from;
  const auto need = [&](ResourceId r, unsigned stage) {
    if (ready_[r] <= t + stage) return;
    t = ready_[r] - stage;
    cause = cause_[r];
  };
  for (const Use& use : bundle.reads()) {
    if (use.resource != kAnySfr) {
      need(use.resource, use.stage);
      continue;
    }
    for (ResourceId r = kSfrBase; r < kCarry; ++r) need(r, use.stage);
  }
  return t;
}

void Scoreboard::hold(unsigned stage, u64 t, u64 k) {
  if (k == 0) return;
  const u64 begin = t + stage;
  for (u64& ready : ready_) ready = ready <= begin ? ready + k : std::max(ready, begin + k);
  latest_ += k;
  latest_sfr_ += k;
}

void Scoreboard::write(ResourceId r, u64 ready, Stall cause, bool streaming) {
  if (r >= kSfrBase && r != kCarry && ready_[r] > ready) return;
  set(r, ready, cause, streaming);
}

void Scoreboard::set(ResourceId r, u64 ready, Stall cause, bool streaming) {
  ready_[r] = ready;
  cause_[r] = cause;
  if (r < kSfrBase) streaming_[r] = streaming;
  latest_ = std::max(latest_, ready);
  if (r >= kSfrBase) latest_sfr_ = std::max(latest_sfr_, ready);
}

void Scoreboard::append_image(u64 T, std::vector<u64>& out) const {
  if (latest_ <= T) return;
  for (unsigned i = 0; i < kResources; ++i) {
    const auto r = static_cast<ResourceId>(i);
    if (ready_[r] > T) out.insert(out.end(), {u64{r}, ready_[r] - T, static_cast<u64>(cause_[r]), u64{streaming(r)}});
  }
}

void Scoreboard::move(u64 cycles) {
  for (u64& ready : ready_) ready += cycles;
  latest_ += cycles;
  latest_sfr_ += cycles;
}

void Scoreboard::reset() { *this = Scoreboard{}; }

}  // namespace mppa::timing
