// One life of a controller as a host has it: an admin queue and I/O queues, from Connect to the loss of any of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/host/block_driver.h"
#include "models/host/nvme_tcp/admin.h"

namespace mppa::host::nvme_tcp {

/// Times in picoseconds, sizes in bytes.
struct ConnectParams {
  unsigned queues = 4;           ///< I/O queues, a TCP connection each
  unsigned queue_entries = 128;  ///< as Linux; commands under way on a queue, plus one
  bool header_digest = false;
  bool data_digest = false;
  u64 in_capsule_data = 8192;                ///< largest data that go with their command, at most the controller's
  u64 max_transfer = 1 << 20;                ///< of one command, at most the controller's
  u64 keep_alive = 5'000'000'000'000;        ///< 5 s as Linux; 0: none
  u64 command_timeout = 30'000'000'000'000;  ///< 30 s as Linux; 0: never
};

class Association : public std::enable_shared_from_this<Association> {
 public:
  Association(tcp::Stack& stack, Timeline& time, const HostIdentity& host, const Target& target,
              const ConnectParams& params);

  /// `lost`: once, before or after `ready`. Destroy the object later than in these calls.
  void open(std::function<void()> ready, Admin::Failed lost);

  const std::vector<NamespaceInfo>& namespaces() const { return namespaces_; }
  u64 max_transfer() const { return max_transfer_; }
  Queue& io(unsigned queue) { return *io_[queue]; }
  u64 timeouts() const { return timeouts_; }
  u64 events() const { return events_; }

 private:
  void lose(const std::string& why);
  void identify_controller();
  void list_namespaces();
  void identify_namespace(std::size_t index);
  void request_queues();
  void open_queue(unsigned index);
  void finish();
  void await_event();
  void keep_alive();
  void watch();
  void after(u64 delay, void (Association::*step)());

  tcp::Stack& stack_;
  Timeline& time_;
  HostIdentity host_;
  Target target_;
  ConnectParams params_;
  Admin admin_;
  std::vector<std::unique_ptr<Queue>> io_;
  std::function<void()> ready_;
  Admin::Failed lost_;
  std::vector<u32> ids_;
  std::vector<NamespaceInfo> namespaces_;
  u64 max_transfer_ = 0, capsule_data_ = 0;
  bool keep_alive_pending_ = false;
  u64 timeouts_ = 0, events_ = 0;
};

}  // namespace mppa::host::nvme_tcp
