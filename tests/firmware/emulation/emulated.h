// The card's firmware as NVMe controllers, driven by hand: one function for each volume.
#pragma once

#include <map>

#include "tests/firmware/emulation/raw_nvme.h"

namespace mppa::test {

using ssd::nvme::Status;

class Emulated : public testing::Test {
 protected:
  static constexpr u64 kMemory = u64{4} << 30;
  static constexpr u64 kMemoryEach = 16 << 20;

  explicit Emulated(unsigned functions) : function_count_(functions) {}
  /// `arguments`: of k200lp, behind "emul". What hangs on the chip has been connected.
  void boot(unsigned clusters, const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"k200lp", "emul", "volumes=" + std::to_string(function_count_),
                                 "clusters=" + std::to_string(clusters)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    card.boot("k200lp.elf", 1 + clusters, all);
    connect();
  }
  ~Emulated() override {
    EXPECT_FALSE(card.chip.end.has_value()) << card.chip.end->message;
    EXPECT_EQ(card.console.find("***"), std::string::npos) << card.console;
  }
  void connect() {
    ASSERT_TRUE(card.wait_for_link(100'000)) << card.console;
    devices = card.functions(function_count_ - 1);
    ASSERT_EQ(devices.size(), function_count_) << card.console;
    // After a loss of the link enumeration comes to the same addresses.
    for (auto i = static_cast<unsigned>(nvme.size()); i < function_count_; ++i)
      nvme.emplace_back(card.host, devices[i], kMemory + i * kMemoryEach);
    // Functions belong to different guests: none reaches the memory of another, all may send interrupts.
    card.host.may_access = [this](u16 requester, u64 address, u64) {
      const u64 n = (address - kMemory) / kMemoryEach;
      return address < kMemory || (n < devices.size() && devices[n].id == requester);
    };
  }
  Sqe io(IoOp op, u16 cid, u64 lba = 0, unsigned blocks = 1) const {
    Sqe sqe;
    sqe.opcode = static_cast<u8>(op);
    sqe.cid = cid;
    sqe.nsid = 1;
    sqe.prp1 = buffer;
    sqe.prp2 = buffer + 4096;
    sqe.cdw10 = static_cast<u32>(lba);
    sqe.cdw12 = blocks - 1;
    return sqe;
  }
  /// Brings function `n` up with one queue pair.
  RawQueue start(unsigned n, u32 entries = 64) {
    if (!nvme[n].enable()) throw std::runtime_error("function " + std::to_string(n) + " is not ready: " + card.console);
    buffer = nvme[n].allocate(64 << 12);
    const auto q = nvme[n].create(1, entries);
    if (!q) throw std::runtime_error("function " + std::to_string(n) + " has no queue: " + card.console);
    return *q;
  }
  bool works(unsigned n, RawQueue& q) { return nvme[n].status(q, io(IoOp::kRead, 0x77, 5, 2)) == 0; }
  /// Runs until `count` completions are there or nothing comes any more; counts them by command id.
  std::map<u16, unsigned> drain(unsigned n, RawQueue& q, std::size_t count) {
    std::map<u16, unsigned> seen;
    std::size_t total = 0;
    for (unsigned idle = 0; total < count && idle < 500; ++idle) {
      run_us(2);
      for (const Cqe& c : nvme[n].take(q)) {
        ++seen[c.cid];
        ++total;
        idle = 0;
      }
    }
    return seen;
  }

  Card card;
  std::vector<pcie::Device> devices;
  std::vector<RawNvme> nvme;
  u64 buffer = 0;

 private:
  unsigned function_count_;
};

}  // namespace mppa::test
