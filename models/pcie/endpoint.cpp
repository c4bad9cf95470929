#include "models/pcie/endpoint.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "models/pcie/completer.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {

Endpoint::Endpoint(const sc_core::sc_module_name& name, Port& port, const EndpointParams& params)
    : sc_module(name), port_(port), params_(params) {
  const bool several = params.functions.size() > 1;
  const auto add = [&](Function* function, unsigned number) {
    functions_.emplace_back(function);
    if (number > 255 || by_number_[number])
      throw std::invalid_argument(fmt::format("{}: function number {} is not free", this->name(), number));
    by_number_[number] = function;
  };
  for (unsigned i = 0; i < params.functions.size(); ++i)
    add(new Function(*this, static_cast<u8>(i), params.functions[i], params.tags, several), i);
  for (unsigned i = 0; i < params.functions.size(); ++i) {
    const SriovParams& v = params.functions[i].sriov;
    for (unsigned n = 0; n < v.total; ++n) {
      const unsigned number = i + v.first_offset + n * v.stride;
      add(new Function(*this, static_cast<u8>(number), *functions_[i], n, params.tags), number);
    }
  }
  for (auto& f : functions_) {
    f->requester_.on_timeout = [this, function = f.get()] { report(*function, PcieError::kTimeout, nullptr); };
    f->apply();
  }
  port_.attach(*this);
  port_.set_capability(params.rate);
}

Endpoint::~Endpoint() = default;

Function& Endpoint::virtual_function(unsigned physical, unsigned index) {
  for (auto& f : functions_)
    if (f->physical_ == functions_.at(physical).get() && f->index_ == index) return *f;
  throw std::out_of_range(fmt::format("{}: no VF {}", name(), index));
}

void Endpoint::link_changed(bool up) {
  // The news first: what follows from it (requests that end, bus master off) makes sense then.
  for (auto& f : functions_)
    if (f->user_) f->user_->link_changed(up);
  for (auto& f : functions_) {
    f->reset(RequestStatus::kLinkDown);
    if (f->physical_) f->enabled_ = false;
    f->apply();
  }
}

Function* Endpoint::by_number(u8 number) {
  Function* f = by_number_[number];
  return f && f->enabled_ ? f : nullptr;
}

const Function::Range* Endpoint::range_of(u64 address, unsigned bytes) {
  if (ranges_stale_) {
    ranges_.clear();
    for (auto& f : functions_) f->append_ranges(ranges_);
    // Overlapping BARs are the host's mistake; the higher function number then wins.
    std::sort(ranges_.begin(), ranges_.end(), [](const auto& a, const auto& b) {
      return a.base != b.base ? a.base < b.base : a.function->number_ < b.function->number_;
    });
    ranges_stale_ = false;
  }
  auto it = std::upper_bound(ranges_.begin(), ranges_.end(), address, [](u64 a, const auto& r) { return a < r.base; });
  if (it == ranges_.begin()) return nullptr;
  --it;
  const u64 offset = address - it->base;
  return offset < it->size && bytes <= it->size - offset ? &*it : nullptr;
}

void Endpoint::report(Function& function, PcieError error, const Tlp* tlp, bool advisory) {
  if (auto m = report_error(function.config_, function.id(), error, tlp, advisory)) port_.send(std::move(*m));
}

bool Endpoint::receive(Tlp& tlp) {
  const u64 now = timeline_.now();
  Function& first = *functions_.front();
  if (malformed(tlp, max_payload(first.config_))) {
    ++malformed_;
    report(first, PcieError::kMalformed, &tlp);
    return true;
  }
  switch (tlp.tlp_class()) {
    case TlpClass::kPosted:
      if (tlp.is_memory()) serve_write(tlp);
      break;
    case TlpClass::kNonPosted: {
      const ExpressReply reply = serve(tlp, now);
      const u16 completer = static_cast<u16>(bus_ << 8);
      const u64 at = reply.time + params_.response_ps;
      if (reply.status != CompletionStatus::kSuccess || reply.data.empty()) {
        port_.send(completion(tlp, completer, reply.status), at);
      } else {
        for (Tlp& c : completions(tlp, completer, reply.data, max_payload(first.config_))) port_.send(std::move(c), at);
      }
      break;
    }
    case TlpClass::kCompletion: {
      Function* f = tlp.requester >> 8 == bus_ ? by_number(static_cast<u8>(tlp.requester)) : nullptr;
      if (tlp.poisoned) report(f ? *f : first, PcieError::kPoisoned, &tlp);
      if (!f || !f->requester_.complete(tlp)) report(f ? *f : first, PcieError::kUnexpected, &tlp, true);
      break;
    }
  }
  return true;
}

ExpressReply Endpoint::express(const Tlp& request, u64 when) {
  ExpressReply reply = serve(request, when);
  reply.time += params_.response_ps;
  return reply;
}

ExpressReply Endpoint::serve(const Tlp& request, u64 when) {
  ExpressReply reply = request.is_config() ? serve_config(request) : serve_read(request, when);
  reply.time = std::max(reply.time, when);
  if (reply.status == CompletionStatus::kUnsupported) ++unsupported_;
  return reply;
}

ExpressReply Endpoint::serve_config(const Tlp& request) {
  ExpressReply reply;
  const u16 target = request.completer;
  const bool type0 = request.type == TlpType::kCfgRead0 || request.type == TlpType::kCfgWrite0;
  Function* f = type0 ? by_number(static_cast<u8>(target)) : nullptr;
  if (!f) {
    reply.status = CompletionStatus::kUnsupported;
    report(*functions_.front(), PcieError::kUnsupported, &request, true);
    return reply;
  }
  const auto offset = static_cast<unsigned>(request.address);
  if (request.type == TlpType::kCfgWrite0) {
    bus_ = bus_of(target);  // the bus number is captured from every write (2.2.6.2)
    f->write_config(offset, dword(request.payload), request.first_be);
  } else {
    reply.data = enabled_bytes_of(request, f->config_.read(offset));
  }
  return reply;
}

ExpressReply Endpoint::serve_read(const Tlp& request, u64 when) {
  ExpressReply reply;
  const u64 address = request.first_byte();
  const unsigned bytes = request.enabled_bytes();
  const Function::Range* range = range_of(address, bytes);
  if (!range || !range->function->user_) {
    reply.status = CompletionStatus::kUnsupported;
    report(*functions_.front(), PcieError::kUnsupported, &request, true);
    return reply;
  }
  ++bar_reads_;
  reply.data.resize(bytes);
  const BarReply r = range->function->user_->bar_read(range->bar, address - range->base, reply.data, when);
  reply.time = when + r.delay_ps;
  reply.status = r.status;
  if (r.status == CompletionStatus::kSuccess) return reply;
  reply.data.clear();
  const bool abort = r.status == CompletionStatus::kAbort;
  report(*range->function, abort ? PcieError::kAbort : PcieError::kUnsupported, &request, true);
  return reply;
}

void Endpoint::serve_write(const Tlp& request) {
  if (!request.first_be && !request.last_be) return;
  const Function::Range* range = range_of(request.first_byte(), request.enabled_bytes());
  Function& f = range ? *range->function : *functions_.front();
  if (request.poisoned) {
    ++poisoned_;
    report(f, PcieError::kPoisoned, &request);
    return;
  }
  if (range && f.user_ && write_runs(*range, request) == CompletionStatus::kSuccess) return;
  ++unsupported_;
  report(f, PcieError::kUnsupported, &request);
}

CompletionStatus Endpoint::write_runs(const Function::Range& found, const Tlp& request) {
  CompletionStatus status = CompletionStatus::kSuccess;
  const Function::Range range = found;  // the table may change below: a write can lead to a reset
  for_each_run(request, [&](u64 address, std::span<const u8> run) {
    ++bar_writes_;
    const BarReply r = range.function->user_->bar_write(range.bar, address - range.base, run, timeline_.now());
    if (r.status != CompletionStatus::kSuccess) status = r.status;
  });
  return status;
}

void Endpoint::write_stats(StatWriter& out) const {
  out.counter("bar_reads", bar_reads_, "requests", "reads behind BARs");
  out.counter("bar_writes", bar_writes_, "requests", "writes behind BARs");
  out.counter("unsupported", unsupported_, "requests", "requests refused with UR");
  out.counter("malformed", malformed_, "packets", "malformed packets dropped");
  out.counter("poisoned", poisoned_, "packets", "poisoned writes dropped");
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    if (!functions_[i]->enabled_) continue;
    out.enter(fmt::format("function[{}]", i));
    functions_[i]->write_stats(out);
    out.leave();
  }
}

}  // namespace mppa::pcie
