#include "models/pcie/switch.h"

#include <fmt/core.h>

#include <cstring>

#include "models/pcie/completer.h"
#include "models/pcie/kernel_time.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {
/// The end of an empty slot.
class Switch::NoLink final : public Port {
 public:
  void attach(PortUser&) override {}
  void set_capability(const LinkRate&) override {}
  void set_enabled(bool) override {}
  bool up() const override { return false; }
  LinkRate rate() const override { return {0, 1}; }
  void send(Tlp, u64) override {}
  std::size_t queued(TlpClass) const override { return 0; }
  void release(TlpClass, unsigned) override {}
  ExpressReply express(const Tlp&, u64 when) override { return {.timeout = true, .time = when, .data = {}}; }
};

/// A port with what has arrived there and found no room at its egress.
class Switch::Side final : public PortUser {
 public:
  Side(Switch& owner, unsigned index, const BridgeParams& params)
      : port(owner.no_link_.get()), bridge(params), owner_(owner), index_(index), rate_(params.rate) {}

  void connect(Port& link_end) {
    port = &link_end;
    port->attach(*this);
    port->set_capability(rate_);
  }

  bool receive(Tlp& tlp) override { return owner_.receive(index_, tlp); }
  ExpressReply express(const Tlp& request, u64 when) override { return owner_.express(index_, request, when); }
  void link_changed(bool up) override { owner_.link_changed(index_, up); }
  void sent(TlpClass) override { owner_.drain(); }

  Port* port;
  Bridge bridge;
  OrderedQueue held;

 private:
  Switch& owner_;
  unsigned index_;
  LinkRate rate_;
};

Switch::Switch(const sc_core::sc_module_name& name, const SwitchParams& params, unsigned slots)
    : sc_module(name), params_(params), no_link_(std::make_unique<NoLink>()) {
  BridgeParams bridge{params.vendor, params.device, MPPA_PCI_EXP_TYPE_UPSTREAM, 512, false, params.rate};
  sides_.push_back(std::make_unique<Side>(*this, 0, bridge));
  bridge.port_type = MPPA_PCI_EXP_TYPE_DOWNSTREAM;
  bridge.slot = true;
  for (unsigned p = 1; p <= slots; ++p) sides_.push_back(std::make_unique<Side>(*this, p, bridge));
}

void Switch::connect(unsigned port, Port& link_end) { sides_.at(port)->connect(link_end); }

Switch::~Switch() = default;

const ConfigSpace& Switch::config(unsigned port) const { return sides_.at(port)->bridge.config(); }

u16 Switch::id_of(unsigned port) const {
  return port == 0 ? make_bdf(bus_, 0, 0) : make_bdf(sides_[0]->bridge.secondary(), port - 1, 0);
}

Switch::Route Switch::route_config(unsigned ingress, Tlp& tlp) const {
  if (ingress != 0) return {};
  const u8 bus = bus_of(tlp.completer);
  const unsigned device = tlp.completer >> 3 & 31, function = tlp.completer & 7;
  if (tlp.type == TlpType::kCfgRead0 || tlp.type == TlpType::kCfgWrite0)
    return device == 0 && function == 0 ? Route{Route::kConfig, 0} : Route{};
  if (bus == sides_[0]->bridge.secondary())
    return device + 1 < sides_.size() && function == 0 ? Route{Route::kConfig, device + 1} : Route{};
  for (unsigned p = 1; p < sides_.size(); ++p) {
    const Bridge& bridge = sides_[p]->bridge;
    if (bridge.has_bus(bus)) return bridge.convert(tlp) ? Route{Route::kForward, p} : Route{};
  }
  return {};
}

Switch::Route Switch::route_memory(unsigned ingress, const Tlp& tlp) const {
  const Bridge &up = sides_[0]->bridge, &from = sides_[ingress]->bridge;
  if (ingress != 0 && !from.forwards_up()) return {};
  if (from.acs(MPPA_PCI_ACS_SOURCE_VALIDATION) && !from.has_bus(bus_of(tlp.requester))) return {Route::kForbidden, 0};
  const Route upwards = up.forwards_up() ? Route{Route::kForward, 0} : Route{};
  for (unsigned p = 1; p < sides_.size(); ++p)
    if (p != ingress && sides_[p]->bridge.has_address(tlp.address))
      return from.acs(MPPA_PCI_ACS_REQUEST_REDIRECT) ? upwards : Route{Route::kForward, p};
  if (ingress == 0) return {};
  // What lies within the switch's own windows does not leave it upwards.
  const bool is_own = from.has_address(tlp.address) && from.acs(MPPA_PCI_ACS_UPSTREAM_FORWARDING);
  return is_own || !up.has_address(tlp.address) ? upwards : Route{};
}

Switch::Route Switch::route_completion(unsigned ingress, const Tlp& tlp) const {
  const bool redirects = sides_[ingress]->bridge.acs(MPPA_PCI_ACS_COMPLETION_REDIRECT) && !tlp.relaxed;
  for (unsigned p = 1; p < sides_.size() && !redirects; ++p)
    if (p != ingress && sides_[p]->bridge.has_bus(bus_of(tlp.requester))) return {Route::kForward, p};
  return ingress == 0 ? Route{Route::kConsume, 0} : Route{Route::kForward, 0};
}

Switch::Route Switch::route(unsigned ingress, Tlp& tlp) const {
  Route r;
  if (tlp.is_config()) {
    r = route_config(ingress, tlp);
  } else if (tlp.is_memory()) {
    r = route_memory(ingress, tlp);
  } else if (tlp.is_completion()) {
    r = route_completion(ingress, tlp);
  } else if (tlp.routing == MessageRouting::kToRoot && ingress != 0) {
    r = {Route::kForward, 0};
  } else {
    r = {Route::kConsume, 0};
  }
  if (r.kind == Route::kForward && !sides_[r.port]->port->up()) return {};
  return r;
}

bool Switch::has_room(const Route& route, TlpClass cls) const {
  return route.kind != Route::kForward || sides_[route.port]->port->queued(cls) < params_.egress_queue;
}

bool Switch::receive(unsigned ingress, Tlp& tlp) {
  Side& side = *sides_[ingress];
  if (malformed(tlp, max_payload(side.bridge.config()))) {
    ++refused_;
    auto m = report_error(side.bridge.config(), id_of(ingress), PcieError::kMalformed, &tlp, false);
    if (m) sides_[0]->port->send(std::move(*m), kernel_ps() + params_.latency_ps);
    return true;
  }
  if (side.held.empty()) {
    if (ingress == 0 && tlp.type == TlpType::kCfgWrite0) bus_ = bus_of(tlp.completer);
    const Route r = route(ingress, tlp);
    if (has_room(r, tlp.tlp_class())) {
      dispatch(ingress, r, std::move(tlp));
      return true;
    }
  }
  ++held_;
  side.held.push(std::move(tlp), 0);
  return false;
}

void Switch::dispatch(unsigned ingress, const Route& r, Tlp tlp) {
  switch (r.kind) {
    case Route::kForward:
      ++forwarded_;
      if (ingress != 0 && r.port != 0) ++peer_;
      sides_[r.port]->port->send(std::move(tlp), kernel_ps() + params_.latency_ps);
      break;
    case Route::kConfig: {
      const ExpressReply reply = serve_config(sides_[r.port]->bridge, tlp);
      answer(ingress, tlp, reply);
      after_config(r.port);
      break;
    }
    case Route::kConsume:
      break;
    case Route::kUnsupported:
      refuse(ingress, tlp, CompletionStatus::kUnsupported, PcieError::kUnsupported);
      break;
    case Route::kForbidden:
      refuse(ingress, tlp, CompletionStatus::kAbort, PcieError::kAcsViolation);
      break;
  }
}

void Switch::answer(unsigned ingress, const Tlp& request, const ExpressReply& reply) {
  Port& port = *sides_[ingress]->port;
  const u64 at = kernel_ps() + params_.latency_ps;
  const u16 id = id_of(ingress);
  if (reply.data.empty()) {
    port.send(completion(request, id, reply.status), at);
    return;
  }
  for (Tlp& c : completions(request, id, reply.data, 128)) port.send(std::move(c), at);
}

void Switch::refuse(unsigned ingress, const Tlp& request, CompletionStatus status, PcieError error) {
  ++refused_;
  const bool non_posted = request.tlp_class() == TlpClass::kNonPosted;
  if (non_posted) answer(ingress, request, {.status = status, .data = {}});
  if (request.is_completion() || request.is_message()) return;
  auto m = report_error(sides_[ingress]->bridge.config(), id_of(ingress), error, &request, non_posted);
  if (m) sides_[0]->port->send(std::move(*m), kernel_ps() + params_.latency_ps);
}

// Room at an egress: whatever waits may try again, the ports in turn. Sending can make room again: no recursion.
void Switch::drain() {
  if (draining_) return;
  draining_ = true;
  for (bool moved = true; moved;) {
    moved = false;
    for (unsigned p = 0; p < sides_.size(); ++p) {
      Side& side = *sides_[p];
      const auto cls = side.held.next([&](const Tlp& tlp) {
        Tlp copy = tlp;
        return has_room(route(p, copy), tlp.tlp_class());
      });
      if (!cls) continue;
      Tlp tlp = side.held.pop(*cls).tlp;
      const unsigned data = tlp.data_credits();
      const Route r = route(p, tlp);
      dispatch(p, r, std::move(tlp));
      side.port->release(*cls, data);
      moved = true;
    }
  }
  draining_ = false;
}

ExpressReply Switch::express(unsigned ingress, const Tlp& request, u64 when) {
  Tlp tlp = request;
  if (ingress == 0 && tlp.type == TlpType::kCfgWrite0) bus_ = bus_of(tlp.completer);
  const Route r = route(ingress, tlp);
  ExpressReply reply;
  if (r.kind == Route::kForward) {
    ++forwarded_;
    reply = sides_[r.port]->port->express(tlp, when + params_.latency_ps);
    reply.time += params_.latency_ps;
    return reply;
  }
  if (r.kind == Route::kConfig) {
    reply = serve_config(sides_[r.port]->bridge, tlp);
    after_config(r.port);
  } else {
    ++refused_;
    reply.status = r.kind == Route::kForbidden ? CompletionStatus::kAbort : CompletionStatus::kUnsupported;
  }
  reply.time = when + params_.latency_ps;
  return reply;
}

void Switch::after_config(unsigned port) {
  if (port != 0) sides_[port]->port->set_enabled(!sides_[port]->bridge.resets_bus());
}

void Switch::link_changed(unsigned port, bool up) {
  Side& side = *sides_[port];
  side.held.clear();
  const auto msi = side.bridge.link_changed(up, side.port->rate());
  if (port == 0) {
    // A reset of the upstream link resets the switch and everything below.
    if (!up)
      for (auto& s : sides_) s->bridge.config().reset();
    for (unsigned p = 1; p < sides_.size(); ++p) sides_[p]->port->set_enabled(up);
    return;
  }
  if (!up) {
    auto m = report_error(side.bridge.config(), id_of(port), PcieError::kSurpriseDown, nullptr, false);
    if (m) sides_[0]->port->send(std::move(*m));
    drain();
  }
  if (!msi) return;
  std::array<u8, 4> data{};
  std::memcpy(data.data(), &msi->data, sizeof msi->data);
  sides_[0]->port->send(mem_write(id_of(port), msi->address, data));
}

void Switch::write_stats(StatWriter& out) const {
  out.counter("forwarded", forwarded_, "packets", "packets forwarded");
  out.counter("peer", peer_, "packets", "of these, between downstream ports");
  out.counter("refused", refused_, "packets", "malformed packets, and packets without a way, refused with UR");
  out.counter("held", held_, "packets", "packets that waited in a receive buffer for room at their egress");
  for (std::size_t p = 1; p < sides_.size(); ++p)
    write_link_stats(*sides_[p]->port, fmt::format("slot[{}]", p - 1), out);
}

}  // namespace mppa::pcie
