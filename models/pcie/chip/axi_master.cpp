#include "models/pcie/chip/axi_master.h"

#include <algorithm>

namespace mppa::pcie {
namespace {

// TLM payloads are not const; a write leaves its data alone.
std::span<u8> payload_of(std::span<const u8> data) { return {const_cast<u8*>(data.data()), data.size()}; }

}  // namespace

AxiMaster::Result AxiMaster::write(u64 address, std::span<const u8> data, u16 asn, u64 when, bool poisoned) {
  written_bytes_ += data.size();
  return translated(address, payload_of(data), {true, poisoned, asn}, when);
}

AxiMaster::Result AxiMaster::read(u64 address, std::span<u8> into, u16 asn, u64 when) {
  read_bytes_ += into.size();
  return translated(address, into, {false, false, asn}, when);
}

AxiMaster::Result AxiMaster::write_physical(u64 address, std::span<const u8> data, u64 when) {
  u64 time = when + bridge_ps_;
  const bool ok = access(address, payload_of(data), {true, false, 0}, time);
  return {ok ? CompletionStatus::kSuccess : CompletionStatus::kUnsupported, time};
}

AxiMaster::Result AxiMaster::translated(u64 address, std::span<u8> data, const Access& what, u64 when) {
  Result result{CompletionStatus::kSuccess, when + bridge_ps_};
  while (!data.empty()) {
    u64 time = when + bridge_ps_;
    const auto t =
        (what.write ? rx_ : tx_)
            .translate(address & ~kAddressSideband, what.asn, what.write, sc_core::sc_time::from_value(time));
    if (t.fault != cluster::IommuFault::kNone) {
      ++failures_;
      return {CompletionStatus::kAbort, time};
    }
    const u64 piece = std::min<u64>(data.size(), t.bytes);
    if (!access(t.address | (address & kAddressSideband), data.first(piece), what, time))
      return {CompletionStatus::kUnsupported, time};
    result.time = std::max(result.time, time);
    address += piece;
    data = data.subspan(piece);
  }
  return result;
}

bool AxiMaster::access(u64 address, std::span<u8> data, const Access& what, u64& when) {
  BusExtension extension;
  extension.asn = what.asn;
  extension.poisoned = what.poisoned;
  tlm::tlm_generic_payload payload;
  payload.set_command(what.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  payload.set_extension(&extension);
  const u64 now = sc_core::sc_time_stamp().value();
  sc_core::sc_time delay = sc_core::sc_time::from_value(std::max(when, now) - now);
  socket->b_transport(payload, delay);
  payload.clear_extension(&extension);
  when = now + delay.value();
  if (payload.is_response_ok()) return true;
  ++failures_;
  return false;
}

}  // namespace mppa::pcie
