#include "models/pcie/chip/controller.h"

#include <algorithm>
#include <cstring>

#include "models/pcie/completer.h"
#include "models/pcie/kernel_time.h"
#include "models/pcie/link.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {
namespace {

sc_core::sc_time at_ps(u64 ps) { return sc_core::sc_time::from_value(ps); }

}  // namespace

/// The link as the endpoint sees it. The controller decides on width and training.
class Controller::EndpointPort final : public Port {
 public:
  explicit EndpointPort(Controller& owner) : owner_(owner) {}

  void attach(PortUser& endpoint) override { user = &endpoint; }
  void set_capability(const LinkRate&) override {}
  void set_enabled(bool) override {}
  bool up() const override { return !owner_.root_complex() && owner_.port_.up(); }
  LinkRate rate() const override { return up() ? owner_.port_.rate() : LinkRate{0, 1}; }
  void send(Tlp tlp, u64 earliest) override {
    if (up()) owner_.port_.send(std::move(tlp), earliest);
  }
  std::size_t queued(TlpClass cls) const override { return owner_.port_.queued(cls); }
  void release(TlpClass cls, unsigned data_credits) override { owner_.port_.release(cls, data_credits); }
  ExpressReply express(const Tlp& request, u64 when) override { return owner_.port_.express(request, when); }

  PortUser* user = nullptr;

 private:
  Controller& owner_;
};

Controller::Controller(unsigned index, Port& port, const ControllerContext& context)
    : index_(index),
      port_(port),
      x_(context),
      root_port_({0x1D95, 0x0001, MPPA_PCI_EXP_TYPE_ROOT, 512, true, {16, 4}}),
      endpoint_port_(std::make_unique<EndpointPort>(*this)),
      tag_free_(std::max(1U, context.outbound_tags)) {
  port_.attach(*this);
  port_.set_enabled(false);
}

Controller::~Controller() = default;

Port& Controller::endpoint_port() { return *endpoint_port_; }

PortUser* Controller::endpoint_user() const { return root_complex() ? nullptr : endpoint_port_->user; }

void Controller::set_class(u32 class_code) { root_port_.config().set(MPPA_PCI_CLASS + 1, class_code, 3); }

void Controller::update_link() {
  const bool fixed = std::any_of(x_.lanes.begin(), x_.lanes.end(), [](unsigned lanes) { return lanes > 0; });
  const LaneSplit split = fixed ? x_.lanes : lanes_of_mode(x_.phy.mode());
  const unsigned lanes = x_.core.lanes(index_, split[index_]);
  // A root port that is not set to be one, or an endpoint without functions, does not train.
  const bool consistent = root_complex() ? x_.core.downstream(index_) : endpoint_user() && !x_.core.downstream(index_);
  port_.set_capability({lanes, x_.core.generation(index_)});
  port_.set_enabled(lanes > 0 && consistent && x_.phy.trains(index_) && !(root_complex() && root_port_.resets_bus()));
}

void Controller::link_changed(bool up) {
  if (PortUser* user = endpoint_user()) {
    user->link_changed(up);
    return;
  }
  root_port_.link_changed(up, port_.rate());
  if (up) return;
  std::fill(tag_free_.begin(), tag_free_.end(), 0);
  x_.core.latch(index_, MPPA_PCIE_DL_SURPRISE_DOWN);
  x_.bridge.latch(index_, MPPA_PCIE_MISC_CORE, at_ps(kernel_ps()));
}

// ---- outbound

bool Controller::outbound_failed(u64 when) {
  ++out_failed_;
  x_.bridge.latch(index_, MPPA_PCIE_MISC_SLAVE_ERROR, at_ps(when));
  return false;
}

const ConfigSpace& Controller::limits() const {
  return root_complex() || !endpoint_ ? root_port_.config() : endpoint_->function(0).config();
}

bool Controller::requester(const Outbound& request, u16& id) const {
  id = 0;
  if (root_complex()) return true;
  if (!endpoint_) return false;
  unsigned function = request.function;
  for (unsigned f = 1; function == 0 && request.asn != 0 && f < endpoint_->function_count(); ++f)
    if (x_.asn.of_function(f) == request.asn) function = f;
  if (function >= endpoint_->function_count()) return false;
  id = endpoint_->function(function).id();
  return endpoint_->function(function).bus_master();
}

bool Controller::config_access(u16 target, unsigned offset, std::span<u8> data, bool write, u64 when, u64& done) {
  ++configs_;
  done = when + x_.bridge_ps;
  const auto bytes = static_cast<unsigned>(data.size());
  u32 value = 0;
  if (write) std::memcpy(&value, data.data(), bytes);
  Tlp request = write ? cfg_write(0, 0, target, 0, offset, value, bytes) : cfg_read(0, 0, target, 0, offset, bytes);
  ExpressReply reply;
  reply.time = done;
  if (!root_complex() || (bus_of(target) == 0 && target != 0)) {
    reply.status = CompletionStatus::kUnsupported;
  } else if (target == 0) {
    reply = serve_config(root_port_, request);
    if (write) update_link();
  } else if (root_port_.has_bus(bus_of(target)) && root_port_.convert(request)) {
    reply = port_.express(request, done);
  } else {
    reply.status = CompletionStatus::kUnsupported;
  }
  done = std::max(done, reply.time);
  // Absent functions read as all ones, without an error: enumeration needs it.
  if (write) return true;
  std::fill(data.begin(), data.end(), u8{0xFF});
  if (reply.data.size() == data.size()) std::copy(reply.data.begin(), reply.data.end(), data.begin());
  return true;
}

// Posted: nobody is told that a write was lost but those who look at MISC_STATUS.
void Controller::memory_write(u64 address, std::span<const u8> data, const Outbound& request, u64 when, u64& done) {
  done = when + x_.bridge_ps;
  u16 id = 0;
  if (!port_.up() || !requester(request, id)) {
    outbound_failed(done);
    return;
  }
  const u64 limit = max_payload(limits());
  ++out_writes_;
  out_write_bytes_ += data.size();
  while (!data.empty()) {
    const u64 piece = std::min<u64>({data.size(), limit - address % limit, kPage - address % kPage});
    Tlp tlp = mem_write(id, address, data.first(piece));
    tlp.poisoned = request.poisoned;
    // The bridge takes a write when the link is free for it: that is what holds back a fast writer.
    done = posted_.acquire(when, wire_ps(port_.rate(), tlp.bytes() + kFramingBytes));
    port_.send(std::move(tlp), done + x_.bridge_ps);
    address += piece;
    data = data.subspan(piece);
  }
}

bool Controller::memory_read(u64 address, std::span<u8> into, const Outbound& request, u64 when, u64& done) {
  done = when + x_.bridge_ps;
  u16 id = 0;
  if (!port_.up() || !requester(request, id)) return outbound_failed(done);
  const u64 limit = std::min<u64>(max_read_request(limits()), x_.outbound_read);
  ++out_reads_;
  out_read_bytes_ += into.size();
  while (!into.empty()) {
    const u64 piece = std::min<u64>({into.size(), limit - address % limit, kPage - address % kPage});
    const auto tag = std::min_element(tag_free_.begin(), tag_free_.end());
    const u64 start = std::max(when + x_.bridge_ps, *tag);
    const auto number = static_cast<u16>(tag - tag_free_.begin());
    const ExpressReply reply = port_.express(mem_read(id, number, address, static_cast<unsigned>(piece)), start);
    const bool ok = !reply.timeout && !reply.poisoned && reply.status == CompletionStatus::kSuccess;
    *tag = reply.time;
    done = std::max(done, reply.time + x_.bridge_ps);
    if (!ok || reply.data.size() != piece) return outbound_failed(done);
    std::copy(reply.data.begin(), reply.data.end(), into.begin());
    address += piece;
    into = into.subspan(piece);
  }
  return true;
}

// ---- inbound, root complex

bool Controller::inbound_allowed() const { return root_port_.forwards_up() && (index_ != 0 || x_.decoder.bypass()); }

bool Controller::receive(Tlp& tlp) {
  if (PortUser* user = endpoint_user()) return user->receive(tlp);
  if (malformed(tlp, max_payload(root_port_.config()))) {
    ++in_refused_;
    x_.core.latch(index_, MPPA_PCIE_DL_MALFORMED);
    x_.bridge.latch(index_, MPPA_PCIE_MISC_CORE, at_ps(kernel_ps()));
  } else if (tlp.is_message()) {
    take_message(tlp);
  } else if (tlp.type == TlpType::kMemWrite) {
    take_write(tlp);
  } else if (!tlp.is_completion()) {
    const ExpressReply reply = serve_read(tlp, kernel_ps());
    if (reply.data.empty()) port_.send(completion(tlp, 0, reply.status), reply.time);
    for (Tlp& c : completions(tlp, 0, reply.data, max_payload(root_port_.config())))
      port_.send(std::move(c), reply.time);
  }
  return true;
}

ExpressReply Controller::express(const Tlp& request, u64 when) {
  if (PortUser* user = endpoint_user()) return user->express(request, when);
  return serve_read(request, when);
}

ExpressReply Controller::serve_read(const Tlp& request, u64 when) {
  ExpressReply reply;
  reply.time = when;
  reply.status = CompletionStatus::kUnsupported;
  if (request.type == TlpType::kMemRead && inbound_allowed()) {
    ++in_reads_;
    reply.data.resize(request.enabled_bytes());
    const auto r = x_.memory.read(request.first_byte(), reply.data, x_.asn.of_controller(index_), when);
    reply.time = r.time + x_.bridge_ps;
    reply.status = r.status;
  }
  if (reply.status == CompletionStatus::kSuccess) return reply;
  reply.data.clear();
  ++in_refused_;
  report_error(root_port_.config(), 0, PcieError::kUnsupported, &request, true);
  x_.bridge.latch(index_, MPPA_PCIE_MISC_MASTER_ERROR, at_ps(when));
  return reply;
}

void Controller::take_write(const Tlp& tlp) {
  const u64 when = kernel_ps();
  bool ok = inbound_allowed();
  if (ok) {
    ++in_writes_;
    for_each_run(tlp, [&](u64 address, std::span<const u8> run) {
      if (!tlp.poisoned && x_.snoopers.snoop(address, run, at_ps(when + x_.bridge_ps))) return;
      const auto r = x_.memory.write(address, run, x_.asn.of_controller(index_), when, tlp.poisoned);
      ok = ok && r.status == CompletionStatus::kSuccess;
    });
  }
  if (ok) return;
  ++in_refused_;
  const PcieError error = tlp.poisoned ? PcieError::kPoisoned : PcieError::kUnsupported;
  report_error(root_port_.config(), 0, error, &tlp, false);
  x_.bridge.latch(index_, MPPA_PCIE_MISC_MASTER_ERROR, at_ps(when));
}

void Controller::take_message(const Tlp& tlp) {
  const auto code = static_cast<unsigned>(tlp.code), intx = static_cast<unsigned>(MessageCode::kAssertIntA);
  const auto when = at_ps(kernel_ps());
  if (code - intx < 8) {
    x_.bridge.set_intx(index_, (code - intx) & 3, code - intx < 4, when);
  } else if (tlp.code >= MessageCode::kErrCorrectable && tlp.code <= MessageCode::kErrFatal) {
    take_error_message(root_port_.config(), tlp);
    x_.bridge.latch(index_, MPPA_PCIE_MISC_CORE, when);
  }
}

void Controller::write_stats(StatWriter& out) const {
  out.counter("out_reads", out_reads_, "accesses", "reads by the chip");
  out.counter("out_read_bytes", out_read_bytes_, "B", "bytes the chip has asked for");
  out.counter("out_writes", out_writes_, "accesses", "writes by the chip");
  out.counter("out_write_bytes", out_write_bytes_, "B", "bytes the chip has written");
  out.counter("out_failed", out_failed_, "accesses", "accesses of the chip that failed");
  out.counter("in_reads", in_reads_, "requests", "root complex: reads by devices");
  out.counter("in_writes", in_writes_, "requests", "root complex: writes by devices");
  out.counter("in_refused", in_refused_, "packets", "root complex: refused, malformed or poisoned");
  out.counter("configs", configs_, "accesses", "configuration accesses");
  if (root_complex()) write_link_stats(port_, "link", out);
}

}  // namespace mppa::pcie
