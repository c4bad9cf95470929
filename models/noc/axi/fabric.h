// The AXI fabric of the chip: memory-mapped loads, stores and atomics of clusters, DMAs and devices to each other's
// memory and registers. A crossbar of links: every initiator and every target has a link each way with a bandwidth, the
// path between them a latency. Contention is queueing on the links; the fabric itself does not block.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <string>
#include <systemc>
#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/common/clock.h"
#include "models/common/stats.h"

namespace mppa::noc {

struct FabricParams {
  u64 clock_hz = 1'200'000'000;
  /// Bytes a cycle on a link, each way. Not published; 16 is the width of the widest DMA move.
  u64 link_bytes = 16;
};

/// A target's place in the address map.
struct FabricRange {
  u64 base = 0;
  u64 size = 0;
  u64 target_offset = 0;  ///< address at the target = address - base + target_offset
};

/// A target of the fabric: cycles from any initiator to it, one way, and where it answers.
struct FabricTarget {
  std::string name;
  u64 latency = 0;
  std::vector<FabricRange> ranges;
  u64 link_bytes = 0;  ///< bytes a cycle on its link; 0: as all links
};

class Fabric : public sc_core::sc_module, public StatProvider {
 public:
  using InitiatorSide = tlm_utils::simple_target_socket_tagged<Fabric>;
  using TargetSide = tlm_utils::simple_initiator_socket<Fabric>;

  /// Overlapping ranges are a std::logic_error.
  Fabric(const sc_core::sc_module_name& name, const FabricParams& params, const std::vector<std::string>& initiators,
         const std::vector<FabricTarget>& targets);

  /// The sockets to bind, by the names given; an unknown name is a std::logic_error.
  InitiatorSide& initiator(const std::string& initiator_name);
  TargetSide& target(const std::string& target_name);

  void write_stats(StatWriter& out) const override;

 private:
  struct Link {
    std::string name;
    u64 bytes;                          ///< a cycle
    BandwidthServer request, response;  ///< in ps
  };
  struct Initiator {
    Initiator(const std::string& socket_name, const std::string& link_name, u64 link_bytes)
        : socket(socket_name.c_str()), link{link_name, link_bytes, {}, {}} {}
    InitiatorSide socket;
    Link link;
  };
  struct Target {
    Target(const std::string& socket_name, const std::string& link_name, u64 link_bytes, u64 latency_ps)
        : socket(socket_name.c_str()), link{link_name, link_bytes, {}, {}}, latency(latency_ps) {}
    TargetSide socket;
    Link link;
    u64 latency;
  };
  struct Range {
    FabricRange range;
    Target* target;
  };

  void map(const FabricTarget& target, Target& to);
  void b_transport(int id, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int id, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int id, tlm::tlm_generic_payload& payload);
  const Range* decode(u64 address, u64 bytes) const;
  u64 transfer_ps(const Link& link, u64 bytes) const;

  FabricParams params_;
  Clock clock_;
  std::deque<Initiator> initiators_;
  std::deque<Target> targets_;
  std::vector<Range> map_;  ///< sorted by base
  u64 decode_errors_ = 0;
};

}  // namespace mppa::noc
