// The DDR memory of the chip: two channels behind one address range, with real contents and DMI.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <systemc>
#include <vector>

#include "models/common/sparse_memory.h"
#include "models/common/stats.h"
#include "models/common/write_watch.h"
#include "models/noc/ddr/ddr_timing.h"

namespace mppa::noc {

struct DdrParams {
  u64 size = u64{8} << 30;  ///< bytes; K200-LP: 8 to 32 GiB
  unsigned channels = 2;    ///< product page
  u64 interleave = 256;     ///< bytes per channel turn; not published (one L2 line)
  DdrChannelParams channel{};
};

class Ddr : public sc_core::sc_module, public StatProvider {
 public:
  /// Addresses are offsets into the memory.
  tlm_utils::simple_target_socket<Ddr> socket{"socket"};

  /// `watch` gets to know of writes, if given.
  Ddr(const sc_core::sc_module_name& name, const DdrParams& params, WriteWatch* watch = nullptr);

  /// Timing only: the contents move through memory().
  DdrReply access(u64 offset, u64 bytes, bool write, u64 now_ps);
  SparseMemory& memory() { return memory_; }
  void write_stats(StatWriter& out) const override;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  /// Moves the bytes (or performs the atomic of the bus extension); false if outside the memory.
  bool transfer(tlm::tlm_generic_payload& payload);

  DdrParams params_;
  WriteWatch* watch_;
  SparseMemory memory_;
  std::vector<DdrChannel> channels_;
};

}  // namespace mppa::noc
