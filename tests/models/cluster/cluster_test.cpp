#include "models/cluster/cluster.h"

#include <optional>

#include "models/cluster/core/core_state.h"
#include "models/noc/axi/fabric.h"
#include "models/noc/ddr/ddr.h"
#include "sim/elf_file.h"
#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

constexpr u64 kDdrBase = u64{1} << 32;
constexpr u64 kDdrSize = u64{1} << 30;

/// One cluster with DDR behind the fabric; the program in `tests/models/cluster/programs` runs from its shared memory.
class ClusterTest : public test::ScTest, public ::testing::WithParamInterface<engine::EngineKind> {
 protected:
  ClusterTest() : cluster_("cluster", params(), watch_) {
    cluster_.axi_out.bind(fabric_.initiator("cluster"));
    cluster_.dma_out.bind(fabric_.initiator("dma"));
    initiator_.socket.bind(fabric_.initiator("outside"));
    fabric_.target("cluster").bind(cluster_.axi_in);
    fabric_.target("ddr").bind(ddr_.socket);
    cluster_.on_core_stop = [this](const CoreStop& stop) {
      stop_ = stop;
      sc_core::sc_stop();
    };
    for (unsigned i = 0; i < kCoreCount; ++i)
      cluster_.core(i).hooks().semihosting = [](u32 number, core::CoreState& state) {
        engine::SemihostReply reply;
        reply.exit = number == 4095;
        reply.status = static_cast<int>(state.gpr[0]);
        return reply;
      };
    elaborate();
  }

  static ClusterParams params() {
    ClusterParams p;
    p.engine = GetParam();
    p.semihosting = true;
    return p;
  }

  void load(const std::string& program) {
    const auto elf = sim::ElfFile::read(std::string(MPPA_SOURCE_DIR "/tests/models/cluster/programs/") + program);
    for (const auto& segment : elf.segments())
      std::copy(segment.bytes.begin(), segment.bytes.end(), cluster_.smem().memory().data() + segment.paddr);
    cluster_.start_rm(elf.entry(), sc_core::sc_time_stamp());
  }

  test::Initiator initiator_;
  noc::Fabric fabric_{
      "fabric",
      noc::FabricParams{},
      {"cluster", "dma", "outside"},
      {{"cluster", 23, {{Cluster::kWindow, Cluster::kWindow, 0}}}, {"ddr", 40, {{kDdrBase, kDdrSize, 0}}}}};
  noc::Ddr ddr_{"ddr", noc::DdrParams{.size = kDdrSize, .channels = 2, .interleave = 256, .channel = {}}};
  WriteWatch watch_;
  Cluster cluster_;
  std::optional<CoreStop> stop_;
};

TEST_P(ClusterTest, RmStartsThePesAndCollectsTheirReports) {
  load("team.elf");
  sc_core::sc_start(1, sc_core::SC_MS);
  ASSERT_TRUE(stop_) << "the RM is at " << std::hex << cluster_.core(kRmIndex).state().pc;
  EXPECT_EQ(stop_->core, kRmIndex);
  EXPECT_EQ(stop_->result.reason, engine::StopReason::kExit) << stop_->result.message;
  EXPECT_EQ(stop_->result.status, 136);
  for (unsigned pe = 0; pe < kPeCount; ++pe) EXPECT_EQ(cluster_.fsm(pe), CoreFsm::kSleep) << pe;
}

TEST_P(ClusterTest, OutsideMastersSeeMemoryAndRegisters) {
  initiator_.write(Cluster::kWindow + 0x8000, 0x55AA);
  EXPECT_EQ(initiator_.read(Cluster::kWindow + 0x8000), 0x55AAU);
  initiator_.write(Cluster::kWindow + 0xA00000, 7);
  EXPECT_EQ(initiator_.read(Cluster::kWindow + 0xA00008), 7U) << "load and clear";
  EXPECT_EQ(initiator_.read(Cluster::kWindow + 0xA00000), 0U);
  u64 v = 0;
  EXPECT_EQ(initiator_.access(tlm::TLM_READ_COMMAND, Cluster::kWindow + 0xB80000, &v, 8),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

INSTANTIATE_TEST_SUITE_P(Engines, ClusterTest,
                         ::testing::Values(engine::EngineKind::kReference, engine::EngineKind::kFast),
                         [](const auto& info) {
                           return info.param == engine::EngineKind::kFast ? std::string("fast")
                                                                          : std::string("reference");
                         });

TEST(Smem, SixteenStreamsOfDifferentBanksReach614GBPerSecond) {
  Smem smem(SmemParams{});
  u64 end = 0;
  constexpr u64 kCycles = 10000;
  for (u64 cycle = 0; cycle < kCycles; ++cycle)
    for (u64 master = 0; master < 16; ++master)
      end = std::max(end, smem.access((cycle / 2 * 1024 + master * 64 + cycle % 2 * 32) % (4 << 20), 32, false, cycle));
  EXPECT_EQ(end, kCycles);  // 512 bytes a cycle; x 1.2 GHz = 614.4 GB/s
}

TEST(Smem, OneBankServesOneRequestACycle) {
  Smem smem(SmemParams{});
  EXPECT_EQ(smem.read_wait(0, 64, 100), 10U);
  EXPECT_EQ(smem.read_wait(1024, 64, 100), 12U) << "behind the two beats of the first line";
  EXPECT_EQ(smem.read_wait(64, 64, 100), 10U) << "another bank";
  smem.set_blocked(true);
  EXPECT_EQ(smem.read_wait(256 << 10, 64, 200), 10U);
  EXPECT_EQ(smem.read_wait((256 << 10) + 64, 64, 200), 12U) << "blocked mapping: the same bank";
}

}  // namespace
}  // namespace mppa::cluster
