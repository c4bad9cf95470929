#include "models/cluster/engine/reference/spin_log.h"

#include "isa/opcodes.h"
#include "models/cluster/engine/reference/reference_engine.h"
#include "models/cluster/engine/reference/run.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine {
namespace {

/// Whether the instruction does the same in every iteration and touches nothing but registers and memory.
bool is_harmless(const isa::Insn& insn, timing::MemKind memory) {
  switch (isa::info(insn.op).kind) {
    case isa::Kind::kAlu:
    case isa::Kind::kBranch:
    case isa::Kind::kLoad:
    case isa::Kind::kStore:
      return true;
    case isa::Kind::kCache:
      return memory == timing::MemKind::kFence;
    case isa::Kind::kSystem:
      if (insn.op == isa::Opcode::kGetZSysS2 || insn.op == isa::Opcode::kGetZSysS3)
        return insn.sfr == core::kPcr || insn.sfr == core::kRa || insn.sfr == core::kPs;
      return insn.op == isa::Opcode::kBarrier || insn.op == isa::Opcode::kSetSysRAZ;  // functions restore RA
    case isa::Kind::kAtomic:
    case isa::Kind::kTca:
      return false;
  }
  return false;
}

}  // namespace

void ReferenceEngine::note(const Run& run) {
  for (const isa::Insn& insn : run.code->bundle.view())
    log_->harmless = log_->harmless && is_harmless(insn, run.code->timing.memory);
  const Resolved& r = run.memory;
  if (run.memory_insn == nullptr || !r.timing.performed || r.size == 0) return;
  const bool load = r.timing.kind == timing::MemKind::kLoad;
  auto& ranges = load ? log_->reads : log_->writes;
  const unsigned first = std::min(r.where.first_bytes, r.size);
  ranges.push_back({r.where.pa, first});
  if (first < r.size) ranges.push_back({r.where.second_pa, r.size - first});
  if (load) {
    // Extension to 64 bits leaves the bytes of memory where they are: the lowest ones.
    const u8 reg = run.memory_insn->reg[static_cast<u8>(r.info->mem.data)];
    const u8* const loaded = reinterpret_cast<const u8*>(&state_.gpr[reg]);
    log_->read_bytes.insert(log_->read_bytes.end(), loaded, loaded + r.size);
    return;
  }
  for (const SpinLoop::Range& w : log_->writes) {
    const MemRegion* region = parts_.bus.region(w.pa);
    log_->harmless = log_->harmless && region != nullptr && region->contains(w.pa, w.bytes);
  }
}

}  // namespace mppa::engine
