#include "models/cluster/isa/form_table.h"

namespace mppa::isa {
namespace {

/// Set of SFR numbers, one bit each.
using SfrSet = std::array<u64, 8>;

/// Range of kIndex: the forms that can have one value of bits 30:24.
struct Bucket {
  u16 first;
  u16 count;
};

#include "isa/decode_tables.inc"

bool satisfies(const Constraint& c, u32 word, bool check_sfr) {
  if (c.width == 0) return true;
  const u32 value = (word >> c.low) & ((1u << c.width) - 1);
  if (c.sfr_set >= 0) return !check_sfr || ((kSfrSets[c.sfr_set][value / 64] >> (value % 64)) & 1) != 0;
  return ((c.allowed >> value) & 1) != 0;
}

bool masks_match(const Form& form, std::span<const u32> words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if ((words[i] & form.mask[i]) != form.match[i]) return false;
  return true;
}

const Form* find(std::span<const Bucket> buckets, std::span<const u32> words, bool check_sfr) {
  const Bucket b = buckets[(words.size() - 1) * 128 + ((words[0] >> 24) & 0x7f)];
  for (unsigned i = 0; i < b.count; ++i) {
    const Form& form = kForms[kIndex[b.first + i]];
    if (masks_match(form, words) && satisfies(form.constraint, words[0], check_sfr)) return &form;
  }
  return nullptr;
}

}  // namespace

std::span<const FieldPart> Field::parts() const { return {kParts + first_part, part_count}; }

std::span<const Field> Form::fields() const { return {kFields + first_field, field_count}; }

u64 Field::extract(std::span<const u32> words) const {
  u64 value = 0;
  for (const FieldPart& p : parts())
    value |= static_cast<u64>((words[p.word] >> p.low) & ((u64{1} << p.width) - 1)) << p.shift;
  return value;
}

const Form* find_canonical(std::span<const u32> words) { return find(kDecodeBuckets, words, true); }

const Form* find_printed(std::span<const u32> words) { return find(kPrintBuckets, words, false); }

std::span<const Form> all_forms() { return kForms; }

const Form& form_of(Opcode op) { return kForms[kFormOfOpcode[static_cast<unsigned>(op)]]; }

}  // namespace mppa::isa
