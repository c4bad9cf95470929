// Errors on the bus of the chip as its firmware sees them.
#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

class BusError : public ::testing::TestWithParam<const char*> {};

TEST_P(BusError, IsWhatTheFirmwareSees) {
  ChipRun run("errors", {}, {"errors", GetParam()});
  EXPECT_EQ(run.run(), "0") << "see tests/sim/system/programs/errors.c";
}

INSTANTIATE_TEST_SUITE_P(Kinds, BusError,
                         ::testing::Values("store", "dma_read", "dma_write", "dma_invalid_program",
                                           "dma_program_of_others", "dma_invalid_route", "dma_route_of_others",
                                           "dma_closed_completion", "dma_completion_of_others", "dma_ring"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mppa::sim
