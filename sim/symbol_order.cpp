#include "sim/symbol_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mppa::sim {
namespace {

constexpr u8 kSttFunc = 2;
constexpr u8 kSttSection = 3;
constexpr u8 kSttFile = 4;
constexpr u8 kStbLocal = 0;
constexpr u8 kStbGlobal = 1;

/// Names of object files and compiler marks say little; they sort after other symbols of the same address.
bool is_compiler_mark(std::string_view name) {
  return name.find("gnu_compiled") != std::string_view::npos || name.find("gcc2_compiled") != std::string_view::npos;
}
bool is_object_file(std::string_view name) { return name.ends_with(".o") || name.ends_with(".a"); }

bool useful(const ElfSymbol& s) {
  return !s.name.empty() && s.type != kSttSection && s.type != kSttFile && s.section != 0 &&
         s.section != ElfFile::kCommon;
}

/// Absolute symbols come before those of any section.
u32 section_rank(const ElfSymbol& s) { return s.section == ElfFile::kAbsolute ? 0 : s.section; }

}  // namespace

bool SymbolOrder::before(const Entry& a, const Entry& b) {
  const auto key = [](const Entry& e) {
    const ElfSymbol& s = *e.symbol;
    return std::make_tuple(e.address, section_rank(s), is_compiler_mark(s.name), is_object_file(s.name),
                           s.type != kSttFunc, s.binding == kStbLocal, s.binding != kStbGlobal, ~s.size,
                           s.name.starts_with('.'), s.name, e.symbol);
  };
  return key(a) < key(b);
}

SymbolOrder::SymbolOrder(const ElfFile& file) : file_(file), has_relocations_(file.has_relocations()) {
  const auto sections = file.sections();
  for (const ElfSymbol& s : file.symbols()) {
    if (!useful(s)) continue;
    const bool offset = file.relocatable() && s.section < sections.size();
    sorted_.push_back({&s, s.value + (offset ? sections[s.section].address : 0)});
  }
  std::sort(sorted_.begin(), sorted_.end(), before);
}

/// First place of the greatest address that is not above `address`; 0 if all are above.
std::size_t SymbolOrder::nearest(u64 address) const {
  const auto above = std::upper_bound(sorted_.begin(), sorted_.end(), address,
                                      [](u64 value, const Entry& e) { return value < e.address; });
  if (above == sorted_.begin()) return 0;
  const u64 value = std::prev(above)->address;
  const auto first =
      std::lower_bound(sorted_.begin(), above, value, [](const Entry& e, u64 v) { return e.address < v; });
  return static_cast<std::size_t>(first - sorted_.begin());
}

/// The first symbol of the nearest lower address with a symbol of the section, below place `below`; else the next one
/// after `place`.
std::size_t SymbolOrder::first_suitable(std::size_t below, std::size_t place, u32 section, bool want_section) const {
  const auto suits = [&](std::size_t i) { return !want_section || symbol(i).section == section; };
  std::size_t best = kNone;
  for (std::size_t i = below; i-- > 0;) {
    if (!suits(i)) continue;
    if (best != kNone && address(i) != address(best)) break;
    best = i;
  }
  if (best != kNone) return best;
  for (std::size_t i = place + 1; i < sorted_.size(); ++i)
    if (suits(i)) return i;
  return kNone;
}

std::size_t SymbolOrder::find(u64 address, u32 section, bool in_section) const {
  if (sorted_.empty()) return kNone;
  const std::size_t place = nearest(address);
  std::size_t end = place;
  while (end < sorted_.size() && sorted_[end].address == sorted_[place].address) {
    if (symbol(end).section == section) return end;
    ++end;
  }
  const ElfSection& s = file_.sections()[section];
  const bool inside = address >= s.address && address - s.address < s.size;
  const bool want_section = in_section || (has_relocations_ && inside);
  if (!want_section || symbol(place).section == section) return place;
  return first_suitable(end, place, section, want_section);
}

std::string SymbolOrder::relative_to(std::size_t place, u64 address, u32 section) const {
  const u64 base = place == kNone ? file_.sections()[section].address : sorted_[place].address;
  const std::string_view name = place == kNone ? file_.sections()[section].name : symbol(place).name;
  if (address > base) return fmt::format("<{}+{:#x}>", name, address - base);
  if (address < base) return fmt::format("<{}-{:#x}>", name, base - address);
  return fmt::format("<{}>", name);
}

std::string SymbolOrder::format(u64 address, u32 section) const {
  if (sorted_.empty()) return fmt::format("{:#x}", address);
  return fmt::format("{:x} {}", address, relative_to(find(address, section, false), address, section));
}

}  // namespace mppa::sim
