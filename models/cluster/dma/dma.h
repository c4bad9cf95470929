// The DMA engine of a cluster: register blocks, four TX threads and the receiving half. SoC digest dma.md; registers
// and descriptors in firmware/include/mppa/dma_regs.h, shared with the firmware.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>

#include "models/cluster/dma/rx/channels.h"
#include "models/cluster/dma/tx/thread.h"
#include "models/cluster/iommu/iommu.h"
#include "models/common/device.h"
#include "models/common/stats.h"
#include "models/noc/rdma/interfaces.h"

namespace mppa::cluster {

class Dma : public RegisterDevice, public noc::DeliverIf, public StatProvider, private dma::MemoryIf {
 public:
  static constexpr u64 kWindow = MPPA_DMA_SIZE;
  static constexpr unsigned kErrorLine = MPPA_DMA_GIC_LINE;

  /// Memory as the cluster sees it (local window, global addresses); must not block. Bursts of up to 256 bytes with
  /// their data; atomic adds and the address space number travel in BusExtension (master 22 TX, 23 RX).
  tlm_utils::simple_initiator_socket<Dma> memory{"memory"};
  /// The level of input kErrorLine.
  sc_core::sc_port<InterruptIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> interrupt{"interrupt"};
  /// The sending side of this cluster's NoC node; bind this module to the node's receiving side.
  sc_core::sc_port<noc::InjectIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> noc{"noc"};

  /// IOMMUs of the two directions; unbound: addresses are physical.
  sc_core::sc_port<TranslateIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> tx_iommu{"tx_iommu"}, rx_iommu{"rx_iommu"};

  Dma(const sc_core::sc_module_name& name, const dma::DmaParams& params);

  bool deliver(noc::PacketPtr& packet, const sc_core::sc_time& when) override;
  void write_stats(StatWriter& out) const override;

 private:
  SC_HAS_PROCESS(Dma);
  void reset_state() override;
  Result access(bool write, bool rx, u64 address, void* data, unsigned bytes, u64 at, u16 asn,
                const u8* enable) override;
  Result atomic_add(u64 address, u64 operand, unsigned bytes, u64 at, u16 asn) override;
  Result transport(u64 iova, bool rx, bool write, u64 at);
  void end_of_elaboration() override;
  void declare_errors();
  void declare_threads();
  void declare_noc_test();
  void declare_monitoring();
  void raise(unsigned it, u64 at);
  void update_line(u64 at);
  void run_threads() {
    for (dma::Thread& t : threads_) t.run();
  }

  dma::Services services_;
  dma::Tables tables_;
  dma::JobQueues queues_;
  dma::CompletionQueues completions_;
  dma::JobCaches caches_;
  dma::Channels channels_;
  dma::TxShared shared_;
  std::deque<dma::Thread> threads_;
  sc_core::sc_event space_;
  Register* it_enable_ = nullptr;
  Register* it_vector_ = nullptr;
  std::array<Register*, 5> error_maps_{};
  Register* thread_error_ = nullptr;
  bool level_ = false;
  noc::PacketPtr raw_;  ///< of TX_NOC_TEST
  tlm::tlm_generic_payload payload_;
  BusExtension extension_;
};

}  // namespace mppa::cluster
