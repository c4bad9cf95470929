// Submission and completion queues as the controller keeps them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "models/ssd/nvme/data_pointer.h"
#include "models/ssd/nvme/spec.h"

namespace mppa::ssd::nvme {

/// A command from its fetch to its completion. Everything that happens later checks `is_over`: a command that was
/// aborted, or whose queue or controller is gone, must touch neither host memory nor media.
struct Command {
  Sqe sqe;
  u16 queue = 0;
  bool is_over = false;
  std::vector<u8> data;
  std::vector<Segment> segments;
};
using CommandPtr = std::shared_ptr<Command>;

struct SubmissionQueue {
  u64 base = 0;
  u32 entries = 0;
  u32 head = 0;  ///< next entry to fetch
  u32 tail = 0;
  u16 completion_queue = 0;
  u8 priority = 0;  ///< 0 urgent, 1 high, 2 medium, 3 low
  u64 serial = 0;   ///< tells a queue from its successor under the same identifier
  bool is_fetching = false;
  std::map<u16, CommandPtr> commands;  ///< by command identifier

  u32 waiting() const { return (tail + entries - head) % entries; }
};

struct CompletionQueue {
  u64 base = 0;
  u32 entries = 0;
  u32 head = 0;  ///< the host's
  u32 tail = 0;
  bool phase = true;
  bool interrupts = false;
  u16 vector = 0;
  unsigned users = 0;       ///< submission queues that complete here
  std::deque<Cqe> waiting;  ///< completions that found the queue full

  bool is_full() const { return (tail + 1) % entries == head; }
};

}  // namespace mppa::ssd::nvme
