// Memory operations of the reference engine.
#include <cstring>

#include "isa/opcodes.h"
#include "models/cluster/engine/reference/reference_engine.h"
#include "models/cluster/engine/reference/run.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine {
namespace {

using timing::MemKind;
using timing::TagArray;

u64 sign_extend(u64 value, unsigned bytes) {
  const unsigned shift = 64 - 8 * bytes;
  return static_cast<u64>(static_cast<i64>(value << shift) >> shift);
}

}  // namespace

/// Whether the bundle's memory operation has to wait until others have caught up.
bool ReferenceEngine::must_wait(const Decoded& code) {
  const MemKind kind = code.timing.memory;
  if (kind != MemKind::kLoad && kind != MemKind::kStore && kind != MemKind::kAtomic && kind != MemKind::kZeroLine)
    return false;
  for (const isa::Insn& insn : code.bundle.view()) {
    const isa::Kind insn_kind = isa::info(insn.op).kind;
    if (insn_kind == isa::Kind::kAlu || insn_kind == isa::Kind::kBranch || insn_kind == isa::Kind::kSystem) continue;
    Resolved r;
    if (data_port_.resolve(insn, kind, r) || !r.timing.performed || r.reads_zero) return false;
    const MemRegion* region = parts_.bus.region(r.where.pa);
    const bool plain = region != nullptr && r.timing.cached && kind != MemKind::kAtomic &&
                       (kind == MemKind::kLoad || !parts_.bus.watches_page(region->host + (r.where.pa - region->base)));
    return !plain && parts_.bus.must_wait(state_.cycle);
  }
  return false;
}

void ReferenceEngine::prepare_memory(const isa::Insn& insn, Run& run) {
  run.memory_insn = &insn;
  run.trap = data_port_.resolve(insn, run.code->timing.memory, run.memory);
}

/// Memory is read or changed here, after everything else in the bundle has been found legal. A load that nobody answers
/// still traps with nothing committed.
void ReferenceEngine::perform_memory(Run& run) {
  const timing::MemAccess& access = run.memory.timing;
  if (state_.debug_armed && access.performed) check_watchpoint(run);
  if (run.debug) return;
  switch (access.kind) {
    case MemKind::kLoad:
      return perform_load(run);
    case MemKind::kStore:
    case MemKind::kZeroLine:
      if (access.performed) perform_store(run);
      return;
    case MemKind::kAtomic:
      if (access.performed) perform_atomic(run);
      return;
    case MemKind::kMaintenance:
      return perform_maintenance(run);
    case MemKind::kTouch:
    case MemKind::kFence:
    case MemKind::kNone:
      return;
  }
}

void ReferenceEngine::check_watchpoint(Run& run) {
  const MemKind kind = run.memory.timing.kind;
  if (kind != MemKind::kStore && kind != MemKind::kAtomic && kind != MemKind::kZeroLine) return;
  core::Trap access = data_port_.bus_error(*run.memory_insn, run.memory);
  access.bundle_size = run.code->syllables;
  run.debug = parts_.system.check_watchpoint(access);
}

void ReferenceEngine::perform_load(Run& run) {
  Resolved& r = run.memory;
  if (!r.timing.performed && !r.reads_zero) return;  // condition false: the register keeps its value
  std::array<u8, 32> bytes{};
  if (!r.reads_zero && !data_port_.read(r, {bytes.data(), r.size}, run.issue)) {
    run.trap = data_port_.bus_error(*run.memory_insn, r);
    return;
  }
  const u8 reg = run.memory_insn->reg[static_cast<u8>(r.info->mem.data)];
  u256 value;
  std::memcpy(value.w.data(), bytes.data(), bytes.size());
  if (r.size <= 8) {
    run.effects.write(reg, r.info->mem.sign ? sign_extend(value.w[0], r.size) : value.w[0]);
    return;
  }
  for (unsigned i = 0; i < r.size / 8; ++i) run.effects.write(static_cast<u8>(reg + i), value.w[i]);
}

void ReferenceEngine::perform_store(Run& run) {
  Resolved& r = run.memory;
  std::array<u8, 64> bytes{};
  if (r.timing.kind == MemKind::kStore) {
    const u8 reg = run.memory_insn->reg[static_cast<u8>(r.info->mem.data)];
    const unsigned registers = r.size <= 8 ? 1 : r.size / 8;
    std::memcpy(bytes.data(), &state_.gpr[reg], 8 * registers);
  }
  if (data_port_.write(r, {bytes.data(), r.size}, run.issue)) return;
  if (r.timing.cached || r.timing.streaming)
    parts_.system.memory_error(core::mes::kDsye.mask());  // posted: the error comes back as interrupt DAME
  else
    run.trap = data_port_.bus_error(*run.memory_insn, r);
}

void ReferenceEngine::perform_atomic(Run& run) {
  Resolved& r = run.memory;
  const std::string_view mnemonic = r.info->mnemonic;
  const u8 reg = run.memory_insn->reg[static_cast<u8>(r.info->mem.data)];
  const u64 mask = r.size == 8 ? ~u64{0} : 0xffffffff;
  BusOp op = BusOp::kSwap;
  AtomicOperands operands;
  if (mnemonic.starts_with("aladd")) {
    op = BusOp::kFetchAdd;
    operands.operand = state_.gpr[reg];
  } else if (mnemonic.starts_with("acswap")) {
    op = BusOp::kCompareSwap;
    operands = {state_.gpr[reg], state_.gpr[reg + 1] & mask};
  }
  u64 old = 0;
  if (!data_port_.atomic(r, op, operands, old, run.issue)) {
    run.trap = data_port_.bus_error(*run.memory_insn, r);
    return;
  }
  if (op == BusOp::kCompareSwap) {
    run.effects.write(reg, u64{old == operands.expected});
    run.effects.write(static_cast<u8>(reg + 1), state_.gpr[reg + 1]);
  } else {
    run.effects.write(reg, old);
  }
}

void ReferenceEngine::perform_maintenance(Run& run) {
  const std::string_view mnemonic = run.memory.info->mnemonic;
  timing::Model& timing = parts_.timing;
  if (mnemonic == "d1inval") {
    timing.lsu().l1d().invalidate_all();
  } else if (mnemonic == "i1inval") {
    timing.l1i().invalidate_all();
    timing.forget_line();
  } else if (run.memory.timing.performed) {
    const u64 line = TagArray::line_of(run.memory.where.pa);
    if (mnemonic == "dinvall") {
      timing.lsu().l1d().invalidate(line);
    } else {  // i1invals
      timing.l1i().invalidate_set(line);
      timing.forget_line();
    }
  }
}

}  // namespace mppa::engine
