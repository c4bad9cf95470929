#include "models/pcie/link_faults.h"

namespace mppa::pcie {
namespace {

bool is_kind(const Tlp& tlp, PacketKind kind) {
  switch (kind) {
    case PacketKind::kAny:
      return true;
    case PacketKind::kMemWrite:
      return tlp.type == TlpType::kMemWrite;
    case PacketKind::kMemRead:
      return tlp.type == TlpType::kMemRead;
    case PacketKind::kCompletion:
      return tlp.is_completion();
  }
  return false;
}

}  // namespace

bool FaultRule::matches(const Tlp& tlp) const {
  if (!is_kind(tlp, kind)) return false;
  switch (fault) {
    case PacketFault::kPoison:
      return tlp.has_data();
    case PacketFault::kUnsupported:
    case PacketFault::kAbort:
      // Behind a completion with an error nothing more of the request may follow (2.3.1.1).
      return tlp.is_completion() && tlp.byte_count <= tlp.payload.size();
    default:
      return true;
  }
}

std::optional<PacketFault> FaultList::next(const Tlp& tlp) {
  std::optional<PacketFault> hit;
  for (FaultRule& rule : rules_) {
    if (!rule.matches(tlp)) continue;
    if (rule.skip > 0) {
      --rule.skip;
    } else if (!hit) {
      hit = rule.fault;
      --rule.count;
    }
  }
  std::erase_if(rules_, [](const FaultRule& rule) { return rule.count == 0; });
  return hit;
}

}  // namespace mppa::pcie
