#include "models/pcie/tlp.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mppa::pcie {
namespace {

std::vector<u8> wire(const Tlp& tlp) {
  std::vector<u8> out = pack_header(tlp);
  out.insert(out.end(), tlp.payload.begin(), tlp.payload.end());
  return out;
}

TEST(Tlp, MemoryReadHeaderOfThreeDwords) {
  const Tlp tlp = mem_read(0x0208, 0x15, 0xFEDC'BA98, 8);
  const std::vector<u8> expected = {0x00, 0x00, 0x00, 0x02, 0x02, 0x08, 0x15, 0xFF, 0xFE, 0xDC, 0xBA, 0x98};
  EXPECT_EQ(pack_header(tlp), expected);
  EXPECT_EQ(tlp.tlp_class(), TlpClass::kNonPosted);
}

TEST(Tlp, MemoryWriteHeaderOfFourDwordsWithByteEnables) {
  const std::vector<u8> data = {1, 2, 3, 4, 5};
  const Tlp tlp = mem_write(0x0100, 0x12'3456'789B, data);
  const std::vector<u8> expected = {0x60, 0x00, 0x00, 0x02, 0x01, 0x00, 0x00, 0xF8,
                                    0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78, 0x98};
  EXPECT_EQ(pack_header(tlp), expected);
  const std::vector<u8> payload = {0, 0, 0, 1, 2, 3, 4, 5};
  EXPECT_EQ(tlp.payload, payload);
  EXPECT_EQ(tlp.first_byte(), 0x12'3456'789BU);
  EXPECT_EQ(tlp.enabled_bytes(), 5U);
}

TEST(Tlp, CompletionHeader) {
  Tlp tlp = completion(mem_read(0x0208, 0x315, 0x1044, 96), 0x0300, CompletionStatus::kSuccess);
  tlp.type = TlpType::kCompletionData;
  tlp.length = 24;
  tlp.payload.resize(96);
  const std::vector<u8> expected = {0x4A, 0x88, 0x00, 0x18, 0x03, 0x00, 0x00, 0x60, 0x02, 0x08, 0x15, 0x44};
  EXPECT_EQ(pack_header(tlp), expected) << "the tag's two high bits are in byte 1";
}

TEST(Tlp, ConfigurationHeaderNamesTargetAndRegister) {
  const Tlp tlp = cfg_write(0x0000, 7, make_bdf(3, 2, 1), 1, 0x106, 0xBEEF, 2);
  const std::vector<u8> expected = {0x45, 0x00, 0x00, 0x01, 0x00, 0x00, 0x07, 0x0C, 0x03, 0x11, 0x01, 0x04};
  EXPECT_EQ(pack_header(tlp), expected) << "type 1: bus 3 is not the link's bus 1";
  EXPECT_EQ(dword(tlp.payload), 0xBEEF0000U);
  EXPECT_EQ(cfg_read(0, 0, make_bdf(1, 0, 0), 1, 0).type, TlpType::kCfgRead0);
}

TEST(Tlp, MessageHeader) {
  const Tlp tlp = message(0x0100, MessageCode::kErrFatal, MessageRouting::kToRoot);
  const std::vector<u8> expected = {0x30, 0, 0, 0, 0x01, 0x00, 0x00, 0x33, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(pack_header(tlp), expected);
  EXPECT_EQ(tlp.tlp_class(), TlpClass::kPosted);
}

TEST(Tlp, PackAndUnpackAreInverse) {
  std::vector<u8> data(1024);
  std::iota(data.begin(), data.end(), u8{0});
  Tlp poisoned = mem_write(0x1234, 0x8000, data);
  poisoned.poisoned = poisoned.relaxed = poisoned.id_ordering = true;
  poisoned.traffic_class = 5;
  Tlp answer = completion(mem_read(0x0208, 0x2FF, 0x1001, 4095), 0x0300, CompletionStatus::kAbort);
  const std::vector<Tlp> all = {poisoned,
                                answer,
                                mem_read(0xFFFF, 0x3FF, 0x7F'FFFF'F000, 4096),
                                cfg_read(1, 2, 0x100, 1, 0xFFC),
                                cfg_write(1, 2, 0x200, 1, 4, 0x12345678),
                                message(9, MessageCode::kAssertIntA, MessageRouting::kLocal)};
  for (const Tlp& tlp : all) {
    const Unpacked back = unpack(wire(tlp));
    ASSERT_EQ(back.error, "");
    EXPECT_EQ(back.tlp.type, tlp.type);
    EXPECT_EQ(back.tlp.tag, tlp.tag);
    EXPECT_EQ(back.tlp.poisoned, tlp.poisoned);
    EXPECT_EQ(wire(back.tlp), wire(tlp));
  }
  EXPECT_EQ(unpack(wire(all[2])).tlp.length, 1024) << "length 0 on the wire";
  EXPECT_EQ(unpack(wire(answer)).tlp.status, CompletionStatus::kAbort);
}

TEST(Tlp, UnpackRefusesWhatIsNoPacket) {
  EXPECT_EQ(unpack(std::vector<u8>(8)).error, "shorter than a header");
  EXPECT_EQ(unpack(std::vector<u8>(12, 0xFF)).error, "reserved format and type");
  std::vector<u8> bytes = wire(mem_write(1, 0x1000, std::vector<u8>(8)));
  bytes.pop_back();
  EXPECT_EQ(unpack(bytes).error, "payload and length differ");
  bytes = wire(mem_read(1, 1, 0x1'0000'0000, 4));
  bytes[11] = 0;
  EXPECT_EQ(unpack(bytes).error, "64-bit address below 4 GiB");
  bytes.resize(12);
  EXPECT_EQ(unpack(bytes).error, "shorter than its header");
  bytes = wire(completion(mem_read(1, 1, 0, 4), 2, CompletionStatus::kSuccess));
  bytes[6] = 3 << 5;
  EXPECT_EQ(unpack(bytes).error, "reserved completion status");
}

TEST(Tlp, MalformedPacketsAreNamed) {
  const auto why = [](const Tlp& tlp) { return std::string(malformed(tlp, 256) ? malformed(tlp, 256) : ""); };
  const std::vector<u8> data(256);
  EXPECT_EQ(why(mem_write(1, 0x1000, data)), "");
  Tlp tlp = mem_write(1, 0x1000, data);
  tlp.payload.pop_back();
  EXPECT_EQ(why(tlp), "payload and length differ");
  EXPECT_EQ(why(mem_write(1, 0x1000, std::vector<u8>(260))), "payload above the maximum payload size");
  EXPECT_EQ(why(mem_write(1, 0x1F80, data)), "crosses a 4 KiB boundary");
  tlp = mem_read(1, 1, 0x1000, 8);
  tlp.last_be = 0;
  EXPECT_EQ(why(tlp), "byte enables");
  tlp = mem_read(1, 1, 0x1000, 4);
  tlp.last_be = 1;
  EXPECT_EQ(why(tlp), "byte enables");
  tlp = cfg_read(1, 1, 0x100, 1, 0);
  tlp.length = 2;
  EXPECT_EQ(why(tlp), "configuration request of more than one DW");
  tlp.length = 0;
  EXPECT_EQ(why(tlp), "length");
}

TEST(Tlp, ByteEnablesOfOneDword) {
  const Tlp tlp = mem_read(1, 1, 0x1001, 2);
  EXPECT_EQ(tlp.first_be, 6);
  EXPECT_EQ(tlp.last_be, 0);
  EXPECT_EQ(tlp.first_byte(), 0x1001U);
  EXPECT_EQ(tlp.enabled_bytes(), 2U);
  EXPECT_FALSE(tlp.byte_enabled(0));
  EXPECT_TRUE(tlp.byte_enabled(2));
  Tlp none = mem_read(1, 1, 0x1000, 4);
  none.first_be = 0;
  EXPECT_EQ(none.enabled_bytes(), 1U) << "a zero-length read completes with one byte";
}

}  // namespace
}  // namespace mppa::pcie
