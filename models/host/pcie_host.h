// The NVMe controllers a host finds behind its PCIe root complex, each as a DevicePort.
#pragma once

#include <memory>
#include <vector>

#include "models/host/device_port.h"
#include "models/pcie/host_root.h"

namespace mppa::host {

class PcieHost {
 public:
  /// Takes over the root complex's callbacks.
  explicit PcieHost(pcie::HostRoot& root);
  ~PcieHost();

  /// Enumerates; returns one port per NVMe controller, in the order found. A controller with SR-IOV gets `vfs` virtual
  /// functions (as many as it has, if those are fewer), which follow it. Call once, with the links up.
  std::vector<DevicePort*> scan(unsigned vfs = 0);

  /// Where drivers may place their memory: above the holes for registers and interrupts.
  static constexpr u64 kMemoryBegin = u64{4} << 30;

 private:
  class Device;

  DevicePort* add(const pcie::Device& device);
  unsigned vfs_of(const pcie::Device& device, unsigned wanted);
  void interrupt(u64 address, u32 data);
  void link_changed(unsigned port, bool up);

  pcie::HostRoot& root_;
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace mppa::host
