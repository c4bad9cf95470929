// Everything below TCP: neighbours, ICMP, UDP, VLAN, sizes.
#include <gtest/gtest.h>

#include <cstring>

#include "models/eth/checksum.h"
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

/// From host a to host b: an echo request with `bytes` of data, `group`: to everybody.
Bytes echo_request(const Host& a, const Host& b, bool v6, std::size_t bytes, bool group = false) {
  const unsigned l4 = 14 + (v6 ? 40 : 20);
  Bytes f(l4 + 8 + bytes);
  std::memcpy(&f[0], b.netif.mac, 6);
  std::memcpy(&f[6], a.netif.mac, 6);
  eth::store_be16(&f[12], v6 ? 0x86DD : 0x0800);
  if (v6) {
    f[14] = 0x60;
    eth::store_be16(&f[18], static_cast<unsigned>(8 + bytes));
    f[20] = 58, f[21] = 64;
    std::memcpy(&f[22], a.netif.ip6.b, 16);
    std::memcpy(&f[38], b.netif.ip6.b, 16);
    if (group) f[38] = 0xFF, f[39] = 2;
  } else {
    f[14] = 0x45;
    eth::store_be16(&f[16], static_cast<unsigned>(f.size() - 14));
    f[22] = 64, f[23] = 1;
    eth::store_be16(&f[26], 0x0A00), eth::store_be16(&f[28], a.netif.ip4 & 0xFFFF);
    eth::store_be16(&f[30], 0x0A00), eth::store_be16(&f[32], group ? 255 : b.netif.ip4 & 0xFFFF);
    eth::store_be16(&f[24], static_cast<u16>(~eth::fold_sum(eth::ones_sum(std::span(f).subspan(14, 20)))));
  }
  f[l4] = v6 ? 128 : 8;
  for (std::size_t i = 0; i < bytes; ++i) f[l4 + 8 + i] = pattern(i);
  const auto message = std::span(f).subspan(l4);
  const u64 pseudo = v6 ? eth::pseudo_sum(std::span(f).subspan(22, 32), 58, static_cast<unsigned>(message.size())) : 0;
  eth::store_be16(&f[l4 + 2], static_cast<u16>(~eth::fold_sum(pseudo + eth::ones_sum(message))));
  return f;
}

TEST_F(StackTest, EchoRequestsAreAnsweredWithTheirBytes) {
  Bytes reply;
  wire.filter = [&](Host& from, Bytes& f) {
    const bool is_v6 = f[13] == 0xDD;
    const bool neighbour = is_v6 ? f[54] == 135 || f[54] == 136 : f[13] == 6;
    if (&from == &b && !neighbour) reply = f;
    return true;
  };
  for (const bool v6 : {false, true})
    for (const std::size_t bytes : {0U, 1U, 56U, 1000U, 1452U}) {
      const Bytes request = echo_request(a, b, v6, bytes);
      const unsigned l4 = v6 ? 54 : 34;
      reply.clear();
      wire.inject(b, request);
      wire.run(kMs);
      ASSERT_EQ(reply.size(), request.size()) << v6 << " " << bytes;
      EXPECT_EQ(reply[l4], v6 ? 129 : 0);
      EXPECT_TRUE(std::equal(request.begin() + l4 + 4, request.end(), reply.begin() + l4 + 4));
      const u64 pseudo =
          v6 ? eth::pseudo_sum(std::span(reply).subspan(22, 32), 58, static_cast<unsigned>(8 + bytes)) : 0;
      EXPECT_EQ(eth::fold_sum(pseudo + eth::ones_sum(std::span(reply).subspan(l4))), 0xFFFF);
    }
  EXPECT_EQ(b.stack.stats.icmp_echoes, 10U);
}

TEST_F(StackTest, EchoRequestsToEverybodyAndDamagedOnesAreNotAnswered) {
  for (const bool v6 : {false, true}) {
    wire.inject(b, echo_request(a, b, v6, 56, true));
    Bytes damaged = echo_request(a, b, v6, 56);
    damaged.back() ^= 1;
    wire.inject(b, damaged);
  }
  wire.run(kMs);
  EXPECT_EQ(b.stack.stats.icmp_echoes, 0U);
  EXPECT_EQ(b.stack.stats.bad_checksums, 2U);
}

TEST_F(StackTest, FragmentsAreCountedAndNotDelivered) {
  Bytes datagram, datagram6;
  wire.filter = [&](Host& from, Bytes& f) {
    if (&from == &a && f[13] == 0x00) datagram = f;
    if (&from == &a && f[13] == 0xDD && f[20] == 17) datagram6 = f;
    return true;
  };
  client.send(b.address(), 7, counting(40));
  client.send(b.address6(), 7, counting(40));
  wire.run(kMs);
  ASSERT_FALSE(datagram.empty() || datagram6.empty());
  ASSERT_EQ(server.got.size(), 2U);
  for (const u16 place : {0x2000, 0x0005}) {  // more fragments; not the first
    eth::store_be16(&datagram[20], place);
    eth::store_be16(&datagram[24], 0);
    eth::store_be16(&datagram[24],
                    static_cast<u16>(~eth::fold_sum(eth::ones_sum(std::span(datagram).subspan(14, 20)))));
    wire.inject(b, datagram);
  }
  datagram6[20] = 44;  // a fragment header, it seems
  wire.inject(b, datagram6);
  wire.run(kMs);
  EXPECT_EQ(server.got.size(), 2U);
  EXPECT_EQ(b.stack.stats.fragments, 2U);
  EXPECT_EQ(b.stack.stats.no_port, 1U);
}

TEST_F(StackTest, UdpNeedsNoChecksumOverIpv4ButOverIpv6) {
  wire.filter = [&](Host& from, Bytes& f) {
    if (&from == &a && f[13] == 0x00) eth::store_be16(&f[40], 0);
    if (&from == &a && f[13] == 0xDD && f[20] == 17) eth::store_be16(&f[60], 0);
    return true;
  };
  client.send(b.address(), 7, counting(40));
  client.send(b.address6(), 7, counting(40));
  wire.run(kMs);
  EXPECT_EQ(server.got.size(), 1U);
  EXPECT_EQ(b.stack.stats.bad_checksums, 1U);
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
