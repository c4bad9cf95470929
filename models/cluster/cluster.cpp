// Construction of a cluster and its address map.
#include "models/cluster/cluster.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/sfr.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/core_bus.h"
#include "models/cluster/core_stats.h"
#include "models/cluster/timing/model.h"
#include "models/common/memory_access.h"

namespace mppa::cluster {
namespace {

// Offsets in the cluster's window, memory-map.md section 2.

constexpr u64 kL2Base = 0x400000;
constexpr u64 kGicBase = 0xA20000;
constexpr u64 kPowerBase = 0xA40000;
constexpr u64 kDsuRamBase = 0xA46000;
constexpr u64 kDsuRamSize = 0x2000;
constexpr u64 kIpiBase = 0xAD0000;
constexpr u64 kSecureBase = 0xCC2000;
constexpr u64 kDmaBase = 0x800000;
constexpr u64 kDmaRxIommuBase = 0xAC2000;
constexpr u64 kDmaTxIommuBase = 0xAC3000;
constexpr u64 kCryptoIommuBase = 0xAC4000;  // not published; one page each
constexpr const char* kCryptoNames[] = {"crypto0", "crypto1"};
constexpr u64 kPage = 0x1000;
constexpr unsigned kCryptoMaster = 18;  // first of two, in the order of BusExtension
constexpr unsigned kGicFirstCoreLine = 4;

dma::DmaParams dma_params(const ClusterParams& params) {
  dma::DmaParams out = params.dma;
  out.cluster = params.id;
  out.clock_hz = params.clock_hz;
  return out;
}

}  // namespace

Cluster::Cluster(const sc_core::sc_module_name& name, const ClusterParams& params, WriteWatch& watch,
                 StaleLoadCheck* check)
    : sc_module(name),
      params_(params),
      clock_(params.clock_hz),
      smem_(params.smem),
      directory_(params.l1_coherency ? params.smem.size : 0),
      dsu_ram_(kDsuRamSize),
      watch_(watch),
      check_(check),
      register_shadow_(kWindow),
      mailboxes_("mailboxes", clock_.time_of(params.register_latency)),
      gic_("gic", clock_.time_of(params.register_latency)),
      ipi_("ipi", clock_.time_of(params.register_latency)),
      power_("pwr", clock_.time_of(params.register_latency),
             sc_core::sc_time::from_value(1'000'000'000'000 / params.timestamp_hz)),
      secure_("secure", clock_.time_of(params.register_latency)),
      l2_registers_("l2_registers", clock_.time_of(params.register_latency), directory_),
      dma_("dma", dma_params(params)),
      dma_tx_iommu_("dma_tx_iommu", Gic::kDmaTxNoMapping, clock_.time_of(params.register_latency)),
      dma_rx_iommu_("dma_rx_iommu", Gic::kDmaRxNoMapping, clock_.time_of(params.register_latency)),
      gic_lines_("gic_lines",
                 [this](unsigned output, const sc_core::sc_time& when) {
                   const unsigned core = output / Gic::kLines;
                   const u64 line = kGicFirstCoreLine + output % Gic::kLines;
                   if (core < kCoreCount) post(core, {0, Event::Kind::kLine, line}, when);
                 }),
      ipi_lines_("ipi_lines", [this](unsigned line, const sc_core::sc_time& when) {
        post(line / 32, {0, Event::Kind::kLine, line % 32}, when);
      }) {
  mailboxes_.interrupt(gic_);
  gic_.outputs(gic_lines_);
  ipi_.cores(ipi_lines_);
  power_.cores(*this);
  map_local(kMailboxBase, Mailboxes::kWindow, mailboxes_);
  map_local(kGicBase, Gic::kWindow, gic_);
  map_local(kPowerBase, PowerController::kWindow, power_);
  map_local(kIpiBase, IpiController::kWindow, ipi_);
  map_local(kSecureBase, SecureRegisters::kWindow, secure_);
  map_local(kL2Base, L2Registers::kWindow, l2_registers_);  // 8 MiB of SMEM hide it
  map_local(kDmaBase, Dma::kWindow, dma_);
  map_local(kDmaRxIommuBase, Iommu::kWindow, dma_rx_iommu_);
  map_local(kDmaTxIommuBase, Iommu::kWindow, dma_tx_iommu_);
  dma_.memory.bind(dma_memory_);
  dma_.interrupt(gic_);
  dma_.tx_iommu(dma_tx_iommu_);
  dma_.rx_iommu(dma_rx_iommu_);
  dma_tx_iommu_.interrupt(gic_);
  dma_rx_iommu_.interrupt(gic_);
  dma_memory_.register_b_transport(this, &Cluster::dma_transport);
  for (unsigned unit = 0; unit < MPPA_CRYPTO_UNITS; ++unit) {
    CryptoParams crypto = params.crypto;
    crypto.clock_hz = params.clock_hz;
    crypto.cluster = params.id;
    crypto.master = static_cast<u8>(kCryptoMaster + unit);
    crypto_[unit] = std::make_unique<CryptoUnit>(kCryptoNames[unit], crypto, MPPA_CRYPTO_GIC_LINE(unit),
                                                 clock_.time_of(params.register_latency));
    auto& memory = crypto_memory_.emplace_back(fmt::format("{}_memory", kCryptoNames[unit]).c_str());
    memory.register_b_transport(this, &Cluster::dma_transport);
    crypto_[unit]->memory.bind(memory);
    crypto_[unit]->interrupt(gic_);
    map_local(MPPA_CRYPTO_OFFSET(unit), CryptoUnit::kWindow, *crypto_[unit]);
    build_crypto_iommu(unit);
  }

  axi_in.register_b_transport(this, &Cluster::axi_in_transport);
  axi_in.register_get_direct_mem_ptr(this, &Cluster::axi_in_dmi);
  axi_in.register_transport_dbg(this, &Cluster::axi_in_debug);

  local_ = std::make_unique<LocalArbiter>(*this);
  std::map<timing::Level, std::shared_ptr<engine::SharedCode>> code;
  for (unsigned i = 0; i < kCoreCount; ++i) {
    CoreSlot& slot = cores_[i];
    slot.bus = std::make_unique<CoreBus>(*this, i);
    slot.spin.cluster = this;
    slot.spin.core = i;
    engine::CoreConfig config;
    config.engine = params.engine;
    config.level = i == kRmIndex ? params.rm_timing : params.pe_timing;
    config.timing = params.timing;
    config.pid = static_cast<u8>(i);
    config.cid = params.id;
    config.semihosting = params.semihosting;
    config.l1_coherent = params.l1_coherency;
    config.shared_code = code.try_emplace(config.level, engine::make_shared_code()).first->second;
    slot.core = std::make_unique<engine::Core>(config, *slot.bus);
    if (check_ != nullptr) check_->watch(params.id, static_cast<u8>(i), *slot.core, *slot.bus, clock_);
    slot.core->system().on_ipe_notify = [this, i](u16 forward, u16 backward) {
      // Events run along the ring of PEs: forward to the next one, backward to the previous one, in one cycle.
      const u64 cycle = cores_[i].core->state().cycle + 1;
      const sc_core::sc_time when = clock_.time_of(cycle);
      for (unsigned e = 0; e < 16; ++e) {
        if (forward >> e & 1) post((i + 1) % kPeCount, {0, Event::Kind::kForward, e}, when);
        if (backward >> e & 1) post((i + kPeCount - 1) % kPeCount, {0, Event::Kind::kBackward, e}, when);
      }
    };
  }
  watch_.add_window(
      {global_base(), kWindow, [this](u64 offset, unsigned bytes) { return peek_register(offset, bytes); }});
  SC_THREAD(run);
  SC_METHOD(reset_blocks);
  sensitive << reset_event_;
  dont_initialize();
}

Cluster::~Cluster() = default;

/// The IOMMU of a crypto unit; its three faults share one input of the GIC.
void Cluster::build_crypto_iommu(unsigned unit) {
  LineAdapter& faults = crypto_faults_.emplace_back(
      fmt::format("{}_faults", kCryptoNames[unit]).c_str(),
      [this, unit](unsigned, const sc_core::sc_time& when) { gic_.pulse(Gic::kIommuCrypto0 + unit, when); });
  Iommu& iommu = crypto_iommu_.emplace_back(fmt::format("{}_iommu", kCryptoNames[unit]).c_str(), 0,
                                            clock_.time_of(params_.register_latency));
  iommu.interrupt(faults);
  crypto_[unit]->iommu(iommu);
  map_local(kCryptoIommuBase + unit * kPage, Iommu::kWindow, iommu);
}

engine::CoreBus& Cluster::bus(unsigned core) { return *cores_[core].bus; }

void Cluster::map_local(u64 base, u64 size, RegisterDevice& device) {
  auto& socket = local_sockets_.emplace_back(fmt::format("to_{:x}", base).c_str());
  socket.bind(device.socket);
  local_map_.push_back({base, size, &device, &socket});
  device.on_change(
      [this, base](u64 offset, u64 ps) { watch_.announce(register_shadow_.data() + base + offset, 1, ps); });
}

/// For whoever polls a register of this cluster: see WriteWatch::Window.
std::optional<WriteWatch::Seen> Cluster::peek_register(u64 offset, unsigned bytes) const {
  for (const LocalTarget& t : local_map_) {
    if (offset - t.base >= t.size) continue;
    const auto peeked = t.device->registers().peek(offset - t.base, bytes);
    if (!peeked) return std::nullopt;
    return WriteWatch::Seen{peeked->value, {register_shadow_.data() + t.base + peeked->storage, 1}};
  }
  return std::nullopt;
}

void Cluster::end_of_elaboration() {
  map_memories();
  power_.set_l2(params_.l2.size);
}

void Cluster::map_memories() {
  engine::MemRegion own;
  own.size = params_.smem.size - params_.l2.size;
  own.observed = check_ != nullptr;
  own.host = smem_.memory().data();
  own.read_latency = params_.smem.read_latency;
  own.arbiter = local_.get();
  // Own memory in both views first: region() searches in this order.
  regions_.push_back(own);
  own.base = global_base();
  regions_.push_back(own);
  engine::MemRegion dsu;
  dsu.size = kDsuRamSize;
  dsu.host = dsu_ram_.data();
  dsu.base = kDsuRamBase;
  regions_.push_back(dsu);
  for (const ClusterParams::Memory& memory : params_.memories) map_external(memory);
}

void Cluster::map_external(const ClusterParams::Memory& memory) {
  tlm::tlm_generic_payload payload;
  tlm::tlm_dmi dmi;
  payload.set_address(memory.base);
  if (!axi_out->get_direct_mem_ptr(payload, dmi)) return;
  engine::MemRegion region;
  region.base = dmi.get_start_address();
  region.size = dmi.get_end_address() - dmi.get_start_address() + 1;
  region.host = dmi.get_dmi_ptr();
  region.observed = check_ != nullptr;
  region.read_latency = memory.idle_latency;
  RemoteArbiter& path = remote_.emplace_back(*this, region.base, memory.idle_latency, memory.behind_l2);
  region.arbiter = &path;
  if (memory.behind_l2 && params_.l2.size != 0) {
    if (!l2_) {
      l2_ = std::make_unique<L2Cache>(params_.l2, smem_, [&path](u64 address, unsigned bytes, bool write, u64 now) {
        return path.transaction(address, bytes, now, write);
      });
      l2_registers_.attach(*l2_, region.base,
                           [this](const sc_core::sc_time& at) { return clock_.cycles_from(at.value()); });
    }
    path.put_behind(*l2_);
    region.read_latency = l2_->idle_latency();
  }
  regions_.push_back(region);
}

void Cluster::local_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 address = payload.get_address();
  for (const LocalTarget& t : local_map_) {
    if (address - t.base >= t.size) continue;
    payload.set_address(address - t.base);
    (*t.socket)->b_transport(payload, delay);
    payload.set_address(address);
    return;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

namespace {

AtomicOp atomic_op(engine::BusOp op) {
  switch (op) {
    case engine::BusOp::kSwap:
      return AtomicOp::kSwap;
    case engine::BusOp::kFetchAdd:
      return AtomicOp::kAdd;
    case engine::BusOp::kCompareSwap:
      return AtomicOp::kCompareSwap;
    default:
      return AtomicOp::kNone;
  }
}

u16 address_space(const core::CoreState& state) { return static_cast<u16>(core::mmc::kAsn.get(state.sfr[core::kMmc])); }

}  // namespace

/// Core cycles of a wait of `ps` behind the crossbar. Several roundings of cycles to picoseconds do not make one more.
u32 Cluster::wait_cycles(u64 ps) const {
  constexpr u64 kRoundings = 8;
  return static_cast<u32>(clock_.cycles_at(ps + clock_.ps_of(1) - kRoundings) + params_.crossbar_latency);
}

engine::BusReply Cluster::access(unsigned core, engine::BusOp op, u64 pa, std::span<u8> data,
                                 const engine::AtomicOperands& atomic, u64 now) {
  tlm::tlm_generic_payload payload;
  BusExtension extension;
  extension.cluster = params_.id;
  extension.master = static_cast<u8>(core);
  extension.asn = address_space(cores_[core].core->state());
  extension.atomic = atomic_op(op);
  extension.operand = atomic.operand;
  extension.expected = atomic.expected;
  extension.unobserved = unobserved_;
  payload.set_extension(&extension);
  payload.set_command(op == engine::BusOp::kWrite ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_data_ptr(data.data());
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));

  const u64 kernel_now = sc_core::sc_time_stamp().value();
  const u64 start = std::max<u64>(clock_.ps_of(now), kernel_now);
  sc_core::sc_time delay = sc_core::sc_time::from_value(start - kernel_now);
  const u64 offset = pa >= global_base() && pa - global_base() < kWindow ? pa - global_base() : pa;
  if (offset < kWindow) {
    // Registers have no read-modify-write port: only memories perform atomics.
    payload.set_address(offset);
    if (extension.atomic == AtomicOp::kNone) {
      local_transport(payload, delay);
    } else {
      payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    }
  } else {
    payload.set_address(pa);
    axi_out->b_transport(payload, delay);
  }
  payload.clear_extension(&extension);
  if (!catching_up_) look_ahead();
  engine::BusReply reply;
  reply.ok = payload.is_response_ok();
  reply.latency = wait_cycles(kernel_now + delay.value() - start);
  return reply;
}

void Cluster::dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 address = payload.get_address();
  const u64 offset = address >= global_base() && address - global_base() < kWindow ? address - global_base() : address;
  if (offset >= kWindow) {
    dma_out->b_transport(payload, delay);
    return;
  }
  payload.set_address(offset);
  axi_in_transport(payload, delay);
  payload.set_address(address);
}

/// Tells those who wait for a piece of SMEM that a master outside the cores is about to write to it.
void Cluster::announce_write(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay) {
  const u64 end = payload.get_address() + payload.get_data_length();
  if (end > smem_.usable()) return;
  const u64 ps = (sc_core::sc_time_stamp() + delay).value();
  if (has_changed_memory(payload)) lines_written(payload.get_address(), payload.get_data_length(), -1, ps);
  if (!changes_memory(payload)) return;
  watch_.before_write(smem_.memory().data() + payload.get_address(), payload.get_data_length(), ps, writer_of(payload));
  lines_written(payload.get_address(), payload.get_data_length(), -1, ps);
}

void Cluster::axi_in_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 offset = payload.get_address();
  if (offset < smem_.usable()) {
    announce_write(payload, delay);
    if (!serve_memory(payload, smem_.memory().data(), smem_.usable())) return;
    const u64 now = clock_.cycles_from((sc_core::sc_time_stamp() + delay).value());
    const u64 done = smem_.access(offset, payload.get_data_length(), moves_data_to_target(payload), now);
    delay = sc_core::sc_time::from_value(clock_.ps_of(done) - sc_core::sc_time_stamp().value());
  } else if (offset - kDsuRamBase < kDsuRamSize) {
    payload.set_address(offset - kDsuRamBase);
    serve_memory(payload, dsu_ram_.data(), kDsuRamSize);
    payload.set_address(offset);
  } else {
    local_transport(payload, delay);
  }
}

/// SMEM has been written, by core number `writer` or, -1, by somebody else: with L1 coherency the L1Ds of all others
/// lose the lines.
void Cluster::lines_written(u64 offset, u64 bytes, int writer, u64 ps) {
  if (!directory_.enabled()) return;
  constexpr u64 kLine = L1Directory::kLineBytes;
  for (u64 at = offset / kLine * kLine; at < offset + bytes; at += kLine)
    drop_line(directory_.take(at, writer), std::array{at, global_base() + at}, ps);
}

/// The same for the line at `offset` in DDR, written by a core of this cluster.
void Cluster::ddr_line_written(u64 offset, int writer, u64 ps) {
  if (!directory_.enabled()) return;
  const u32 readers = directory_.take_far(offset, writer);
  if (readers == 0) return;  // as nearly always
  std::vector<u64> addresses;
  for (const ClusterParams::Memory& m : params_.memories)
    if (m.behind_l2) addresses.push_back(m.base + offset);
  drop_line(readers, addresses, ps);
}

/// Takes a line, which has several addresses, from the L1Ds of the cores in mask `readers`.
void Cluster::drop_line(u32 readers, std::span<const u64> addresses, u64 ps) {
  for (unsigned i = 0; readers >> i != 0; ++i) {
    if ((readers >> i & 1) == 0) continue;
    if (cores_[i].spin.loop) woken_by_write(i, ps);  // up to here it has found the line
    for (const u64 at : addresses) cores_[i].core->timing().lsu().l1d().invalidate(timing::TagArray::line_of(at));
  }
}

bool Cluster::axi_in_dmi(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  if (payload.get_address() >= smem_.usable()) return false;
  dmi.set_dmi_ptr(smem_.memory().data());
  dmi.set_start_address(0);
  dmi.set_end_address(smem_.usable() - 1);
  dmi.allow_read_write();
  return true;
}

unsigned Cluster::axi_in_debug(tlm::tlm_generic_payload& payload) {
  if (payload.get_address() < smem_.usable())
    return serve_memory(payload, smem_.memory().data(), smem_.usable()) ? payload.get_data_length() : 0;
  sc_core::sc_time none;
  axi_in_transport(payload, none);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

void Cluster::start_profile() {
  for (unsigned i = 0; i < kCoreCount; ++i) cores_[i].core->set_profile(i == kRmIndex ? &rm_profile_ : &pe_profile_);
}

const engine::Profile& Cluster::pe_profile() const {
  settle();
  return pe_profile_;
}

const engine::Profile& Cluster::rm_profile() const {
  settle();
  return rm_profile_;
}

void Cluster::write_stats(StatWriter& out) const {
  settle();
  const u64 total = clock_.cycles_at(sc_core::sc_time_stamp().value());
  for (const auto& unit : crypto_) {
    out.enter(unit->basename());
    unit->write_stats(out);
    out.leave();
  }
  out.enter("smem");
  smem_.write_stats(out, total);
  out.leave();
  if (l2_) {
    out.enter("l2");
    l2_->write_stats(out);
    out.leave();
  }
  out.enter("dma");
  dma_.write_stats(out);
  out.leave();
  for (unsigned i = 0; i < kCoreCount; ++i) {
    out.enter(i == kRmIndex ? std::string("rm") : fmt::format("pe[{}]", i));
    write_core_stats(out, *cores_[i].core,
                     {.now = total, .in_reset = cores_[i].cycles_in_reset, .waiting = cores_[i].spin.cycles});
    out.leave();
  }
}

}  // namespace mppa::cluster
