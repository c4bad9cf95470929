#include "models/noc/rdma/network.h"

#include <fmt/core.h>

#include <bit>
#include <stdexcept>

namespace mppa::noc {

class RdmaNoc::Injector final : public InjectIf {
 public:
  Injector(RdmaNoc& noc, unsigned node) : noc_(noc), node_(node) {
    for (const LimiterParams& p : noc.params_.limiters[node]) limiters_.emplace_back(p);
  }

  bool can_inject(unsigned vchan, unsigned flits) override {
    const bool room = noc_.has_room(noc_.buffer(node_, vchan), flits, noc_.now_cycle());
    if (!room) {
      waiting_ = true;
      Buffer& b = noc_.buffer(node_, vchan);
      if (!b.freed.empty()) space_at(b.freed.front().first);
    }
    return room;
  }
  void inject(PacketPtr packet, const sc_core::sc_time& when) override {
    Buffer& b = noc_.buffer(node_, packet->vchan);
    const u64 now = noc_.now_cycle(), flits = packet->flits();
    if (!noc_.has_room(b, flits, now)) throw std::logic_error("RDMA NoC: injection without room");
    packet->source = static_cast<u8>(node_);
    b.used += flits;
    ++noc_.injected_;
    b.entries.push_back({std::move(packet), noc_.clock_.cycles_from(when.value())});
    if (b.entries.size() == 1) noc_.new_head(b, now);
    noc_.arm(now);
  }
  sc_core::sc_time admit(unsigned qos, unsigned flits, const sc_core::sc_time& when) override {
    const u64 cycle = noc_.clock_.cycles_from(when.value());
    const u64 admitted = limiters_[qos % kQosIds].take(flits, cycle);
    return admitted == cycle ? when : noc_.clock_.time_of(admitted);
  }
  const sc_core::sc_event& space_event() const override { return space_; }
  void resume_delivery() override {
    const int out = noc_.output_index(node_, kLocalPort);
    Output& o = noc_.outputs_[static_cast<std::size_t>(out)];
    if (!o.refused) return;
    o.refused = 0;
    noc_.schedule(out, noc_.now_cycle());
    noc_.arm(noc_.now_cycle());
  }
  void space_at(u64 cycle) {
    if (!waiting_) return;
    waiting_ = false;
    const u64 now = sc_core::sc_time_stamp().value(), at = noc_.clock_.ps_of(cycle);
    space_.notify(sc_core::sc_time::from_value(at > now ? at - now : 0));
  }

 private:
  RdmaNoc& noc_;
  unsigned node_;
  std::vector<TokenBucket> limiters_;
  sc_core::sc_event space_;
  bool waiting_ = false;
};

RdmaNoc::RdmaNoc(const sc_core::sc_module_name& name, const RdmaNocParams& params)
    : sc_module(name), deliver("deliver", kNodes), params_(params), clock_(params.clock_hz) {
  const u64 longest = 1 + kMaxPayload / kFlitBytes;
  if (params.credits < longest || params.inject_flits < longest)
    throw std::logic_error("RDMA NoC: buffers must hold one packet of 17 flits");
  build();
  for (unsigned n = 0; n < kNodes; ++n) injectors_[n] = std::make_unique<Injector>(*this, n);
  SC_METHOD(run);
  sensitive << event_;
  dont_initialize();
}

RdmaNoc::~RdmaNoc() = default;

InjectIf& RdmaNoc::inject(unsigned node) { return *injectors_.at(node); }

void RdmaNoc::build() {
  buffers_.resize(kNodes * kSlots);
  for (unsigned n = 0; n < kNodes; ++n) {
    output_of_[n].fill(-1);
    for (unsigned s = 0; s < kSlots; ++s) {
      Buffer& b = buffer(n, s);
      b.node = static_cast<u8>(n);
      b.slot = static_cast<u8>(s);
      b.vchan = s % kVirtualChannels;
      b.capacity = s < kVirtualChannels ? params_.inject_flits : params_.credits;
    }
  }
  std::array<unsigned, kNodes> inputs{};
  for (unsigned n = 0; n < kNodes; ++n) {
    for (unsigned port = 0; port <= kLocalPort; ++port) {
      const u8 to = port < kPorts ? kPortTable[n][port] : kNoNode;
      if (to == kNoNode && port != kLocalPort) continue;
      output_of_[n][port] = static_cast<int>(outputs_.size());
      Output& o = outputs_.emplace_back();
      o.node = static_cast<u8>(n);
      o.port = port;
      o.local = port == kLocalPort;
      if (o.local) continue;
      const unsigned slot = kVirtualChannels * ++inputs[to];
      for (unsigned v = 0; v < kVirtualChannels; ++v) {
        o.next[v] = &buffer(to, slot + v);
        o.next[v]->upstream = output_of_[n][port];
      }
    }
  }
  due_.assign(outputs_.size(), kNever);
}

void RdmaNoc::schedule(int output, u64 cycle) {
  u64& due = due_[static_cast<std::size_t>(output)];
  due = std::min(due, cycle);
  earliest_ = std::min(earliest_, cycle);
}

void RdmaNoc::arm(u64 now) {
  if (earliest_ == kNever) return;
  const u64 kernel = sc_core::sc_time_stamp().value();
  const u64 at = earliest_ <= now ? kernel : clock_.ps_of(earliest_);
  event_.notify(sc_core::sc_time::from_value(at - kernel));
}

void RdmaNoc::run() {
  const u64 now = now_cycle();
  do {
    earliest_ = kNever;
    for (std::size_t i = 0; i < due_.size(); ++i) {
      if (due_[i] <= now) {
        due_[i] = kNever;
        serve(static_cast<int>(i), now);
      }
      earliest_ = std::min(earliest_, due_[i]);
    }
  } while (earliest_ <= now);
  arm(now);
}

// The first packet of a buffer has changed: tells the output it wants. Packets that cannot be routed are taken out.
void RdmaNoc::new_head(Buffer& buffer, u64 earliest) {
  while (!buffer.entries.empty()) {
    const Entry& e = buffer.entries.front();
    const unsigned port = e.packet->route & 15;
    const int out = port <= kLocalPort ? output_index(buffer.node, port) : -1;
    const bool receiver = port != kLocalPort || deliver[buffer.node].size() > 0;
    if (out >= 0 && receiver) {
      outputs_[static_cast<std::size_t>(out)].wanted |= 1U << buffer.slot;
      schedule(out, std::max(e.head, earliest));
      return;
    }
    ++route_errors_;
    const u64 flits = e.packet->flits();
    buffer.entries.pop_front();
    buffer.freed.emplace_back(earliest + flits, flits);
    if (buffer.upstream >= 0) schedule(buffer.upstream, earliest + flits);
  }
}

bool RdmaNoc::has_room(Buffer& buffer, u64 flits, u64 now) {
  while (!buffer.freed.empty() && buffer.freed.front().first <= now) {
    buffer.used -= buffer.freed.front().second;
    buffer.freed.pop_front();
  }
  return buffer.used + flits <= buffer.capacity;
}

// Grants an output, if it can carry something now, and finds out when to look again. Whoever gives back credits or
// resumes a receiver schedules another look.
void RdmaNoc::serve(int index, u64 now) {
  Output& o = outputs_[static_cast<std::size_t>(index)];
  if (o.wanted == 0) return;
  if (o.free_at > now) return schedule(index, o.free_at);
  u64 later = kNever;
  for (unsigned k = 1; k <= kSlots; ++k) {
    const unsigned slot = (o.last + k) % kSlots;
    if (!(o.wanted >> slot & 1)) continue;
    Buffer& from = buffer(o.node, slot);
    const Entry& e = from.entries.front();
    if (e.head > now) {
      later = std::min(later, e.head);
      continue;
    }
    Buffer* next = o.next[from.vchan];
    if (next && !has_room(*next, e.packet->flits(), now)) {
      ++o.starved;
      if (!next->freed.empty()) later = std::min(later, next->freed.front().first);
      continue;
    }
    if (o.refused >> from.vchan & 1) continue;
    if (o.local && !deliver_head(o, from, now)) continue;
    o.last = slot;
    if (!o.local) send(index, from, now);
    if (o.wanted) schedule(index, o.free_at);
    return;
  }
  if (later != kNever) schedule(index, later);
}

void RdmaNoc::send(int index, Buffer& from, u64 now) {
  Output& o = outputs_[static_cast<std::size_t>(index)];
  Entry& e = from.entries.front();
  const u64 flits = e.packet->flits();
  Buffer& next = *o.next[from.vchan];
  o.waited += now - e.head;
  o.free_at = now + flits;
  ++o.packets, o.flits += flits;
  e.packet->route >>= 4;
  next.used += flits;
  next.entries.push_back({std::move(e.packet), now + params_.hop_cycles});
  o.wanted &= ~(1U << from.slot);
  if (next.entries.size() == 1) new_head(next, now + params_.hop_cycles);
  pop(from, flits, now);
}

bool RdmaNoc::deliver_head(Output& o, Buffer& from, u64 now) {
  Entry& e = from.entries.front();
  const u64 flits = e.packet->flits(), head = e.head;
  if (!deliver[o.node]->deliver(e.packet, clock_.time_of(now + flits))) {
    o.refused |= static_cast<u8>(1U << from.vchan);
    return false;
  }
  ++delivered_;
  o.waited += now - head;
  o.free_at = now + flits;
  ++o.packets, o.flits += flits;
  o.wanted &= ~(1U << from.slot);
  pop(from, flits, now);
  return true;
}

// The first packet leaves `from`, its tail `flits` cycles later.
void RdmaNoc::pop(Buffer& from, u64 flits, u64 now) {
  from.entries.pop_front();
  from.freed.emplace_back(now + flits, flits);
  if (from.upstream >= 0) {
    if (outputs_[static_cast<std::size_t>(from.upstream)].wanted) schedule(from.upstream, now + flits);
  } else {
    injectors_[from.node]->space_at(now + flits);
  }
  new_head(from, now + flits);
}

void RdmaNoc::write_stats(StatWriter& out) const {
  const u64 total = now_cycle();
  out.counter("injected", injected_, "packets", "packets taken from senders");
  out.counter("delivered", delivered_, "packets", "packets handed to receivers");
  out.counter("route_errors", route_errors_, "packets", "packets dropped because their route leads nowhere");
  for (const Output& o : outputs_) {
    out.enter(o.local ? fmt::format("{}_local", kNodeNames[o.node])
                      : fmt::format("{}_to_{}", kNodeNames[o.node], kNodeNames[kPortTable[o.node][o.port]]));
    out.utilization("busy", "noc", o.flits, total);
    out.counter("packets", o.packets, "packets", "packets carried");
    out.counter("flits", o.flits, "flits", "flits carried, headers included");
    out.counter("wait", o.waited, "cycles", "time packets stood first in a buffer until they were granted the link");
    out.counter("starved", o.starved, "grants", "grants refused for lack of credits");
    out.leave();
  }
}

}  // namespace mppa::noc
