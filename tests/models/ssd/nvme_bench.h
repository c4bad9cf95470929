// A small host for tests: one command at a time, through the queues and registers as a driver would use them.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

#include "models/host/direct_link.h"
#include "models/ssd/ssd.h"

namespace mppa::ssd::nvme::test {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

inline SsdParams small_drive() {
  SsdParams p;
  p.serial = "TEST0001";
  p.flash.channels = 2;
  p.flash.planes = 2;
  p.flash.programs_per_block = 16;
  p.flash.read_time = 50 * kUs;
  p.flash.program_time = 500 * kUs;
  p.ftl.capacity = u64{64} << 20;
  p.ftl.over_provisioning = 0.2;
  p.buffer.bytes = 4 << 20;
  p.controller.max_io_queues = 8;
  p.controller.ready_time = 10 * kUs;
  p.controller.format_time = 100 * kUs;
  return p;
}

/// A drive, links to its ports, and host memory. Time runs only while a call waits for something.
struct Machine {
  explicit Machine(const SsdParams& params) : ssd(time, params) {
    for (unsigned port = 0; port < ssd.ports(); ++port) {
      links.push_back(std::make_unique<host::DirectLink>(time, memory, ssd.controller(port)));
      ssd.controller(port).connect(*links.back());
      links.back()->enable(true);
    }
  }
  void run(u64 duration) { time.run_until(time.now() + duration); }

  Timeline time;
  SparseMemory memory{u64{256} << 20};
  u64 next_page = 1 << 20;
  Ssd ssd;
  std::vector<std::unique_ptr<host::DirectLink>> links;

  u64 allocate(u64 bytes, u64 alignment = 4096) {
    next_page = (next_page + alignment - 1) / alignment * alignment;
    const u64 at = next_page;
    next_page += bytes;
    EXPECT_TRUE(memory.contains(at, bytes)) << "test memory exhausted";
    return at;
  }
  u8* at(u64 address) { return memory.data() + address; }
  std::vector<u8> bytes(u64 address, u64 count) { return {at(address), at(address) + count}; }
};

/// One pair of queues on one port.
class QueuePair {
 public:
  QueuePair(Machine& machine, unsigned port, u16 id, u32 entries)
      : machine_(machine),
        link_(*machine.links[port]),
        id_(id),
        entries_(entries),
        sq_(machine.allocate(entries * sizeof(Sqe))),
        cq_(machine.allocate(entries * sizeof(Cqe))) {
    std::memset(machine.at(cq_), 0, entries * sizeof(Cqe));
  }

  u64 sq() const { return sq_; }
  u64 cq() const { return cq_; }
  u16 id() const { return id_; }
  u32 entries() const { return entries_; }

  /// Puts a command into the queue; ring() tells the controller.
  u16 push(Sqe sqe) {
    sqe.cid = next_cid_++;
    push_as_is(sqe);
    return sqe.cid;
  }
  void push_as_is(const Sqe& sqe) {
    std::memcpy(machine_.at(sq_ + tail_ * sizeof(Sqe)), &sqe, sizeof sqe);
    tail_ = (tail_ + 1) % entries_;
  }
  void ring() { link_.mmio_write(reg::kDoorbells + id_ * 8u, tail_, 4); }
  void ring_value(u32 tail) { link_.mmio_write(reg::kDoorbells + id_ * 8u, tail, 4); }

  /// The next completion, if it comes within `timeout`.
  std::optional<Cqe> wait(u64 timeout = 500 * kMs) {
    const u64 end = machine_.time.now() + timeout;
    for (;;) {
      Cqe entry;
      std::memcpy(&entry, machine_.at(cq_ + head_ * sizeof(Cqe)), sizeof entry);
      if ((entry.status & 1) == phase_) {
        if (++head_ == entries_) {
          head_ = 0;
          phase_ ^= 1;
        }
        link_.mmio_write(reg::kDoorbells + id_ * 8u + 4, head_, 4);
        return entry;
      }
      if (machine_.time.empty() || machine_.time.next() > end) return std::nullopt;
      machine_.time.run_until(machine_.time.next());
    }
  }
  Cqe execute(const Sqe& sqe) {
    const u16 cid = push(sqe);
    ring();
    const std::optional<Cqe> entry = wait();
    EXPECT_TRUE(entry.has_value()) << "no completion of opcode " << unsigned{sqe.opcode};
    if (!entry) return {};
    EXPECT_EQ(entry->cid, cid);
    EXPECT_EQ(entry->sq_id, id_);
    return *entry;
  }

 private:
  Machine& machine_;
  host::DirectLink& link_;
  u16 id_;
  u32 entries_;
  u64 sq_, cq_;
  u32 tail_ = 0, head_ = 0;
  u16 phase_ = 1;
  u16 next_cid_ = 100;
};

inline Status status_of(const Cqe& entry) { return static_cast<Status>(entry.status >> 1 & 0x7FF); }

/// A controller that has been brought up, with its admin queue and, on demand, I/O queues.
class Port {
 public:
  explicit Port(Machine& machine, unsigned port = 0, bool zoned = false, u32 arbitration = 0)
      : machine(machine), link(*machine.links[port]), port_(port), admin(machine, port, 0, 32) {
    bring_up(zoned, arbitration);
  }

  void bring_up(bool zoned = false, u32 arbitration = 0) {
    link.mmio_write(reg::kAqa, (admin.entries() - 1) << 16 | (admin.entries() - 1), 4);
    link.mmio_write(reg::kAsq, admin.sq(), 8);
    link.mmio_write(reg::kAcq, admin.cq(), 8);
    link.mmio_write(reg::kCc, 1 | 6 << 16 | 4 << 20 | (zoned ? 6 << 4 : 0) | arbitration << 11, 4);
    for (int i = 0; i < 50 && !(read32(reg::kCsts) & reg::kCstsReady); ++i) machine.run(20 * kUs);
    EXPECT_EQ(read32(reg::kCsts), reg::kCstsReady);
  }
  u32 read32(u64 offset) {
    u64 value = 0;
    bool done = false;
    link.mmio_read(offset, 4, [&](u64 v, bool) {
      value = v;
      done = true;
    });
    while (!done) machine.time.run_until(machine.time.next());
    return static_cast<u32>(value);
  }
  static Sqe command(AdminOp op, u32 cdw10 = 0, u32 cdw11 = 0, u32 nsid = 0, u64 prp1 = 0) {
    Sqe sqe;
    sqe.opcode = static_cast<u8>(op);
    sqe.cdw10 = cdw10;
    sqe.cdw11 = cdw11;
    sqe.nsid = nsid;
    sqe.prp1 = prp1;
    return sqe;
  }
  static Sqe io(IoOp op, u64 lba, u32 blocks, u64 prp1, u64 prp2 = 0, u32 nsid = 1) {
    Sqe sqe;
    sqe.opcode = static_cast<u8>(op);
    sqe.nsid = nsid;
    sqe.prp1 = prp1;
    sqe.prp2 = prp2;
    sqe.cdw10 = static_cast<u32>(lba);
    sqe.cdw11 = static_cast<u32>(lba >> 32);
    sqe.cdw12 = blocks - 1;
    return sqe;
  }
  Status admin_status(const Sqe& sqe) { return status_of(admin.execute(sqe)); }
  Status create_cq(const QueuePair& q, u16 vector = 1) {
    return admin_status(
        command(AdminOp::kCreateCq, (q.entries() - 1) << 16 | q.id(), u32{vector} << 16 | 3, 0, q.cq()));
  }
  Status create_sq(const QueuePair& q, u32 priority = 0) {
    return admin_status(command(AdminOp::kCreateSq, (q.entries() - 1) << 16 | q.id(),
                                u32{q.id()} << 16 | priority << 1 | 1, 0, q.sq()));
  }
  QueuePair open_queue(u16 id = 1, u32 entries = 64, u32 priority = 0) {
    QueuePair q(machine, port_, id, entries);
    EXPECT_EQ(create_cq(q, id), Status::kSuccess);
    EXPECT_EQ(create_sq(q, priority), Status::kSuccess);
    return q;
  }
  std::vector<u8> identify(u32 cns, u32 nsid = 0, u32 cdw11 = 0) {
    const u64 buffer = machine.allocate(4096);
    EXPECT_EQ(admin_status(command(AdminOp::kIdentify, cns, cdw11, nsid, buffer)), Status::kSuccess) << "CNS " << cns;
    return machine.bytes(buffer, 4096);
  }
  std::vector<u8> log_page(u32 id, u32 bytes, bool retain = false, u32 nsid = kAllNamespaces) {
    const u64 buffer = machine.allocate(bytes);
    const u32 dwords = bytes / 4 - 1;
    EXPECT_EQ(admin_status(command(AdminOp::kGetLogPage, dwords << 16 | u32{retain} << 15 | id, 0, nsid, buffer)),
              Status::kSuccess)
        << "log page " << id;
    return machine.bytes(buffer, bytes);
  }

  Machine& machine;
  host::DirectLink& link;

 private:
  unsigned port_;

 public:
  QueuePair admin;
};

}  // namespace mppa::ssd::nvme::test
