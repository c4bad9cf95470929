// When each register becomes readable (section 2), and how waits of the pipe age what is pending.
#pragma once

#include <array>
#include <vector>

#include "models/cluster/timing/bundle_timing.h"
#include "models/common/types.h"

namespace mppa::timing {

class Scoreboard {
 public:
  /// The earliest issue cycle >= `from` at which all operands of the bundle are readable at their stages. `cause` names
  /// the producer waited for longest; untouched if there is no wait.
  u64 readable(const BundleTiming& bundle, u64 from, Stall& cause) const;

  /// The bundle that issued at `t` waits `k` cycles at the stage with ordinal `stage`: everything behind it waits too,
  /// what is in front runs on. Results due by then keep their distance to the next bundle, later ones age.
  void hold(unsigned stage, u64 t, u64 k);

  /// Notes a result: readable at the end of cycle `ready`. SFRs keep the later of two writes, GPRs the last one.
  void write(ResourceId r, u64 ready, Stall cause, bool streaming);

  /// The cycle at whose end the streaming load outstanding for GPR `r` returns; 0 if there is none.
  u64 streaming_until(ResourceId r) const { return r < kSfrBase && streaming_[r] ? ready_[r] : 0; }

  u64 ready(ResourceId r) const { return ready_[r]; }
  Stall cause(ResourceId r) const { return cause_[r]; }
  bool streaming(ResourceId r) const { return r < kSfrBase && streaming_[r]; }
  u64 latest() const { return latest_; }
  /// The same for what is no GPR.
  u64 latest_sfr() const { return latest_sfr_; }
  /// Sets an entry whatever it was (engines that keep the scoreboard in another form restore it with this).
  void set(ResourceId r, u64 ready, Stall cause, bool streaming);
  void reset();

  /// What is still pending at T, for comparing states (Model::image).
  void append_image(u64 T, std::vector<u64>& out) const;
  /// Moves everything by `cycles` into the future.
  void move(u64 cycles);

 private:
  std::array<u64, kResources> ready_{};
  std::array<Stall, kResources> cause_{};
  std::array<bool, kSfrBase> streaming_{};
  u64 latest_ = 0;      ///< nothing is pending beyond it
  u64 latest_sfr_ = 0;  ///< no SFR or carry is pending beyond it
};

}  // namespace mppa::timing
