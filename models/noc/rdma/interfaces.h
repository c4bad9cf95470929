// How DMAs and Ethernet blocks attach to the RDMA NoC.
#pragma once

#include <systemc>

#include "models/noc/rdma/packet.h"

namespace mppa::noc {

/// The side of a node that sends. Times are absolute and may lie ahead of the kernel, never behind it.
class InjectIf : public sc_core::sc_interface {
 public:
  /// Whether the injection buffer of `vchan` takes a packet of `flits` flits. After false, space_event() tells when to
  /// ask again.
  virtual bool can_inject(unsigned vchan, unsigned flits) = 0;
  /// Hands over a packet whose first flit is ready at `when`. std::logic_error without room.
  virtual void inject(PacketPtr packet, const sc_core::sc_time& when) = 0;
  /// The time from which limiter `qos` lets `flits` flits pass, `when` at the earliest; the tokens are taken.
  virtual sc_core::sc_time admit(unsigned qos, unsigned flits, const sc_core::sc_time& when) = 0;
  virtual const sc_core::sc_event& space_event() const = 0;
  /// To be called when a packet refused by DeliverIf::deliver may be offered again.
  virtual void resume_delivery() = 0;
};

/// The side of a node that receives.
class DeliverIf : public sc_core::sc_interface {
 public:
  /// Offers a packet whose last flit arrives at `when`. The receiver moves it away and returns true, or leaves it and
  /// returns false: then it stays in the router, holds up its virtual channel, and is offered again after
  /// InjectIf::resume_delivery().
  virtual bool deliver(PacketPtr& packet, const sc_core::sc_time& when) = 0;
};

}  // namespace mppa::noc
