// Resets by software, as the firmware that asks for them sees them; and the secure registers.
#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

TEST(Reset, OfAClusterClearsItsBlocksAndKeepsItsMemory) {
  EXPECT_EQ(ChipRun("cluster_reset").run(), "0") << "see tests/sim/system/programs/cluster_reset.c";
}

TEST(Reset, OfTheChipBootsItAgain) {
  ChipRun run("software_reset");
  unsigned resets = 0;
  run.chip.on_software_reset = [&resets](const sc_core::sc_time&) { ++resets; };
  EXPECT_EQ(run.run(), "0") << "see tests/sim/system/programs/software_reset.c";
  EXPECT_EQ(resets, 2U);
}

TEST(Reset, OfTheChipLoadsTheImagesAgain) {
  ChipRun run;
  run.chip.boot({{0, chip_program("software_reset"), {"software_reset", "alone"}}});
  EXPECT_EQ(run.go_on(10'000), "0");
}

TEST(SecureRegisters, KeepTheirRules) {
  EXPECT_EQ(ChipRun("secure").run(), "0") << "see tests/sim/system/programs/secure.c";
}

}  // namespace
}  // namespace mppa::sim
