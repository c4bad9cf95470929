#include "models/noc/ddr/ddr.h"

#include "models/common/bus_extension.h"
#include "models/common/random.h"
#include "tests/models/sc_test.h"

namespace mppa::noc {
namespace {

constexpr DdrChannelParams kParams{};
constexpr u64 kClosedLatency = kParams.controller_latency + kParams.row_to_column + kParams.cas_latency + 2500;

TEST(DdrChannel, FirstAccessOpensItsRow) {
  DdrChannel c(kParams);
  EXPECT_EQ(c.access(0, 64, false, 0).last_data, kClosedLatency);
}

TEST(DdrChannel, RowHitAndRowConflict) {
  DdrChannel c(kParams);
  c.access(0, 64, false, 0);
  const u64 idle = 1'000'000;
  EXPECT_EQ(c.access(64, 64, false, idle).last_data - idle, kClosedLatency - kParams.row_to_column);
  // Bank 0 again, another row: row_index 17 ^ row 1 = 16 -> bank 0.
  const u64 later = 2'000'000;
  EXPECT_EQ(c.access(17 * kParams.row_bytes, 64, false, later).last_data - later, kClosedLatency + kParams.precharge);
}

TEST(DdrChannel, SequentialStreamReachesThePeakOfTheBus) {
  DdrChannel c(kParams);
  constexpr u64 kBytes = 4 << 20;
  u64 done = 0;
  for (u64 at = 0; at < kBytes; at += 256) done = c.access(at, 256, false, 0).last_data;
  const double gb_per_s = static_cast<double>(kBytes) / static_cast<double>(done) * 1000;
  EXPECT_GT(gb_per_s, 23.0) << "25.6 GB/s less refresh";
  EXPECT_LE(gb_per_s, 25.6);
}

TEST(DdrChannel, RandomAccessesAreSlowerThanTheStream) {
  DdrChannel c(kParams);
  Random random(7);
  u64 done = 0;
  for (int i = 0; i < 10000; ++i) done = c.access(random.below(u64{1} << 30) & ~u64{63}, 64, false, 0).last_data;
  EXPECT_LT(10000 * 64.0 / static_cast<double>(done) * 1000, 20.0);
}

TEST(DdrChannel, RefreshHoldsAccessesUp) {
  DdrChannel c(kParams);
  const u64 now = kParams.refresh_interval - kParams.controller_latency / 2 + 1;  // arrives 1 ps into the refresh
  EXPECT_EQ(c.access(0, 64, false, now).last_data,
            kParams.refresh_interval + kParams.refresh_duration + kClosedLatency - kParams.controller_latency / 2);
}

class DdrTest : public test::ScTest {
 protected:
  DdrTest() {
    initiator.socket.bind(ddr.socket);
    elaborate();
  }
  test::Initiator initiator;
  Ddr ddr{"ddr", DdrParams{.size = u64{32} << 30, .channels = 2, .interleave = 256, .channel = {}}};
};

TEST_F(DdrTest, HoldsDataAtBothEndsOfASparse32GiB) {
  initiator.write(0, 0x1122334455667788);
  initiator.write((u64{32} << 30) - 8, 42);
  EXPECT_EQ(initiator.read(0), 0x1122334455667788U);
  EXPECT_EQ(initiator.read((u64{32} << 30) - 8), 42U);
  u64 v = 0;
  EXPECT_EQ(initiator.access(tlm::TLM_READ_COMMAND, (u64{32} << 30) - 4, &v, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(DdrTest, TwoChannelsServeInParallel) {
  const u64 one = ddr.access(0, 256, false, 0).last_data;
  const u64 other = ddr.access(256, 256, false, 0).last_data;
  EXPECT_EQ(one, other);
  EXPECT_GT(ddr.access(512, 256, false, 0).last_data, one);
}

TEST_F(DdrTest, AtomicsAreIndivisibleReadModifyWrites) {
  initiator.write(0x100, 5);
  BusExtension extension;
  const auto atomic = [&](AtomicOp op, u64 operand, u64 expected) {
    u64 data = 0;
    tlm::tlm_generic_payload p;
    p.set_read();
    p.set_address(0x100);
    p.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
    p.set_data_length(8);
    p.set_streaming_width(8);
    extension.atomic = op;
    extension.operand = operand;
    extension.expected = expected;
    p.set_extension(&extension);
    sc_core::sc_time delay;
    initiator.socket->b_transport(p, delay);
    p.clear_extension(&extension);
    EXPECT_TRUE(p.is_response_ok());
    return data;
  };
  EXPECT_EQ(atomic(AtomicOp::kAdd, 3, 0), 5U);
  EXPECT_EQ(atomic(AtomicOp::kCompareSwap, 100, 7), 0U);
  EXPECT_EQ(atomic(AtomicOp::kCompareSwap, 100, 8), 1U);
  EXPECT_EQ(atomic(AtomicOp::kSwap, 0, 0), 100U);
  EXPECT_EQ(initiator.read(0x100), 0U);
}

}  // namespace
}  // namespace mppa::noc
