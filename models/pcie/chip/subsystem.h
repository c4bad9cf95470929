// The PCIe subsystem of the chip: eight controllers with their registers, the MSI snoopers and interrupt generators,
// the master IOMMUs, the BAR decoder, and the windows through which the chip reaches the links.
//
//   axi_slave   accesses of cores and DMAs, by global address (ranges())
//   axi_master  accesses of devices and hosts to the chip, messages of the interrupt generators
//   interrupt   inputs of the miscellaneous interrupt generator (MPPA_PCIE_LINE_*)
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <memory>
#include <systemc>

#include "models/noc/axi/fabric.h"
#include "models/pcie/chip/controller.h"

namespace mppa::pcie {

/// A physical function that looks like an NVMe controller, with `vfs` virtual ones: 16 KiB behind BAR 0, MSI-X table at
/// 0x2000, pending bits at 0x3000. The ids are placeholders: those of the vendor's cards are not published.
FunctionParams nvme_endpoint(unsigned vfs);

struct PcieParams {
  /// Lanes of the controllers; all 0: as firmware sets the n-furcation (16 lanes in all).
  LaneSplit lanes{};
  /// A register access inside the subsystem. Choice of the model.
  u64 register_ps = 10'000;
  /// Bridge and IOMMU, one way (soc digest pcie.md section 9, a choice).
  u64 bridge_ps = 60'000;
  /// Reads of the chip in flight per controller, and bytes of each (section 7.3, a choice).
  unsigned outbound_tags = 32;
  unsigned outbound_read = 512;
  /// What controller 0 shows to a host in endpoint mode.
  EndpointParams endpoint{.functions = {nvme_endpoint(127)}, .tags = 1};
};

class PcieSubsystem : public sc_core::sc_module, public StatProvider {
 public:
  tlm_utils::simple_target_socket<PcieSubsystem> axi_slave{"axi_slave"};
  tlm_utils::simple_initiator_socket<PcieSubsystem> axi_master{"axi_master"};
  sc_core::sc_port<InterruptIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> interrupt{"interrupt"};

  PcieSubsystem(const sc_core::sc_module_name& name, const PcieParams& params);
  ~PcieSubsystem() override;

  /// Joins controller `index` to its end of a link: end 0 in root complex mode, end 1 in endpoint mode. Once, before
  /// the simulation starts.
  void connect(unsigned index, Port& port);
  /// Where `axi_slave` answers, for the fabric: global addresses.
  static std::vector<noc::FabricRange> ranges();
  /// The endpoint of controller 0; null if it is not connected.
  Endpoint* endpoint() { return endpoint_.get(); }

  void write_stats(StatWriter& out) const override;

 private:
  /// A register block and where it answers.
  struct Block {
    Block(const std::string& name, u64 first, u64 bytes) : base(first), size(bytes), socket(name.c_str()) {}
    u64 base, size;
    tlm_utils::simple_initiator_socket<Block> socket;
  };
  template <typename Target>
  void map(u64 base, u64 size, Target& target);
  void build_interrupts();
  void update_link(unsigned controller);
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void from_master(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void config_window(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void memory_window(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool outbound(Controller& controller, u64 address, tlm::tlm_generic_payload& payload, u64 when, u64& done);

  PcieParams params_;
  CoreRegisters core_;
  BridgeRegisters bridge_;
  PhyRegisters phy_;
  AsnRegisters asn_;
  cluster::Iommu rx_iommu_, tx_iommu_;
  AxiMaster memory_;
  std::vector<std::unique_ptr<noc::Itgen>> itgens_;
  std::unique_ptr<MsiSnoopers> snoopers_;
  BarDecoder decoder_;
  std::unique_ptr<RegisterDevice> errors_;
  std::unique_ptr<RegisterDevice> rx_table_, tx_table_;
  Register* slave_error_disable_ = nullptr;
  std::deque<tlm_utils::simple_target_socket<PcieSubsystem>> masters_;
  std::deque<Block> blocks_;
  std::array<std::unique_ptr<Controller>, kControllers> controllers_;
  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace mppa::pcie
