// Everything below TCP: neighbours, ICMP, UDP, VLAN, sizes.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/firmware/net/bench.h"

namespace mppa::net_test {
namespace {

constexpr u64 kMs = 1'000'000, kSecond = 1'000'000'000;

/// A UDP socket that keeps what it gets and echoes it if wanted.
struct Socket : udp_socket {
  Socket(Host& host, u16 number, bool echo = false) : udp_socket{}, host_(host), echo_(echo) {
    port = number;
    receive = [](udp_socket* s, net_buf*, const u8* data, u32 len, const net_addr* from, u16 from_port) {
      auto& self = *static_cast<Socket*>(s);
      self.got.emplace_back(data, data + len);
      if (self.echo_) self.send(*from, from_port, self.got.back());
    };
    udp_bind(&host.stack, this);
  }
  bool send(const net_addr& to, u16 to_port, const Bytes& data) {
    struct Chunk : net_chunk {
      Bytes bytes;
    };
    auto* chunk = new Chunk{};
    chunk->bytes = data;
    chunk->data = chunk->bytes.data();
    chunk->len = static_cast<u32>(data.size());
    chunk->release = [](net_chunk* c) { delete static_cast<Chunk*>(c); };
    return udp_send(&host_.stack, port, &to, to_port, chunk);
  }
  std::vector<Bytes> got;

 private:
  Host& host_;
  bool echo_;
};

struct StackTest : ::testing::Test {
  explicit StackTest(u16 mtu = 1500)
      : wire({}), a(wire, 1, tcp_defaults, mtu), b(wire, 2, tcp_defaults, mtu), client(a, 5000), server(b, 7, true) {}
  Wire wire;
  Host a, b;
  Socket client, server;
};

Bytes counting(std::size_t bytes) {
  Bytes out(bytes);
  for (std::size_t i = 0; i < bytes; ++i) out[i] = pattern(i);
  return out;
}

TEST_F(StackTest, UdpEchoesOverBothProtocolsInAllSizes) {
  unsigned n = 0;
  for (const net_addr& to : {b.address(), b.address6(), b.netif.link_local})
    for (const std::size_t bytes : {0U, 1U, 17U, 1000U, 1452U}) {
      EXPECT_TRUE(client.send(to, 7, counting(bytes)));
      wire.run(kMs);
      ASSERT_EQ(client.got.size(), ++n) << bytes;
      EXPECT_EQ(client.got.back(), counting(bytes));
    }
  EXPECT_FALSE(client.send(b.address(), 7, counting(1473))) << "longer than the MTU";
}

TEST_F(StackTest, OneRequestServesAllThatWaits) {
  unsigned requests = 0;
  wire.filter = [&](Host& from, Bytes& f) {
    requests += &from == &a && f[12] == 8 && f[13] == 6;
    return true;
  };
  for (int i = 0; i < 5; ++i) client.send(b.address(), 7, counting(10));
  wire.run(kMs);
  EXPECT_EQ(client.got.size(), 5U);
  EXPECT_EQ(requests, 1U);
}

TEST_F(StackTest, NeighboursThatDoNotAnswerAreGivenUp) {
  std::vector<u64> requests;
  wire.filter = [&](Host& from, Bytes&) {
    if (&from == &a) requests.push_back(wire.now);
    return false;
  };
  client.send(net_v4(0x0A000063), 7, counting(10));
  wire.run(10 * kSecond);
  EXPECT_EQ(requests.size(), 3U);
  EXPECT_EQ(a.stack.stats.no_neighbour, 1U);
}

TEST_F(StackTest, NoRouteIsAnError) { EXPECT_FALSE(client.send(net_v4(0x08080808), 7, counting(10))); }

TEST_F(StackTest, AGatewayTakesWhatIsNotOnTheLink) {
  a.netif.gateway4 = b.netif.ip4;
  bool seen = false;
  wire.filter = [&](Host& from, Bytes& f) {
    const bool ip = &from == &a && f[12] == 8 && f[13] == 0;
    seen |= ip && std::memcmp(&f[0], b.netif.mac, 6) == 0 && f[30] == 8;
    return true;
  };
  EXPECT_TRUE(client.send(net_v4(0x08080808), 7, counting(10)));
  wire.run(kMs);
  EXPECT_TRUE(seen);
  EXPECT_EQ(b.stack.stats.not_for_us, 1U);
}

TEST_F(StackTest, CorruptedPacketsAreNotDelivered) {
  client.send(b.address(), 7, counting(10));
  wire.run(kMs);
  wire.filter = [&](Host& from, Bytes& f) {
    if (&from == &a) f[f.size() - 1] ^= 4;
    return true;
  };
  client.send(b.address(), 7, counting(100));
  client.send(b.address6(), 7, counting(100));
  wire.run(10 * kMs);
  EXPECT_EQ(server.got.size(), 1U);
  EXPECT_GE(b.stack.stats.bad_checksums, 1U);
}

TEST_F(StackTest, AnUnusedPortIsReportedToTheSender) {
  bool unreachable = false;
  wire.filter = [&](Host& from, Bytes& f) {
    unreachable |= &from == &b && f[12] == 8 && f[13] == 0 && f[23] == 1 && f[34] == 3 && f[35] == 3;
    return true;
  };
  client.send(b.address(), 99, counting(50));
  wire.run(kMs);
  EXPECT_TRUE(unreachable);
  EXPECT_EQ(b.stack.stats.no_port, 1U);
}

TEST_F(StackTest, ShortAndWrongFramesAreCountedAndHarmless) {
  client.send(b.address(), 7, counting(30));
  Bytes good;
  wire.filter = [&](Host& from, Bytes& f) {
    if (&from == &a && f[13] == 0) good = f;
    return true;
  };
  wire.run(kMs);
  ASSERT_FALSE(good.empty());
  wire.filter = nullptr;
  for (std::size_t n = 14; n < good.size(); ++n)
    wire.inject(b, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)});
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    Bytes f = good;
    for (int k = 0; k < 4; ++k) f[12 + random.below(f.size() - 12)] = static_cast<u8>(random.next());
    wire.inject(b, f);
  }
  wire.run(kSecond);
  EXPECT_GT(b.stack.stats.bad_frames, 20U);
  EXPECT_GT(b.stack.stats.bad_checksums, 100U);
}

struct VlanTest : StackTest {};

TEST_F(VlanTest, TaggedHostsSeeOnlyTheirVlan) {
  a.netif.vlan = b.netif.vlan = 42;
  bool tagged = true;
  wire.filter = [&](Host&, Bytes& f) {
    tagged &= f[12] == 0x81 && f[13] == 0 && f[14] == 0 && f[15] == 42;
    return true;
  };
  client.send(b.address(), 7, counting(100));
  client.send(b.address6(), 7, counting(100));
  wire.run(kMs);
  EXPECT_EQ(client.got.size(), 2U);
  EXPECT_TRUE(tagged);
  b.netif.vlan = 43;
  client.send(b.address(), 7, counting(100));
  wire.run(kMs);
  EXPECT_EQ(server.got.size(), 2U);
}

struct JumboTest : StackTest {
  JumboTest() : StackTest(9216) {}
};

TEST_F(JumboTest, JumboDatagramsPass) {
  EXPECT_TRUE(client.send(b.address(), 7, counting(9216 - 28)));
  wire.run(kMs);
  ASSERT_EQ(client.got.size(), 1U);
  EXPECT_EQ(client.got[0], counting(9216 - 28));
}

}  // namespace
}  // namespace mppa::net_test
