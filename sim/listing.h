// Disassembly listing of an ELF file in the layout of GNU objdump -d (binutils 2.44).
#pragma once

#include <string>

#include "sim/elf_file.h"

namespace mppa::sim {

/// The whole listing: file header line, then every code section with its symbols, addresses, bytes and instructions.
std::string disassembly_listing(const ElfFile& file);

}  // namespace mppa::sim
