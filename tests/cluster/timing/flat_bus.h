// 4 MiB of local memory at address 0 and nothing else: what the engine and timing tests run on.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "models/cluster/engine/core_bus.h"

namespace mppa::test {

class FlatBus final : public engine::CoreBus {
 public:
  static constexpr u64 kBytes = 4u << 20;

  FlatBus() : memory_(kBytes) {
    region_.size = kBytes;
    region_.host = memory_.data();
  }
  const engine::MemRegion* region(u64 pa) override { return region_.contains(pa, 1) ? &region_ : nullptr; }
  engine::BusReply access(engine::BusOp, u64, std::span<u8>, const engine::AtomicOperands&, u64) override {
    return {.ok = false, .latency = 10};
  }

  void write(u64 pa, u64 value) { std::memcpy(memory_.data() + pa, &value, sizeof(value)); }
  u64 read(u64 pa) const {
    u64 value = 0;
    std::memcpy(&value, memory_.data() + pa, sizeof(value));
    return value;
  }
  void write_code(u64 pa, std::span<const u32> words) {
    std::memcpy(memory_.data() + pa, words.data(), words.size_bytes());
  }
  engine::MemRegion& local() { return region_; }

 private:
  std::vector<u8> memory_;
  engine::MemRegion region_;
};

}  // namespace mppa::test
