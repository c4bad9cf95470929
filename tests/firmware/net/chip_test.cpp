// The stack on the chip: net_echo on an RM, through driver, DMA, NoC and Ethernet controller, against a native host.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "models/eth/link.h"
#include "sim/system/coolidge.h"
#include "tests/firmware/net/endpoint.h"
#include "tests/firmware/net/pattern_end.h"
#include "tests/models/sc_test.h"

namespace mppa::net_test {
namespace {

class ChipEcho {
 public:
  explicit ChipEcho(const eth::LinkParams& cable = {}, u16 mtu = 1500, unsigned pes = 0)
      : chip("chip", {}), link("link", cable), host("host", 2, mtu, near()) {
    chip.ethernet(0).mac(0).wire.bind(link.end(0));
    link.deliver[0].bind(chip.ethernet(0).mac(0));
    host.mac.wire.bind(link.end(1));
    link.deliver[1].bind(host.mac);
    chip.on_end = [](const sim::ChipEnd&) { sc_core::sc_stop(); };
    chip.console(0, [this](u8 byte, const sc_core::sc_time&) { console += static_cast<char>(byte); });
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    host.start();
    std::vector<sim::BootImage> images;
    images.push_back({0,
                      sim::ElfFile::read(MPPA_BINARY_DIR "/firmware/net_echo.elf"),
                      {"net_echo", std::to_string(mtu + 18), std::to_string(pes)}});
    chip.boot(images);
    EXPECT_TRUE(run(5'000, [&] { return console.find("port 7") != std::string::npos; })) << console;
  }
  bool run(u64 us, const std::function<bool()>& done) {
    for (u64 t = 0; t < us && !done() && !chip.end; t += 5) sc_core::sc_start(5, sc_core::SC_US);
    EXPECT_FALSE(chip.end) << chip.end->message << "\n" << console;
    return done();
  }

 private:
  /// Timeouts for a peer in the same rack.
  static tcp_config near() {
    tcp_config c = tcp_defaults;
    c.rto_min = 5'000;
    c.delayed_ack = 1'000;
    return c;
  }
  mppa::test::ScContext context_;  // before the chip

 public:
  sim::Coolidge chip;
  eth::Link link;
  Endpoint host;
  std::string console;
};

/// A connection to the chip that sends the pattern and checks what comes back.
struct Client : PatternEnd {
  Client(ChipEcho& c, const net_addr& to) : chip(c) {
    conn = tcp_connect(&c.host.stack, &to, 7, 0, &kOps, static_cast<PatternEnd*>(this));
    c.host.kick();
  }
  ~Client() {
    if (!gone) tcp_abort(conn);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  void start(u64 bytes) {
    ASSERT_TRUE(send(bytes));
    chip.host.kick();
  }
  void close() {
    tcp_close(conn);
    chip.host.kick();
  }
  ChipEcho& chip;
};

/// `count` connections at once, each sends `bytes`.
void echo(ChipEcho& chip, const net_addr& to, unsigned count, u64 bytes, u64 limit_us) {
  std::deque<Client> clients;
  for (unsigned i = 0; i < count; ++i) clients.emplace_back(chip, to);
  const auto all = [&](auto what) { return std::all_of(clients.begin(), clients.end(), what); };
  ASSERT_TRUE(chip.run(limit_us, [&] { return all([](const Client& c) { return c.established; }); }))
      << std::count_if(clients.begin(), clients.end(), [](const Client& c) { return c.established; }) << " of " << count
      << ", " << chip.host.stack.tcp_stats.retransmits << " retransmits\n"
      << chip.console;
  for (Client& c : clients) c.start(bytes);
  const u64 start = eth::kernel_ps();
  ASSERT_TRUE(chip.run(limit_us, [&] { return all([&](const Client& c) { return c.received == bytes || c.gone; }); }));
  const double gbps = static_cast<double>(count * bytes) * 8e3 / static_cast<double>(eth::kernel_ps() - start);
  ::testing::Test::RecordProperty("echo_gbps", std::to_string(gbps));
  for (Client& c : clients) {
    EXPECT_EQ(c.received, bytes);
    EXPECT_FALSE(c.corrupt);
    c.close();
  }
  ASSERT_TRUE(chip.run(limit_us, [&] { return all([](const Client& c) { return c.finished; }); }));
}

TEST(ChipEchoTest, EchoesTcpOverIpv4) {
  ChipEcho chip;
  echo(chip, net_v4(0x0A000001), 1, 200'000, 20'000);
}

TEST(ChipEchoTest, EchoesTcpOverIpv6InJumboFrames) {
  ChipEcho chip({}, 9000);
  net_addr to = chip.host.netif.ip6;
  to.b[15] = 1;
  echo(chip, to, 1, 200'000, 20'000);
}

TEST(ChipEchoTest, SurvivesALossyCable) {
  ChipEcho chip({.loss = 0.02, .bit_error = 1e-6, .seed = 11});
  echo(chip, net_v4(0x0A000001), 1, 200'000, 1'000'000);
}

TEST(ChipEchoTest, SpreadsConnectionsOverFourCores) {
  ChipEcho chip({}, 1500, 4);
  echo(chip, net_v4(0x0A000001), 12, 60'000, 50'000);
  std::set<char> served;
  for (std::size_t at = 0; (at = chip.console.find("accepted by PE", at)) != std::string::npos; ++at)
    served.insert(chip.console[at + 14]);
  EXPECT_GE(served.size(), 3U) << chip.console;
}

}  // namespace
}  // namespace mppa::net_test
