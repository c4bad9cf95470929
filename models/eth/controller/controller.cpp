#include "models/eth/controller/controller.h"

#include <cstring>
#include <stdexcept>

namespace mppa::eth {
namespace {

constexpr u64 kTimestampPs = 10'000;  ///< a tick of the RX timestamp

const ControllerParams& checked(const ControllerParams& params) {
  if (params.index > 1) throw std::invalid_argument("an Ethernet controller has index 0 or 1");
  return params;
}

}  // namespace

/// A lane's MAC and its side of the controller.
class Controller::Lane final : public MacClientIf {
 public:
  Lane(Controller& owner, unsigned lane)
      : mac(fmt::format("mac{}", lane).c_str(), owner.params_.mac, *this), owner_(owner), lane_(lane) {
    mac.configure({.tx_enable = false, .rx_enable = false});
  }
  FramePtr next_frame() override { return owner_.tx_.next_frame(lane_, mac); }
  void received(FramePtr frame, bool fcs_error) override {
    owner_.parsing_.put(kernel_ps() + owner_.params_.rx_latency_ps, {lane_, std::move(frame), fcs_error});
  }
  Mac mac;

 private:
  Controller& owner_;
  unsigned lane_;
};

Controller::Controller(const sc_core::sc_module_name& name, const ControllerParams& params)
    : RegisterDevice(name, kWindow, sc_core::sc_time::from_value(params.register_latency_ps)),
      params_(checked(params)),
      services_{regs(), params_},
      mac_block_(services_, macs()),
      balancer_(services_),
      buffer_(
          services_, [this](unsigned lane, const PauseRequest& r) { mac(lane).send_pause(r); },
          [this](unsigned lane, unsigned c) { return mac_block_.pause_quanta(lane, c); },
          [this](unsigned lane) { return ps_per_byte(mac(lane).config().bits_per_second) * kQuantumBits / 8; }),
      sender_(services_, buffer_),
      tx_(services_, [this](unsigned lane) { mac(lane).kick(); }),
      parsing_([this](const Incoming& in) { examine(in); }) {}

Controller::~Controller() = default;

MacBlock::Macs Controller::macs() {
  MacBlock::Macs macs{};
  for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
    lanes_[lane] = std::make_unique<Lane>(*this, lane);
    macs[lane] = &lanes_[lane]->mac;
  }
  return macs;
}

Mac& Controller::mac(unsigned lane) { return lanes_.at(lane)->mac; }

void Controller::end_of_elaboration() {
  if (noc.size() == 0) return;
  sender_.attach(*noc.operator->());
  tx_.attach(*noc.operator->());
}

/// Frames that are inside drain; none follow.
void Controller::reset_state() {
  mac_block_.configure_all();
  balancer_.stop_parsers();
}

bool Controller::deliver(noc::PacketPtr& packet, const sc_core::sc_time& when) {
  if (!tx_.deliver(packet, when.value())) return false;
  packet.reset();
  return true;
}

void Controller::examine(const Incoming& in) {
  const Decision decision = balancer_.decide(in.lane, *in.frame, in.fcs_error, mac_block_.aggregated());
  switch (decision.action) {
    case Decision::Action::kDrop:
      mac(in.lane).count_drop();
      return;
    case Decision::Action::kForward:
      tx_.forward(in.lane, in.frame);
      return;
    case Decision::Action::kDeliver:
      break;
  }
  RxJob job;
  job.lane = in.lane;
  job.to = balancer_.entry(decision.entry);
  if (decision.match.pfc) job.traffic_class = decision.match.traffic_class;
  job.bytes = balancer_.add_header(in.lane) ? with_header(in, decision) : in.frame->data;
  if (!buffer_.admit(in.lane, job.traffic_class, static_cast<unsigned>(job.bytes.size()))) {
    balancer_.count_drop(in.lane, Drop::kFifo);
    mac(in.lane).count_drop();
    return;
  }
  sender_.send(std::move(job));
}

std::vector<u8> Controller::with_header(const Incoming& in, const Decision& d) {
  mppa_eth_rx_header h{};
  h.timestamp = kernel_ps() / kTimestampPs;
  h.bytes = static_cast<u16>(in.frame->data.size());
  h.hash_key = d.match.hash_key;
  h.info = d.lut_index | in.lane << 11 | params_.index << 13 | d.parser << 15 | u32{d.default_rule} << 20 |
           u32{in.fcs_error} << 21 | u32{d.match.checksum_errors} << 22;
  for (std::size_t i = 0; i < d.match.indices.size(); ++i) h.index[i] = d.match.indices[i];
  h.global_packet_id = packets_++;
  h.rule_packet_id = d.rule_packet;
  std::vector<u8> bytes(sizeof h + in.frame->data.size());
  std::memcpy(bytes.data(), &h, sizeof h);
  std::memcpy(bytes.data() + sizeof h, in.frame->data.data(), in.frame->data.size());
  return bytes;
}

void Controller::write_stats(StatWriter& out) const {
  balancer_.write_stats(out);
  buffer_.write_stats(out);
  sender_.write_stats(out);
  tx_.write_stats(out);
  for (const auto& lane : lanes_)
    if (lane->mac.config().rx_enable || lane->mac.config().tx_enable) lane->mac.write_stats(out);
}

}  // namespace mppa::eth
