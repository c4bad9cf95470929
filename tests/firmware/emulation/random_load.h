// Random reads and writes on one queue. Every command has to end once; what is read must be what was written.
#pragma once

#include <map>
#include <random>
#include <set>

#include "tests/firmware/emulation/raw_nvme.h"

namespace mppa::test {

class RandomLoad {
 public:
  static constexpr unsigned kSectors = 8;  ///< blocks of 512 bytes in a page
  static constexpr unsigned kPages = 4;    ///< of a command at most

  /// `slots` commands at a time, at most 64 and less than the queue's entries; blocks from page `first_page` on.
  RandomLoad(RawNvme& nvme, RawQueue& queue, unsigned slots, u64 seed, u64 first_page = 0)
      : nvme_(nvme), queue_(&queue), random_(seed), first_page_(first_page), slots_(slots) {
    for (Slot& slot : slots_) {
      slot.buffer = nvme.allocate((kPages + 1) * RawNvme::kPage);
      for (auto& versions : slot.possible) versions = {0};
    }
  }

  /// Fills all slots, takes completions, submits anew, for `us`.
  void run(double us) {
    for (double end = now_us() + us; now_us() < end;) {
      submit();
      run_us(1 + static_cast<double>(random_() % 4));
      take();
    }
  }
  /// Lets what is out end; what has not ended after `limit_us` stays.
  void drain(double limit_us) {
    for (const double start = now_us(), end = start + limit_us; outstanding() > 0 && now_us() < end;) {
      run_us(std::max(5.0, (now_us() - start) / 50));
      take();
    }
  }
  void submit() {
    bool any = false;
    for (unsigned i = 0; i < slots_.size(); ++i)
      if (!slots_[i].busy) any = true, submit(i);
    if (any) nvme_.ring(*queue_);
  }
  void take() {
    for (const Cqe& c : nvme_.take(*queue_)) completed(c);
  }
  /// The queue is gone: what is out will not complete, and may have been done or not.
  void abandon() {
    for (Slot& slot : slots_)
      if (slot.busy) end(slot, false);
  }
  /// Goes on with a new queue.
  void move_to(RawQueue& queue) { queue_ = &queue; }
  unsigned outstanding() const {
    unsigned count = 0;
    for (const Slot& slot : slots_) count += slot.busy;
    return count;
  }
  /// Commands that have ended since the last call, by status.
  std::map<u16, unsigned> take_ended() { return std::exchange(ended_, {}); }
  /// Reads may leave pieces of their buffers as they were: packets with data have been lost.
  void tolerate_holes() { holes_tolerated_ = true; }
  unsigned holes() const { return holes_; }
  /// Nothing must be written into the buffers of commands between the calls.
  std::vector<u8> buffers() {
    std::vector<u8> out;
    for (const Slot& slot : slots_)
      out.insert(out.end(), nvme_.at(slot.buffer), nvme_.at(slot.buffer) + kPages * RawNvme::kPage);
    return out;
  }

 private:
  struct Slot {
    u64 buffer = 0;
    bool busy = false, write = false;
    u16 cid = 0;
    unsigned pages = 0;
    u64 version = 0;
    std::array<std::set<u64>, kPages> possible;  ///< what may stand in a page; more than one after failed writes
  };

  static double now_us() { return sc_core::sc_time_stamp().to_seconds() * 1e6; }
  u64 page_of(const Slot& slot, unsigned page) const {
    return first_page_ + static_cast<u64>(&slot - slots_.data()) * kPages + page;
  }
  /// A word of a page as written; version 0: never.
  static u64 word(u64 page, u64 version, unsigned index) {
    return version == 0 ? 0 : (page << 40 | version << 12 | index) * 0x9E37'79B9'7F4A'7C15;
  }
  u64* words(const Slot& slot, unsigned page) {
    return reinterpret_cast<u64*>(nvme_.at(slot.buffer + page * RawNvme::kPage));
  }

  void submit(unsigned index) {
    Slot& slot = slots_[index];
    slot.busy = true;
    slot.write = random_() % 2;
    slot.pages = static_cast<unsigned>(1 + random_() % kPages);
    slot.cid = static_cast<u16>(++generation_ << 6 | index);
    slot.version = ++versions_;
    for (unsigned p = 0; p < slot.pages; ++p)
      for (unsigned i = 0; i < 512; ++i)
        words(slot, p)[i] = slot.write ? word(page_of(slot, p), slot.version, i) : ~u64{0};
    Sqe sqe;
    sqe.opcode = static_cast<u8>(slot.write ? IoOp::kWrite : IoOp::kRead);
    sqe.cid = slot.cid;
    sqe.nsid = 1;
    sqe.prp1 = slot.buffer;
    sqe.prp2 = slot.pages == 2 ? slot.buffer + RawNvme::kPage : slot.buffer + kPages * RawNvme::kPage;
    for (unsigned p = 1; p < slot.pages; ++p) words(slot, kPages)[p - 1] = slot.buffer + p * RawNvme::kPage;
    sqe.cdw10 = static_cast<u32>(page_of(slot, 0) * kSectors);
    sqe.cdw12 = slot.pages * kSectors - 1;
    nvme_.put(*queue_, sqe);
  }
  void completed(const Cqe& c) {
    Slot* slot = (c.cid & 63) < slots_.size() ? &slots_[c.cid & 63] : nullptr;
    if (!slot || !slot->busy || slot->cid != c.cid) {
      ADD_FAILURE() << "completion of command " << c.cid << ", which is not out";
      return;
    }
    const u16 status = c.status >> 1 & 0x7FF;
    ++ended_[status];
    if (status == 0 && !slot->write) verify(*slot);
    end(*slot, status == 0);
  }
  void end(Slot& slot, bool ok) {
    slot.busy = false;
    for (unsigned p = 0; slot.write && p < slot.pages; ++p) {
      if (ok) slot.possible[p].clear();
      slot.possible[p].insert(slot.version);
    }
  }
  void verify(const Slot& slot) {
    for (unsigned p = 0; p < slot.pages; ++p)
      for (unsigned sector = 0; sector < kSectors; ++sector) {
        if (holes_tolerated_ && has_hole(slot, p, sector)) {
          ++holes_;
        } else if (!sector_ok(slot, p, sector)) {
          ADD_FAILURE() << "page " << page_of(slot, p) << " sector " << sector << ": " << std::hex
                        << words(slot, p)[64 * sector];
          return;
        }
      }
  }
  bool sector_ok(const Slot& slot, unsigned page, unsigned sector) {
    for (const u64 version : slot.possible[page]) {
      bool same = true;
      for (unsigned i = sector * 64; i < sector * 64 + 64; ++i)
        same = same && words(slot, page)[i] == word(page_of(slot, page), version, i);
      if (same) return true;
    }
    return false;
  }

  /// As the buffer was before the read.
  bool has_hole(const Slot& slot, unsigned page, unsigned sector) {
    const u64* from = words(slot, page) + sector * 64;
    return std::find(from, from + 64, ~u64{0}) != from + 64;
  }

  RawNvme& nvme_;
  RawQueue* queue_;
  std::mt19937_64 random_;
  u64 first_page_;
  std::vector<Slot> slots_;
  u64 generation_ = 0, versions_ = 0;
  std::map<u16, unsigned> ended_;
  bool holes_tolerated_ = false;
  unsigned holes_ = 0;
};

}  // namespace mppa::test
