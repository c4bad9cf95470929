// What can go wrong on a link, on demand: for tests and for the `faults` of a configuration.
#pragma once

#include <deque>
#include <optional>

#include "models/pcie/tlp.h"

namespace mppa::pcie {

enum class PacketFault : u8 {
  kCorrupt,      ///< arrives with a bad LCRC and is sent again
  kPoison,       ///< arrives marked as poisoned; hits packets with data only
  kUnsupported,  ///< a request's last completion arrives without data, with status UR
  kAbort,        ///< the same with status CA
  kDrop,         ///< never arrives; of a request or its completion the requester sees a timeout
};

enum class PacketKind : u8 { kAny, kMemWrite, kMemRead, kCompletion };

/// Hits `count` packets of a kind, after letting `skip` of those it could hit pass.
struct FaultRule {
  PacketFault fault = PacketFault::kPoison;
  PacketKind kind = PacketKind::kAny;
  u64 skip = 0, count = 1;

  bool matches(const Tlp& tlp) const;
};

/// The rules that hold for the packets of one direction.
class FaultList {
 public:
  void add(const FaultRule& rule) { rules_.push_back(rule); }
  bool empty() const { return rules_.empty(); }
  /// What happens to the next packet. Every rule counts it; of several that hit, the oldest decides.
  std::optional<PacketFault> next(const Tlp& tlp);

 private:
  std::deque<FaultRule> rules_;
};

class LinkFaults {
 public:
  virtual ~LinkFaults() = default;
  /// Pulls or plugs the device (surprise removal, hot-plug). At kernel time.
  virtual void set_plugged(bool plugged) = 0;
  /// Packets from now on; `side` sends them: 0 is the end towards the root complex.
  virtual void inject(unsigned side, const FaultRule& rule) = 0;
};

}  // namespace mppa::pcie
