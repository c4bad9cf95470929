#include "models/pcie/chip/subsystem.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace mppa::pcie {
namespace {

constexpr u64 kRegisters = MPPA_PCIE_CSR(0), kRegistersEnd = 0x51'2860'0000;
constexpr u64 kBridges = MPPA_PCIE_BREG(0), kBridgesEnd = MPPA_PCIE_BREG(kControllers);
constexpr u64 kEcam = MPPA_PCIE_ECAM(0), kEcamEnd = MPPA_PCIE_ECAM(kControllers);
constexpr u64 kMemory = MPPA_PCIE_MEM32(0), kMemoryEnd = u64{1} << 56;  // with the sideband
constexpr u64 kIrqTable = 0x400, kIrqTableBytes = 0x200;

/// PCIe subsystem registers: how failed reads end.
class ErrorRegisters final : public RegisterDevice {
 public:
  ErrorRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
      : RegisterDevice(name, 0x1000, latency) {
    disable = &regs().add("slave_err_disable", MPPA_PCIE_SLAVE_ERR_DISABLE, 4, RegAccess::kRw).mask(1);
  }
  Register* disable = nullptr;
};

/// Association of address spaces with clusters for IOMMU interrupts. All go to the miscellaneous interrupt generator
/// here, whatever it says.
class IommuIrqTable final : public RegisterDevice {
 public:
  IommuIrqTable(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
      : RegisterDevice(name, kIrqTableBytes, latency) {
    regs().add_array("clusters", 0, 1, RegAccess::kRw, kIrqTableBytes, 1);
  }
};

// Cores can be spared the trap. Masters that move data must see the error, else they would pass on what nobody sent.
bool from_core(const tlm::tlm_generic_payload& payload) {
  constexpr u8 kResourceManager = 16;
  const auto* extension = payload.get_extension<BusExtension>();
  return extension && extension->cluster != 0xFF && extension->master <= kResourceManager;
}

sc_core::sc_time ps(u64 value) { return sc_core::sc_time::from_value(value); }

}  // namespace

FunctionParams nvme_endpoint(unsigned vfs) {
  FunctionParams f;
  f.vendor = 0x1D95;
  f.device = 0x0100;
  f.class_code = 0x010802;
  f.bars[0] = {0x4000, true, false};
  f.msix = {.vectors = 129, .table_bar = 0, .table_offset = 0x2000, .pba_bar = 0, .pba_offset = 0x3000};
  f.sriov.total = vfs;
  f.sriov.device = 0x0101;
  f.sriov.bars[0] = {0x4000, true, false};
  f.sriov.msix = f.msix;
  return f;
}

PcieSubsystem::PcieSubsystem(const sc_core::sc_module_name& name, const PcieParams& params)
    : sc_module(name),
      params_(params),
      core_("core", ps(params.register_ps)),
      bridge_("bridge", ps(params.register_ps)),
      phy_("phy", ps(params.register_ps)),
      asn_("asn", ps(params.register_ps)),
      rx_iommu_("rx_iommu", MPPA_PCIE_LINE_IOMMU_RX, ps(params.register_ps)),
      tx_iommu_("tx_iommu", MPPA_PCIE_LINE_IOMMU_TX, ps(params.register_ps)),
      memory_("memory", rx_iommu_, tx_iommu_, params.bridge_ps),
      decoder_("decoder", ps(params.register_ps), memory_, asn_) {
  axi_slave.register_b_transport(this, &PcieSubsystem::b_transport);
  memory_.socket.bind(masters_.emplace_back("from_devices"));
  build_interrupts();

  auto errors = std::make_unique<ErrorRegisters>("errors", ps(params.register_ps));
  slave_error_disable_ = errors->disable;
  errors_ = std::move(errors);
  rx_table_ = std::make_unique<IommuIrqTable>("rx_irq_table", ps(params.register_ps));
  tx_table_ = std::make_unique<IommuIrqTable>("tx_irq_table", ps(params.register_ps));

  map(MPPA_PCIE_CSR(0), core_.registers().size(), core_);
  map(MPPA_PCIE_PHY, phy_.registers().size(), phy_);
  map(MPPA_PCIE_SNOOPER(0), MPPA_PCIE_SNOOPER(7) + 0x1000 - MPPA_PCIE_SNOOPER(0), *snoopers_);
  map(MPPA_PCIE_DECODER, decoder_.registers().size(), decoder_);
  map(MPPA_PCIE_SUBSYSTEM, errors_->registers().size(), *errors_);
  map(MPPA_PCIE_IOMMU_RX, cluster::Iommu::kWindow, rx_iommu_);
  map(MPPA_PCIE_IOMMU_RX + kIrqTable, kIrqTableBytes, *rx_table_);
  map(MPPA_PCIE_IOMMU_TX, cluster::Iommu::kWindow, tx_iommu_);
  map(MPPA_PCIE_IOMMU_TX + kIrqTable, kIrqTableBytes, *tx_table_);
  map(MPPA_PCIE_ASN, asn_.registers().size(), asn_);
  map(MPPA_PCIE_BREG(0), bridge_.registers().size(), bridge_);
  for (auto& socket : masters_) socket.register_b_transport(this, &PcieSubsystem::from_master);
}

PcieSubsystem::~PcieSubsystem() = default;

template <typename Target>
void PcieSubsystem::map(u64 base, u64 size, Target& target) {
  blocks_.emplace_back(fmt::format("block_{}", blocks_.size()), base, size).socket.bind(target.socket);
}

void PcieSubsystem::build_interrupts() {
  std::vector<noc::Itgen*> itgens;
  for (unsigned i = 0; i < MsiSnoopers::kSnoopers; ++i) {
    const std::string name = fmt::format("itgen_{}", i);
    itgens_.push_back(std::make_unique<noc::Itgen>(name.c_str(), ps(params_.register_ps)));
    itgens_.back()->messages.bind(masters_.emplace_back(("from_" + name).c_str()));
    // Before the snoopers, whose window spans the generators 1 to 7.
    map(MPPA_PCIE_ITGEN(i), noc::Itgen::kWindow, *itgens_.back());
    itgens.push_back(itgens_.back().get());
  }
  snoopers_ = std::make_unique<MsiSnoopers>("snoopers", ps(params_.register_ps), itgens);
  rx_iommu_.interrupt.bind(interrupt);
  tx_iommu_.interrupt.bind(interrupt);
  bridge_.on_interrupt = [this](unsigned c, bool misc, bool intx, const sc_core::sc_time& when) {
    if (!interrupt.size()) return;
    interrupt->set_level(MPPA_PCIE_LINE_MISC(c), misc, when);
    interrupt->set_level(MPPA_PCIE_LINE_INTX(c), intx, when);
  };
  decoder_.on_event = [this](const sc_core::sc_time& when) {
    if (interrupt.size()) interrupt->pulse(MPPA_PCIE_LINE_FUNCTIONS, when);
  };
  core_.on_link_setting = phy_.on_link_setting = asn_.on_mode = [this](unsigned c) { update_link(c); };
  core_.on_class = [this](unsigned c, u32 class_code) {
    if (controllers_[c]) controllers_[c]->set_class(class_code);
  };
  phy_.link_up = [this](unsigned c) { return controllers_[c] && controllers_[c]->link_up(); };
}

void PcieSubsystem::update_link(unsigned controller) {
  if (controllers_[controller]) controllers_[controller]->update_link();
}

void PcieSubsystem::connect(unsigned index, Port& port) {
  if (index >= kControllers || controllers_[index])
    throw std::logic_error(fmt::format("{}: controller {} cannot be connected", this->name(), index));
  const ControllerContext context{core_,
                                  bridge_,
                                  phy_,
                                  asn_,
                                  *snoopers_,
                                  decoder_,
                                  memory_,
                                  params_.lanes,
                                  params_.bridge_ps,
                                  params_.outbound_tags,
                                  params_.outbound_read};
  controllers_[index] = std::make_unique<Controller>(index, port, context);
  if (index != 0 || params_.endpoint.functions.empty()) return;
  // Only controller 0 has a BAR decoder.
  endpoint_ = std::make_unique<Endpoint>("endpoint", controllers_[0]->endpoint_port(), params_.endpoint);
  controllers_[0]->set_endpoint(*endpoint_);
  decoder_.attach(*endpoint_);
}

std::vector<noc::FabricRange> PcieSubsystem::ranges() {
  return {{kRegisters, kRegistersEnd - kRegisters, kRegisters},
          {kBridges, kBridgesEnd - kBridges, kBridges},
          {kEcam, kEcamEnd - kEcam, kEcam},
          {kMemory, kMemoryEnd - kMemory, kMemory}};
}

void PcieSubsystem::from_master(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto* extension = payload.get_extension<BusExtension>();
  BridgeRegisters::Egress egress{};
  // Bad data may go on to another link, still marked (PCIe 4.0 clause 2.7.2.2), but not into memory.
  if (extension && extension->poisoned && !bridge_.egress(payload.get_address() & ~kAddressSideband, egress))
    return payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  axi_master->b_transport(payload, delay);
}

void PcieSubsystem::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 address = payload.get_address();
  if (address >= kMemory) return memory_window(payload, delay);
  if (address >= kEcam && address < kEcamEnd) return config_window(payload, delay);
  for (Block& block : blocks_) {
    if (address - block.base >= block.size) continue;
    payload.set_address(address - block.base);
    block.socket->b_transport(payload, delay);
    payload.set_address(address);
    return;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

void PcieSubsystem::config_window(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const u64 offset = payload.get_address() - kEcam;
  const auto index = static_cast<unsigned>(offset / MPPA_PCIE_ECAM_BYTES);
  const unsigned bytes = payload.get_data_length();
  const u64 place = offset % MPPA_PCIE_ECAM_BYTES;
  if (!controllers_[index] || !bridge_.ecam_enabled(index))
    return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if ((bytes != 1 && bytes != 2 && bytes != 4) || place % bytes || payload.get_byte_enable_ptr())
    return payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  const u64 now = sc_core::sc_time_stamp().value();
  u64 done = 0;
  controllers_[index]->config_access(static_cast<u16>(place >> 12), static_cast<unsigned>(place & 0xFFF),
                                     {payload.get_data_ptr(), bytes}, payload.is_write(), now + delay.value(), done);
  delay = ps(done - now);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool PcieSubsystem::outbound(Controller& controller, u64 address, tlm::tlm_generic_payload& payload, u64 when,
                             u64& done) {
  const auto* extension = payload.get_extension<BusExtension>();
  const Outbound request{.function = static_cast<unsigned>(payload.get_address() >> MPPA_PCIE_FUNCTION_SHIFT),
                         .asn = extension ? extension->asn : u16{0},
                         .poisoned = extension && extension->poisoned};
  const std::span<u8> data(payload.get_data_ptr(), payload.get_data_length());
  if (payload.is_read()) return controller.memory_read(address, data, request, when, done);
  const u8* enable = payload.get_byte_enable_ptr();
  const u64 length = payload.get_byte_enable_length();
  if (!enable) controller.memory_write(address, data, request, when, done);
  for (u64 i = 0; enable && i < data.size(); ++i) {
    u64 end = i;
    while (end < data.size() && enable[end % length]) ++end;
    if (end == i) continue;
    controller.memory_write(address + i, data.subspan(i, end - i), request, when, done);
    i = end;
  }
  return true;
}

void PcieSubsystem::memory_window(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  BridgeRegisters::Egress egress{};
  const bool found =
      bridge_.egress(payload.get_address() & ~kAddressSideband, egress) && payload.get_data_length() <= egress.bytes;
  if (!found || !controllers_[egress.controller]) return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  const auto* extension = payload.get_extension<BusExtension>();
  if (extension && extension->atomic != AtomicOp::kNone)
    return payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (!payload.is_read() && !payload.is_write()) return;
  const u64 now = sc_core::sc_time_stamp().value(), when = now + delay.value();
  u64 done = when;
  const bool ok = outbound(*controllers_[egress.controller], egress.address, payload, when, done);
  delay = ps(std::max(done, when) - now);
  if (ok) return;
  if (slave_error_disable_->get() & 1 && from_core(payload)) {
    if (payload.is_read()) std::memset(payload.get_data_ptr(), 0xFF, payload.get_data_length());
  } else {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  }
}

void PcieSubsystem::write_stats(StatWriter& out) const {
  out.counter("device_reads", memory_.read_bytes(), "B", "bytes of the chip read by devices and hosts");
  out.counter("device_writes", memory_.written_bytes(), "B", "bytes of the chip written by devices and hosts");
  out.counter("device_failures", memory_.failures(), "accesses", "inbound accesses that failed in the chip");
  out.counter("interrupts", snoopers_->taken(), "messages", "inbound writes taken as interrupts");
  const auto child = [&](const std::string& name, const StatProvider& part) {
    out.enter(name);
    part.write_stats(out);
    out.leave();
  };
  for (unsigned c = 0; c < kControllers; ++c)
    if (controllers_[c]) child(fmt::format("controller[{}]", c), *controllers_[c]);
  child("rx_iommu", rx_iommu_);
  child("tx_iommu", tx_iommu_);
  child("decoder", decoder_);
  if (endpoint_) child("endpoint", *endpoint_);
}

}  // namespace mppa::pcie
