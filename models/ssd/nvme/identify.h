// Identify data structures [5.15].
#pragma once

#include "models/ssd/nvme/queues.h"

namespace mppa::ssd::nvme {

class Controller;

/// Executes an Identify command.
void identify(Controller& controller, const CommandPtr& command);

}  // namespace mppa::ssd::nvme
