// The capabilities of functions and ports, declared in a configuration space. Each returns the capability's offset.
#pragma once

#include "models/pcie/config_space.h"
#include "models/pcie/port.h"

namespace mppa::pcie {

/// Largest payload as the 3-bit code of the registers: 128 << code.
constexpr unsigned payload_code(unsigned bytes) {
  unsigned code = 0;
  while (code < 5 && 128U << code < bytes) ++code;
  return code;
}

struct PcieCapParams {
  unsigned port_type = 0;       ///< MPPA_PCI_EXP_TYPE_*
  unsigned max_payload = 512;   ///< supported, bytes
  bool function_reset = false;  ///< FLR
  bool slot = false;            ///< hot-plug slot with surprise removal
  LinkRate rate{};
};

unsigned add_power_management(ConfigSpace& config);
unsigned add_pcie(ConfigSpace& config, const PcieCapParams& params);
/// `vectors`: 1, 2, 4, ... 32.
unsigned add_msi(ConfigSpace& config, unsigned vectors);
struct MsixParams {
  unsigned vectors = 0;  ///< 0: no MSI-X; at most 2048
  unsigned table_bar = 0, table_offset = 0;
  unsigned pba_bar = 0, pba_offset = 0;
};
unsigned add_msix(ConfigSpace& config, const MsixParams& params);
unsigned add_aer(ConfigSpace& config);
unsigned add_ari(ConfigSpace& config);
/// Access control services of a downstream port: source validation, redirection of requests and completions, upstream
/// forwarding; off after reset.
unsigned add_acs(ConfigSpace& config);

/// Writes negotiated width and rate into the link status of the PCIe capability.
void set_link_status(ConfigSpace& config, const LinkRate& rate);
/// Payload and read request limits, and completion timeout (0: off), as the device control registers have them.
unsigned max_payload(const ConfigSpace& config);
unsigned max_read_request(const ConfigSpace& config);
u64 completion_timeout_ps(const ConfigSpace& config);

}  // namespace mppa::pcie
