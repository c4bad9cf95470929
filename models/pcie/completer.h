// Completions with data, split as a completer may: no piece above the maximum payload, all but the last ending on the
// read completion boundary (2.3.1.1).
#pragma once

#include <span>
#include <vector>

#include "models/pcie/tlp.h"

namespace mppa::pcie {

/// Endpoints and, here, root ports split at multiples of this.
constexpr unsigned kReadCompletionBoundary = 64;

/// The completions of `request`, a memory or configuration read. `data`: its enabled bytes, from the first on.
std::vector<Tlp> completions(const Tlp& request, u16 completer, std::span<const u8> data, unsigned max_payload,
                             unsigned boundary = kReadCompletionBoundary);

}  // namespace mppa::pcie
