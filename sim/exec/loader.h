// Puts a linked KV3 program into the memory of a bare machine.
#pragma once

#include <string>
#include <vector>

#include "models/cluster/engine/core_bus.h"
#include "sim/elf_file.h"

namespace mppa::sim {

/// Copies every PT_LOAD segment to its physical address. Throws BadInput if the file is not linked, has no segment, or
/// a segment or the entry point is outside the memories of `bus`; `memories` describes them for the message.
void load_segments(const ElfFile& file, engine::CoreBus& bus, const std::string& memories);

/// Fills the boot-argument area (ABI digest section 7) with argv, if the program has one: section `.mppa_args` or
/// symbol `MPPA_ARGAREA_START`. argv[0] is the first element of `args`. Returns false if there is no area. Throws
/// BadInput if the arguments do not fit.
bool write_arguments(const ElfFile& file, engine::CoreBus& bus, const std::vector<std::string>& args, u32 frequency_hz);

}  // namespace mppa::sim
