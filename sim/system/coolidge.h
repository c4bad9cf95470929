// The MPPA3 Coolidge chip: five clusters on the AXI fabric and the RDMA NoC, DDR, FTU, interrupt generators, UARTs, and
// the simulator's port.
//
// Everything hangs on the address map of memory_map.h. Addresses where no model answers end as a bus error in the
// requester. After elaboration nothing runs: all cores are in reset and programs can be put into memory. boot() then
// does what boot ROM and first-stage loader do on silicon: it lets the RM of cluster 0 run, and that alone.
//
// Devices on boards hang on by name: `external_targets` and `external_initiators` of the parameters become sockets of
// the fabric, target() and initiator(); interrupts go to itgen(); cables hang on the MACs of ethernet().
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/eth/controller/controller.h"
#include "models/noc/axi/fabric.h"
#include "models/noc/ddr/ddr.h"
#include "models/noc/periph/ftu.h"
#include "models/noc/periph/itgen.h"
#include "models/noc/periph/sim_port.h"
#include "models/noc/periph/trace_timestamp.h"
#include "models/noc/periph/uart.h"
#include "models/noc/rdma/network.h"
#include "models/pcie/chip/subsystem.h"
#include "sim/elf_file.h"
#include "sim/system/boot_images.h"
#include "sim/system/memory_map.h"

namespace mppa::sim {

struct CoolidgeParams {
  /// Hz; clusters, fabric and NoC share one frequency domain (SHIM model of the vendor). 600 MHz to 1.2 GHz.
  u64 clock_hz = 1'200'000'000;
  u64 reference_hz = 100'000'000;  ///< Hz of the timestamps; open point 2 of the SoC digest
  /// Loops in which cores only wait are skipped; see ClusterParams.
  bool spin_skip = true;
  /// Loads that would read stale data from an L1 are found, at the price of speed; see StaleLoadCheck.
  bool check_coherence = false;
  /// By cluster; `id`, `clock_hz`, `timestamp_hz`, `spin_skip` and `memories` are set by the chip.
  std::array<cluster::ClusterParams, kClusters> cluster{};
  u64 axi_link_bytes = 16;  ///< bytes a cycle and link each way; not published

  // One way through the fabric, in cycles; interconnect.md section 5.3.
  u64 axi_cluster_latency = 23;
  u64 axi_ddr_latency = 40;
  /// Bytes a cycle each way between the fabric and DDR: a port of 32 bytes for each channel. Not published.
  u64 axi_ddr_link_bytes = 64;
  u64 axi_peripheral_latency = 40;
  u64 peripheral_access = 10;  ///< cycles a peripheral takes for an access

  noc::DdrParams ddr{};  ///< 8 GiB in two channels
  /// Where the first part of DDR appears below 4 GiB; size 0: nowhere. Open conflict of the memory map: linker map
  /// 0x8000_0000, QEMU 0x4000_0000.
  u64 ddr_alias_base = 0x8000'0000;
  u64 ddr_alias_size = u64{2} << 30;

  noc::RdmaNocParams noc{};  ///< `clock_hz` is set by the chip

  /// Both Ethernet controllers; `index` and `noc_clock_hz` are set by the chip.
  eth::ControllerParams ethernet{};
  pcie::PcieParams pcie{};

  /// The simulator's port (exit and marks), on by default; silicon has none.
  bool sim_port = true;

  /// What the board attaches to the fabric; latency in cycles one way.
  std::vector<noc::FabricTarget> external_targets;
  std::vector<std::string> external_initiators;
};

/// Why the chip's firmware is finished.
struct ChipEnd {
  enum class Reason : u8 {
    kExit,   ///< by the simulator's port, or a semihosting exit
    kCrash,  ///< a core reset itself, or met an instruction that is not modelled
  };
  Reason reason = Reason::kExit;
  int status = 0;       ///< kExit
  std::string message;  ///< one line: which core, what happened
  sc_core::sc_time when;
  /// kCrash: the core, and where it was.
  struct CrashedCore {
    unsigned cluster = 0, core = 0;
    engine::CrashSite site;
  };
  std::optional<CrashedCore> crashed = {};
};

class Coolidge : public sc_core::sc_module, public noc::ChipResetIf, public StatProvider {
 public:
  /// Throws std::logic_error if ranges of the address map overlap.
  Coolidge(const sc_core::sc_module_name& name, const CoolidgeParams& params);
  ~Coolidge() override;

  const CoolidgeParams& params() const { return params_; }
  const Clock& clock() const { return clock_; }
  cluster::Cluster& cluster(unsigned index) { return *clusters_[index]; }
  const cluster::Cluster& cluster(unsigned index) const { return *clusters_[index]; }
  noc::RdmaNoc& noc() { return noc_; }
  noc::Ddr& ddr() { return ddr_; }
  eth::Controller& ethernet(unsigned index) { return *ethernet_[index]; }
  /// PCIe controllers; whoever has a link connects it before elaboration.
  pcie::PcieSubsystem& pcie() { return pcie_; }
  noc::Uart& uart(unsigned index) { return *uarts_[index]; }
  /// nullptr if the chip has none.
  noc::SimPort* sim_port() { return sim_port_.get(); }
  noc::Itgen& itgen(unsigned index) { return *itgens_[index]; }
  noc::Fabric::TargetSide& target(const std::string& external) { return axi_.target(external); }
  noc::Fabric::InitiatorSide& initiator(const std::string& external) { return axi_.initiator(external); }

  /// Gets every byte that UART `index` sends, with the time at which it has left.
  void console(unsigned index, noc::Uart::Sink sink) { uarts_[index]->set_sink(std::move(sink)); }

  /// Puts a program where `cluster` starts it: segments to their physical addresses (those below 16 MiB in the
  /// cluster's window), arguments to its argument area, its entry point to the FTU's boot address. After elaboration
  /// only. Throws BadInput.
  void load(unsigned cluster, const ElfFile& file, const std::vector<std::string>& arguments = {});
  /// Starts the RM of cluster 0, whose program has been loaded.
  void boot();
  /// Loads the image of cluster 0, leaves the others in DDR as firmware/include/mppa/boot.h says, and starts the RM of
  /// cluster 0. Throws BadInput.
  void boot(const std::vector<BootImage>& images);

  /// Called once, when `end` gets its value, from within the simulation.
  std::function<void(const ChipEnd&)> on_end;
  std::optional<ChipEnd> end;
  /// The firmware has reset the chip by the FTU, which boots again.
  std::function<void(const sc_core::sc_time& when)> on_software_reset;
  /// A mark written to the simulator's port.
  std::function<void(unsigned channel, u64 value, const sc_core::sc_time& when)> on_trace;
  /// A stale load has been found (check_coherence).
  std::function<void(const cluster::StaleLoad&)> on_stale_load;

  /// Stale loads so far (check_coherence).
  u64 stale_loads() const { return check_ ? check_->count() : 0; }

  void write_stats(StatWriter& out) const override;

 private:
  SC_HAS_PROCESS(Coolidge);
  void software_reset(const sc_core::sc_time& when) override;
  void reset_and_boot();
  void place(const BootImage& program);
  void place_images();
  void build_peripherals();
  void build_ethernet();
  void build_cluster(unsigned index);
  void set_boot_address(unsigned cluster, u64 address);
  void core_stopped(unsigned cluster, const cluster::CoreStop& stop);
  void finish(ChipEnd reason);

  CoolidgeParams params_;
  Clock clock_;
  WriteWatch watch_;
  std::unique_ptr<cluster::StaleLoadCheck> check_;
  noc::Fabric axi_;
  noc::RdmaNoc noc_;
  noc::Ddr ddr_;
  noc::Ftu ftu_;
  noc::TraceTimestamp trace_timestamp_;
  pcie::PcieSubsystem pcie_;
  std::unique_ptr<noc::SimPort> sim_port_;
  std::array<std::unique_ptr<noc::Itgen>, kItgens> itgens_;
  std::array<std::unique_ptr<noc::Uart>, kUarts> uarts_;
  std::array<std::unique_ptr<eth::Controller>, kEthernets> ethernet_;
  std::array<std::unique_ptr<cluster::Cluster>, kClusters> clusters_;
  tlm_utils::simple_initiator_socket<Coolidge> loader_{"loader"};  ///< debug accesses of the simulation itself
  u64 entry_ = 0;                                                  ///< of cluster 0
  std::vector<BootImage> programs_;                                ///< loaded one by one
  std::vector<BootImage> images_;                                  ///< of boot(images)
  sc_core::sc_event reset_event_;
};

}  // namespace mppa::sim
