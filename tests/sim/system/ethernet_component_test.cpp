// Ethernet in configurations: two doors, cables and a switch between them; what is sent in at one comes out of the
// other.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "sim/elf_file.h"
#include "sim/system/component.h"
#include "tests/models/sc_test.h"
#include "tests/sim/elf_image.h"

namespace mppa::sim {
namespace {

class Context : public RunContext {
 public:
  explicit Context(const config::Component& simulation) : simulation_(simulation) {}
  const config::Component& simulation() const override { return simulation_; }
  void uses_file(const std::string&) override {}
  void output(const std::string& file, std::string_view bytes) override { outputs[file] += bytes; }
  void show(const std::string&, std::string_view) override {}
  void end(SystemEnd) override {}
  void log(const std::string&, LogLevel, std::string_view) override {}
  std::map<std::string, std::string> outputs;

 private:
  const config::Component& simulation_;
};

class EthernetComponents : public mppa::test::ScTest {
 protected:
  EthernetComponents() : dir(std::filesystem::temp_directory_path() / ("mppa_eth_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(dir);
  }
  ~EthernetComponents() override {
    for (const int fd : peers) close(fd);
    parts.clear();
    std::filesystem::remove_all(dir);
  }
  std::string socket_of(const std::string& door) const { return (dir / door).string(); }
  void build(const std::string& components_and_links) {
    const std::string file = (dir / "system.yaml").string();
    std::ofstream(file) << components_and_links;
    config::Diagnostics diagnostics;
    config = builtin_components().load(file, {}, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    context = std::make_unique<Context>(config.simulation);
    parts = builtin_components().build(config, *context);
    elaborate();
  }
  int connect_to(const std::string& door) {
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    std::strcpy(a.sun_path, socket_of(door).c_str());
    peers.push_back(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_EQ(connect(peers.back(), reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    return peers.back();
  }
  static void run_us(u64 us) { sc_core::sc_start(sc_core::sc_time::from_value(us * 1'000'000)); }

  std::filesystem::path dir;
  config::SystemConfig config;
  std::unique_ptr<Context> context;
  std::vector<std::unique_ptr<SystemPart>> parts;
  std::vector<int> peers;
};

TEST_F(EthernetComponents, FramesCrossCablesAndSwitchAndAreCaptured) {
  build("components:\n  left: {type: ethernet_door, address: 'unix:" + socket_of("left") +
        "'}\n  right: {type: ethernet_door, address: 'unix:" + socket_of("right") +
        "'}\n  sw: {type: ethernet_switch}\n  cable: {type: ethernet_cable, length: 5 m, capture: true}\nlinks:\n"
        "  - left.port -- cable.a\n  - cable.b -- sw.port[3]\n  - sw.port[7] -- right.port\n");
  const int left = connect_to("left"), right = connect_to("right");
  run_us(50);
  std::vector<u8> message(4 + 100, 0x42);
  message[0] = message[1] = message[2] = 0;
  message[3] = 100;
  message[4] = 0x40;  // to another address than the sender's
  ASSERT_EQ(write(left, message.data(), message.size()), static_cast<ssize_t>(message.size()));
  run_us(100);
  std::vector<u8> got(200);
  ASSERT_EQ(recv(right, got.data(), got.size(), MSG_DONTWAIT), static_cast<ssize_t>(message.size()));
  got.resize(message.size());
  EXPECT_EQ(got, message);
  const std::string& capture = context->outputs["cable.pcapng"];
  EXPECT_NE(capture.find(std::string(99, 0x42)), std::string::npos);
}

TEST_F(EthernetComponents, EveryLaneOfAChipCanBeLinked) {
  const std::string elf = (dir / "x.elf").string();
  const test::ElfImage image;
  std::ofstream(elf, std::ios::binary)
      .write(reinterpret_cast<const char*>(image.bytes.data()), static_cast<std::streamsize>(image.bytes.size()));
  const std::string card =
      "components:\n  card: {type: coolidge, firmware: " + elf + "}\n  sw: {type: ethernet_switch}\nlinks:\n";
  build(card +
        "  - card.eth[0] -- sw.port[0]\n  - card.lane[1] -- sw.port[1]\n  - card.lane[2] -- sw.port[2]\n"
        "  - card.lane[3] -- sw.port[3]\n  - card.eth[1] -- sw.port[4]\n  - card.lane[7] -- sw.port[7]\n");
  EXPECT_NE(&parts[0]->port("lane[3]"), &parts[0]->port("lane[7]"));
}

TEST_F(EthernetComponents, TwoCablesInARowAreRefused) {
  const std::string text =
      "components:\n  a: {type: ethernet_cable}\n  b: {type: ethernet_cable}\nlinks:\n"
      "  - a.a -- b.a\n  - a.b -- b.b\n";
  EXPECT_THROW(build(text), BadInput);
}

TEST_F(EthernetComponents, ADoorSaysWhyItCannotOpen) {
  EXPECT_THROW(build("components:\n  d: {type: ethernet_door, address: 'unix:/nonexistent/x'}\n"
                     "  s: {type: ethernet_switch}\nlinks:\n  - d.port -- s.port[0]\n"),
               BadInput);
}

}  // namespace
}  // namespace mppa::sim
