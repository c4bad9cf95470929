// One end of a PCIe link, seen from the device it belongs to, and what the device must offer to be attached there.
//
// Two ways lead over a link.
//
// * TLPs that are sent arrive later, as an event of the kernel, in the order the rules of PCIe allow, when credits let
//   them go. This is how everything that speaks PCIe works.
// * An access from a loosely timed bus (a core or a DMA of the chip reads a device) must return its data at once, with
//   a time. Such a request is forwarded by call (`express`): it is executed now and its time is that of the TLPs it
//   stands for, which take their share of the wires. Posted writes to the same page that are still under way are
//   delivered first, so that it sees what a request in the queue would see.
#pragma once

#include "models/common/stats.h"
#include "models/pcie/link_faults.h"
#include "models/pcie/tlp.h"

namespace mppa::pcie {

/// The answer to an express request. `status` is kSuccess with the data of a read (its enabled bytes, from the first
/// on), or why there is none; `time` (ps) is when the last completion arrived at the side that asked.
struct ExpressReply {
  CompletionStatus status = CompletionStatus::kSuccess;
  bool timeout = false;  ///< nobody answered: the link is down
  bool poisoned = false;
  u64 time = 0;
  std::vector<u8> data;
};

/// Lanes and generation: what an end is capable of, or what was negotiated.
struct LinkRate {
  unsigned lanes = 16;  ///< 1, 2, 4, 8, 16; 0: none
  unsigned generation = 4;
  friend bool operator==(const LinkRate&, const LinkRate&) = default;
};

/// A device at an end of a link. Times are absolute picoseconds. Calls come at kernel time unless they have a time of
/// their own.
class PortUser {
 public:
  virtual ~PortUser() = default;
  /// A packet has arrived. True: it has left the receive buffer. False: it stays there, the packet has been moved from,
  /// and its credits come back by Port::release.
  virtual bool receive(Tlp& tlp) = 0;
  /// A non-posted request that arrives at `when`, never earlier than the kernel's time.
  virtual ExpressReply express(const Tlp& request, u64 when) = 0;
  /// The link has come up or gone down. Down: everything under way is lost, credits are as after reset.
  virtual void link_changed(bool up) = 0;
  /// A packet has left the transmit queue of this class.
  virtual void sent(TlpClass) {}
};

class Port {
 public:
  virtual ~Port() = default;
  /// Whose port this is. Before the simulation starts.
  virtual void attach(PortUser& user) = 0;
  /// What this end can do (default: the link's parameters) and whether it trains; a change retrains the link.
  virtual void set_capability(const LinkRate& rate) = 0;
  virtual void set_enabled(bool enabled) = 0;
  virtual bool up() const = 0;
  virtual LinkRate rate() const = 0;

  /// Queues a packet, to leave at `earliest` at the earliest (default: now). Packets of one class leave in order. With
  /// the link down it is lost.
  virtual void send(Tlp tlp, u64 earliest = 0) = 0;
  /// Packets of a class that wait for credits.
  virtual std::size_t queued(TlpClass cls) const = 0;
  /// Gives back the receive buffer of a packet for which PortUser::receive returned false.
  virtual void release(TlpClass cls, unsigned data_credits) = 0;
  /// Statistics of the link, which the end nearer to the root reports; null: there is no link.
  virtual const StatProvider* link_stats() const { return nullptr; }
  /// What can be made to go wrong on the link; null: there is no link.
  virtual LinkFaults* faults() { return nullptr; }
  /// Sends a request by call; see above.
  virtual ExpressReply express(const Tlp& request, u64 when) = 0;
};

/// Lists the link of `port` as the child `name`.
inline void write_link_stats(const Port& port, std::string_view name, StatWriter& out) {
  if (!port.link_stats()) return;
  out.enter(name);
  port.link_stats()->write_stats(out);
  out.leave();
}

}  // namespace mppa::pcie
