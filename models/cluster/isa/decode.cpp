// Bundle decoder. First the words are split into instructions by steering bits and order (architecture.md section 10
// of the digest), then each instruction is looked up by syllable count, mask and constraint among the canonical rows,
// and last the whole bundle is checked against the reservation table. README.md lists the decisions taken where the
// public documents are silent.
#include <optional>

#include "models/cluster/isa/op_info.h"

namespace mppa::isa {
namespace {

/// Where a bit range of a syllable goes; kMore: the operand continues in the next entry.
enum class Target : u8 { kMore, kReg, kMod, kImm, kSplat, kSplatUnused, kSfr };

/// One bit range of an operand: value |= field << shift. The last one finishes the operand: sign extension by `sign`
/// bits, then << scale_shift for immediates, * scale + offset for registers.
struct FieldPart {
  Target target;
  u8 index;
  u8 word;
  u8 low;
  u8 width;
  u8 shift;
  u8 sign;
  u8 scale_shift;
  u8 scale;
  u8 offset;
};

/// Set of SFR numbers, one bit each.
using SfrSet = std::array<u64, 8>;

/// Allowed values of the bit field [low + width - 1 : low] of the first syllable; width 0 = everything.
struct Constraint {
  u8 low;
  u8 width;
  u16 allowed;  ///< modifiers: one bit per value
  i8 sfr_set;   ///< SFR numbers: index into kSfrSets, else -1
};

struct Row {
  std::array<u32, 3> mask;
  std::array<u32, 3> match;
  u16 first_field;
  u8 field_count;
  u16 opcode;
  Constraint constraint;
};

struct Bucket {
  u16 first;
  u16 count;
};

#include "isa/decode_tables.inc"

constexpr u32 kNopMask = 0x7f03f000;  ///< of a NOP syllable, bit 31 ignored
constexpr u32 kNopBits = 0x7f03f000;
constexpr unsigned kSlotCount = 6;

/// The syllables of one slot.
struct SlotWords {
  bool used = false;
  u8 extensions = 0;
  std::array<u32, 3> words{};
};
using Slots = std::array<SlotWords, kSlotCount>;

constexpr u32 steering(u32 w) { return (w >> 29) & 3; }
constexpr bool is_ext_opcode(u32 w) {
  const u32 major = (w >> 24) & 31;
  return major >= 2 && major <= 7;
}

bool place(Slots& slots, Slot slot, u32 word) {
  SlotWords& s = slots[static_cast<unsigned>(slot)];
  if (s.used) return false;
  s.used = true;
  s.words[0] = word;
  return true;
}

/// An ALU syllable takes the first free of ALU0, ALU1, MAU, LSU; a NOP that finds none is dropped.
bool place_alu(Slots& slots, u32 word) {
  for (const Slot s : {Slot::kAlu0, Slot::kAlu1, Slot::kMau, Slot::kLsu})
    if (place(slots, s, word)) return true;
  return (word & kNopMask) == kNopBits;
}

bool add_extension(Slots& slots, u32 word) {
  SlotWords& s = slots[static_cast<unsigned>(Slot::kAlu0) + ((word >> 27) & 3)];
  if (s.extensions == 2) return false;
  s.words[++s.extensions] = word;
  return true;
}

DecodeError split(std::span<const u32> words, Slots& slots) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const u32 w = words[i];
    bool ok = true;
    switch (steering(w)) {
      case 0:
        if (i == 0) {
          ok = place(slots, is_ext_opcode(w) ? Slot::kExt : Slot::kBcu, w);
        } else if (i == 1 && slots[static_cast<unsigned>(Slot::kBcu)].used && is_ext_opcode(w)) {
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
  for (const SlotWords& s : slots)
    if (!s.used && s.extensions != 0) return DecodeError::kOrphanExtension;
  return DecodeError::kNone;
}

bool satisfies(const Constraint& c, u32 word) {
  if (c.width == 0) return true;
  const u32 value = (word >> c.low) & ((1u << c.width) - 1);
  if (c.sfr_set >= 0) return (kSfrSets[c.sfr_set][value / 64] >> (value % 64)) & 1;
  return (c.allowed >> value) & 1;
}

bool matches(const Row& row, const SlotWords& s) {
  for (unsigned i = 0; i <= s.extensions; ++i)
    if ((s.words[i] & row.mask[i]) != row.match[i]) return false;
  return satisfies(row.constraint, s.words[0]);
}

const Row* find_row(const SlotWords& s) {
  const Bucket b = kBuckets[s.extensions * 128u + ((s.words[0] >> 24) & 0x7f)];
  for (unsigned i = 0; i < b.count; ++i) {
    const Row& row = kRows[kRowIndex[b.first + i]];
    if (matches(row, s)) return &row;
  }
  return nullptr;
}

i64 splat(i64 value) {
  const u64 low = static_cast<u32>(value);
  return static_cast<i64>(low << 32 | low);
}

void finish_operand(const FieldPart& p, u64 value, Insn& insn) {
  switch (p.target) {
    case Target::kReg:
      insn.reg[p.index] = static_cast<u8>(value * p.scale + p.offset);
      break;
    case Target::kMod:
      insn.mod[p.index] = static_cast<u8>(value);
      break;
    case Target::kSfr:
      insn.sfr = static_cast<u16>(value);
      break;
    case Target::kImm:
      insn.imm[p.index] =
          static_cast<i64>(static_cast<u64>(static_cast<i64>(value << p.sign) >> p.sign) << p.scale_shift);
      break;
    case Target::kSplat:
      insn.splat = value != 0;
      if (insn.splat) insn.imm[0] = splat(insn.imm[0]);
      break;
    case Target::kSplatUnused:
      insn.splat = value != 0;
      break;
    case Target::kMore:
      break;
  }
}

void extract_operands(const Row& row, const SlotWords& s, Insn& insn) {
  u64 value = 0;
  for (unsigned i = 0; i < row.field_count; ++i) {
    const FieldPart& p = kFields[row.first_field + i];
    value |= static_cast<u64>((s.words[p.word] >> p.low) & ((u64{1} << p.width) - 1)) << p.shift;
    if (p.target == Target::kMore) continue;
    finish_operand(p, value, insn);
    value = 0;
  }
}

bool slot_allowed(SlotRule rule, Slot slot) {
  switch (rule) {
    case SlotRule::kFull:
      return slot == Slot::kAlu0;
    case SlotRule::kLite:
      return slot == Slot::kAlu0 || slot == Slot::kAlu1;
    default:
      return true;  // steering bits already chose the slot
  }
}

DecodeError check_resources(const Bundle& b) {
  ResourceUse sum{};
  for (const Insn& insn : b.view()) {
    const OpInfo& op = info(insn.op);
    const ClassInfo& c = class_info(op.res_class);
    if ((op.alone && b.count > 1) || !slot_allowed(c.slots, insn.slot)) return DecodeError::kResources;
    for (unsigned r = 0; r < kResourceCount; ++r) sum[r] = static_cast<u8>(sum[r] + c.use[r]);
  }
  for (unsigned r = 0; r < kResourceCount; ++r)
    if (sum[r] > kAvailable[r]) return DecodeError::kResources;
  return DecodeError::kNone;
}

/// Registers written so far; the two coprocessor halves of a vector are one register here.
struct WriteSet {
  u64 gprs = 0;
  u64 vectors = 0;

  bool add(const Insn& insn, const Access& a) {
    u64* set = a.what == Access::What::kGpr ? &gprs : nullptr;
    if (set == nullptr) return true;
    const u64 bits = ((u64{1} << a.count) - 1) << (insn.reg[a.operand] + a.first);
    const bool fresh = (*set & bits) == 0;
    *set |= bits;
    return fresh;
  }
};

DecodeError check_writers(const Bundle& b) {
  if (b.count < 2) return DecodeError::kNone;
  WriteSet set;
  for (const Insn& insn : b.view())
    for (const Access& a : info(insn.op).writes)
      if (!set.add(insn, a)) return DecodeError::kDoubleWrite;
  return DecodeError::kNone;
}

}  // namespace

DecodeError decode(std::span<const u32> words, Bundle& out) {
  out = Bundle{};
  std::size_t n = 0;
  while (n < words.size() && n < kMaxSyllables && (words[n] >> 31) != 0) ++n;
  if (n == kMaxSyllables) return DecodeError::kTooLong;
  if (n == words.size()) return DecodeError::kTruncated;
  out.syllables = static_cast<u8>(n + 1);

  Slots slots;
  if (const DecodeError e = split(words.first(n + 1), slots); e != DecodeError::kNone) return e;
  for (unsigned i = 0; i < kSlotCount; ++i) {
    const SlotWords& s = slots[i];
    if (!s.used) continue;
    const Row* row = find_row(s);
    if (row == nullptr) return DecodeError::kReserved;
    Insn& insn = out.insns[out.count++];
    insn.op = static_cast<Opcode>(row->opcode);
    insn.slot = static_cast<Slot>(i);
    insn.syllables = static_cast<u8>(1 + s.extensions);
    extract_operands(*row, s, insn);
  }
  if (const DecodeError e = check_resources(out); e != DecodeError::kNone) return e;
  return check_writers(out);
}

}  // namespace mppa::isa
