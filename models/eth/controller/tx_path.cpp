#include "models/eth/controller/tx_path.h"

#include <algorithm>
#include <cstring>

#include "models/eth/checksum.h"

namespace mppa::eth {
namespace {

constexpr std::size_t kTxHeader = sizeof(mppa_eth_tx_header);
constexpr std::size_t kLongestFrame = 16 * 1024;
constexpr unsigned kDefaultRun = 16;  ///< RR_TRIGGER 0
constexpr unsigned kUdpChecksum = 6, kTcpChecksum = 16;

unsigned lane_of(const mppa_eth_tx_header& h) { return static_cast<unsigned>(h.control >> 16 & 3); }

}  // namespace

TxPath::TxPath(Services& services, std::function<void(unsigned)> kick)
    : s_(services), kick_(std::move(kick)), entering_([this](std::pair<unsigned, Queued> entry) {
        const unsigned lane = entry.second.lane;
        fifos_[entry.first].frames.push_back(std::move(entry.second));
        kick_(lane);
      }) {
  declare();
}

void TxPath::declare() {
  const auto add = [&](const std::string& name, u64 offset, RegAccess access) -> Register& {
    return s_.regs.add_array("tx_fifo." + name, MPPA_ETH_LB + MPPA_ETH_TX_FIFO(0) + offset, 4, access,
                             MPPA_ETH_TX_FIFOS, 0x40);
  };
  const auto kick_all = [this](unsigned, u64) {
    for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) kick_(lane);
  };
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
    lane_ctrl_[lane] = &add(fmt::format("lane{}_ctrl", lane), MPPA_ETH_TX_LANE_CTRL(lane), RegAccess::kRw).mask(0x1FFF);
    lane_ctrl_[lane]->on_write(kick_all);
  }
  ctrl_ = &add("ctrl", MPPA_ETH_TX_CTRL, RegAccess::kRw).mask(0xFFFF);
  xoff_ = &add("xoff_ctrl", MPPA_ETH_TX_XOFF_CTRL, RegAccess::kRw).mask(1).doc("bit 0: software stops the FIFO");
  xoff_->on_write(kick_all);
  add("status", MPPA_ETH_TX_STATUS, RegAccess::kRo).on_read([this](unsigned f) {
    return std::min<u64>(fifos_[f].level / noc::kFlitBytes, 0xFFFF) | (xoff_->get(f) & 1) << 16;
  });
  drops_ = &add("drop_cnt", MPPA_ETH_TX_DROP_CNT, RegAccess::kRo);

  for (const auto& [name, offset, width] : {std::tuple{"sa", 0U, 8U}, std::tuple{"da", 8U, 8U},
                                            std::tuple{"etype", 0x10U, 4U}, std::tuple{"mtu", 0x14U, 4U}})
    s_.regs
        .add_array(fmt::format("tx_lane.{}", name), MPPA_ETH_LB + MPPA_ETH_TX_LANE_REGS(0) + offset, width,
                   RegAccess::kRw, MPPA_ETH_LANES, 0x20)
        .doc("of NoC extension packets; stored without effect");
  const auto noc_if = [&](const std::string& name, u64 offset, RegAccess access) -> Register& {
    return s_.regs.add_array("tx_noc_if." + name, MPPA_ETH_LB + MPPA_ETH_TX_NOC_IF(0) + offset, 4, access,
                             MPPA_ETH_CLUSTERS, 0x80);
  };
  for (unsigned v = 0; v < noc::kVirtualChannels; ++v) {
    const u64 at = MPPA_ETH_TX_NOC_VCHAN(v);
    noc_if(fmt::format("vchan{}_ctrl", v), at, RegAccess::kRw).doc("stored without effect");
    noc_if(fmt::format("vchan{}_fifo_monitoring", v), at + 4, RegAccess::kRo).on_read([this, v](unsigned cluster) {
      u64 level = 0;
      for (const auto& [key, bytes] : streams_)
        if (key >> 16 == cluster && (key >> 8 & 0xFF) == v) level += bytes.size();
      return level & 0xFFFF;
    });
    noc_if(fmt::format("vchan{}_clr_level_max", v), at + 8, RegAccess::kWo);
  }
  noc_if("parity_err_cnt", MPPA_ETH_TX_NOC_PARITY_ERR_CNT, RegAccess::kRo);
  noc_if("crc_err_cnt", MPPA_ETH_TX_NOC_CRC_ERR_CNT, RegAccess::kRo);
  errors_ = {&noc_if("perm_err_cnt", MPPA_ETH_TX_NOC_PERM_ERR_CNT, RegAccess::kRo),
             &noc_if("fifo_err_cnt", MPPA_ETH_TX_NOC_FIFO_ERR_CNT, RegAccess::kRo),
             &noc_if("noc_pkt_drop_cnt", MPPA_ETH_TX_NOC_DROP_CNT, RegAccess::kRo)};
}

void TxPath::reject(unsigned cluster, Error error) {
  ++rejected_;
  if (cluster < MPPA_ETH_CLUSTERS) increment(*errors_[static_cast<std::size_t>(error)], cluster);
}

bool TxPath::deliver(noc::PacketPtr& packet, u64 when) {
  const unsigned fifo = packet->tag, cluster = packet->source;
  if (fifo >= MPPA_ETH_TX_FIFOS) {
    reject(cluster, Error::kDropped);
    return true;
  }
  const u64 ctrl = ctrl_->get(fifo);
  if (!(ctrl & MPPA_ETH_TX_GLOBAL) && (ctrl >> 7 & 0x1FF) != packet->asn) {
    reject(cluster, Error::kPermission);
    return true;
  }
  std::vector<u8>& stream = streams_[cluster << 16 | u32{packet->vchan} << 8 | fifo];
  const std::size_t before = stream.size();
  if (before <= kLongestFrame) stream.insert(stream.end(), packet->data.begin(), packet->data.begin() + packet->bytes);
  if (!packet->eot) return true;
  if (finish(fifo, cluster, stream, when)) {
    stream.clear();
    return true;
  }
  stream.resize(before);  // the packet stays in the router and comes again
  refused_ = true;
  ++refusals_;
  return false;
}

// A complete frame goes into its FIFO; false if it has no room and may wait.
bool TxPath::finish(unsigned fifo, unsigned cluster, std::vector<u8>& bytes, u64 when) {
  const u64 ctrl = ctrl_->get(fifo);
  const bool with_header = ctrl & MPPA_ETH_TX_HEADER_EN;
  mppa_eth_tx_header header{};
  header.control = (bytes.size() & 0xFFFF) | (ctrl >> 4 & 3) << 16;
  if (with_header && bytes.size() > kTxHeader) std::memcpy(&header, bytes.data(), kTxHeader);
  const std::size_t frame_bytes = bytes.size() - (with_header ? std::min(kTxHeader, bytes.size()) : 0);
  if (frame_bytes < kHeaderBytes || frame_bytes > kLongestFrame || frame_bytes != (header.control & 0xFFFF)) {
    reject(cluster, Error::kFifo);
    return true;
  }
  Fifo& f = fifos_[fifo];
  if (f.level + bytes.size() > s_.params.tx_fifo_bytes) {
    if (!(ctrl & MPPA_ETH_TX_DROP_EN)) return false;
    increment(*drops_, fifo);
    return true;
  }
  f.level += bytes.size();
  f.peak = std::max(f.peak, f.level);
  std::vector<u8> frame(bytes.end() - static_cast<std::ptrdiff_t>(frame_bytes), bytes.end());
  if (with_header) insert_checksum(frame, header);
  entering_.put(when + s_.params.tx_latency_ps,
                {fifo, {make_frame(std::move(frame), false), lane_of(header), static_cast<unsigned>(bytes.size())}});
  return true;
}

// The checksum field itself counts as zero. A UDP sum of zero is sent as all ones (RFC 768).
void TxPath::insert_checksum(std::vector<u8>& frame, const mppa_eth_tx_header& header) const {
  const auto mode = static_cast<unsigned>(header.control >> 26 & 7);
  const auto offset = static_cast<std::size_t>(header.offset & 0xFFFF);
  if (mode == MPPA_ETH_TX_CRC_ROCE1 || mode == MPPA_ETH_TX_CRC_ROCE2) {
    if (const auto crc = roce_icrc(frame, mode == MPPA_ETH_TX_CRC_ROCE2))
      for (unsigned i = 0; i < 4; ++i) frame[frame.size() - 4 + i] = static_cast<u8>(*crc >> 8 * i);
  } else if (mode == MPPA_ETH_TX_CRC_UDP || mode == MPPA_ETH_TX_CRC_TCP) {
    const std::size_t field = offset + (mode == MPPA_ETH_TX_CRC_UDP ? kUdpChecksum : kTcpChecksum);
    if (field + 2 > frame.size()) return;
    store_be16(&frame[field], 0);
    const u16 sum = static_cast<u16>(~fold_sum((header.control >> 48) + ones_sum(std::span(frame).subspan(offset))));
    store_be16(&frame[field], mode == MPPA_ETH_TX_CRC_UDP && sum == 0 ? 0xFFFF : sum);
  }
}

void TxPath::forward(unsigned lane, FramePtr frame) {
  const unsigned bytes = static_cast<unsigned>(frame->data.size());
  fifos_[kForwardFifo].level += bytes;
  entering_.put(kernel_ps() + s_.params.tx_latency_ps, {kForwardFifo, {std::move(frame), lane, bytes}});
}

// A FIFO of several classes stops when any of them is paused: the class of a waiting frame is not known.
bool TxPath::may_send(unsigned fifo, unsigned lane, const Mac& mac) const {
  const Fifo& f = fifos_[fifo];
  if (f.frames.empty() || f.frames.front().lane != lane) return false;
  if (fifo == kForwardFifo) return !mac.paused();
  const u64 ctrl = lane_ctrl_[lane]->get(fifo);
  if (xoff_->get(fifo) & 1 || (ctrl & 1 && mac.paused())) return false;
  for (unsigned c = 0; c < kClasses; ++c)
    if (ctrl >> (1 + c) & 1 && mac.paused(c)) return false;
  return true;
}

unsigned TxPath::run_length(unsigned fifo, unsigned lane) const {
  const u64 run = fifo == kForwardFifo ? 0 : lane_ctrl_[lane]->get(fifo) >> 9 & 15;
  return run ? static_cast<unsigned>(run) : kDefaultRun;
}

FramePtr TxPath::next_frame(unsigned lane, const Mac& mac) {
  Turn& turn = turns_[lane];
  if (turn.sent < run_length(turn.fifo, lane) && may_send(turn.fifo, lane, mac)) return pop(turn.fifo, lane);
  for (unsigned i = 1; i <= kFifos; ++i) {
    const unsigned fifo = (turn.fifo + i) % kFifos;
    if (!may_send(fifo, lane, mac)) continue;
    turn = {fifo, 0};
    return pop(fifo, lane);
  }
  return {};
}

FramePtr TxPath::pop(unsigned fifo, unsigned lane) {
  Fifo& f = fifos_[fifo];
  Queued out = std::move(f.frames.front());
  f.frames.pop_front();
  f.level -= out.bytes;
  ++turns_[lane].sent;
  ++frames_, bytes_ += out.frame->data.size();
  if (!f.frames.empty() && f.frames.front().lane != lane) kick_(f.frames.front().lane);
  if (noc_ && std::exchange(refused_, false)) noc_->resume_delivery();
  return std::move(out.frame);
}

void TxPath::write_stats(StatWriter& out) const {
  out.enter("tx");
  out.counter("frames", frames_, "frames", "frames given to the MACs");
  out.counter("bytes", bytes_, "B", "bytes of these frames");
  out.counter("rejected", rejected_, "packets", "NoC packets without permission, FIFO or right length");
  out.counter("refusals", refusals_, "times", "a full FIFO held up the NoC");
  for (unsigned f = 0; f < kFifos; ++f)
    if (fifos_[f].peak > 0) out.counter(fmt::format("fifo{}_peak", f), fifos_[f].peak, "B", "highest level");
  out.leave();
}

}  // namespace mppa::eth
