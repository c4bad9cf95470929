// Hosts that break the rules: each gets the C2HTermReq that the specification prescribes, or an error of the command;
// the other connections go on.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/firmware/nvmf_tcp/client.h"

namespace mppa::nvmf_test {
namespace {

struct Broken {
  const char* name;
  pdu_fatal fes;
  u32 information;
  void (*send)(Client&);
};

Bytes raw(u8 type, u8 flags, u8 hlen, u8 pdo, u32 plen, std::size_t bytes) {
  Bytes b(bytes);
  const pdu_header ch{type, flags, hlen, pdo, plen};
  std::memcpy(b.data(), &ch, sizeof ch);
  return b;
}

Bytes h2c_data(u16 cccid, u16 ttag, u32 offset, u32 length, u8 flags) {
  pdu_data pdu{};
  pdu.ch = {PDU_H2C_DATA, flags, 24, 24, 24 + length};
  pdu.cccid = cccid;
  pdu.ttag = ttag;
  pdu.datao = offset;
  pdu.datal = length;
  Bytes b(24 + length);
  std::memcpy(b.data(), &pdu, sizeof pdu);
  return b;
}

/// Has the card ask for 8192 bytes; its answer.
pdu_r2t ask(Client& c) {
  c.write(9, 0, Bytes(8192), false);
  Pdu pdu;
  EXPECT_TRUE(c.wait(&pdu));
  EXPECT_EQ(pdu.type(), PDU_R2T);
  return pdu.as<pdu_r2t>();
}

const Broken kBroken[] = {
    {"unknown type", FES_HEADER_FIELD, 0, [](Client& c) { c.send(raw(0x0A, 0, 24, 0, 24, 24)); }},
    {"type of the other direction", FES_HEADER_FIELD, 0, [](Client& c) { c.send(raw(PDU_R2T, 0, 24, 0, 24, 24)); }},
    {"second ICReq", FES_SEQUENCE, 0, [](Client& c) { c.send(raw(PDU_IC_REQ, 0, 128, 0, 128, 128)); }},
    {"short header", FES_HEADER_FIELD, 2, [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, 0, 64, 0, 72, 72)); }},
    {"unknown flag", FES_HEADER_FIELD, 1, [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, 0x80, 72, 0, 72, 72)); }},
    {"digest that was not agreed on", FES_HEADER_FIELD, 1,
     [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, PDU_HDGST, 72, 0, 76, 76)); }},
    {"shorter than its header", FES_HEADER_FIELD, 4,
     [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, 0, 72, 72, 60, 72)); }},
    {"data inside the header", FES_HEADER_FIELD, 3,
     [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, 0, 72, 40, 4096 + 40, 72)); }},
    {"capsule too large", FES_HEADER_FIELD, 4,
     [](Client& c) { c.send(raw(PDU_CAPSULE_CMD, 0, 72, 72, 72 + 1048576, 72)); }},
    {"data nobody asked for", FES_HEADER_FIELD, 10, [](Client& c) { c.send(h2c_data(9, 0, 0, 512, PDU_LAST)); }},
    {"tag out of range", FES_HEADER_FIELD, 10, [](Client& c) { c.send(h2c_data(9, 60000, 0, 512, PDU_LAST)); }},
    {"data for another command", FES_HEADER_FIELD, 8, [](Client& c) { c.send(h2c_data(10, ask(c).ttag, 0, 512, 0)); }},
    {"a gap in the data", FES_HEADER_FIELD, 12, [](Client& c) { c.send(h2c_data(9, ask(c).ttag, 512, 512, 0)); }},
    {"more data than asked for", FES_OUT_OF_RANGE, 0,
     [](Client& c) { c.send(h2c_data(9, ask(c).ttag, 0, 8704, PDU_LAST)); }},
    {"last too early", FES_HEADER_FIELD, 1, [](Client& c) { c.send(h2c_data(9, ask(c).ttag, 0, 512, PDU_LAST)); }},
    {"last forgotten", FES_HEADER_FIELD, 1, [](Client& c) { c.send(h2c_data(9, ask(c).ttag, 0, 8192, 0)); }},
};

class NvmfTcpHostile : public ::testing::TestWithParam<Broken> {};

TEST_P(NvmfTcpHostile, IsTold) {
  Wire wire{{}};
  Card card(wire);
  Host host(wire, 2);
  Client other(wire, host, card), client(wire, host, card);
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(client.connect());
  GetParam().send(client);
  Pdu pdu;
  ASSERT_TRUE(client.wait(&pdu));
  ASSERT_EQ(pdu.type(), PDU_C2H_TERM_REQ);
  const auto term = pdu.as<pdu_term_req>();
  EXPECT_EQ(term.fes, GetParam().fes);
  EXPECT_EQ(term.fei_low, GetParam().information);
  EXPECT_LE(term.ch.plen, 152U);
  EXPECT_TRUE(client.wait_end());
  EXPECT_EQ(card.stats().protocol_errors, 1U);
  other.read(1, 0, 4096);
  ASSERT_TRUE(other.wait(&pdu));
  EXPECT_EQ(pdu.type(), PDU_C2H_DATA);
}

INSTANTIATE_TEST_SUITE_P(Pdus, NvmfTcpHostile, ::testing::ValuesIn(kBroken),
                         [](const auto& info) { return "case" + std::to_string(info.index); });

struct One {
  explicit One(const ClientOptions& options = {}) : client(wire, host, card, options) {}
  Wire wire{{}};
  Card card{wire};
  Host host{wire, 2};
  Client client;
  Pdu pdu;
};

TEST(NvmfTcpHandshake, ComesFirst) {
  One o;
  ASSERT_TRUE(o.client.open());
  o.client.read(1, 0, 4096);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  EXPECT_EQ(o.pdu.as<pdu_term_req>().fes, FES_SEQUENCE);
}

TEST(NvmfTcpHandshake, RefusesAnotherVersion) {
  One o;
  ASSERT_TRUE(o.client.open());
  Bytes req = raw(PDU_IC_REQ, 0, 128, 0, 128, 128);
  req[8] = 1;
  o.client.send(req);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  EXPECT_EQ(o.pdu.as<pdu_term_req>().fes, FES_UNSUPPORTED);
  EXPECT_EQ(o.pdu.as<pdu_term_req>().fei_low, 8);
}

TEST(NvmfTcpHandshake, MustNotTakeForEver) {
  One o;
  ASSERT_TRUE(o.client.open());
  EXPECT_TRUE(o.client.wait_end(3000));
  EXPECT_EQ(o.card.stats().connect_timeouts, 1U);
}

TEST(NvmfTcpDigestErrors, OfTheHeaderEndTheConnection) {
  ClientOptions options;
  options.header_digest = true;
  One o(options);
  ASSERT_TRUE(o.client.connect());
  Bytes pdu = raw(PDU_CAPSULE_CMD, PDU_HDGST, 72, 0, 76, 76);
  const u32 wrong = crc32c(pdu.data(), 72) ^ 0x10000;
  std::memcpy(pdu.data() + 72, &wrong, 4);
  o.client.send(pdu);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  const auto term = o.pdu.as<pdu_term_req>();
  EXPECT_EQ(term.fes, FES_HEADER_DIGEST);
  EXPECT_EQ(static_cast<u32>(term.fei_low) | static_cast<u32>(term.fei_high) << 16, wrong);
}

TEST(NvmfTcpDigestErrors, OfDataFailTheCommandOnly) {
  ClientOptions options;
  options.data_digest = true;
  One o(options);
  ASSERT_TRUE(o.client.connect());
  const std::size_t before = o.card.target.seen.size();
  nvme_command cmd{};
  cmd.opcode = NVME_NVM_WRITE;
  cmd.cid = 3;
  cmd.sgl.length = 4096;
  cmd.sgl.type = NVME_SGL_TYPE(NVME_SGL_DATA, NVME_SGL_OFFSET);
  Bytes pdu = raw(PDU_CAPSULE_CMD, PDU_DDGST, 72, 72, 72 + 4096 + 4, 72 + 4096 + 4);
  std::memcpy(pdu.data() + 8, &cmd, sizeof cmd);
  o.client.send(pdu);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  ASSERT_EQ(o.pdu.type(), PDU_CAPSULE_RESP);
  EXPECT_EQ(o.pdu.completion().status >> 1 & 0xFF, NVME_SC_TRANSIENT_TRANSPORT);
  EXPECT_EQ(o.card.target.seen.size(), before);
  o.client.read(4, 0, 4096);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  EXPECT_EQ(o.pdu.type(), PDU_C2H_DATA);
}

struct BadSgl {
  u8 type;
  u64 address;
  u32 length;
  u8 sc;
};

TEST(NvmfTcpSgl, ErrorsFailTheCommandOnly) {
  One o;
  ASSERT_TRUE(o.client.connect());
  const BadSgl bad[] = {{0x00, 0, 4096, NVME_SC_SGL_TYPE},
                        {0x40, 0, 4096, NVME_SC_SGL_TYPE},
                        {0x5A, 0, 256 * 1024, NVME_SC_DATA_SGL_LENGTH},
                        {0x01, 0, 4096, NVME_SC_DATA_SGL_LENGTH},
                        {0x01, 512, 0xE00, NVME_SC_INVALID_SGL_OFFSET}};
  for (const BadSgl& b : bad) {
    nvme_command cmd{};
    cmd.opcode = NVME_NVM_WRITE;
    cmd.cid = 77;
    cmd.sgl = {b.address, b.length, {}, b.type};
    o.client.command(cmd);
    ASSERT_TRUE(o.client.wait(&o.pdu));
    ASSERT_EQ(o.pdu.type(), PDU_CAPSULE_RESP);
    EXPECT_EQ(o.pdu.completion().cid, 77);
    EXPECT_EQ(o.pdu.completion().status >> 1 & 0xFF, b.sc);
  }
}

TEST(NvmfTcpHostileQueue, EndsWhenItIsOverfull) {
  ClientOptions options;
  options.queue_entries = 4;
  One o(options);
  ASSERT_TRUE(o.client.connect());
  o.card.target.hold = true;
  for (u16 i = 0; i < 50; ++i) o.client.read(i, 0, 4096);
  ASSERT_TRUE(o.client.wait(&o.pdu));
  EXPECT_EQ(o.pdu.as<pdu_term_req>().fes, FES_SEQUENCE);
  EXPECT_LE(o.card.target.held.size(), 8U);
  o.card.target.release();
}

TEST(NvmfTcpTermReq, OfTheHostEndsTheConnection) {
  One o;
  ASSERT_TRUE(o.client.connect());
  o.client.send(raw(PDU_H2C_TERM_REQ, 0, 24, 0, 24 + 8, 32));
  EXPECT_TRUE(o.client.wait_end());
  EXPECT_EQ(o.card.stats().host_term_reqs, 1U);
}

// Any bytes whatever: the connection ends or waits for more, and memory comes back.
TEST(NvmfTcpFuzz, SurvivesNoise) {
  Wire wire{{}};
  Card card(wire);
  Host host(wire, 2);
  Random random(5);
  for (unsigned round = 0; round < 300; ++round) {
    Client client(wire, host, card);
    ASSERT_TRUE(round % 2 ? client.connect() : client.open()) << round;
    Bytes noise(random.below(3000) + 8);
    for (u8& b : noise) b = static_cast<u8>(random.below(256));
    if (round % 3) noise[0] = static_cast<u8>(random.below(8)), noise[1] = 0, noise[2] = 72;
    client.send(noise);
    client.wait_end(1);
  }
  wire.run(3'000'000'000);
  EXPECT_EQ(card.stats().closed, card.stats().accepted);
}

}  // namespace
}  // namespace mppa::nvmf_test
