// The sequence of I/Os of one thread of a job: which operation, where, how large. Depends on the options and the seed
// only, never on time.
#pragma once

#include <memory>
#include <optional>

#include "models/common/random.h"
#include "models/host/job_file.h"
#include "models/ssd/ftl/permutation.h"

namespace mppa::host {

enum class IoKind : u8 { kRead, kWrite, kTrim, kFlush };

struct Io {
  IoKind kind = IoKind::kRead;
  u64 offset = 0;  ///< bytes in the namespace
  u64 bytes = 0;
};

/// Ranks 0 .. n-1 with probability proportional to 1 / (rank + 1)^theta, by rejection-inversion (Hoermann and
/// Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996).
class Zipf {
 public:
  Zipf(u64 ranks, double theta);
  u64 next(Random& random) const;

 private:
  double integral(double x) const;
  double inverse(double y) const;

  double theta_, count_;
  double low_, high_, shortcut_;
};

class IoGenerator {
 public:
  /// `begin`, `bytes`: the range of the namespace. Throws std::invalid_argument if it does not hold one block.
  IoGenerator(const JobOptions& options, u64 begin, u64 bytes, u64 seed);
  Io next();

 private:
  u64 draw_size(const std::vector<BlockShare>& shares);
  u64 random_block(u64 blocks);
  u64 offset_for(u64 bytes);

  JobOptions options_;
  u64 begin_, bytes_;
  Random random_;
  u64 smallest_;  ///< offsets are multiples of this
  u64 sequential_ = 0;
  std::optional<ssd::Permutation> map_;  ///< order of the current pass over the range
  u64 visited_ = 0;
  std::optional<Zipf> zipf_;
  std::optional<ssd::Permutation> spread_;  ///< which block a rank of a skewed distribution means
};

}  // namespace mppa::host
