// A compute cluster: 16 PEs and the RM with their shared memory, interrupt controller, mailboxes and power controller,
// and its ways out (AXI fabric) and in.
//
// Time. One SystemC thread runs all cores of the cluster. It always advances the core whose local time is lowest, for a
// slice that ends when another core would fall behind by more than `slice_cycles`, when an event is due for this core,
// or at the end of the quantum; then the thread waits for the kernel to catch up. Cores that sleep cost nothing. What
// arrives for a core (interrupt lines, wake-ups, events of its neighbours) is queued with its cycle and delivered when
// the core gets there; what arrives late - the sender's time was behind - is delivered at once.
//
// Before a core exchanges something with others - atomics, uncached accesses, devices - it lets those that are behind
// it catch up: the cores of its cluster, and whatever the kernel has to run before that time: other clusters, DMA,
// devices. So such accesses happen in the order of their times, whatever the quantum. What runs ahead by up to a slice,
// or a quantum, is computing and plain stores; an interrupt finds such a core that far ahead.
//
// Waiting. A core that is found to spin - to repeat itself as long as the memory it reads does not change - is taken
// out of the choice like one that sleeps. Before that memory changes, and before an event reaches the core, it is
// brought to that very cycle: whole iterations are skipped, the rest is executed. Whether iterations are skipped or
// executed
// (`spin_skip`) makes no difference, because they can do only one thing. See spin.cpp.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/cluster/apic/gic.h"
#include "models/cluster/apic/ipi.h"
#include "models/cluster/apic/mailbox.h"
#include "models/cluster/coherence/l1_directory.h"
#include "models/cluster/coherence/stale_loads.h"
#include "models/cluster/control/core_control.h"
#include "models/cluster/control/power_controller.h"
#include "models/cluster/control/secure_registers.h"
#include "models/cluster/crypto/crypto_unit.h"
#include "models/cluster/dma/dma.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/spin_loop.h"
#include "models/cluster/iommu/iommu.h"
#include "models/cluster/l2/l2_registers.h"
#include "models/cluster/smem/smem.h"
#include "models/common/bus_extension.h"
#include "models/common/clock.h"
#include "models/common/stats.h"
#include "models/common/write_watch.h"
#include "models/noc/periph/ftu.h"

namespace mppa::cluster {

struct ClusterParams {
  u8 id = 0;  ///< 0..4
  u64 clock_hz = 1'200'000'000;
  SmemParams smem{};
  L2Params l2{};             ///< size 0: none
  bool l1_coherency = true;  ///< writes to SMEM or DDR remove the line from the other L1Ds of the cluster; PCR.L1CE
  dma::DmaParams dma{};      ///< `cluster` and `clock_hz` are set by the cluster
  CryptoParams crypto{};     ///< both units; `clock_hz` is set by the cluster
  engine::EngineKind engine = engine::EngineKind::kFast;
  timing::Level pe_timing = timing::Level::kPipeline;
  timing::Level rm_timing = timing::Level::kPipeline;
  timing::Params timing{};
  bool semihosting = false;  ///< scall 4055..4095 reach the simulator
  u64 register_latency = 2;  ///< cycles a local register takes on top of the crossbar; interconnect.md section 5.3
  u64 crossbar_latency = 9;  ///< cycles core to local target and back, without the target's own time
  u64 timestamp_hz = 100'000'000;  ///< DSU timestamp; open point 2 of the SoC digest
  u64 slice_cycles = 100;          ///< how far one core may run ahead of another
  u64 quantum_ps = 200'000;        ///< how far the cluster may run ahead of the rest of the chip
  /// Memory outside the cluster: where cores find it, and cycles from a core to its critical word, unloaded.
  struct Memory {
    u64 base = 0;
    u32 idle_latency = 0;
    bool behind_l2 = false;  ///< DDR, whose contents L2 caches by their offset in the memory
  };
  std::vector<Memory> memories;
  /// Iterations of loops in which a core only waits are skipped; false: they are executed. The results are the same.
  bool spin_skip = true;
};

/// Something the simulation must know about a core that stopped.
struct CoreStop {
  unsigned core = 0;
  engine::RunResult result;
};

class Cluster : public sc_core::sc_module, public CoreControlIf, public noc::ClusterControlIf, public StatProvider {
 public:
  /// Size of the address window of a cluster in both views (memory-map.md section 1).
  static constexpr u64 kWindow = u64{16} << 20;
  static constexpr u64 kMailboxBase = 0xA00000;  ///< offset in the window

  tlm_utils::simple_initiator_socket<Cluster> axi_out{"axi_out"};  ///< everything outside the local window
  tlm_utils::simple_initiator_socket<Cluster> dma_out{"dma_out"};  ///< the same for the DMA, on a link of its own
  tlm_utils::simple_target_socket<Cluster> axi_in{"axi_in"};       ///< offsets within the window

  /// `watch`: the registry of all memories that the cores reach, shared with whoever else writes to them. `check` looks
  /// for stale loads, if given.
  Cluster(const sc_core::sc_module_name& name, const ClusterParams& params, WriteWatch& watch,
          StaleLoadCheck* check = nullptr);
  ~Cluster() override;

  /// Base of the window as the rest of the chip sees it.
  u64 global_base() const { return (u64{params_.id} + 1) * kWindow; }
  const ClusterParams& params() const { return params_; }
  const Clock& clock() const { return clock_; }
  Smem& smem() { return smem_; }
  /// The cluster's end of the RDMA NoC: bind `noc` to an injector, deliver packets to the module itself.
  Dma& dma() { return dma_; }
  engine::Core& core(unsigned index) { return *cores_[index].core; }
  const engine::Core& core(unsigned index) const { return *cores_[index].core; }
  /// Memory and registers as a core sees them; valid after elaboration.
  engine::CoreBus& bus(unsigned core);
  bool in_reset(unsigned index) const { return cores_[index].in_reset; }
  /// Brings cores that wait in a loop to the present, for whoever looks at their state or counters.
  void settle() const;

  /// From now on the cores charge what they do to profiles, one for the PEs and one for the RM. Before they run.
  void start_profile();
  /// What they have charged up to the present; empty without start_profile().
  const engine::Profile& pe_profile() const;
  const engine::Profile& rm_profile() const;

  /// Called when a core ends by itself: program exit, double exception, something not modelled.
  std::function<void(const CoreStop&)> on_core_stop;

  // CoreControlIf: the power controller
  CoreFsm fsm(unsigned core) const override;
  CoreIdle idle(unsigned core) const override;
  bool watchdog_fired(unsigned core) const override;
  void acknowledge_watchdog(unsigned core) override;
  void start(unsigned core, u64 pc, const sc_core::sc_time& when) override;
  void wake(unsigned core, const sc_core::sc_time& when) override;
  void reset_all(const sc_core::sc_time& when) override;

  // noc::ClusterControlIf: the FTU
  void set_reset(bool asserted, const sc_core::sc_time& when) override;
  void start_rm(u64 pc, const sc_core::sc_time& when) override;
  bool rm_running() const override { return !cores_[kRmIndex].in_reset; }
  void set_scramble_disable(bool disable) override { smem_.set_blocked(disable); }
  /// Resets everything of the cluster but cores and memories, now; by a process that is none of them.
  void reset_blocks();

  void write_stats(StatWriter& out) const override;

 private:
  class CoreBus;
  class LocalArbiter;
  class RemoteArbiter;
  class CatchUp;

  /// An interrupt sink for sources whose line numbers need a translation to (core, line).
  class LineAdapter : public sc_core::sc_module, public InterruptIf {
   public:
    LineAdapter(const sc_core::sc_module_name& name, std::function<void(unsigned, const sc_core::sc_time&)> rising)
        : sc_module(name), rising_(std::move(rising)) {}
    void pulse(unsigned line, const sc_core::sc_time& when) override { rising_(line, when); }
    void set_level(unsigned line, bool level, const sc_core::sc_time& when) override {
      if (level) rising_(line, when);
    }

   private:
    std::function<void(unsigned, const sc_core::sc_time&)> rising_;
  };

  struct Event {
    enum class Kind : u8 { kStart, kLine, kWake, kForward, kBackward };
    u64 cycle = 0;
    Kind kind = Kind::kLine;
    u64 argument = 0;  ///< pc, line or event index
  };

  /// Whether a core waits in a loop, or may soon be known to. See spin.cpp.
  struct Spinning : public WriteWatch::Watcher {
    void before_write(u64 ps) override { cluster->woken_by_write(core, ps); }
    Cluster* cluster = nullptr;
    unsigned core = 0;
    std::optional<engine::SpinLoop> loop;  ///< the core stands at the beginning of an iteration and is not executed
    bool probing = false;
    unsigned pause = kShortestPause;  ///< slices from a probe that found nothing to the next
    unsigned slices = 0;              ///< since then
    u64 cycles = 0;                   ///< spent in loops found
  };
  static constexpr unsigned kShortestPause = 2, kLongestPause = 2048;

  struct CoreSlot {
    std::unique_ptr<CoreBus> bus;
    std::unique_ptr<engine::Core> core;
    std::deque<Event> events;  ///< by cycle, equal cycles in order of arrival
    bool in_reset = true;
    u64 cycles_in_reset = 0;  ///< up to the last start
    bool watchdog = false;
    bool waits_for_chip = false;  ///< must not go on before the simulation has reached its local time
    u64 slice_end = 0;            ///< of its slice, the latest or, if it waits for the chip, the one in hand
    Spinning spin;
  };

  struct LocalTarget {
    u64 base;
    u64 size;
    const RegisterDevice* device;
    tlm_utils::simple_initiator_socket<Cluster>* socket;
  };

  // cluster.cpp: construction and the address map
  void end_of_elaboration() override;
  void map_local(u64 base, u64 size, RegisterDevice& device);
  void build_crypto_iommu(unsigned unit);
  void map_memories();
  void map_external(const ClusterParams::Memory& memory);
  u32 wait_cycles(u64 ps) const;
  engine::BusReply access(unsigned core, engine::BusOp op, u64 pa, std::span<u8> data,
                          const engine::AtomicOperands& atomic, u64 now);
  std::optional<WriteWatch::Seen> peek_register(u64 offset, unsigned bytes) const;
  void announce_write(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay);
  void lines_written(u64 offset, u64 bytes, int writer, u64 ps);
  void ddr_line_written(u64 offset, int writer, u64 ps);
  void drop_line(u32 readers, std::span<const u64> addresses, u64 ps);
  void local_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void axi_in_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool axi_in_dmi(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned axi_in_debug(tlm::tlm_generic_payload& payload);

  // spin.cpp
  void probe(unsigned core, u64 limit);
  void consider_probe(unsigned core);
  bool begin_spin(unsigned core, engine::SpinLoop loop);
  void end_spin(unsigned core, u64 cycle);
  void run_iterations(unsigned core, const engine::SpinLoop& loop, u64 cycle) const;
  void woken_by_write(unsigned core, u64 ps);
  std::optional<WriteWatch::Range> host_range(const engine::SpinLoop::Range& range) const;
  std::optional<WriteWatch::Range> watchable(const engine::SpinLoop::Read& read) const;

  // scheduler.cpp
  SC_HAS_PROCESS(Cluster);
  void run();
  u64 advance(u64 horizon);
  u64 next_cycle(const CoreSlot& slot) const;
  void deliver_due(unsigned core, u64 cycle);
  void deliver(unsigned core, const Event& event);
  void post(unsigned core, Event event, const sc_core::sc_time& when);
  bool must_wait(u64 now);
  void look_ahead();
  void handle_stop(unsigned core, const engine::RunResult& result);

  ClusterParams params_;
  Clock clock_;
  Smem smem_;
  L1Directory directory_;
  SparseMemory dsu_ram_;
  std::array<CoreSlot, kCoreCount> cores_;
  WriteWatch& watch_;
  StaleLoadCheck* check_;
  SparseMemory register_shadow_;  ///< stands for the registers in the registry of watched memory; never written
  /// The core being executed may exchange something with others of the cluster up to here.
  u64 local_limit_ = 0;
  /// And with anything that the kernel runs up to here: nothing happens outside this thread before.
  u64 chip_limit_ = 0;
  mutable bool catching_up_ = false;  ///< a core is brought to a moment that is fixed: it waits for nobody
  mutable int running_ = -1;          ///< the core being executed, or -1
  mutable bool unobserved_ = false;   ///< it runs in a spin loop: its accesses take no bandwidth
  bool held_in_reset_ = false;
  sc_core::sc_event wake_event_, reset_event_;

  Mailboxes mailboxes_;
  Gic gic_;
  IpiController ipi_;
  PowerController power_;
  SecureRegisters secure_;
  L2Registers l2_registers_;
  Dma dma_;
  Iommu dma_tx_iommu_;
  Iommu dma_rx_iommu_;
  tlm_utils::simple_target_socket<Cluster> dma_memory_{"dma_memory"};
  std::array<std::unique_ptr<CryptoUnit>, MPPA_CRYPTO_UNITS> crypto_;
  std::deque<tlm_utils::simple_target_socket<Cluster>> crypto_memory_;
  std::deque<Iommu> crypto_iommu_;
  std::deque<LineAdapter> crypto_faults_;
  LineAdapter gic_lines_;
  LineAdapter ipi_lines_;
  engine::Profile pe_profile_, rm_profile_;

  std::deque<tlm_utils::simple_initiator_socket<Cluster>> local_sockets_;
  std::vector<LocalTarget> local_map_;
  std::vector<engine::MemRegion> regions_;
  std::unique_ptr<LocalArbiter> local_;
  std::deque<RemoteArbiter> remote_;
  std::unique_ptr<L2Cache> l2_;
};

}  // namespace mppa::cluster
