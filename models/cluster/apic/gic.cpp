#include "models/cluster/apic/gic.h"

#include <fmt/core.h>

namespace mppa::cluster {

Gic::Gic(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency) {
  for (unsigned output = 0; output < kOutputs; ++output) declare(output);
}

void Gic::declare(unsigned output) {
  const u64 base = output / kLines * 0x1000 + output % kLines * 0x400;
  const std::string prefix = fmt::format("gic[{}][{}].", output / kLines, output % kLines);
  Output& o = outputs_[output];
  o.enable =
      &regs().add_array(prefix + "enable", base, 1, RegAccess::kRw, kInputs, 1).mask(1).doc("route input i here");
  o.status = &regs()
                  .add_array(prefix + "status", base + 0x100, 8, RegAccess::kW1c, kWords, 8)
                  .doc("captured inputs 64k..64k+63")
                  .on_write([this, output](unsigned, u64) { update(output, now()); });
  // Load and clear by hand: the output level follows.
  regs()
      .add_array(prefix + "status_lac", base + 0x120, 8, RegAccess::kRo, kWords, 8)
      .doc("load and clear")
      .on_read([this, output](unsigned word) {
        const u64 value = outputs_[output].status->get(word);
        outputs_[output].status->set(0, word);
        update(output, now());
        return value;
      })
      .source(*o.status)
      .peek([&o](unsigned word) { return o.status->get(word) == 0 ? std::optional<u64>(0) : std::nullopt; });
  regs()
      .add(prefix + "access_policy", base + 0x140, 8, RegAccess::kRw)
      .mask(0x303)
      .doc("[1:0] RM, [9:8] PE; stored, not enforced");
}

void Gic::pulse(unsigned input, const sc_core::sc_time& when) {
  if (input >= kInputs) return;
  set_now(when);
  for (unsigned output = 0; output < kOutputs; ++output) {
    Output& o = outputs_[output];
    if (!o.enable->get(input)) continue;
    o.status->set(o.status->get(input / 64) | u64{1} << input % 64, input / 64);
    update(output, when);
  }
}

void Gic::set_level(unsigned input, bool level, const sc_core::sc_time& when) {
  if (input >= kInputs) return;
  if (level && !levels_[input]) pulse(input, when);
  levels_[input] = level;
}

void Gic::reset_state() {
  levels_.fill(false);
  for (unsigned output = 0; output < kOutputs; ++output) update(output, now());
}

void Gic::update(unsigned output, const sc_core::sc_time& when) {
  Output& o = outputs_[output];
  bool level = false;
  for (unsigned word = 0; word < kWords; ++word) level = level || o.status->get(word) != 0;
  if (level == o.level) return;
  o.level = level;
  outputs->set_level(output, level, when);
}

}  // namespace mppa::cluster
