// Ways to exchange frames with programs outside the simulation: QEMU's stream socket and Linux TAP devices. What comes
// from outside comes when it likes: runs with a door in use are not deterministic.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::eth {

/// Frames from destination address on, without FCS, possibly shorter than 60 bytes. Never blocks.
class OutsideIf {
 public:
  virtual ~OutsideIf() = default;
  /// Whether somebody is there; looks for a new peer otherwise.
  virtual bool connected() = 0;
  /// False if the peer does not take it now.
  virtual bool send(std::span<const u8> frame) = 0;
  /// The next frame that has arrived.
  virtual std::optional<std::vector<u8>> receive() = 0;
};

/// Listens for one peer at a time that speaks the format of QEMU's `-netdev stream`: 4 bytes of big-endian length, then
/// the frame. `address`: "unix:PATH" or "tcp:PORT" (on the loopback interface). std::runtime_error says what fails.
std::unique_ptr<OutsideIf> listen_stream(const std::string& address);

/// Attaches to the TAP device `name`, creating it if the rights suffice. std::runtime_error says what fails.
std::unique_ptr<OutsideIf> open_tap(const std::string& name);

}  // namespace mppa::eth
