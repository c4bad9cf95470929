// Splits a bundle into instructions by steering bits and order alone (architecture.md section 10 of the digest).
#pragma once

#include <array>
#include <span>

#include "models/cluster/isa/insn.h"

namespace mppa::isa {

inline constexpr unsigned kSlotCount = 6;

/// The syllables of one slot: the instruction's first word, then its extensions.
struct SlotWords {
  bool used = false;
  u8 extensions = 0;
  std::array<u32, 3> words{};

  std::span<const u32> view() const { return {words.data(), 1u + extensions}; }
};

/// Indexed by Slot (kBcu to kLsu).
using Slots = std::array<SlotWords, kSlotCount>;

/// Number of syllables of the bundle at the start of `words`: up to the first one with bit 31 clear.
/// 0 if there is none among the first eight (or among all, if there are fewer).
unsigned bundle_length(std::span<const u32> words);

/// Splits one whole bundle. kNone, kSlotTaken, or kOrphanExtension for a third extension of one slot; an extension of
/// an empty slot stays in that slot's `extensions` with `used` false.
DecodeError split_bundle(std::span<const u32> bundle, Slots& slots);

}  // namespace mppa::isa
