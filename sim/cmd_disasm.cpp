// `mppasim disasm FILE.elf`: disassembly of every code section.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

#include "sim/commands.h"
#include "sim/elf_file.h"
#include "sim/listing.h"

namespace mppa::sim {

void add_disasm(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("disasm", "Print the code of a KV3 ELF file as objdump -d does");
  command->add_option("FILE", *path, "ELF64 file for KVX, linked or not")->required();
  command->callback([path] {
    const std::string text = disassembly_listing(ElfFile::read(*path));
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace mppa::sim
