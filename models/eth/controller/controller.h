// One of Coolidge's two Ethernet controllers: four lanes or one aggregated port, parsers and load balancer, TX FIFOs.
// Frames come from and go to cluster DMAs over the RDMA NoC only. SoC digest ethernet.md; registers in
// firmware/include/mppa/eth_regs.h, shared with the firmware.
#pragma once

#include <memory>

#include "models/common/device.h"
#include "models/eth/controller/load_balancer.h"
#include "models/eth/controller/mac_block.h"
#include "models/eth/controller/rx_buffer.h"
#include "models/eth/controller/rx_sender.h"
#include "models/eth/controller/tx_path.h"

namespace mppa::eth {

class Controller : public RegisterDevice, public noc::DeliverIf, public StatProvider {
 public:
  static constexpr u64 kWindow = MPPA_ETH_SIZE;

  /// The sending side of this controller's NoC node; bind this module to the node's receiving side.
  sc_core::sc_port<noc::InjectIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> noc{"noc"};

  /// std::invalid_argument for an index above 1.
  Controller(const sc_core::sc_module_name& name, const ControllerParams& params);
  ~Controller() override;

  /// The MAC of a lane: bind its wire to a link, and the link to it. In 40G and 100G mode the port is lane 0.
  Mac& mac(unsigned lane);

  bool deliver(noc::PacketPtr& packet, const sc_core::sc_time& when) override;
  void write_stats(StatWriter& out) const override;

 private:
  class Lane;
  struct Incoming {
    unsigned lane;
    FramePtr frame;
    bool fcs_error;
  };
  void end_of_elaboration() override;
  void reset_state() override;
  void examine(const Incoming& in);
  std::vector<u8> with_header(const Incoming& in, const Decision& decision);
  MacBlock::Macs macs();

  ControllerParams params_;
  Services services_;
  std::array<std::unique_ptr<Lane>, MPPA_ETH_LANES> lanes_;
  MacBlock mac_block_;
  LoadBalancer balancer_;
  RxBuffer buffer_;
  RxSender sender_;
  TxPath tx_;
  DelayQueue<Incoming> parsing_;
  u32 packets_ = 0;
};

}  // namespace mppa::eth
