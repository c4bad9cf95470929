#include "models/cluster/isa/encode.h"

#include "models/cluster/isa/form_table.h"

namespace mppa::isa {
namespace {

constexpr u32 kParallel = 0x80000000;

/// The raw field value of an operand.
u64 field_value(const Field& f, const Insn& insn) {
  switch (f.target) {
    case Target::kReg:
      return static_cast<u64>(insn.reg[f.index] - f.offset) / f.scale;
    case Target::kMod:
      return insn.mod[f.index];
    case Target::kSfr:
      return insn.sfr;
    case Target::kImm:
      return static_cast<u64>(insn.imm[f.index]) >> f.scale_shift;
    case Target::kSplat:
    case Target::kSplatUnused:
      return insn.splat ? 1 : 0;
  }
  return 0;
}

}  // namespace

std::vector<u32> encode(const Insn& insn) {
  const Form& form = form_of(insn.op);
  std::vector<u32> words(form.match.begin(), form.match.begin() + form.syllables);
  for (const Field& f : form.fields()) {
    const u64 value = field_value(f, insn);
    for (const FieldPart& p : f.parts())
      words[p.word] |= static_cast<u32>((value >> p.shift) & ((u64{1} << p.width) - 1)) << p.low;
  }
  return words;
}

std::vector<u32> encode(const Bundle& bundle) {
  std::vector<u32> words;
  std::vector<u32> extensions;
  for (const Insn& insn : bundle.view()) {
    const std::vector<u32> own = encode(insn);
    words.push_back(own[0] | kParallel);
    const u32 owner = static_cast<u32>(insn.slot) - static_cast<u32>(Slot::kAlu0);
    for (std::size_t i = 1; i < own.size(); ++i) extensions.push_back(own[i] | owner << 27 | kParallel);
  }
  words.insert(words.end(), extensions.begin(), extensions.end());
  if (!words.empty()) words.back() &= ~kParallel;
  return words;
}

}  // namespace mppa::isa
