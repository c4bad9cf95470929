// Zone Management Send and Receive (ZNS 1.1).
#include <utility>

#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/io_commands.h"

namespace mppa::ssd::nvme {

namespace {

constexpr u64 kDescriptorBytes = 64;

void put_descriptor(Page& page, u64 at, const ZoneTable& zones, u64 index) {
  const Zone& zone = zones.zone(index);
  page.put<u8>(at, 2);  // sequential write required
  page.put<u8>(at + 1, static_cast<u8>(static_cast<unsigned>(zone.state) << 4));
  page.put<u64>(at + 8, zones.capacity());
  page.put<u64>(at + 16, zones.start(index));
  page.put<u64>(at + 24,
                zone.state == ZoneState::kFull ? zones.start(index) + zones.size() : zones.start(index) + zone.written);
}

/// Zone Receive Action Specific: 0 all, 1.. one state each.
bool is_listed(ZoneState state, unsigned filter) {
  static constexpr ZoneState kStates[] = {ZoneState::kEmpty,  ZoneState::kImplicitlyOpen, ZoneState::kExplicitlyOpen,
                                          ZoneState::kClosed, ZoneState::kFull,           ZoneState::kReadOnly,
                                          ZoneState::kOffline};
  return filter == 0 || kStates[filter - 1] == state;
}

}  // namespace

void IoCommands::erase_zone(Namespace& ns, u64 zone, std::function<void()> done) {
  const u64 offset = ns.offset(ns.zones->start(zone)), bytes = ns.zones->size() << ns.lba_shift;
  controller_.subsystem().store().discard(offset, bytes);
  controller_.subsystem().ftl().reset_zone(offset, bytes, std::move(done));
}

void IoCommands::manage_zones(const CommandPtr& command, Namespace& ns) {
  const Sqe& sqe = command->sqe;
  const unsigned code = sqe.cdw13 & 0xFF;
  const bool all = sqe.cdw13 >> 8 & 1;
  if (code < 1 || code > 5) return controller_.complete(command, Status::kInvalidField);
  const ZoneAction action = static_cast<ZoneAction>(code);
  ZoneTable& zones = *ns.zones;
  std::vector<u64> targets;
  if (all) {
    for (u64 i = 0; i < zones.count(); ++i) {
      if (zones.selected_by_all(i, action)) targets.push_back(i);
    }
  } else {
    if (sqe.slba() >= ns.blocks()) return controller_.complete(command, Status::kLbaOutOfRange);
    if (sqe.slba() % zones.size() != 0) return controller_.complete(command, Status::kInvalidField);
    targets.push_back(zones.zone_of(sqe.slba()));
  }
  auto join = std::make_shared<Join>([this, command] { controller_.complete(command, Status::kSuccess); });
  for (const u64 zone : targets) {
    const bool holds_data = zones.zone(zone).written != 0;
    if (const Status status = zones.apply(zone, action); status != Status::kSuccess)
      return controller_.complete(command, status);
    if (action != ZoneAction::kReset || !holds_data) continue;
    join->add();
    erase_zone(ns, zone, [join] { join->arrive(); });
  }
  join->arrive();
}

void IoCommands::report_zones(const CommandPtr& command, Namespace& ns) {
  const Sqe& sqe = command->sqe;
  const unsigned action = sqe.cdw13 & 0xFF, filter = sqe.cdw13 >> 8 & 0xFF;
  const bool partial = sqe.cdw13 >> 16 & 1;
  const u64 bytes = (u64{sqe.cdw12} + 1) * 4;
  if (action != 0 || filter > 7 || bytes > controller_.params().max_transfer)
    return controller_.complete(command, Status::kInvalidField);
  if (sqe.slba() >= ns.blocks()) return controller_.complete(command, Status::kLbaOutOfRange);
  const u64 room = bytes / kDescriptorBytes;  // the header is as long as a descriptor
  Page page(std::max<u64>(bytes, kDescriptorBytes));
  u64 listed = 0, matching = 0;
  for (u64 i = ns.zones->zone_of(sqe.slba()); i < ns.zones->count(); ++i) {
    if (!is_listed(ns.zones->zone(i).state, filter)) continue;
    ++matching;
    if (listed + 1 < room) put_descriptor(page, ++listed * kDescriptorBytes, *ns.zones, i);
  }
  page.put<u64>(0, partial ? listed : matching);
  controller_.return_page(command, std::move(page.bytes()), bytes);
}

}  // namespace mppa::ssd::nvme
