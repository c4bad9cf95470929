// Which source line a code address comes from: the .debug_line section of a linked program, DWARF versions 2 to 4 (what
// the toolchain of this tree writes). Tables of other versions are skipped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/elf_file.h"

namespace mppa::sim {

class LineTable {
 public:
  /// Throws ElfError if the section is damaged.
  explicit LineTable(const ElfFile& file);

  struct Place {
    std::string file;  ///< as the compiler was given it: usually an absolute path
    unsigned line = 0;
  };
  std::optional<Place> find(u64 address) const;

 private:
  class Unit;
  struct Row {
    u64 address = 0;
    u32 file = 0;
    u32 line = 0;
    bool end = false;  ///< of a sequence: no line from here on
  };

  using Sequences = std::vector<std::vector<Row>>;

  std::vector<std::string> files_;
  std::vector<Row> rows_;  ///< sequences by address, each by address
};

}  // namespace mppa::sim
