// A core with memory and a trigger device, to run assembly-level tests of the system side.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/core_bus.h"
#include "sim/elf_file.h"

namespace mppa::core::test {

/// 4 MiB of local memory at 0, 64 KiB of DDR at 0x1_0000_0000, and at 0x2000_0000 a device through which a program asks
/// for an event from outside: a store of (delay << 8 | line) to offset 0 pulses interrupt line `line` `delay` cycles
/// later; line 255 stands for the power controller's wake-up, lines 64..95 for the forward inter-PE events 0..31.
class SystemBoard final : public engine::CoreBus {
 public:
  static constexpr u64 kDevice = 0x2000'0000;
  static constexpr u64 kQuantum = 50;  ///< events arrive at multiples of this many cycles

  SystemBoard(engine::EngineKind kind, timing::Level level)
      : config_{.engine = kind, .level = level, .reset_pc = 0x1000, .semihosting = true},
        local_(4 << 20),
        ddr_(64 << 10),
        regions_{{.base = 0, .size = local_.size(), .host = local_.data()},
                 {.base = u64{1} << 32, .size = ddr_.size(), .host = ddr_.data()}},
        core_(config_, *this) {
    core_.hooks().semihosting = [](u32 number, CoreState& state) {
      engine::SemihostReply reply;
      reply.exit = number == 4095;
      reply.status = static_cast<int>(state.gpr[0]);
      if (!reply.exit) reply.message = "unexpected semihosting call";
      return reply;
    };
  }

  void load(const std::string& path) {
    const sim::ElfFile elf = sim::ElfFile::read(path);
    for (const sim::ElfSegment& segment : elf.segments()) {
      std::copy(segment.bytes.begin(), segment.bytes.end(), local_.begin() + static_cast<long>(segment.paddr));
    }
    core_.forget_code();
  }

  /// Runs until the program exits, the core resets or `limit` cycles have passed.
  engine::RunResult run(u64 limit) {
    engine::RunResult result;
    for (u64 stop = kQuantum; stop <= limit; stop += kQuantum) {
      result = core_.run_until(stop);
      if (result.reason != engine::StopReason::kLimit && result.reason != engine::StopReason::kIdle) return result;
      deliver(stop);
    }
    return result;
  }

  engine::Core& core() { return core_; }

  const engine::MemRegion* region(u64 pa) override {
    for (const engine::MemRegion& region : regions_) {
      if (region.contains(pa, 1)) return &region;
    }
    return nullptr;
  }

  engine::BusReply access(engine::BusOp op, u64 pa, std::span<u8> data, const engine::AtomicOperands&,
                          u64 now) override {
    if (pa != kDevice || op != engine::BusOp::kWrite || data.size() != 8) return {.ok = false};
    u64 value = 0;
    for (unsigned i = 0; i < 8; ++i) value |= u64{data[i]} << (8 * i);
    events_.push_back({now + (value >> 8), static_cast<unsigned>(value & 0xff)});
    return {};
  }

 private:
  struct Event {
    u64 cycle;
    unsigned line;
  };

  void deliver(u64 now) {
    for (std::size_t i = events_.size(); i-- > 0;) {
      if (events_[i].cycle > now) continue;
      const unsigned line = events_[i].line;
      events_.erase(events_.begin() + static_cast<long>(i));
      if (line == 255) {
        core_.system().power_wakeup();
      } else if (line >= 64) {
        core_.system().ipe_event(true, line - 64);
      } else {
        core_.system().set_line(line);
      }
    }
  }

  engine::CoreConfig config_;
  std::vector<u8> local_;
  std::vector<u8> ddr_;
  std::vector<engine::MemRegion> regions_;
  std::deque<Event> events_;
  engine::Core core_;
};

}  // namespace mppa::core::test
