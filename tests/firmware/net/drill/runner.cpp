#include "tests/firmware/net/drill/runner.h"

#include <fmt/core.h>

namespace mppa::net_test::drill {
namespace {

namespace flag = host::tcp::flag;

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;
constexpr u64 kPrompt = 500 * kUs;  ///< what is not delayed on purpose comes within this time
/// Timers are looked at every 0.5 ms and have a resolution of 1 ms; the firmware's clock is read before it sends.
constexpr u64 kLate = 2'500 * kUs, kEarly = 1'000 * kUs;
constexpr unsigned kPattern = 251;

/// Bytes of the stream from relative sequence number `from` on; the first byte has number 1.
u8 pattern(u32 number) { return static_cast<u8>((number - 1) % kPattern); }

std::vector<u8> payload(const SegmentSpec& s) {
  std::vector<u8> data(s.length);
  const u32 first = s.header.sequence + s.header.has(flag::kSyn);
  for (u32 i = 0; i < s.length; ++i) data[i] = pattern(first + i);
  return data;
}

}  // namespace

Runner::Runner(const Script& script) : script_(script), chip_("chip", {}), link_("link", {}) {
  chip_.ethernet(0).mac(script.lane).wire.bind(link_.end(0));
  link_.deliver[0].bind(chip_.ethernet(0).mac(script.lane));
  peer_.chip[5] = static_cast<u8>(peer_.chip[5] + script.lane);
  peer_.mac.wire.bind(link_.end(1));
  link_.deliver[1].bind(peer_.mac);
  chip_.on_end = [](const sim::ChipEnd&) { sc_core::sc_stop(); };
  chip_.console(0, [this](u8 byte, const sc_core::sc_time&) { console_ += static_cast<char>(byte); });
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  boot();
}

void Runner::boot() {
  peer_.mac.configure({.bits_per_second = script_.gigabits * eth::kGigabit});
  peer_.vlan = script_.vlan;
  sim::BootImage image{0, sim::ElfFile::read(MPPA_BINARY_DIR "/firmware/net_drill.elf"), {"net_drill"}};
  for (const std::string& argument : script_.arguments) image.arguments.push_back(argument);
  std::vector<sim::BootImage> images;
  images.push_back(std::move(image));
  chip_.boot(images);
  if (!wait(20 * kMs, [this] { return console_.find("listening") != std::string::npos; }))
    throw ScriptError(script_.name + ": the firmware does not start: " + console_);
  last_ = eth::kernel_ps();
}

bool Runner::wait(u64 ps, const std::function<bool()>& done) {
  const u64 end = eth::kernel_ps() + ps;
  while (!done() && !chip_.end && eth::kernel_ps() < end)
    sc_core::sc_start(sc_core::sc_time::from_value(std::min(5 * kUs, end - eth::kernel_ps())));
  if (chip_.end) fail(fmt::format("the firmware ended: {} {}", chip_.end->message, console_));
  if (!peer_.strange.empty()) fail("the chip sent " + peer_.strange.front());
  return done();
}

void Runner::run() {
  for (const Step& step : script_.steps) {
    step_ = &step;
    play(step);
  }
  wait(kPrompt, [] { return false; });
  if (!peer_.segments.empty()) fail("then there came a segment that nobody expected");
  if (!peer_.events.empty()) fail("then there was an event that nobody expected: " + peer_.events.front());
}

void Runner::play(const Step& step) {
  switch (step.action) {
    case Action::kInject:
      return inject(step);
    case Action::kExpect:
      return expect(step);
    case Action::kApp:
      last_ = eth::kernel_ps();
      return peer_.send_command(fmt::format("{} {}", step.peer_port, step.text));
    case Action::kEvent:
      return expect_event(step);
    case Action::kQuiet:
      return be_quiet(step);
    case Action::kNew:
      flow(step) = {.own = step.number, .chip = {}, .timestamp = 0};
      return;
  }
}

void Runner::inject(const Step& step) {
  if (step.time) wait(*step.time, [] { return false; });
  const Flow& f = flow(step);
  SegmentSpec s = step.segment;
  note('<', step, s, eth::kernel_ps());
  host::tcp::Segment& h = s.header;
  const std::vector<u8> data = payload(s);
  h.source_port = step.peer_port;
  h.destination_port = step.chip_port;
  h.sequence += f.own;
  if (h.has(flag::kAck)) h.acknowledgement += f.chip.value_or(0);
  if (!s.has_window) h.window = 0xFFFF;
  if (h.timestamps && s.echo_latest) h.timestamps->echo = f.timestamp;
  for (unsigned i = 0; i < h.sack_count; ++i) {
    h.sack[i].begin += f.chip.value_or(0);
    h.sack[i].end += f.chip.value_or(0);
  }
  last_ = eth::kernel_ps();
  peer_.send_tcp(script_.v6, h, data, s.damaged);
}

SegmentSpec Runner::seen(const Arrived& arrived, Flow& f) {
  SegmentSpec s;
  s.header = arrived.header;
  s.length = static_cast<unsigned>(arrived.data.size());
  s.has_window = true;
  if (s.header.has(flag::kSyn)) f.chip = f.chip.value_or(s.header.sequence);
  if (s.header.timestamps) f.timestamp = s.header.timestamps->value;
  s.header.sequence -= f.chip.value_or(0);
  if (s.header.has(flag::kAck)) s.header.acknowledgement -= f.own;
  for (unsigned i = 0; i < s.header.sack_count; ++i) {
    s.header.sack[i].begin -= f.own;
    s.header.sack[i].end -= f.own;
  }
  return s;
}

std::string Runner::difference(const SegmentSpec& wanted, const SegmentSpec& got) const {
  const host::tcp::Segment &w = wanted.header, &g = got.header;
  const auto without_push = [](u8 flags) { return flags & ~flag::kPsh; };
  if (without_push(w.flags) != without_push(g.flags) || (w.has(flag::kPsh) && !g.has(flag::kPsh))) return "flags";
  if (w.sequence != g.sequence || wanted.length != got.length) return "sequence numbers";
  if (w.has(flag::kAck) && w.acknowledgement != g.acknowledgement) return "ack";
  if (wanted.has_window && w.window != g.window) return "window";
  if (wanted.any_options) return "";
  if (w.mss != g.mss) return "MSS";
  if (w.window_scale != g.window_scale) return "window scale";
  if (w.sack_permitted != g.sack_permitted) return "SACK permitted";
  if (w.timestamps) {  // may always be left out of a script
    if (!g.timestamps) return "timestamps";
    if (!wanted.any_timestamp && w.timestamps->value != g.timestamps->value) return "timestamp";
    if (!wanted.echo_latest && w.timestamps->echo != g.timestamps->echo) return "timestamp echo";
  }
  for (unsigned i = 0; i < std::max(w.sack_count, g.sack_count); ++i)
    if (i >= w.sack_count || i >= g.sack_count || w.sack[i].begin != g.sack[i].begin || w.sack[i].end != g.sack[i].end)
      return "SACK blocks";
  return "";
}

void Runner::expect(const Step& step) {
  const u64 limit = step.time ? *step.time + kLate : kPrompt, now = eth::kernel_ps();
  const u64 waited = std::min(now - last_, limit);
  if (!wait(limit - waited, [this] { return !peer_.segments.empty(); })) fail("no segment came");
  const Arrived arrived = std::move(peer_.segments.front());
  peer_.segments.pop_front();
  const auto ports = std::pair{arrived.header.destination_port, arrived.header.source_port};
  if (ports != std::pair{step.peer_port, step.chip_port})
    fail(fmt::format("a segment came to port {} from port {}", ports.first, ports.second));
  const SegmentSpec got = seen(arrived, flow(step));
  note('>', step, got, arrived.at);
  if (const std::string wrong = difference(step.segment, got); !wrong.empty())
    fail(fmt::format("wrong {}: {}", wrong, format_segment(got)));
  const u32 first = got.header.sequence + got.header.has(flag::kSyn);
  for (u32 i = 0; i < got.length; ++i)
    if (arrived.data[i] != pattern(first + i)) fail(fmt::format("byte {} of the stream is wrong", first + i - 1));
  const u64 after = arrived.at > last_ ? arrived.at - last_ : 0;
  if (step.time && (after + kEarly < *step.time || after > *step.time + kLate))
    fail(fmt::format("it came after {:.3f} ms", static_cast<double>(after) / kMs));
  last_ = arrived.at;
}

/// Received bytes may be reported in several pieces.
void Runner::expect_event(const Step& step) {
  const std::string wanted = fmt::format("{} {}", step.peer_port, step.text),
                    data = fmt::format("{} data ", step.peer_port);
  for (;;) {
    if (!wait(kPrompt, [this] { return !peer_.events.empty(); })) fail("there was no event");
    const std::string event = std::move(peer_.events.front());
    peer_.events.pop_front();
    conversation_ += fmt::format("  {:12.3f} ms   {}\n", static_cast<double>(eth::kernel_ps()) / kMs, event);
    if (event == wanted) return;
    const bool part = wanted.starts_with(data) && event.starts_with(data) &&
                      std::stoul(event.substr(data.size())) < std::stoul(wanted.substr(data.size()));
    if (!part) fail("another event: " + event);
  }
}

void Runner::be_quiet(const Step& step) {
  if (wait(*step.time, [this] { return !peer_.segments.empty(); })) {
    const Arrived& a = peer_.segments.front();
    fail("a segment came: " + format_segment(seen(a, flows_[{a.header.destination_port, a.header.source_port}])));
  }
  last_ = eth::kernel_ps();
}

void Runner::note(char direction, const Step& step, const SegmentSpec& segment, u64 at) {
  conversation_ += fmt::format("  {:12.3f} ms {} [{}:{}] {}\n", static_cast<double>(at) / kMs, direction,
                               step.peer_port, step.chip_port, format_segment(segment));
}

void Runner::fail(const std::string& what) const {
  throw ScriptError(fmt::format("{}:{}: {}\n{}", script_.name, step_ ? step_->line : 0, what, conversation_));
}

}  // namespace mppa::net_test::drill
