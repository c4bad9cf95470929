// What a device driver on a host has of its device, beside the memory they share: register accesses, interrupts,
// presence. One interface for a device behind a PCIe root complex and for one attached without PCIe model.
#pragma once

#include <functional>

#include "models/common/types.h"

namespace mppa::host {

/// An MSI-X message: the write a device makes to interrupt the host.
struct InterruptMessage {
  u64 address = 0;
  u32 data = 0;
};

class DevicePort {
 public:
  /// `ok` is false if the device did not answer (removed, link down, error completion).
  using RegisterDone = std::function<void(u64 value, bool ok)>;
  using Interrupt = std::function<void(unsigned vector)>;

  virtual ~DevicePort() = default;
  /// Posted write of 4 or 8 bytes to BAR 0.
  virtual void mmio_write(u64 offset, u64 value, unsigned bytes) = 0;
  /// `done` is called once, later.
  virtual void mmio_read(u64 offset, unsigned bytes, RegisterDone done) = 0;
  /// Switches bus mastering and MSI-X on or off in configuration space.
  virtual void enable(bool on) = 0;
  /// Offset of the MSI-X table in BAR 0.
  virtual u64 msix_table() = 0;
  /// The message the device has to send for `vector`.
  virtual InterruptMessage message(unsigned vector) = 0;
  /// `handler` is called when such a message arrives.
  virtual void on_interrupt(Interrupt handler) = 0;
  /// `handler` is called when the device has been removed or its link has gone down.
  virtual void on_removal(std::function<void()> handler) = 0;
  /// `handler` is called when the device has written data marked as bad, which are not in memory therefore.
  virtual void on_poison(std::function<void(u64 address, u64 bytes)> handler) = 0;
  /// `handler` is called when it is there again, as after power-on.
  virtual void on_return(std::function<void()> handler) = 0;
};

}  // namespace mppa::host
