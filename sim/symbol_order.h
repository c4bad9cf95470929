// The symbols of an ELF file in the order in which objdump looks them up, and that look-up.
#pragma once

#include <vector>

#include "sim/elf_file.h"

namespace mppa::sim {

class SymbolOrder {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Keeps the symbols that name an address (no undefined, common, section and file symbols).
  explicit SymbolOrder(const ElfFile& file);

  bool empty() const { return sorted_.empty(); }
  std::size_t size() const { return sorted_.size(); }
  const ElfSymbol& symbol(std::size_t place) const { return *sorted_[place].symbol; }
  u64 address(std::size_t place) const { return sorted_[place].address; }

  /// Place of the best symbol for `address` seen from `section` (an index): the nearest one at or below it, in a
  /// relocatable file or with `in_section` only of that section; else the next above. kNone if there is none.
  std::size_t find(u64 address, u32 section, bool in_section) const;

  /// objdump's text for an address: `1f40 <symbol+0x10>`, or 0x1f40 in a file without symbols.
  std::string format(u64 address, u32 section) const;

  /// "<symbol+0x10>" for the symbol at `place`, or the section's name if kNone.
  std::string relative_to(std::size_t place, u64 address, u32 section) const;

 private:
  struct Entry {
    const ElfSymbol* symbol;
    u64 address;
  };
  static bool before(const Entry& a, const Entry& b);
  std::size_t nearest(u64 address) const;
  std::size_t first_suitable(std::size_t below, std::size_t place, u32 section, bool want_section) const;

  const ElfFile& file_;
  bool has_relocations_;
  std::vector<Entry> sorted_;
};

}  // namespace mppa::sim
