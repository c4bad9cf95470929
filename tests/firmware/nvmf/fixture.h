// A target with a fabrics transport that is in the test's hands: queue pairs on any core, commands, their completions.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/firmware/bdev/fixture.h"

extern "C" {
#include "nvmf/target.h"
}

namespace mppa::nvmf_test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr const char* kNqn = "nqn.2014-08.com.kalray:disk";
inline constexpr const char* kHost = "nqn.2014-08.org.nvmexpress:uuid:host";

/// A status field as in the specification, without phase: type, code, Do Not Retry.
constexpr std::uint16_t status(unsigned sct, unsigned sc, bool dnr = true) {
  return static_cast<std::uint16_t>(sct << 8 | sc | (dnr ? NVME_STATUS_DNR : 0));
}
constexpr std::uint16_t generic(unsigned sc) { return status(NVME_SCT_GENERIC, sc); }
constexpr std::uint16_t specific(unsigned sc) { return status(NVME_SCT_SPECIFIC, sc); }

/// A command on its way, with its data.
struct Command {
  nvmf_request request{};
  nvme_command sqe{};
  Bytes data;
  std::vector<bdev_segment> segments;
  bool done = false;
  unsigned core = 0;

  std::uint16_t status() const { return NVME_CPL_STATUS(&request.cpl); }
};

/// A queue pair of a host: the transport's side of it. The test takes completions from the commands.
class Queue {
 public:
  Queue(nvmf_target* target, nvmf_transport* transport, unsigned core);
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { EXPECT_TRUE(closed || !opened_) << "queue pair is left open"; }

  /// Hands a command in; the answer is the command's.
  Command& submit(const nvme_command& sqe, Bytes data = {});
  /// Hands it in and waits for its completion.
  Command& run(const nvme_command& sqe, Bytes data = {});
  /// The connection ends; waits until the library lets go.
  void close();
  /// Starts to close.
  void start_close();

  static Queue& of(nvmf_qpair* qpair) { return *reinterpret_cast<Queue*>(qpair); }

  nvmf_qpair qpair{};  // first: found from it
  std::deque<Command> commands;
  unsigned core;
  bool closed = false;
  /// Whether the transport ends the connection when the library asks for it.
  bool obedient = true;
  unsigned disconnects = 0;

 private:
  bool opened_ = true;
};

/// Fields of a Connect.
struct ConnectOptions {
  std::uint16_t qid = 0, cntlid = NVMF_CNTLID_DYNAMIC, sqsize = 15, recfmt = 0;
  std::uint8_t cattr = 0, hostid = 0x11;
  std::uint32_t kato = 0;
  std::string subnqn = kNqn, hostnqn = kHost;
};
nvme_command connect_command(const ConnectOptions& options);
Bytes connect_data(const ConnectOptions& options);
nvme_command property_set(std::uint32_t offset, std::uint64_t value, unsigned attrib = 0);
nvme_command property_get(std::uint32_t offset, unsigned attrib = 0);
nvme_command command(std::uint8_t opcode, std::uint32_t nsid = 0, std::uint32_t cdw10 = 0, std::uint32_t cdw11 = 0);
nvme_command rw(std::uint8_t opcode, std::uint64_t lba, std::uint32_t blocks, std::uint32_t nsid = 1);
nvme_command get_log(std::uint8_t lid, std::uint32_t bytes, std::uint64_t offset = 0, std::uint32_t nsid = 0);

/// Options of a namespace: number and ANA group, 0 = chosen by the target.
inline nvmf_ns_options namespace_at(std::uint32_t nsid, std::uint32_t ana_group = 0) {
  nvmf_ns_options options{};
  options.nsid = nsid;
  options.ana_group = ana_group;
  return options;
}

/// A target with a created transport, a malloc bdev of 1024 blocks of 512 bytes and a subsystem with it as namespace 1.
class TargetTest : public ::testing::Test {
 protected:
  TargetTest();
  ~TargetTest() override;

  Queue& queue(unsigned core = 0);
  /// Connects an admin queue and enables the controller.
  Queue& connect_admin(const ConnectOptions& options = {}, unsigned core = 0);
  Queue& connect_io(const Queue& admin, std::uint16_t qid = 1, unsigned core = 1);
  void close_all();
  void remove_subsystem();

  static nvmf_address address(const char* port = "4420");

  nvmf_target* target_ = nullptr;
  nvmf_transport transport_{};
  nvmf_subsystem* subsystem_ = nullptr;
  std::deque<std::unique_ptr<Queue>> queues_;
  std::size_t blocks_before_ = 0;
};

/// Completes the oldest I/O of a bdev, which was submitted by `core`.
inline void finish(bdev_test::ManualBdev& bdev, unsigned core, std::uint16_t status = 0) {
  cos_native::on(core, [&] { bdev.complete(0, status); });
}

/// Value of little endian bytes.
template <class T>
T at(const Bytes& data, std::size_t offset) {
  T value;
  std::memcpy(&value, data.data() + offset, sizeof value);
  return value;
}

}  // namespace mppa::nvmf_test
