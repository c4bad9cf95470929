#include "sim/code_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace mppa::sim {
namespace {

constexpr u8 kNoType = 0, kFunction = 2;  // STT_*

/// Functions, and labels of assembly code that are not local to a function.
bool names_code(const ElfFile& file, const ElfSymbol& symbol) {
  if (symbol.section >= file.sections().size() || !file.sections()[symbol.section].is_code()) return false;
  return symbol.type == kFunction || (symbol.type == kNoType && !symbol.name.empty() && symbol.name[0] != '.');
}

}  // namespace

std::string_view from_firmware(std::string_view path) {
  constexpr std::string_view kFolder = "/firmware/";
  const auto at = path.rfind(kFolder);
  return at == std::string_view::npos ? path : path.substr(at + 1);
}

CodeMap::CodeMap(const ElfFile& file) : lines_(file) {
  std::vector<const ElfSymbol*> symbols;
  for (const ElfSymbol& symbol : file.symbols())
    if (names_code(file, symbol)) symbols.push_back(&symbol);
  // Of several names for one address a function's comes first, and of those the first in the alphabet.
  std::sort(symbols.begin(), symbols.end(), [](const ElfSymbol* a, const ElfSymbol* b) {
    if (a->value != b->value) return a->value < b->value;
    return a->type != b->type ? a->type == kFunction : a->name < b->name;
  });
  u64 sized_end = 0;  // of the functions so far
  for (const ElfSymbol* symbol : symbols) {
    if (!functions_.empty() && functions_.back().begin == symbol->value) continue;
    // A label within a function is none of its own.
    if (symbol->type == kNoType && symbol->value < sized_end) continue;
    sized_end = std::max(sized_end, symbol->value + symbol->size);
    const ElfSection& section = file.sections()[symbol->section];
    const u64 end = symbol->size > 0 ? symbol->value + symbol->size : section.address + section.size;
    // What has no size reaches to the next symbol.
    if (!functions_.empty()) functions_.back().end = std::min(functions_.back().end, symbol->value);
    functions_.push_back({std::string(symbol->name), symbol->value, end});
  }
}

const CodeMap::Function* CodeMap::function(u64 address) const {
  const auto next = std::upper_bound(functions_.begin(), functions_.end(), address,
                                     [](u64 a, const Function& f) { return a < f.begin; });
  if (next == functions_.begin() || address >= std::prev(next)->end) return nullptr;
  return &*std::prev(next);
}

std::string CodeMap::line(u64 address) const {
  const auto place = lines_.find(address);
  return place ? fmt::format("{}:{}", from_firmware(place->file), place->line) : "";
}

std::string CodeMap::file(u64 address) const {
  const auto place = lines_.find(address);
  return place ? std::string(from_firmware(place->file)) : "";
}

std::string CodeMap::text(u64 address) const {
  const Function* f = function(address);
  if (!f) return fmt::format("{:#x}", address);
  const std::string where = line(address);
  return fmt::format("{}+{:#x}{}", f->name, address - f->begin, where.empty() ? "" : " (" + where + ")");
}

}  // namespace mppa::sim
