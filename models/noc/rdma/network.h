// The RDMA NoC: seven routers, source-routed packets, two virtual channels with credits.
//
// A router has one input buffer per incoming link and virtual channel, and one for injection. An output link is granted
// round robin to the buffers whose first packet wants it and for which the next buffer has credits; it then carries the
// packet, one flit a cycle. The head is at the next router after the hop latency and goes on before the tail has
// arrived (cut-through); credits come back when the tail leaves. Credits are granted per packet, so a blocked packet
// does not stretch over several routers. Nothing happens between the grants: one event per packet and hop.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <systemc>
#include <vector>

#include "models/common/clock.h"
#include "models/common/stats.h"
#include "models/noc/rdma/interfaces.h"
#include "models/noc/rdma/token_bucket.h"
#include "models/noc/rdma/topology.h"

namespace mppa::noc {

/// None of these figures is published (interconnect.md section 2.5).
struct RdmaNocParams {
  u64 clock_hz = 1'200'000'000;  ///< one flit a cycle and link: 19.2 GB/s
  u64 hop_cycles = 4;            ///< head of a packet, router to router
  u64 credits = 68;              ///< flits of an input buffer per virtual channel; at least 17, one packet
  u64 inject_flits = 68;         ///< flits of an injection buffer per virtual channel; at least 17
  std::array<std::array<LimiterParams, kQosIds>, kNodes> limiters{};  ///< off
};

class RdmaNoc : public sc_core::sc_module, public StatProvider {
 public:
  /// Receivers by node. Packets to a node without one are dropped and counted as route errors.
  sc_core::sc_vector<sc_core::sc_port<DeliverIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND>> deliver;

  /// std::logic_error for buffers too small for a packet.
  RdmaNoc(const sc_core::sc_module_name& name, const RdmaNocParams& params);
  ~RdmaNoc() override;

  /// The sending side of a node, to bind to its port.
  InjectIf& inject(unsigned node);

  const RdmaNocParams& params() const { return params_; }
  u64 delivered() const { return delivered_; }
  /// Packets dropped because their route names no port, does not end, or ends at a node without receiver.
  u64 route_errors() const { return route_errors_; }
  /// Packets inside the network.
  u64 in_flight() const { return injected_ - delivered_ - route_errors_; }

  void write_stats(StatWriter& out) const override;

 private:
  class Injector;
  struct Entry {
    PacketPtr packet;
    u64 head;  ///< cycle in which the first flit is here
  };
  /// An input buffer.
  struct Buffer {
    std::deque<Entry> entries;
    std::deque<std::pair<u64, u64>> freed;  ///< (cycle, flits) that leave later
    u64 used = 0;
    u64 capacity = 0;
    int upstream = -1;  ///< output that fills it; -1: injection
    u8 node = 0;
    u8 slot = 0;  ///< bit in Output::wanted of its node
    u8 vchan = 0;
  };
  struct Output {
    u8 node = 0;
    bool local = false;
    u8 refused = 0;  ///< virtual channels whose packet the receiver refused and has not resumed
    std::array<Buffer*, kVirtualChannels> next{};
    u32 wanted = 0;  ///< buffers of the node whose first packet goes this way
    unsigned last = 0;
    u64 free_at = 0;
    u64 packets = 0, flits = 0, waited = 0, starved = 0;
    unsigned port = 0;
  };

  SC_HAS_PROCESS(RdmaNoc);
  void build();
  Buffer& buffer(unsigned node, unsigned slot) { return buffers_[node * kSlots + slot]; }
  int output_index(unsigned node, unsigned port) const { return output_of_[node][port]; }

  void run();
  void schedule(int output, u64 cycle);
  void arm(u64 now);
  void new_head(Buffer& buffer, u64 earliest);
  bool has_room(Buffer& buffer, u64 flits, u64 now);
  void serve(int index, u64 now);
  void send(int index, Buffer& from, u64 now);
  bool deliver_head(Output& output, Buffer& from, u64 now);
  void pop(Buffer& from, u64 flits, u64 now);
  u64 now_cycle() const { return clock_.cycles_at(sc_core::sc_time_stamp()); }

  static constexpr unsigned kSlots = 2 * (kPorts + 1);
  static constexpr u64 kNever = ~u64{0};

  RdmaNocParams params_;
  Clock clock_;
  std::deque<Buffer> buffers_;
  std::vector<Output> outputs_;
  std::vector<u64> due_;   ///< by output: cycle of its next look, or kNever
  u64 earliest_ = kNever;  ///< no later than the least of due_
  std::array<std::array<int, kLocalPort + 1>, kNodes> output_of_{};
  std::array<std::unique_ptr<Injector>, kNodes> injectors_;
  sc_core::sc_event event_;
  u64 injected_ = 0, delivered_ = 0, route_errors_ = 0;
};

}  // namespace mppa::noc
