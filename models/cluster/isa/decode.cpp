// Bundle decoder. First the words are split into instructions (split.h), then each instruction is looked up by
// syllable count, mask and constraint among the canonical rows, and last the whole bundle is checked against the
// reservation table. README.md lists the decisions taken where the public documents are silent.
#include <bitset>

#include "models/cluster/isa/form_table.h"
#include "models/cluster/isa/split.h"

namespace mppa::isa {
namespace {

u64 sign_extend(u64 value, unsigned bits) {
  const unsigned up = 64 - bits;
  return static_cast<u64>(static_cast<i64>(value << up) >> up);
}

u64 splat(u64 value) {
  const u64 low = static_cast<u32>(value);
  return low << 32 | low;
}

void set_operand(const Field& f, u64 raw, Insn& insn) {
  switch (f.target) {
    case Target::kReg:
      insn.reg[f.index] = static_cast<u8>(raw * f.scale + f.offset);
      break;
    case Target::kMod:
      insn.mod[f.index] = static_cast<u8>(raw);
      break;
    case Target::kSfr:
      insn.sfr = static_cast<u16>(raw);
      break;
    case Target::kImm:
      insn.imm[f.index] = static_cast<i64>((f.is_signed ? sign_extend(raw, f.bits) : raw) << f.scale_shift);
      break;
    case Target::kSplat:
      insn.splat = raw != 0;
      if (insn.splat) insn.imm[0] = static_cast<i64>(splat(static_cast<u64>(insn.imm[0])));
      break;
    case Target::kSplatUnused:
      insn.splat = raw != 0;
      break;
  }
}

bool slot_allowed(SlotRule rule, Slot slot) {
  switch (rule) {
    case SlotRule::kFull:
      return slot == Slot::kAlu0;
    case SlotRule::kLite:
      return slot == Slot::kAlu0 || slot == Slot::kAlu1;
    default:
      return true;  // the steering bits already chose the slot
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

/// What the instructions of a bundle have written so far.
struct WriteSet {
  u64 gprs = 0;
  std::bitset<256> vector_quarters;  ///< 64-bit words of the coprocessor registers
  u64 cs_bits = 0;                   ///< carry and flag bits of CS written as a side effect
  bool cs_whole = false;             ///< a set, wfx or rswap of CS

  /// Adds one access; false if it collides.
  bool add(const Insn& insn, const Access& a);
  bool add_gprs(unsigned first, unsigned count);
  bool add_quarters(unsigned first, unsigned count);
};

constexpr u16 kSfrCs = 4;
constexpr u64 kCsSideEffects = 0xffff0000003f;  ///< CC, IN, UN, OV, DZ, IO, IC

bool WriteSet::add_gprs(unsigned first, unsigned count) {
  const u64 bits = ((u64{1} << count) - 1) << first;
  const bool fresh = (gprs & bits) == 0;
  gprs |= bits;
  return fresh;
}

bool WriteSet::add_quarters(unsigned first, unsigned count) {
  bool fresh = true;
  for (unsigned i = first; i < first + count; ++i) {
    fresh = fresh && !vector_quarters[i];
    vector_quarters[i] = true;
  }
  return fresh;
}

/// Kind of the vector operand whose number is insn.reg[index].
OperandKind vector_kind(const OpInfo& op, u8 index) {
  for (const OperandInfo& o : op.operands)
    if (o.index == index && o.kind != OperandKind::kImm && o.kind != OperandKind::kMod) return o.kind;
  return OperandKind::kXvr;
}

bool WriteSet::add(const Insn& insn, const Access& a) {
  switch (a.what) {
    case Access::What::kGpr:
      return add_gprs(insn.reg[a.operand] + a.first, a.count);
    case Access::What::kVector: {
      const unsigned number = insn.reg[a.operand];
      const OperandKind kind = vector_kind(info(insn.op), a.operand);
      if (kind == OperandKind::kXbr) return add_quarters(number * 2, 2);
      if (kind == OperandKind::kXcr) return add_quarters(number, 1);
      return add_quarters((number + a.first) * 4, a.count * 4u);
    }
    case Access::What::kCs:
      cs_bits |= a.cs_mask & kCsSideEffects;
      break;
    case Access::What::kSfr:
      cs_whole = cs_whole || insn.sfr == kSfrCs;
      break;
    default:
      break;
  }
  return !cs_whole || cs_bits == 0;
}

DecodeError check_writers(const Bundle& b) {
  if (b.count < 2) return DecodeError::kNone;
  WriteSet set;
  for (const Insn& insn : b.view())
    for (const Access& a : info(insn.op).writes)
      if (!set.add(insn, a)) return DecodeError::kDoubleWrite;
  return DecodeError::kNone;
}

/// Decodes the syllables of one slot; false if no canonical row has this encoding.
bool decode_slot(const SlotWords& s, Slot slot, Insn& insn) {
  const Form* form = find_canonical(s.view());
  if (form == nullptr) return false;
  insn.op = static_cast<Opcode>(form->opcode);
  insn.slot = slot;
  insn.syllables = static_cast<u8>(1 + s.extensions);
  for (const Field& f : form->fields()) set_operand(f, f.extract(s.view()), insn);
  return true;
}

}  // namespace

DecodeError decode(std::span<const u32> words, Bundle& out) {
  out = Bundle{};
  const unsigned length = bundle_length(words);
  if (length == 0) return words.size() >= kMaxSyllables ? DecodeError::kTooLong : DecodeError::kTruncated;
  out.syllables = static_cast<u8>(length);

  Slots slots;
  if (const DecodeError e = split_bundle(words.first(length), slots); e != DecodeError::kNone) return e;
  for (unsigned i = 0; i < kSlotCount; ++i) {
    const SlotWords& s = slots[i];
    if (!s.used && s.extensions != 0) return DecodeError::kOrphanExtension;
    if (!s.used) continue;
    if (!decode_slot(s, static_cast<Slot>(i), out.insns[out.count])) return DecodeError::kReserved;
    ++out.count;
  }
  if (const DecodeError e = check_resources(out); e != DecodeError::kNone) return e;
  return check_writers(out);
}

}  // namespace mppa::isa
