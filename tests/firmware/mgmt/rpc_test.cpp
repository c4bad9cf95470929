// The server: JSON-RPC 2.0 to the letter, hostile input, configuration, replication.
#include <random>
#include <vector>

#include "tests/firmware/mgmt/fixture.h"

namespace mppa::mgmt_test {
namespace {

rpc_request* pending;
std::vector<std::string> ran;

/// Methods for the test: "echo" returns its parameter, "later" ends when the test says so, "large" overflows.
void register_methods() {
  static rpc_method methods[] = {
      {.name = "test_echo",
       .run =
           [](rpc_request* request) {
             char text[16] = "-";
             const rpc_param params[] = {{"text", RPC_STRING, false, 0, sizeof text}};
             if (!rpc_decode(request, rpc_params(request), params, 1, text)) return;
             ran.emplace_back(text);
             json_string(rpc_result(request), nullptr, text);
             rpc_done(request);
           },
       .flags = 0,
       .next = nullptr},
      {.name = "test_large",
       .run =
           [](rpc_request* request) {
             json_open_array(rpc_result(request), nullptr);
             for (int i = 0; i < 200'000; ++i) json_u64(rpc_result(request), nullptr, 1);
             rpc_done(request);
           },
       .flags = 0,
       .next = nullptr},
      {.name = "test_later", .run = [](rpc_request* request) { pending = request; }, .flags = 0, .next = nullptr},
      {.name = "test_where",
       .run =
           [](rpc_request* request) {
             char text[16] = "";
             const rpc_param params[] = {{"fail", RPC_STRING, false, 0, sizeof text}};
             if (!rpc_decode(request, rpc_params(request), params, 1, text)) return;
             ran.push_back(std::to_string(cos_cluster_id()));
             if (std::to_string(cos_cluster_id()) == text)
               rpc_errno(request, -ENOSPC);
             else
               rpc_done_true(request);
           },
       .flags = RPC_EVERYWHERE,
       .next = nullptr},
      {.name = "test_where_last",
       .run =
           [](rpc_request* request) {
             ran.push_back(std::to_string(cos_cluster_id()));
             rpc_done_true(request);
           },
       .flags = RPC_OTHERS_FIRST,
       .next = nullptr},
  };
  rpc_register(methods, std::size(methods));
  ran.clear();
}

class Rpc : public RpcTest {
 protected:
  Rpc() : RpcTest(0) { register_methods(); }
  explicit Rpc(std::uint32_t others) : RpcTest(others) { register_methods(); }
};

TEST_F(Rpc, AnswersCarryTheIdAsItCame) {
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":"x\"1","method":"test_echo"})"),
            R"({"jsonrpc":"2.0","id":"x\"1","result":"-"})");
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":-7.5,"method":"test_echo","params":{"text":"hi"}})"),
            R"({"jsonrpc":"2.0","id":-7.5,"result":"hi"})");
  EXPECT_EQ(ask(R"({"method":"test_echo","id":null,"params":[]})"), R"({"jsonrpc":"2.0","id":null,"result":"-"})");
}

TEST_F(Rpc, Errors) {
  const auto answer = [](const std::string& id, int code, const std::string& message) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" + error(code, message) + "}";
  };
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"none"})"), answer("1", -32601, "Method not found"));
  EXPECT_EQ(ask(R"({"jsonrpc":"1.0","id":1,"method":"test_echo"})"), answer("1", -32600, "Invalid request"));
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":7})"), answer("1", -32600, "Invalid request"));
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":{},"method":"test_echo"})"), answer("null", -32600, "Invalid request"));
  EXPECT_EQ(ask("{}"), answer("null", -32600, "Invalid request"));
  EXPECT_EQ(ask("[]"), answer("null", -32600, "Invalid request"));
  EXPECT_EQ(ask("{\"a\" 1}"), answer("null", -32700, "Parse error"));
  EXPECT_EQ(ask("x"), answer("null", -32700, "Parse error"));
}

TEST_F(Rpc, Parameters) {
  EXPECT_EQ(call("test_echo", R"({"txt":1})"), error(-32602, "Invalid parameters: unknown txt"));
  EXPECT_EQ(call("test_echo", R"({"text":1})"), error(-32602, "Invalid parameters: bad value of text"));
  EXPECT_EQ(call("test_echo", R"({"text":"0123456789abcdef"})"),
            error(-32602, "Invalid parameters: bad value of text"));
  EXPECT_EQ(call("test_echo", "[1]"), error(-32602, "Invalid parameters: not an object"));
}

TEST_F(Rpc, NotificationsHaveNoAnswer) {
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","method":"test_echo","params":{"text":"n"}})"), "");
  EXPECT_EQ(ran, (std::vector<std::string>{"n"}));
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","method":"none"})"), "");
}

TEST_F(Rpc, Batches) {
  EXPECT_EQ(ask(R"([{"id":1,"method":"test_echo"},{"method":"test_echo"},7,{"id":2,"method":"none"}])"),
            R"([{"jsonrpc":"2.0","id":1,"result":"-"},)"
            R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}},)"
            R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"Method not found"}}])");
  EXPECT_EQ(ask(R"([{"method":"test_echo"}])"), "");
  std::string many = "[";
  for (int i = 0; i < 500; ++i) many += R"({"method":"test_echo"},)";
  ran.clear();
  EXPECT_EQ(ask(many + R"({"id":9,"method":"test_echo"}])"), R"([{"jsonrpc":"2.0","id":9,"result":"-"}])");
  EXPECT_EQ(ran.size(), 501U);
}

TEST_F(Rpc, ConsecutiveRequestsAreAnsweredInOrder) {
  EXPECT_EQ(
      ask(R"({"id":1,"method":"test_echo"}{"id":2,"method":"test_echo"} [{"id":3,"method":"test_echo"}])"),
      R"({"jsonrpc":"2.0","id":1,"result":"-"}{"jsonrpc":"2.0","id":2,"result":"-"}[{"jsonrpc":"2.0","id":3,"result":"-"}])");
}

TEST_F(Rpc, MethodsMayEndLater) {
  for (const char byte : std::string(R"({"id":1,"method":"test_later"})")) rpc_take(byte);
  EXPECT_TRUE(rpc_busy());
  EXPECT_EQ(answers_, "");
  rpc_done_true(pending);
  EXPECT_FALSE(rpc_busy());
  EXPECT_EQ(answers_, R"({"jsonrpc":"2.0","id":1,"result":true})");
}

TEST_F(Rpc, WhatIsTooLargeIsRefused) {
  const std::string huge =
      R"({"id":1,"method":"test_echo","params":{"text":")" + std::string(RPC_MAX_REQUEST, 'a') + "\"}}";
  EXPECT_EQ(ask(huge), R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Request too large"}})");
  EXPECT_EQ(call("test_echo"), "\"-\"") << "and the next one is understood";
  EXPECT_EQ(call("test_large"), error(-32603, "Response too large"));
  std::string deep = "{\"a\":" + std::string(20, '[');
  EXPECT_NE(ask(deep).find("Parse error"), std::string::npos);
}

TEST_F(Rpc, TheEndOfEachIsTold) {
  ask(R"({"id":1,"method":"test_echo"} [{"method":"test_echo"}] {"method":"none"} {"a" 1})");
  EXPECT_EQ(ends_, "eeee") << "notifications and errors end, too";
  ask("x");
  EXPECT_EQ(ends_, "b");
  ask("{\"a\":" + std::string(16, '['));
  EXPECT_EQ(ends_, "b") << "nested too deeply to find its end";
  EXPECT_EQ(call("test_echo"), "\"-\"");
}

TEST_F(Rpc, RandomInputGetsAnswersAndDoesNoHarm) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces = {"{",
                                           "}",
                                           "[",
                                           "]",
                                           "\"",
                                           ",",
                                           ":",
                                           "\"id\"",
                                           "\"method\"",
                                           "\"params\"",
                                           "1",
                                           "\"test_echo\"",
                                           "{}",
                                           "\"rpc_get_methods\"",
                                           "\"jsonrpc\":\"2.0\"",
                                           "null",
                                           "\\"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned n = random() % 20; n > 0; --n) text += pieces[random() % pieces.size()];
    send(text);
    rpc_stop();
    start(0);
  }
  EXPECT_EQ(call("test_echo"), "\"-\"");
}

TEST_F(Rpc, FrameworkMethods) {
  EXPECT_NE(call("rpc_get_methods").find("\"framework_load_config\""), std::string::npos);
  EXPECT_NE(call("spdk_get_version").find("\"major\":24"), std::string::npos);
  EXPECT_EQ(call("framework_wait_init"), "true");
}

TEST_F(Rpc, ConfigurationCallsMethodsInOrder) {
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":[
      {"subsystem":"a","config":[{"method":"test_echo","params":{"text":"1"}},{"method":"test_echo"}]},
      {"subsystem":"b","config":null},{"subsystem":"c"},
      {"subsystem":"d","config":[{"method":"test_echo","params":{"text":"3"}}]}]})"),
            "true");
  EXPECT_EQ(ran, (std::vector<std::string>{"1", "-", "3"}));
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":[{"config":[{"method":"test_echo"},{"method":"no"}]}]})"),
            error(-32601, "Call 2, no: Method not found"));
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":[{"config":[{"method":"test_echo","params":{"x":1}}]}]})"),
            error(-32602, "Call 1, test_echo: Invalid parameters: unknown x"));
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":7})"),
            error(-32602, "Invalid parameters: subsystems is not a list"));
  // Configurations do not nest.
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":[{"config":[{"method":"framework_load_config"}]}]})"),
            error(-32601, "Call 1, framework_load_config: Method not found"));
}

// --- Several clusters
// -------------------------------------------------------------------------------------------------

class Clusters : public Rpc {
 protected:
  Clusters() : Rpc(0b10110) {}
};

TEST_F(Clusters, MethodsAreExecutedEverywhereHereFirst) {
  EXPECT_EQ(call("test_where"), "true");
  EXPECT_EQ(ran, (std::vector<std::string>{"0", "1", "2", "4"}));
  ran.clear();
  EXPECT_EQ(call("test_echo"), "\"-\"") << "queries are not";
  EXPECT_EQ(ran.size(), 1U);
}

TEST_F(Clusters, OrHereLast) {
  EXPECT_EQ(call("test_where_last"), "true");
  EXPECT_EQ(ran, (std::vector<std::string>{"1", "2", "4", "0"}));
}

TEST_F(Clusters, AFailureElsewhereIsAFailure) {
  EXPECT_EQ(call("test_where", R"({"fail":"4"})"), error(-ENOSPC, "Cluster 4: No space left on device"));
  ran.clear();
  EXPECT_EQ(call("test_where", R"({"fail":"0"})"), error(-ENOSPC, "No space left on device"));
  EXPECT_EQ(ran, (std::vector<std::string>{"0"})) << "the others are not asked";
}

TEST_F(Clusters, ConfigurationsToo) {
  EXPECT_EQ(call("framework_load_config",
                 R"({"subsystems":[{"config":[{"method":"test_where"},{"method":"test_where_last"}]}]})"),
            "true");
  EXPECT_EQ(ran, (std::vector<std::string>{"0", "1", "2", "4", "1", "2", "4", "0"}));
}

}  // namespace
}  // namespace mppa::mgmt_test
