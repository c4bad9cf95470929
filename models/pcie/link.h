// A PCIe link: two wires between two ports, with the data link layer's costs (framing, sequence number, LCRC,
// acknowledgements, flow control updates), credits per class, the ordering rules, training, and what goes wrong:
// corrupted packets, an end that stops, a device that is pulled.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <systemc>

#include "models/common/stats.h"
#include "models/pcie/ordering.h"
#include "models/pcie/port.h"
#include "models/pcie/wire.h"

namespace mppa::pcie {

/// Receive buffers advertised for one class: headers, and data in units of 16 bytes.
struct Credits {
  unsigned headers = 0, data = 0;
};

struct LinkParams {
  /// Lanes (1, 2, 4, 8, 16) and generation (1 .. 4: 2.5, 5, 8, 16 GT/s) of the slot.
  LinkRate rate{};
  /// From the last bit into one transaction layer to the packet out of the other, one way. Choice of the model.
  u64 latency_ps = 250'000;
  /// From both ends enabled to link up. Real links need milliseconds; nothing here depends on it. Choice of the model.
  u64 training_ps = 20'000'000;
  /// Posted, non-posted, completions; the same at both ends. Enough for the bandwidth-delay product of x16 Gen4 with
  /// the latency above. Choice of the model.
  std::array<Credits, kTlpClasses> credits{{{128, 2048}, {128, 128}, {256, 4096}}};
  /// Packets received per Ack and UpdateFC (8 bytes each) on the other wire. Choice of the model.
  unsigned packets_per_ack = 4;
  /// Bytes per completion that an express reply is split into (see port.h).
  unsigned express_payload = 256;
};

/// Bytes around a packet: Gen1/2 STP, sequence (2), LCRC (4), END; Gen3+ STP token with sequence (4), LCRC (4).
constexpr unsigned kFramingBytes = 8;
/// An Ack or UpdateFC packet with its framing.
constexpr unsigned kDllpBytes = 8;
/// Time on the wire, rounded up to 1 ps: 8b/10b for generations 1 and 2, 128b/130b above.
u64 wire_ps(const LinkRate& rate, u64 bytes);

class Link : public sc_core::sc_module, public StatProvider, public LinkFaults {
 public:
  SC_HAS_PROCESS(Link);
  /// Bad lanes or generation: std::invalid_argument.
  Link(const sc_core::sc_module_name& name, const LinkParams& params);
  ~Link() override;

  /// End 0 is the one towards the root complex.
  Port& end(unsigned side);
  void set_plugged(bool plugged) override;
  void inject(unsigned side, const FaultRule& rule) override;
  bool up() const { return up_; }

  void write_stats(StatWriter& out) const override;

 private:
  class End;
  struct Direction;

  void start_of_simulation() override { update_state(); }
  void update_state();
  void trained();
  void set_up(bool up);
  void run(unsigned side);
  void send(unsigned side, Tlp tlp, u64 earliest);
  void transmit(unsigned side);
  bool has_credits(const Direction& d, const Tlp& tlp) const;
  void take_credits(Direction& d, const Tlp& tlp);
  void put_on_wire(unsigned side, OrderedQueue::Entry entry);
  void deliver_first(unsigned side);
  void deliver(unsigned side, Tlp tlp, bool dropped);
  void release(unsigned receiving_side, TlpClass cls, unsigned data_credits);
  void collect_credits(Direction& d);
  void schedule(Direction& d);
  void deliver_early(unsigned side, const Tlp& request);
  u64 book_dllps(Direction& d, u64 duration);
  ExpressReply express(unsigned side, const Tlp& request, u64 when);

  LinkParams params_;
  LinkRate rate_{};
  bool up_ = false, plugged_ = true;
  u64 epoch_ = 0;  ///< counts transitions to down
  u64 downs_ = 0;
  std::array<std::unique_ptr<End>, 2> ends_;
  std::array<std::unique_ptr<Direction>, 2> directions_;  ///< by the sending side
  sc_core::sc_event trained_{"trained"};
};

}  // namespace mppa::pcie
