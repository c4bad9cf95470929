// Internal to NvmeDriver: its queues and the sequence that brings a controller up.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/host/nvme_driver.h"

namespace mppa::host {

struct NvmeDriver::Queue {
  struct Entry {
    u64 number = 0;  ///< tells a command from later ones in the same slot
    Done done;
  };

  Queue(HostMemory& memory, u16 queue_id, u32 size, u64 prp_list_bytes);

  u16 id;
  u32 entries;
  u64 sq, cq;
  u64 lists, list_bytes;  ///< a PRP list per slot
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

/// Registers, identify, queues: one step after the other [NVMe 1.4, 7.6.1].
class NvmeDriver::StartUp {
 public:
  StartUp(NvmeDriver& driver, std::function<void(const std::string&)> ready)
      : driver_(driver), ready_(std::move(ready)) {}

  void begin();
  void fail(const std::string& why);

 private:
  using Value = std::function<void(u64)>;

  void read(u64 offset, unsigned bytes, Value then);
  /// Reads CSTS until RDY has the wanted value.
  void wait_ready(bool wanted, std::function<void()> then);
  void enable();
  void identify_controller();
  void list_namespaces();
  void identify_namespace(std::size_t index);
  void request_queues();
  void create_queue(unsigned index);
  void admin(const ssd::nvme::Sqe& sqe, const char* what, std::function<void(u32)> then);
  ssd::nvme::Sqe identify(u32 cns, u32 nsid) const;
  void finish();

  NvmeDriver& driver_;
  std::function<void(const std::string&)> ready_;
  u64 cap_ = 0;
  u64 deadline_ = 0;
  u64 buffer_ = 0;
  std::vector<u32> ids_;
};

}  // namespace mppa::host
