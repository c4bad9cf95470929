// Set Features and Get Features [5.13, 5.21].
#include <utility>

#include "models/ssd/nvme/admin_commands.h"
#include "models/ssd/nvme/controller.h"

namespace mppa::ssd::nvme {

namespace {

constexpr u64 kPsPerMs = 1'000'000'000;
constexpr u64 kTimestampMask = 0xFFFF'FFFF'FFFF;

bool exists_namespace(Controller& controller, u32 id) {
  return id == kAllNamespaces || controller.subsystem().find(id) != nullptr;
}

}  // namespace

Status AdminCommands::check_feature_value(Feature feature, u32 value) const {
  switch (feature) {
    case Feature::kPowerManagement:
      return (value & 0x1F) == 0 ? Status::kSuccess : Status::kInvalidField;  // one power state
    case Feature::kVolatileWriteCache:
      return controller_.subsystem().params().buffer.power_loss_protection ? Status::kInvalidField : Status::kSuccess;
    case Feature::kNumberOfQueues:
      if (has_io_queues()) return Status::kSequenceError;
      return (value & 0xFFFF) == 0xFFFF || value >> 16 == 0xFFFF ? Status::kInvalidField : Status::kSuccess;
    case Feature::kInterruptVector:
      return (value & 0xFFFF) < controller_.msix_vectors() ? Status::kSuccess : Status::kInvalidField;
    default:
      return Status::kSuccess;
  }
}

void AdminCommands::set_features(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  const Feature feature = static_cast<Feature>(sqe.cdw10 & 0xFF);
  const bool save = sqe.cdw10 >> 31;
  const FeatureInfo* info = Features::info(feature);
  if (!info) return controller_.complete(command, Status::kInvalidField);
  if (save && !info->saveable) return controller_.complete(command, Status::kFeatureNotSaveable);
  if (info->per_namespace && !exists_namespace(controller_, sqe.nsid))
    return controller_.complete(command, Status::kInvalidNamespace);
  if (!info->per_namespace && sqe.nsid != 0 && sqe.nsid != kAllNamespaces)
    return controller_.complete(command, Status::kFeatureNotNamespace);
  if (set_special_feature(command, feature)) return;
  const Status status = check_feature_value(feature, sqe.cdw11);
  if (status != Status::kSuccess) return controller_.complete(command, status);
  u32 result = 0;
  if (feature == Feature::kNumberOfQueues) {
    result = controller_.params().max_io_queues - 1;
    result |= result << 16;
  } else if (feature == Feature::kInterruptVector) {
    controller_.features().set_coalescing_disabled(sqe.cdw11 & 0xFFFF, sqe.cdw11 >> 16 & 1);
  } else {
    controller_.features().set(feature, sqe.cdw11, save);
  }
  controller_.complete(command, Status::kSuccess, result);
}

bool AdminCommands::set_special_feature(const CommandPtr& command, Feature feature) {
  switch (feature) {
    case Feature::kTimestamp:
      set_timestamp(command);
      return true;
    case Feature::kHostIdentifier:
      set_host_id(command);
      return true;
    case Feature::kReservationPersistence: {
      Namespace* ns = controller_.subsystem().find(command->sqe.nsid);
      if (ns) ns->reservation.persists_through_power_loss = command->sqe.cdw11 & 1;
      controller_.complete(command, ns ? Status::kSuccess : Status::kInvalidNamespace);
      return true;
    }
    default:
      return false;
  }
}

void AdminCommands::set_timestamp(const CommandPtr& command) {
  controller_.fetch_data(command, 8, [this, command] {
    Features& f = controller_.features();
    f.timestamp = get<u64>(command->data, 0) & kTimestampMask;
    f.timestamp_set = controller_.time().now();
    f.timestamp_from_host = true;
    controller_.complete(command, Status::kSuccess);
  });
}

void AdminCommands::set_host_id(const CommandPtr& command) {
  const bool extended = command->sqe.cdw11 & 1;
  controller_.fetch_data(command, extended ? 16 : 8, [this, command, extended] {
    HostId id{get<u64>(command->data, 0), extended ? get<u64>(command->data, 8) : 0};
    HostId& current = controller_.features().host_id;
    // Once set it may not become another host [5.21.1.22].
    if (!current.is_none() && current != id) return controller_.complete(command, Status::kSequenceError);
    current = id;
    controller_.complete(command, Status::kSuccess);
  });
}

void AdminCommands::get_features(const CommandPtr& command) {
  const Sqe& sqe = command->sqe;
  const Feature feature = static_cast<Feature>(sqe.cdw10 & 0xFF);
  const unsigned select_code = sqe.cdw10 >> 8 & 7;
  const FeatureInfo* info = Features::info(feature);
  if (!info || select_code > 3) return controller_.complete(command, Status::kInvalidField);
  const FeatureSelect select = static_cast<FeatureSelect>(select_code);
  if (select == FeatureSelect::kCapabilities) {
    const u32 bits = (info->saveable ? 1u : 0) | (info->per_namespace ? 2u : 0) | (info->changeable ? 4u : 0);
    return controller_.complete(command, Status::kSuccess, bits);
  }
  if (info->per_namespace && !exists_namespace(controller_, sqe.nsid))
    return controller_.complete(command, Status::kInvalidNamespace);
  if (get_special_feature(command, feature, select)) return;
  controller_.complete(command, Status::kSuccess, controller_.features().get(feature, select));
}

bool AdminCommands::get_special_feature(const CommandPtr& command, Feature feature, FeatureSelect select) {
  const Features& f = controller_.features();
  const bool current = select == FeatureSelect::kCurrent;
  switch (feature) {
    case Feature::kNumberOfQueues: {
      const u32 queues = controller_.params().max_io_queues - 1;
      controller_.complete(command, Status::kSuccess, queues | queues << 16);
      return true;
    }
    case Feature::kVolatileWriteCache:
      if (!controller_.subsystem().params().buffer.power_loss_protection) return false;
      controller_.complete(command, Status::kInvalidField);  // there is none
      return true;
    case Feature::kInterruptVector: {
      const u32 vector = command->sqe.cdw11 & 0xFFFF;
      if (vector >= controller_.msix_vectors()) {
        controller_.complete(command, Status::kInvalidField);
      } else {
        const bool disabled = current && f.coalescing_disabled(vector);
        controller_.complete(command, Status::kSuccess, vector | u32{disabled} << 16);
      }
      return true;
    }
    case Feature::kTimestamp: {
      Page page(8);
      const u64 elapsed = (controller_.time().now() - f.timestamp_set) / kPsPerMs;
      page.put<u64>(0, ((current ? f.timestamp : 0) + elapsed) & kTimestampMask);
      page.put<u8>(6, current && f.timestamp_from_host ? 2 : 0);  // origin: set by the host
      controller_.return_page(command, std::move(page.bytes()), 8);
      return true;
    }
    case Feature::kHostIdentifier: {
      const bool extended = command->sqe.cdw11 & 1;
      Page page(16);
      if (current) {
        page.put<u64>(0, f.host_id.low);
        page.put<u64>(8, f.host_id.high);
      }
      controller_.return_page(command, std::move(page.bytes()), extended ? 16 : 8);
      return true;
    }
    case Feature::kReservationPersistence: {
      const Namespace* ns = controller_.subsystem().find(command->sqe.nsid);
      if (!ns) {
        controller_.complete(command, Status::kInvalidNamespace);
      } else {
        controller_.complete(command, Status::kSuccess, current && ns->reservation.persists_through_power_loss);
      }
      return true;
    }
    default:
      return false;
  }
}

}  // namespace mppa::ssd::nvme
