#include "models/eth/door/door.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

#include "models/eth/link.h"
#include "tests/models/eth/station.h"
#include "tests/models/sc_test.h"

namespace mppa::eth {
namespace {

using test::Station;
using test::test_frame;

class DoorTest : public mppa::test::ScTest {
 protected:
  DoorTest()
      : path(std::filesystem::temp_directory_path() / ("mppa_door_" + std::to_string(getpid()))),
        door("door", {}, listen_stream("unix:" + path)) {
    door.mac.wire.bind(link.end(0));
    link.deliver[0].bind(door.mac);
    station.mac.wire.bind(link.end(1));
    link.deliver[1].bind(station.mac);
    elaborate();
    station.mac.configure({});
  }
  ~DoorTest() override {
    if (peer >= 0) close(peer);
  }
  void connect_peer() {
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    std::memcpy(a.sun_path, path.c_str(), path.size());
    peer = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(connect(peer, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
  }
  void write_bytes(const std::vector<u8>& bytes) {
    ASSERT_EQ(write(peer, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::vector<u8> read_bytes() {
    u8 buffer[20000];
    const ssize_t n = recv(peer, buffer, sizeof buffer, MSG_DONTWAIT);
    return {buffer, buffer + std::max<ssize_t>(n, 0)};
  }
  static void run_us(u64 us) { sc_core::sc_start(sc_core::sc_time::from_value(us * 1'000'000)); }

  std::string path;
  Link link{"link", {}};
  Door door;
  Station station{"station"};
  int peer = -1;
};

TEST_F(DoorTest, ExchangesLengthPrefixedFramesAndPadsShortOnes) {
  connect_peer();
  std::vector<u8> arp(42, 0x11);
  std::vector<u8> message = {0, 0, 0, 42};
  message.insert(message.end(), arp.begin(), arp.end());
  write_bytes({message.begin(), message.begin() + 10});
  run_us(60);
  EXPECT_TRUE(station.got.empty()) << "half a frame";
  write_bytes({message.begin() + 10, message.end()});
  run_us(60);
  ASSERT_EQ(station.got.size(), 1U);
  arp.resize(60);
  EXPECT_EQ(station.got[0].frame->data, arp);
  const FramePtr reply = test_frame(1, 2, 1000);
  station.send(reply);
  run_us(60);
  const auto bytes = read_bytes();
  ASSERT_EQ(bytes.size(), 1004U);
  EXPECT_EQ(bytes[2] << 8 | bytes[3], 1000);
  EXPECT_TRUE(std::equal(reply->data.begin(), reply->data.end(), bytes.begin() + 4));
}

TEST_F(DoorTest, SimulatedTimeDoesNotOutrunWallTimeWithAPeer) {
  run_us(1'000'000);  // nobody there: no pacing
  const auto start = std::chrono::steady_clock::now();
  connect_peer();
  run_us(20'000);
  // The door sees the peer within one poll of 20 us and keeps back from then on.
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::microseconds(19'950));
  EXPECT_GE(door.lag_seconds(), -30e-6);
}

TEST_F(DoorTest, TheLagStandsWhenThePeerHasLeft) {
  std::vector<bool> peers;
  door.on_peer = [&](bool connected) { peers.push_back(connected); };
  connect_peer();
  run_us(50);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  run_us(50);
  close(peer);
  run_us(50);
  EXPECT_EQ(peers, (std::vector<bool>{true, false}));
  EXPECT_GE(door.lag_seconds(), 0.029);
}

TEST_F(DoorTest, SurvivesAPeerThatLeavesOrLies) {
  station.send(test_frame(1, 2, 100));
  run_us(50);
  connect_peer();
  run_us(50);
  write_bytes({0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3});
  run_us(100);
  EXPECT_TRUE(read_bytes().empty());
  close(peer);
  station.send(test_frame(1, 2, 100));
  run_us(100);
  connect_peer();
  run_us(50);
  station.send(test_frame(1, 2, 100));
  run_us(100);
  EXPECT_EQ(read_bytes().size(), 104U);
}

TEST(Outside, BadAddressesAreNamed) {
  for (const char* address : {"nowhere", "tcp:0", "tcp:x", "unix:", "unix:/nonexistent/dir/socket"}) {
    try {
      listen_stream(address);
      ADD_FAILURE() << address;
    } catch (const std::runtime_error& e) {
      EXPECT_FALSE(std::string(e.what()).empty());
    }
  }
}

TEST(Outside, ATapDeviceCarriesFramesToTheKernel) {
  std::unique_ptr<OutsideIf> tap;
  try {
    tap = open_tap("mppatest0");
  } catch (const std::runtime_error& e) {
    GTEST_SKIP() << e.what();
  }
  if (std::system("ip link set mppatest0 up 2>/dev/null") != 0) GTEST_SKIP() << "ip (iproute2) is not installed";
  EXPECT_TRUE(tap->send(test_frame(1, 2, 100)->data));
  // The kernel announces itself through IPv6 router and multicast messages, if IPv6 is on: nothing to wait for here.
  EXPECT_THROW(open_tap("a_name_that_is_much_too_long"), std::runtime_error);
}

}  // namespace
}  // namespace mppa::eth
