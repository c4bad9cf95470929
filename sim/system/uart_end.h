// Serial lines: links of protocol "uart".
#pragma once

#include <systemc>

#include "models/common/types.h"
#include "sim/system/component.h"

namespace mppa::sim {

/// One end of a serial line. Both directions are the same: whoever sends calls the other end's receive().
class UartEnd : public PortEnd {
 public:
  /// A byte whose stop bit ends at `when`.
  virtual void receive(u8 byte, const sc_core::sc_time& when) = 0;

  /// The other end, or nullptr while nothing is linked.
  UartEnd* peer = nullptr;
};

}  // namespace mppa::sim
