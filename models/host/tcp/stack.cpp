#include "models/host/tcp/stack.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace mppa::host::tcp {

namespace {

constexpr u64 kSecond = 1'000'000'000'000;
constexpr u16 kFirstPort = 49'152;  ///< dynamic ports (RFC 6335)
constexpr unsigned kChallengesPerSecond = 1000;
constexpr u8 kEchoRequest = 8, kEchoReply = 0;

}  // namespace

Stack::Stack(Timeline& time, const StackParams& params)
    : time_(time), params_(params), random_(params.seed), next_port_(kFirstPort) {
  if (params.mtu < 576 || params.mtu > 9216)
    throw std::invalid_argument(fmt::format("MTU {} is not between 576 and 9216", params.mtu));
  if (params.tcp.receive_window < 2048 || params.tcp.receive_window > u64{1} << 30)
    throw std::invalid_argument("the receive window is not between 2 KiB and 1 GiB");
}

// Connections outlive the stack only as dead weight of the timeline's actions.
Stack::~Stack() {
  for (auto& [endpoints, connection] : connections_) connection->state_ = Connection::State::kClosed;
}

Connection& Stack::connect(u32 address, u16 port, ConnectionUser& user) {
  const Endpoints endpoints{address, free_port(address, port), port};
  auto connection =
      std::make_shared<Connection>(*this, endpoints, neighbour_for(address), static_cast<u32>(random_.next()));
  connections_[endpoints] = connection;
  connection->open(user);
  return *connection;
}

void Stack::listen(u16 port, Connection::Accept accept) { listeners_[port] = std::move(accept); }

u16 Stack::free_port(u32 address, u16 port) {
  for (unsigned tries = 0; tries < 65'536U - kFirstPort; ++tries) {
    const u16 candidate = next_port_;
    next_port_ = candidate == 0xFFFF ? kFirstPort : static_cast<u16>(candidate + 1);
    if (!connections_.contains({address, candidate, port})) return candidate;
  }
  throw std::runtime_error(fmt::format("no port is free towards {}:{}", format_address(address), port));
}

Neighbour& Stack::neighbour_for(u32 address) {
  const bool local = ((address ^ params_.address) & params_.netmask) == 0;
  const u32 hop = local || params_.gateway == 0 ? address : params_.gateway;
  Neighbour& neighbour = neighbours_[hop];
  neighbour.address = hop;
  if (!neighbour.mac && !neighbour.asking) {
    neighbour.asking = true;
    neighbour.tries = 0;
    ask(neighbour);
  }
  return neighbour;
}

/// Asks until there is an answer, or for as often as the parameters say.
void Stack::ask(Neighbour& neighbour) {
  if (neighbour.mac) return;
  if (params_.arp_tries != 0 && neighbour.tries++ == params_.arp_tries) {
    neighbour.asking = false;
    std::vector<std::shared_ptr<Connection>> lost;
    for (auto& [endpoints, connection] : connections_)
      if (&connection->neighbour_ == &neighbour) lost.push_back(connection);
    for (auto& connection : lost) connection->end(End::kUnreachable);
    return;
  }
  ++counters_.arp_requests;
  send_control(make_arp({true, params_.mac, params_.address, {}, neighbour.address}, kBroadcast));
  time_.after(params_.arp_retry, [this, &neighbour] { ask(neighbour); });
}

void Stack::resolved(Neighbour& neighbour, const eth::MacAddress& mac) {
  neighbour.mac = mac;
  neighbour.asking = false;
  for (auto& [endpoints, connection] : connections_)
    if (&connection->neighbour_ == &neighbour) ready(*connection);
}

Route Stack::route_to(u32 address, const eth::MacAddress& mac) const {
  return {params_.mac, mac, params_.address, address};
}

void Stack::send_control(std::vector<u8> frame) {
  control_.push_back(std::move(frame));
  if (ready_callback_) ready_callback_();
}

void Stack::ready(Connection& connection) {
  if (connection.is_ready_) return;
  connection.is_ready_ = true;
  ready_.push_back(connection.shared_from_this());
  if (ready_callback_) ready_callback_();
}

void Stack::forget(Connection& connection) { connections_.erase(connection.endpoints_); }

/// RFC 5961, 7: challenge acknowledgements are limited, so that nobody can make us flood another.
bool Stack::may_challenge() {
  const u64 second = time_.now() / kSecond;
  if (second != challenge_second_) challenges_ = 0;
  challenge_second_ = second;
  return challenges_++ < kChallengesPerSecond;
}

eth::FramePtr Stack::next_frame() {
  if (!control_.empty()) {
    eth::FramePtr frame = eth::make_frame(std::move(control_.front()));
    control_.pop_front();
    ++counters_.frames_out;
    return frame;
  }
  while (!ready_.empty()) {
    const std::shared_ptr<Connection> connection = std::move(ready_.front());
    ready_.pop_front();
    const std::optional<Connection::Plan> plan = connection->plan();
    if (!plan) {
      connection->is_ready_ = false;
      continue;
    }
    eth::FramePtr frame = eth::make_frame(connection->make(*plan));
    ready_.push_back(connection);
    ++counters_.frames_out;
    return frame;
  }
  return {};
}

void Stack::receive(const eth::FramePtr& frame) {
  const std::span<const u8> data = frame->data;
  ++counters_.frames_in;
  if (data.size() < eth::kHeaderBytes) return void(++counters_.malformed);
  const bool to_all = std::equal(kBroadcast.begin(), kBroadcast.end(), data.begin());
  if (!to_all && !std::equal(params_.mac.begin(), params_.mac.end(), data.begin())) return void(++counters_.other);
  const u16 type = eth::load_be16(&data[12]);
  const std::span<const u8> payload = data.subspan(eth::kHeaderBytes);
  if (type == kTypeArp) return receive_arp(payload);
  if (type != kTypeIpv4) return void(++counters_.other);
  IpPacket packet;
  switch (parse_ip(payload, packet)) {
    case Fault::kMalformed:
      return void(++counters_.malformed);
    case Fault::kChecksum:
      return void(++counters_.bad_checksums);
    case Fault::kFragment:  // reassembly of IP is not modelled: TCP between hosts of one network makes none
      return void(++counters_.fragments);
    case Fault::kNone:
      break;
  }
  eth::MacAddress from;
  std::copy_n(data.begin() + 6, 6, from.begin());
  if (packet.destination != params_.address) return void(++counters_.other);
  if (packet.protocol == kIcmp) return receive_icmp(packet, from);
  if (packet.protocol == kTcp) return receive_tcp(packet, frame);
  ++counters_.other;
}

void Stack::receive_arp(std::span<const u8> payload) {
  const std::optional<Arp> arp = parse_arp(payload);
  if (!arp) return void(++counters_.malformed);
  const auto known = neighbours_.find(arp->sender);
  if (known != neighbours_.end()) resolved(known->second, arp->sender_mac);
  if (arp->request && arp->target == params_.address)
    send_control(make_arp({false, params_.mac, params_.address, arp->sender_mac, arp->sender}, arp->sender_mac));
}

void Stack::receive_icmp(const IpPacket& packet, const eth::MacAddress& from) {
  if (packet.payload.size() < 8 || internet_checksum(packet.payload) != 0) return void(++counters_.bad_checksums);
  if (packet.payload[0] != kEchoRequest || packet.payload.size() + kIpBytes > params_.mtu)
    return void(++counters_.other);
  ++counters_.echoes;
  std::vector<u8> frame = make_ip(route_to(packet.source, from), kIcmp, packet.payload.size());
  std::copy(packet.payload.begin(), packet.payload.end(), frame.begin() + kPayloadAt);
  u8* icmp = &frame[kPayloadAt];
  icmp[0] = kEchoReply;
  eth::store_be16(icmp + 2, 0);
  eth::store_be16(icmp + 2, internet_checksum({icmp, packet.payload.size()}));
  send_control(std::move(frame));
}

void Stack::receive_tcp(const IpPacket& packet, const eth::FramePtr& frame) {
  Segment segment;
  const Fault fault = parse_tcp(packet, segment);
  if (fault != Fault::kNone) return void(++(fault == Fault::kChecksum ? counters_.bad_checksums : counters_.malformed));
  ++counters_.segments_in;
  const auto found = connections_.find({packet.source, segment.destination_port, segment.source_port});
  if (found != connections_.end()) return found->second->input(segment, frame);
  accept_syn(segment, packet, frame);
}

void Stack::accept_syn(const Segment& segment, const IpPacket& packet, const eth::FramePtr& frame) {
  eth::MacAddress from;
  std::copy_n(frame->data.begin() + 6, 6, from.begin());
  const auto listener = listeners_.find(segment.destination_port);
  const bool opens = segment.has(flag::kSyn) && !segment.has(flag::kAck | flag::kRst);
  if (!opens || listener == listeners_.end()) return refuse(segment, packet, from);
  const Endpoints endpoints{packet.source, segment.destination_port, segment.source_port};
  Neighbour& neighbour = neighbour_for(packet.source);
  auto connection = std::make_shared<Connection>(*this, endpoints, neighbour, static_cast<u32>(random_.next()));
  connections_[endpoints] = connection;
  connection->open_passively(segment, listener->second);
}

void Stack::refuse(const Segment& segment, const IpPacket& packet, const eth::MacAddress& to) {
  if (segment.has(flag::kRst)) return;
  Segment reset;
  reset.source_port = segment.destination_port;
  reset.destination_port = segment.source_port;
  if (segment.has(flag::kAck)) {
    reset.sequence = segment.acknowledgement;
    reset.flags = flag::kRst;
  } else {
    const u32 length = static_cast<u32>(segment.data.size()) + segment.has(flag::kSyn) + segment.has(flag::kFin);
    reset.acknowledgement = segment.sequence + length;
    reset.flags = flag::kRst | flag::kAck;
  }
  const Route route = route_to(packet.source, to);
  std::vector<u8> frame = make_ip(route, kTcp, header_bytes(reset));
  write_tcp(reset, route, frame);
  ++counters_.resets_out;
  send_control(std::move(frame));
}

void Stack::write_stats(StatWriter& out) const {
  const StackCounters& c = counters_;
  out.counter("frames_in", c.frames_in, "frames", "received");
  out.counter("frames_out", c.frames_out, "frames", "sent");
  out.counter("malformed", c.malformed, "frames", "dropped: too short or of wrong form");
  out.counter("bad_checksums", c.bad_checksums, "packets", "dropped: wrong IP, ICMP or TCP checksum");
  out.counter("fragments", c.fragments, "packets", "dropped: fragments of IP");
  out.counter("other", c.other, "packets", "dropped: other addresses and protocols");
  out.counter("segments_in", c.segments_in, "segments", "TCP, received");
  out.counter("segments_out", c.segments_out, "segments", "TCP, sent");
  out.counter("bytes_in", c.bytes_in, "bytes", "of the streams, received in order");
  out.counter("bytes_out", c.bytes_out, "bytes", "of the streams, sent; retransmissions included");
  out.counter("retransmits", c.retransmits, "segments", "sent again");
  out.counter("fast_recoveries", c.fast_recoveries, "events", "losses found by later acknowledgements");
  out.counter("timeouts", c.timeouts, "events", "retransmission timeouts");
  out.counter("tail_probes", c.tail_probes, "segments", "tail loss probes");
  out.counter("window_probes", c.window_probes, "segments", "probes of a closed window");
  out.counter("out_of_order", c.out_of_order, "segments", "received before what precedes them");
  out.counter("duplicates", c.duplicates, "segments", "received outside the window");
  out.counter("paws_drops", c.paws_drops, "segments", "dropped for their old timestamp");
  out.counter("challenges", c.challenges, "segments", "challenge acknowledgements");
  out.counter("resets_in", c.resets_in, "segments", "received");
  out.counter("resets_out", c.resets_out, "segments", "sent");
}

}  // namespace mppa::host::tcp
