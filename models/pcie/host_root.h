// The root complex of a host, behavioural: memory, root ports, configuration accesses, MMIO, interrupts as the writes
// that they are. Software on the host (models/host) drives it by these calls; no processor is modelled.
#pragma once

#include <functional>
#include <memory>
#include <systemc>

#include "models/common/kernel_timeline.h"
#include "models/common/sparse_memory.h"
#include "models/pcie/bridge.h"
#include "models/pcie/enumerate.h"
#include "models/pcie/requester.h"

namespace mppa::pcie {

struct HostRootParams {
  u64 memory_bytes = u64{64} << 30;  ///< from address 0, beside the holes for MMIO and interrupts
  /// From a read request to its data. About what a DDR4 server takes behind its root complex. Choice of the model.
  u64 memory_read_ps = 150'000;
  unsigned tags = 256;  ///< MMIO reads in flight per root port
  LinkRate rate{};
  EnumerationParams enumeration{};
  /// Writes here are interrupts.
  u64 msi_base = 0xFEE0'0000, msi_size = 0x10'0000;
};

class HostRoot : public sc_core::sc_module, public ConfigIf, public StatProvider {
 public:
  using Done = Requester::Done;

  /// One root port per link, device 0, 1, ... of bus 0; `ports`: end 0 of the links.
  HostRoot(const sc_core::sc_module_name& name, const HostRootParams& params, const std::vector<Port*>& ports = {});
  ~HostRoot() override;
  /// Adds a root port. Before the simulation starts.
  void connect(Port& port);

  /// The host's memory by physical address; devices' windows are holes nobody should use.
  SparseMemory& memory() { return memory_; }

  /// Whether the link of a root port is up.
  bool link_up(unsigned port) const;
  /// Configures everything that answers. At kernel time; takes no simulated time.
  std::vector<Device> enumerate();
  /// Configuration accesses, at once (express). Absent functions read as all ones; writes to them are ignored.
  u32 config_read(u16 id, unsigned offset, unsigned bytes = 4) override;
  void config_write(u16 id, unsigned offset, u32 value, unsigned bytes = 4) override;

  /// Posted write to a BAR; to nowhere: dropped.
  void mmio_write(u64 address, std::span<const u8> data);
  void mmio_write32(u64 address, u32 value);
  void mmio_write64(u64 address, u64 value);
  /// Read of a BAR; `done` is called once, later. `into` must live until then.
  void mmio_read(u64 address, std::span<u8> into, Done done);
  /// Read at once (express), for start-up code that has no events. Errors read as all ones.
  u64 mmio_read_now(u64 address, unsigned bytes);

  /// The host's IOMMU: whether a function may access [address, address + bytes); all may without. Refused reads end
  /// with UR, refused writes are dropped and reported.
  std::function<bool(u16 requester, u64 address, u64 bytes)> may_access;
  /// A device has written `data` into the interrupt range.
  std::function<void(u64 address, u32 data)> on_interrupt;
  /// A device has written memory: [address, address + bytes).
  std::function<void(u64 address, u64 bytes)> on_memory_write;
  /// `source` has written poisoned data, which memory does not take: [address, address + bytes).
  std::function<void(u16 source, u64 address, u64 bytes)> on_poison;
  /// An error message: who, how bad.
  std::function<void(u16 source, MessageCode severity)> on_error;
  /// A root port's link has come up or gone down.
  std::function<void(unsigned port, bool up)> on_link;

  void write_stats(StatWriter& out) const override;

 private:
  class RootPort;

  RootPort* port_of_bus(u8 bus);
  RootPort* port_of_address(u64 address);
  ExpressReply config(Tlp request);
  bool in_memory(u64 address, u64 bytes) const;
  bool receive(RootPort& port, Tlp& tlp);
  ExpressReply serve(RootPort& port, const Tlp& request, u64 when);
  void write(RootPort& port, const Tlp& tlp);
  /// An error that a root port itself has found.
  void report(RootPort& port, PcieError error, const Tlp* tlp, bool advisory = false);
  void take_error(RootPort& port, const Tlp& message);
  void link_changed(RootPort& port, bool up);

  HostRootParams params_;
  KernelTimeline timeline_{"timeline"};
  SparseMemory memory_;
  std::vector<std::unique_ptr<RootPort>> ports_;
  u64 reads_ = 0, read_bytes_ = 0, writes_ = 0, write_bytes_ = 0, interrupts_ = 0, refused_ = 0, errors_ = 0;
};

}  // namespace mppa::pcie
