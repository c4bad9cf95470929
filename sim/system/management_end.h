// The management channel of a chip: links of protocol "management", from the simulator's port of a chip to a peer.
#pragma once

#include "models/common/types.h"
#include "sim/system/component.h"

namespace mppa::sim {

/// Who manages. Words as in firmware/include/mppa/sim_port.h.
class ManagementPeer : public PortEnd {
 public:
  /// The firmware asks for the next word.
  virtual u64 read_word() = 0;
  virtual void write_word(u64 word) = 0;
};

/// The chip's side.
class ManagedEnd : public PortEnd {
 public:
  virtual void serve(ManagementPeer& peer) = 0;
};

}  // namespace mppa::sim
