// A small NVMe/TCP target in memory, written byte by byte from the specification, with a hook to make it misbehave.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/common/timeline.h"
#include "models/host/tcp/stack.h"

namespace mppa::host::nvme_tcp::test {

using Bytes = std::vector<u8>;

struct TargetParams {
  std::string nqn = "nqn.2014-08.org.example:disk";
  u32 address = 0x0A000002;
  u64 blocks = 4096;  ///< of 4 KiB
  unsigned namespaces = 1;
  u16 queues = 64;          ///< granted
  u32 capsule_data = 8192;  ///< in-capsule data of I/O queues
  u32 max_h2c_data = 32'768;
  u32 r2t_bytes = 65'536;    ///< asked for at once
  u32 c2h_bytes = 16'384;    ///< of one C2HData
  u8 alignment = 0;          ///< CPDA
  u8 digests = 3;            ///< that it can: 1 header, 2 data
  bool success_flag = true;  ///< the last data stand for the completion
  u8 mdts = 5;               ///< 128 KiB
  u64 latency = 10'000'000;  ///< ps of an I/O
  unsigned busy_polls = 2;   ///< CSTS reads until it is ready
};

class Target {
 public:
  Target(Timeline& time, tcp::Stack& stack, const TargetParams& params);
  ~Target();

  /// Sees every PDU on its way out; may change it. False: it is not sent.
  std::function<bool(Bytes& pdu)> out;
  /// Sees every command; an answer other than 0 is the status it gets (type << 8 | code), without being executed.
  std::function<u16(u16 queue, const u8* sqe)> judge = [](u16, const u8*) { return u16{0}; };
  /// Commands are not answered any more.
  bool is_silent = false;
  /// Resets all connections.
  void drop_all();

  Bytes& disk(u32 nsid) { return disks_[nsid - 1]; }
  std::size_t connections() const;
  /// Bytes that the host sent in H2CTermReq: the cause and the offending header.
  std::vector<std::pair<u16, Bytes>> terminated;
  std::map<u8, u64> commands;  ///< by opcode, I/O queues
  u64 in_capsule = 0, r2ts = 0, keep_alives = 0;

 private:
  class Link;
  friend class Link;

  Timeline& time_;
  TargetParams params_;
  std::vector<Bytes> disks_;
  std::vector<std::shared_ptr<Link>> links_;
  unsigned polls_ = 0;
};

}  // namespace mppa::host::nvme_tcp::test
