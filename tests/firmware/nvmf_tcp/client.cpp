#include "tests/firmware/nvmf_tcp/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "tests/firmware/native/native.h"

namespace mppa::nvmf_test {
namespace {

constexpr u16 kPort = 4420;
constexpr u32 kNearPages = 64;
constexpr u32 kLargeBuffers = 16;

void append(Bytes& to, u32 value) {
  for (unsigned i = 0; i < 32; i += 8) to.push_back(static_cast<u8>(value >> i));
}

// What has ended is forgotten before the test is over.
tcp_config short_time_wait() {
  tcp_config config = tcp_defaults;
  config.time_wait = 1'000;
  return config;
}

template <typename T>
Bytes bytes_of(const T& value) {
  const auto* p = reinterpret_cast<const u8*>(&value);
  return {p, p + sizeof value};
}

}  // namespace

// One bit at a time, so that it shares nothing with what it checks.
u32 crc32c(const u8* data, std::size_t len) {
  u32 crc = ~0U;
  for (std::size_t i = 0; i < 8 * len; ++i) {
    const u32 bit = (crc ^ static_cast<u32>(data[i / 8]) >> i % 8) & 1U;
    crc = crc >> 1 ^ (bit ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

Bytes test_data(u32 seed, u32 bytes) {
  Bytes data(bytes);
  for (u32 i = 0; i < bytes; ++i) data[i] = net_test::pattern(static_cast<u64>(seed) << 20 | i);
  return data;
}

nvmf_tcp_copier Copier::config() {
  return {.queue = this,
          .copy =
              [](void* queue, u64 to, const u8* from, u32 bytes, u64* ticket) {
                auto& q = *static_cast<Copier*>(queue);
                if (q.jobs.size() == kRoom) return false;
                *ticket = q.begun++;
                q.jobs.push_back({reinterpret_cast<u8*>(to), from, bytes});
                return true;
              },
          .done =
              [](void* queue, u64 ticket) {
                auto& q = *static_cast<Copier*>(queue);
                if (q.looks++ % 3 == 0 && !q.jobs.empty()) {
                  std::memcpy(q.jobs.front().to, q.jobs.front().from, q.jobs.front().bytes);
                  q.jobs.pop_front();
                }
                return ticket + q.jobs.size() < q.begun;
              }};
}

Card::Card(Wire& wire, u32 far_pages, bool copies_behind)
    : host(wire, 1, short_time_wait()),
      memory_((kNearPages + far_pages + 1UL) * NVMF_TCP_PAGE + kLargeBuffers * std::size_t{NVMF_TCP_MAX_IO}) {
  auto* start = reinterpret_cast<u8*>((reinterpret_cast<std::uintptr_t>(memory_.data()) + NVMF_TCP_PAGE - 1) /
                                      NVMF_TCP_PAGE * NVMF_TCP_PAGE);
  const auto piece = [&start](u32 buffers, u32 bytes) {
    u8* at = std::exchange(start, start + static_cast<std::size_t>(buffers) * bytes);
    return nvmf_tcp_memory{.memory = at, .address = reinterpret_cast<std::uintptr_t>(at), .buffers = buffers};
  };
  nvmf_tcp_group_config group_config{};
  group_config.stack = &host.stack;
  group_config.near = piece(kNearPages, NVMF_TCP_PAGE);
  group_config.far = piece(far_pages, NVMF_TCP_PAGE);
  group_config.large = piece(kLargeBuffers, NVMF_TCP_MAX_IO);
  if (copies_behind) group_config.copier = copier.config();
  group_config.connect_timeout = 1'000'000;
  cos_native::reset();
  nvmf_tcp_transport.options = nvmf_tcp_transport.defaults;
  group = nvmf_tcp_group_create(&group_config);
  nvmf_address address{};
  address.trtype = NVMF_TRTYPE_TCP;
  std::strcpy(address.traddr, "0.0.0.0");
  std::strcpy(address.trsvcid, "4420");
  nvmf_tcp_transport.listen(&nvmf_tcp_transport, &address);
  cos_native::poll();
  host.polled = [this] {
    nvmf_tcp_poll(group);
    nvmf_tcp_check(group);
  };
}

Card::~Card() {
  nvmf_tcp_group_destroy(group);
  EXPECT_EQ(cos_native::allocated_blocks(), 0U);
}

const tcp_ops Client::kOps = {
    .established = [](tcp_conn* c) { of(c).established = true; },
    .receive = [](tcp_conn* c, net_buf*, const u8* data, u32 len) { of(c).received(data, len), tcp_consumed(c, len); },
    .sent = nullptr,
    .finished = [](tcp_conn* c) { of(c).finished = true, tcp_close(c); },
    .gone = [](tcp_conn* c, tcp_end end) { of(c).gone = true, of(c).end = end, of(c).conn = nullptr; },
};

Client::Client(Wire& wire_, Host& host_, Card& card, const ClientOptions& options_)
    : wire(wire_), host(host_), options(options_), card_(card) {}

Client::~Client() {
  if (conn) tcp_abort(conn);
  wire.run(5'000'000);  // the card hears of it
}

bool Client::open() {
  const net_addr to = card_.host.address();
  conn = tcp_connect(&host.stack, &to, kPort, 0, &kOps, this);
  return wire.run(5'000'000'000, [this] { return established || gone; }) && established;
}

void Client::send(Bytes bytes) {
  auto* chunk = new Chunk{};
  chunk->bytes = std::move(bytes);
  chunk->data = chunk->bytes.data();
  chunk->len = static_cast<u32>(chunk->bytes.size());
  chunk->release = [](net_chunk* c) { delete static_cast<Chunk*>(c); };
  if (!conn || !tcp_send(conn, chunk)) delete chunk;
}

void Client::send_pdu(Bytes header, const Bytes& data, u8 flags) {
  const u32 hlen = static_cast<u32>(header.size());
  const u32 pdo = hlen + (options.header_digest ? 4 : 0);
  const u32 plen = data.empty() ? pdo : pdo + static_cast<u32>(data.size()) + (options.data_digest ? 4 : 0);
  header[1] = static_cast<u8>(flags | (options.header_digest ? PDU_HDGST : 0) |
                              (options.data_digest && !data.empty() ? PDU_DDGST : 0));
  header[2] = static_cast<u8>(hlen);
  header[3] = data.empty() ? 0 : static_cast<u8>(pdo);
  std::memcpy(header.data() + 4, &plen, sizeof plen);
  if (options.header_digest) append(header, crc32c(header.data(), hlen));
  header.insert(header.end(), data.begin(), data.end());
  if (options.data_digest && !data.empty()) append(header, crc32c(data.data(), data.size()));
  send(std::move(header));
}

bool Client::connect() {
  if (!open()) return false;
  pdu_ic_req req{};
  req.ch = {PDU_IC_REQ, 0, sizeof req, 0, sizeof req};
  req.hpda = options.hpda;
  req.dgst = static_cast<u8>((options.header_digest ? PDU_DGST_HEADER : 0) | (options.data_digest ? PDU_DGST_DATA : 0));
  send(bytes_of(req));
  Pdu answer;
  if (!wait(&answer) || answer.type() != PDU_IC_RESP) return false;
  nvmf_connect_command connect{};
  connect.opcode = NVME_ADMIN_FABRICS;
  connect.flags = NVME_CMD_SGL;
  connect.fctype = NVMF_CONNECT;
  connect.qid = options.qid;
  connect.sqsize = static_cast<u16>(options.queue_entries - 1);
  connect.cattr = options.flow_control ? 0 : NVMF_CATTR_NO_FLOW_CONTROL;
  nvme_command cmd;
  std::memcpy(&cmd, &connect, sizeof cmd);
  command(cmd, Bytes(sizeof(nvmf_connect_data)));
  return wait(&answer) && answer.type() == PDU_CAPSULE_RESP && answer.completion().status == 0;
}

void Client::command(const nvme_command& cmd, const Bytes& in_capsule) {
  pdu_capsule_cmd pdu{};
  pdu.ch.type = PDU_CAPSULE_CMD;
  std::memcpy(pdu.sqe, &cmd, sizeof pdu.sqe);
  if (!in_capsule.empty()) {
    nvme_sgl sgl{};
    sgl.length = static_cast<u32>(in_capsule.size());
    sgl.type = NVME_SGL_TYPE(NVME_SGL_DATA, NVME_SGL_OFFSET);
    std::memcpy(pdu.sqe + offsetof(nvme_command, sgl), &sgl, sizeof sgl);
  }
  send_pdu(bytes_of(pdu), in_capsule);
}

namespace {
nvme_command io_command(u8 opcode, u16 cid, u32 lba, u32 bytes) {
  nvme_command cmd{};
  cmd.opcode = opcode;
  cmd.flags = NVME_CMD_SGL;
  cmd.cid = cid;
  cmd.nsid = 1;
  cmd.cdw10 = lba;
  cmd.cdw12 = bytes / FakeTarget::kBlock - 1;
  cmd.sgl.length = bytes;
  cmd.sgl.type = NVME_SGL_TYPE(NVME_SGL_TRANSPORT_DATA, NVME_SGL_TRANSPORT);
  return cmd;
}
}  // namespace

void Client::read(u16 cid, u32 lba, u32 bytes) { command(io_command(NVME_NVM_READ, cid, lba, bytes)); }

void Client::write(u16 cid, u32 lba, const Bytes& data, bool in_capsule) {
  command(io_command(NVME_NVM_WRITE, cid, lba, static_cast<u32>(data.size())), in_capsule ? data : Bytes{});
}

void Client::answer(const Pdu& r2t, const Bytes& data, u32 step) {
  const auto wanted = r2t.as<pdu_r2t>();
  for (u32 at = 0; at < wanted.r2tl; at += step) {
    const u32 n = std::min(step, wanted.r2tl - at);
    pdu_data pdu{};
    pdu.ch.type = PDU_H2C_DATA;
    pdu.cccid = wanted.cccid;
    pdu.ttag = wanted.ttag;
    pdu.datao = wanted.r2to + at;
    pdu.datal = n;
    const auto from = data.begin() + static_cast<std::ptrdiff_t>(pdu.datao);
    send_pdu(bytes_of(pdu), Bytes(from, from + n), at + n == wanted.r2tl ? PDU_LAST : 0);
  }
}

void Client::received(const u8* data, u32 len) {
  stream.insert(stream.end(), data, data + len);
  while (stream.size() >= sizeof(pdu_header)) {
    u32 plen;
    std::memcpy(&plen, stream.data() + 4, sizeof plen);
    if (stream.size() < plen) return;
    const auto end = stream.begin() + static_cast<std::ptrdiff_t>(plen);
    pdus.push_back({Bytes(stream.begin(), end)});
    stream.erase(stream.begin(), end);
  }
}

bool Client::wait(Pdu* out, u64 ms) {
  if (!wire.run(ms * 1'000'000, [this] { return !pdus.empty(); })) return false;
  *out = pdus.front();
  pdus.pop_front();
  return true;
}

bool Client::wait_end(u64 ms) {
  return wire.run(ms * 1'000'000, [this] { return gone || finished; });
}

}  // namespace mppa::nvmf_test
