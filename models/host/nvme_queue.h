// Internal to NvmeDriver: a pair of queues and the commands in it.
#pragma once

#include <vector>

#include "models/host/nvme_driver.h"

namespace mppa::host {

struct NvmeDriver::Queue {
  /// A command from its submission to its end, over all attempts.
  struct Entry {
    u64 number = 0;  ///< of the attempt: tells it from others in the same slot
    Done done;       ///< set while the slot is in use
    ssd::nvme::Sqe sqe{};
    u64 bytes = 0;  ///< of the buffer at sqe.prp1
    unsigned retries = 0;
    bool is_answered = false;  ///< its completion has been taken from the queue
    bool is_aborted = false;   ///< an Abort has been sent for it
    bool is_poisoned = false;  ///< bad data were written to its buffer
  };

  Queue(HostMemory& memory, u16 queue_id, u32 size, u64 prp_list_bytes);

  /// Empty queues, as a controller expects them that creates them. The commands stay.
  void restart(HostMemory& memory);

  u16 id;
  u32 entries;
  u64 sq, cq;
  u64 lists, list_bytes;  ///< a PRP list per slot
  bool is_live = true;    ///< the controller has it; else commands wait
  u32 tail = 0, head = 0;
  u16 phase = 1;
  u32 unrung = 0;  ///< commands in the queue the device does not know of
  bool poll_scheduled = false;
  u64 number = 0;
  u32 outstanding = 0;
  u32 result = 0;  ///< double word 0 of the completion being finished
  std::vector<Entry> commands;
  std::vector<u16> free_slots;
  BandwidthServer core;
};

}  // namespace mppa::host
