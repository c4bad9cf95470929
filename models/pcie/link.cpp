#include "models/pcie/link.h"

#include <stdexcept>
#include <string>

#include "models/pcie/kernel_time.h"

namespace mppa::pcie {
namespace {

bool valid(const LinkRate& r) {
  const bool lanes = r.lanes == 1 || r.lanes == 2 || r.lanes == 4 || r.lanes == 8 || r.lanes == 16;
  return lanes && r.generation >= 1 && r.generation <= 4;
}

std::size_t index(TlpClass cls) { return static_cast<std::size_t>(cls); }

/// What a fault changes in the packet itself.
void mark(Tlp& tlp, PacketFault fault) {
  if (fault == PacketFault::kPoison) tlp.poisoned = true;
  if (fault != PacketFault::kUnsupported && fault != PacketFault::kAbort) return;
  tlp.type = TlpType::kCompletion;
  tlp.status = fault == PacketFault::kAbort ? CompletionStatus::kAbort : CompletionStatus::kUnsupported;
  tlp.length = 1;
  tlp.payload.clear();
}

/// The same for the reply of an express request, as if it were one completion.
void apply_fault(FaultList& faults, const Tlp& request, ExpressReply& reply) {
  Tlp answer = completion(request, 0, reply.status);
  if (!reply.data.empty()) {
    answer.type = TlpType::kCompletionData;
    answer.byte_count = static_cast<u16>(reply.data.size());
    answer.payload = reply.data;
  }
  const auto fault = faults.next(answer);
  if (!fault) return;
  mark(answer, *fault);
  reply.status = answer.status;
  reply.poisoned = answer.poisoned;
  reply.timeout = fault == PacketFault::kDrop;
  if (!answer.has_data()) reply.data.clear();
}

}  // namespace

u64 wire_ps(const LinkRate& rate, u64 bytes) {
  constexpr std::array<u64, 4> kMegatransfers = {2500, 5000, 8000, 16000};
  const bool old = rate.generation <= 2;
  const u64 line_bits = bytes * 8 * (old ? 10 : 130), payload_bits = old ? 8 : 128;
  const u64 per_us = kMegatransfers[rate.generation - 1] * rate.lanes * payload_bits;  // times payload_bits
  return (line_bits * 1'000'000 + per_us - 1) / per_us;
}

/// What one side sends.
struct Link::Direction {
  explicit Direction(const std::string& name) : event((name + "_event").c_str()) {}

  struct InFlight {
    u64 arrival;
    Tlp tlp;
    bool dropped = false;
  };
  struct Return {
    u64 when;
    TlpClass cls;
    unsigned data;
  };

  sc_core::sc_event event;
  Wire wire;
  OrderedQueue queue;
  std::deque<InFlight> in_flight;
  std::deque<Return> returns;
  std::array<i64, kTlpClasses> headers{}, data{};
  u64 last_start = 0;
  unsigned dllp_debt = 0;  ///< bytes owed to the other direction's packets
  unsigned unacked = 0;    ///< packets received since the last Ack
  FaultList faults;
  bool stalled = false;
  u64 stalled_since = 0;

  std::array<u64, kTlpClasses> packets{};
  u64 payload = 0, stalled_ps = 0, replays = 0, lost = 0, express = 0;
};

class Link::End final : public Port {
 public:
  End(Link& link, unsigned side) : link_(link), side_(side), capability_(link.params_.rate) {}

  void attach(PortUser& user) override { user_ = &user; }
  void set_capability(const LinkRate& rate) override {
    if (rate == capability_) return;
    capability_ = rate;
    link_.set_up(false);
    link_.update_state();
  }
  void set_enabled(bool enabled) override {
    if (enabled == enabled_) return;
    enabled_ = enabled;
    link_.update_state();
  }
  bool up() const override { return link_.up_; }
  LinkRate rate() const override { return link_.up_ ? link_.rate_ : LinkRate{0, 1}; }
  void send(Tlp tlp, u64 earliest) override { link_.send(side_, std::move(tlp), earliest); }
  std::size_t queued(TlpClass cls) const override { return link_.directions_[side_]->queue.size(cls); }
  void release(TlpClass cls, unsigned data_credits) override { link_.release(side_, cls, data_credits); }
  ExpressReply express(const Tlp& request, u64 when) override { return link_.express(side_, request, when); }
  const StatProvider* link_stats() const override { return &link_; }
  LinkFaults* faults() override { return &link_; }

  bool ready() const { return user_ && enabled_ && capability_.lanes > 0; }
  const LinkRate& capability() const { return capability_; }
  PortUser* user() const { return user_; }

 private:
  Link& link_;
  unsigned side_;
  PortUser* user_ = nullptr;
  LinkRate capability_;
  bool enabled_ = true;
};

Link::Link(const sc_core::sc_module_name& name, const LinkParams& params) : sc_module(name), params_(params) {
  if (!valid(params.rate))
    throw std::invalid_argument(std::string(this->name()) + ": lanes must be 1, 2, 4, 8 or 16, generation 1 to 4");
  for (unsigned side = 0; side < 2; ++side) {
    directions_[side] = std::make_unique<Direction>(side ? "up" : "down");
    ends_[side] = std::make_unique<End>(*this, side);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&directions_[side]->event);
    sc_core::sc_spawn([this, side] { run(side); }, side ? "run_up" : "run_down", &options);
  }
  SC_METHOD(trained);
  sensitive << trained_;
  dont_initialize();
}

Link::~Link() = default;

Port& Link::end(unsigned side) { return *ends_[side]; }

void Link::set_plugged(bool plugged) {
  plugged_ = plugged;
  update_state();
}

void Link::inject(unsigned side, const FaultRule& rule) { directions_[side]->faults.add(rule); }

void Link::update_state() {
  const bool possible = plugged_ && ends_[0]->ready() && ends_[1]->ready();
  if (!possible) {
    trained_.cancel();
    set_up(false);
  } else if (!up_) {
    trained_.notify(sc_core::sc_time::from_value(params_.training_ps));
  }
}

void Link::trained() { set_up(true); }

void Link::set_up(bool up) {
  if (up == up_) return;
  up_ = up;
  if (up) {
    const LinkRate &a = ends_[0]->capability(), &b = ends_[1]->capability(), &slot = params_.rate;
    rate_ = {std::min({a.lanes, b.lanes, slot.lanes}), std::min({a.generation, b.generation, slot.generation})};
  } else {
    ++epoch_;
    ++downs_;
  }
  for (auto& d : directions_) {
    if (!up)
      d->lost += d->in_flight.size() + d->queue.of(TlpClass::kPosted).size() +
                 d->queue.of(TlpClass::kNonPosted).size() + d->queue.of(TlpClass::kCompletion).size();
    d->in_flight.clear();
    d->queue.clear();
    d->returns.clear();
    d->wire.clear();
    d->dllp_debt = d->unacked = 0;
    d->last_start = 0;
    d->stalled = false;
    for (unsigned c = 0; c < kTlpClasses; ++c) {
      d->headers[c] = params_.credits[c].headers;
      d->data[c] = params_.credits[c].data;
    }
  }
  // The device first: when the root hears that a link is up, it may configure the device at once.
  for (const unsigned side : {1U, 0U})
    if (ends_[side]->user()) ends_[side]->user()->link_changed(up);
}

void Link::send(unsigned side, Tlp tlp, u64 earliest) {
  Direction& d = *directions_[side];
  if (!up_) {
    ++d.lost;
    return;
  }
  d.queue.push(std::move(tlp), std::max(earliest, kernel_ps()));
  transmit(side);
  schedule(d);
}

bool Link::has_credits(const Direction& d, const Tlp& tlp) const {
  const auto c = index(tlp.tlp_class());
  // A packet larger than the whole buffer goes when the buffer is empty.
  const i64 data = std::min<i64>(tlp.data_credits(), params_.credits[c].data);
  return d.headers[c] >= 1 && d.data[c] >= data;
}

void Link::take_credits(Direction& d, const Tlp& tlp) {
  const auto c = index(tlp.tlp_class());
  d.headers[c] -= 1;
  d.data[c] -= tlp.data_credits();
}

void Link::transmit(unsigned side) {
  Direction& d = *directions_[side];
  collect_credits(d);
  while (const auto cls = d.queue.next([&](const Tlp& tlp) { return has_credits(d, tlp); })) {
    OrderedQueue::Entry entry = d.queue.pop(*cls);
    take_credits(d, entry.tlp);
    put_on_wire(side, std::move(entry));
    ends_[side]->user()->sent(*cls);
  }
  const bool stalled = !d.queue.empty();
  if (stalled && !d.stalled) d.stalled_since = kernel_ps();
  if (!stalled && d.stalled) d.stalled_ps += kernel_ps() - d.stalled_since;
  d.stalled = stalled;
}

// Acknowledgements and credit updates that are due go first.
u64 Link::book_dllps(Direction& d, u64 duration) {
  const u64 extra = d.dllp_debt ? wire_ps(rate_, d.dllp_debt) : 0;
  d.dllp_debt = 0;
  return duration + extra;
}

void Link::put_on_wire(unsigned side, OrderedQueue::Entry entry) {
  Direction& d = *directions_[side];
  const u64 now = kernel_ps();
  const std::optional<PacketFault> fault = d.faults.empty() ? std::nullopt : d.faults.next(entry.tlp);
  if (fault) mark(entry.tlp, *fault);
  const u64 bytes = entry.tlp.bytes() + kFramingBytes;
  u64 duration = book_dllps(d, wire_ps(rate_, bytes));
  u64 start = d.wire.book(now, std::max(entry.earliest, d.last_start), duration);
  if (fault == PacketFault::kCorrupt) {
    ++d.replays;
    // The receiver's Nak comes back before the packet is sent again; what follows waits behind it.
    const u64 nak = start + duration + 2 * params_.latency_ps;
    duration = wire_ps(rate_, bytes);
    start = d.wire.book(now, nak, duration);
  }
  d.last_start = start;
  ++d.packets[index(entry.tlp.tlp_class())];
  d.payload += entry.tlp.payload.size();
  d.in_flight.push_back({start + duration + params_.latency_ps, std::move(entry.tlp), fault == PacketFault::kDrop});
}

void Link::run(unsigned side) {
  Direction& d = *directions_[side];
  while (!d.in_flight.empty() && d.in_flight.front().arrival <= kernel_ps()) {
    deliver_first(side);
  }
  transmit(side);
  schedule(d);
}

void Link::deliver_first(unsigned side) {
  auto& in_flight = directions_[side]->in_flight;
  Direction::InFlight first = std::move(in_flight.front());
  in_flight.pop_front();
  deliver(side, std::move(first.tlp), first.dropped);
}

void Link::deliver(unsigned side, Tlp tlp, bool dropped) {
  const TlpClass cls = tlp.tlp_class();
  const unsigned data = tlp.data_credits();
  Direction& back = *directions_[1 - side];
  if (++back.unacked >= params_.packets_per_ack) {
    back.unacked = 0;
    back.dllp_debt += 2 * kDllpBytes;
  }
  const u64 epoch = epoch_;
  const bool consumed = dropped || ends_[1 - side]->user()->receive(tlp);
  if (consumed && epoch == epoch_) release(1 - side, cls, data);
}

void Link::release(unsigned receiving_side, TlpClass cls, unsigned data_credits) {
  if (!up_) return;
  Direction& d = *directions_[1 - receiving_side];
  d.returns.push_back({kernel_ps() + params_.latency_ps, cls, data_credits});
  if (!d.queue.empty()) schedule(d);
}

void Link::collect_credits(Direction& d) {
  while (!d.returns.empty() && d.returns.front().when <= kernel_ps()) {
    const auto c = index(d.returns.front().cls);
    d.headers[c] += 1;
    d.data[c] += d.returns.front().data;
    d.returns.pop_front();
  }
}

void Link::schedule(Direction& d) {
  u64 next = ~u64{0};
  if (!d.in_flight.empty()) next = d.in_flight.front().arrival;
  if (!d.queue.empty() && !d.returns.empty()) next = std::min(next, d.returns.front().when);
  if (next == ~u64{0}) return;
  const u64 now = kernel_ps();
  d.event.notify(sc_core::sc_time::from_value(next > now ? next - now : 0));
}

// Posted writes that a request would have pushed in front of it: to its page, or all if it is a configuration request.
void Link::deliver_early(unsigned side, const Tlp& request) {
  Direction& d = *directions_[side];
  const auto hazard = [&](const Tlp& tlp) {
    if (tlp.tlp_class() != TlpClass::kPosted) return false;
    return request.is_config() || (tlp.is_memory() && tlp.address / kPage == request.address / kPage);
  };
  std::size_t last = 0;
  for (std::size_t i = 0; i < d.in_flight.size(); ++i)
    if (hazard(d.in_flight[i].tlp)) last = i + 1;
  std::size_t waiting = 0;
  const auto& posted = d.queue.of(TlpClass::kPosted);
  for (std::size_t i = 0; i < posted.size(); ++i)
    if (hazard(posted[i].tlp)) waiting = i + 1;
  if (waiting) last = d.in_flight.size();
  const u64 epoch = epoch_;
  for (; last > 0 && epoch == epoch_; --last) {
    deliver_first(side);
  }
  for (; waiting > 0 && epoch == epoch_; --waiting) {
    Tlp tlp = d.queue.pop(TlpClass::kPosted).tlp;
    take_credits(d, tlp);
    deliver(side, std::move(tlp), false);
  }
}

ExpressReply Link::express(unsigned side, const Tlp& request, u64 when) {
  ExpressReply reply;
  reply.timeout = true;
  reply.time = when;
  if (!up_) return reply;
  deliver_early(side, request);
  if (!up_) return reply;
  const u64 now = kernel_ps();
  Direction &out = *directions_[side], &back = *directions_[1 - side];
  const u64 asked = wire_ps(rate_, request.bytes() + kFramingBytes);
  const u64 start = out.wire.book(now, std::max(when, out.last_start), asked);
  ++out.express;
  reply = ends_[1 - side]->user()->express(request, start + asked + params_.latency_ps);
  if (!back.faults.empty()) apply_fault(back.faults, request, reply);
  if (reply.timeout || !up_) return reply;

  constexpr unsigned kHeader = 12;
  u64 left = reply.data.size(), at = std::max(reply.time, back.last_start);
  do {
    const u64 piece = std::min<u64>(left, params_.express_payload);
    const u64 duration = wire_ps(rate_, kHeader + piece + kFramingBytes);
    at = back.wire.book(now, at, duration) + duration;
    back.payload += piece;
    left -= piece;
  } while (left > 0);
  reply.time = at + params_.latency_ps;
  return reply;
}

void Link::write_stats(StatWriter& out) const {
  static constexpr const char* kDirections[] = {"downstream", "upstream"};
  out.gauge("lanes", up_ ? rate_.lanes : 0, "lanes", "negotiated width");
  out.gauge("generation", up_ ? rate_.generation : 0, "", "negotiated generation");
  out.counter("downs", downs_, "events", "times the link went down");
  for (unsigned side = 0; side < 2; ++side) {
    const Direction& d = *directions_[side];
    out.enter(kDirections[side]);
    out.utilization("wire", "pcie", d.wire.busy_ps(), kernel_ps());
    out.counter("posted", d.packets[0], "packets", "posted requests sent");
    out.counter("non_posted", d.packets[1], "packets", "non-posted requests sent");
    out.counter("completions", d.packets[2], "packets", "completions sent");
    out.counter("express", d.express, "requests", "requests of loosely timed accesses");
    out.counter("payload", d.payload, "B", "payload sent");
    out.counter("stalled", d.stalled_ps, "ps", "time with packets waiting for credits");
    out.counter("replays", d.replays, "packets", "packets sent again after a bad LCRC");
    out.counter("lost", d.lost, "packets", "packets lost because the link was down");
    out.leave();
  }
}

}  // namespace mppa::pcie
