// A controller reached by NVMe over TCP, as the jobs of a host see it: connects until it is there, survives the loss of
// its connections if it may, and submits I/O. No processor is modelled; what the software costs is a parameter, nothing
// by default.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/host/controller_driver.h"
#include "models/host/host_memory.h"
#include "models/host/nvme_tcp/association.h"

namespace mppa::host::nvme_tcp {

/// Times in picoseconds.
struct ControllerParams {
  ConnectParams connect;
  u64 connect_timeout = 10'000'000'000'000;  ///< 10 s: for how long attempts to connect are repeated
  u64 retry_delay = 1'000'000'000;           ///< 1 ms between attempts
  bool reconnect = false;                    ///< after a loss, for up to connect_timeout; I/O waits
  u64 submit_cost = 0;                       ///< of one command on its queue's core
  u64 complete_cost = 0;                     ///< of one completion on its queue's core
};

class Controller : public ControllerDriver {
 public:
  Controller(std::string name, Timeline& time, tcp::Stack& stack, HostMemory& memory, const HostIdentity& host,
             const Target& target, const ControllerParams& params);

  void start(std::function<void(const std::string& error)> ready) override;
  unsigned queues() const override { return static_cast<unsigned>(queues_.size()); }
  bool has_room(unsigned queue) const override;
  void submit(unsigned queue, u32 nsid, const Io& io, u64 buffer, Done done) override;

  void write_stats(StatWriter& out) const override;

 private:
  struct IoQueue {
    std::deque<Command> waiting;  ///< for a connection
    BandwidthServer core;
  };

  void limit_attempts();
  void attempt();
  void connected();
  void lost(const std::string& why);
  void retire();
  void give_up(const std::string& why);
  void push(unsigned queue, Command command);
  void finish(unsigned queue, u16 status, const Done& done);

  tcp::Stack& stack_;
  HostMemory& memory_;
  HostIdentity host_;
  Target target_;
  ControllerParams params_;
  std::function<void(const std::string&)> ready_;
  std::shared_ptr<Association> association_;
  bool is_connected_ = false, is_lost_ = false;
  std::string last_error_ = "no answer from the target";
  u64 deadline_ = 0;
  std::vector<IoQueue> queues_;
  u64 attempts_ = 0, losses_ = 0, events_ = 0;
  QueueCounters counters_;  ///< of associations that are gone
};

}  // namespace mppa::host::nvme_tcp
