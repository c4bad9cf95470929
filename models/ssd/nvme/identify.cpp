#include "models/ssd/nvme/identify.h"

#include <fmt/core.h>

#include <bit>
#include <optional>

#include "models/ssd/nvme/async_events.h"
#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/log_pages.h"

namespace mppa::ssd::nvme {

namespace {

enum Cns : u8 {
  kNamespace = 0x00,
  kController = 0x01,
  kActiveList = 0x02,
  kDescriptors = 0x03,
  kSetNamespace = 0x05,
  kSetController = 0x06,
  kSetActiveList = 0x07,
  kSets = 0x1C,
};
constexpr u8 kNvmSet = 0, kZonedSet = 2;

/// Intel's PCI vendor identifier would name a product; this one (Red Hat, QEMU's range for virtual devices) does not.
constexpr u16 kVendor = 0x1B36;

std::string_view serial_of(Controller& controller) { return controller.subsystem().params().serial; }

/// A number of this drive that does not change: FNV-1a of the serial number.
u64 unique_number(std::string_view serial) {
  u64 hash = 0xCBF2'9CE4'8422'2325;
  for (const char c : serial) hash = (hash ^ static_cast<u8>(c)) * 0x100'0000'01B3;
  return hash;
}

Page controller_page(Controller& controller) {
  Subsystem& subsystem = controller.subsystem();
  const SsdParams& params = subsystem.params();
  const bool shared = params.controller.ports > 1;
  Page p;
  p.put<u16>(0, kVendor);
  p.put<u16>(2, kVendor);
  p.text(4, 20, params.serial);
  p.text(24, 40, params.model);
  p.text(64, 8, subsystem.firmware[subsystem.active_slot - 1]);
  p.put<u8>(72, 3);                 // RAB: bursts of 8
  p.put<u8>(76, shared ? 0x3 : 0);  // CMIC: more than one port and controller
  p.put<u8>(77, static_cast<u8>(std::countr_zero(params.controller.max_transfer) - 12));
  p.put<u16>(78, controller.id());
  p.put<u32>(80, reg::kVersion14);
  p.put<u32>(92, 1 << 8);  // OAES: namespace attribute notices
  p.put<u32>(96, 1);       // CTRATT: 128-bit host identifiers
  p.put<u8>(111, 1);       // an I/O controller
  p.put<u16>(256, 0x6);    // OACS: format, firmware
  p.put<u8>(258, 3);       // ACL
  p.put<u8>(259, AsyncEvents::kLimit - 1);
  p.put<u8>(260, static_cast<u8>(1 | Subsystem::kFirmwareSlots << 1));  // slot 1 is read-only
  p.put<u8>(261, 0xE);                                                  // LPA: effects log, extended data, telemetry
  p.put<u8>(262, LogPages::kErrorEntries - 1);
  p.put<u16>(266, 350);  // warning temperature, K
  p.put<u16>(268, 358);  // critical
  p.put<u64>(280, params.ftl.capacity);
  p.put<u8>(512, 0x66);
  p.put<u8>(513, 0x44);
  p.put<u32>(516, subsystem.namespaces());
  p.put<u16>(520, 0xFF);                                            // ONCS: all optional NVM commands
  p.put<u8>(525, params.buffer.power_loss_protection ? 0x6 : 0x7);  // VWC; flush of all namespaces is supported
  p.put<u16>(526, 0xFFFF);                                          // AWUN: every write is atomic
  p.put<u16>(528, 0);
  p.put<u32>(536, 1 | 1 << 16);  // SGLs without alignment rules, bit buckets
  const std::string nqn = fmt::format("nqn.2024-01.com.example:mppasim:{}", params.serial);
  p.copy(768, std::span(reinterpret_cast<const u8*>(nqn.data()), nqn.size()));
  p.put<u16>(2048, 2500);  // one power state: 25 W
  return p;
}

void put_ids(Page& p, u64 guid_at, u64 eui_at, Controller& controller, const Namespace& ns) {
  const u64 number = unique_number(serial_of(controller));
  p.put<u64>(guid_at, __builtin_bswap64(number));
  p.put<u64>(guid_at + 8, __builtin_bswap64(ns.id));
  p.put<u64>(eui_at, __builtin_bswap64(number + ns.id));
}

Page namespace_page(Controller& controller, const Namespace& ns) {
  const SsdParams& params = controller.subsystem().params();
  const u16 granularity = static_cast<u16>((params.ftl.indirection_unit >> ns.lba_shift) - 1);
  Page p;
  p.put<u64>(0, ns.blocks());
  p.put<u64>(8, ns.blocks());
  p.put<u64>(16, ns.blocks());
  p.put<u8>(24, 1 << 2 | 1 << 4);  // deallocated blocks are reported; preferred sizes are valid
  p.put<u8>(25, 1);                // two block sizes
  p.put<u8>(26, ns.lba_shift == 12);
  p.put<u8>(30, params.controller.ports > 1);  // NMIC: shared
  p.put<u8>(31, 0x7F);                         // RESCAP: all types, persistence
  p.put<u8>(33, 0x9);                          // deallocated blocks read as zero, Write Zeroes may deallocate
  p.put<u64>(48, ns.bytes);
  for (const u64 at : {64, 66, 68, 70}) p.put<u16>(at, granularity);  // NPWG, NPWA, NPDG, NPDA
  put_ids(p, 104, 120, controller, ns);
  p.put<u32>(128, 9 << 16 | 1 << 24);  // LBAF0: 512 bytes, relative performance "better"
  p.put<u32>(132, 12 << 16);           // LBAF1: 4096 bytes, "best"
  return p;
}

Page zoned_namespace_page(const Namespace& ns) {
  Page p;
  p.put<u32>(4, ns.zones->max_active() - 1);
  p.put<u32>(8, ns.zones->max_open() - 1);
  for (const u64 shift : {9, 12}) {
    const u64 at = 2816 + (shift == 12 ? 16 : 0);
    p.put<u64>(at, ns.zones->size() << ns.lba_shift >> shift);
  }
  return p;
}

Page descriptors_page(Controller& controller, const Namespace& ns) {
  Page p;
  Page ids(32);
  put_ids(ids, 0, 16, controller, ns);
  p.put<u8>(0, 1);  // EUI64
  p.put<u8>(1, 8);
  p.copy(4, std::span(ids.bytes()).subspan(16, 8));
  p.put<u8>(12, 2);  // NGUID
  p.put<u8>(13, 16);
  p.copy(16, std::span(ids.bytes()).first(16));
  p.put<u8>(32, 4);  // command set
  p.put<u8>(33, 1);
  p.put<u8>(36, ns.zones ? kZonedSet : kNvmSet);
  return p;
}

/// Active namespaces above `above`, of one command set or of all.
Page active_list(Controller& controller, u32 above, std::optional<u8> set) {
  Page p;
  u64 at = 0;
  for (u64 id = u64{above} + 1; id <= controller.subsystem().namespaces() && at < p.size(); ++id) {
    const Namespace& ns = *controller.subsystem().find(static_cast<u32>(id));
    if (set && *set != (ns.zones ? kZonedSet : kNvmSet)) continue;
    p.put<u32>(at, ns.id);
    at += 4;
  }
  return p;
}

struct Answer {
  Status status = Status::kSuccess;
  Page page{};
};

Answer command_set_answer(Controller& controller, u8 cns, u8 set, const Namespace* ns, u32 nsid) {
  if (!controller.zoned_enabled() || (set != kNvmSet && set != kZonedSet)) return {Status::kInvalidField};
  switch (cns) {
    case kSetNamespace:
      if (!ns) return {Status::kInvalidNamespace};
      if ((set == kZonedSet) != (ns->zones != nullptr)) return {Status::kInvalidField};
      return {Status::kSuccess, set == kZonedSet ? zoned_namespace_page(*ns) : Page()};
    case kSetController:
      return {};  // ZASL 0: an append may be as long as any transfer
    default:
      return {Status::kSuccess, active_list(controller, nsid, set)};
  }
}

Answer answer(Controller& controller, const Sqe& sqe) {
  const u8 cns = static_cast<u8>(sqe.cdw10), set = static_cast<u8>(sqe.cdw11 >> 24);
  Namespace* ns = controller.subsystem().find(sqe.nsid);
  switch (cns) {
    case kNamespace:
      if (!ns) return {Status::kInvalidNamespace};
      return {Status::kSuccess, namespace_page(controller, *ns)};
    case kController:
      return {Status::kSuccess, controller_page(controller)};
    case kActiveList:
      if (sqe.nsid >= kAllNamespaces - 1) return {Status::kInvalidNamespace};
      return {Status::kSuccess, active_list(controller, sqe.nsid, std::nullopt)};
    case kDescriptors:
      if (!ns) return {Status::kInvalidNamespace};
      return {Status::kSuccess, descriptors_page(controller, *ns)};
    case kSetNamespace:
    case kSetController:
    case kSetActiveList:
      return command_set_answer(controller, cns, set, ns, sqe.nsid);
    case kSets: {
      if (!controller.zoned_enabled()) return {Status::kInvalidField};
      Answer result;
      result.page.put<u64>(0, 1 << kNvmSet | 1 << kZonedSet);
      return result;
    }
    default:
      return {Status::kInvalidField};
  }
}

}  // namespace

void identify(Controller& controller, const CommandPtr& command) {
  Answer result = answer(controller, command->sqe);
  if (result.status != Status::kSuccess) return controller.complete(command, result.status);
  const u64 bytes = result.page.size();
  controller.return_page(command, std::move(result.page.bytes()), bytes);
}

}  // namespace mppa::ssd::nvme
