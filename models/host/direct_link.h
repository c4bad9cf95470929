// A PCIe link reduced to latency and bandwidth, between one NVMe controller and the memory of a host: for machines and
// tests without the PCIe model. Requests are charged packet by packet; there are no tags, credits or errors but reads
// outside the memory, and removal.
#pragma once

#include <functional>

#include "models/common/bandwidth_server.h"
#include "models/common/sparse_memory.h"
#include "models/common/timeline.h"
#include "models/host/device_port.h"
#include "models/ssd/host_port.h"

namespace mppa::host {

/// Defaults: Gen4 x4 as the drives' data sheets use it.
struct DirectLinkParams {
  u64 rate = 7'876'923'076;       ///< bytes/s: 4 lanes of 16 GT/s, 128b/130b (PCIe 4.0, 4.2.2)
  unsigned max_payload = 256;     ///< usual setting of server root ports
  unsigned max_read = 512;        ///< bytes of one read request, the default of the specification
  unsigned packet_overhead = 26;  ///< framing 4, sequence number 2, header 16, LCRC 4
  u64 latency = 150'000;          ///< ps, one way through transmitter, retimers and receiver; choice of the model
  u64 memory_latency = 100'000;   ///< ps, read of host memory behind the root port; choice of the model
};

class DirectLink : public ssd::HostPort, public DevicePort {
 public:
  DirectLink(Timeline& time, SparseMemory& memory, ssd::HostFunction& device, const DirectLinkParams& params = {});

  // ssd::HostPort
  void read(u64 address, std::span<u8> into, ssd::HostPort::ReadDone done) override;
  void write(u64 address, std::span<const u8> data) override;

  // DevicePort
  void mmio_write(u64 offset, u64 value, unsigned bytes) override;
  void mmio_read(u64 offset, unsigned bytes, RegisterDone done) override;
  void enable(bool on) override;
  u64 msix_table() override { return kMsixTable; }
  InterruptMessage message(unsigned vector) override { return {kInterruptAddress, vector}; }
  void on_interrupt(Interrupt handler) override { interrupt_ = std::move(handler); }
  void on_removal(std::function<void()> handler) override { removal_ = std::move(handler); }
  void on_poison(std::function<void(u64, u64)>) override {}  // never
  void on_return(std::function<void()> handler) override { return_ = std::move(handler); }

  /// The drive is pulled: everything under way is lost.
  void remove();
  /// It is plugged again.
  void insert();
  u64 dropped_writes() const { return dropped_; }

 private:
  static constexpr u64 kInterruptAddress = 0xFEE0'0000;
  static constexpr u64 kMsixTable = 0x2000;  ///< there is no capability to read it from: where the SSD model has it

  u64 packets_ps(u64 bytes, unsigned per_packet, bool with_data) const;
  /// Whether what was sent in an earlier epoch, before a removal, is lost.
  bool is_lost(u64 epoch) const { return removed_ || epoch != removals_; }
  void deliver(u64 address, const std::vector<u8>& data);

  Timeline& time_;
  SparseMemory& memory_;
  ssd::HostFunction& device_;
  DirectLinkParams params_;
  BandwidthServer to_host_, to_device_;
  Interrupt interrupt_;
  std::function<void()> removal_, return_;
  u64 removals_ = 0;
  bool bus_master_ = false;
  bool removed_ = false;
  u64 dropped_ = 0;
};

}  // namespace mppa::host
