// Ends of links of protocol "ethernet": devices end in a MAC, cables in themselves.
#pragma once

#include <memory>

#include "models/eth/link.h"
#include "models/eth/mac.h"
#include "sim/system/component.h"

namespace mppa::sim {

class EthernetMacEnd : public PortEnd {
 public:
  explicit EthernetMacEnd(eth::Mac& mac_in) : mac(mac_in) {}

  eth::Mac& mac;
  /// The cable to another device that is linked without one.
  std::unique_ptr<eth::Link> cable;
};

class EthernetCableEnd : public PortEnd {
 public:
  EthernetCableEnd(eth::Link& link_in, unsigned side_in) : link(link_in), side(side_in) {}

  eth::Link& link;
  unsigned side;
};

}  // namespace mppa::sim
