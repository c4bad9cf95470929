// The stack against the kernel's: a TAP device in a network namespace of its own. Skipped where the kernel or the
// rights do not allow it. The kernel's timers run in wall time, so this takes seconds and is not deterministic.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "models/eth/door/outside.h"
#include "tests/firmware/net/heap_buffer.h"
#include "tests/firmware/net/pattern_end.h"

namespace mppa::net_test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr const char* kTap = "mppanet0";

/// One of our stacks behind a TAP device; the kernel has 10.9.0.1 and fd09::1, we have .2 and ::2.
class Tap {
 public:
  explicit Tap(u16 mtu, double loss, const tcp_config& tcp)
      : config(tcp), loss_(loss), random_(17), tx_(256), conns_(16), hash_(16) {
    if (unshare(CLONE_NEWNET) != 0)
      throw std::runtime_error(std::string("no network namespace: ") + std::strerror(errno));
    tap_ = eth::open_tap(kTap);
    set_up_kernel(mtu);
    const net_memory memory{tx_.data(), 256, conns_.data(), 16, hash_.data(), 16};
    const u64 secret[2] = {1, 2};
    net_init(&stack, &memory, &config, secret, now_us());
    const u8 mac[6] = {2, 0, 0, 0, 9, 2};
    std::memcpy(netif.mac, mac, 6);
    netif.mtu = mtu;
    netif.vlan = -1;
    netif.ip4 = 0x0A090002;
    netif.mask4 = 0xFFFFFF00;
    netif.ip6.b[0] = 0xFD, netif.ip6.b[1] = 9, netif.ip6.b[15] = 2;
    netif.prefix6 = 64;
    netif.driver = this;
    netif.transmit = [](struct netif* n, net_tx* tx) {
      auto& self = *static_cast<Tap*>(n->driver);
      Bytes frame(net_tx_bytes(tx));
      net_tx_copy(tx, frame.data());
      net_tx_done(tx);
      if (!self.lost()) self.tap_->send(frame);
      return true;
    };
    net_add(&stack, &netif);
  }

  /// Polls both sides until `done`, or 20 s have passed.
  bool run(const std::function<bool()>& done) {
    const auto limit = Clock::now() + std::chrono::seconds(20);
    while (Clock::now() < limit) {
      while (auto frame = tap_->receive())
        if (!lost()) net_input(&netif, heap_buffer(std::move(*frame)));
      net_poll(&stack, now_us());
      if (done()) return true;
    }
    return false;
  }

  net_stack stack{};
  struct netif netif{};
  tcp_config config;

 private:
  static u64 now_us() {
    return static_cast<u64>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count());
  }
  bool lost() { return loss_ > 0 && random_.unit() < loss_; }

  static void set_up_kernel(u16 mtu) {
    std::ofstream(std::string("/proc/sys/net/ipv6/conf/") + kTap + "/accept_dad") << 0;
    const int s = socket(AF_INET, SOCK_DGRAM, 0), s6 = socket(AF_INET6, SOCK_DGRAM, 0);
    ifreq r{};
    std::strcpy(r.ifr_name, kTap);
    auto* a = reinterpret_cast<sockaddr_in*>(&r.ifr_addr);
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = htonl(0x0A090001);
    bool ok = ioctl(s, SIOCSIFADDR, &r) == 0;
    a->sin_addr.s_addr = htonl(0xFFFFFF00);
    ok &= ioctl(s, SIOCSIFNETMASK, &r) == 0;
    r.ifr_mtu = mtu;
    ok &= ioctl(s, SIOCSIFMTU, &r) == 0;
    ok &= ioctl(s, SIOCGIFFLAGS, &r) == 0;
    r.ifr_flags |= IFF_UP;
    ok &= ioctl(s, SIOCSIFFLAGS, &r) == 0;
    in6_ifreq r6{};
    inet_pton(AF_INET6, "fd09::1", &r6.ifr6_addr);
    r6.ifr6_prefixlen = 64;
    r6.ifr6_ifindex = static_cast<int>(if_nametoindex(kTap));
    if (s6 >= 0) ioctl(s6, SIOCSIFADDR, &r6);  // without IPv6 its tests skip
    close(s), close(s6);
    if (!ok) throw std::runtime_error(std::string("cannot set up the TAP device: ") + std::strerror(errno));
  }

  double loss_;
  Random random_;
  std::unique_ptr<eth::OutsideIf> tap_;
  std::vector<net_tx> tx_;
  std::vector<tcp_conn> conns_;
  std::vector<tcp_conn*> hash_;
};

/// Our side of a connection.
struct Ours : PatternEnd {
  explicit Ours(Tap& tap) : tap(tap) {}
  void listen(u16 port) {
    listener.port = port;
    listener.owner = static_cast<PatternEnd*>(this);
    listener.accept = [](tcp_listener* l, tcp_conn* c) -> const tcp_ops* {
      c->owner = l->owner;
      return &kOps;
    };
    tcp_listen(&tap.stack, &listener);
  }
  Tap& tap;
  tcp_listener listener{};
};

/// A non-blocking kernel socket that sends and checks the pattern.
struct Theirs {
  explicit Theirs(int fd) : fd(fd) { fcntl(fd, F_SETFL, O_NONBLOCK); }
  ~Theirs() { close(fd); }
  Theirs(const Theirs&) = delete;
  Theirs& operator=(const Theirs&) = delete;
  /// One step of sending `bytes` in all and receiving what is there.
  void step(u64 bytes) {
    u8 buffer[65536];
    const u64 n = std::min<u64>(sizeof buffer, bytes - sent);
    for (u64 i = 0; i < n; ++i) buffer[i] = pattern(sent + i);
    if (n > 0) {
      const ssize_t done = ::send(fd, buffer, n, MSG_NOSIGNAL);
      if (done > 0) sent += static_cast<u64>(done);
    }
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    for (ssize_t i = 0; i < got; ++i) corrupt |= buffer[i] != pattern(received + static_cast<u64>(i));
    if (got > 0) received += static_cast<u64>(got);
    eof |= got == 0;
  }
  int fd;
  u64 sent = 0, received = 0;
  bool corrupt = false, eof = false;
};

sockaddr_in6 ours6(u16 port, bool v6) {
  sockaddr_in6 a{};
  a.sin6_family = AF_INET6;
  a.sin6_port = htons(port);
  inet_pton(AF_INET6, v6 ? "fd09::2" : "::ffff:10.9.0.2", &a.sin6_addr);
  return a;
}

struct LinuxCase {
  const char* name;
  u16 mtu;
  double loss;
  bool v6, sack, timestamps;
};

class Linux : public ::testing::TestWithParam<LinuxCase> {
 protected:
  void SetUp() override {
    tcp_config config = tcp_defaults;
    config.time_wait = 10'000;
    config.sack = GetParam().sack;
    config.timestamps = GetParam().timestamps;
    try {
      tap = std::make_unique<Tap>(GetParam().mtu, GetParam().loss, config);
    } catch (const std::runtime_error& e) {
      GTEST_SKIP() << e.what();
    }
    if (GetParam().v6) {
      const Theirs probe(socket(AF_INET6, SOCK_STREAM, 0));
      sockaddr_in6 a{};
      a.sin6_family = AF_INET6;
      inet_pton(AF_INET6, "fd09::1", &a.sin6_addr);
      const auto usable = [&] { return bind(probe.fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0; };
      if (probe.fd < 0 || !tap->run(usable)) GTEST_SKIP() << "the kernel has no IPv6 here";
    }
  }
  u64 bytes() const { return GetParam().loss > 0 ? 1'000'000 : 8'000'000; }
  /// Both send the pattern, all of it arrives.
  void exchange(Ours& ours, Theirs& theirs) const {
    ASSERT_TRUE(ours.send(bytes()));
    EXPECT_TRUE(tap->run([&] {
      theirs.step(bytes());
      return theirs.received == bytes() && ours.received == bytes();
    })) << theirs.received
        << " " << ours.received;
    EXPECT_FALSE(theirs.corrupt || ours.corrupt);
  }
  std::unique_ptr<Tap> tap;
};

TEST_P(Linux, ConnectsToUsAndExchangesData) {
  Ours ours(*tap);
  ours.listen(4420);
  Theirs theirs(socket(AF_INET6, SOCK_STREAM, 0));
  const sockaddr_in6 to = ours6(4420, GetParam().v6);
  connect(theirs.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ASSERT_TRUE(tap->run([&] { return ours.conn != nullptr; }));
  EXPECT_EQ(ours.conn->sack, GetParam().sack);
  EXPECT_EQ(ours.conn->timestamps, GetParam().timestamps);
  ASSERT_NO_FATAL_FAILURE(exchange(ours, theirs));
  shutdown(theirs.fd, SHUT_WR);
  EXPECT_TRUE(tap->run([&] { return ours.finished; }));
  tcp_close(ours.conn);
  EXPECT_TRUE(tap->run([&] {
    theirs.step(bytes());
    return theirs.eof && ours.gone;
  }));
  EXPECT_EQ(ours.end, TCP_END_CLOSED);
}

TEST_P(Linux, AcceptsOurConnection) {
  const int listener = socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(9000);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  Ours ours(*tap);
  net_addr to = GetParam().v6 ? tap->netif.ip6 : net_v4(0x0A090001);
  to.b[15] = 1;
  ASSERT_TRUE(tcp_connect(&tap->stack, &to, 9000, 0, &Ours::kOps, static_cast<PatternEnd*>(&ours)));
  int fd = -1;
  ASSERT_TRUE(tap->run([&] { return (fd = accept(listener, nullptr, nullptr)) >= 0; }));
  Theirs theirs(fd);
  ASSERT_NO_FATAL_FAILURE(exchange(ours, theirs));
  tcp_close(ours.conn);
  EXPECT_TRUE(tap->run([&] {
    theirs.step(bytes());
    return theirs.eof;
  }));
  shutdown(theirs.fd, SHUT_WR);
  EXPECT_TRUE(tap->run([&] { return ours.gone; }));
  close(listener);
}

INSTANTIATE_TEST_SUITE_P(Cases, Linux,
                         ::testing::Values(LinuxCase{"plain", 1500, 0, false, true, true},
                                           LinuxCase{"jumbo", 9000, 0, false, true, true},
                                           LinuxCase{"v6", 1500, 0, true, true, true},
                                           LinuxCase{"loss", 1500, 0.01, false, true, true},
                                           LinuxCase{"loss_without_sack", 1500, 0.01, false, false, true},
                                           LinuxCase{"without_options", 1500, 0, false, false, false}),
                         [](const auto& p) { return p.param.name; });

TEST(LinuxBasics, PingsAndGetsItsUdpBack) {
  std::unique_ptr<Tap> tap;
  try {
    tap = std::make_unique<Tap>(1500, 0, tcp_defaults);
  } catch (const std::runtime_error& e) {
    GTEST_SKIP() << e.what();
  }
  const int raw = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
  ASSERT_GE(raw, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(0x0A090002);
  u8 request[64] = {ICMP_ECHO, 0, 0, 0, 0x12, 0x34, 0, 1};
  u32 sum = 0;
  for (unsigned i = 0; i < sizeof request; i += 2) sum += request[i] << 8 | request[i + 1];
  sum = ~((sum & 0xFFFF) + (sum >> 16));
  request[2] = static_cast<u8>(sum >> 8), request[3] = static_cast<u8>(sum);
  ASSERT_EQ(sendto(raw, request, sizeof request, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 64);
  u8 reply[128] = {};
  EXPECT_TRUE(tap->run([&] { return recv(raw, reply, sizeof reply, 0) == 84 && reply[20] == ICMP_ECHOREPLY; }));
  EXPECT_EQ(std::memcmp(reply + 24, request + 4, 60), 0);
  close(raw);

  static net_stack* stack = &tap->stack;
  static net_chunk chunk{};
  static u8 text[16];
  udp_socket echo{};
  echo.port = 7;
  echo.receive = [](udp_socket*, net_buf*, const u8* data, u32 len, const net_addr* from, u16 port) {
    std::memcpy(text, data, std::min<u32>(len, sizeof text));
    chunk.data = text;
    chunk.len = len;
    udp_send(stack, 7, from, port, &chunk);
  };
  udp_bind(&tap->stack, &echo);
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  to.sin_port = htons(7);
  ASSERT_EQ(sendto(udp, "hello", 5, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 5);
  EXPECT_TRUE(tap->run([&] { return recv(udp, reply, sizeof reply, 0) == 5; }));
  EXPECT_EQ(std::memcmp(reply, "hello", 5), 0);
  close(udp);
}

}  // namespace
}  // namespace mppa::net_test
