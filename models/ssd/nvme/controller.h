// An NVMe 1.4 controller behind one PCIe function: registers, queues, arbitration, interrupts. What the commands mean
// is in AdminCommands and IoCommands.
//
// Time: a doorbell starts the fetch of submission queue entries (one request in flight per queue, up to a burst); each
// command occupies the command processors (FrontEndParams) and is then executed; a completion is a posted write of the
// entry and, unless coalesced, of the MSI-X message behind it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/ssd/host_port.h"
#include "models/ssd/nvme/features.h"
#include "models/ssd/nvme/msix.h"
#include "models/ssd/nvme/queues.h"
#include "models/ssd/nvme/subsystem.h"

namespace mppa::ssd::nvme {

class AdminCommands;
class IoCommands;
class AsyncEvents;
class LogPages;

/// BAR 0: 16 KiB; registers and doorbells, MSI-X table, pending bits.
inline constexpr u64 kBarBytes = 0x4000, kMsixTable = 0x2000, kMsixPending = 0x3000;

class Controller : public HostFunction, public StatProvider {
 public:
  /// `id`: controller identifier, 0 .. 65534. The host port is connected later: connect().
  Controller(Subsystem& subsystem, u16 id);
  ~Controller() override;
  void connect(HostPort& host) { host_ = &host; }

  // HostFunction
  void bar_read(u64 offset, std::span<u8> into) override;
  void bar_write(u64 offset, std::span<const u8> data) override;
  void set_bus_master(bool enabled) override { bus_master_ = enabled; }
  void set_msix(bool enabled, bool function_mask) override { msix_.control(enabled, function_mask); }
  void function_reset() override;
  void link_down() override;
  void link_up() override {}

  unsigned msix_vectors() const { return msix_.vectors(); }
  // Faults on demand.
  /// The firmware has hung: registers and doorbells are accepted, nothing is executed, not even a reset. Afterwards the
  /// drive goes on with what has waited.
  void set_hung(bool hung);
  /// The next `commands` I/O commands are lost: they end by abort, queue deletion or reset only.
  void swallow(u64 commands) { to_swallow_ += commands; }
  /// Calls `action` when the next `commands` I/O commands have been fetched.
  void after_commands(u64 commands, std::function<void()> action);
  void write_stats(StatWriter& out) const override;

  // For the command sets.
  u16 id() const { return id_; }
  Subsystem& subsystem() { return subsystem_; }
  Timeline& time() { return subsystem_.time(); }
  const ControllerParams& params() const { return subsystem_.params().controller; }
  Features& features() { return features_; }
  AsyncEvents& events() { return *events_; }
  LogPages& logs() { return *logs_; }
  u64 page_bytes() const { return u64{4096} << (cc_ >> 7 & 0xF); }
  /// Picoseconds during which the command processors have worked.
  u64 busy_time() const { return processors_.busy_ticks(); }
  /// The I/O command sets enabled by CC.CSS include zoned namespaces.
  bool zoned_enabled() const { return (cc_ >> 4 & 7) == 6; }

  /// Ends a command; does nothing if it is over already.
  void complete(const CommandPtr& command, Status status, u32 dw0 = 0, u32 dw1 = 0);
  /// Resolves the command's data pointer to `bytes` in command->segments; completes the command on an error, else calls
  /// `then`, unless the command is over meanwhile.
  void resolve(const CommandPtr& command, u64 bytes, Direction direction, std::function<void()> then);
  /// resolve(), then reads the data from the host into command->data.
  void fetch_data(const CommandPtr& command, u64 bytes, std::function<void()> then);
  /// Writes command->data to command->segments and then calls `then`.
  void send_data(const CommandPtr& command, std::function<void()> then);
  /// resolve(), send_data() and completion, for what admin commands return; cut to `bytes`.
  void return_page(const CommandPtr& command, std::vector<u8> data, u64 bytes);

  SubmissionQueue* find_sq(u16 id);
  CompletionQueue* find_cq(u16 id);
  void create_sq(u16 id, SubmissionQueue queue);
  void create_cq(u16 id, CompletionQueue queue);
  /// Commands of the queue that are in flight complete with Aborted due to SQ Deletion.
  void delete_sq(u16 id);
  void delete_cq(u16 id) { cqs_.erase(id); }
  /// Aborts a command that is in flight; false if there is none with this identifier.
  bool abort(u16 queue, u16 cid);
  /// Aborts all I/O commands on a namespace.
  void abort_namespace(u32 nsid);

 private:
  u32 read_register(u64 offset);
  void write_register(u64 offset, u32 value);
  void write_cc(u32 value);
  void apply_cc(u32 old);
  bool check_enable() const;
  void enable();
  void disable();
  void shut_down();
  void reset();
  void ring_sq(u16 id, u32 tail);
  void ring_cq(u16 id, u32 head);

  void fetch();
  bool pick_queue(u16& id);
  bool pick_from(unsigned priority_class, u16& id);
  bool has_waiting(unsigned priority_class) const;
  bool can_fetch(const SubmissionQueue& queue) const;
  void fetch_from(u16 id);
  void fetched(u16 id, std::span<const u8> entries);
  void start(const CommandPtr& command);
  void execute(const CommandPtr& command);
  void fail_fatally();

  void post(u16 id, CompletionQueue& queue, Cqe entry);
  void interrupt(const CompletionQueue& queue);
  void send_interrupt(unsigned vector);
  /// Runs `action` later unless the controller has been reset by then.
  void later(u64 when, std::function<void()> action);

  /// Interrupts held back by coalescing.
  struct Coalesced {
    unsigned events = 0;
    u64 timer = 0;  ///< number of the running timer
  };

  Subsystem& subsystem_;
  u16 id_;
  HostPort* host_ = nullptr;
  Features features_;
  MsixTable msix_;
  std::unique_ptr<AsyncEvents> events_;
  std::unique_ptr<LogPages> logs_;
  std::unique_ptr<AdminCommands> admin_;
  std::unique_ptr<IoCommands> io_;

  u32 cc_ = 0, csts_ = 0, aqa_ = 0, interrupt_mask_ = 0;
  u64 asq_ = 0, acq_ = 0;
  bool bus_master_ = false;
  bool hung_ = false;
  u64 to_swallow_ = 0;
  u64 life_ = 0;  ///< counts resets; callbacks of an earlier life do nothing

  std::map<u16, SubmissionQueue> sqs_;
  std::map<u16, CompletionQueue> cqs_;
  std::vector<Coalesced> coalesced_;
  std::vector<std::function<void()>> hung_work_;              ///< what waits for the end of the hang
  std::multimap<u64, std::function<void()>> command_alarms_;  ///< by the number of I/O commands
  // Arbitration: the queue served last per class and what the weighted classes may still send in this round.
  u16 last_served_[5] = {};
  u32 credits_[3] = {};
  unsigned fetches_ = 0;
  u64 commands_in_flight_ = 0;
  u64 queue_serials_ = 0;

  BandwidthServer processors_, read_path_, write_path_;
  u64 commands_ = 0, io_commands_ = 0, errors_ = 0, interrupts_ = 0;
};

}  // namespace mppa::ssd::nvme
