// Integer instructions against facts known from elsewhere: published check values and identities a compiler relies on.
#include "models/cluster/exec/integer.h"

#include <gtest/gtest.h>

#include <random>

namespace mppa::exec {
namespace {

TEST(Crc, LittleEndianIsTheIeeeCrc32) {
  // CRC-32 of "12345678" is 9ae0daaf; the register starts at all ones and is inverted at the end.
  const u64 text = 0x3837363534333231, polynomial = 0xedb88320;
  u64 crc = crclellw(0xffffffff, text, polynomial);
  crc = crclelmw(crc, text, polynomial);
  EXPECT_EQ(crc ^ 0xffffffff, 0x9ae0daafu);
}

TEST(Crc, BigEndianIsCrc32Bzip2) {
  // The textbook definition, bit by bit, most significant bit of each byte first.
  const u64 text = 0x3837363534333231, polynomial = 0x04c11db7;
  u32 expected = 0xffffffff;
  for (unsigned byte = 0; byte < 8; ++byte)
    for (int bit = 7; bit >= 0; --bit) {
      const bool feedback = ((expected >> 31) ^ (text >> (8 * byte + static_cast<unsigned>(bit)))) & 1;
      expected = expected << 1 ^ (feedback ? 0x04c11db7u : 0);
    }
  EXPECT_EQ(crcbelmw(crcbellw(0xffffffff, text, polynomial), text, polynomial), expected);
}

TEST(CarryLess, KaratsubaTermsGiveTheGhashProduct) {
  // GCM specification (McGrew, Viega), test case 2: X1 = C * H.
  const u64 h[2] = {0x884cfa59ca342b2e, 0x66e94bd4ef8a2c3b}, c[2] = {0xf328c2b971b2fe78, 0x0388dace60b6a392};
  u128 product = cmulglxdt(0, c[1], h[1]);
  product = cmulgmxdt(product, c[0] ^ c[1], h[0] ^ h[1]);
  product = cmulghxdt(product, c[0], h[0]);
  EXPECT_EQ(high64(product), 0x5e2ec74691706288u);
  EXPECT_EQ(low64(product), 0x2c85b0685353deb7u);
}

TEST(BitMatrix, ConstantMatricesReverseBytesAndBits) {
  // Row i of the result collects the rows selected by row i of Y: the anti-diagonal matrix reverses the bytes of Z.
  constexpr u64 kAntiDiagonal = 0x0102040810204080, kDiagonal = 0x8040201008040201;
  const u64 z = 0x0123456789abcdef;
  EXPECT_EQ(sbmm8(z, kDiagonal), z);
  EXPECT_EQ(sbmm8(z, kAntiDiagonal), 0xefcdab8967452301u);
  EXPECT_EQ(sbmm8(kAntiDiagonal, sbmm8(z, kAntiDiagonal)), reflect(z));
  EXPECT_EQ(sbmmt8(sbmmt8(z, kDiagonal), kDiagonal), z);
}

TEST(Divide, AChainOfStepsDividesUnsignedNumbers) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    const u64 dividend = zx<32>(random()), divisor = (random() >> (32 + random() % 31)) | 1;
    // The dividend enters 32 bits below the divisor; each step shifts one quotient bit in.
    u64 register_pair = dividend << 1;
    for (int step = 0; step < 32; ++step) register_pair = stsud(divisor << 32, register_pair);
    EXPECT_EQ(zx<32>(register_pair), dividend / divisor) << dividend << " / " << divisor;
    EXPECT_EQ(register_pair >> 33, dividend % divisor) << dividend << " % " << divisor;
  }
}

TEST(Carry, ChainsAddAndSubtract128BitsAndCountCarries) {
  u64 cs = u64{0xffff} << 32 | 1 << 16;  // the counter is about to wrap; CS.RM must survive
  EXPECT_EQ(addcd_i(cs, ~u64{0}, 1), 0u);
  EXPECT_EQ(cs, 1u << 16 | 1);
  EXPECT_EQ(addcd(cs, 5, 6), 12u);
  EXPECT_EQ(cs, 1u << 16);
  EXPECT_EQ(sbfcd_i(cs, 1, 0), ~u64{0});
  EXPECT_EQ(cs & 1, 0u) << "a borrow leaves IC clear";
  EXPECT_EQ(sbfcd(cs, 2, 10), 7u);
  EXPECT_EQ(cs & 1, 1u);
}

TEST(Saturate, ClampsToAnyWidth) {
  const u64 minus = static_cast<u64>(-1000);
  EXPECT_EQ(satd(1000, 8), 127u);
  EXPECT_EQ(satd(minus, 8), static_cast<u64>(-128));
  EXPECT_EQ(satd(1000, 0), 0u);
  EXPECT_EQ(satd(minus, 0), ~u64{0});
  EXPECT_EQ(satd(minus, 64), minus);
  EXPECT_EQ(satd(u64{1} << 63, 200), u64{1} << 63);
  EXPECT_EQ(satd(1000, 256 + 8), 127u) << "only the low eight bits of the width count";
}

TEST(BitField, FieldsWrapRoundWhenStartIsAboveStop) {
  EXPECT_EQ(field_mask(63, 0), ~u64{0});
  EXPECT_EQ(field_mask(15, 8), 0xff00u);
  EXPECT_EQ(field_mask(3, 60), 0xe00000000000000fu);
  EXPECT_EQ(extfs(0xff80, 7, 0), static_cast<u64>(-128));
  EXPECT_EQ(insf(~u64{0}, 0x12, 15, 8), 0xffffffffffff12ffu);
}

}  // namespace
}  // namespace mppa::exec
