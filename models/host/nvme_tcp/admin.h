// The admin queue of a controller or discovery controller: from the connection to the enabled controller, then single
// commands. What fails ends it with a sentence that says what.
#pragma once

#include <array>
#include <string>

#include "models/host/nvme_tcp/queue.h"

namespace mppa::host::nvme_tcp {

/// Who a host is to controllers.
struct HostIdentity {
  std::string nqn;
  std::array<u8, 16> id{};
};

/// Where a subsystem is.
struct Target {
  u32 address = 0;  ///< IPv4, host order
  u16 port = 4420;
  std::string nqn;
};

class Admin {
 public:
  using Failed = std::function<void(const std::string& why)>;
  using Then = std::function<void(const Cqe& completion)>;

  Admin(tcp::Stack& stack, Timeline& time, const HostIdentity& host, const Target& target, const QueueParams& params);

  /// Connects with keep-alive timeout `kato_ms` and enables the controller; then `ready`. `failed`: once, at any time.
  void open(u32 kato_ms, std::function<void()> ready, Failed failed);
  void close() { queue_.close(); }

  /// A command that must succeed.
  void run(Command command, const char* what, Then then);
  /// A command that may fail.
  void submit(Command command) { queue_.submit(std::move(command)); }
  /// Identify with data structure `cns` of 4096 bytes into page().
  void identify(u32 cns, u32 nsid, const char* what, std::function<void()> then);
  std::span<const u8> page() const { return *page_; }

  u16 controller() const { return controller_; }
  unsigned max_queue_entries() const { return static_cast<unsigned>(capabilities_ & 0xFFFF) + 1; }
  Queue& queue() { return queue_; }
  void fail(const std::string& why);

  /// Connect of queue `qid`; `controller`: kAnyController for an admin queue.
  static Command connect_command(const HostIdentity& host, const std::string& nqn, u16 qid, unsigned entries,
                                 u16 controller, u32 kato_ms);

 private:
  static Command property_get(u32 offset, bool is_wide);
  static Command property_set(u32 offset, u64 value);
  void enable();
  void wait_ready();

  Timeline& time_;
  HostIdentity host_;
  Target target_;
  QueueParams params_;
  Queue queue_;
  std::function<void()> ready_;
  Failed failed_;
  u16 controller_ = 0;
  u64 capabilities_ = 0;
  u64 deadline_ = 0;
  std::shared_ptr<std::vector<u8>> page_ = std::make_shared<std::vector<u8>>(4096);
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< for actions of the timeline
};

}  // namespace mppa::host::nvme_tcp
