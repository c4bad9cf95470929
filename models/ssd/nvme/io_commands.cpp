#include "models/ssd/nvme/io_commands.h"

#include <cstring>
#include <utility>

#include "models/ssd/nvme/controller.h"

namespace mppa::ssd::nvme {

namespace {

bool is_read(IoOp op) { return op == IoOp::kRead || op == IoOp::kCompare || op == IoOp::kVerify; }

bool is_reservation(IoOp op) {
  return op == IoOp::kReservationRegister || op == IoOp::kReservationReport || op == IoOp::kReservationAcquire ||
         op == IoOp::kReservationRelease;
}

}  // namespace

void IoCommands::execute(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  const IoOp op = static_cast<IoOp>(sqe.opcode);
  if (sqe.fused() != 0) return controller_.complete(command, Status::kInvalidField);
  if (op == IoOp::kFlush) return flush(command);
  Namespace* ns = controller_.subsystem().find(sqe.nsid);
  switch (op) {
    case IoOp::kWrite:
    case IoOp::kRead:
    case IoOp::kWriteUncorrectable:
    case IoOp::kCompare:
    case IoOp::kWriteZeroes:
    case IoOp::kDatasetManagement:
    case IoOp::kVerify:
    case IoOp::kReservationRegister:
    case IoOp::kReservationReport:
    case IoOp::kReservationAcquire:
    case IoOp::kReservationRelease:
      break;
    case IoOp::kZoneManagementSend:
    case IoOp::kZoneManagementReceive:
    case IoOp::kZoneAppend:
      if (ns && ns->zones && controller_.zoned_enabled()) break;
      return controller_.complete(command, Status::kInvalidOpcode);
    default:
      return controller_.complete(command, Status::kInvalidOpcode);
  }
  if (!ns) return controller_.complete(command, Status::kInvalidNamespace);
  if (ns->formatting) return controller_.complete(command, Status::kFormatInProgress);
  if (is_reservation(op)) return execute_reservation(command, *ns);
  if (const Status status = check_access(sqe, *ns); status != Status::kSuccess)
    return controller_.complete(command, status);
  execute_blocks(command, *ns);
}

void IoCommands::execute_blocks(const CommandPtr& command, Namespace& ns) {
  const IoOp op = static_cast<IoOp>(command->sqe.opcode);
  switch (op) {
    case IoOp::kDatasetManagement:
      return manage_dataset(command, ns);
    case IoOp::kZoneManagementSend:
      return manage_zones(command, ns);
    case IoOp::kZoneManagementReceive:
      return report_zones(command, ns);
    default:
      break;
  }
  const bool moves_data = op == IoOp::kRead || op == IoOp::kWrite || op == IoOp::kCompare || op == IoOp::kZoneAppend;
  if (const Status status = check_blocks(command->sqe, ns, moves_data); status != Status::kSuccess)
    return controller_.complete(command, status);
  switch (op) {
    case IoOp::kRead:
      return read(command, ns);
    case IoOp::kCompare:
      return compare(command, ns);
    case IoOp::kVerify:
      return verify(command, ns);
    case IoOp::kWrite:
      return write(command, ns);
    case IoOp::kZoneAppend:
      return append(command, ns);
    case IoOp::kWriteZeroes:
      return write_zeroes(command, ns);
    default:
      return write_uncorrectable(command, ns);
  }
}

Status IoCommands::check_blocks(const Sqe& sqe, const Namespace& ns, bool moves_data) const {
  if (sqe.slba() >= ns.blocks() || sqe.blocks() > ns.blocks() - sqe.slba()) return Status::kLbaOutOfRange;
  if (moves_data && sqe.blocks() << ns.lba_shift > controller_.params().max_transfer) return Status::kInvalidField;
  return Status::kSuccess;
}

Status IoCommands::check_access(const Sqe& sqe, const Namespace& ns) const {
  const IoOp op = static_cast<IoOp>(sqe.opcode);
  const HostId host = controller_.features().host_id;
  const bool reads = is_read(op) || op == IoOp::kZoneManagementReceive;
  const bool allowed = reads ? ns.reservation.allows_read(host) : ns.reservation.allows_write(host);
  return allowed ? Status::kSuccess : Status::kReservationConflict;
}

/// Forced unit access, or the volatile cache is switched off.
bool IoCommands::is_durable(const Sqe& sqe) const {
  return sqe.force_unit_access() || controller_.features().get(Feature::kVolatileWriteCache) == 0;
}

void IoCommands::flush(const CommandPtr& command) {
  const u32 nsid = command->sqe.nsid;
  const Namespace* ns = controller_.subsystem().find(nsid);
  if (!ns && nsid != kAllNamespaces) return controller_.complete(command, Status::kInvalidNamespace);
  if (ns && !ns->reservation.allows_write(controller_.features().host_id))
    return controller_.complete(command, Status::kReservationConflict);
  controller_.subsystem().ftl().flush([this, command] { controller_.complete(command, Status::kSuccess); });
}

void IoCommands::read_media(const CommandPtr& command, Namespace& ns, std::function<void()> then) {
  const u64 lba = command->sqe.slba(), blocks = command->sqe.blocks();
  if (ns.zones) {
    if (const Status status = ns.zones->check_read(lba, blocks); status != Status::kSuccess)
      return controller_.complete(command, status);
  }
  controller_.subsystem().ftl().read(ns.offset(lba), blocks << ns.lba_shift,
                                     [this, command, &ns, lba, blocks, then = std::move(then)] {
                                       if (command->is_over) return;
                                       if (ns.errors.any(lba, blocks)) {
                                         ++controller_.subsystem().health.media_errors;
                                         return controller_.complete(command, Status::kUnrecoveredReadError);
                                       }
                                       then();
                                     });
}

void IoCommands::read(const CommandPtr& command, Namespace& ns) {
  const u64 bytes = command->sqe.blocks() << ns.lba_shift;
  controller_.resolve(command, bytes, Direction::kToHost, [this, command, &ns, bytes] {
    read_media(command, ns, [this, command, &ns, bytes] {
      Subsystem& subsystem = controller_.subsystem();
      command->data.resize(bytes);
      subsystem.store().read(ns.offset(command->sqe.slba()), command->data);
      controller_.send_data(command, [this, command, bytes] {
        Health& health = controller_.subsystem().health;
        ++health.read_commands;
        health.read_bytes += bytes;
        controller_.complete(command, Status::kSuccess);
      });
    });
  });
}

void IoCommands::compare(const CommandPtr& command, Namespace& ns) {
  const u64 bytes = command->sqe.blocks() << ns.lba_shift;
  controller_.fetch_data(command, bytes, [this, command, &ns, bytes] {
    read_media(command, ns, [this, command, &ns, bytes] {
      Subsystem& subsystem = controller_.subsystem();
      std::vector<u8> stored(bytes);
      subsystem.store().read(ns.offset(command->sqe.slba()), stored);
      ++subsystem.health.read_commands;
      controller_.complete(command, stored == command->data ? Status::kSuccess : Status::kCompareFailure);
    });
  });
}

void IoCommands::verify(const CommandPtr& command, Namespace& ns) {
  read_media(command, ns, [this, command] { controller_.complete(command, Status::kSuccess); });
}

void IoCommands::write(const CommandPtr& command, Namespace& ns) {
  // The write pointer moves when the command is executed, so that writes to a zone keep their order although their data
  // may not.
  if (ns.zones) {
    const Status status = ns.zones->write(command->sqe.slba(), command->sqe.blocks());
    if (status != Status::kSuccess) return controller_.complete(command, status);
  }
  write_at(command, ns, command->sqe.slba(), 0);
}

void IoCommands::append(const CommandPtr& command, Namespace& ns) {
  u64 lba = 0;
  const Status status = ns.zones->append(command->sqe.slba(), command->sqe.blocks(), lba);
  if (status != Status::kSuccess) return controller_.complete(command, status);
  write_at(command, ns, lba, lba);
}

void IoCommands::write_at(const CommandPtr& command, Namespace& ns, u64 lba, u64 result) {
  const u64 bytes = command->sqe.blocks() << ns.lba_shift;
  controller_.fetch_data(command, bytes, [this, command, &ns, lba, bytes, result] {
    Subsystem& subsystem = controller_.subsystem();
    subsystem.store().write(ns.offset(lba), command->data);
    ns.errors.repair(lba, command->sqe.blocks());
    subsystem.ftl().write(ns.offset(lba), bytes, is_durable(command->sqe), [this, command, bytes, result] {
      Health& health = controller_.subsystem().health;
      ++health.write_commands;
      health.written_bytes += bytes;
      controller_.complete(command, Status::kSuccess, static_cast<u32>(result), static_cast<u32>(result >> 32));
    });
  });
}

void IoCommands::discard(Namespace& ns, u64 lba, u64 blocks) {
  Subsystem& subsystem = controller_.subsystem();
  subsystem.store().discard(ns.offset(lba), blocks << ns.lba_shift);
  subsystem.ftl().discard(ns.offset(lba), blocks << ns.lba_shift);
  ns.errors.repair(lba, blocks);
}

void IoCommands::write_zeroes(const CommandPtr& command, Namespace& ns) {
  const u64 lba = command->sqe.slba(), blocks = command->sqe.blocks();
  if (ns.zones) {
    const Status status = ns.zones->write(lba, blocks);
    if (status != Status::kSuccess) return controller_.complete(command, status);
  }
  // Zeros need no flash: whole units are unmapped and read as zero; the timing of the rest is neglected.
  discard(ns, lba, blocks);
  controller_.complete(command, Status::kSuccess);
}

void IoCommands::write_uncorrectable(const CommandPtr& command, Namespace& ns) {
  if (ns.zones) return controller_.complete(command, Status::kInvalidOpcode);
  ns.errors.add(command->sqe.slba(), command->sqe.blocks());
  controller_.complete(command, Status::kSuccess);
}

void IoCommands::manage_dataset(const CommandPtr& command, Namespace& ns) {
  const u64 ranges = (command->sqe.cdw10 & 0xFF) + 1;
  const bool deallocate = command->sqe.cdw11 >> 2 & 1;
  controller_.fetch_data(command, ranges * 16, [this, command, &ns, ranges, deallocate] {
    for (u64 i = 0; i < ranges; ++i) {
      const u64 blocks = get<u32>(command->data, i * 16 + 4), lba = get<u64>(command->data, i * 16 + 8);
      if (lba > ns.blocks() || blocks > ns.blocks() - lba) return controller_.complete(command, Status::kLbaOutOfRange);
    }
    for (u64 i = 0; deallocate && !ns.zones && i < ranges; ++i) {
      const u64 blocks = get<u32>(command->data, i * 16 + 4);
      if (blocks != 0) discard(ns, get<u64>(command->data, i * 16 + 8), blocks);
    }
    controller_.complete(command, Status::kSuccess);  // the other attributes are hints that change nothing
  });
}

}  // namespace mppa::ssd::nvme
