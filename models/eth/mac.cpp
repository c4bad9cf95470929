#include "models/eth/mac.h"

#include <algorithm>

namespace mppa::eth {
namespace {

// Statistics common to both directions; sizes include the FCS.
template <class Which>
void count_good(MacCounters<Which>& counters, const Frame& frame) {
  const unsigned bytes = frame.wire_bytes();
  counters.add(Which::kOctetsOk, bytes);
  counters.add(Which::kFramesOk);
  const bool broadcast = std::all_of(frame.data.begin(), frame.data.begin() + 6, [](u8 b) { return b == 0xFF; });
  counters.add(broadcast ? Which::kBroadcast : frame.data[0] & 1 ? Which::kMulticast : Which::kUnicast);
  if (load_be16(&frame.data[12]) == 0x8100) counters.add(Which::kVlanOk);
}

template <class Which>
void count_size(MacCounters<Which>& counters, unsigned bytes) {
  static constexpr unsigned kLimits[] = {64, 127, 255, 511, 1023, 1518};
  unsigned bucket = 0;
  while (bucket < std::size(kLimits) && bytes > kLimits[bucket]) ++bucket;
  counters.add_at(Which::k64, bucket);
}

template <class Which>
void count_pause(MacCounters<Which>& counters, const PauseRequest& request) {
  if (!request.pfc) counters.add(Which::kPause);
  for (unsigned c = 0; c < kClasses; ++c)
    if (request.classes >> c & 1) counters.add_at(Which::kPfc0, c);
}

}  // namespace

Mac::Mac(const sc_core::sc_module_name& name, const MacParams& params, MacClientIf& client)
    : sc_module(name), params_(params), client_(client), arriving_([this](FramePtr f) { arrived(std::move(f)); }) {
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.set_sensitivity(&event_);
  options.dont_initialize();
  sc_core::sc_spawn([this] { run(); }, sc_core::sc_gen_unique_name("transmit"), &options);
}

void Mac::configure(const MacConfig& config) {
  config_ = config;
  if (wire.size()) wire->set_speed(config.tx_enable || config.rx_enable ? config.bits_per_second : 0);
  kick();
}

void Mac::capture(PcapngWriter* writer) {
  writer_ = writer;
  if (writer) interface_ = writer->add_interface(name(), config_.bits_per_second);
}

void Mac::kick() {
  const u64 now = kernel_ps();
  event_.notify(sc_core::sc_time::from_value(line_free_ > now ? line_free_ - now : 0));
}

void Mac::run() {
  if (line_free_ > kernel_ps()) return kick();
  if (!config_.tx_enable) return;
  FramePtr frame;
  if (!control_.empty()) {
    frame = std::move(control_.front());
    control_.pop_front();
  } else {
    frame = client_.next_frame();
  }
  if (!frame) return wait_for_pause_end();
  send(std::move(frame));
  kick();
}

// What the client holds back may be waiting for the end of a pause; an event has room for one time only.
void Mac::wait_for_pause_end() {
  const u64 now = kernel_ps();
  u64 end = pause_until_ > now ? pause_until_ : ~u64{0};
  for (const u64 until : class_until_)
    if (until > now) end = std::min(end, until);
  if (end != ~u64{0}) event_.notify(sc_core::sc_time::from_value(end - now));
}

void Mac::send(FramePtr frame) {
  const u64 byte = ps_per_byte(config_.bits_per_second), first = kernel_ps();
  if (!config_.append_fcs) {  // the client's last bytes are the FCS, right or wrong
    auto given = std::make_shared<Frame>(*frame);
    const std::size_t payload = given->data.size() - kFcsBytes;
    for (unsigned i = 0; i < kFcsBytes; ++i) given->fcs = given->fcs >> 8 | u32{given->data[payload + i]} << 24;
    given->data.resize(payload);
    frame = std::move(given);
  } else if (config_.tx_pad && frame->data.size() < kMinFrameBytes) {
    frame = make_frame(frame->data);
  }
  const u64 last = first + byte * (kPreambleBytes + frame->wire_bytes());
  line_free_ = last + byte * kInterFrameGapBytes;
  busy_ps_ += line_free_ - first;
  tx_.add(TxCount::kOctets, frame->wire_bytes());
  count_good(tx_, *frame);
  count_size(tx_, frame->wire_bytes());
  if (is_mac_control(*frame)) {
    tx_.add(TxCount::kMacControl);
    if (const auto request = parse_pause(*frame)) count_pause(tx_, *request);
  }
  if (writer_) writer_->write(interface_, first, *frame, PcapngWriter::Direction::kOutbound);
  if (loopback_) {
    receive(std::move(frame), first + params_.tx_latency_ps, last + params_.tx_latency_ps);
  } else if (wire.size()) {
    wire->transmit(std::move(frame), first + params_.tx_latency_ps, last + params_.tx_latency_ps);
  }
}

void Mac::send_pause(const PauseRequest& request) {
  control_.push_back(make_frame(make_pause(request, params_.address)));
  kick();
}

void Mac::receive(FramePtr frame, u64 first, u64 last) {
  if (!config_.rx_enable) return;
  if (writer_) writer_->write(interface_, first, *frame, PcapngWriter::Direction::kInbound);
  u64 at = last;
  if (const u64 early = params_.cut_through_bytes)
    at = std::min(last, first + ps_per_byte(config_.bits_per_second) * (kPreambleBytes + early));
  arriving_.put(at + params_.rx_latency_ps, std::move(frame));
}

void Mac::arrived(FramePtr frame) {
  const bool fcs_error = !frame->fcs_ok();
  rx_.add(RxCount::kOctets, frame->wire_bytes());
  rx_.add(RxCount::kPackets);
  if (!size_ok(*frame, fcs_error)) return rx_.add(RxCount::kErrors);
  count_size(rx_, frame->wire_bytes());
  if (fcs_error) {
    rx_.add(RxCount::kFcsErrors);
    rx_.add(RxCount::kErrors);
    if (config_.forward_bad_fcs) client_.received(std::move(frame), true);
    return;
  }
  count_good(rx_, *frame);
  if (is_mac_control(*frame)) {
    rx_.add(RxCount::kMacControl);
    if (const auto request = parse_pause(*frame)) {
      count_pause(rx_, *request);
      if (!config_.ignore_pause) obey(*request);
      if (!config_.forward_pause) return;
    }
  }
  const bool unicast = !(frame->data[0] & 1);
  if (unicast && !config_.promiscuous &&
      !std::equal(params_.address.begin(), params_.address.end(), frame->data.begin()))
    return;
  client_.received(std::move(frame), false);
}

bool Mac::size_ok(const Frame& frame, bool fcs_error) {
  const unsigned bytes = frame.wire_bytes();
  if (bytes < kMinFrameBytes + kFcsBytes) {
    rx_.add(fcs_error ? RxCount::kFragments : RxCount::kUndersize);
    return false;
  }
  if (bytes > config_.max_frame) {
    rx_.add(RxCount::kTooLong);
    rx_.add(fcs_error ? RxCount::kJabber : RxCount::kOversize);
    return false;
  }
  return true;
}

void Mac::obey(const PauseRequest& request) {
  const u64 quantum = ps_per_byte(config_.bits_per_second) * kQuantumBits / 8, now = kernel_ps();
  if (!request.pfc) {
    pause_until_ = now + request.quanta[0] * quantum;
  } else if (config_.pfc) {
    for (unsigned c = 0; c < kClasses; ++c)
      if (request.classes >> c & 1) class_until_[c] = now + request.quanta[c] * quantum;
  }
  kick();
}

void Mac::write_stats(StatWriter& out) const {
  out.enter(basename());
  for (const auto& [name, text] :
       {std::pair{"rx", "received; sizes with FCS"}, std::pair{"tx", "sent; sizes with FCS"}}) {
    const bool rx = name[0] == 'r';
    out.enter(name);
    for (unsigned i = 0; i < (rx ? kRxCountNames.size() : kTxCountNames.size()); ++i) {
      const std::string_view count = rx ? kRxCountNames[i] : kTxCountNames[i];
      out.counter(count, rx ? rx_.word(i) : tx_.word(i), count.starts_with("octets") ? "B" : "frames", text);
    }
    out.leave();
  }
  out.utilization("line", "ethernet", busy_ps_, kernel_ps());
  out.leave();
}

}  // namespace mppa::eth
