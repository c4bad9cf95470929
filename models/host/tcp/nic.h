// An Ethernet port of one or more simulated hosts: a MAC and their stacks. Several hosts behind one port share its line
// in turn, as behind a switch that never is the bottleneck.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/eth/mac.h"
#include "models/host/tcp/stack.h"

namespace mppa::host::tcp {

class Nic : private eth::MacClientIf {
 public:
  /// Bind mac.wire to a link, and the link to mac.
  eth::Mac mac;

  Nic(const std::string& name, Timeline& time, u64 bits_per_second, const std::vector<StackParams>& hosts);

  /// After elaboration: brings the line up.
  void start();
  std::size_t hosts() const { return stacks_.size(); }
  Stack& stack(std::size_t host) { return *stacks_[host]; }

 private:
  eth::FramePtr next_frame() override;
  void received(eth::FramePtr frame, bool fcs_error) override;

  u64 bits_per_second_;
  unsigned mtu_ = 0;  ///< the largest of the hosts
  std::vector<std::unique_ptr<Stack>> stacks_;
  std::size_t turn_ = 0;
};

}  // namespace mppa::host::tcp
