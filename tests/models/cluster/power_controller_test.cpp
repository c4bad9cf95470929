#include "models/cluster/control/power_controller.h"

#include <array>

#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

class FakeCores : public sc_core::sc_module, public CoreControlIf {
 public:
  explicit FakeCores(const sc_core::sc_module_name& name) : sc_module(name) {}
  CoreFsm fsm(unsigned core) const override { return state[core]; }
  CoreIdle idle(unsigned core) const override {
    return state[core] == CoreFsm::kRunning ? CoreIdle::kRunning : CoreIdle::kStopped;
  }
  bool watchdog_fired(unsigned core) const override { return watchdog >> core & 1; }
  void acknowledge_watchdog(unsigned core) override { watchdog &= ~(1U << core); }
  void start(unsigned core, u64 pc, const sc_time&) override {
    state[core] = CoreFsm::kRunning;
    log += "start " + std::to_string(core) + " " + std::to_string(pc) + ";";
  }
  void wake(unsigned core, const sc_time&) override { log += "wake " + std::to_string(core) + ";"; }
  void reset_all(const sc_time&) override {}

  std::array<CoreFsm, kCoreCount> state{};
  u32 watchdog = 0;
  std::string log;
};

class PowerControllerTest : public test::ScTest {
 protected:
  PowerControllerTest() {
    initiator.socket.bind(pwr.socket);
    pwr.cores(cores);
    elaborate();
    initiator.write(0x2000, 0x12345);
  }
  std::string take_log() { return std::exchange(cores.log, {}); }

  test::Initiator initiator;
  FakeCores cores{"cores"};
  PowerController pwr{"pwr", sc_time(2, SC_NS), sc_time(10, SC_NS)};
};

TEST_F(PowerControllerTest, WakeUpOfAResettingPeStartsItAtTheAlignedResetPc) {
  initiator.write(0x1010, 0x5);  // wup set: PE 0 and 2
  EXPECT_EQ(take_log(), "start 0 73728;start 2 73728;");
  EXPECT_EQ(initiator.read(0x1000), 0x5U);
}

TEST_F(PowerControllerTest, OnlyARisingEdgeWakes) {
  cores.state[3] = CoreFsm::kSleep;
  initiator.write(0x40 * 3 + 0x10, 1);  // pe_control[3].set
  initiator.write(0x40 * 3 + 0x10, 1);
  EXPECT_EQ(take_log(), "wake 3;");
  initiator.write(0x1020, 1 << 3);  // wup clear
  initiator.write(0x40 * 3, 1);     // pe_control[3].write
  EXPECT_EQ(take_log(), "wake 3;");
}

TEST_F(PowerControllerTest, ResetOnWakeupRestartsASleepingPe) {
  cores.state[1] = CoreFsm::kSleep;
  initiator.write(0x1050, 1 << 1);
  initiator.write(0x1010, 1 << 1);
  EXPECT_EQ(take_log(), "start 1 73728;");
}

TEST_F(PowerControllerTest, ClearOfOneCoreLeavesTheOthersAlone) {
  initiator.write(0x1010, 0x3);
  initiator.write(0x1020, 0x1);
  EXPECT_EQ(initiator.read(0x1000), 0x2U);
  take_log();
  initiator.write(0x1000, 0x7);  // plain write: 0 and 2 rise, 1 stays
  EXPECT_EQ(take_log(), "wake 0;start 2 73728;");
}

TEST_F(PowerControllerTest, TheRmIsNotStartedFromHere) {
  initiator.write(0x1010, 1 << 16);
  EXPECT_EQ(take_log(), "");
  cores.state[16] = CoreFsm::kRunning;
  initiator.write(0x1020, 1 << 16);
  initiator.write(0x40D0, 1);
  EXPECT_EQ(take_log(), "wake 16;");
}

TEST_F(PowerControllerTest, StatusFollowsTheCores) {
  EXPECT_EQ(initiator.read(0x1110), 0x2AAAAAAAAU) << "reset value of the definition";
  cores.state[0] = CoreFsm::kRunning;
  EXPECT_EQ(initiator.read(0x400), u64{1} << 3);
  EXPECT_EQ(initiator.read(0x4100), 0x4U);
  cores.watchdog = 1 << 2;
  EXPECT_EQ(initiator.read(0x1100), 4U);
  initiator.write(0x1090, 1 << 2);
  EXPECT_EQ(initiator.read(0x1100), 0U);
}

TEST_F(PowerControllerTest, GlobalConfigLocks) {
  EXPECT_EQ(initiator.read(0x4040), 0x8FFFFFF00U);
  initiator.write(0x4050, 1 << 2);
  EXPECT_TRUE(pwr.global_config().l2_enable);
  initiator.write(0x4050, u64{1} << 63);
  initiator.write(0x4060, 1 << 2);
  EXPECT_TRUE(pwr.global_config().l2_enable) << "locked";
}

TEST_F(PowerControllerTest, EccStatusIsClearedByTheLoadAndClearRead) {
  pwr.ecc_event(4, true);
  EXPECT_EQ(initiator.read(0x4140), u64{1} << 20);
  EXPECT_EQ(initiator.read(0x4150), u64{1} << 20);
  EXPECT_EQ(initiator.read(0x4140), 0U);
}

TEST_F(PowerControllerTest, TimestampCountsItsPeriod) {
  EXPECT_EQ(initiator.read(0x4180, 8, sc_time(1000, SC_NS)), 100U);
}

}  // namespace
}  // namespace mppa::cluster
