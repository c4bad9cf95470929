#include "models/ssd/nvme/features.h"

#include <algorithm>

namespace mppa::ssd::nvme {

namespace {

/// Composite temperature threshold: 350 K (77 C), a usual warning limit.
constexpr u32 kDefaultThreshold = 350;
/// Arbitration burst of 2^3 commands.
constexpr u32 kDefaultArbitration = 3;

}  // namespace

Features::Features(bool volatile_cache, unsigned vectors) : vector_config_(vectors) {
  defaults_ = {{Feature::kArbitration, kDefaultArbitration},
               {Feature::kPowerManagement, 0},
               {Feature::kTemperatureThreshold, kDefaultThreshold},
               {Feature::kErrorRecovery, 0},
               {Feature::kVolatileWriteCache, volatile_cache},
               {Feature::kNumberOfQueues, 0},
               {Feature::kInterruptCoalescing, 0},
               {Feature::kInterruptVector, 0},
               {Feature::kWriteAtomicity, 0},
               {Feature::kAsyncEvents, 0},
               {Feature::kReservationMask, 0},
               {Feature::kReservationPersistence, 0}};
  saved_ = defaults_;
  reset();
}

const FeatureInfo* Features::info(Feature feature) {
  static const std::map<Feature, FeatureInfo> kInfo = {
      {Feature::kArbitration, {true, false, true}},          {Feature::kPowerManagement, {false, false, true}},
      {Feature::kTemperatureThreshold, {true, false, true}}, {Feature::kErrorRecovery, {true, true, true}},
      {Feature::kVolatileWriteCache, {true, false, true}},   {Feature::kNumberOfQueues, {false, false, true}},
      {Feature::kInterruptCoalescing, {true, false, true}},  {Feature::kInterruptVector, {false, false, true}},
      {Feature::kWriteAtomicity, {true, false, true}},       {Feature::kAsyncEvents, {true, false, true}},
      {Feature::kTimestamp, {false, false, true}},           {Feature::kHostIdentifier, {false, false, true}},
      {Feature::kReservationMask, {false, true, true}},      {Feature::kReservationPersistence, {false, true, true}}};
  const auto found = kInfo.find(feature);
  return found != kInfo.end() ? &found->second : nullptr;
}

u32 Features::get(Feature feature, FeatureSelect select) const {
  switch (select) {
    case FeatureSelect::kDefault:
      return defaults_.at(feature);
    case FeatureSelect::kSaved:
      return saved_.at(feature);
    default:
      return current_.at(feature);
  }
}

void Features::set(Feature feature, u32 value, bool save) {
  current_[feature] = value;
  if (save) saved_[feature] = value;
}

void Features::reset() {
  current_ = saved_;
  std::fill(vector_config_.begin(), vector_config_.end(), false);
  host_id = {};
  timestamp = timestamp_set = 0;
  timestamp_from_host = false;
}

}  // namespace mppa::ssd::nvme
