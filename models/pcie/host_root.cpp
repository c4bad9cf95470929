#include "models/pcie/host_root.h"

#include <fmt/core.h>

#include <cstring>

#include "models/pcie/completer.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {

class HostRoot::RootPort final : public PortUser {
 public:
  RootPort(HostRoot& owner, unsigned index, Port& link_port)
      : port(link_port),
        bridge({0x8086, 0x347A, MPPA_PCI_EXP_TYPE_ROOT, 512, true, owner.params_.rate}),
        requester(owner.timeline_, link_port, owner.params_.tags),
        index(index),
        owner_(owner) {
    port.attach(*this);
    port.set_capability(owner.params_.rate);
    requester.on_timeout = [this] { owner_.report(*this, PcieError::kTimeout, nullptr); };
  }

  bool receive(Tlp& tlp) override { return owner_.receive(*this, tlp); }
  ExpressReply express(const Tlp& request, u64 when) override { return owner_.serve(*this, request, when); }
  void link_changed(bool up) override { owner_.link_changed(*this, up); }
  u16 id() const { return make_bdf(0, index, 0); }

  Port& port;
  Bridge bridge;
  Requester requester;
  unsigned index;

 private:
  HostRoot& owner_;
};

HostRoot::HostRoot(const sc_core::sc_module_name& name, const HostRootParams& params, const std::vector<Port*>& ports)
    : sc_module(name), params_(params), memory_(params.memory_bytes) {
  for (Port* p : ports) connect(*p);
}

void HostRoot::connect(Port& port) {
  ports_.push_back(std::make_unique<RootPort>(*this, static_cast<unsigned>(ports_.size()), port));
}

HostRoot::~HostRoot() = default;

bool HostRoot::link_up(unsigned port) const { return ports_.at(port)->port.up(); }

std::vector<Device> HostRoot::enumerate() { return pcie::enumerate(*this, params_.enumeration); }

HostRoot::RootPort* HostRoot::port_of_bus(u8 bus) {
  for (auto& p : ports_)
    if (p->bridge.has_bus(bus)) return p.get();
  return nullptr;
}

HostRoot::RootPort* HostRoot::port_of_address(u64 address) {
  for (auto& p : ports_)
    if (p->bridge.has_address(address)) return p.get();
  return nullptr;
}

ExpressReply HostRoot::config(Tlp request) {
  ExpressReply reply;
  reply.status = CompletionStatus::kUnsupported;
  const u8 bus = bus_of(request.completer);
  if (bus == 0) {
    const unsigned device = request.completer >> 3;
    if (device >= ports_.size() || (request.completer & 7)) return reply;
    RootPort& p = *ports_[device];
    reply = serve_config(p.bridge, request);
    p.port.set_enabled(!p.bridge.resets_bus());
    const ConfigSpace& c = p.bridge.config();
    p.requester.set_limits({max_payload(c), max_read_request(c), completion_timeout_ps(c)});
    return reply;
  }
  RootPort* p = port_of_bus(bus);
  if (!p || !p->bridge.convert(request)) return reply;
  return p->port.express(request, timeline_.now());
}

u32 HostRoot::config_read(u16 id, unsigned offset, unsigned bytes) {
  const ExpressReply reply = config(cfg_read(0, 0, id, 0, offset, bytes));
  const u32 ones = bytes == 4 ? 0xFFFFFFFF : (1U << 8 * bytes) - 1;
  return reply.data.empty() ? ones : dword(reply.data) & ones;
}

void HostRoot::config_write(u16 id, unsigned offset, u32 value, unsigned bytes) {
  config(cfg_write(0, 0, id, 0, offset, value, bytes));
}

void HostRoot::mmio_write(u64 address, std::span<const u8> data) {
  if (RootPort* p = port_of_address(address)) p->requester.write(p->id(), address, data);
}

void HostRoot::mmio_write32(u64 address, u32 value) {
  std::array<u8, 4> data;
  std::memcpy(data.data(), &value, sizeof value);
  mmio_write(address, data);
}

void HostRoot::mmio_write64(u64 address, u64 value) {
  std::array<u8, 8> data;
  std::memcpy(data.data(), &value, sizeof value);
  mmio_write(address, data);
}

void HostRoot::mmio_read(u64 address, std::span<u8> into, Done done) {
  if (RootPort* p = port_of_address(address)) {
    p->requester.read(p->id(), address, into, std::move(done));
  } else {
    timeline_.after(0, [done = std::move(done)] { done(RequestStatus::kUnsupported); });
  }
}

u64 HostRoot::mmio_read_now(u64 address, unsigned bytes) {
  u64 value = ~u64{0};
  RootPort* p = port_of_address(address);
  if (!p) return value;
  const ExpressReply reply = p->port.express(mem_read(p->id(), 0, address, bytes), timeline_.now());
  if (reply.timeout || reply.status != CompletionStatus::kSuccess || reply.data.size() < bytes) return value;
  value = 0;
  std::memcpy(&value, reply.data.data(), std::min(8U, bytes));
  return value;
}

bool HostRoot::in_memory(u64 address, u64 bytes) const {
  const EnumerationParams& e = params_.enumeration;
  const auto overlaps = [&](u64 base, u64 size) { return address < base + size && base < address + bytes; };
  return memory_.contains(address, bytes) && !overlaps(e.low_base, e.low_size) && !overlaps(e.high_base, e.high_size);
}

bool HostRoot::receive(RootPort& port, Tlp& tlp) {
  if (malformed(tlp, max_payload(port.bridge.config()))) {
    ++refused_;
    report(port, PcieError::kMalformed, &tlp);
    return true;
  }
  if (tlp.is_completion()) {
    if (tlp.poisoned) report(port, PcieError::kPoisoned, &tlp);
    if (!port.requester.complete(tlp)) report(port, PcieError::kUnexpected, &tlp, true);
  } else if (tlp.is_message()) {
    if (tlp.code < MessageCode::kErrCorrectable || tlp.code > MessageCode::kErrFatal) return true;
    take_error(port, tlp);
  } else if (tlp.type == TlpType::kMemWrite) {
    write(port, tlp);
  } else {
    const u64 now = timeline_.now();
    const ExpressReply reply = serve(port, tlp, now);
    if (reply.data.empty()) {
      port.port.send(completion(tlp, 0, reply.status), reply.time);
    } else {
      for (Tlp& c : completions(tlp, 0, reply.data, max_payload(port.bridge.config())))
        port.port.send(std::move(c), reply.time);
    }
  }
  return true;
}

ExpressReply HostRoot::serve(RootPort& port, const Tlp& request, u64 when) {
  ExpressReply reply;
  reply.time = when;
  const u64 address = request.first_byte();
  const unsigned bytes = request.enabled_bytes();
  const bool possible = request.type == TlpType::kMemRead && port.bridge.forwards_up() && in_memory(address, bytes) &&
                        (!may_access || may_access(request.requester, address, bytes));
  if (!possible) {
    ++refused_;
    reply.status = CompletionStatus::kUnsupported;
    report(port, PcieError::kUnsupported, &request, true);
    return reply;
  }
  ++reads_;
  read_bytes_ += bytes;
  reply.data.assign(memory_.data() + address, memory_.data() + address + bytes);
  reply.time += params_.memory_read_ps;
  return reply;
}

void HostRoot::write(RootPort& port, const Tlp& tlp) {
  const u64 address = tlp.first_byte();
  const unsigned bytes = tlp.enabled_bytes();
  const bool allowed = !may_access || may_access(tlp.requester, address, bytes);
  if (!tlp.poisoned && port.bridge.forwards_up() && allowed) {
    if (address - params_.msi_base < params_.msi_size) {
      ++interrupts_;
      if (on_interrupt) on_interrupt(address, dword(tlp.payload));
      return;
    }
    if (in_memory(tlp.address, tlp.payload.size())) {
      ++writes_;
      write_bytes_ += bytes;
      for_each_run(tlp,
                   [&](u64 at, std::span<const u8> run) { std::copy(run.begin(), run.end(), memory_.data() + at); });
      if (on_memory_write) on_memory_write(address, bytes);
      return;
    }
  }
  ++refused_;
  report(port, tlp.poisoned ? PcieError::kPoisoned : PcieError::kUnsupported, &tlp);
  if (tlp.poisoned && on_poison) on_poison(tlp.requester, address, bytes);
}

void HostRoot::report(RootPort& port, PcieError error, const Tlp* tlp, bool advisory) {
  if (const auto m = report_error(port.bridge.config(), port.id(), error, tlp, advisory)) take_error(port, *m);
}

void HostRoot::take_error(RootPort& port, const Tlp& message) {
  ++errors_;
  take_error_message(port.bridge.config(), message);
  if (on_error) on_error(message.requester, message.code);
}

void HostRoot::link_changed(RootPort& port, bool up) {
  port.bridge.link_changed(up, port.port.rate());
  if (!up) {
    report(port, PcieError::kSurpriseDown, nullptr);
    port.requester.fail_all(RequestStatus::kLinkDown);
  }
  if (on_link) on_link(port.index, up);
}

void HostRoot::write_stats(StatWriter& out) const {
  out.counter("reads", reads_, "requests", "reads of memory by devices");
  out.counter("read_bytes", read_bytes_, "B", "bytes devices have read");
  out.counter("writes", writes_, "requests", "writes to memory by devices");
  out.counter("write_bytes", write_bytes_, "B", "bytes devices have written");
  out.counter("interrupts", interrupts_, "messages", "writes to the interrupt range");
  out.counter("refused", refused_, "packets", "packets to nowhere, malformed or poisoned");
  out.counter("errors", errors_, "messages", "error messages");
  for (const auto& p : ports_) {
    out.enter(fmt::format("port[{}]", p->index));
    p->requester.write_stats(out);
    write_link_stats(p->port, "link", out);
    out.leave();
  }
}

}  // namespace mppa::pcie
