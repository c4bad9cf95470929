#include "models/pcie/capabilities.h"

#include "mppa/pci_config.h"

namespace mppa::pcie {

unsigned add_power_management(ConfigSpace& config) {
  const unsigned at = config.add_capability(MPPA_PCI_CAP_PM, 8);
  config.declare(at + 2, 2, 0x0003);
  config.declare(at + MPPA_PCI_PM_CONTROL, 2, 0x0008, 0x0003);
  return at;
}

unsigned add_pcie(ConfigSpace& config, const PcieCapParams& p) {
  const unsigned at = config.add_capability(MPPA_PCI_CAP_PCIE, MPPA_PCI_EXP_BYTES);
  const bool endpoint = p.port_type == MPPA_PCI_EXP_TYPE_ENDPOINT;
  const u32 link = p.rate.generation | p.rate.lanes << 4;
  config.declare(at + MPPA_PCI_EXP_FLAGS, 2, 2 | p.port_type << 4 | (p.slot ? 0x100 : 0));
  config.declare(at + MPPA_PCI_EXP_DEVCAP, 4,
                 payload_code(p.max_payload) | 0x8020 | (p.function_reset ? MPPA_PCI_EXP_DEVCAP_FLR : 0));
  // Reset: relaxed ordering, no snoop and extended tags on, MPS 128, MRRS 512 (7.5.3.4). FLR reads as 0.
  config.declare(at + MPPA_PCI_EXP_DEVCTL, 2, 0x2910, 0x7FFF);
  config.declare(at + MPPA_PCI_EXP_DEVSTA, 2, 0, 0, 0x000F);
  config.declare(at + MPPA_PCI_EXP_LNKCAP, 4, link | (endpoint ? 0 : 0x00180000));  // surprise down, active reporting
  config.declare(at + MPPA_PCI_EXP_LNKCTL, 2, 0, 0x0FFB);
  config.declare(at + MPPA_PCI_EXP_LNKSTA, 2, 0);
  if (p.slot) {
    config.declare(at + MPPA_PCI_EXP_SLTCAP, 4, 0x00000060);  // hot-plug capable, surprise
    config.declare(at + MPPA_PCI_EXP_SLTCTL, 2, 0, 0x1FFF);
    config.declare(at + MPPA_PCI_EXP_SLTSTA, 2, 0, 0, 0x011F);
  }
  if (p.port_type == MPPA_PCI_EXP_TYPE_ROOT) config.declare(at + MPPA_PCI_EXP_ROOT_CONTROL, 2, 0, 0x001F);
  config.declare(at + MPPA_PCI_EXP_DEVCAP2, 4, endpoint ? 0x1F : 0x3F);
  config.declare(at + MPPA_PCI_EXP_DEVCTL2, 2, 0, endpoint ? 0x001F : 0x003F);
  return at;
}

unsigned add_msi(ConfigSpace& config, unsigned vectors) {
  const unsigned at = config.add_capability(MPPA_PCI_CAP_MSI, 14);
  unsigned log2 = 0;
  while (1U << log2 < vectors) ++log2;
  config.declare(at + MPPA_PCI_MSI_CONTROL, 2, 0x80 | log2 << 1, 0x71);
  config.declare(at + MPPA_PCI_MSI_ADDRESS, 4, 0, 0xFFFFFFFC);
  config.declare(at + MPPA_PCI_MSI_ADDRESS + 4, 4, 0, 0xFFFFFFFF);
  config.declare(at + MPPA_PCI_MSI_DATA, 2, 0, 0xFFFF);
  return at;
}

unsigned add_msix(ConfigSpace& config, const MsixParams& p) {
  const unsigned at = config.add_capability(MPPA_PCI_CAP_MSIX, 12);
  config.declare(at + MPPA_PCI_MSIX_CONTROL, 2, p.vectors - 1, MPPA_PCI_MSIX_ENABLE | MPPA_PCI_MSIX_MASK_ALL);
  config.declare(at + MPPA_PCI_MSIX_TABLE, 4, p.table_offset | p.table_bar);
  config.declare(at + MPPA_PCI_MSIX_PBA, 4, p.pba_offset | p.pba_bar);
  return at;
}

unsigned add_aer(ConfigSpace& config) {
  const unsigned at = config.add_extended(MPPA_PCI_EXT_AER, 2, MPPA_PCI_AER_BYTES);
  constexpr u32 kErrors = 1U << MPPA_PCI_ERR_SURPRISE_DOWN | 1U << MPPA_PCI_ERR_POISONED | 1U << MPPA_PCI_ERR_TIMEOUT |
                          1U << MPPA_PCI_ERR_ABORT | 1U << MPPA_PCI_ERR_UNEXPECTED | 1U << MPPA_PCI_ERR_MALFORMED |
                          1U << MPPA_PCI_ERR_UNSUPPORTED | 1U << MPPA_PCI_ERR_ACS;
  config.declare(at + MPPA_PCI_AER_UNCORRECTABLE, 4, 0, 0, kErrors);
  config.declare(at + MPPA_PCI_AER_MASK, 4, 0, kErrors);
  config.declare(at + MPPA_PCI_AER_SEVERITY, 4, 1U << MPPA_PCI_ERR_SURPRISE_DOWN | 1U << MPPA_PCI_ERR_MALFORMED,
                 kErrors);
  config.declare(at + MPPA_PCI_AER_CORRECTABLE, 4, 0, 0, 0x31C1);
  config.declare(at + MPPA_PCI_AER_CORRECTABLE_MASK, 4, 1U << MPPA_PCI_ERR_ADVISORY, 0x31C1);
  config.declare(at + MPPA_PCI_AER_ROOT_COMMAND, 4, 0, 0x7);
  config.declare(at + MPPA_PCI_AER_ROOT_STATUS, 4, 0, 0, 0x7F);
  return at;
}

unsigned add_ari(ConfigSpace& config) { return config.add_extended(MPPA_PCI_EXT_ARI, 1, 8); }

unsigned add_acs(ConfigSpace& config) {
  constexpr u32 kServices = MPPA_PCI_ACS_SOURCE_VALIDATION | MPPA_PCI_ACS_REQUEST_REDIRECT |
                            MPPA_PCI_ACS_COMPLETION_REDIRECT | MPPA_PCI_ACS_UPSTREAM_FORWARDING;
  const unsigned at = config.add_extended(MPPA_PCI_EXT_ACS, 1, 8);
  config.declare(at + MPPA_PCI_ACS_CAPABILITY, 2, kServices);
  config.declare(at + MPPA_PCI_ACS_CONTROL, 2, 0, kServices);
  return at;
}

void set_link_status(ConfigSpace& config, const LinkRate& rate) {
  const unsigned at = config.find(MPPA_PCI_CAP_PCIE);
  if (!at) return;
  const u32 status = rate.lanes ? rate.generation | rate.lanes << 4 | MPPA_PCI_EXP_LNKSTA_ACTIVE : 0;
  config.set(at + MPPA_PCI_EXP_LNKSTA, status, 2);
}

unsigned max_payload(const ConfigSpace& config) {
  const unsigned at = config.find(MPPA_PCI_CAP_PCIE);
  return 128U << (config.get(at + MPPA_PCI_EXP_DEVCTL, 2) >> 5 & 7);
}

unsigned max_read_request(const ConfigSpace& config) {
  const unsigned at = config.find(MPPA_PCI_CAP_PCIE);
  return 128U << (config.get(at + MPPA_PCI_EXP_DEVCTL, 2) >> 12 & 7);
}

u64 completion_timeout_ps(const ConfigSpace& config) {
  constexpr u64 kUs = 1'000'000;
  const u32 control = config.get(config.find(MPPA_PCI_CAP_PCIE) + MPPA_PCI_EXP_DEVCTL2, 2);
  if (control & MPPA_PCI_EXP_DEVCTL2_TIMEOUT_OFF) return 0;
  // The upper end of each range (7.5.3.16); the default range is 50 us to 50 ms.
  switch (control & 0xF) {
    case 1:
      return 100 * kUs;
    case 2:
      return 10'000 * kUs;
    case 5:
      return 55'000 * kUs;
    case 6:
      return 210'000 * kUs;
    case 9:
      return 900'000 * kUs;
    case 10:
      return 3'500'000 * kUs;
    case 13:
      return 13'000'000 * kUs;
    case 14:
      return 64'000'000 * kUs;
    default:
      return 50'000 * kUs;
  }
}

}  // namespace mppa::pcie
