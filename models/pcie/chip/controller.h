// One PCIe controller of the chip: a root port towards devices, or (controller 0) the endpoint towards a host. Between
// the link and the chip's AXI fabric it translates in both directions.
#pragma once

#include <memory>
#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/pcie/bridge.h"
#include "models/pcie/chip/axi_master.h"
#include "models/pcie/chip/bar_decoder.h"
#include "models/pcie/chip/msi_snooper.h"
#include "models/pcie/chip/registers.h"

namespace mppa::pcie {

/// What the controllers of a chip share.
struct ControllerContext {
  CoreRegisters& core;
  BridgeRegisters& bridge;
  PhyRegisters& phy;
  AsnRegisters& asn;
  MsiSnoopers& snoopers;
  BarDecoder& decoder;
  AxiMaster& memory;
  LaneSplit lanes;         ///< overrides the n-furcation if not all 0
  u64 bridge_ps;           ///< bridge, one way
  unsigned outbound_tags;  ///< reads in flight
  unsigned outbound_read;  ///< bytes of one read request at most
};

/// Whom an access of the chip is made for, and what is known of its data.
struct Outbound {
  unsigned function = 0;  ///< of the endpoint; 0: the one whose address space is `asn`
  u16 asn = 0;
  bool poisoned = false;
};

class Controller : public PortUser, public StatProvider {
 public:
  Controller(unsigned index, Port& port, const ControllerContext& context);
  ~Controller() override;

  /// The port that an endpoint of this controller uses: the link, while the controller is in endpoint mode.
  Port& endpoint_port();
  void set_endpoint(Endpoint& endpoint) { endpoint_ = &endpoint; }

  bool root_complex() const { return x_.asn.root_complex(index_); }
  bool link_up() const { return port_.up(); }
  void set_class(u32 class_code);
  /// Brings lanes, rate and the enabling of the link in line with the registers.
  void update_link();

  /// Accesses of the chip at `when` (ps). False: failed; a failed read leaves `into` alone. `done`: when it was over.
  bool config_access(u16 target, unsigned offset, std::span<u8> data, bool write, u64 when, u64& done);
  void memory_write(u64 address, std::span<const u8> data, const Outbound& request, u64 when, u64& done);
  bool memory_read(u64 address, std::span<u8> into, const Outbound& request, u64 when, u64& done);

  bool receive(Tlp& tlp) override;
  ExpressReply express(const Tlp& request, u64 when) override;
  void link_changed(bool up) override;
  void write_stats(StatWriter& out) const override;

 private:
  class EndpointPort;

  PortUser* endpoint_user() const;
  /// Requester id of an outbound access; false: its function must not send.
  bool requester(const Outbound& request, u16& id) const;
  const ConfigSpace& limits() const;
  ExpressReply serve_read(const Tlp& request, u64 when);
  void take_write(const Tlp& tlp);
  void take_message(const Tlp& tlp);
  bool inbound_allowed() const;
  bool outbound_failed(u64 when);

  unsigned index_;
  Port& port_;
  ControllerContext x_;
  Bridge root_port_;
  std::unique_ptr<EndpointPort> endpoint_port_;
  Endpoint* endpoint_ = nullptr;
  BandwidthServer posted_;     ///< what the link takes of outbound writes, in ps
  std::vector<u64> tag_free_;  ///< when each tag of outbound reads is free again
  u64 out_reads_ = 0, out_read_bytes_ = 0, out_writes_ = 0, out_write_bytes_ = 0, out_failed_ = 0;
  u64 in_reads_ = 0, in_writes_ = 0, in_refused_ = 0, configs_ = 0;
};

}  // namespace mppa::pcie
