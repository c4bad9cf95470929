// What the controllers of one drive share: media, contents, namespaces, firmware slots, health counters.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/ssd/data_store.h"
#include "models/ssd/ftl/ftl.h"
#include "models/ssd/nvme/media_errors.h"
#include "models/ssd/nvme/reservation.h"
#include "models/ssd/nvme/spec.h"
#include "models/ssd/nvme/zones.h"

namespace mppa::ssd::nvme {

struct Namespace {
  u32 id = 0;
  u64 base = 0;  ///< first byte in the drive's capacity
  u64 bytes = 0;
  unsigned lba_shift = 9;  ///< 9 or 12
  bool formatting = false;
  Reservation reservation;
  std::unique_ptr<ZoneTable> zones;  ///< only of a zoned namespace
  MediaErrors errors;

  u64 lba_bytes() const { return u64{1} << lba_shift; }
  u64 blocks() const { return bytes >> lba_shift; }
  u64 offset(u64 lba) const { return base + (lba << lba_shift); }
};

/// Counters of the SMART log page [5.14.1.2].
struct Health {
  u64 read_bytes = 0, written_bytes = 0;
  u64 read_commands = 0, write_commands = 0;
  u64 power_cycles = 1;
  u64 media_errors = 0;
};

/// What all controllers of the subsystem must be told.
class SubsystemListener {
 public:
  virtual ~SubsystemListener() = default;
  virtual void namespace_changed(u32 id) = 0;
  virtual void reservation_changed(u32 id, const ReservationNotice& notice) = 0;
  /// Preempt and Abort: the host's commands on the namespace must end.
  virtual void host_preempted(u32 id, const HostId& host) = 0;
};

class Subsystem : public StatProvider {
 public:
  /// Throws std::invalid_argument if the parameters do not fit each other, std::runtime_error if the file fails.
  Subsystem(Timeline& time, const SsdParams& params);

  Timeline& time() { return time_; }
  const SsdParams& params() const { return params_; }
  Ftl& ftl() { return ftl_; }
  DataStore& store() { return store_; }
  /// nullptr if there is no such namespace.
  Namespace* find(u32 id) { return id >= 1 && id <= namespaces_.size() ? namespaces_[id - 1].get() : nullptr; }
  u32 namespaces() const { return static_cast<u32>(namespaces_.size()); }

  void add_listener(SubsystemListener& listener) { listeners_.push_back(&listener); }
  /// Erases a namespace's contents and gives it a block size.
  void format(Namespace& ns, unsigned lba_shift, std::function<void()> done);
  void notify(Namespace& ns, const Reservation::Notices& notices);
  /// Ends the commands of the hosts that have lost their registration.
  void abort_preempted(Namespace& ns, const Reservation::Notices& notices);

  /// Firmware revisions in slots 1 to 3 (index 0 to 2); slot 1 is read-only.
  static constexpr unsigned kFirmwareSlots = 3;
  std::array<std::string, kFirmwareSlots> firmware{};
  unsigned active_slot = 1;
  unsigned next_slot = 0;  ///< becomes active at the next controller reset; 0: none

  Health health;
  void write_stats(StatWriter& out) const override;

 private:
  void add_namespace(const NamespaceParams& params, u64 base, u64 bytes);

  Timeline& time_;
  SsdParams params_;
  Ftl ftl_;
  DataStore store_;
  std::vector<std::unique_ptr<Namespace>> namespaces_;
  std::vector<SubsystemListener*> listeners_;
};

}  // namespace mppa::ssd::nvme
