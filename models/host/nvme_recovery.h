// Internal to NvmeDriver: what it does about commands that are not answered, and about drives that disappear.
//
// A command that is late is aborted; if it is late again, or the controller says that it has failed, the controller is
// reset and everything that was under way is sent again. A drive that no reset brings back is given up.
#pragma once

#include <string>

#include "models/host/nvme_queue.h"

namespace mppa::host {

class NvmeDriver::Recovery {
 public:
  explicit Recovery(NvmeDriver& driver) : driver_(driver) {}

  /// Begins to wait for the answer to the slot's present attempt.
  void watch(Queue& queue, u16 slot);
  /// The drive has answered an I/O command: it is alive.
  void answered() { resets_in_vain_ = 0; }
  /// Counts another attempt of a command; false if there have been enough.
  bool count_retry(Queue::Entry& entry);
  /// The device has written bad data: whose buffer that was has not got what it has read.
  void poisoned(u64 address, u64 bytes);
  void removed();
  void returned();
  void write_stats(StatWriter& out) const;

 private:
  void timed_out(Queue& queue, u16 slot);
  void abort(Queue& queue, u16 slot);
  void reset(const std::string& why);
  /// The controller has forgotten its queues.
  void stop_queues();
  void bring_up(const std::string& why);
  void resend();

  NvmeDriver& driver_;
  bool is_absent_ = false;
  unsigned resets_in_vain_ = 0;
  u64 absences_ = 0;
  u64 aborts_ = 0, resets_ = 0, retries_ = 0;
};

}  // namespace mppa::host
