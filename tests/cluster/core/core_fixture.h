// A core state with its system unit, and shorthand to put it into any state.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "models/cluster/core/mmu.h"
#include "models/cluster/core/system_unit.h"

namespace mppa::core {

struct CoreTest : testing::Test {
  static constexpr u64 kPcOfBundle = 0x1000;

  CoreTest() { state.pc = kPcOfBundle; }

  u64 sfr(unsigned number) const { return state.sfr[number]; }

  /// Stores a raw value as if an all-powerful write had been committed.
  void force(unsigned number, u64 value) { system.commit({std::nullopt, static_cast<u16>(number), value, 0}); }
  void force(unsigned number, Field field, u64 value) { force(number, field.set(sfr(number), value)); }

  /// Runs at level `pl` with PS.ET=0.
  void at_level(unsigned pl) { force(kPs, ps::kEt.set(ps::kPl.set(sfr(kPs), pl), 0)); }

  /// Gives every resource to level `owner`.
  void give_everything_to(unsigned owner) {
    const u64 all = u64{0x5555555555555555} * owner;
    for (unsigned number : {kSyo, kHto, kIto, kDo, kMo, kPso}) force(number, all & sfr_info(number).writable);
  }

  /// set as a program does it; the trap if there is one.
  std::optional<Trap> set(unsigned number, u64 value) {
    const SfrWrite write = system.prepare_set({static_cast<u16>(number), 7, 2}, value);
    if (!write.trap) system.commit(write);
    return write.trap;
  }
  std::optional<Trap> wfxl(unsigned number, u64 clear, u64 set) {
    const SfrWrite write = system.prepare_wfxl({static_cast<u16>(number), 7, 2}, set << 32 | clear);
    if (!write.trap) system.commit(write);
    return write.trap;
  }
  std::optional<Trap> wfxm(unsigned number, u64 clear, u64 set) {
    const SfrWrite write = system.prepare_wfxm({static_cast<u16>(number), 7, 2}, set << 32 | clear);
    if (!write.trap) system.commit(write);
    return write.trap;
  }
  u64 get(unsigned number) {
    const SfrRead read = system.get({static_cast<u16>(number), 7, 2});
    EXPECT_FALSE(read.trap.has_value()) << "get of SFR " << number << " trapped";
    return read.value;
  }

  void advance(u64 cycles) { state.cycle += cycles; }
  unsigned pl() const { return state.pl(); }
  u64 ps_field(Field field) const { return field.get(sfr(kPs)); }

  CoreState state;
  SystemUnit system{state, CoreConfig{.pid = 3, .cid = 1, .reset_pc = 0}};
};

}  // namespace mppa::core
