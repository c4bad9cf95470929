#include "models/noc/axi/fabric.h"

#include <algorithm>
#include <stdexcept>

#include "models/common/bus_extension.h"

namespace mppa::noc {

Fabric::Fabric(const sc_core::sc_module_name& name, const FabricParams& params,
               const std::vector<std::string>& initiators, const std::vector<FabricTarget>& targets)
    : sc_module(name), params_(params), clock_(params.clock_hz) {
  for (const std::string& initiator_name : initiators) {
    const int id = static_cast<int>(initiators_.size());
    Initiator& i = initiators_.emplace_back("from_" + initiator_name, initiator_name, params.link_bytes);
    i.socket.register_b_transport(this, &Fabric::b_transport, id);
    i.socket.register_get_direct_mem_ptr(this, &Fabric::get_direct_mem_ptr, id);
    i.socket.register_transport_dbg(this, &Fabric::transport_dbg, id);
  }
  for (const FabricTarget& t : targets) {
    const u64 link_bytes = t.link_bytes != 0 ? t.link_bytes : params.link_bytes;
    map(t, targets_.emplace_back("to_" + t.name, t.name, link_bytes, clock_.ps_of(t.latency)));
  }
  std::sort(map_.begin(), map_.end(), [](const Range& a, const Range& b) { return a.range.base < b.range.base; });
}

void Fabric::map(const FabricTarget& target, Target& to) {
  for (const FabricRange& r : target.ranges) {
    for (const Range& other : map_)
      if (r.base < other.range.base + other.range.size && other.range.base < r.base + r.size)
        throw std::logic_error("fabric: the range of " + target.name + " overlaps " + other.target->link.name);
    map_.push_back({r, &to});
  }
}

Fabric::InitiatorSide& Fabric::initiator(const std::string& initiator_name) {
  for (Initiator& i : initiators_)
    if (i.link.name == initiator_name) return i.socket;
  throw std::logic_error("fabric: no initiator " + initiator_name);
}

Fabric::TargetSide& Fabric::target(const std::string& target_name) {
  for (Target& t : targets_)
    if (t.link.name == target_name) return t.socket;
  throw std::logic_error("fabric: no target " + target_name);
}

const Fabric::Range* Fabric::decode(u64 address, u64 bytes) const {
  auto it = std::upper_bound(map_.begin(), map_.end(), address,
                             [](u64 value, const Range& r) { return value < r.range.base; });
  if (it == map_.begin()) return nullptr;
  --it;
  const u64 offset = address - it->range.base;
  return bytes <= it->range.size && offset <= it->range.size - bytes ? &*it : nullptr;
}

u64 Fabric::transfer_ps(const Link& link, u64 bytes) const {
  return clock_.ps_of(std::max<u64>(1, (bytes + link.bytes - 1) / link.bytes));
}

// A read sends one request beat and gets its data back; a write sends its data and gets one response beat; an atomic is
// one beat each way. A message occupies both links it crosses from its head on (cut-through): the slower one counts.
void Fabric::b_transport(int id, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 address = payload.get_address();
  const Range* range = decode(address, payload.get_data_length());
  const u64 now = sc_core::sc_time_stamp().value();
  if (!range) {
    ++decode_errors_;
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    delay += sc_core::sc_time::from_value(2 * clock_.ps_of(1));
    return;
  }
  Initiator& from = initiators_[static_cast<std::size_t>(id)];
  Target& to = *range->target;
  const u64 beat = clock_.ps_of(1);
  const u64 from_data = transfer_ps(from.link, payload.get_data_length());
  const u64 to_data = transfer_ps(to.link, payload.get_data_length());
  const u64 data = std::max(from_data, to_data);
  const bool write = moves_data_to_target(payload);
  const u64 request = write ? data : beat;
  const u64 response = write ? beat : data;

  const auto* extension = payload.get_extension<BusExtension>();
  const bool unobserved = extension && extension->unobserved;
  const auto cross = [unobserved](BandwidthServer& link, u64 from_when, u64 time) {
    return unobserved ? from_when : link.acquire(from_when, time);
  };
  u64 t = cross(from.link.request, now + delay.value(), write ? from_data : beat);
  t = cross(to.link.request, t + to.latency, write ? to_data : beat);
  payload.set_address(address - range->range.base + range->range.target_offset);
  sc_core::sc_time at_target = sc_core::sc_time::from_value(t + (request - beat) - now);
  to.socket->b_transport(payload, at_target);
  payload.set_address(address);

  t = cross(to.link.response, now + at_target.value(), write ? beat : to_data);
  t = cross(from.link.response, t + to.latency, write ? beat : from_data);
  delay = sc_core::sc_time::from_value(t + (response - beat) - now);
}

bool Fabric::get_direct_mem_ptr(int, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const u64 address = payload.get_address();
  const Range* range = decode(address, 1);
  if (!range) return false;
  const u64 shift = range->range.base - range->range.target_offset;
  payload.set_address(address - shift);
  const bool granted = range->target->socket->get_direct_mem_ptr(payload, dmi);
  payload.set_address(address);
  if (!granted) return false;
  // The grant, cut to this range and moved to the initiator's addresses.
  const u64 first = std::max<u64>(dmi.get_start_address(), range->range.target_offset);
  const u64 last = std::min<u64>(dmi.get_end_address(), range->range.target_offset + range->range.size - 1);
  dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
  dmi.set_start_address(first + shift);
  dmi.set_end_address(last + shift);
  return true;
}

unsigned Fabric::transport_dbg(int, tlm::tlm_generic_payload& payload) {
  const u64 address = payload.get_address();
  const Range* range = decode(address, payload.get_data_length());
  if (!range) return 0;
  payload.set_address(address - range->range.base + range->range.target_offset);
  const unsigned done = range->target->socket->transport_dbg(payload);
  payload.set_address(address);
  return done;
}

void Fabric::write_stats(StatWriter& out) const {
  const u64 total = sc_core::sc_time_stamp().value();
  out.counter("decode_errors", decode_errors_, "accesses", "accesses to addresses where nothing answers");
  const auto link = [&](const Link& l) {
    out.enter(l.name);
    out.utilization("request", "axi", l.request.busy_ticks(), total);
    out.utilization("response", "axi", l.response.busy_ticks(), total);
    out.counter("wait", l.request.waited_ticks() + l.response.waited_ticks(), "ps", "time spent in queues");
    out.leave();
  };
  for (const Initiator& i : initiators_) link(i.link);
  for (const Target& t : targets_) link(t.link);
}

}  // namespace mppa::noc
