#include "models/noc/ddr/ddr.h"

#include <fmt/core.h>

#include <algorithm>

#include "models/common/memory_access.h"

namespace mppa::noc {

Ddr::Ddr(const sc_core::sc_module_name& name, const DdrParams& params, WriteWatch* watch)
    : sc_module(name), params_(params), watch_(watch), memory_(params.size) {
  for (unsigned c = 0; c < params.channels; ++c) channels_.emplace_back(params.channel);
  socket.register_b_transport(this, &Ddr::b_transport);
  socket.register_get_direct_mem_ptr(this, &Ddr::get_direct_mem_ptr);
  socket.register_transport_dbg(this, &Ddr::transport_dbg);
}

DdrReply Ddr::access(u64 offset, u64 bytes, bool write, u64 now_ps) {
  DdrReply reply;
  const u64 end = offset + std::max<u64>(bytes, 1);
  for (u64 at = offset; at < end;) {
    const u64 turn = at / params_.interleave;
    const u64 stop = std::min(end, (turn + 1) * params_.interleave);
    const u64 local = turn / params_.channels * params_.interleave + at % params_.interleave;
    const DdrReply part = channels_[turn % params_.channels].access(local, stop - at, write, now_ps);
    if (reply.first_data == 0) reply.first_data = part.first_data;
    reply.last_data = std::max(reply.last_data, part.last_data);
    at = stop;
  }
  return reply;
}

void Ddr::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (watch_ && changes_memory(payload) && memory_.contains(payload.get_address(), payload.get_data_length()))
    watch_->before_write(memory_.data() + payload.get_address(), payload.get_data_length(),
                         (sc_core::sc_time_stamp() + delay).value(), writer_of(payload));
  if (!serve_memory(payload, memory_.data(), memory_.size())) return;
  const u64 now = (sc_core::sc_time_stamp() + delay).value();
  const DdrReply reply = access(payload.get_address(), payload.get_data_length(), moves_data_to_target(payload), now);
  delay += sc_core::sc_time::from_value(reply.last_data - now);
}

bool Ddr::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  dmi.set_dmi_ptr(memory_.data());
  dmi.set_start_address(0);
  dmi.set_end_address(memory_.size() - 1);
  dmi.allow_read_write();
  return true;
}

unsigned Ddr::transport_dbg(tlm::tlm_generic_payload& payload) {
  return serve_memory(payload, memory_.data(), memory_.size()) ? payload.get_data_length() : 0;
}

void Ddr::write_stats(StatWriter& out) const {
  const u64 total = sc_core::sc_time_stamp().value();
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    out.enter(fmt::format("channel[{}]", c));
    channels_[c].write_stats(out, total);
    out.leave();
  }
}

}  // namespace mppa::noc
