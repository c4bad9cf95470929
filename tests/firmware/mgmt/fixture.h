// The server with the test as its peer.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/firmware/native/native.h"

extern "C" {
#include "cos/cpu.h"
#include "mgmt/rpc.h"
}

namespace mppa::mgmt_test {

class RpcTest : public ::testing::Test {
 protected:
  explicit RpcTest(std::uint32_t others) {
    cos_native::reset(2);
    start(others);
  }
  /// Of those that set up the native cores themselves; they call start().
  RpcTest() = default;
  ~RpcTest() override { rpc_stop(); }

  void start(std::uint32_t others) {
    const rpc_config config{.cluster = 0, .control_cluster = 0, .others = others};
    EXPECT_EQ(rpc_start(&config), 0);
    rpc_set_peer([](const char* text, std::uint32_t length,
                    void* arg) { static_cast<RpcTest*>(arg)->answers_.append(text, length); },
                 [](bool bad, void* arg) { static_cast<RpcTest*>(arg)->ends_ += bad ? 'b' : 'e'; }, this);
  }
  /// Time passes until `done`; false: it has not come.
  virtual bool pass(const std::function<bool()>& done) { return cos_native::run_until(done, 10'000); }

  /// Sends bytes as the channel does: not while a request is executed.
  void send(const std::string& text) {
    for (const char byte : text) {
      ASSERT_TRUE(pass([] { return !rpc_busy(); })) << "no answer";
      rpc_take(byte);
    }
    EXPECT_TRUE(pass([] { return !rpc_busy(); })) << "no answer";
  }
  /// What is answered to it.
  std::string ask(const std::string& text) {
    answers_.clear();
    ends_.clear();
    send(text);
    return answers_;
  }
  /// The result of a call, or its error object, as text.
  std::string call(const std::string& method, const std::string& params = "{}") {
    const std::string answer = ask(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    const std::string head = R"({"jsonrpc":"2.0","id":1,)";
    EXPECT_EQ(answer.substr(0, head.size()), head);
    const std::string rest = answer.substr(head.size());
    const std::size_t value = rest.find(':') + 1;
    EXPECT_TRUE(rest.starts_with("\"result\":") || rest.starts_with("\"error\":")) << answer;
    return rest.substr(value, rest.size() - value - 1);
  }

  std::string answers_, ends_;  ///< an 'e' each that has been executed, a 'b' for what is no request
};

inline std::string error(int code, const std::string& message) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":")" + message + R"("})";
}

}  // namespace mppa::mgmt_test
