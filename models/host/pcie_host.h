// The NVMe controllers a host finds behind its PCIe root complex, each as a DevicePort.
#pragma once

#include <memory>
#include <vector>

#include "models/host/device_port.h"
#include "models/pcie/host_root.h"

namespace mppa::host {

class PcieHost {
 public:
  /// Takes over the root complex's interrupt and link callbacks.
  explicit PcieHost(pcie::HostRoot& root);
  ~PcieHost();

  /// Enumerates; returns one port per NVMe controller, in the order found. Call once, with the links up.
  std::vector<DevicePort*> scan();

  /// Where drivers may place their memory: above the holes for registers and interrupts.
  static constexpr u64 kMemoryBegin = u64{4} << 30;

 private:
  class Device;

  void interrupt(u64 address, u32 data);
  void link_changed(unsigned port, bool up);

  pcie::HostRoot& root_;
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace mppa::host
