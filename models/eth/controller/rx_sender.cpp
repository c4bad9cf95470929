#include "models/eth/controller/rx_sender.h"

#include <algorithm>
#include <cstring>

namespace mppa::eth {
namespace {

constexpr u64 kRxHeader = sizeof(mppa_eth_rx_header);
/// The registers of a lane: clusters C0..C4, two virtual channels each.
constexpr unsigned kPacingRegisters = MPPA_ETH_CLUSTERS * noc::kVirtualChannels;
constexpr u64 kFullPackets = MPPA_ETH_RX_NOC_PKT_VALUE(0, noc::kMaxPayload / noc::kFlitBytes);

}  // namespace

RxSender::RxSender(Services& services, RxBuffer& buffer)
    : s_(services),
      buffer_(buffer),
      pacing_(
          s_.regs
              .add_array("rx_noc_pkt", MPPA_ETH_LB + MPPA_ETH_RX_NOC_PKT(0, 0, 0), 4, RegAccess::kRw,
                         16 * MPPA_ETH_LANES, 4)
              .mask(0xFFFFF)
              .reset_value(kFullPackets)
              .doc("index = 16 * lane + 2 * cluster + vchan: [15:0] NoC cycles between packets, [19:16] flits - 1")),
      clock_(s_.params.noc_clock_hz) {
  static_assert(kPacingRegisters <= 16);
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.set_sensitivity(&wake_);
  options.dont_initialize();
  sc_core::sc_spawn([this] { run(); }, sc_core::sc_gen_unique_name("rx_sender"), &options);
}

void RxSender::attach(noc::InjectIf& noc) {
  noc_ = &noc;
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.set_sensitivity(&noc.space_event());
  options.dont_initialize();
  sc_core::sc_spawn([this] { run(); }, sc_core::sc_gen_unique_name("rx_space"), &options);
}

void RxSender::send(RxJob job) {
  channels_[job.to.vchan].waiting[job.lane].push_back(std::move(job));
  run();
}

void RxSender::run() {
  if (!noc_) return;
  for (unsigned vchan = 0; vchan < channels_.size(); ++vchan)
    while (step(vchan)) {
    }
}

bool RxSender::pick(Channel& c) {
  if (c.sending) return true;
  for (unsigned i = 1; i <= MPPA_ETH_LANES; ++i) {
    const unsigned lane = (c.lane + i) % MPPA_ETH_LANES;
    if (c.waiting[lane].empty()) continue;
    c.lane = lane;
    c.sent = 0;
    return c.sending = true;
  }
  return false;
}

// One packet; false if there is none or it must wait.
bool RxSender::step(unsigned vchan) {
  Channel& c = channels_[vchan];
  if (!pick(c)) return false;
  const u64 now = kernel_ps();
  if (c.next_ps > now) {
    wake_.notify(sc_core::sc_time::from_value(c.next_ps - now));
    return false;
  }
  const RxJob& job = c.waiting[c.lane].front();
  // The route's first nibble is the router's port; ports 0..4 of both Ethernet nodes lead to that cluster.
  const unsigned first_hop = job.to.route & 7;
  const u64 pacing = pacing_.get(16 * c.lane + 2 * std::min(first_hop, MPPA_ETH_CLUSTERS - 1) + vchan);
  auto packet = next_packet(job, c.sent, ((pacing >> 16 & 15) + 1) * noc::kFlitBytes);
  const unsigned flits = packet->flits(), bytes = packet->bytes;
  if (!noc_->can_inject(vchan, flits)) return false;
  noc_->inject(std::move(packet), sc_core::sc_time_stamp());
  ++packets_, bytes_ += bytes;
  buffer_.release(c.lane, job.traffic_class, bytes);
  c.sent += bytes;
  if (const u64 timer = pacing & 0xFFFF) c.next_ps = clock_.ps_of(clock_.cycles_from(now) + timer);
  if (c.sent == job.bytes.size()) {
    ++frames_;
    c.waiting[c.lane].pop_front();
    c.sending = false;
  }
  return true;
}

noc::PacketPtr RxSender::next_packet(const RxJob& job, std::size_t from, std::size_t payload) const {
  auto packet = noc::make_packet();
  // With a split the metadata and the first bytes go to the channel, the rest to the next one.
  const std::size_t head = job.to.split_bytes ? kRxHeader + job.to.split_bytes : job.bytes.size();
  const bool in_head = from < head;
  const std::size_t end = in_head ? std::min(head, job.bytes.size()) : job.bytes.size();
  const std::size_t bytes = std::min(payload, end - from);
  packet->route = job.to.route;
  packet->tag = static_cast<u8>((job.to.channel + !in_head) & 63);
  packet->vchan = job.to.vchan;
  packet->asn = job.to.asn;
  packet->bytes = static_cast<u16>(bytes);
  packet->eot = from + bytes == end;
  std::memcpy(packet->data.data(), job.bytes.data() + from, bytes);
  return packet;
}

void RxSender::write_stats(StatWriter& out) const {
  out.enter("rx_noc");
  out.counter("frames", frames_, "frames", "frames sent to clusters");
  out.counter("bytes", bytes_, "B", "bytes of these frames with metadata");
  out.counter("packets", packets_, "packets", "NoC packets of these frames");
  out.leave();
}

}  // namespace mppa::eth
