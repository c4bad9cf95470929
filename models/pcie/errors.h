// Error reporting of a function or port: status bits of the PCIe capability, advanced error reporting with header log,
// and the message that goes to the root complex (6.2).
#pragma once

#include <bit>
#include <optional>

#include "models/pcie/config_space.h"
#include "models/pcie/tlp.h"

namespace mppa::pcie {

/// Bit numbers in the uncorrectable error registers.
enum class PcieError : u8 {
  kSurpriseDown = 5,
  kPoisoned = 12,
  kTimeout = 14,
  kAbort = 15,
  kUnexpected = 16,
  kMalformed = 18,
  kUnsupported = 20,
  kAcsViolation = 21,
};

/// Records an error of the function `id` and returns the message to send, if reporting is on. `tlp`: the packet at
/// fault, null if there is none. `advisory`: the requester is told by a completion, so that a non-fatal error is only
/// reported as a correctable one (6.2.3.2.4).
std::optional<Tlp> report_error(ConfigSpace& config, u16 id, PcieError error, const Tlp* tlp, bool advisory);

/// A root port takes an error message: root error status and source. True: it raises its error interrupt.
bool take_error_message(ConfigSpace& root_port, const Tlp& message);

}  // namespace mppa::pcie
