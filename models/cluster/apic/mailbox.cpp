#include "models/cluster/apic/mailbox.h"

namespace mppa::cluster {

// The value register's storage is handled by written(): the default write rule is masked off so that the old value is
// still there when the callback runs.
Mailboxes::Mailboxes(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency),
      value_(regs().add_array("mailbox", 0x00, 8, RegAccess::kRw, kCount, kStride)),
      mask_(regs().add_array("mask", 0x10, 8, RegAccess::kRw, kCount, kStride)),
      funct_(regs().add_array("funct", 0x18, 8, RegAccess::kRw, kCount, kStride)) {
  value_.doc("value; a write goes through the input function, then the trigger is evaluated")
      .mask(0)
      .on_write([this](unsigned i, u64 data) { written(i, value_.get(i), data); });
  mask_.doc("operand of the trigger");
  funct_.doc("[1:0] input function, [10:8] trigger").mask(0x703);
  regs()
      .add_array("mailbox_lac", 0x08, 8, RegAccess::kLac, kCount, kStride)
      .source(value_)
      .doc("value, cleared by the read");
  regs()
      .add_array("access_policy", 0x20, 8, RegAccess::kRw, kCount, kStride)
      .mask(0x303)
      .doc("[1:0] RM, [9:8] PE; stored, not enforced");
}

void Mailboxes::written(unsigned index, u64 old, u64 data) {
  const u64 function = funct_.get(index) & 3;
  u64 value = function == kOr ? old | data : function == kAdd ? old + data : data;
  const u64 mask = mask_.get(index);
  bool fire = false;
  switch (funct_.get(index) >> 8 & 7) {
    case kDoorbell:
      fire = (data & mask) != 0;
      break;
    case kMatch:
      fire = value == mask;
      break;
    case kBarrier:
      fire = value == mask;
      if (fire) value = 0;
      break;
    case kThreshold:
      fire = value >= mask;
      break;
    default:
      break;
  }
  value_.set(value, index);
  if (fire) interrupt->pulse(index, now());
}

}  // namespace mppa::cluster
