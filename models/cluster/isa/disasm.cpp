#include "models/cluster/isa/disasm.h"

#include <fmt/format.h>

#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/form_table.h"

namespace mppa::isa {
namespace {

#include "isa/modifier_names.inc"
#include "isa/sfr_names.inc"

/// `count` registers of a file from `first` on: $r4r5.
std::string register_group(char file, unsigned first, unsigned count) {
  std::string text = "$";
  for (unsigned i = 0; i < count; ++i) text += fmt::format("{}{}", file, first + i);
  return text;
}

std::string register_text(OperandKind kind, unsigned number) {
  switch (kind) {
    case OperandKind::kGpr:
      return register_group('r', number, 1);
    case OperandKind::kPgr:
      return register_group('r', number, 2);
    case OperandKind::kQgr:
      return register_group('r', number, 4);
    case OperandKind::kXvr:
      return register_group('a', number, 1);
    case OperandKind::kXtr:
      return register_group('a', number, 2);
    case OperandKind::kXmr:
      return register_group('a', number, 4);
    case OperandKind::kXbr:
      return fmt::format("$a{}_{}", number / 2, number % 2 == 0 ? "lo" : "hi");
    case OperandKind::kXcr:
      return fmt::format("$a{}_{}", number / 4, "xyzt"[number % 4]);
    default:
      return sfr_name(number);
  }
}

/// Immediates are printed in decimal and hexadecimal, in 32 bits if the field is that small.
std::string immediate_text(const Field& f, u64 raw) {
  if (!f.prints_signed) return fmt::format("{0} (0x{0:x})", raw << f.scale_shift);
  const unsigned up = 64 - f.bits;
  const i64 value = static_cast<i64>(raw << up) >> up;
  if (f.bits <= 32) return fmt::format("{} (0x{:x})", value, static_cast<u32>(value));
  return fmt::format("{} (0x{:x})", value, static_cast<u64>(value));
}

std::string operand_text(const Field& f, std::span<const u32> words, u64 pc, const AddressFormatter& address) {
  const u64 raw = f.extract(words);
  if (f.kind == OperandKind::kMod) return std::string(modifier_names(f.modifier)[raw]);
  if (f.kind != OperandKind::kImm) return register_text(f.kind, static_cast<unsigned>(raw * f.scale + f.offset));
  if (!f.pc_relative) return immediate_text(f, raw);
  const unsigned up = 64 - f.bits;
  return address(pc + (static_cast<u64>(static_cast<i64>(raw << up) >> up) << f.scale_shift));
}

std::string form_text(const Form& form, std::span<const u32> words, u64 pc, const AddressFormatter& address) {
  std::string text;
  auto field = form.fields().begin();
  for (const char c : form.text) {
    if (c == '%') {
      text += operand_text(*field++, words, pc, address);
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string plain_address(u64 address) { return fmt::format("0x{:x}", address); }

std::string sfr_name(unsigned number) { return std::string(kSfrNames[number]); }

std::optional<std::string> disassemble_words(std::span<const u32> words, u64 pc, const AddressFormatter& address) {
  const Form* form = find_printed(words);
  if (form == nullptr) return std::nullopt;
  return form_text(*form, words, pc, address);
}

std::string disassemble(const Insn& insn, u64 pc, const AddressFormatter& address) {
  return disassemble_words(encode(insn), pc, address).value_or("*** invalid opcode ***");
}

std::string disassemble(const Bundle& bundle, u64 pc, const AddressFormatter& address) {
  std::string text;
  for (const Insn& insn : bundle.view()) {
    if (!text.empty()) text += '\n';
    text += disassemble(insn, pc, address);
  }
  return text + ";;";
}

}  // namespace mppa::isa
