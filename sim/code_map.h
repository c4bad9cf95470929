// What stands at a code address of a linked program, for people: function, source file, line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/elf_file.h"
#include "sim/line_table.h"

namespace mppa::sim {

class CodeMap {
 public:
  /// Keeps nothing of `file`. Throws ElfError if its line table is damaged.
  explicit CodeMap(const ElfFile& file);

  struct Function {
    std::string name;
    u64 begin = 0;
    u64 end = 0;
  };
  /// The function that contains `address`, or nullptr.
  const Function* function(u64 address) const;
  /// "file:line", or "" if it is not known. Files of the firmware tree are named from `firmware/` on.
  std::string line(u64 address) const;
  /// The file alone.
  std::string file(u64 address) const;
  /// "function+0x10 (file:line)", as far as known; "0x1234" if nothing is.
  std::string text(u64 address) const;

 private:
  std::vector<Function> functions_;  ///< by address
  LineTable lines_;
};

/// The path from `firmware/` on if it has such a folder, else the whole.
std::string_view from_firmware(std::string_view path);

}  // namespace mppa::sim
