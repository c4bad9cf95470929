// A log-linear histogram of non-negative integers: exact below 64, then 64 buckets an octave (error below 1.6 %), of
// constant size and with deterministic percentiles.
#pragma once

#include <algorithm>
#include <bit>
#include <vector>

#include "models/common/types.h"

namespace mppa {

class Histogram {
 public:
  void add(u64 value, u64 times = 1) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    counts_[bucket] += times;
    count_ += times;
    sum_ += static_cast<u128>(value) * times;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  void merge(const Histogram& other) {
    if (other.count_ == 0) return;
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  u64 count() const { return count_; }
  u64 min() const { return count_ ? min_ : 0; }
  u64 max() const { return max_; }
  double mean() const { return count_ ? static_cast<double>(sum_) / static_cast<double>(count_) : 0.0; }

  /// The value below or at which `per_100k` / 100000 of the samples lie: the upper end of its bucket, within [min,
  /// max]; 0 if there are no samples. percentile(99900) is p99.9.
  u64 percentile(u64 per_100k) const {
    if (count_ == 0) return 0;
    const u128 scaled = static_cast<u128>(count_) * per_100k;
    const u64 rank = std::max<u64>(1, static_cast<u64>((scaled + 99'999) / 100'000));
    u64 seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= rank) return std::clamp(upper_end(i), min_, max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr u64 kSub = u64{1} << kSubBits;

  static std::size_t bucket_of(u64 value) {
    if (value < kSub) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
    return ((shift + 1) << kSubBits) + ((value >> shift) - kSub);
  }
  static u64 upper_end(std::size_t bucket) {
    if (bucket < kSub) return bucket;
    const unsigned shift = static_cast<unsigned>(bucket >> kSubBits) - 1;
    return ((kSub + (bucket & (kSub - 1)) + 1) << shift) - 1;
  }

  std::vector<u64> counts_;
  u64 count_ = 0;
  u128 sum_ = 0;
  u64 min_ = ~u64{0};
  u64 max_ = 0;
};

}  // namespace mppa
