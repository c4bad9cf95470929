// Cables, switches and doors to the outside world, and how Ethernet ports are joined.
#include <fmt/format.h>

#include "models/eth/door/door.h"
#include "models/eth/switch/switch.h"
#include "sim/elf_file.h"
#include "sim/system/components.h"
#include "sim/system/ethernet_end.h"
#include "sim/system/param_table.h"

namespace mppa::sim {
namespace {

using config::Dimension;

constexpr double kPerBillion = 1e-9;
constexpr unsigned kSwitchPorts = 16;
constexpr const char* kChoice = "not published; docs/modelling-choices.md";

void attach(eth::Mac& mac, eth::Link& link, unsigned side) {
  mac.wire.bind(link.end(side));
  link.deliver[side].bind(mac);
}

void join(PortEnd& a, PortEnd& b) {
  auto* mac_a = dynamic_cast<EthernetMacEnd*>(&a);
  auto* mac_b = dynamic_cast<EthernetMacEnd*>(&b);
  auto* cable_a = dynamic_cast<EthernetCableEnd*>(&a);
  auto* cable_b = dynamic_cast<EthernetCableEnd*>(&b);
  if (mac_a && mac_b) {
    mac_a->cable = std::make_unique<eth::Link>(sc_core::sc_gen_unique_name("cable"), eth::LinkParams{});
    attach(mac_a->mac, *mac_a->cable, 0);
    attach(mac_b->mac, *mac_a->cable, 1);
  } else if (mac_a && cable_b) {
    attach(mac_a->mac, cable_b->link, cable_b->side);
  } else if (mac_b && cable_a) {
    attach(mac_b->mac, cable_a->link, cable_a->side);
  } else {
    throw BadInput("two Ethernet cables are linked to each other; there must be a device between them");
  }
}

/// --- Cable ---

std::vector<config::Param> cable_params() {
  const eth::LinkParams d;
  const auto ratio = [](const char* name, const char* doc) {
    return config::quantity(name, Dimension::kRatio, "0", "0", "1", doc);
  };
  return {config::quantity("length", Dimension::kLength, "3 m", "0 m", "40 km", "Length.", "a direct-attach cable"),
          config::quantity("delay", Dimension::kTime, fmt::format("{} ps", static_cast<u64>(d.delay_ps_m)), "3336 ps",
                           "20 ns", "Time a signal takes for a metre.", "2/3 of the speed of light"),
          ratio("loss", "Share of the frames that vanish."),
          ratio("burst_start", "Share of the frames that begin a burst of losses."),
          config::quantity("burst_frames", Dimension::kNone, "8", "1", "1000000", "Mean length of such a burst."),
          ratio("bit_error", "Share of the bits that are inverted."),
          config::quantity("seed", Dimension::kNone, "1", "0", "1000000000", "Seed of the faults."),
          config::flag("capture", false, "Record all frames in NAME.pcapng of the results.")};
}

eth::LinkParams link_params(const config::Component& c) {
  const auto ratio = [&c](const char* name) { return static_cast<double>(c.quantity(name)) * kPerBillion; };
  return {.length_m = static_cast<double>(c.quantity("length")) * 1e-3,
          .delay_ps_m = static_cast<double>(c.quantity("delay")),
          .loss = ratio("loss"),
          .burst_start = ratio("burst_start"),
          .burst_frames = static_cast<double>(c.quantity("burst_frames")),
          .bit_error = ratio("bit_error"),
          .seed = static_cast<u64>(c.quantity("seed"))};
}

class CablePart : public SystemPart {
 public:
  CablePart(const config::Component& component, RunContext& context)
      : link_(component.path.c_str(), link_params(component)), a_(link_, 0), b_(link_, 1) {
    if (!component.flag("capture")) return;
    writer_ = std::make_unique<eth::PcapngWriter>(
        [&context, file = component.path + ".pcapng"](std::string_view bytes) { context.output(file, bytes); });
    link_.capture(*writer_);
  }
  PortEnd& port(const std::string& name) override { return name == "a" ? a_ : b_; }
  const StatProvider* stats() const override { return &link_; }

 private:
  std::unique_ptr<eth::PcapngWriter> writer_;
  eth::Link link_;
  EthernetCableEnd a_, b_;
};

/// --- Switch ---

const ParamTable<eth::SwitchParams>& switch_table() {
  using P = eth::SwitchParams;
  static const auto table =
      ParamTable<P>()
          .flag("cut_through", &P::cut_through, "Forward a frame from its 64th byte on, wrong ones too.")
          .number("latency", &P::latency_ps, Dimension::kTime, "0", "1 ms",
                  "Through the switch, without the frame's own time.", kChoice)
          .number("queue", &P::queue_bytes, Dimension::kSize, "16 KiB", "1 GiB", "Output queue of a port.", kChoice)
          .number("table", &P::table_entries, Dimension::kNone, "1", "1000000", "Addresses it can learn.", kChoice)
          .number("ageing", &P::ageing_ps, Dimension::kTime, "1 ms", "1000000 s",
                  "Time after which an address is forgotten.", "IEEE 802.1Q")
          .number("max_frame", &P::max_frame, Dimension::kSize, "1518 B", "16 KiB", "Longest frame, with FCS.");
  return table;
}

config::Param rate_param() {
  return config::choice("rate", {"100G", "50G", "40G", "25G", "10G", "1G"}, "100G", "Rate of its ports.");
}
u64 rate_of(const config::Component& c) { return std::stoull(c.text("rate")) * eth::kGigabit; }

class SwitchPart : public SystemPart {
 public:
  explicit SwitchPart(const config::Component& component) : switch_(component.path.c_str(), params(component)) {
    for (unsigned i = 0; i < kSwitchPorts; ++i) ends_.push_back(std::make_unique<EthernetMacEnd>(switch_.port(i)));
  }
  PortEnd& port(const std::string& name) override {
    for (unsigned i = 0; i < kSwitchPorts; ++i)
      if (name == fmt::format("port[{}]", i)) return *ends_[i];
    return SystemPart::port(name);
  }
  const StatProvider* stats() const override { return &switch_; }

 private:
  static eth::SwitchParams params(const config::Component& c) {
    eth::SwitchParams p = switch_table().fill(c);
    p.ports = kSwitchPorts;
    p.bits_per_second = rate_of(c);
    return p;
  }
  eth::Switch switch_;
  std::vector<std::unique_ptr<EthernetMacEnd>> ends_;
};

/// --- Door ---

std::unique_ptr<eth::OutsideIf> open_outside(const std::string& address) {
  try {
    return address.starts_with("tap:") ? eth::open_tap(address.substr(4)) : eth::listen_stream(address);
  } catch (const std::runtime_error& e) {
    throw BadInput(e.what());
  }
}

class DoorPart : public SystemPart {
 public:
  DoorPart(const config::Component& component, RunContext& context)
      : door_(component.path.c_str(), params(component), open_outside(component.text("address"))), end_(door_.mac) {
    door_.on_peer = [this, &context, path = component.path](bool connected) {
      context.log(path, LogLevel::kInfo,
                  connected ? "a peer is there: simulated time does not outrun wall time"
                            : fmt::format("the peer has left; simulated time lagged {:.3f} s behind wall time",
                                          door_.lag_seconds()));
    };
  }
  PortEnd& port(const std::string&) override { return end_; }
  const StatProvider* stats() const override { return &door_; }

 private:
  static eth::DoorParams params(const config::Component& c) {
    return {.bits_per_second = rate_of(c), .poll_ps = static_cast<u64>(c.quantity("poll"))};
  }
  eth::Door door_;
  EthernetMacEnd end_;
};

}  // namespace

void add_ethernet(ComponentRegistry& registry) {
  registry.add_protocol("ethernet", join);

  config::ComponentType cable;
  cable.name = "ethernet_cable";
  cable.doc = "A cable between two Ethernet ports, with the faults a cable can have. Ports may be linked without one.";
  cable.params = cable_params();
  cable.ports = {{"a", "ethernet", 1, true, "One end."}, {"b", "ethernet", 1, true, "The other end."}};
  registry.add(std::move(cable), {build_part<CablePart>});

  config::ComponentType device;
  device.name = "ethernet_switch";
  device.doc = "An Ethernet switch that learns addresses.";
  device.params = switch_table().params();
  device.params.push_back(rate_param());
  device.ports = {{"port", "ethernet", kSwitchPorts, false, "Its ports."}};
  registry.add(std::move(device), {build_part<SwitchPart>});

  config::ComponentType door;
  door.name = "ethernet_door";
  door.doc =
      "A port that leads out of the simulation. Runs with a peer outside are not deterministic; simulated time then "
      "waits for wall time.";
  door.params = {
      config::text("address", std::nullopt,
                   "unix:PATH or tcp:PORT to listen for a peer with QEMU's stream framing, or tap:NAME."),
      config::quantity("poll", Dimension::kTime, "20 us", "1 us", "10 ms", "Simulated time between two looks outside."),
      rate_param()};
  door.ports = {{"port", "ethernet", 1, true, "The port."}};
  registry.add(std::move(door), {build_part<DoorPart>});
}

}  // namespace mppa::sim
