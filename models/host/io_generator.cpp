#include "models/host/io_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace mppa::host {

// With h(x) = x^-theta and H its integral: a uniform y between H(1.5) - 1 and H(n + 0.5) is inverted and rounded; the
// result is kept if y lies under the step of that rank.
Zipf::Zipf(u64 ranks, double theta) : theta_(theta), count_(static_cast<double>(ranks)) {
  low_ = integral(1.5) - 1;
  high_ = integral(count_ + 0.5);
  shortcut_ = 2 - inverse(integral(2.5) - std::pow(2, -theta));
}

double Zipf::integral(double x) const { return (std::pow(x, 1 - theta_) - 1) / (1 - theta_); }

double Zipf::inverse(double y) const { return std::pow(1 + y * (1 - theta_), 1 / (1 - theta_)); }

u64 Zipf::next(Random& random) const {
  for (;;) {
    const double y = high_ + random.unit() * (low_ - high_);
    const double x = inverse(y);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, count_);
    if (rank - x <= shortcut_ || y >= integral(rank + 0.5) - std::pow(rank, -theta_)) return static_cast<u64>(rank) - 1;
  }
}

namespace {

u64 smallest_size(const JobOptions& options) {
  u64 smallest = ~u64{0};
  if (options.reads || options.trims)
    for (const BlockShare& share : options.read_sizes) smallest = std::min(smallest, share.bytes);
  if (options.writes)
    for (const BlockShare& share : options.write_sizes) smallest = std::min(smallest, share.bytes);
  return smallest;
}

}  // namespace

IoGenerator::IoGenerator(const JobOptions& options, u64 begin, u64 bytes, u64 seed)
    : options_(options), begin_(begin), bytes_(bytes), random_(seed), smallest_(smallest_size(options)) {
  u64 largest = smallest_;
  for (const auto* sizes : {&options.read_sizes, &options.write_sizes})
    for (const BlockShare& share : *sizes) largest = std::max(largest, share.bytes);
  if (bytes < largest)
    throw std::invalid_argument(
        fmt::format("job {}: its range of {} bytes does not hold a block of {}", options.name, bytes, largest));
  const u64 blocks = bytes / smallest_;
  if (options.distribution != RandomDistribution::kUniform) spread_.emplace(blocks, seed);
  if (options.distribution == RandomDistribution::kZipf) zipf_.emplace(blocks, options.distribution_parameter);
}

Io IoGenerator::next() {
  if (options_.trims) {
    const u64 bytes = draw_size(options_.read_sizes);
    return {IoKind::kTrim, offset_for(bytes), bytes};
  }
  const bool mixed = options_.reads && options_.writes;
  const bool read = mixed ? random_.below(100) < options_.read_percent : options_.reads;
  const u64 bytes = draw_size(read ? options_.read_sizes : options_.write_sizes);
  return {read ? IoKind::kRead : IoKind::kWrite, offset_for(bytes), bytes};
}

u64 IoGenerator::draw_size(const std::vector<BlockShare>& shares) {
  if (shares.size() == 1) return shares.front().bytes;
  u64 ticket = random_.below(100);
  for (const BlockShare& share : shares) {
    if (ticket < share.percent) return share.bytes;
    ticket -= share.percent;
  }
  return shares.back().bytes;
}

u64 IoGenerator::offset_for(u64 bytes) {
  if (options_.random) {
    // A large block must still end inside the range.
    const u64 blocks = (bytes_ - bytes) / smallest_ + 1;
    return begin_ + random_block(blocks) * smallest_;
  }
  if (sequential_ + bytes > bytes_) sequential_ = 0;
  const u64 offset = begin_ + sequential_;
  sequential_ += bytes;
  return offset;
}

u64 IoGenerator::random_block(u64 blocks) {
  if (zipf_) return std::min(spread_->forward(zipf_->next(random_)), blocks - 1);
  if (options_.distribution == RandomDistribution::kPareto) {
    // The share h of the blocks gets the share 1-h of the accesses.
    const double h = options_.distribution_parameter;
    const double power = std::log(h) / std::log(1 - h);
    const u64 all = bytes_ / smallest_;
    const u64 rank = std::min(all - 1, static_cast<u64>(std::pow(random_.unit(), power) * static_cast<double>(all)));
    return std::min(spread_->forward(rank), blocks - 1);
  }
  // With several sizes blocks overlap, so that "once each" has no meaning.
  const bool one_size =
      options_.read_sizes.size() == 1 && options_.write_sizes.size() == 1 &&
      (!options_.reads || !options_.writes || options_.read_sizes.front().bytes == options_.write_sizes.front().bytes);
  if (!options_.random_map || !one_size) return random_.below(blocks);
  if (!map_ || visited_ == blocks) {
    map_.emplace(blocks, random_.next());
    visited_ = 0;
  }
  return map_->forward(visited_++);
}

}  // namespace mppa::host
