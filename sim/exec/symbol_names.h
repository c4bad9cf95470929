// Names for code addresses of a linked program, spelled as the disassembler spells them.
#pragma once

#include <string>

#include "sim/symbol_order.h"

namespace mppa::sim {

class SymbolNames {
 public:
  explicit SymbolNames(const ElfFile& file) : file_(file), order_(file) {}

  /// `1f40 <symbol+0x10>`, or 0x1f40 if the file has no symbols.
  std::string format(u64 address) const { return order_.format(address, section_of(address)); }

 private:
  u32 section_of(u64 address) const {
    const auto sections = file_.sections();
    for (u32 i = 1; i < sections.size(); ++i)
      if (address >= sections[i].address && address - sections[i].address < sections[i].size && sections[i].is_code())
        return i;
    return 0;
  }
  const ElfFile& file_;
  SymbolOrder order_;
};

}  // namespace mppa::sim
