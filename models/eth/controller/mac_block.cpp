#include "models/eth/controller/mac_block.h"

namespace mppa::eth {
namespace {

constexpr unsigned kXpcsSpeedShift = 2;
constexpr u64 kXpcs25G = 5;
constexpr u64 kResetMac = u64{1} << 11;  ///< bits 14:11, one a lane
constexpr u64 kPllStatus = 1U << 1 | 1U << 3 | 1U << 6;
constexpr const char* kStored = "stored without effect";

}  // namespace

MacBlock::MacBlock(Services& services, const Macs& macs) : s_(services), macs_(macs) {
  declare_mac();
  declare_pcs();
  declare_glue();
  declare_phy();
  declare_statistics();
}

Register& MacBlock::add(const std::string& name, u64 offset, RegAccess access, unsigned count, u64 stride) {
  return s_.regs.add_array("mac." + name, MPPA_ETH_MAC + offset, 4, access, count, stride);
}

void MacBlock::declare_mac() {
  const auto port = [&](const std::string& name, u64 offset, RegAccess access = RegAccess::kRw) -> Register& {
    return add(name, offset, access, MPPA_ETH_LANES, 0x200);
  };
  const auto lane_changed = [this](unsigned lane, u64) { configure(lane); };
  command_ = &port("pmac.cmd_cfg", MPPA_ETH_PMAC(0) + MPPA_ETH_MAC_CMD_CFG).mask(~u64{MPPA_ETH_CMD_SW_RESET});
  frame_length_ = &port("pmac.frm_len", MPPA_ETH_PMAC(0) + MPPA_ETH_MAC_FRM_LEN).mask(0xFFFF).reset_value(1518);
  address_lo_ = &port("pmac.addr_lo", MPPA_ETH_PMAC(0) + MPPA_ETH_MAC_ADDR_LO).doc("address bytes 0..3");
  address_hi_ = &port("pmac.addr_hi", MPPA_ETH_PMAC(0) + MPPA_ETH_MAC_ADDR_HI).doc("address bytes 4 and 5");
  for (Register* r : {command_, frame_length_, address_lo_, address_hi_}) r->on_write(lane_changed);
  for (const auto& [name, offset] :
       {std::pair{"rx_sections", MPPA_ETH_MAC_RX_SECTIONS}, std::pair{"tx_sections", MPPA_ETH_MAC_TX_SECTIONS},
        std::pair{"ipg", MPPA_ETH_MAC_IPG}, std::pair{"xif", MPPA_ETH_MAC_XIF}})
    port(std::string("pmac.") + name, MPPA_ETH_PMAC(0) + offset).doc(kStored);
  port("pmac.status", MPPA_ETH_PMAC(0) + MPPA_ETH_MAC_STATUS, RegAccess::kRo);
  for (const auto& [name, offset] :
       {std::pair{"cmd_cfg", MPPA_ETH_MAC_CMD_CFG}, std::pair{"addr_lo", MPPA_ETH_MAC_ADDR_LO},
        std::pair{"addr_hi", MPPA_ETH_MAC_ADDR_HI}, std::pair{"frm_len", MPPA_ETH_MAC_FRM_LEN}})
    port(std::string("emac.") + name, MPPA_ETH_EMAC(0) + offset)
        .mask(~u64{MPPA_ETH_CMD_SW_RESET})
        .doc("express MAC, not used: stored without effect");
  for (unsigned k = 0; k < quanta_.size(); ++k) {
    quanta_[k] = &port(fmt::format("emac.pause_quanta{}", k), MPPA_ETH_EMAC(0) + MPPA_ETH_MAC_PAUSE_QUANTA + 4 * k)
                      .reset_value(0xFFFFFFFF)
                      .doc("[15:0] class 2k, [31:16] class 2k + 1");
    port(fmt::format("emac.pause_thresh{}", k), MPPA_ETH_EMAC(0) + MPPA_ETH_MAC_PAUSE_THRESH + 4 * k).doc(kStored);
  }
}

void MacBlock::declare_pcs() {
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
    add(fmt::format("an{}", lane), 0x400 * lane, RegAccess::kRw, 16).doc("auto-negotiation: stored without effect");
    add(fmt::format("training{}", lane), 0x1000 + 0x400 * lane, RegAccess::kRw, 64).doc(kStored);
    add(fmt::format("pcs_1g{}", lane), 0x3200 + 0x80 * lane, RegAccess::kRw, 32).doc(kStored);
    add(fmt::format("xpcs{}", lane), MPPA_ETH_XPCS_CTRL1(lane) + 4, RegAccess::kRw, 255).doc(kStored);
  }
  add("rs_fec", 0x2000, RegAccess::kRw, 256).doc(kStored);
  add("pcs100", 0x7000, RegAccess::kRw, 256).doc(kStored);
  xpcs_ = &add("xpcs_ctrl1", MPPA_ETH_XPCS_CTRL1(0), RegAccess::kRw, MPPA_ETH_LANES, 0x800)
               .mask(0x7FFF)  // bit 15, the reset, clears itself
               .on_write([this](unsigned lane, u64) { configure(lane); });
}

void MacBlock::declare_glue() {
  const auto all = [this](unsigned, u64) { configure_all(); };
  const auto link = [this](unsigned lane) { return macs_[aggregated() ? 0 : lane]->link_up(); };
  bypass_ = &add("bypass", MPPA_ETH_BYPASS, RegAccess::kRw).doc("[8:5] loopback of the lanes").on_write(all);
  fcs_ = &add("fcs_en", MPPA_ETH_FCS_EN, RegAccess::kRw).mask(0xF).on_write(all);
  add("an_ctrl", 0x6008, RegAccess::kRw).doc(kStored);
  add("an_status", 0x6010, RegAccess::kRo, MPPA_ETH_LANES);
  reset_ = &add("reset", MPPA_ETH_MAC_RESET, RegAccess::kRo).reset_value(MPPA_ETH_MAC_RESET_MASK);
  add("reset_set", MPPA_ETH_MAC_RESET_SET, RegAccess::kSet).source(*reset_).mask(MPPA_ETH_MAC_RESET_MASK).on_write(all);
  add("reset_clear", MPPA_ETH_MAC_RESET_CLEAR, RegAccess::kClear)
      .source(*reset_)
      .mask(MPPA_ETH_MAC_RESET_MASK)
      .on_write(all);
  add("sync_status", MPPA_ETH_SYNC_STATUS, RegAccess::kRo).on_read([=, this](unsigned) {
    return per_lane(link) << 25;
  });
  add("rs_fec_status", MPPA_ETH_RS_FEC_STATUS, RegAccess::kRo).on_read([=, this](unsigned) {
    return per_lane(link) | per_lane(link) << 4;
  });
  add("fec", 0x6034, RegAccess::kRw, 3).doc(kStored);
  add("fec91_enable", 0x60C0, RegAccess::kRw).doc(kStored);
  mode_ = &add("mode", MPPA_ETH_MODE, RegAccess::kRw).doc("bit 4: 100G, bit 5: 40G").on_write(all);
  sg_ = &add("sg", MPPA_ETH_SG, RegAccess::kRw).doc("[3:0] lanes at 1 Gb/s").on_write(all);
}

void MacBlock::declare_phy() {
  s_.regs.add_array("phy.memory", MPPA_ETH_PHY, 1, RegAccess::kRw, 0x3FFFF, 1).doc("firmware memory of the PHY");
  const auto phymac = [&](const std::string& name, u64 offset, RegAccess access, unsigned count = 1) -> Register& {
    return s_.regs.add_array("phymac." + name, MPPA_ETH_PHYMAC + offset, 4, access, count, 4);
  };
  phymac("cr_and_clock", 0x00, RegAccess::kRw, 2).doc("CR_PARA_CTRL, REF_CLK_SEL: stored without effect");
  phymac("reset", MPPA_ETH_PHY_RESET, RegAccess::kRw).doc(kStored);
  phymac("pll", MPPA_ETH_PHY_PLL, RegAccess::kRw).doc(kStored);
  phymac("pll_status", MPPA_ETH_PHY_PLL_STATUS, RegAccess::kRo).on_read([](unsigned) { return kPllStatus; });
  serdes_ = &phymac("serdes_ctrl", MPPA_ETH_PHY_SERDES_CTRL, RegAccess::kRw);
  serdes_->doc("[3:0] rx request, [7:4] tx request, [19:16] loopback tx to rx").on_write([this](unsigned, u64) {
    configure_all();
  });
  phymac("serdes_status", MPPA_ETH_PHY_SERDES_STATUS, RegAccess::kRo).on_read([this](unsigned) {
    const u64 signal = per_lane([this](unsigned lane) { return macs_[aggregated() ? 0 : lane]->wire.size() > 0; });
    return (serdes_->get() & 0xFF) | signal << 8 | signal << 12;
  });
  phymac("serdes_pll_cfg", 0x1C, RegAccess::kRw).doc(kStored);
  phymac("lanes", 0x40, RegAccess::kRw, 29).doc(kStored);
}

void MacBlock::declare_statistics() {
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
    const Mac& mac = *macs_[lane];
    const auto add_words = [&](const char* name, u64 offset, unsigned count, std::function<u64(unsigned)> read) {
      s_.regs.add_array(fmt::format("mac.{}{}", name, lane), MPPA_ETH_MAC + offset, 8, RegAccess::kRo, count, 8)
          .on_read(std::move(read));
    };
    add_words("rx_stats", MPPA_ETH_RX_STATS(lane), MPPA_ETH_RX_STAT_WORDS,
              [&mac](unsigned i) { return mac.rx_counters().word(i); });
    add_words("tx_stats", MPPA_ETH_TX_STATS(lane), MPPA_ETH_TX_STAT_WORDS,
              [&mac](unsigned i) { return mac.tx_counters().word(i); });
  }
}

u64 MacBlock::per_lane(const std::function<bool(unsigned)>& flag) const {
  u64 bits = 0;
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) bits |= u64{flag(lane)} << lane;
  return bits;
}

bool MacBlock::aggregated() const { return mode_->get() & (MPPA_ETH_MODE_100G | MPPA_ETH_MODE_40G); }

u16 MacBlock::pause_quanta(unsigned lane, unsigned traffic_class) const {
  return static_cast<u16>(quanta_[traffic_class / 2]->get(lane) >> 16 * (traffic_class & 1));
}

u64 MacBlock::speed(unsigned lane) const {
  const u64 mode = mode_->get();
  if (aggregated()) return lane > 0 ? 0 : (mode & MPPA_ETH_MODE_100G ? 100 : 40) * kGigabit;
  if (sg_->get() >> lane & 1) return kGigabit;
  return ((xpcs_->get(lane) >> kXpcsSpeedShift & 15) == kXpcs25G ? 25 : 10) * kGigabit;
}

void MacBlock::configure(unsigned lane) {
  Mac& mac = *macs_[lane];
  const u64 command = command_->get(lane), rate = speed(lane);
  const bool running = rate > 0 && !(reset_->get() & kResetMac << lane);
  MacAddress address{};
  for (unsigned i = 0; i < address.size(); ++i)
    address[i] = static_cast<u8>((i < 4 ? address_lo_ : address_hi_)->get(lane) >> 8 * (i & 3));
  mac.set_address(address);
  mac.set_loopback(serdes_->get() & MPPA_ETH_PHY_TX2RX(lane) || bypass_->get() & MPPA_ETH_BYPASS_LOOPBACK(lane));
  mac.configure({.bits_per_second = rate ? rate : mac.config().bits_per_second,
                 .tx_enable = running && command & MPPA_ETH_CMD_TX_EN,
                 .rx_enable = running && command & MPPA_ETH_CMD_RX_EN,
                 .tx_pad = (command & MPPA_ETH_CMD_TX_PAD) != 0,
                 .append_fcs = (fcs_->get() >> lane & 1) != 0,
                 .promiscuous = (command & MPPA_ETH_CMD_PROMISC) != 0,
                 .forward_bad_fcs = true,  // the load balancer drops and counts them
                 .forward_pause = (command & MPPA_ETH_CMD_PAUSE_FWD) != 0,
                 .ignore_pause = (command & MPPA_ETH_CMD_PAUSE_IGNORE) != 0,
                 .pfc = (command & MPPA_ETH_CMD_PFC_MODE) != 0,
                 .max_frame = static_cast<unsigned>(frame_length_->get(lane))});
}

void MacBlock::configure_all() {
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) configure(lane);
}

}  // namespace mppa::eth
