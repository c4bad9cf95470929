#include "models/cluster/iommu/iommu.h"

#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

class IommuTest : public test::ScTest {
 protected:
  IommuTest() {
    regs.socket.bind(iommu.socket);
    iommu.interrupt.bind(irq);
    elaborate();
  }
  void map(u64 iova, u64 pa, unsigned size, unsigned rights, u64 asn, bool global, unsigned way = 0) {
    regs.write(0x040, pa | rights << 4 | 1);
    regs.write(0x048, iova | size << 10 | u64{global} << 9 | asn);
    regs.write(0x050, way << 4);
  }
  TranslateIf::Result go(u64 iova, u16 asn, bool write) {
    return iommu.translate(iova, asn, write, sc_core::sc_time_stamp());
  }
  void enable() {
    regs.write(0x200, 7);
    regs.write(0x000, 0xF01);
  }
  Iommu iommu{"iommu", 134, sc_core::SC_ZERO_TIME};
  test::Initiator regs{"regs"};
  test::InterruptLog irq{"irq"};
};

TEST_F(IommuTest, DisabledPassesAddressesThrough) { EXPECT_EQ(go(0x123456789, 3, true).address, 0x123456789U); }

TEST_F(IommuTest, AllPageSizesTranslate) {
  enable();
  map(0x7000, 0x111000, 0, 2, 5, false);
  map(0x30000, 0x550000, 1, 2, 5, false, 1);
  map(0x10200000, 0x4000000, 2, 2, 5, false, 2);
  map(0x140000000, 0x20000000, 3, 1, 0, true, 3);
  EXPECT_EQ(go(0x7123, 5, true).address, 0x111123U);
  EXPECT_EQ(go(0x7123, 5, true).bytes, 0xEDDU);
  EXPECT_EQ(go(0x3ABCD, 5, true).address, 0x55ABCDU);
  EXPECT_EQ(go(0x10312345, 5, true).address, 0x4112345U);
  EXPECT_EQ(go(0x15FFFFFFF, 99, false).address, 0x3FFFFFFFU) << "global entries serve every ASN";
}

TEST_F(IommuTest, FaultsAreLatchedOnceAndRaiseTheirLine) {
  enable();
  map(0x7000, 0x111000, 0, 1, 5, false);
  EXPECT_EQ(go(0x7000, 6, false).fault, IommuFault::kNoMapping) << "other ASN";
  EXPECT_EQ(go(0x9000, 5, true).fault, IommuFault::kNoMapping);
  EXPECT_EQ(regs.read(0x208), 0x7000U) << "the first address is kept";
  EXPECT_EQ(regs.read(0x210), 6U | 1U << 12 | 3U << 16);
  EXPECT_EQ(go(0x7000, 5, true).fault, IommuFault::kProtection);
  EXPECT_EQ(regs.read(0x220), 5U | 1U << 16);
  EXPECT_EQ(irq.take_lines(), (std::vector<unsigned>{134, 135}));
  regs.write(0x210, 0);
  EXPECT_EQ(irq.events.size(), 1U);
  EXPECT_FALSE(irq.events[0].level);
}

TEST_F(IommuTest, EntriesReadBackThroughTheOtherPort) {
  map(0x7000, 0x111000, 0, 2, 5, false, 9);
  regs.write(0x070, 1 | 9 << 4 | 7 << 8);
  EXPECT_EQ(regs.read(0x060), 0x111021U);
  EXPECT_EQ(regs.read(0x068), 0x7005U);
}

TEST_F(IommuTest, TwoMatchesAreAParityFault) {
  enable();
  map(0x7000, 0x111000, 0, 2, 5, false, 0);
  map(0x7000, 0x222000, 0, 2, 5, false, 1);
  EXPECT_EQ(go(0x7000, 5, false).fault, IommuFault::kParity);
}

}  // namespace
}  // namespace mppa::cluster
