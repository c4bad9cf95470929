// The NVM command set [6], reservations [6.9 to 6.13] and the zoned namespace command set.
#pragma once

#include "models/ssd/nvme/queues.h"
#include "models/ssd/nvme/subsystem.h"

namespace mppa::ssd::nvme {

class Controller;

class IoCommands {
 public:
  explicit IoCommands(Controller& controller) : controller_(controller) {}
  void execute(const CommandPtr& command);

 private:
  /// Checks that hold for every command on blocks; `moves_data`: the transfer limit applies.
  Status check_blocks(const Sqe& sqe, const Namespace& ns, bool moves_data) const;
  Status check_access(const Sqe& sqe, const Namespace& ns) const;
  bool is_durable(const Sqe& sqe) const;
  void execute_blocks(const CommandPtr& command, Namespace& ns);

  void flush(const CommandPtr& command);
  void read(const CommandPtr& command, Namespace& ns);
  void compare(const CommandPtr& command, Namespace& ns);
  void verify(const CommandPtr& command, Namespace& ns);
  void write(const CommandPtr& command, Namespace& ns);
  void append(const CommandPtr& command, Namespace& ns);
  /// Takes the data and writes them at `lba`; the completion carries `result`.
  void write_at(const CommandPtr& command, Namespace& ns, u64 lba, u64 result);
  void write_zeroes(const CommandPtr& command, Namespace& ns);
  void write_uncorrectable(const CommandPtr& command, Namespace& ns);
  void manage_dataset(const CommandPtr& command, Namespace& ns);
  void discard(Namespace& ns, u64 lba, u64 blocks);
  /// Calls `then` when the blocks have come from the media; completes the command if they cannot be read.
  void read_media(const CommandPtr& command, Namespace& ns, std::function<void()> then);

  // reservation_commands.cpp
  void execute_reservation(const CommandPtr& command, Namespace& ns);
  void apply_reservation(const CommandPtr& command, Namespace& ns);

  // zone_commands.cpp
  void manage_zones(const CommandPtr& command, Namespace& ns);
  void report_zones(const CommandPtr& command, Namespace& ns);
  void erase_zone(Namespace& ns, u64 zone, std::function<void()> done);

  Controller& controller_;
};

}  // namespace mppa::ssd::nvme
