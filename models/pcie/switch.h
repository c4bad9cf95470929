// A PCIe switch: one upstream port, N downstream ports, each a bridge with its own configuration space. It forwards by
// address, by bus, or by the kind of message; downstream ports reach each other directly (peer to peer).
#pragma once

#include <array>
#include <memory>
#include <systemc>

#include "models/common/stats.h"
#include "models/pcie/bridge.h"
#include "models/pcie/ordering.h"
#include "models/pcie/port.h"

namespace mppa::pcie {

struct SwitchParams {
  u16 vendor = 0x10B5, device = 0xC010;
  /// From a received packet to its copy at the egress port. 110 ns: class of Gen4 switches (PEX88000 product brief).
  u64 latency_ps = 110'000;
  /// Packets of a class that may wait for credits at an egress port before the ingress keeps its buffers. Choice of the
  /// model.
  unsigned egress_queue = 32;
  LinkRate rate{};  ///< of every port
};

class Switch : public sc_core::sc_module, public StatProvider {
 public:
  /// With `slots` downstream ports, nothing connected.
  Switch(const sc_core::sc_module_name& name, const SwitchParams& params, unsigned slots);
  ~Switch() override;
  /// Joins port 0 to end 1 of the link to the root, or a downstream port to end 0 of a link to a device. Once, before
  /// the simulation starts; a port left out is an empty slot.
  void connect(unsigned port, Port& link_end);

  /// Port 0 is the upstream port, 1 .. N the downstream ports.
  const ConfigSpace& config(unsigned port) const;
  void write_stats(StatWriter& out) const override;

 private:
  class Side;
  class NoLink;
  /// Where a packet goes: to a port, to the configuration space of a port, or nowhere.
  struct Route {
    enum Kind { kForward, kConfig, kConsume, kUnsupported, kForbidden } kind = kUnsupported;
    unsigned port = 0;
  };

  Route route(unsigned ingress, Tlp& tlp) const;
  Route route_config(unsigned ingress, Tlp& tlp) const;
  Route route_memory(unsigned ingress, const Tlp& tlp) const;
  Route route_completion(unsigned ingress, const Tlp& tlp) const;
  bool receive(unsigned ingress, Tlp& tlp);
  bool has_room(const Route& route, TlpClass cls) const;
  void dispatch(unsigned ingress, const Route& route, Tlp tlp);
  void answer(unsigned ingress, const Tlp& request, const ExpressReply& reply);
  void refuse(unsigned ingress, const Tlp& request, CompletionStatus status, PcieError error);
  void drain();
  ExpressReply express(unsigned ingress, const Tlp& request, u64 when);
  void link_changed(unsigned port, bool up);
  void after_config(unsigned port);
  u16 id_of(unsigned port) const;

  SwitchParams params_;
  std::unique_ptr<NoLink> no_link_;
  std::vector<std::unique_ptr<Side>> sides_;
  u8 bus_ = 0;  ///< of the upstream port's link
  bool draining_ = false;
  u64 forwarded_ = 0, peer_ = 0, refused_ = 0, held_ = 0;
};

}  // namespace mppa::pcie
