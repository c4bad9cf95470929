// Reservation Register, Report, Acquire and Release [6.9 to 6.13].
#include <utility>

#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/io_commands.h"

namespace mppa::ssd::nvme {

namespace {

enum RegisterAction : u8 { kRegister = 0, kUnregister = 1, kReplace = 2 };
enum AcquireAction : u8 { kAcquire = 0, kPreempt = 1, kPreemptAndAbort = 2 };
enum ReleaseAction : u8 { kRelease = 0, kClear = 1 };

}  // namespace

void IoCommands::execute_reservation(const CommandPtr& command, Namespace& ns) {
  const Sqe& sqe = command->sqe;
  const HostId host = controller_.features().host_id;
  if (static_cast<IoOp>(sqe.opcode) == IoOp::kReservationReport) {
    const bool extended = sqe.cdw11 & 1;
    if (!extended && host.high != 0) return controller_.complete(command, Status::kHostIdInconsistent);
    const u64 bytes = (u64{sqe.cdw10} + 1) * 4;
    if (bytes > controller_.params().max_transfer) return controller_.complete(command, Status::kInvalidField);
    return controller_.return_page(command, std::move(ns.reservation.report(extended).bytes()), bytes);
  }
  if (host.is_none()) return controller_.complete(command, Status::kSequenceError);
  const bool release = static_cast<IoOp>(sqe.opcode) == IoOp::kReservationRelease;
  controller_.fetch_data(command, release ? 8 : 16, [this, command, &ns] { apply_reservation(command, ns); });
}

void IoCommands::apply_reservation(const CommandPtr& command, Namespace& ns) {
  const Sqe& sqe = command->sqe;
  const HostId host = controller_.features().host_id;
  const unsigned action = sqe.cdw10 & 7;
  const bool ignore_key = sqe.cdw10 >> 3 & 1;
  const ReservationType type = static_cast<ReservationType>(sqe.cdw10 >> 8 & 0xFF);
  const u64 key = get<u64>(command->data, 0);
  Reservation::Notices notices;
  Reservation& r = ns.reservation;
  Status status = Status::kInvalidField;
  switch (static_cast<IoOp>(sqe.opcode)) {
    case IoOp::kReservationRegister: {
      const u64 new_key = get<u64>(command->data, 8);
      if (action == kRegister) status = r.register_key(host, controller_.id(), new_key);
      if (action == kUnregister) status = r.unregister_key(host, key, ignore_key, notices);
      if (action == kReplace) status = r.replace_key(host, key, ignore_key, new_key);
      const unsigned persistence = sqe.cdw10 >> 30;  // 2: off, 3: on
      if (status == Status::kSuccess && persistence >= 2) r.persists_through_power_loss = persistence == 3;
      break;
    }
    case IoOp::kReservationAcquire: {
      if (ignore_key) break;
      const u64 victim = get<u64>(command->data, 8);
      if (action == kAcquire) status = r.acquire(host, key, type);
      if (action == kPreempt || action == kPreemptAndAbort) status = r.preempt(host, key, victim, type, notices);
      if (action == kPreemptAndAbort && status == Status::kSuccess)
        controller_.subsystem().abort_preempted(ns, notices);
      break;
    }
    default:
      if (ignore_key) break;
      if (action == kRelease) status = r.release(host, key, type, notices);
      if (action == kClear) status = r.clear(host, key, notices);
      break;
  }
  controller_.complete(command, status);
  controller_.subsystem().notify(ns, notices);
}

}  // namespace mppa::ssd::nvme
