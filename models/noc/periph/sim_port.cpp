#include "models/noc/periph/sim_port.h"

#include "firmware/include/mppa/sim_port.h"

namespace mppa::noc {

SimPort::SimPort(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency) {
  static_assert(kWindow == MPPA_SIM_PORT_SIZE);
  regs().add("id", MPPA_SIM_PORT_ID, 8, RegAccess::kRo).reset_value(MPPA_SIM_PORT_MAGIC).doc("\"PSIMPORT\"");
  regs()
      .add("exit", MPPA_SIM_PORT_EXIT, 8, RegAccess::kWo)
      .doc("ends the simulation with this status")
      .on_write([this](unsigned, u64 status) {
        if (on_exit) on_exit(static_cast<u32>(status), now());
      });
  regs()
      .add("management_rx", MPPA_SIM_PORT_MANAGEMENT_RX, 8, RegAccess::kRo)
      .doc("takes bytes that the peer on the management channel has sent")
      .on_read([this](unsigned) { return on_management_read ? on_management_read() : 0; });
  regs()
      .add("management_tx", MPPA_SIM_PORT_MANAGEMENT_TX, 8, RegAccess::kWo)
      .doc("sends bytes to the peer on the management channel")
      .on_write([this](unsigned, u64 word) {
        if (on_management_write) on_management_write(word);
      });
  regs()
      .add_array("trace", MPPA_SIM_PORT_TRACE, 8, RegAccess::kWo, MPPA_SIM_PORT_TRACE_CHANNELS, 8)
      .doc("a mark of the firmware")
      .on_write([this](unsigned channel, u64 value) {
        if (on_trace) on_trace(channel, value, now());
      });
}

}  // namespace mppa::noc
