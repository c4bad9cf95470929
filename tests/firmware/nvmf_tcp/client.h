// An NVMe/TCP host made of PDUs, on the native stack of tests/firmware/net: sends what a test tells it to, right or
// wrong, and keeps the PDUs that come back.
#pragma once

#include <cstring>
#include <deque>
#include <memory>

#include "firmware/nvmf/tcp/pdu.h"
#include "tests/firmware/net/bench.h"
#include "tests/firmware/nvmf_tcp/fake_target.h"

namespace mppa::nvmf_test {

using net_test::Bytes;
using net_test::Host;
using net_test::Wire;
using net_test::WireParams;

/// A DMA that takes its time: a copy happens at every third look.
struct Copier {
  nvmf_tcp_copier config();
  static constexpr std::size_t kRoom = 5;
  struct Job {
    u8* to;
    const u8* from;
    u32 bytes;
  };
  std::deque<Job> jobs;
  u64 begun = 0;
  unsigned looks = 0;
};

/// The card's end: a stack, a group of the transport, the fake target.
class Card {
 public:
  explicit Card(Wire& wire, u32 far_pages = 4096, bool copies_behind = true);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card();
  const nvmf_tcp_stats& stats() const { return *nvmf_tcp_group_stats(group); }

  FakeTarget target;
  Host host;
  Copier copier;
  nvmf_tcp_group* group = nullptr;

 private:
  std::vector<u8> memory_;
};

struct Pdu {
  u8 type() const { return bytes[0]; }
  u8 flags() const { return bytes[1]; }
  template <typename T>
  T as() const {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  nvme_completion completion() const {
    nvme_completion cpl;
    std::memcpy(&cpl, bytes.data() + sizeof(pdu_header), sizeof cpl);
    return cpl;
  }
  Bytes bytes;  ///< all of it
};

struct ClientOptions {
  bool header_digest = false, data_digest = false;
  u8 hpda = 0;
  u16 queue_entries = 32;
  u16 qid = 1;
  bool flow_control = false;
};

class Client {
 public:
  Client(Wire& wire, Host& host, Card& card, const ClientOptions& options = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// TCP handshake only.
  bool open();
  /// ICReq/ICResp and Connect.
  bool connect();
  /// Sends bytes as they are.
  void send(Bytes bytes);
  /// Sends a PDU: header with digests and lengths set as they must be.
  void send_pdu(Bytes header, const Bytes& data = {}, u8 flags = 0);
  void command(const nvme_command& cmd, const Bytes& in_capsule = {});
  void read(u16 cid, u32 lba, u32 bytes);
  /// Data in the capsule if `in_capsule`, else the card asks for them.
  void write(u16 cid, u32 lba, const Bytes& data, bool in_capsule);
  /// Answers an R2T in PDUs of up to `step` bytes.
  void answer(const Pdu& r2t, const Bytes& data, u32 step);
  /// Runs until a PDU has come; false if none does.
  bool wait(Pdu* out, u64 ms = 2000);
  /// Runs until the peer has closed or reset.
  bool wait_end(u64 ms = 2000);

  Wire& wire;
  Host& host;
  tcp_conn* conn = nullptr;
  ClientOptions options;
  std::deque<Pdu> pdus;
  bool established = false, finished = false, gone = false;
  tcp_end end{};
  Bytes stream;  ///< received, not yet a PDU

 private:
  struct Chunk : net_chunk {
    Bytes bytes;
  };
  void received(const u8* data, u32 len);
  static Client& of(tcp_conn* c) { return *static_cast<Client*>(c->owner); }
  static const tcp_ops kOps;
  Card& card_;
};

/// Data of a block: different everywhere.
Bytes test_data(u32 seed, u32 bytes);
u32 crc32c(const u8* data, std::size_t len);

}  // namespace mppa::nvmf_test
