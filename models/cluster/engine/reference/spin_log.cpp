#include "models/cluster/engine/reference/spin_log.h"

#include <algorithm>

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
      // On write buffer and L1D, not on L1I: what code is fetched stays the same.
      return memory == timing::MemKind::kFence || isa::info(insn.op).mnemonic == "d1inval" ||
             isa::info(insn.op).mnemonic == "dinvall";
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
  if (r.timing.kind == timing::MemKind::kMaintenance) return;
  const unsigned first = std::min(r.where.first_bytes, r.size);
  std::vector<SpinLoop::Range> ranges{{r.where.pa, first}};
  if (first < r.size) ranges.push_back({r.where.second_pa, r.size - first});
  if (r.timing.kind == timing::MemKind::kLoad) {
    // The registers loaded begin with the bytes of memory; what may follow is the extension.
    const u8 reg = run.memory_insn->reg[static_cast<u8>(r.info->mem.data)];
    const u8* data = reinterpret_cast<const u8*>(&state_.gpr[reg]);
    for (const SpinLoop::Range& range : ranges) {
      SpinLoop::Read& read = log_->reads.emplace_back(SpinLoop::Read{range, {}});
      std::copy_n(data, range.bytes, read.data.begin());
      data += range.bytes;
    }
    return;
  }
  for (const SpinLoop::Range& w : ranges) {
    const MemRegion* region = parts_.bus.region(w.pa);
    log_->harmless = log_->harmless && region != nullptr && region->contains(w.pa, w.bytes);
    log_->writes.push_back(w);
  }
}

}  // namespace mppa::engine
