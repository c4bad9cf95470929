// The result of `mppasim exec`: table for people, JSON for programs, dump of a core that crashed.
#pragma once

#include <string>

#include "models/cluster/engine/core.h"
#include "sim/exec/symbol_names.h"

namespace mppa::sim {

/// The table on stderr at the end of a run.
std::string result_table(const engine::Core& core);

/// --stats: one JSON object.
std::string result_json(const engine::Core& core, const engine::RunResult& result, int exit_status);

/// "pc 1234 <symbol+0x10>".
std::string where(u64 pc, const SymbolNames& symbols);

/// Registers of a core that cannot go on; it stopped at `pc`.
std::string register_dump(const engine::Core& core, u64 pc, const SymbolNames& symbols);

}  // namespace mppa::sim
