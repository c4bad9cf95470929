// Code that changes: visible to translated code after i1inval, or after a barrier while the instruction cache is off.
#include <gtest/gtest.h>

#include "isa/opcodes.h"
#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/op_info.h"
#include "tests/cluster/engine/fast/engine_pair.h"

namespace mppa::engine::fast {
namespace {

using isa::Insn;
using isa::Opcode;
using isa::Slot;

u32 word(Opcode op, Slot slot, std::initializer_list<u8> regs, i64 imm = 0) {
  isa::Bundle b;
  b.count = 1;
  Insn& insn = b.insns[0];
  insn.op = op;
  insn.slot = slot;
  std::copy(regs.begin(), regs.end(), insn.reg.begin());
  insn.imm[0] = imm;
  return isa::encode(b).at(0);
}

/// Adds 1 to r0 in the bundle at kPatched; each turn stores r2, then r3, over it, and makes that visible.
RandomProgram patching_program(bool cache_on) {
  RandomProgram p;
  p.entries = {RandomProgram::kCode};
  const auto add = [&](u32 w) { p.code.push_back(w); };
  const u32 visible = cache_on ? word(Opcode::kI1inval, Slot::kLsu, {}) : word(Opcode::kNop, Slot::kAlu0, {});
  for (unsigned i = 0; i < 2; ++i) {
    add(word(Opcode::kAdddWZS10, Slot::kAlu0, {0, 0}, 1));  // patched
    add(word(Opcode::kAdddWZS10, Slot::kAlu0, {1, 1}, 1));
    add(word(Opcode::kSwS10ZT, Slot::kLsu, {kBaseRegister, static_cast<u8>(2 + i)}, i == 0 ? 0 : 7 * 4));
    add(word(Opcode::kFence, Slot::kLsu, {}));
    add(visible);
    add(word(Opcode::kBarrier, Slot::kBcu, {}));
    add(word(Opcode::kAdddWZS10, Slot::kAlu0, {4, 4}, 1));
  }
  add(word(Opcode::kGotoS27, Slot::kBcu, {}, -4 * 14));
  return p;
}

void run(bool cache_on) {
  const RandomProgram program = patching_program(cache_on);
  const auto prepare = [&](Machine& m) {
    core::CoreState& s = m.core().state();
    for (unsigned i = 0; i < 5; ++i) s.gpr[i] = 0;
    s.gpr[kBaseRegister] = RandomProgram::kCode;
    s.gpr[2] = word(Opcode::kAdddWZS10, Slot::kAlu0, {0, 0}, 100);
    s.gpr[3] = word(Opcode::kAdddWZS10, Slot::kAlu0, {0, 0}, 10000);
    if (!cache_on) m.core().system().commit({std::nullopt, core::kPs, core::ps::kIce.set(s.sfr[core::kPs], 0), 0});
  };
  MachineOptions options;
  options.level = timing::Level::kFunctional;
  Machine expected(program, options);
  options.engine = EngineKind::kFast;
  Machine got(program, options);
  prepare(expected);
  prepare(got);
  expected.core().run_until(300);
  got.core().run_until(300);
  const auto d = difference(expected, got);
  EXPECT_FALSE(d) << *d;
  EXPECT_GT(got.core().state().gpr[0], 10000u) << "the second patch never took effect";
}

TEST(SelfModifyingCode, VisibleAfterI1inval) { run(true); }
TEST(SelfModifyingCode, VisibleAfterBarrierWithTheCacheOff) { run(false); }

}  // namespace
}  // namespace mppa::engine::fast
