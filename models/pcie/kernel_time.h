// The kernel's time in picoseconds, the unit of this folder.
#pragma once

#include <systemc>

#include "models/common/types.h"

namespace mppa::pcie {

inline u64 kernel_ps() { return sc_core::sc_time_stamp().value(); }

}  // namespace mppa::pcie
