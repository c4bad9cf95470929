// PCIe links: protocol "pcie". The end nearer to the root complex owns the link's module; the other end builds its own
// module when it is connected, before elaboration. A port that can be either derives from both classes.
#pragma once

#include "models/pcie/port.h"
#include "sim/system/component.h"

namespace mppa::sim {

/// A port of a root complex or a downstream port of a switch.
class PcieRootEnd : public virtual PortEnd {
 public:
  /// The far end of the link, for the device. Called once, when the link is joined.
  virtual pcie::Port& device_port() = 0;
};

/// The port of a device or the upstream port of a switch.
class PcieDeviceEnd : public virtual PortEnd {
 public:
  virtual void connect(pcie::Port& port) = 0;
};

}  // namespace mppa::sim
