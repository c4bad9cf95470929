// An NVMe controller driven by hand: registers, queues, commands as they are, valid or not.
#pragma once

#include <cstring>
#include <optional>
#include <set>
#include <vector>

#include "models/ssd/nvme/spec.h"
#include "tests/firmware/card.h"

namespace mppa::test {

using ssd::nvme::AdminOp;
using ssd::nvme::Cqe;
using ssd::nvme::IoOp;
using ssd::nvme::Sqe;

/// A pair of queues with the same id in the host's memory.
struct RawQueue {
  u16 id = 0;
  u32 entries = 0;
  u64 sq = 0, cq = 0;
  u32 tail = 0, head = 0;
  u16 phase = 1;
};

class RawNvme {
 public:
  static constexpr u64 kPage = 4096;
  static constexpr u32 kAdminEntries = 32;

  /// Uses host memory from `memory` on.
  RawNvme(pcie::HostRoot& host, const pcie::Device& device, u64 memory)
      : host_(host), bar_(device.bars[0].address), next_(memory) {}

  u64 read(u64 offset, unsigned bytes = 4) { return host_.mmio_read_now(bar_ + offset, bytes); }
  void write(u64 offset, u32 value) { host_.mmio_write32(bar_ + offset, value); }
  void write64(u64 offset, u64 value) { host_.mmio_write64(bar_ + offset, value); }
  u64 allocate(u64 bytes) {
    const u64 at = next_;
    next_ += (bytes + kPage - 1) / kPage * kPage;
    std::memset(host_.memory().data() + at, 0, bytes);
    return at;
  }
  u8* at(u64 address) { return host_.memory().data() + address; }

  RawQueue make_queue(u16 id, u32 entries) {
    return {.id = id, .entries = entries, .sq = allocate(entries * 64), .cq = allocate(entries * 16)};
  }
  bool wait_ready(bool wanted, double limit_us = 5000) {
    for (double waited = 0; waited < limit_us; waited += 10) {
      if ((read(ssd::nvme::reg::kCsts) & 1) == u64{wanted}) return true;
      run_us(10);
    }
    return false;
  }
  bool enable() {
    admin = make_queue(0, kAdminEntries);
    write(ssd::nvme::reg::kAqa, (kAdminEntries - 1) << 16 | (kAdminEntries - 1));
    write64(ssd::nvme::reg::kAsq, admin.sq);
    write64(ssd::nvme::reg::kAcq, admin.cq);
    write(ssd::nvme::reg::kCc, 1 | 6 << 16 | 4 << 20);
    return wait_ready(true);
  }
  bool disable() {
    write(ssd::nvme::reg::kCc, 6 << 16 | 4 << 20);
    return wait_ready(false);
  }
  /// A normal shutdown (CC.SHN).
  bool shut_down(double limit_us = 5000) {
    write(ssd::nvme::reg::kCc, 1 | 1 << 14 | 6 << 16 | 4 << 20);
    for (double waited = 0; waited < limit_us; waited += 10) {
      if ((read(ssd::nvme::reg::kCsts) >> 2 & 3) == 2) return true;
      run_us(10);
    }
    return false;
  }

  void put(RawQueue& q, const Sqe& sqe) {
    std::memcpy(at(q.sq + q.tail * 64), &sqe, 64);
    q.tail = (q.tail + 1) % q.entries;
  }
  void ring(const RawQueue& q) { doorbell(q.id, false, q.tail); }
  void doorbell(unsigned id, bool completion, u32 value) { write(0x1000 + 8 * id + 4 * completion, value); }
  /// Takes the completions that are there.
  std::vector<Cqe> take(RawQueue& q) {
    std::vector<Cqe> out;
    for (;;) {
      Cqe entry;
      std::memcpy(&entry, at(q.cq + q.head * 16), 16);
      if ((entry.status & 1) != q.phase) break;
      out.push_back(entry);
      if (++q.head == q.entries) {
        q.head = 0;
        q.phase ^= 1;
      }
    }
    if (!out.empty()) doorbell(q.id, true, q.head);
    return out;
  }
  /// Executes one command on an idle queue; nothing if it does not complete.
  std::optional<Cqe> execute(RawQueue& q, const Sqe& sqe, double limit_us = 2000) {
    put(q, sqe);
    ring(q);
    for (double waited = 0; waited < limit_us; waited += 2) {
      run_us(2);
      const std::vector<Cqe> done = take(q);
      if (!done.empty()) return done[0];
    }
    return {};
  }
  /// Status of an executed command, without phase, more and do-not-retry; -1: none.
  int status(RawQueue& q, const Sqe& sqe) {
    const auto done = execute(q, sqe);
    return done && done->cid == sqe.cid ? done->status >> 1 & 0x7FF : -1;
  }
  static Sqe admin_command(AdminOp op) {
    Sqe sqe;
    sqe.opcode = static_cast<u8>(op);
    return sqe;
  }
  int create_cq(const RawQueue& q, u32 flags = 1, u16 vector = 0) {
    Sqe sqe = admin_command(AdminOp::kCreateCq);
    sqe.prp1 = q.cq;
    sqe.cdw10 = (q.entries - 1) << 16 | q.id;
    sqe.cdw11 = u32{vector} << 16 | flags;
    return status(admin, sqe);
  }
  int create_sq(const RawQueue& q, u16 cqid) {
    Sqe sqe = admin_command(AdminOp::kCreateSq);
    sqe.prp1 = q.sq;
    sqe.cdw10 = (q.entries - 1) << 16 | q.id;
    sqe.cdw11 = u32{cqid} << 16 | 1;
    return status(admin, sqe);
  }
  /// A pair of I/O queues; empty if the controller refuses.
  std::optional<RawQueue> create(u16 id, u32 entries, u32 flags = 1, u16 vector = 0) {
    const RawQueue q = make_queue(id, entries);
    if (create_cq(q, flags, vector) != 0 || create_sq(q, id) != 0) return {};
    return q;
  }
  int remove(AdminOp op, u16 id) {
    Sqe sqe = admin_command(op);
    sqe.cdw10 = id;
    return status(admin, sqe);
  }

  RawQueue admin;

 private:
  pcie::HostRoot& host_;
  u64 bar_;
  u64 next_;
};

}  // namespace mppa::test
