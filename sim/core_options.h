// The options --timing and --engine, the same for every subcommand that runs a core.
#pragma once

#include "models/cluster/engine/core.h"

namespace CLI {
class App;
}

namespace mppa::sim {

/// Adds --timing pipeline|functional and --engine; the targets keep their value as the default and must live as long as
/// `command`.
void add_core_options(CLI::App& command, timing::Level& level, engine::EngineKind& engine);

}  // namespace mppa::sim
