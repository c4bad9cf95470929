// Ctrl-C: the first one asks the run to end, the second one ends the process.
#pragma once

namespace mppa::sim {

/// Catches SIGINT and SIGTERM from now on.
void catch_interrupts();
bool interrupted();

}  // namespace mppa::sim
