// One TX thread: takes jobs from its queues and runs their microcode, one bundle a cycle.
//
// Data movement. Consecutive sends whose source and destination continue each other are gathered into a burst of up to
// 256 bytes (a NoC packet's payload, in NoC mode), which is read and written as a whole when it is closed: by a send
// that does not fit, a flush, a fence, a notification or the end of the job. The bundles' cycles, the ports' 16 bytes a
// cycle, the reads in flight and the memory's answers give the time. A one-bundle copy loop therefore runs in batches
// up to the end of its burst with the same effect and time as bundle by bundle.
//
// The thread runs ahead of the kernel by at most DmaParams::ahead_cycles; completions happen at their time.
#pragma once

#include <array>
#include <deque>
#include <systemc>

#include "models/cluster/dma/tx/completion_queues.h"
#include "models/cluster/dma/tx/job_queues.h"
#include "models/cluster/dma/tx/tables.h"
#include "models/noc/rdma/interfaces.h"

namespace mppa::cluster::dma {

/// Bits of TX_THREAD.ERROR.
enum class TxError : u8 {
  kProgramPermission = 0,
  kReadAddress = 1,
  kWriteAddress = 3,
  kRoutePermission = 5,
  kCompletionPermission = 6,
  kBundle = 9,
  kRxJobQueue = 10,
  kAtomicAdd = 11,
};

/// What the four threads share.
struct TxShared {
  Services& services;
  JobQueues& queues;
  CompletionQueues& completions;
  Tables& tables;
  BandwidthServer read_port, write_port;  ///< in cycles
  noc::InjectIf* noc = nullptr;           ///< null: not attached
  /// Pushes a buffer into an RX job queue; false if that is not possible.
  std::function<bool(unsigned queue, u64 base, u64 size, u64 at)> push_rx_job;
};

struct TxThreadStats {
  u64 jobs = 0, failed = 0, bundles = 0, read_bytes = 0, written_bytes = 0, packets = 0, payload_bytes = 0;
  u64 busy_cycles = 0;  ///< from a job's first bundle to its last
};

class Thread {
 public:
  Thread(unsigned id, TxShared& shared) : id_(id), x_(shared) {}

  sc_core::sc_event wake;
  /// Runs as far as possible; the owner calls it on `wake` and when the NoC has space.
  void run();
  /// A job launched by register; its errors are charged to the thread.
  void launch(const mppa_dma_tx_job& job, u16 asn, u64 at);
  void wake_at(u64 ps);
  /// Forgets its job and everything that is on its way.
  void reset();
  /// Called for every error of a job; `queue`: -1 if launched by register.
  std::function<void(TxError error, int queue, u64 at)> on_error;

  const TxThreadStats& stats() const { return stats_; }
  u64 outstanding(u64 at) const;
  bool idle() const { return !loaded_ && !active_ && held_.empty() && events_.empty(); }

 private:
  struct Job {
    mppa_dma_tx_job descriptor{};
    u16 asn = 0;
    int queue = -1;
    Tables::Program program;
    Tables::Route route;
    unsigned completion_queue() const { return descriptor.control & 63; }
  };
  struct Event {
    u64 at;
    bool end;       ///< end of the job, else its completion
    bool reserved;  ///< end: the completion queue still holds a place
    Job job;
  };
  struct Gather {
    u64 source = 0, target = 0;
    u32 bytes = 0;
    u64 cycle = 0;  ///< of its first send
  };

  bool load_job();
  bool begin_job();
  void execute();
  bool step();
  bool batch(u64 word);
  void send(u64 word);
  void send_register(u64 word);
  bool prepare(unsigned bytes, unsigned type);
  void store(const void* data, unsigned bytes, u64 at);
  void add_atomic(u64 operand, unsigned bytes, u64 at);
  void resolve();
  bool read(u64 source, void* data, unsigned bytes, u64 cycle, u64& done);
  void open_packet(unsigned type);
  void mark(unsigned bytes);
  void close_packet(bool eot);
  bool inject_held();
  void notify();
  void finish();
  void finish_due(u64 now);
  void fail(TxError error);
  u64 operand(u64 word) const;
  u64 cycle_ps() const { return x_.services.clock.ps_of(cycle_); }
  u64 to_cycle(u64 ps) const { return x_.services.clock.cycles_from(ps); }

  unsigned id_;
  TxShared& x_;
  TxThreadStats stats_;
  u64 cycle_ = 0;
  u64 begun_ = 0;  ///< cycle of the job's first bundle
  Job job_;
  bool loaded_ = false, active_ = false, notified_ = false, looked_ = false;
  bool manual_ = false;
  Job manual_job_;

  // Microcode state, cleared at job start.
  unsigned pc_ = 0;
  std::array<u32, 4> counter_{};
  u64 rptr_ = 0, wptr_ = 0;
  u16 strobe_ = 0xFFFF;

  Gather gather_;
  std::array<u8, noc::kMaxPayload> buffer_{};
  noc::PacketPtr packet_;
  std::deque<noc::PacketPtr> held_;  ///< closed, not yet taken by the NoC
  std::deque<u64> held_at_;
  std::deque<std::pair<u64, u64>> reads_;  ///< (done, bytes) in flight
  u64 reads_bytes_ = 0;
  u64 data_done_ = 0;   ///< when the packet's data has been read
  u64 write_done_ = 0;  ///< acknowledgement of the last write or injection
  std::deque<Event> events_;
};

}  // namespace mppa::cluster::dma
