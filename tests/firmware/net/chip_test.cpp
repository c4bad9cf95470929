// The stack on the chip: net_echo on an RM, through driver, DMA, NoC and Ethernet controller, against a native host.
#include <gtest/gtest.h>

#include "models/eth/link.h"
#include "sim/system/coolidge.h"
#include "tests/firmware/net/bench.h"
#include "tests/firmware/net/endpoint.h"
#include "tests/models/sc_test.h"

namespace mppa::net_test {
namespace {

class ChipEcho {
 public:
  explicit ChipEcho(const eth::LinkParams& cable = {}, u16 mtu = 1500)
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
    images.push_back(
        {0, sim::ElfFile::read(MPPA_BINARY_DIR "/firmware/net_echo.elf"), {"net_echo", std::to_string(mtu + 18)}});
    chip.boot(images);
    EXPECT_TRUE(run(5'000, [&] { return console.find("port 7") != std::string::npos; })) << console;
  }
  bool run(u64 us, const std::function<bool()>& done) {
    for (u64 t = 0; t < us && !done(); t += 5) sc_core::sc_start(5, sc_core::SC_US);
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

/// Sends the pattern and checks what comes back.
struct Client {
  Client(ChipEcho& c, const net_addr& to) : chip(c) {
    conn = tcp_connect(&c.host.stack, &to, 7, 0, &kOps, this);
    c.host.kick();
  }
  static Client& of(tcp_conn* c) { return *static_cast<Client*>(c->owner); }
  static const tcp_ops kOps;
  void send(u64 bytes) {
    data.resize(bytes);
    for (u64 i = 0; i < bytes; ++i) data[i] = pattern(i);
    chunk.data = data.data();
    chunk.len = static_cast<u32>(bytes);
    ASSERT_TRUE(tcp_send(conn, &chunk));
    chip.host.kick();
  }
  ChipEcho& chip;
  tcp_conn* conn = nullptr;
  net_chunk chunk{};
  Bytes data;
  u64 received = 0;
  bool established = false, corrupt = false, finished = false, gone = false;
  tcp_end end{};
};
const tcp_ops Client::kOps = {
    .established = [](tcp_conn* c) { of(c).established = true; },
    .receive =
        [](tcp_conn* c, net_buf*, const u8* data, u32 len) {
          Client& self = of(c);
          for (u32 i = 0; i < len; ++i) self.corrupt |= data[i] != pattern(self.received + i);
          self.received += len;
          tcp_consumed(c, len);
        },
    .sent = nullptr,
    .finished = [](tcp_conn* c) { of(c).finished = true; },
    .gone = [](tcp_conn* c, tcp_end end) { of(c).gone = true, of(c).end = end; },
};

void echo(ChipEcho& chip, const net_addr& to, u64 bytes, u64 limit_us) {
  Client client(chip, to);
  ASSERT_TRUE(chip.run(limit_us, [&] { return client.established; })) << chip.console;
  client.send(bytes);
  const u64 start = eth::kernel_ps();
  ASSERT_TRUE(chip.run(limit_us, [&] { return client.received == bytes || client.gone; })) << client.received;
  EXPECT_EQ(client.received, bytes);
  EXPECT_FALSE(client.corrupt);
  const double gbps = static_cast<double>(bytes) * 8 / (static_cast<double>(eth::kernel_ps() - start) * 1e-3);
  ::testing::Test::RecordProperty("echo_gbps", std::to_string(gbps));
  tcp_close(client.conn);
  chip.host.kick();
  ASSERT_TRUE(chip.run(limit_us, [&] { return client.finished; }));
  EXPECT_FALSE(client.gone && client.end != TCP_END_CLOSED);
}

TEST(ChipEchoTest, EchoesTcpOverIpv4) {
  ChipEcho chip;
  echo(chip, net_v4(0x0A000001), 200'000, 20'000);
}

TEST(ChipEchoTest, EchoesTcpOverIpv6InJumboFrames) {
  ChipEcho chip({}, 9000);
  net_addr to = chip.host.netif.ip6;
  to.b[15] = 1;
  echo(chip, to, 200'000, 20'000);
}

TEST(ChipEchoTest, SurvivesALossyCable) {
  ChipEcho chip({.loss = 0.02, .bit_error = 1e-6, .seed = 11});
  echo(chip, net_v4(0x0A000001), 200'000, 1'000'000);
}

}  // namespace
}  // namespace mppa::net_test
