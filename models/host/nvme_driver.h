// A behavioural NVMe driver: brings a controller up, one queue pair per core, submits, completes by MSI-X or polling,
// survives drives that hang or disappear. No processor is modelled; what the software costs is a parameter.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/host/controller_driver.h"
#include "models/host/device_port.h"
#include "models/host/host_memory.h"
#include "models/ssd/nvme/spec.h"

namespace mppa::host {

/// Times in picoseconds. The costs are those of a polled user-space driver; a kernel with interrupts needs about ten
/// times as much (choice of the model).
struct NvmeDriverParams {
  unsigned queues = 4;                       ///< pairs of I/O queues = cores
  u32 queue_entries = 1024;                  ///< 2 .. what the controller offers
  bool polling = true;                       ///< else MSI-X
  u64 submit_cost = 100'000;                 ///< of one command on its core
  u64 complete_cost = 100'000;               ///< of one completion on its core
  u64 poll_interval = 100'000;               ///< between looks at a completion queue
  u64 interrupt_latency = 2'000'000;         ///< from the message to the handler
  unsigned doorbell_batch = 32;              ///< commands submitted at the same time that share a doorbell write
  u64 command_timeout = 10'000'000'000'000;  ///< 10 s; 0: never
  u64 max_transfer = 512 * 1024;             ///< bytes of the largest I/O, at most the controller's
};

/// An I/O ends after the timeout if the drive hangs.
class NvmeDriver : public ControllerDriver {
 public:
  NvmeDriver(std::string name, Timeline& time, DevicePort& device, HostMemory& memory, const NvmeDriverParams& params);
  ~NvmeDriver() override;

  void start(std::function<void(const std::string& error)> ready) override;
  unsigned queues() const override { return static_cast<unsigned>(queues_.size()); }
  bool has_room(unsigned queue) const override;
  void submit(unsigned queue, u32 nsid, const Io& io, u64 buffer, Done done) override;

  void write_stats(StatWriter& out) const override;

 private:
  struct Queue;
  class StartUp;

  u64 build_prps(Queue& queue, unsigned slot, u64 buffer, u64 bytes);
  void ring(Queue& queue);
  void schedule_poll(Queue& queue);
  void look(Queue& queue);
  void finish(Queue& queue, u16 slot, u16 status, u32 dw0 = 0);
  void admin(ssd::nvme::Sqe sqe, std::function<void(u16 status, u32 dw0)> done);
  u16 push(Queue& queue, ssd::nvme::Sqe sqe, Done done);
  void watch(Queue& queue, u16 slot, u64 number);
  /// Fails everything under way; nothing is submitted any more.
  void lose(const std::string& why);
  void setup_interrupts();

  DevicePort& device_;
  HostMemory& memory_;
  NvmeDriverParams params_;
  std::unique_ptr<Queue> admin_;
  std::vector<std::unique_ptr<Queue>> queues_;
  std::unique_ptr<StartUp> start_up_;
  bool lost_ = false;
  std::string lost_because_;
  u64 doorbells_ = 0, interrupts_ = 0;
};

}  // namespace mppa::host
