// The configuration space of a PCI-to-PCI bridge: a root port, or a port of a switch. It decides which buses and
// addresses lie behind it.
#pragma once

#include <optional>

#include "models/pcie/capabilities.h"
#include "models/pcie/errors.h"
#include "models/pcie/port.h"

namespace mppa::pcie {

struct BridgeParams {
  u16 vendor = 0, device = 0;
  unsigned port_type = 0;  ///< MPPA_PCI_EXP_TYPE_ROOT, _UPSTREAM, _DOWNSTREAM
  unsigned max_payload = 512;
  bool slot = false;  ///< hot-plug slot
  LinkRate rate{};
};

class Bridge {
 public:
  explicit Bridge(const BridgeParams& params);

  ConfigSpace& config() { return config_; }
  const ConfigSpace& config() const { return config_; }
  u8 primary() const { return static_cast<u8>(config_.get(0x18, 1)); }
  u8 secondary() const { return static_cast<u8>(config_.get(0x19, 1)); }
  u8 subordinate() const { return static_cast<u8>(config_.get(0x1A, 1)); }
  /// Whether `bus` lies behind the bridge.
  bool has_bus(u8 bus) const { return secondary() != 0 && bus >= secondary() && bus <= subordinate(); }
  /// Whether memory requests to `address` from the primary side go through.
  bool has_address(u64 address) const;
  /// Whether requests from the secondary side go through (bus master enable).
  bool forwards_up() const;
  bool ari_forwarding() const;
  /// Whether an access control service (MPPA_PCI_ACS_*) is on; switches' downstream ports have them.
  bool acs(u32 service) const;
  /// Bus reset of bridge control: the link behind it is held down.
  bool resets_bus() const;
  /// The form in which a type 1 request to a bus behind this bridge leaves it: type 0 for the secondary bus. False:
  /// no device can be there (device number above 0 on a link without ARI).
  bool convert(Tlp& config_request) const;

  /// Serves a configuration request to the bridge itself.
  u32 read(unsigned offset) const { return config_.read(offset); }
  void write(unsigned offset, u32 value, u8 byte_enables) { config_.write(offset, value, byte_enables); }
  /// The link behind (or, upstream port, in front) has come up or gone down: status, slot events. Returns the
  /// address and data of the hot-plug MSI, if it is due.
  struct Msi {
    u64 address;
    u16 data;
  };
  std::optional<Msi> link_changed(bool up, const LinkRate& rate);

 private:
  std::optional<Msi> msi() const;

  ConfigSpace config_;
  unsigned pcie_ = 0;
  unsigned acs_ = 0;  ///< 0: no access control services
  bool slot_;
};

/// The reply of a configuration read or write to `bridge`.
ExpressReply serve_config(Bridge& bridge, const Tlp& request);

}  // namespace mppa::pcie
