// The management channel: scripts and socket clients one after the other, and a card that is managed by them.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "firmware/include/mppa/sim_port.h"
#include "sim/system/component.h"
#include "sim/system/management_channel.h"
#include "tests/models/sc_test.h"
#include "tests/sim/system/test_context.h"
#include "tests/support/temp_dir.h"

namespace mppa::sim {
namespace {

using Answers = std::vector<std::string>;

/// The firmware's side of a channel.
class Firmware {
 public:
  explicit Firmware(ManagementChannel& channel) : channel_(channel) {}

  /// What has arrived up to now.
  std::string receive() {
    std::string text;
    for (u64 word = channel_.read_word(); word >> 56 != 0; word = channel_.read_word()) {
      EXPECT_LE(word >> 56, MPPA_SIM_PORT_MANAGEMENT_BYTES);
      for (unsigned i = 0; i < word >> 56; ++i) text += static_cast<char>(word >> (8 * i));
    }
    return text;
  }
  void send(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 7))) {
      const std::string_view part = text.substr(0, 7);
      u64 word = static_cast<u64>(part.size()) << 56;
      for (std::size_t i = 0; i < part.size(); ++i) word |= static_cast<u64>(static_cast<u8>(part[i])) << (8 * i);
      channel_.write_word(word);
    }
  }
  void end(bool bad = false) { channel_.write_word(u64{MPPA_SIM_PORT_MANAGEMENT_END} << 56 | u64{bad}); }
  void answer(std::string_view text, bool bad = false) {
    send(text);
    end(bad);
  }

 private:
  ManagementChannel& channel_;
};

TEST(ManagementChannel, ScriptsSendTheNextRequestWhenTheLastHasEnded) {
  ManagementChannel channel;
  Firmware firmware(channel);
  Answers answers;
  channel.add(std::make_unique<ScriptedManager>(
      split_json(R"( {"id":1, "x":"}\"{"} [2] {} )"),
      [&](const std::string& request, const std::string& answer) { answers.push_back(request + answer); }));
  EXPECT_EQ(firmware.receive(), R"({"id":1, "x":"}\"{"})");
  firmware.send(R"({"result":"\"{")");
  EXPECT_EQ(firmware.receive(), "");
  firmware.answer("}");
  EXPECT_EQ(firmware.receive(), "[2]");
  firmware.end();
  EXPECT_EQ(firmware.receive(), "{}");
  firmware.answer("[]");
  EXPECT_EQ(firmware.receive(), "");
  EXPECT_EQ(answers, (Answers{R"({"id":1, "x":"}\"{"}{"result":"\"{"})", "[2]", "{}[]"}));
}

TEST(ManagementChannel, SplitRefusesWhatDoesNotEnd) {
  EXPECT_THROW(split_json("{}{"), std::runtime_error);
  EXPECT_THROW(split_json("{} x"), std::runtime_error);
  EXPECT_THROW(split_json("{} ]"), std::runtime_error);
  EXPECT_TRUE(split_json(" \n").empty());
}

class Sockets : public ::testing::Test {
 protected:
  Sockets() { channel_.listen("unix:" + path_); }
  ~Sockets() override {
    for (const int fd : clients_) close(fd);
  }
  int connect_client() {
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    std::strcpy(a.sun_path, path_.c_str());
    clients_.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    EXPECT_EQ(connect(clients_.back(), reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    return clients_.back();
  }
  static std::string read_all(int fd) {
    char bytes[100];
    const ssize_t n = read(fd, bytes, sizeof bytes);
    return {bytes, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  static void say(int fd, const std::string& text) {
    ssize_t ignored = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    (void)ignored;
  }
  void hang_up(int fd) {
    close(fd);
    std::erase(clients_, fd);
  }

  std::string path_ = mppa::test::temp_dir() + "management";
  ManagementChannel channel_;
  Firmware firmware_{channel_};
  std::vector<int> clients_;
};

TEST_F(Sockets, ClientsTakeTurns) {
  EXPECT_EQ(firmware_.receive(), "");
  const int first = connect_client(), second = connect_client();
  say(first, "{\"a\"} {\"b\"}");
  say(second, "{1}{2}");
  EXPECT_EQ(firmware_.receive(), "{\"a\"}");
  EXPECT_EQ(firmware_.receive(), "") << "nobody's, while the first request is executed";
  firmware_.answer("an answer of some length");
  EXPECT_EQ(read_all(first), "an answer of some length");
  EXPECT_EQ(firmware_.receive(), "{1}");
  firmware_.answer("[1]");
  EXPECT_EQ(firmware_.receive(), " {\"b\"}");
  firmware_.end();
  EXPECT_EQ(firmware_.receive(), "{2}");
  firmware_.answer("[2]");
  EXPECT_EQ(read_all(first), "");
  EXPECT_EQ(read_all(second), "[1][2]");
}

TEST_F(Sockets, AHalfSentRequestHoldsNobodyUp) {
  const int slow = connect_client(), fast = connect_client();
  say(slow, "{\"slo");
  say(fast, "{}");
  EXPECT_EQ(firmware_.receive(), "{}");
  firmware_.answer("1");
  EXPECT_EQ(read_all(fast), "1");
  say(slow, "w\"}");
  EXPECT_EQ(firmware_.receive(), "{\"slow\"}");
}

TEST_F(Sockets, AnswersForAClientThatHasGoneDoNotReachTheNext) {
  const int first = connect_client(), second = connect_client();
  say(first, "{1}{2}");
  say(second, "{3}");
  EXPECT_EQ(firmware_.receive(), "{1}");
  hang_up(first);
  firmware_.answer("late");
  EXPECT_EQ(firmware_.receive(), "{3}");
  firmware_.answer("new");
  EXPECT_EQ(read_all(second), "new");
}

TEST_F(Sockets, AClientMayEndItsSideAndStillGetItsAnswers) {
  const int client = connect_client();
  say(client, "{1}{2} {");
  shutdown(client, SHUT_WR);
  EXPECT_EQ(firmware_.receive(), "{1}");
  firmware_.answer("a");
  EXPECT_EQ(firmware_.receive(), "{2}");
  firmware_.answer("b");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(firmware_.receive(), "");
  EXPECT_EQ(read_all(client), "ab");
  char byte;
  EXPECT_EQ(read(client, &byte, 1), 0) << "then the card's side is ended, too";
}

TEST_F(Sockets, WhoSendsNoRequestIsAnsweredAndHungUp) {
  const int bad = connect_client(), good = connect_client();
  say(bad, "GET / HTTP/1.0 {}");
  EXPECT_EQ(firmware_.receive(), "G");
  firmware_.answer("what?", true);
  EXPECT_EQ(read_all(bad), "what?");
  char byte;
  EXPECT_EQ(read(bad, &byte, 1), 0);
  say(good, "{1}");
  EXPECT_EQ(firmware_.receive(), "{1}");
}

TEST_F(Sockets, ARequestWithoutEndIsGivenUp) {
  const int endless = connect_client();
  const std::string chunk(60'000, '[');
  for (int i = 0; i < 20; ++i) {
    say(endless, chunk);
    for (int j = 0; j < 20; ++j) EXPECT_EQ(firmware_.receive(), "");
  }
  EXPECT_EQ(send(endless, "[", 1, MSG_NOSIGNAL), -1);
}

// --- A card
// -----------------------------------------------------------------------------------------------------------

class Context : public test::Context {
 public:
  using test::Context::Context;
  void output(const std::string& file, std::string_view bytes) override { outputs[file] += bytes; }
  void end(SystemEnd end) override {
    ended = end;
    sc_core::sc_stop();
  }
  std::map<std::string, std::string> outputs;
  std::optional<SystemEnd> ended;
};

class ManagedCard : public mppa::test::ScTest {
 protected:
  /// Runs a card with one other cluster until it ends.
  void run(const std::string& configuration, const std::string& requests) {
    std::ofstream(dir_ + "start.json") << configuration;
    std::ofstream(dir_ + "requests.json") << requests;
    std::ofstream(dir_ + "system.yaml") << "components:\n"
                                        << "  card: {type: coolidge, firmware: " << MPPA_BINARY_DIR
                                        << "/firmware/management.elf, arguments: ['1']}\n"
                                        << "  manager: {type: management, configuration: " << dir_
                                        << "start.json, requests: " << dir_ << "requests.json}\n"
                                        << "links:\n  - card.management -- manager.card\n";
    config::Diagnostics diagnostics;
    config_ = builtin_components().load(dir_ + "system.yaml", {}, diagnostics);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.list()[0].message;
    context_ = std::make_unique<Context>(config_);
    parts_ = builtin_components().build(config_, *context_);
    elaborate();
    for (auto& part : parts_) part->start();
    while (!context_->ended && sc_core::sc_time_stamp() < sc_core::sc_time(50, sc_core::SC_MS))
      sc_core::sc_start(100, sc_core::SC_US);
    ASSERT_TRUE(context_->ended);
  }

  std::string dir_ = mppa::test::temp_dir();
  config::SystemConfig config_;
  std::unique_ptr<Context> context_;
  std::vector<std::unique_ptr<SystemPart>> parts_;
};

TEST_F(ManagedCard, ExecutesConfigurationAndRequestsInItsClusters) {
  run(R"({"subsystems":[{"subsystem":"bdev","config":[
        {"method":"bdev_malloc_create","params":{"name":"disk","num_blocks":64,"block_size":512}}]},
      {"subsystem":"nvmf","config":[
        {"method":"nvmf_create_subsystem","params":{"nqn":"nqn.2014-08.com.kalray:a"}},
        {"method":"nvmf_subsystem_add_ns","params":{"nqn":"nqn.2014-08.com.kalray:a","namespace":{"bdev_name":"disk"}}}]}]})",
      R"({"id":1,"method":"nvmf_subsystem_remove_ns","params":{"nqn":"nqn.2014-08.com.kalray:a","nsid":1}}
         {"id":2,"method":"bdev_malloc_delete","params":{"name":"disk"}}
         {"id":3,"method":"bdev_get_bdevs"} {"id":4,"method":"nope"}
         {"id":5,"method":"spdk_kill_instance","params":{"sig_name":"SIGTERM"}})");
  EXPECT_EQ(context_->ended->status, 0);
  EXPECT_EQ(context_->outputs["manager.answers.json"],
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":true}\n"
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":[]}\n"
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n"
            "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":true}\n");
}

TEST_F(ManagedCard, ARefusedConfigurationEndsTheRun) {
  run(R"({"subsystems":[{"subsystem":"bdev","config":[{"method":"bdev_null_create","params":{"name":"n"}}]}]})", "");
  EXPECT_EQ(context_->ended->status, 1);
  EXPECT_NE(context_->lines.back().find("Call 1, bdev_null_create: Invalid parameters: missing num_blocks"),
            std::string::npos);
}

}  // namespace
}  // namespace mppa::sim
