// Asks a discovery controller which subsystems there are.
#pragma once

#include <memory>

#include "models/host/nvme_tcp/admin.h"

namespace mppa::host::nvme_tcp {

class Discovery {
 public:
  /// `target.nqn` is not used.
  Discovery(tcp::Stack& stack, Timeline& time, const HostIdentity& host, Target target, const QueueParams& params);

  /// `found`: the NVM subsystems reachable by TCP over IPv4, in the order of the log page. One of the two, once.
  void run(std::function<void(std::vector<Target>)> found, Admin::Failed failed);

 private:
  void read(u64 offset, u32 bytes, std::function<void()> then);
  void read_entry();
  void take_entry();

  Admin admin_;
  std::function<void(std::vector<Target>)> found_;
  std::shared_ptr<std::vector<u8>> data_ = std::make_shared<std::vector<u8>>();
  u64 records_ = 0, next_ = 0;
  std::vector<Target> targets_;
};

}  // namespace mppa::host::nvme_tcp
