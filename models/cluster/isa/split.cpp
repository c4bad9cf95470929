#include "models/cluster/isa/split.h"

namespace mppa::isa {
namespace {

constexpr u32 steering(u32 w) { return (w >> 29) & 3; }

/// Steering 0 syllables with these majors belong to the tensor coprocessor, not to the BCU.
constexpr bool is_ext_opcode(u32 w) {
  const u32 major = (w >> 24) & 31;
  return major >= 2 && major <= 7;
}

constexpr bool is_nop(u32 w) { return (w | 0x80000000u) == 0xffffffffu; }

SlotWords& at(Slots& slots, Slot slot) { return slots[static_cast<unsigned>(slot)]; }

bool place(Slots& slots, Slot slot, u32 word) {
  SlotWords& s = at(slots, slot);
  if (s.used) return false;
  s.used = true;
  s.words[0] = word;
  return true;
}

/// An ALU syllable takes the first free of ALU0, ALU1, MAU, LSU; a NOP that finds none is dropped.
bool place_alu(Slots& slots, u32 word) {
  for (const Slot s : {Slot::kAlu0, Slot::kAlu1, Slot::kMau, Slot::kLsu})
    if (place(slots, s, word)) return true;
  return is_nop(word);
}

/// Bits 28:27 of an extension name the slot that owns it.
bool add_extension(Slots& slots, u32 word) {
  SlotWords& s = slots[static_cast<unsigned>(Slot::kAlu0) + ((word >> 27) & 3)];
  if (s.extensions == 2) return false;
  s.words[++s.extensions] = word;
  return true;
}

}  // namespace

unsigned bundle_length(std::span<const u32> words) {
  for (unsigned n = 0; n < words.size() && n < kMaxSyllables; ++n)
    if ((words[n] >> 31) == 0) return n + 1;
  return 0;
}

DecodeError split_bundle(std::span<const u32> bundle, Slots& slots) {
  slots = Slots{};
  for (std::size_t i = 0; i < bundle.size(); ++i) {
    const u32 w = bundle[i];
    bool ok = true;
    switch (steering(w)) {
      case 0:
        if (i == 0) {
          ok = place(slots, is_ext_opcode(w) ? Slot::kExt : Slot::kBcu, w);
        } else if (i == 1 && at(slots, Slot::kBcu).used && is_ext_opcode(w)) {
          ok = place(slots, Slot::kExt, w);
        } else if (!add_extension(slots, w)) {
          return DecodeError::kOrphanExtension;
        }
        break;
      case 1:
        ok = place(slots, Slot::kLsu, w);
        break;
      case 2:
        ok = place(slots, Slot::kMau, w);
        break;
      default:
        ok = place_alu(slots, w);
        break;
    }
    if (!ok) return DecodeError::kSlotTaken;
  }
  return DecodeError::kNone;
}

}  // namespace mppa::isa
