#include "sim/system/coolidge_schema.h"

#include <fmt/format.h>

#include "models/pcie/link.h"
#include "sim/commands.h"
#include "sim/elf_file.h"
#include "sim/system/accelerator_params.h"
#include "sim/system/core_timing_params.h"
#include "sim/system/firmware_manifest.h"
#include "sim/system/param_table.h"

namespace mppa::sim {
namespace {

using cluster::ClusterParams;
using cluster::SmemParams;
using config::Dimension;

constexpr const char* kInterconnect = "interconnect.md";
constexpr const char* kJedec = "JESD79-4, DDR4-3200AA";
constexpr const char* kTwoX16 = "x16+x16";
constexpr pcie::LaneSplit kTwoX16Lanes = {16, 0, 0, 0, 16, 0, 0, 0};
constexpr const char* kChoice = "not published; docs/modelling-choices.md";

const ParamTable<CoolidgeParams>& chip_table() {
  static const auto table =
      ParamTable<CoolidgeParams>()
          .number("clock", &CoolidgeParams::clock_hz, Dimension::kFrequency, "600 MHz", "1.2 GHz",
                  "Clock of cores, fabric and NoC.", "product brief")
          .number("reference_clock", &CoolidgeParams::reference_hz, Dimension::kFrequency, "1 MHz", "1 GHz",
                  "Clock of the timestamps.", "board device tree")
          .number("peripheral_access", &CoolidgeParams::peripheral_access, Dimension::kCycles, "0", "10000",
                  "Time a peripheral takes for an access.", kChoice)
          .number("ddr_alias_base", &CoolidgeParams::ddr_alias_base, Dimension::kNone, "0x20000000", "0xc0000000",
                  "Where the first part of DDR appears below 4 GiB.", "linker map of the vendor's toolchain")
          .number("ddr_alias_size", &CoolidgeParams::ddr_alias_size, Dimension::kSize, "0", "2 GiB",
                  "Size of that window; 0: there is none.", "linker map of the vendor's toolchain")
          .flag("sim_port", &CoolidgeParams::sim_port,
                "The simulator's port, by which firmware ends the run; silicon has none.");
  return table;
}

const ParamTable<ClusterParams>& cluster_table() {
  static const auto table =
      ParamTable<ClusterParams>()
          .choice("engine", &ClusterParams::engine, {"reference", "fast"},
                  "How cores are executed on the host; results are the same.")
          .choice("pe_timing", &ClusterParams::pe_timing, {"functional", "pipeline"},
                  "Timing of the PEs: the pipeline, or one bundle a cycle.")
          .choice("rm_timing", &ClusterParams::rm_timing, {"functional", "pipeline"}, "The same for the RM.")
          .number("register_latency", &ClusterParams::register_latency, Dimension::kCycles, "0", "1000",
                  "Time a local register takes on top of the crossbar.", kInterconnect)
          .number("crossbar_latency", &ClusterParams::crossbar_latency, Dimension::kCycles, "0", "1000",
                  "From a core to a local target and back.", kInterconnect)
          .flag("l1_coherency", &ClusterParams::l1_coherency,
                "Hardware keeps the L1Ds coherent with SMEM (PCR.L1CE): a write removes the line from those of others.")
          .number("slice", &ClusterParams::slice_cycles, Dimension::kCycles, "1", "100000",
                  "How far one core may run ahead of another of its cluster.", kChoice);
  return table;
}

const ParamTable<SmemParams>& smem_table() {
  static const auto table =
      ParamTable<SmemParams>()
          .power_of_two("size", &SmemParams::size, Dimension::kSize, "1 MiB", "8 MiB",
                        "Shared memory of the cluster; 8 MiB is the chip's second version.", "product brief")
          .power_of_two("banks", &SmemParams::banks, Dimension::kNone, "1", "64", "Banks.", kInterconnect)
          .power_of_two("bank_width", &SmemParams::bank_bytes, Dimension::kSize, "8 B", "128 B",
                        "Bytes a bank moves in a cycle.", kInterconnect)
          .power_of_two("interleave", &SmemParams::interleave, Dimension::kSize, "32 B", "64 KiB",
                        "Consecutive bytes of one bank.", kInterconnect)
          .number("read_latency", &SmemParams::read_latency, Dimension::kCycles, "1", "1000",
                  "From an L1's request to the critical word, idle.", "optimisation guide");
  return table;
}

const ParamTable<cluster::L2Params>& l2_table() {
  using P = cluster::L2Params;
  static const auto table = ParamTable<P>()
                                .number("size", &P::size, Dimension::kSize, "0", "2 MiB",
                                        "Bytes at the end of SMEM that cache DDR: 0 (none), 1 MiB or 2 MiB.",
                                        "PWR global_config.l2_cache_config")
                                .number("lookup_latency", &P::lookup_latency, Dimension::kCycles, "0", "1000",
                                        "Tag look-up, on top of SMEM's own latency.", kChoice)
                                .number("miss_penalty", &P::miss_penalty, Dimension::kCycles, "0", "100000",
                                        "The handler of a miss, on top of the transfer.", kChoice);
  return table;
}

const ParamTable<noc::DdrParams>& ddr_table() {
  static const auto table =
      ParamTable<noc::DdrParams>()
          .number("size", &noc::DdrParams::size, Dimension::kSize, "64 MiB", "32 GiB", "Memory of all channels.",
                  "product brief: 8 to 32 GB")
          .power_of_two("channels", &noc::DdrParams::channels, Dimension::kNone, "1", "4", "Channels.", "product page")
          .power_of_two("interleave", &noc::DdrParams::interleave, Dimension::kSize, "64 B", "1 MiB",
                        "Consecutive bytes of one channel.", kChoice);
  return table;
}

const ParamTable<noc::DdrChannelParams>& ddr_channel_table() {
  using P = noc::DdrChannelParams;
  static const auto table =
      ParamTable<P>()
          .number("clock_period", &P::clock_period, Dimension::kTime, "250 ps", "10 ns",
                  "tCK, half the transfer period.", kJedec)
          .power_of_two("bus_width", &P::bus_bytes, Dimension::kSize, "1 B", "16 B", "Data bytes a transfer.", kJedec)
          .power_of_two("burst_length", &P::burst_length, Dimension::kNone, "4", "16", "Transfers a burst.", kJedec)
          .power_of_two("banks", &P::banks, Dimension::kNone, "1", "64", "Banks.", kJedec)
          .power_of_two("row_size", &P::row_bytes, Dimension::kSize, "1 KiB", "64 KiB",
                        "Open page over all dies of a rank.", kJedec)
          .number("cas_latency", &P::cas_latency, Dimension::kTime, "1 ns", "1 us", "CL.", kJedec)
          .number("row_to_column", &P::row_to_column, Dimension::kTime, "1 ns", "1 us", "tRCD.", kJedec)
          .number("precharge", &P::precharge, Dimension::kTime, "1 ns", "1 us", "tRP.", kJedec)
          .number("row_active_min", &P::row_active_min, Dimension::kTime, "1 ns", "1 us", "tRAS.", kJedec)
          .number("write_recovery", &P::write_recovery, Dimension::kTime, "0", "1 us",
                  "tWR, from the last data to a precharge.", kJedec)
          .number("refresh_interval", &P::refresh_interval, Dimension::kTime, "100 ns", "1 ms", "tREFI.", kJedec)
          .number("refresh_duration", &P::refresh_duration, Dimension::kTime, "0", "10 us", "tRFC of an 8 Gb die.",
                  kJedec)
          .number("controller_latency", &P::controller_latency, Dimension::kTime, "0", "10 us",
                  "Queueing and PHY, both ways.", kChoice);
  return table;
}

/// CoolidgeParams keeps the figures of the fabric flat; in YAML they are a part of their own.
const ParamTable<CoolidgeParams>& axi_table() {
  static const auto table = ParamTable<CoolidgeParams>()
                                .power_of_two("link_width", &CoolidgeParams::axi_link_bytes, Dimension::kSize, "4 B",
                                              "128 B", "Bytes a cycle on a link, each way.", kChoice)
                                .number("cluster_latency", &CoolidgeParams::axi_cluster_latency, Dimension::kCycles,
                                        "1", "10000", "One way to another cluster.", kInterconnect)
                                .number("ddr_latency", &CoolidgeParams::axi_ddr_latency, Dimension::kCycles, "1",
                                        "10000", "One way to the DDR controllers.", kInterconnect)
                                .power_of_two("ddr_link_width", &CoolidgeParams::axi_ddr_link_bytes, Dimension::kSize,
                                              "4 B", "256 B", "Bytes a cycle, each way, to all DDR channels.", kChoice)
                                .number("peripheral_latency", &CoolidgeParams::axi_peripheral_latency,
                                        Dimension::kCycles, "1", "10000", "One way to a peripheral.", kInterconnect);
  return table;
}

const ParamTable<noc::RdmaNocParams>& noc_table() {
  using P = noc::RdmaNocParams;
  static const auto table = ParamTable<P>()
                                .number("hop", &P::hop_cycles, Dimension::kCycles, "1", "1000",
                                        "Head of a packet, router to router.", kChoice)
                                .number("credits", &P::credits, Dimension::kNone, "17", "65536",
                                        "Flits of an input buffer per virtual channel.", kChoice)
                                .number("inject_buffer", &P::inject_flits, Dimension::kNone, "17", "65536",
                                        "Flits of an injection buffer per virtual channel.", kChoice);
  return table;
}

const ParamTable<noc::LimiterParams>& limiter_table() {
  using P = noc::LimiterParams;
  static const auto table =
      ParamTable<P>()
          .number("flits", &P::flits, Dimension::kNone, "0", "1000000",
                  "Long-term rate of each QoS id: this many flits ...; 0: no limit.", kChoice)
          .number("cycles", &P::cycles, Dimension::kCycles, "1", "1000000", "... in this many cycles.", kChoice)
          .number("burst", &P::burst_flits, Dimension::kNone, "17", "1000000", "Depth of the bucket in flits.",
                  kChoice);
  return table;
}

const ParamTable<eth::ControllerParams>& ethernet_table() {
  using P = eth::ControllerParams;
  static const auto table =
      ParamTable<P>()
          .number("register_latency", &P::register_latency_ps, Dimension::kTime, "0", "10 us",
                  "Time of a register access.", kChoice)
          .number("rx_latency", &P::rx_latency_ps, Dimension::kTime, "0", "10 us",
                  "From a frame's end at the MAC to its first NoC packet: parsers and tables.", kChoice)
          .number("tx_latency", &P::tx_latency_ps, Dimension::kTime, "0", "10 us",
                  "From a frame's end in a TX FIFO to the MAC: checksums.", kChoice)
          .number("tx_fifo", &P::tx_fifo_bytes, Dimension::kSize, "16 KiB", "1 MiB", "Size of each TX FIFO.", kChoice)
          .flag("tictoc", &P::model_tictoc,
                "Parser halves take turns in the 40G and 100G modes, as in the first version of the chip.");
  return table;
}

const ParamTable<pcie::PcieParams>& pcie_table() {
  using P = pcie::PcieParams;
  static const auto table = ParamTable<P>()
                                .number("bridge_latency", &P::bridge_ps, Dimension::kTime, "0", "10 us",
                                        "Bridge and IOMMU, one way.", kChoice)
                                .number("register_latency", &P::register_ps, Dimension::kTime, "0", "10 us",
                                        "Time a register takes for an access.", kChoice)
                                .number("outbound_tags", &P::outbound_tags, Dimension::kNone, "1", "1024",
                                        "Reads of the chip in flight per controller.", kChoice)
                                .number("outbound_read", &P::outbound_read, Dimension::kSize, "64 B", "4 KiB",
                                        "Bytes of such a read at most.", kChoice);
  return table;
}

const ParamTable<ChipPowerParams>& power_table() {
  using P = ChipPowerParams;
  static const auto table =
      ParamTable<P>()
          .number("static", &P::static_uw, Dimension::kPower, "0", "100 W", "Without any activity.", kChoice)
          .number("core_per_ghz", &P::core_uw_per_ghz, Dimension::kPower, "0", "10 W",
                  "A core that never idles, per GHz.", kChoice)
          .number("ddr_channel", &P::ddr_channel_uw, Dimension::kPower, "0", "100 W",
                  "A DDR channel whose data bus is always busy.", kChoice);
  return table;
}

template <class Table>
config::ComponentType part_type(const std::string& name, const std::string& doc, const Table& table,
                                std::vector<config::Part> parts = {}) {
  config::ComponentType type;
  type.name = name;
  type.doc = doc;
  type.params = table.params();
  type.parts = std::move(parts);
  return type;
}

void add_parts(ComponentRegistry& registry) {
  registry.add_part(part_type("smem", "The shared memory of a cluster.", smem_table()));
  registry.add_part(part_type("l2", "The L2 cache of a cluster, in front of DDR.", l2_table()));
  registry.add_part(part_type("dma", "The DMA of a cluster.", dma_table()));
  registry.add_part(part_type("crypto", "The two crypto units of a cluster: set-up time and rates.", crypto_table()));
  registry.add_part(part_type("cluster", "A cluster: 16 PEs and the RM.", cluster_table(),
                              {{"smem", "smem", 1}, {"l2", "l2", 1}, {"dma", "dma", 1}, {"crypto", "crypto", 1}}));
  registry.add_part(part_type("core_timing", "Figures of the core's pipeline timing (docs/dev/how-time-works.md).",
                              core_timing_table()));
  registry.add_part(part_type("ddr_channel", "Timing of one DDR4 channel.", ddr_channel_table()));
  registry.add_part(part_type("ddr", "The DDR memory of a chip.", ddr_table(), {{"channel", "ddr_channel", 1}}));
  registry.add_part(part_type("axi", "The AXI fabric of a chip.", axi_table()));
  registry.add_part(part_type("noc_limiter", "The injection limiters of a node of the NoC.", limiter_table()));
  registry.add_part(part_type("rdma_noc",
                              "The RDMA NoC of a chip. Nodes: 0 to 4 are the clusters, 5 and 6 the Ethernet blocks.",
                              noc_table(), {{"limiter", "noc_limiter", noc::kNodes}}));
  registry.add_part(part_type("ethernet", "The Ethernet controllers of a chip.", ethernet_table()));
  config::ComponentType pcie = part_type("pcie_subsystem", "The PCIe controllers of a chip.", pcie_table());
  pcie.params.push_back(config::choice("lanes", {"n-furcation", kTwoX16}, "n-furcation",
                                       "Lanes of the controllers: 16 in all, as firmware splits them, or 16 each for a "
                                       "host at controller 0 and drives at "
                                       "controller 4, which V1 does not have."));
  registry.add_part(std::move(pcie));
  registry.add_part(part_type("chip_power", "Figures of the energy estimate of a chip.", power_table()));
}

}  // namespace

std::string indexed(const char* name, unsigned index) { return fmt::format("{}[{}]", name, index); }

CoolidgeParams coolidge_params(const config::Component& c, const config::Component& simulation) {
  CoolidgeParams p = axi_table().fill(c.part("axi"), chip_table().fill(c));
  p.ddr = ddr_table().fill(c.part("ddr"));
  p.ddr.channel = ddr_channel_table().fill(c.part("ddr.channel"));
  p.spin_skip = simulation.flag("spin_skip");
  p.check_coherence = simulation.text("check") == "coherence";
  p.pcie = pcie_table().fill(c.part("pcie_subsystem"));
  if (c.part("pcie_subsystem").text("lanes") == kTwoX16) p.pcie.lanes = kTwoX16Lanes;
  p.noc = noc_table().fill(c.part("noc"));
  p.ethernet = ethernet_table().fill(c.part("ethernet"));
  for (unsigned node = 0; node < noc::kNodes; ++node)
    p.noc.limiters[node].fill(limiter_table().fill(c.part("noc." + indexed("limiter", node))));
  for (unsigned i = 0; i < kClusters; ++i) {
    const config::Component& from = c.part(indexed("cluster", i));
    ClusterParams& to = p.cluster[i];
    to = cluster_table().fill(from);
    to.smem = smem_table().fill(from.part("smem"));
    to.l2 = l2_table().fill(from.part("l2"));
    to.dma = dma_table().fill(from.part("dma"));
    to.crypto = crypto_table().fill(from.part("crypto"));
    to.timing = core_timing_table().fill(c.part("timing"));
    to.quantum_ps = static_cast<u64>(simulation.quantity("quantum"));
  }
  return p;
}

ChipPowerParams coolidge_power_params(const config::Component& c) { return power_table().fill(c.part("power")); }

void check_coolidge(const config::Component& c, config::Diagnostics& diagnostics) {
  try {
    for (const FirmwareImage& image : read_firmware(c.text("firmware"))) ElfFile::read(image.file);
  } catch (const BadInput& e) {
    diagnostics.error(c.where("firmware"), c.path + ".firmware", e.what());
  }
  for (unsigned i = 0; i < kClusters; ++i) {
    const config::Component& smem = c.part(indexed("cluster", i) + ".smem");
    if (smem.quantity("banks") * smem.quantity("interleave") > smem.quantity("size"))
      diagnostics.error(smem.where("interleave"), smem.path,
                        fmt::format("{} banks of {} bytes each do not fit {} bytes", smem.quantity("banks"),
                                    smem.quantity("interleave"), smem.quantity("size")));
  }
  for (unsigned i = 0; i < kClusters; ++i) {
    const config::Component& l2 = c.part(indexed("cluster", i) + ".l2");
    const i64 size = l2.quantity("size"), mib = i64{1} << 20;
    if (size != 0 && size != mib && size != 2 * mib)
      diagnostics.error(l2.where("size"), l2.path + ".size", "the L2 cache has 0, 1 MiB or 2 MiB");
    if (size >= c.part(indexed("cluster", i) + ".smem").quantity("size"))
      diagnostics.error(l2.where("size"), l2.path + ".size", "the L2 cache leaves nothing of the shared memory");
  }
  const i64 alias_end = c.quantity("ddr_alias_base") + c.quantity("ddr_alias_size");
  if (c.quantity("ddr_alias_size") > 0 && alias_end > i64{1} << 32)
    diagnostics.error(c.where("ddr_alias_size"), c.path + ".ddr_alias_size",
                      fmt::format("the window would end at {:#x}, above 4 GiB", alias_end));
}

void check_coolidge_links(const config::Component& c, const std::vector<LinkedPort>& ports,
                          config::Diagnostics& diagnostics) {
  const bool two_x16 = c.part("pcie_subsystem").text("lanes") == kTwoX16;
  for (const LinkedPort& port : ports) {
    for (unsigned i = 0; two_x16 && i < pcie::kControllers; ++i)
      if (port.name == indexed("pcie", i) && kTwoX16Lanes[i] == 0)
        diagnostics.error(
            port.pos, c.path + "." + port.name,
            fmt::format("has no lanes: with pcie_subsystem.lanes {} only pcie[0] and pcie[4] have any", kTwoX16));
    for (unsigned i = 0; i < kEthernets; ++i)
      if (port.name == indexed("lane", i * MPPA_ETH_LANES))
        diagnostics.error(port.pos, c.path + "." + port.name, fmt::format("link eth[{}] instead: the same port", i));
  }
}

config::ComponentType coolidge_type(ComponentRegistry& registry) {
  add_parts(registry);
  config::ComponentType type = part_type("coolidge", "The MPPA3 Coolidge chip with its DDR memory.", chip_table(),
                                         {{"cluster", "cluster", kClusters},
                                          {"timing", "core_timing", 1},
                                          {"axi", "axi", 1},
                                          {"noc", "rdma_noc", 1},
                                          {"ethernet", "ethernet", 1},
                                          {"ddr", "ddr", 1},
                                          {"pcie_subsystem", "pcie_subsystem", 1},
                                          {"power", "chip_power", 1}});
  type.params.push_back(config::file("firmware", std::nullopt,
                                     "ELF file for all clusters, or a manifest that says which cluster runs which."));
  type.params.push_back(config::text_list("arguments", "Arguments of all programs, behind those of the manifest."));
  type.params.push_back(config::choice("placement", {"flash", "memory"}, "flash",
                                       "Where the images of clusters 1 to 4 are: in DDR as if read from flash, for the "
                                       "RM of cluster 0 to load, or in place already."));
  type.ports = {{"uart", "uart", kUarts, false, "The UARTs."},
                {"eth", "ethernet", kEthernets, false, "The Ethernet ports, 100 or 40 Gb/s; lanes 0 and 4 if slower."},
                {"lane", "ethernet", kEthernets * MPPA_ETH_LANES, false,
                 "The other lanes of the Ethernet controllers, four each, 1, 10 or 25 Gb/s as firmware sets them."},
                {"management", "management", 1, false, "The management channel of the simulator's port."},
                {"pcie", "pcie", pcie::kControllers, false,
                 "The PCIe controllers; lanes as firmware splits them. Controller 0 may be linked to a host."}};
  return type;
}

}  // namespace mppa::sim
