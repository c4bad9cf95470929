// Features of a controller [5.21]: current, default and saved values.
#pragma once

#include <map>
#include <vector>

#include "models/ssd/nvme/reservation.h"
#include "models/ssd/nvme/spec.h"

namespace mppa::ssd::nvme {

enum class Feature : u8 {
  kArbitration = 0x01,
  kPowerManagement = 0x02,
  kTemperatureThreshold = 0x04,
  kErrorRecovery = 0x05,
  kVolatileWriteCache = 0x06,
  kNumberOfQueues = 0x07,
  kInterruptCoalescing = 0x08,
  kInterruptVector = 0x09,
  kWriteAtomicity = 0x0A,
  kAsyncEvents = 0x0B,
  kTimestamp = 0x0E,
  kHostIdentifier = 0x81,
  kReservationMask = 0x82,
  kReservationPersistence = 0x83,
};

/// Select field of Get Features.
enum class FeatureSelect : u8 { kCurrent = 0, kDefault = 1, kSaved = 2, kCapabilities = 3 };

struct FeatureInfo {
  bool saveable;
  bool per_namespace;
  bool changeable;
};

/// The values that fit in a double word. Namespace features, the timestamp and the host identifier are kept by their
/// users.
class Features {
 public:
  /// `volatile_cache`: whether there is a volatile write cache to switch. `vectors`: interrupt vectors.
  Features(bool volatile_cache, unsigned vectors);

  /// nullptr if the feature is not supported.
  static const FeatureInfo* info(Feature feature);
  u32 get(Feature feature) const { return current_.at(feature); }
  u32 get(Feature feature, FeatureSelect select) const;
  void set(Feature feature, u32 value, bool save);
  /// Values after a controller reset: the saved ones.
  void reset();

  bool coalescing_disabled(unsigned vector) const { return vector_config_[vector]; }
  void set_coalescing_disabled(unsigned vector, bool disabled) { vector_config_[vector] = disabled; }

  HostId host_id;
  u64 timestamp = 0;      ///< milliseconds
  u64 timestamp_set = 0;  ///< simulated time at which it was set, ps
  bool timestamp_from_host = false;

 private:
  std::map<Feature, u32> defaults_, saved_, current_;
  std::vector<bool> vector_config_;
};

}  // namespace mppa::ssd::nvme
