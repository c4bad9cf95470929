#include "models/pcie/bridge.h"

#include "mppa/pci_config.h"

namespace mppa::pcie {

Bridge::Bridge(const BridgeParams& p) : slot_(p.slot) {
  config_.declare(MPPA_PCI_ID, 4, p.vendor | u32{p.device} << 16);
  config_.declare(MPPA_PCI_COMMAND, 2, 0, 0x0547);
  config_.declare(MPPA_PCI_STATUS, 2, 0, 0, MPPA_PCI_STATUS_W1C);
  config_.declare(MPPA_PCI_CLASS, 4, 0x06040000);
  config_.declare(MPPA_PCI_CACHE_LINE, 1, 0, 0xFF);
  config_.declare(MPPA_PCI_HEADER_TYPE, 1, 1);
  config_.declare(MPPA_PCI_BUSES, 4, 0, 0x00FFFFFF);
  config_.declare(MPPA_PCI_MEMORY, 4, 0, 0xFFF0FFF0);
  config_.declare(MPPA_PCI_PREFETCH, 4, 0x00010001, 0xFFF0FFF0);
  config_.declare(MPPA_PCI_PREFETCH_BASE_HIGH, 4, 0, 0xFFFFFFFF);
  config_.declare(MPPA_PCI_PREFETCH_LIMIT_HIGH, 4, 0, 0xFFFFFFFF);
  config_.declare(MPPA_PCI_INTERRUPT, 2, 0, 0xFF);
  config_.declare(MPPA_PCI_BRIDGE_CONTROL, 2, 0, 0x0043);
  add_power_management(config_);
  add_msi(config_, 1);
  pcie_ = add_pcie(config_, {.port_type = p.port_type, .max_payload = p.max_payload, .slot = p.slot, .rate = p.rate});
  add_aer(config_);
  if (p.port_type == MPPA_PCI_EXP_TYPE_DOWNSTREAM) acs_ = add_acs(config_);
}

bool Bridge::has_address(u64 address) const {
  if (!(config_.get(MPPA_PCI_COMMAND, 2) & MPPA_PCI_COMMAND_MEMORY)) return false;
  const u32 memory = config_.get(MPPA_PCI_MEMORY), prefetch = config_.get(MPPA_PCI_PREFETCH);
  const auto inside = [&](u64 base, u64 limit) { return address >= base && address <= (limit | 0xFFFFF); };
  if (inside(u64{memory & 0xFFF0} << 16, memory & 0xFFF00000)) return true;
  const u64 base = u64{config_.get(MPPA_PCI_PREFETCH_BASE_HIGH)} << 32 | u64{prefetch & 0xFFF0} << 16;
  const u64 limit = u64{config_.get(MPPA_PCI_PREFETCH_LIMIT_HIGH)} << 32 | (prefetch & 0xFFF00000);
  return inside(base, limit);
}

bool Bridge::forwards_up() const { return config_.get(MPPA_PCI_COMMAND, 2) & MPPA_PCI_COMMAND_MASTER; }

bool Bridge::ari_forwarding() const { return config_.get(pcie_ + MPPA_PCI_EXP_DEVCTL2, 2) & MPPA_PCI_EXP_DEVCTL2_ARI; }

bool Bridge::acs(u32 service) const { return acs_ && (config_.get(acs_ + MPPA_PCI_ACS_CONTROL, 2) & service); }

bool Bridge::resets_bus() const { return config_.get(MPPA_PCI_BRIDGE_CONTROL, 2) & MPPA_PCI_BRIDGE_BUS_RESET; }

bool Bridge::convert(Tlp& request) const {
  if (bus_of(request.completer) != secondary()) return true;
  request.type = request.type == TlpType::kCfgRead1 ? TlpType::kCfgRead0 : TlpType::kCfgWrite0;
  return ari_forwarding() || (request.completer & 0xF8) == 0;
}

std::optional<Bridge::Msi> Bridge::link_changed(bool up, const LinkRate& rate) {
  set_link_status(config_, up ? rate : LinkRate{0, 1});
  if (!slot_) return {};
  const unsigned at = pcie_ + MPPA_PCI_EXP_SLTSTA;
  u32 status = config_.get(at, 2) & ~u32{MPPA_PCI_EXP_SLTSTA_PRESENT};
  status |= MPPA_PCI_EXP_SLTSTA_PRESENCE_CHANGED | MPPA_PCI_EXP_SLTSTA_LINK_CHANGED;
  config_.set(at, status | (up ? MPPA_PCI_EXP_SLTSTA_PRESENT : 0), 2);
  constexpr u32 kInterrupt = 0x20, kPresence = 0x08, kLinkState = 0x1000;
  const u32 control = config_.get(pcie_ + MPPA_PCI_EXP_SLTCTL, 2);
  return (control & kInterrupt) && (control & (kPresence | kLinkState)) ? msi() : std::nullopt;
}

std::optional<Bridge::Msi> Bridge::msi() const {
  const unsigned at = config_.find(MPPA_PCI_CAP_MSI);
  if (!(config_.get(at + MPPA_PCI_MSI_CONTROL, 2) & 1)) return {};
  const u64 address = config_.get(at + MPPA_PCI_MSI_ADDRESS) | u64{config_.get(at + MPPA_PCI_MSI_ADDRESS + 4)} << 32;
  return Msi{address, static_cast<u16>(config_.get(at + MPPA_PCI_MSI_DATA, 2))};
}

ExpressReply serve_config(Bridge& bridge, const Tlp& request) {
  ExpressReply reply;
  const auto offset = static_cast<unsigned>(request.address);
  if (request.has_data()) {
    bridge.write(offset, dword(request.payload), request.first_be);
    return reply;
  }
  reply.data = enabled_bytes_of(request, bridge.read(offset));
  return reply;
}

}  // namespace mppa::pcie
