#include "models/pcie/chip/registers.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>

namespace mppa::pcie {
namespace {

constexpr LaneSplit kModes[] = {
    {16, 0, 0, 0, 0, 0, 0, 0}, {8, 0, 0, 0, 8, 0, 0, 0}, {8, 0, 0, 0, 4, 0, 4, 0}, {8, 0, 0, 0, 4, 0, 2, 2},
    {8, 0, 0, 0, 2, 2, 4, 0},  {8, 0, 0, 0, 2, 2, 2, 2}, {4, 0, 4, 0, 8, 0, 0, 0}, {4, 0, 2, 2, 8, 0, 0, 0},
    {2, 2, 4, 0, 8, 0, 0, 0},  {2, 2, 2, 2, 8, 0, 0, 0}, {4, 0, 4, 0, 4, 0, 4, 0}, {4, 0, 4, 0, 2, 2, 4, 0},
    {4, 0, 4, 0, 4, 0, 2, 2},  {4, 0, 4, 0, 2, 2, 2, 2}, {4, 0, 2, 2, 4, 0, 4, 0}, {4, 0, 2, 2, 2, 2, 4, 0},
    {4, 0, 2, 2, 4, 0, 2, 2},  {4, 0, 2, 2, 2, 2, 2, 2}, {2, 2, 4, 0, 4, 0, 4, 0}, {2, 2, 4, 0, 2, 2, 4, 0},
    {2, 2, 4, 0, 4, 0, 2, 2},  {2, 2, 4, 0, 2, 2, 2, 2}, {2, 2, 2, 2, 4, 0, 4, 0}, {2, 2, 2, 2, 4, 0, 2, 2},
    {2, 2, 2, 2, 2, 2, 4, 0},  {2, 2, 2, 2, 2, 2, 2, 2}, {8, 0, 0, 0, 8, 0, 0, 0}, {4, 0, 0, 0, 8, 0, 4, 0},
    {4, 0, 0, 0, 8, 0, 2, 2},  {2, 0, 0, 0, 8, 2, 4, 0}, {2, 0, 0, 0, 8, 2, 2, 2},
};

constexpr u64 kCoreWindow = u64{MPPA_PCIE_CSR_STRIDE} * kControllers;
constexpr u64 kBridgeWindow = u64{MPPA_PCIE_BREG_STRIDE} * kControllers;

}  // namespace

LaneSplit lanes_of_mode(unsigned mode) { return mode < std::size(kModes) ? kModes[mode] : LaneSplit{}; }

Register& CoreRegisters::add_core(const char* register_name, u64 offset, u64 reset) {
  return regs()
      .add_array(register_name, offset, 4, RegAccess::kRw, kControllers, MPPA_PCIE_CSR_STRIDE)
      .reset_value(reset);
}

CoreRegisters::CoreRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kCoreWindow, latency),
      port_type_(add_core("ltssm_port_type", MPPA_PCIE_CSR_PORT_TYPE)),
      rx_detect_(add_core("ltssm_rx_det", MPPA_PCIE_CSR_RX_DET)),
      ds_auto_(add_core("ltssm_ds_initial_auto", MPPA_PCIE_CSR_DS_AUTO, 3)),
      dl_stat_(
          regs().add_array("dl_stat", MPPA_PCIE_CSR_DL_STAT, 4, RegAccess::kW1c, kControllers, MPPA_PCIE_CSR_STRIDE)),
      initial_(add_core("initial", MPPA_PCIE_CSR_INITIAL, 3)) {
  for (Register* r : {&port_type_, &rx_detect_, &ds_auto_, &initial_})
    r->on_write([this](unsigned c, u64) { on_link_setting(c); });
  add_core("dl_inject", MPPA_PCIE_CSR_DL_INJECT).doc("stored without effect");
  add_core("dllp_inject", MPPA_PCIE_CSR_DLLP_INJECT).doc("stored without effect");
  add_core("decode_t1", MPPA_PCIE_CSR_DECODE_T1);
  add_core("cfg", MPPA_PCIE_CSR_CFG);
  add_core("id3", MPPA_PCIE_CSR_ID3).on_write([this](unsigned c, u64 value) {
    on_class(c, static_cast<u32>(value >> 8));
  });
  add_core("pcie_cap", MPPA_PCIE_CSR_PCIE_CAP);
  add_core("slot_cap", MPPA_PCIE_CSR_SLOT_CAP);
  add_core("ari_cap", MPPA_PCIE_CSR_ARI_CAP);
  add_core("msi_cap", MPPA_PCIE_CSR_MSI_CAP);
  add_core("msix_cap", MPPA_PCIE_CSR_MSIX_CAP);
  add_core("aer_cap", MPPA_PCIE_CSR_AER_CAP);
}

unsigned CoreRegisters::generation(unsigned controller) const {
  return static_cast<unsigned>(std::min(initial_.get(controller) & 3, ds_auto_.get(controller) & 3)) + 1;
}

unsigned CoreRegisters::lanes(unsigned controller, unsigned available) const {
  unsigned lanes = available;
  const u64 code = initial_.get(controller) >> 16 & 7, detect = rx_detect_.get(controller);
  if (code) lanes = std::min(lanes, 1U << (code - 1));
  if (detect >> 31 & 1) lanes = std::min(lanes, static_cast<unsigned>(std::popcount(detect & 0xFFFF)));
  return lanes ? std::bit_floor(lanes) : 0;
}

void CoreRegisters::latch(unsigned controller, u32 dl_status) {
  dl_stat_.set(dl_stat_.get(controller) | dl_status, controller);
}

BridgeRegisters::BridgeRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kBridgeWindow, latency),
      enable_(regs().add_array("brcfg_interrupt", MPPA_PCIE_BREG_INTERRUPT, 4, RegAccess::kRw, kControllers,
                               MPPA_PCIE_BREG_STRIDE)),
      ecam_(regs().add_array("e_ecam_control", MPPA_PCIE_BREG_E_ECAM + 8, 4, RegAccess::kRw, kControllers,
                             MPPA_PCIE_BREG_STRIDE)),
      misc_(regs().add_array("misc_status", MPPA_PCIE_BREG_MISC_STATUS, 4, RegAccess::kW1c, kControllers,
                             MPPA_PCIE_BREG_STRIDE)),
      misc_mask_(regs().add_array("misc_mask", MPPA_PCIE_BREG_MISC_MASK, 4, RegAccess::kRw, kControllers,
                                  MPPA_PCIE_BREG_STRIDE)),
      leg_(regs().add_array("leg_status", MPPA_PCIE_BREG_LEG_STATUS, 4, RegAccess::kRo, kControllers,
                            MPPA_PCIE_BREG_STRIDE)),
      leg_mask_(regs().add_array("leg_mask", MPPA_PCIE_BREG_LEG_MASK, 4, RegAccess::kRw, kControllers,
                                 MPPA_PCIE_BREG_STRIDE)) {
  for (Register* r : {&enable_, &misc_, &misc_mask_, &leg_mask_})
    r->on_write([this](unsigned c, u64) { update(c, now()); });
  const auto add = [this](const std::string& register_name, u64 offset,
                          RegAccess access = RegAccess::kRw) -> Register& {
    return regs().add_array(register_name, offset, 4, access, kControllers, MPPA_PCIE_BREG_STRIDE);
  };
  add("brcfg_pcie_rx0", MPPA_PCIE_BREG_PCIE_RX0);
  add("brcfg_axi_master", MPPA_PCIE_BREG_AXI_MASTER);
  add("rx_msg_filter", MPPA_PCIE_BREG_RX_MSG_FILTER);
  for (const auto& [prefix, base] : {std::pair{"e_breg", MPPA_PCIE_BREG_E_BREG},
                                     {"e_ecam", MPPA_PCIE_BREG_E_ECAM},
                                     {"i_msii", MPPA_PCIE_BREG_I_MSII}}) {
    add(fmt::format("{}_cap", prefix), base, RegAccess::kRo).reset_value(1);
    if (base != MPPA_PCIE_BREG_E_ECAM) add(fmt::format("{}_control", prefix), base + 0x8);
    add(fmt::format("{}_base_lo", prefix), base + 0x10);
    add(fmt::format("{}_base_hi", prefix), base + 0x14);
  }
  add("i_isub_control", MPPA_PCIE_BREG_I_ISUB_CONTROL);
  for (unsigned n = 0; n < kEgress; ++n) {
    const auto field = [&](const char* what, unsigned offset, RegAccess access = RegAccess::kRw) -> Register& {
      return add(fmt::format("egress{}_{}", n, what), MPPA_PCIE_BREG_EGRESS(n) + offset, access);
    };
    field("cap", MPPA_PCIE_EGRESS_CAP, RegAccess::kRo).reset_value(1 | MPPA_PCIE_EGRESS_MIN_LOG2 << 16);
    field("status", 4, RegAccess::kRo);
    windows_[n] = {&field("control", MPPA_PCIE_EGRESS_CONTROL), &field("source_lo", MPPA_PCIE_EGRESS_SOURCE_LO),
                   &field("source_hi", MPPA_PCIE_EGRESS_SOURCE_HI), &field("dest_lo", MPPA_PCIE_EGRESS_DEST_LO),
                   &field("dest_hi", MPPA_PCIE_EGRESS_DEST_HI)};
  }
}

bool BridgeRegisters::egress(u64 address, Egress& out) const {
  for (unsigned c = 0; c < kControllers; ++c) {
    for (const Window& w : windows_) {
      const u64 control = w.control->get(c);
      if (!(control & 1)) continue;
      const u64 size = u64{1} << ((control >> 16 & 31) + MPPA_PCIE_EGRESS_MIN_LOG2);
      const u64 source = w.source_hi->get(c) << 32 | w.source_lo->get(c), offset = address - source;
      if (offset >= size) continue;
      out = {c, (w.dest_hi->get(c) << 32 | w.dest_lo->get(c)) + offset, size - offset};
      return true;
    }
  }
  return false;
}

void BridgeRegisters::latch(unsigned controller, u32 misc, const sc_core::sc_time& when) {
  misc_.set(misc_.get(controller) | misc, controller);
  update(controller, when);
}

void BridgeRegisters::set_intx(unsigned controller, unsigned pin, bool level, const sc_core::sc_time& when) {
  const u64 bit = u64{1} << pin;
  leg_.set(level ? leg_.get(controller) | bit : leg_.get(controller) & ~bit, controller);
  update(controller, when);
}

void BridgeRegisters::update(unsigned controller, const sc_core::sc_time& when) {
  const bool on = enable_.get(controller) & 1;
  on_interrupt(controller, on && (misc_.get(controller) & misc_mask_.get(controller)),
               on && (leg_.get(controller) & leg_mask_.get(controller)), when);
}

PhyRegisters::PhyRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, 0x1000, latency),
      nfurc_(regs().add("nfurc", MPPA_PCIE_PHY_NFURC, 4, RegAccess::kRw)),
      ltssm_disable_(regs()
                         .add_array("ltssm_disable", MPPA_PCIE_PHY_CTRL(0) + MPPA_PCIE_PHY_LTSSM_DISABLE, 4,
                                    RegAccess::kRw, kControllers, 0x40)
                         .reset_value(1)) {
  nfurc_.on_write([this](unsigned, u64) {
    for (unsigned c = 0; c < kControllers; ++c) on_link_setting(c);
  });
  ltssm_disable_.on_write([this](unsigned c, u64) { on_link_setting(c); });
  regs().add("phy_rst", MPPA_PCIE_PHY_RST, 4, RegAccess::kRw);
  regs().add("phy_rst_override", MPPA_PCIE_PHY_RST_OVERRIDE, 4, RegAccess::kRw);
  regs().add_array("sram_load_done", MPPA_PCIE_PHY_SRAM(0) + MPPA_PCIE_PHY_LOAD_DONE, 4, RegAccess::kRw, 4, 0x10);
  regs().add_array("sram_bypass", MPPA_PCIE_PHY_SRAM(0) + MPPA_PCIE_PHY_BYPASS, 4, RegAccess::kRw, 4, 0x10);
  const u64 ctrl = MPPA_PCIE_PHY_CTRL(0);
  regs().add_array("engine", ctrl + MPPA_PCIE_PHY_ENGINE, 4, RegAccess::kRw, kControllers, 0x40);
  regs().add_array("engine_override", ctrl + MPPA_PCIE_PHY_ENGINE_OVERRIDE, 4, RegAccess::kRw, kControllers, 0x40);
  regs()
      .add_array("dl_link_up", ctrl + MPPA_PCIE_PHY_LINK_UP, 4, RegAccess::kRo, kControllers, 0x40)
      .on_read([this](unsigned c) { return u64{link_up(c)}; });
}

AsnRegisters::AsnRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, 0x100000, latency),
      function_(regs().add_array("function_asn", MPPA_PCIE_ASN_FUNCTION(0), 4, RegAccess::kRw, MPPA_PCIE_FUNCTIONS, 4)),
      controller_(regs().add_array("controller_asn", MPPA_PCIE_ASN_RC(0), 4, RegAccess::kRw, kControllers, 4)),
      mode_(regs().add_array("mode", MPPA_PCIE_MODE(0), 4, RegAccess::kRw, kControllers, 4)) {
  function_.mask(0x1FF);
  controller_.mask(0x1FF);
  mode_.on_write([this](unsigned c, u64) { on_mode(c); });
}

u16 AsnRegisters::of_controller(unsigned controller) const {
  constexpr unsigned kIndex[] = MPPA_PCIE_ASN_INDEX;
  return static_cast<u16>(controller_.get(kIndex[controller]));
}

}  // namespace mppa::pcie
