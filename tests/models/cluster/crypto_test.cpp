// The rings of a crypto unit: segments, results that need several buffers, room, interrupts, bus errors. What it
// computes is checked by firmware with the vectors of the standards (firmware/apps/crypto_kat).
#include "models/cluster/crypto/crypto_unit.h"

#include <cstring>
#include <string_view>

#include "models/common/memory_access.h"
#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

constexpr u64 kCommands = 0x1000, kResults = 0x2000, kContext = 0x3000, kInput = 0x4000, kOutput = 0x6000;
constexpr unsigned kRing = 2, kSlots = 4, kFirstLine = 140;
constexpr u32 kSha256 = MPPA_CRYPTO_OP_HASH | MPPA_CRYPTO_HASH(MPPA_CRYPTO_SHA256);
constexpr std::string_view kSha256OfAbc(
    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
    "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
    32);

class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name), bytes(1 << 16) {
    socket.register_b_transport(this, &Memory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    delay += sc_core::sc_time::from_value(10'000);
    serve_memory(p, bytes.data(), bytes.size());
  }
  std::vector<u8> bytes;
};

class CryptoTest : public test::ScTest {
 protected:
  CryptoTest() {
    unit.memory.bind(memory.socket);
    unit.interrupt.bind(irq);
    unit.iommu.bind(iommu);
    iommu.interrupt.bind(faults);
    iommu_regs.socket.bind(iommu.socket);
    regs.socket.bind(unit.socket);
    elaborate();
    set_up(MPPA_CRYPTO_CDR(kRing), kCommands, sizeof(mppa_crypto_command));
    set_up(MPPA_CRYPTO_RDR(kRing), kResults, sizeof(mppa_crypto_result));
    write(MPPA_CRYPTO_DSE_THREAD, MPPA_CRYPTO_THREAD_ENABLE | 1 << kRing);
    write(MPPA_CRYPTO_DFE_THREAD, MPPA_CRYPTO_THREAD_ENABLE | 1 << kRing);
  }
  void write(u64 offset, u64 value) { regs.write(offset, value, 4); }
  void set_up(u64 group, u64 base, u64 descriptor_bytes) {
    write(group + MPPA_CRYPTO_RING_BASE_LO, base);
    write(group + MPPA_CRYPTO_RING_SIZE, kSlots * descriptor_bytes);
    write(group + MPPA_CRYPTO_RING_DESC, 1u << 31 | descriptor_bytes / 4 << 16 | descriptor_bytes / 4);
  }
  template <class T>
  void put(u64 address, const T& value) {
    std::memcpy(memory.bytes.data() + address, &value, sizeof value);
  }
  mppa_crypto_result result(unsigned slot) const {
    mppa_crypto_result out;
    std::memcpy(&out, memory.bytes.data() + kResults + slot * sizeof out, sizeof out);
    return out;
  }
  void command(unsigned slot, u32 flags, u64 data, u32 bytes) {
    put(kCommands + slot * sizeof(mppa_crypto_command), mppa_crypto_command{.segment = flags | bytes,
                                                                            .reserved0 = 0,
                                                                            .data_lo = static_cast<u32>(data),
                                                                            .data_hi = 0,
                                                                            .packet = 3,
                                                                            .application = 0,
                                                                            .context_lo = kContext,
                                                                            .context_hi = 0,
                                                                            .control0 = kSha256,
                                                                            .control1 = 0,
                                                                            .aad = 0,
                                                                            .reserved1 = {}});
  }
  void room(unsigned slot, u64 address, u32 bytes) {
    put(kResults + slot * sizeof(mppa_crypto_result),
        mppa_crypto_result{bytes, 0, static_cast<u32>(address), 0, 0, {}});
  }
  void prepare(unsigned commands, unsigned results) {
    write(MPPA_CRYPTO_RDR(kRing) + MPPA_CRYPTO_RING_PREPARED, results * sizeof(mppa_crypto_result));
    write(MPPA_CRYPTO_CDR(kRing) + MPPA_CRYPTO_RING_PREPARED, commands * sizeof(mppa_crypto_command));
  }
  std::string_view output(u64 bytes) const {
    return {reinterpret_cast<const char*>(memory.bytes.data()) + kOutput, bytes};
  }
  /// Switches the IOMMU on and maps a page for reading and writing.
  void map(u64 iova, u64 physical) {
    iommu_regs.write(0x200, 7);
    iommu_regs.write(0x000, 0xF01);
    iommu_regs.write(0x040, physical | 2 << 4 | 1);
    iommu_regs.write(0x048, iova | 1 << 9);
    iommu_regs.write(0x050, 0);
  }
  static void run_us(double us) { sc_core::sc_start(us, sc_core::SC_US); }

  Memory memory{"memory"};
  CryptoUnit unit{"unit", CryptoParams{}, kFirstLine, sc_core::SC_ZERO_TIME};
  test::Initiator regs{"regs"};
  test::InterruptLog irq{"irq"};
  Iommu iommu{"iommu", 0, sc_core::SC_ZERO_TIME};
  test::Initiator iommu_regs{"iommu_regs"};
  test::InterruptLog faults{"faults"};
};

TEST_F(CryptoTest, GathersSegmentsAndScattersTheResult) {
  std::memcpy(memory.bytes.data() + kInput, "a", 1);
  std::memcpy(memory.bytes.data() + kInput + 100, "bc", 2);
  command(0, MPPA_CRYPTO_FIRST, kInput, 1);
  command(1, MPPA_CRYPTO_LAST, kInput + 100, 2);
  room(0, kOutput, 20);
  room(1, kOutput + 20, 20);
  prepare(2, 2);
  run_us(5);
  EXPECT_EQ(output(32), kSha256OfAbc);
  EXPECT_EQ(result(0).segment, MPPA_CRYPTO_FIRST | 20U);
  EXPECT_EQ(result(1).segment, MPPA_CRYPTO_LAST | 12U);
  EXPECT_EQ(result(1).result, 32U);
  EXPECT_EQ(regs.read(MPPA_CRYPTO_RDR(kRing) + MPPA_CRYPTO_RING_PROCESSED, 4),
            1U << 24 | 2 * sizeof(mppa_crypto_result));
}

TEST_F(CryptoTest, WaitsForTheLastSegmentAndForRoom) {
  std::memcpy(memory.bytes.data() + kInput, "abc", 3);
  command(0, MPPA_CRYPTO_FIRST, kInput, 1);
  prepare(1, 0);
  run_us(5);
  command(1, MPPA_CRYPTO_LAST, kInput + 1, 2);
  prepare(1, 0);
  run_us(5);
  EXPECT_EQ(regs.read(MPPA_CRYPTO_CDR(kRing) + MPPA_CRYPTO_RING_PROCESSED, 4), 0U) << "no result descriptor yet";
  room(0, kOutput, 32);
  prepare(0, 1);
  run_us(5);
  EXPECT_EQ(output(32), kSha256OfAbc);
}

TEST_F(CryptoTest, SaysWhatDidNotFit) {
  std::memcpy(memory.bytes.data() + kInput, "abc", 3);
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, 3);
  room(0, kOutput, 8);
  room(1, 0, 0);
  prepare(1, 2);
  run_us(5);
  EXPECT_EQ(output(8), kSha256OfAbc.substr(0, 8));
  EXPECT_EQ(output(9)[8], 0) << "not a byte more";
  EXPECT_NE(result(1).segment & MPPA_CRYPTO_OVERFLOW, 0U);
}

TEST_F(CryptoTest, InterruptsAtTheThresholdIfEnabled) {
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, 3);
  command(1, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, 3);
  room(0, kOutput, 32);
  room(1, kOutput, 32);
  write(MPPA_CRYPTO_RDR(kRing) + MPPA_CRYPTO_RING_THRESHOLD, 1 << 23 | 2);
  write(MPPA_CRYPTO_IRQ_ENABLE(kRing), 2u << 2 * kRing);
  prepare(1, 1);
  run_us(5);
  EXPECT_TRUE(irq.events.empty()) << "one packet of two";
  prepare(1, 1);
  run_us(5);
  ASSERT_EQ(irq.events.size(), 1U);
  EXPECT_EQ(irq.events[0].line, kFirstLine + 1 + kRing);
  EXPECT_EQ(regs.read(MPPA_CRYPTO_IRQ_STATUS(kRing), 4), 2U << 2 * kRing);
  write(MPPA_CRYPTO_RDR(kRing) + MPPA_CRYPTO_RING_STATUS, MPPA_CRYPTO_STATUS_THRESHOLD);
  EXPECT_EQ(regs.read(MPPA_CRYPTO_IRQ_STATUS(kRing), 4), 0U);
}

TEST_F(CryptoTest, ReportsUnreadableData) {
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, 0x100000, 3);
  room(0, kOutput, 32);
  prepare(1, 1);
  run_us(5);
  EXPECT_EQ(result(0).result, MPPA_CRYPTO_ERROR_BUS << MPPA_CRYPTO_ERROR_SHIFT);
}

TEST_F(CryptoTest, ALargePacketTakesItsTimeAtTheRate) {
  constexpr u32 kBytes = 8192;
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, kBytes);
  room(0, kOutput, 32);
  prepare(1, 1);
  run_us(5);  // 8 KiB at 12 Gb/s take 5.46 us
  EXPECT_EQ(result(0).result, 0U);
  run_us(1.5);
  EXPECT_EQ(result(0).result, 32U);
}

TEST_F(CryptoTest, AddressesGoThroughTheIommu) {
  constexpr u64 kElsewhere = 0x8000;
  for (const u64 page : {kCommands, kResults, kContext, kOutput}) map(page, page);
  map(kInput, kElsewhere);
  std::memcpy(memory.bytes.data() + kElsewhere, "abc", 3);
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, 3);
  room(0, kOutput, 32);
  prepare(1, 1);
  run_us(5);
  EXPECT_EQ(output(32), kSha256OfAbc);
  EXPECT_TRUE(faults.events.empty());
}

TEST_F(CryptoTest, APageThatIsNotMappedIsABusError) {
  for (const u64 page : {kCommands, kResults, kContext, kOutput}) map(page, page);
  command(0, MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST, kInput, 3);
  room(0, kOutput, 32);
  prepare(1, 1);
  run_us(5);
  EXPECT_EQ(result(0).result, MPPA_CRYPTO_ERROR_BUS << MPPA_CRYPTO_ERROR_SHIFT);
  ASSERT_FALSE(faults.events.empty());
  EXPECT_EQ(faults.events[0].line, 0U) << "no mapping";
}

}  // namespace
}  // namespace mppa::cluster
