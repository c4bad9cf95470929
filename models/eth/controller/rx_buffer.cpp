#include "models/eth/controller/rx_buffer.h"

#include <algorithm>

namespace mppa::eth {
namespace {

constexpr u64 kLevelMask = 0x7FFFF;
constexpr u64 kGranularity = 128;
// Linux: alert at 70 %, release at 30 % of the buffer.
constexpr u64 kAlertReset = MPPA_ETH_RX_BUFFER * 7 / 10 / kGranularity * kGranularity;
constexpr u64 kReleaseReset = MPPA_ETH_RX_BUFFER * 3 / 10 / kGranularity * kGranularity;

}  // namespace

RxBuffer::RxBuffer(Services& services, Pause pause, Quanta quanta, Quantum quantum)
    : s_(services),
      pause_(std::move(pause)),
      quanta_(std::move(quanta)),
      quantum_(std::move(quantum)),
      no_pfc_mark_(s_.lane_register("rx_pfc.no_pfc_wmark", MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_NO_PFC_WMARK, 0x200,
                                    RegAccess::kRo)),
      no_pfc_drops_(s_.lane_register("rx_pfc.no_pfc_drop_cnt", MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_NO_PFC_DROP_CNT, 0x200,
                                     RegAccess::kRo)),
      ctrl_(s_.lane_register("rx_pfc.ctrl", MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CTRL, 0x200, RegAccess::kRw, 0x3FF)),
      refreshes_([this](const Refresh& r) { refresh(r); }) {
  for (unsigned b = 0; b <= kGlobal; ++b) {
    const std::string name = b == kGlobal ? "rx_pfc.global." : fmt::format("rx_pfc.class{}.", b);
    const u64 base = MPPA_ETH_RX_PFC(0) + (b == kGlobal ? MPPA_ETH_RX_PFC_GLOBAL : MPPA_ETH_RX_PFC_CLASS(b));
    const auto add = [&](const char* what, u64 offset, RegAccess access, u64 reset) {
      return &s_.lane_register(name + what, base + offset, 0x200, access, kLevelMask & ~(kGranularity - 1))
                  .reset_value(reset);
    };
    banks_[b] = {add("alert", MPPA_ETH_RX_PFC_ALERT, RegAccess::kRw, kAlertReset),
                 add("release", MPPA_ETH_RX_PFC_RELEASE, RegAccess::kRw, kReleaseReset),
                 add("drop", MPPA_ETH_RX_PFC_DROP, RegAccess::kRw, MPPA_ETH_RX_BUFFER),
                 add("wmark", MPPA_ETH_RX_PFC_WMARK, RegAccess::kRo, 0),
                 add("drop_cnt", MPPA_ETH_RX_PFC_DROP_CNT, RegAccess::kRo, 0),
                 add("req_cnt", MPPA_ETH_RX_PFC_REQ_CNT, RegAccess::kRo, 0)};
  }
  s_.lane_register("rx_pfc_it", MPPA_ETH_RX_PFC_IT(0), 0x20, RegAccess::kRw).doc("stored without effect");
}

bool RxBuffer::class_enabled(unsigned lane, unsigned c) const {
  const u64 ctrl = ctrl_.get(lane);
  return c < kClasses && ctrl & MPPA_ETH_RX_PFC_ENABLE && ctrl & MPPA_ETH_RX_PFC_CLASS_ENABLE(c);
}
bool RxBuffer::bank_enabled(unsigned lane, unsigned bank) const {
  return bank == kGlobal ? ctrl_.get(lane) & MPPA_ETH_RX_PFC_GLOBAL_PAUSE : class_enabled(lane, bank);
}
u64 RxBuffer::bank_level(unsigned lane, unsigned bank) const {
  return bank == kGlobal ? lanes_[lane].total : lanes_[lane].by_class[bank];
}

bool RxBuffer::admit(unsigned lane, unsigned c, unsigned bytes) {
  Lane& l = lanes_[lane];
  const bool counted = class_enabled(lane, c);
  const auto over = [&](const Bank& b, u64 level) {
    if (level + bytes <= b.drop->get(lane)) return false;
    increment(*b.drops, lane);
    return true;
  };
  if (over(banks_[kGlobal], l.total) || (counted && over(banks_[c], l.by_class[c]))) {
    if (!counted) increment(no_pfc_drops_, lane);
    return false;
  }
  l.total += bytes;
  l.peak = std::max(l.peak, l.total);
  banks_[kGlobal].mark->set(std::max(banks_[kGlobal].mark->get(lane), l.total), lane);
  if (c < kClasses) {
    l.by_class[c] += bytes;
    banks_[c].mark->set(std::max(banks_[c].mark->get(lane), l.by_class[c]), lane);
    watch(lane, c);
  } else {
    no_pfc_mark_.set(std::max(no_pfc_mark_.get(lane), l.total), lane);
  }
  watch(lane, kGlobal);
  return true;
}

void RxBuffer::release(unsigned lane, unsigned c, unsigned bytes) {
  lanes_[lane].total -= bytes;
  if (c < kClasses) {
    lanes_[lane].by_class[c] -= bytes;
    watch(lane, c);
  }
  watch(lane, kGlobal);
}

// Above the alert level the peer is stopped, below the release level it may go on.
void RxBuffer::watch(unsigned lane, unsigned bank) {
  bool& stopped = lanes_[lane].stopped[bank];
  const u64 level = bank_level(lane, bank);
  const bool stop =
      bank_enabled(lane, bank) && level > (stopped ? banks_[bank].release : banks_[bank].alert)->get(lane);
  if (stop == stopped) return;
  stopped = stop;
  ++lanes_[lane].generation[bank];
  request(lane, bank, stop);
}

void RxBuffer::request(unsigned lane, unsigned bank, bool stop) {
  const u16 quanta = stop ? quanta_(lane, bank == kGlobal ? 0 : bank) : u16{0};
  PauseRequest r;
  r.pfc = bank != kGlobal;
  if (r.pfc) r.classes = static_cast<u8>(1U << bank);
  r.quanta[r.pfc ? bank : 0] = quanta;
  increment(*banks_[bank].requests, lane);
  pause_(lane, r);
  // Renewed at half its time while the level stays up.
  if (stop) refreshes_.put(kernel_ps() + quantum_(lane) * quanta / 2, {lane, bank, lanes_[lane].generation[bank]});
}

void RxBuffer::refresh(const Refresh& r) {
  const Lane& l = lanes_[r.lane];
  if (l.stopped[r.bank] && l.generation[r.bank] == r.generation && quanta_(r.lane, r.bank % kGlobal) > 0)
    request(r.lane, r.bank, true);
}

void RxBuffer::write_stats(StatWriter& out) const {
  out.enter("rx_buffer");
  for (unsigned lane = 0; lane < lanes_.size(); ++lane)
    out.counter(fmt::format("lane{}_peak", lane), lanes_[lane].peak, "B", "highest level of the RX buffer");
  out.leave();
}

}  // namespace mppa::eth
