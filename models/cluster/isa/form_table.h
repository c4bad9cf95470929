// Internal to models/cluster/isa: how each form is recognised, taken apart and printed. One Form per row of
// kv3_1.tsv, aliases included, in file order; generated.
#pragma once

#include <span>
#include <string_view>

#include "models/cluster/isa/op_info.h"

namespace mppa::isa {

/// Bits [low + width - 1 : low] of syllable `word` are bits [shift + width - 1 : shift] of an operand field.
struct FieldPart {
  u8 word;
  u8 low;
  u8 width;
  u8 shift;
};

/// Which member of Insn an operand goes to.
enum class Target : u8 {
  kReg,
  kMod,
  kImm,
  kSplat,        ///< .@: repeat the low half of imm[0] in the high half
  kSplatUnused,  ///< .@ is there but the instruction takes the immediate as a single number
  kSfr
};

/// One operand of a form.
struct Field {
  OperandKind kind;
  Modifier modifier;
  Target target;
  u8 index;  ///< into Insn::reg, Insn::mod or Insn::imm
  u16 first_part;
  u8 part_count;
  u8 bits;             ///< width of the field
  bool is_signed;      ///< sign-extended
  bool prints_signed;  ///< "wrapped" immediates are sign-extended but printed without sign
  bool pc_relative;
  u8 scale_shift;  ///< immediates: value = field << scale_shift
  u8 scale;        ///< registers: number = field * scale + offset
  u8 offset;

  std::span<const FieldPart> parts() const;
  /// The raw field: not sign-extended, not scaled.
  u64 extract(std::span<const u32> words) const;
};

/// Allowed values of the bits [low + width - 1 : low] of the first syllable; width 0 = all.
struct Constraint {
  u8 low;
  u8 width;
  u16 allowed;  ///< modifiers: one bit per value
  i8 sfr_set;   ///< SFR numbers: index of a set, else -1
};

struct Form {
  std::array<u32, 3> mask;
  std::array<u32, 3> match;
  u16 first_field;
  u8 field_count;
  u8 syllables;
  u16 opcode;  ///< of the canonical row
  Constraint constraint;
  std::string_view text;  ///< assembler template, % = next operand

  std::span<const Field> fields() const;
};

/// The canonical form of these 1 to 3 syllables, nullptr if the encoding is reserved.
const Form* find_canonical(std::span<const u32> words);

/// The form objdump prints for these syllables: the first row that matches, aliases included; SFR number sets do not
/// matter to it.
const Form* find_printed(std::span<const u32> words);

/// Every form in file order.
std::span<const Form> all_forms();

/// The canonical form of `op`.
const Form& form_of(Opcode op);

}  // namespace mppa::isa
