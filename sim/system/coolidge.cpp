#include "sim/system/coolidge.h"

#include <fmt/core.h>

#include <algorithm>

#include "models/cluster/core/core_state.h"
#include "sim/exec/loader.h"

namespace mppa::sim {
namespace {

using cluster::Cluster;

constexpr u64 kFtuBootAddress = 0x60;
constexpr const char* kMemories = "SMEM of the cluster at 0, DDR at 0x100000000";

std::string indexed(const char* name, unsigned index) { return fmt::format("{}[{}]", name, index); }

std::vector<std::string> initiators(const CoolidgeParams& p) {
  std::vector<std::string> names;
  for (unsigned c = 0; c < kClusters; ++c) names.push_back(indexed("cluster", c));
  for (unsigned c = 0; c < kClusters; ++c) names.push_back(indexed("dma", c));
  for (unsigned i = 0; i < kItgens; ++i) names.push_back(indexed("itgen", i));
  names.emplace_back("loader");
  names.emplace_back("pcie");
  names.insert(names.end(), p.external_initiators.begin(), p.external_initiators.end());
  return names;
}

std::vector<noc::FabricTarget> targets(const CoolidgeParams& p) {
  std::vector<noc::FabricTarget> list = p.external_targets;
  const auto peripheral = [&](std::string name, u64 base, u64 size) {
    list.push_back({std::move(name), p.axi_peripheral_latency, {{base, size, 0}}});
  };
  for (unsigned c = 0; c < kClusters; ++c)
    list.push_back({indexed("cluster", c), p.axi_cluster_latency, {{(c + 1) * Cluster::kWindow, Cluster::kWindow, 0}}});
  std::vector<noc::FabricRange> ddr{{kDdrBase, p.ddr.size, 0}};
  if (p.ddr_alias_size > 0) ddr.push_back({p.ddr_alias_base, std::min(p.ddr_alias_size, p.ddr.size), 0});
  list.push_back({"ddr", p.axi_ddr_latency, ddr, p.axi_ddr_link_bytes});
  list.push_back({"pcie", p.axi_peripheral_latency, pcie::PcieSubsystem::ranges()});
  peripheral("ftu", kFtuBase, noc::Ftu::kWindow);
  peripheral("trace_timestamp", kTraceTimestampBase, noc::TraceTimestamp::kWindow);
  if (p.sim_port) peripheral("sim_port", kSimPortBase, noc::SimPort::kWindow);
  for (unsigned i = 0; i < kUarts; ++i) peripheral(indexed("uart", i), kUartBase + i * kUartStride, noc::Uart::kWindow);
  for (unsigned i = 0; i < kEthernets; ++i)
    peripheral(indexed("ethernet", i), kEthernetBase + i * kEthernetStride, eth::Controller::kWindow);
  for (unsigned i = 0; i < kItgens; ++i)
    peripheral(indexed("itgen", i), kItgenBase + i * kItgenStride, noc::Itgen::kWindow);
  return list;
}

noc::RdmaNocParams noc_params(const CoolidgeParams& p) {
  noc::RdmaNocParams out = p.noc;
  out.clock_hz = p.clock_hz;
  return out;
}

cluster::ClusterParams cluster_params(const CoolidgeParams& p, unsigned index) {
  cluster::ClusterParams out = p.cluster[index];
  out.id = static_cast<u8>(index);
  out.clock_hz = p.clock_hz;
  out.timestamp_hz = p.reference_hz;
  // Unloaded: the core's crossbar, the fabric both ways, the target.
  const noc::DdrChannelParams& ddr = p.ddr.channel;
  const u64 ddr_ps =
      ddr.controller_latency + ddr.row_to_column + ddr.cas_latency + ddr.burst_length / 2 * ddr.clock_period;
  const u64 to_ddr = out.crossbar_latency + 2 * p.axi_ddr_latency + Clock(p.clock_hz).cycles_from(ddr_ps);
  const u64 to_cluster = out.smem.read_latency + 2 * p.axi_cluster_latency;
  out.memories = {{kDdrBase, static_cast<u32>(to_ddr), true}};
  if (p.ddr_alias_size > 0) out.memories.push_back({p.ddr_alias_base, static_cast<u32>(to_ddr), true});
  for (unsigned c = 0; c < kClusters; ++c)
    if (c != index) out.memories.push_back({(c + 1) * Cluster::kWindow, static_cast<u32>(to_cluster)});
  out.spin_skip = p.spin_skip;
  return out;
}

}  // namespace

Coolidge::Coolidge(const sc_core::sc_module_name& name, const CoolidgeParams& params)
    : sc_module(name),
      params_(params),
      clock_(params.clock_hz),
      axi_("axi", noc::FabricParams{.clock_hz = params.clock_hz, .link_bytes = params.axi_link_bytes},
           initiators(params), targets(params)),
      noc_("noc", noc_params(params)),
      ddr_("ddr", params.ddr, &watch_),
      ftu_("ftu", clock_.time_of(params.peripheral_access)),
      trace_timestamp_("trace_timestamp", clock_.time_of(params.peripheral_access), params.reference_hz),
      pcie_("pcie", params.pcie) {
  if (params.check_coherence) {
    check_ = std::make_unique<cluster::StaleLoadCheck>();
    check_->report = [this](const cluster::StaleLoad& load) {
      if (on_stale_load) on_stale_load(load);
    };
    watch_.observe(check_.get());
  }
  loader_.bind(axi_.initiator("loader"));
  axi_.target("ddr").bind(ddr_.socket);
  axi_.target("ftu").bind(ftu_.socket);
  axi_.target("trace_timestamp").bind(trace_timestamp_.socket);
  axi_.target("pcie").bind(pcie_.axi_slave);
  pcie_.axi_master.bind(axi_.initiator("pcie"));
  ftu_.chip(*this);
  build_peripherals();
  build_ethernet();
  for (unsigned c = 0; c < kClusters; ++c) build_cluster(c);
  SC_METHOD(reset_and_boot);
  sensitive << reset_event_;
  dont_initialize();
}

Coolidge::~Coolidge() = default;

void Coolidge::build_peripherals() {
  const sc_core::sc_time access = clock_.time_of(params_.peripheral_access);
  for (unsigned i = 0; i < kItgens; ++i) {
    itgens_[i] = std::make_unique<noc::Itgen>(indexed("itgen", i).c_str(), access);
    itgens_[i]->messages.bind(axi_.initiator(indexed("itgen", i)));
    axi_.target(indexed("itgen", i)).bind(itgens_[i]->socket);
  }
  pcie_.interrupt.bind(*itgens_[kPcieItgen]);
  for (unsigned i = 0; i < kUarts; ++i) {
    uarts_[i] = std::make_unique<noc::Uart>(indexed("uart", i).c_str(), access, kUartInput + i);
    uarts_[i]->interrupt(*itgens_[0]);
    axi_.target(indexed("uart", i)).bind(uarts_[i]->socket);
  }
  if (!params_.sim_port) return;
  sim_port_ = std::make_unique<noc::SimPort>("sim_port", access);
  axi_.target("sim_port").bind(sim_port_->socket);
  sim_port_->on_exit = [this](u32 status, const sc_core::sc_time& when) {
    finish({ChipEnd::Reason::kExit, static_cast<int>(status), "exit by the simulator's port", when});
  };
  sim_port_->on_trace = [this](unsigned channel, u64 value, const sc_core::sc_time& when) {
    if (on_trace) on_trace(channel, value, when);
  };
}

void Coolidge::build_ethernet() {
  for (unsigned i = 0; i < kEthernets; ++i) {
    eth::ControllerParams p = params_.ethernet;
    p.index = i;
    p.noc_clock_hz = params_.clock_hz;
    ethernet_[i] = std::make_unique<eth::Controller>(indexed("ethernet", i).c_str(), p);
    axi_.target(indexed("ethernet", i)).bind(ethernet_[i]->socket);
    ethernet_[i]->noc.bind(noc_.inject(noc::kEth0 + i));
    noc_.deliver[noc::kEth0 + i].bind(*ethernet_[i]);
  }
}

void Coolidge::build_cluster(unsigned index) {
  clusters_[index] = std::make_unique<Cluster>(indexed("cluster", index).c_str(), cluster_params(params_, index),
                                               watch_, check_.get());
  Cluster& c = *clusters_[index];
  c.axi_out.bind(axi_.initiator(indexed("cluster", index)));
  c.dma_out.bind(axi_.initiator(indexed("dma", index)));
  axi_.target(indexed("cluster", index)).bind(c.axi_in);
  c.dma().noc(noc_.inject(index));
  noc_.deliver[index].bind(c.dma());
  ftu_.clusters(c);
  c.on_core_stop = [this, index](const cluster::CoreStop& stop) { core_stopped(index, stop); };
}

void Coolidge::load(unsigned cluster, const ElfFile& file, const std::vector<std::string>& arguments) {
  programs_.push_back({cluster, file, arguments});
  place(programs_.back());
}

void Coolidge::place(const BootImage& program) {
  const auto& [cluster, file, arguments] = program;
  engine::CoreBus& bus = clusters_[cluster]->bus(cluster::kRmIndex);
  if (cluster != 0 && (file.entry() % 4096 != 0 || file.entry() >> 32 != 0))
    throw BadInput(fmt::format("{}: entry point {:#x} is not a 4 KiB aligned 32-bit address, as the FTU needs it",
                               file.name(), file.entry()));
  load_segments(file, bus, kMemories);
  if (!arguments.empty()) write_arguments(file, bus, arguments, static_cast<u32>(params_.clock_hz));
  if (cluster == 0)
    entry_ = file.entry();
  else
    set_boot_address(cluster, file.entry());
}

void Coolidge::boot() { clusters_[0]->start_rm(entry_, sc_core::sc_time_stamp()); }

void Coolidge::boot(const std::vector<BootImage>& images) {
  images_ = images;
  place_images();
  boot();
}

void Coolidge::place_images() {
  const auto first = std::find_if(images_.begin(), images_.end(), [](const BootImage& i) { return i.cluster == 0; });
  if (first == images_.end()) throw BadInput("no image for cluster 0, which starts the others");
  place(*first);
  mppa_boot_table table{};
  table.ddr = kDdrBase;
  table.ddr_size = params_.ddr.size;
  table.clock_hz = params_.clock_hz;
  table.timestamp_hz = params_.reference_hz;
  table.smem_size = params_.cluster[0].smem.size - params_.cluster[0].l2.size;
  const u64 table_address = place_boot_images(images_, table, ddr_.memory());
  auto& gpr = clusters_[0]->core(cluster::kRmIndex).state().gpr;
  gpr[0] = MPPA_BOOT_MAGIC;
  gpr[1] = table_address;
}

void Coolidge::set_boot_address(unsigned cluster, u64 address) {
  u32 value = static_cast<u32>(address);
  tlm::tlm_generic_payload payload;
  payload.set_write();
  payload.set_address(kFtuBase + kFtuBootAddress + 4 * cluster);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof value);
  payload.set_streaming_width(sizeof value);
  loader_->transport_dbg(payload);
}

void Coolidge::core_stopped(unsigned cluster, const cluster::CoreStop& stop) {
  const std::string core = stop.core == cluster::kRmIndex ? std::string("the RM") : fmt::format("PE {}", stop.core);
  const sc_core::sc_time when = clock_.time_of(stop.result.cycle);
  if (stop.result.reason == engine::StopReason::kExit)
    finish({ChipEnd::Reason::kExit, stop.result.status, fmt::format("exit of {} of cluster {}", core, cluster), when});
  else
    finish({ChipEnd::Reason::kCrash, 0, fmt::format("{} of cluster {}: {}", core, cluster, stop.result.message), when,
            ChipEnd::CrashedCore{cluster, stop.core, stop.result.site}});
}

void Coolidge::software_reset(const sc_core::sc_time& when) {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  reset_event_.notify(when > now ? when - now : sc_core::SC_ZERO_TIME);
}

/// All that a software reset reaches goes back to its state after power-on; what lies in memories stays, until the
/// images are loaded again as at the first boot. Links of PCIe stay up: their reset has a register of its own.
void Coolidge::reset_and_boot() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  for (const auto& c : clusters_) {
    c->reset_all(now);
    c->reset_blocks();
  }
  for (const auto& e : ethernet_) e->reset(now);
  for (const auto& u : uarts_) u->reset(now);
  for (const auto& i : itgens_) i->reset(now);
  ftu_.reset(now);
  ftu_.set_cause(noc::Ftu::ResetCause::kSoftware);
  if (on_software_reset) on_software_reset(now);
  for (const BootImage& p : programs_) place(p);
  if (!images_.empty()) place_images();
  boot();
}

void Coolidge::finish(ChipEnd reason) {
  if (end) return;
  end = std::move(reason);
  if (on_end) on_end(*end);
}

void Coolidge::write_stats(StatWriter& out) const {
  const auto part = [&out](const std::string& name, const StatProvider& provider) {
    out.enter(name);
    provider.write_stats(out);
    out.leave();
  };
  for (unsigned c = 0; c < kClusters; ++c) part(indexed("cluster", c), *clusters_[c]);
  part("axi", axi_);
  part("noc", noc_);
  for (unsigned i = 0; i < kEthernets; ++i) part(indexed("ethernet", i), *ethernet_[i]);
  part("ddr", ddr_);
  part("pcie", pcie_);
  if (check_) out.counter("stale_loads", check_->count(), "loads", "loads that hit a line changed by others");
}

}  // namespace mppa::sim
