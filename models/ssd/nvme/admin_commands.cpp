#include "models/ssd/nvme/admin_commands.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/ssd/nvme/async_events.h"
#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/identify.h"
#include "models/ssd/nvme/log_pages.h"

namespace mppa::ssd::nvme {

namespace {

constexpr u64 kMaxImage = 4 << 20;
/// A firmware image of this model begins with this text, followed by eight characters of revision.
constexpr std::string_view kImageMagic = "MPPASSD1";

}  // namespace

void AdminCommands::execute(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  if (sqe.fused() != 0) return controller_.complete(command, Status::kInvalidField);
  switch (static_cast<AdminOp>(sqe.opcode)) {
    case AdminOp::kDeleteSq:
      return controller_.complete(command, delete_sq(sqe));
    case AdminOp::kCreateSq:
      return controller_.complete(command, create_sq(sqe));
    case AdminOp::kDeleteCq:
      return controller_.complete(command, delete_cq(sqe));
    case AdminOp::kCreateCq:
      return controller_.complete(command, create_cq(sqe));
    case AdminOp::kGetLogPage:
      return controller_.logs().execute(command);
    case AdminOp::kIdentify:
      return identify(controller_, command);
    case AdminOp::kAbort: {
      const u16 queue = static_cast<u16>(sqe.cdw10), cid = static_cast<u16>(sqe.cdw10 >> 16);
      const bool self = queue == 0 && cid == sqe.cid;
      const bool aborted = !self && controller_.abort(queue, cid);
      return controller_.complete(command, Status::kSuccess, aborted ? 0 : 1);
    }
    case AdminOp::kSetFeatures:
      return set_features(command);
    case AdminOp::kGetFeatures:
      return get_features(command);
    case AdminOp::kAsyncEvent:
      return controller_.events().request(command);
    case AdminOp::kFirmwareDownload:
      return download_firmware(command);
    case AdminOp::kFirmwareCommit:
      return controller_.complete(command, commit_firmware(sqe));
    case AdminOp::kFormat:
      return format(command);
    default:
      return controller_.complete(command, Status::kInvalidOpcode);
  }
}

bool AdminCommands::is_queue_id(u32 id) const { return id >= 1 && id <= controller_.params().max_io_queues; }

bool AdminCommands::has_io_queues() const {
  for (u32 id = 1; id <= controller_.params().max_io_queues; ++id) {
    if (controller_.find_cq(static_cast<u16>(id))) return true;
  }
  return false;
}

Status AdminCommands::create_cq(const Sqe& sqe) {
  const u16 id = static_cast<u16>(sqe.cdw10);
  const u32 size = sqe.cdw10 >> 16;
  const u16 vector = static_cast<u16>(sqe.cdw11 >> 16);
  if (!is_queue_id(id) || controller_.find_cq(id)) return Status::kInvalidQueueId;
  if (size == 0 || size >= controller_.params().max_queue_entries) return Status::kInvalidQueueSize;
  if ((sqe.cdw11 & 1) == 0) return Status::kInvalidField;  // not contiguous
  if (vector >= controller_.msix_vectors()) return Status::kInvalidVector;
  if (sqe.prp1 % controller_.page_bytes() != 0) return Status::kPrpOffsetInvalid;
  CompletionQueue queue;
  queue.base = sqe.prp1;
  queue.entries = size + 1;
  queue.interrupts = sqe.cdw11 >> 1 & 1;
  queue.vector = vector;
  controller_.create_cq(id, std::move(queue));
  return Status::kSuccess;
}

Status AdminCommands::create_sq(const Sqe& sqe) {
  const u16 id = static_cast<u16>(sqe.cdw10);
  const u32 size = sqe.cdw10 >> 16;
  const u16 completion_queue = static_cast<u16>(sqe.cdw11 >> 16);
  if (!is_queue_id(id) || controller_.find_sq(id)) return Status::kInvalidQueueId;
  if (size == 0 || size >= controller_.params().max_queue_entries) return Status::kInvalidQueueSize;
  if (completion_queue != 0 && !is_queue_id(completion_queue)) return Status::kInvalidQueueId;
  if (completion_queue == 0 || !controller_.find_cq(completion_queue)) return Status::kCqInvalid;
  if ((sqe.cdw11 & 1) == 0) return Status::kInvalidField;
  if (sqe.prp1 % controller_.page_bytes() != 0) return Status::kPrpOffsetInvalid;
  SubmissionQueue queue;
  queue.base = sqe.prp1;
  queue.entries = size + 1;
  queue.completion_queue = completion_queue;
  queue.priority = sqe.cdw11 >> 1 & 3;
  controller_.create_sq(id, std::move(queue));
  return Status::kSuccess;
}

Status AdminCommands::delete_sq(const Sqe& sqe) {
  const u16 id = static_cast<u16>(sqe.cdw10);
  if (id == 0 || !controller_.find_sq(id)) return Status::kInvalidQueueId;
  controller_.delete_sq(id);
  return Status::kSuccess;
}

Status AdminCommands::delete_cq(const Sqe& sqe) {
  const u16 id = static_cast<u16>(sqe.cdw10);
  const CompletionQueue* queue = id != 0 ? controller_.find_cq(id) : nullptr;
  if (!queue) return Status::kInvalidQueueId;
  if (queue->users != 0) return Status::kInvalidQueueDeletion;
  controller_.delete_cq(id);
  return Status::kSuccess;
}

void AdminCommands::format(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  const unsigned lba_format = sqe.cdw10 & 0xF, protection = sqe.cdw10 >> 5 & 7, erase = sqe.cdw10 >> 9 & 7;
  Subsystem& subsystem = controller_.subsystem();
  if (sqe.nsid != kAllNamespaces && !subsystem.find(sqe.nsid))
    return controller_.complete(command, Status::kInvalidNamespace);
  if (lba_format > 1 || protection != 0) return controller_.complete(command, Status::kInvalidFormat);
  if (erase > 1) return controller_.complete(command, Status::kInvalidField);  // no cryptographic erase
  std::vector<Namespace*> targets;
  for (u32 id = 1; id <= subsystem.namespaces(); ++id) {
    if (sqe.nsid == kAllNamespaces || sqe.nsid == id) targets.push_back(subsystem.find(id));
  }
  const unsigned shift = lba_format == 0 ? 9 : 12;
  for (const Namespace* ns : targets) {
    if (ns->formatting) return controller_.complete(command, Status::kFormatInProgress);
    // The zone table counts in blocks of the configured size.
    if (ns->zones && ns->lba_shift != shift) return controller_.complete(command, Status::kInvalidFormat);
  }
  auto join = std::make_shared<Join>([this, command] { controller_.complete(command, Status::kSuccess); });
  for (Namespace* ns : targets) {
    join->add();
    subsystem.format(*ns, shift, [join] { join->arrive(); });
  }
  join->arrive();
}

void AdminCommands::download_firmware(const CommandPtr& command) {
  const u64 bytes = (u64{command->sqe.cdw10} + 1) * 4, offset = u64{command->sqe.cdw11} * 4;
  if (bytes > controller_.params().max_transfer || offset + bytes > kMaxImage)
    return controller_.complete(command, Status::kInvalidField);
  controller_.fetch_data(command, bytes, [this, command, offset, bytes] {
    if (offset == 0) image_.clear();
    if (offset < image_.size()) return controller_.complete(command, Status::kOverlappingRange);
    image_.resize(offset + bytes);
    std::copy(command->data.begin(), command->data.end(), image_.begin() + static_cast<std::ptrdiff_t>(offset));
    controller_.complete(command, Status::kSuccess);
  });
}

Status AdminCommands::commit_firmware(const Sqe& sqe) {
  Subsystem& subsystem = controller_.subsystem();
  unsigned slot = sqe.cdw10 & 7;
  const unsigned action = sqe.cdw10 >> 3 & 7;
  constexpr unsigned kReplace = 0, kActivate = 2;        // 1: both
  if (action > kActivate) return Status::kInvalidField;  // neither boot partitions nor activation without reset
  if (slot > Subsystem::kFirmwareSlots) return Status::kInvalidFirmwareSlot;
  if (action != kActivate) {
    if (slot == 0) slot = 2;
    if (slot == 1) return Status::kInvalidFirmwareSlot;  // read-only
    const std::string_view image(reinterpret_cast<const char*>(image_.data()), image_.size());
    if (image.size() < 16 || !image.starts_with(kImageMagic)) return Status::kInvalidFirmwareImage;
    subsystem.firmware[slot - 1] = std::string(image.substr(kImageMagic.size(), 8));
    image_.clear();
  }
  if (action == kReplace) return Status::kSuccess;
  if (action == kActivate && slot == 0) return Status::kInvalidFirmwareSlot;
  if (subsystem.firmware[slot - 1].empty()) return Status::kInvalidFirmwareImage;
  subsystem.next_slot = slot;
  return Status::kSuccess;
}

}  // namespace mppa::ssd::nvme
