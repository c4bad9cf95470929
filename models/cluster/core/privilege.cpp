#include "models/cluster/core/privilege.h"

namespace mppa::core {
namespace {

/// The MO field that guards each privileged instruction. The public model tests MO.STOP for syncgroup by mistake.
Field right_field(Pic instruction) {
  switch (instruction) {
    case Pic::kRfe:
      return mo::kRfe;
    case Pic::kStop:
      return mo::kStop;
    case Pic::kSyncgroup:
      return mo::kSync;
    default:
      return mo::kMmi;
  }
}

}  // namespace

std::optional<Trap> check_privileged(const CoreState& state, Pic instruction, unsigned bundle_size) {
  const unsigned owner = static_cast<unsigned>(right_field(instruction).get(state.sfr[kMo]));
  if (state.pl() <= owner) return std::nullopt;
  Trap trap;
  trap.code = Htc::kPrivilege;
  trap.pic = instruction;
  trap.owner = static_cast<u8>(owner);
  trap.bundle_size = static_cast<u8>(bundle_size);
  return trap;
}

}  // namespace mppa::core
