// Ownership checks shared by SystemUnit and Mmu (architecture.md section 4).
#pragma once

#include <optional>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/trap.h"

namespace mppa::core {

/// The PRIVILEGE trap of a privileged instruction executed without its MO right, or nothing. `bundle_size` in
/// syllables.
std::optional<Trap> check_privileged(const CoreState& state, Pic instruction, unsigned bundle_size);

/// The absolute PL stored at bit `lsb` of owner register `sfr`.
inline unsigned owner_of(const CoreState& state, unsigned sfr, unsigned lsb) {
  return static_cast<unsigned>((state.sfr[sfr] >> lsb) & 3);
}

}  // namespace mppa::core
