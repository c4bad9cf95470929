// A behavioural NVMe driver: brings a controller up, one queue pair per core, submits, completes by MSI-X or polling,
// aborts and resets what does not answer, tries again what failed for a while. No processor is modelled; what the
// software costs is a parameter.
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
  u64 command_timeout = 10'000'000'000'000;  ///< 10 s until an Abort, the same again until a reset; 0: never
  unsigned retries = 5;                      ///< of a command whose status allows it, or that a reset has ended
  u64 removal_wait = 0;                      ///< how long I/Os wait for a removed drive to return; 0: they fail at once
  u64 max_transfer = 512 * 1024;             ///< bytes of the largest I/O, at most the controller's
};

/// An I/O that the drive does not answer ends after timeout, abort, reset and retries.
class NvmeDriver : public ControllerDriver {
 public:
  NvmeDriver(std::string name, Timeline& time, DevicePort& device, HostMemory& memory, const NvmeDriverParams& params);
  ~NvmeDriver() override;

  void start(std::function<void(const std::string& error)> ready) override;

  unsigned queues() const override { return static_cast<unsigned>(queues_.size()); }
  bool has_room(unsigned queue) const override;
  void submit(unsigned queue, u32 nsid, const Io& io, u64 buffer, Done done) override;

  /// Why the drive has been given up; empty: it has not.
  const std::string& lost_because() const { return lost_because_; }
  void write_stats(StatWriter& out) const override;

 private:
  struct Queue;
  class StartUp;
  class Recovery;

  u64 build_prps(Queue& queue, unsigned slot, u64 buffer, u64 bytes);
  void ring(Queue& queue);
  void schedule_poll(Queue& queue);
  void look(Queue& queue);
  void finish(Queue& queue, u16 slot, u16 status_field, u32 dw0);
  void end(Queue& queue, u16 slot, u16 status);
  /// False, and nothing else, if the admin queue is full.
  bool admin(const ssd::nvme::Sqe& sqe, std::function<void(u16 status, u32 dw0)> done);
  void push(Queue& queue, const ssd::nvme::Sqe& sqe, u64 buffer_bytes, Done done);
  /// Puts the command of a slot into the submission queue: its first attempt or a further one.
  void send(Queue& queue, u16 slot);
  /// Fails everything under way; nothing is submitted any more.
  void lose(const std::string& why);
  void setup_interrupts();

  DevicePort& device_;
  HostMemory& memory_;
  NvmeDriverParams params_;
  std::unique_ptr<Queue> admin_;
  std::vector<std::unique_ptr<Queue>> queues_;
  std::unique_ptr<StartUp> start_up_;
  std::unique_ptr<Recovery> recovery_;
  std::function<void(const std::string&)> ready_;
  bool lost_ = false;
  std::string lost_because_;
  u64 doorbells_ = 0, interrupts_ = 0;
};

}  // namespace mppa::host
