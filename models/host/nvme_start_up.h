// Internal to NvmeDriver: the sequence that brings a controller up.
#pragma once

#include <string>
#include <vector>

#include "models/host/nvme_queue.h"

namespace mppa::host {

/// Registers, identify, queues: one step after the other [NVMe 1.4, 7.6.1]. The first time everything is found out and
/// allocated; later times bring the same queues up again.
class NvmeDriver::StartUp {
 public:
  explicit StartUp(NvmeDriver& driver) : driver_(driver) {}

  /// An attempt that is under way is forgotten.
  void begin(std::function<void(const std::string& error)> ready);
  void cancel() { ready_ = nullptr; }

 private:
  using Value = std::function<void(u64)>;

  void fail(const std::string& why);
  void end(const std::string& error);

  void read(u64 offset, unsigned bytes, Value then);
  /// Reads CSTS until RDY has the wanted value, the next time after `poll`.
  void wait_ready(bool wanted, u64 poll, std::function<void()> then);
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
  std::function<void(const std::string&)> ready_;  ///< set while an attempt is under way
  u64 attempt_ = 0;
  u64 cap_ = 0;
  u64 deadline_ = 0;
  u64 buffer_ = 0;
  std::vector<u32> ids_;
};

}  // namespace mppa::host
