// The transport between a host made of PDUs and a target that only remembers: data, digests, memory.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/firmware/nvmf_tcp/client.h"

extern "C" {
#include "firmware/nvmf/tcp/address.h"
#include "firmware/nvmf/tcp/digest.h"
}

namespace mppa::nvmf_test {
namespace {

struct Bench {
  explicit Bench(const ClientOptions& options = {}, const WireParams& params = {}, u32 far_pages = 4096,
                 bool copies_behind = true)
      : wire(params), card(wire, far_pages, copies_behind), host(wire, 2), client(wire, host, card, options) {}
  Wire wire;
  Card card;
  Host host;
  Client client;
};

Bytes data_of(const Pdu& pdu, bool digest) {
  const auto from = pdu.bytes.begin() + pdu.bytes[3];
  return {from, pdu.bytes.end() - (digest ? 4 : 0)};
}

TEST(NvmfTcpDigest, IsThatOfTheStandard) {
  // RFC 3720 appendix B.4
  Bytes data(32, 0);
  EXPECT_EQ(digest_of(data.data(), 32), 0x8A9136AAU);
  for (u32 i = 0; i < 32; ++i) data[i] = static_cast<u8>(i);
  EXPECT_EQ(digest_of(data.data(), 32), 0x46DD794EU);
  const Bytes any = test_data(1, 1000);
  for (u32 len = 0; len < 100; ++len) EXPECT_EQ(digest_of(any.data() + 3, len), crc32c(any.data() + 3, len));
}

TEST(NvmfTcpDigest, DoesNotDependOnPieces) {
  const Bytes any = test_data(2, 4096);
  u32 crc = DIGEST_START;
  for (u32 at = 0, n = 1; at < 4096; at += n, n = n * 3 % 101 + 1)
    crc = digest_add(crc, &any[at], std::min(n, 4096 - at));
  EXPECT_EQ(digest_end(crc), digest_of(any.data(), 4096));
}

TEST(NvmfTcpAddress, ReadsAndWritesText) {
  const char* good[] = {"10.0.1.1", "fd00::1", "fe80::1:0:0:2", "::1", "1:2:3:4:5:6:7:8", "2001:db8::"};
  for (const char* text : good) {
    net_addr addr;
    nvmf_address out{};
    ASSERT_TRUE(address_parse(text, &addr)) << text;
    address_set_traddr(&out, &addr);
    EXPECT_STREQ(out.traddr, text);
  }
  net_addr addr;
  for (const char* text :
       {"10.0.1", "10.0.1.256", "10.0.1.1x", "1:2:3", "::1::2", "fd00::12345", "", "1:2:3:4:5:6:7:8:9"})
    EXPECT_FALSE(address_parse(text, &addr)) << text;
  u16 port;
  EXPECT_TRUE(address_parse_port("4420", &port));
  EXPECT_EQ(port, 4420);
  for (const char* text : {"", "0", "65536", "44a"}) EXPECT_FALSE(address_parse_port(text, &port)) << text;
}

struct Variant {
  bool header_digest, data_digest;
  u8 hpda;
  bool flow_control;
  double loss;
  bool copies_behind = true;
};

class NvmfTcpData : public ::testing::TestWithParam<Variant> {
 protected:
  static ClientOptions options() {
    ClientOptions o;
    o.header_digest = GetParam().header_digest;
    o.data_digest = GetParam().data_digest;
    o.hpda = GetParam().hpda;
    o.flow_control = GetParam().flow_control;
    return o;
  }
  static WireParams wire() {
    WireParams p;
    p.loss = GetParam().loss;
    p.reorder = GetParam().loss;
    return p;
  }
  Bench s{options(), wire(), 4096, GetParam().copies_behind};
};

// Every size up to the limit, in the capsule and asked for, then read back.
TEST_P(NvmfTcpData, ComesBackAsItWasWritten) {
  ASSERT_TRUE(s.client.connect());
  const bool digest = GetParam().data_digest;
  Pdu pdu;
  u16 cid = 1;
  for (const u32 pages : {1U, 2U, 3U, 31U, 32U}) {
    const bool in_capsule = pages == 1;
    const Bytes data = test_data(pages, pages * 2096);
    s.client.write(++cid, pages * 20, data, in_capsule);
    if (!in_capsule) {
      ASSERT_TRUE(s.client.wait(&pdu, 20'000));
      ASSERT_EQ(pdu.type(), PDU_R2T);
      EXPECT_EQ(pdu.as<pdu_r2t>().cccid, cid);
      EXPECT_EQ(pdu.as<pdu_r2t>().r2tl, data.size());
      s.client.answer(pdu, data, pages == 3 ? 1000 : 50'000);
    }
    ASSERT_TRUE(s.client.wait(&pdu, 20'000));
    ASSERT_EQ(pdu.type(), PDU_CAPSULE_RESP);
    EXPECT_EQ(pdu.completion().cid, cid);
    EXPECT_EQ(pdu.completion().status, 0);
    s.client.read(++cid, pages * 20, pages * 2096);
    ASSERT_TRUE(s.client.wait(&pdu, 20'000));
    ASSERT_EQ(pdu.type(), PDU_C2H_DATA);
    EXPECT_EQ(pdu.as<pdu_data>().cccid, cid);
    EXPECT_EQ(pdu.as<pdu_data>().datao, 0U);
    EXPECT_EQ(pdu.as<pdu_data>().datal, data.size());
    EXPECT_EQ(pdu.bytes[3] % ((GetParam().hpda + 1) * 4), 0);
    EXPECT_EQ(data_of(pdu, digest), data);
    if (digest) {
      u32 received;
      std::memcpy(&received, pdu.bytes.data() + pdu.bytes.size() - 4, 4);
      EXPECT_EQ(received, crc32c(data.data(), data.size()));
    }
    if (GetParam().header_digest) {
      u32 received;
      std::memcpy(&received, pdu.bytes.data() + 24, 4);
      EXPECT_EQ(received, crc32c(pdu.bytes.data(), 24));
    }
    EXPECT_EQ(pdu.flags() & PDU_LAST, PDU_LAST);
    EXPECT_EQ(!(pdu.flags() & PDU_SUCCESS), GetParam().flow_control);
    if (!GetParam().flow_control) continue;
    ASSERT_TRUE(s.client.wait(&pdu, 20'000));
    EXPECT_EQ(pdu.type(), PDU_CAPSULE_RESP);
    EXPECT_EQ(pdu.completion().cid, cid);
  }
  EXPECT_TRUE(s.client.pdus.empty());
}

INSTANTIATE_TEST_SUITE_P(Variants, NvmfTcpData,
                         ::testing::Values(Variant{false, false, 0, false, 0}, Variant{true, false, 0, false, 0},
                                           Variant{false, true, 0, true, 0}, Variant{true, true, 31, false, 0},
                                           Variant{true, true, 3, true, 0.02},
                                           Variant{false, false, 0, false, 0.02, false}));

TEST(NvmfTcp, KeepsAFullQueueBusy) {
  Bench s;
  ASSERT_TRUE(s.client.connect());
  for (u32 i = 0; i < 32; ++i) std::memcpy(&s.card.target.disk[i * 4096UL], test_data(i, 4096).data(), 4096);
  std::vector<bool> done(3200);
  for (u16 i = 0; i < 32; ++i) s.client.read(i, i, 4096);
  for (unsigned finished = 0; finished < 3200; ++finished) {
    Pdu pdu;
    ASSERT_TRUE(s.client.wait(&pdu));
    ASSERT_EQ(pdu.type(), PDU_C2H_DATA);
    const u16 cid = pdu.as<pdu_data>().cccid;
    ASSERT_FALSE(done[cid]);
    done[cid] = true;
    EXPECT_EQ(data_of(pdu, false), test_data(cid % 32, 4096));
    if (cid + 32U < 3200) s.client.read(static_cast<u16>(cid + 32), cid % 32, 4096);
  }
}

// A log page may be longer than the pages that admin commands usually get.
TEST(NvmfTcp, AnswersLongAdminCommands) {
  ClientOptions options;
  options.qid = 0;
  Bench s(options);
  ASSERT_TRUE(s.client.connect());
  std::memcpy(s.card.target.disk.data(), test_data(1, 128 * 1024).data(), 128 * 1024);
  for (const u32 bytes : {4096U, 9216U, 128U * 1024}) {
    s.client.read(1, 0, bytes);
    Pdu pdu;
    ASSERT_TRUE(s.client.wait(&pdu)) << bytes;
    ASSERT_EQ(pdu.type(), PDU_C2H_DATA);
    EXPECT_EQ(data_of(pdu, false), test_data(1, bytes));
  }
}

TEST(NvmfTcp, AnswersOutOfOrder) {
  Bench s;
  ASSERT_TRUE(s.client.connect());
  s.card.target.hold = true;
  s.client.read(1, 1, 4096);
  s.client.read(2, 2, 4096);
  ASSERT_TRUE(s.wire.run(1'000'000'000, [&] { return s.card.target.held.size() == 2; }));
  std::swap(s.card.target.held[0], s.card.target.held[1]);
  s.card.target.release();
  Pdu pdu;
  ASSERT_TRUE(s.client.wait(&pdu));
  EXPECT_EQ(pdu.as<pdu_data>().cccid, 2);
  ASSERT_TRUE(s.client.wait(&pdu));
  EXPECT_EQ(pdu.as<pdu_data>().cccid, 1);
}

TEST(NvmfTcp, SendsNoDataWithAnError) {
  Bench s;
  ASSERT_TRUE(s.client.connect());
  s.card.target.fail_with = NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ);
  s.client.read(7, 0, 8192);
  Pdu pdu;
  ASSERT_TRUE(s.client.wait(&pdu));
  ASSERT_EQ(pdu.type(), PDU_CAPSULE_RESP);
  EXPECT_EQ(NVME_CPL_STATUS((nvme_completion*)(pdu.bytes.data() + 8)), s.card.target.fail_with);
}

// Dword 0 of a completion must reach the host, so the success flag cannot stand for it.
TEST(NvmfTcp, SendsAResponseIfItSaysMoreThanSuccess) {
  Bench s;
  ASSERT_TRUE(s.client.connect());
  s.card.target.result = 5;
  s.client.read(7, 0, 4096);
  Pdu pdu;
  ASSERT_TRUE(s.client.wait(&pdu));
  ASSERT_EQ(pdu.type(), PDU_C2H_DATA);
  EXPECT_FALSE(pdu.flags() & PDU_SUCCESS);
  ASSERT_TRUE(s.client.wait(&pdu));
  EXPECT_EQ(pdu.completion().cdw0, 5U);
}

// More reads than there are pages: they take turns.
TEST(NvmfTcp, WaitsForMemory) {
  ClientOptions options;
  options.queue_entries = 128;
  Bench s(options, {}, 256);
  ASSERT_TRUE(s.client.connect());
  for (u16 i = 0; i < 100; ++i) s.client.read(i, 0, 128 * 1024);
  std::vector<bool> done(100);
  for (unsigned n = 0; n < 100; ++n) {
    Pdu pdu;
    ASSERT_TRUE(s.client.wait(&pdu)) << n;
    ASSERT_EQ(pdu.type(), PDU_C2H_DATA);
    done[pdu.as<pdu_data>().cccid] = true;
  }
  EXPECT_GT(s.card.stats().waits, 0U);
  EXPECT_EQ(std::count(done.begin(), done.end(), true), 100);
}

// Connections come and go, some in the middle of commands: nothing is lost by that.
TEST(NvmfTcp, FreesWhatConnectionsHeld) {
  Wire wire{{}};
  Card card(wire);
  Host host(wire, 2);
  for (unsigned round = 0; round < 200; ++round) {
    Client client(wire, host, card);
    ASSERT_TRUE(client.connect()) << round;
    card.target.hold = round % 2;
    client.read(1, 0, 128 * 1024);
    client.write(2, 50, test_data(round, 16384), false);
    client.write(3, 60, test_data(round, 4096), true);
    Pdu pdu;
    ASSERT_TRUE(client.wait(&pdu));
    wire.run(1000 * (round % 50));
    tcp_abort(client.conn);
    wire.run(1'000'000);
    card.target.release();
  }
  EXPECT_EQ(card.stats().accepted, 200U);
  EXPECT_EQ(card.target.closed_qpairs, 200U);
  wire.run(100'000'000);
  EXPECT_EQ(card.stats().closed, 200U);
}

}  // namespace
}  // namespace mppa::nvmf_test
