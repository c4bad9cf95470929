#include "models/noc/axi/fabric.h"

#include "models/noc/ddr/ddr.h"
#include "tests/models/sc_test.h"

namespace mppa::noc {
namespace {

/// Answers at once; remembers the last address.
class Echo : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Echo> socket{"socket"};
  explicit Echo(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Echo::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    address = p.get_address();
    arrival = sc_core::sc_time_stamp() + delay;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  u64 address = 0;
  sc_core::sc_time arrival;
};

class FabricTest : public test::ScTest {
 protected:
  FabricTest() {
    a.socket.bind(fabric.initiator("a"));
    b.socket.bind(fabric.initiator("b"));
    fabric.target("echo").bind(echo.socket);
    fabric.target("ddr").bind(ddr.socket);
    elaborate();
  }
  static constexpr u64 kHz = 1'000'000'000;  // one cycle = 1000 ps
  test::Initiator a{"a"}, b{"b"};
  Fabric fabric{"fabric",
                FabricParams{.clock_hz = kHz, .link_bytes = 16},
                {"a", "b"},
                {{"echo", 23, {{0x1000, 0x100, 0x40}, {0x8000, 0x100, 0}}},
                 {"ddr", 40, {{u64{1} << 32, 1 << 20, 0}, {0x80000000, 1 << 10, 0}}}}};
  Echo echo{"echo"};
  Ddr ddr{"ddr", DdrParams{.size = 1 << 20, .channels = 2, .interleave = 256, .channel = {}}};
};

TEST_F(FabricTest, AddressesAreTranslatedAndTheLatencyIsPaidTwice) {
  a.read(0x1010);
  EXPECT_EQ(echo.address, 0x50U);
  EXPECT_EQ(a.delay.value(), 46'000U);
}

TEST_F(FabricTest, WritesOccupyTheRequestLinkForTheirData) {
  u8 data[64] = {};
  EXPECT_EQ(a.access(tlm::TLM_WRITE_COMMAND, 0x8000, data, 64), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(echo.arrival.value(), 26'000U) << "the last of four beats";
  EXPECT_EQ(a.delay.value(), 49'000U);
}

TEST_F(FabricTest, TwoInitiatorsQueueForOneTarget) {
  u8 data[64] = {};
  a.access(tlm::TLM_READ_COMMAND, 0x8000, data, 64);
  b.access(tlm::TLM_READ_COMMAND, 0x8000, data, 64);
  EXPECT_EQ(a.delay.value(), 49'000U);
  EXPECT_EQ(b.delay.value(), 53'000U) << "four beats later";
}

TEST_F(FabricTest, AnAccessThatIsNotObservedWaitsForNobody) {
  u8 data[64] = {};
  BusExtension extension;
  extension.unobserved = true;
  a.access(tlm::TLM_READ_COMMAND, 0x8000, data, 64);
  b.extension = &extension;
  b.access(tlm::TLM_READ_COMMAND, 0x8000, data, 64);
  EXPECT_EQ(b.delay.value(), 49'000U);
  b.extension = nullptr;
  b.access(tlm::TLM_READ_COMMAND, 0x8000, data, 64);
  EXPECT_EQ(b.delay.value(), 53'000U) << "behind the first one only";
}

TEST_F(FabricTest, HolesAndCrossingsAreAddressErrors) {
  u64 v = 0;
  for (const u64 address : {0x0ULL, 0x10FCULL, 0x1100ULL, 0xFFFFFFFFFFFFFFF8ULL})
    EXPECT_EQ(a.access(tlm::TLM_READ_COMMAND, address, &v, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
}

TEST_F(FabricTest, DmiIsCutToTheRangeAndMoved) {
  tlm::tlm_generic_payload p;
  tlm::tlm_dmi dmi;
  p.set_address(0x80000200);
  ASSERT_TRUE(a.socket->get_direct_mem_ptr(p, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x80000000U);
  EXPECT_EQ(dmi.get_end_address(), 0x800003FFU);
  a.write(u64{1} << 32, 99);
  EXPECT_EQ(*dmi.get_dmi_ptr(), 99);
}

class FabricMapTest : public test::ScTest {};

TEST_F(FabricMapTest, OverlapIsAProgrammingError) {
  const std::vector<FabricTarget> targets = {{"x", 1, {{0x1000, 0x100, 0}}}, {"y", 1, {{0x10F0, 0x20, 0}}}};
  EXPECT_THROW(Fabric("again", FabricParams{}, {"a"}, targets), std::logic_error);
}

}  // namespace
}  // namespace mppa::noc
