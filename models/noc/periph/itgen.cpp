#include "models/noc/periph/itgen.h"

namespace mppa::noc {

Itgen::Itgen(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency),
      config_(regs().add_array("target", 0x0, 4, RegAccess::kRw, kInputs, 0x10)),
      enable_(regs().add_array("enable", 0x8, 4, RegAccess::kRw, kInputs, 0x10)) {
  config_.mask(0x3F00077F).doc("[6:0] mailbox, [10:8] cluster, [29:24] bit");
  enable_.mask(1).doc("0 enable").on_write([this](unsigned input, u64) {
    if (enable_.get(input) && levels_[input]) send(input, now());
  });
  regs().add("inputs", 0x1100, 4, RegAccess::kRo).reset_value(kInputs).doc("number of inputs");
}

void Itgen::pulse(unsigned input, const sc_core::sc_time& when) {
  if (input < kInputs && enable_.get(input)) send(input, when);
}

void Itgen::set_level(unsigned input, bool level, const sc_core::sc_time& when) {
  if (input >= kInputs) return;
  const bool rises = level && !levels_[input];
  levels_[input] = level;
  if (rises) pulse(input, when);
}

void Itgen::send(unsigned input, const sc_core::sc_time& when) {
  const u64 config = config_.get(input);
  u64 data = u64{1} << (config >> 24 & 0x3F);
  tlm::tlm_generic_payload payload;
  payload.set_write();
  payload.set_address(0xA00000 | ((config >> 8 & 7) + 1) << 24 | (config & 0x7F) << 9);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
  payload.set_data_length(sizeof data);
  payload.set_streaming_width(sizeof data);
  sc_core::sc_time delay = when - sc_core::sc_time_stamp();
  messages->b_transport(payload, delay);
  if (!payload.is_response_ok()) ++lost_;
}

}  // namespace mppa::noc
