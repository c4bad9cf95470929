// Branches and system instructions of the reference engine.
#include "isa/opcodes.h"
#include "models/cluster/engine/reference/reference_engine.h"
#include "models/cluster/engine/reference/run.h"
#include "models/cluster/exec/condition.h"

namespace mppa::engine {

using isa::Opcode;

void publish_events(const CoreStats& stats, core::CoreState& state) {
  using core::PmEvent;
  using timing::Stall;
  const auto cycles = [&](auto... causes) { return (stats.stalls[static_cast<unsigned>(causes)] + ...); };
  const auto set = [&](PmEvent event, u64 value) { state.events[static_cast<unsigned>(event)] = value; };
  const u64 data_access = cycles(Stall::kL1dBusy, Stall::kWriteBuffer, Stall::kStreamQueue, Stall::kL1dMiss,
                                 Stall::kLineCross, Stall::kUncached, Stall::kAtomic);
  const u64 load_use = cycles(Stall::kRawLoad, Stall::kRawStream, Stall::kWawStream);
  const u64 other_use = cycles(Stall::kRawAlu, Stall::kRawMul, Stall::kRawFpu, Stall::kRawLong, Stall::kRawSfr);
  const u64 fetch = cycles(Stall::kPrefetch, Stall::kL1iMiss, Stall::kBranch, Stall::kException);
  const u64 synchronisation = cycles(Stall::kDrain, Stall::kFence);
  set(PmEvent::kIcme, stats.l1i_misses);
  set(PmEvent::kPbsc, cycles(Stall::kPrefetch));
  set(PmEvent::kPsc, fetch);
  set(PmEvent::kTbe, stats.branches_taken);
  set(PmEvent::kDclhe, stats.l1d_hits);
  set(PmEvent::kDclme, stats.l1d_misses);
  set(PmEvent::kDarsc, data_access);
  set(PmEvent::kLdsc, load_use);
  set(PmEvent::kDdsc, load_use + other_use);
  set(PmEvent::kSisc, synchronisation);
  set(PmEvent::kSc, fetch + data_access + load_use + other_use + synchronisation);
  set(PmEvent::kEle, stats.loads);
  set(PmEvent::kElue, stats.uncached);
  set(PmEvent::kEse, stats.stores);
  set(PmEvent::kEae, stats.atomics);
}

void ReferenceEngine::execute_branch(const isa::Insn& insn, Run& run) {
  const u64 sequential = run.pc + 4 * u64{run.code->syllables};
  const u64 relative = run.pc + static_cast<u64>(insn.imm[0]);
  switch (insn.op) {
    case Opcode::kCallS27:
      run.return_address = sequential;
      [[fallthrough]];
    case Opcode::kGotoS27:
      run.taken = true;
      run.next_pc = state_.code_address(relative);
      break;
    case Opcode::kIcallZ:
      run.return_address = sequential;
      [[fallthrough]];
    case Opcode::kIgotoZ:
      run.taken = true;
      run.next_pc = state_.code_address(state_.gpr[insn.reg[0]]);
      break;
    case Opcode::kRet:
      run.taken = true;
      run.next_pc = state_.code_address(state_.sfr[core::kRa]);
      break;
    case Opcode::kCbZS17:
      if (!exec::scalarcond(insn.mod[0], state_.gpr[insn.reg[0]])) break;
      run.taken = true;
      run.next_pc = state_.code_address(relative);
      break;
    case Opcode::kLoopdoZS17:
      if (core::ps::kHle.get(state_.sfr[core::kPs]) == 0) {
        run.trap = core::opcode_trap(run.code->syllables);
        break;
      }
      run.loop = Run::Loop{sequential, state_.code_address(relative), state_.gpr[insn.reg[0]]};
      run.refetch = insn.imm[0] < static_cast<i64>(parts_.timing.params().loopdo_refetch_bytes);
      break;
    default:
      run.unmodelled = "branch without a model";
  }
}

void ReferenceEngine::execute_system(const isa::Insn& insn, Run& run) {
  core::SystemUnit& system = parts_.system;
  const u8 syllables = run.code->syllables;
  const u8 reg = insn.reg[0];
  const u64 value = state_.gpr[reg];
  const core::SfrOperands operands{insn.sfr, reg, syllables};
  const auto read = [&](const core::SfrRead& result) {
    run.trap = result.trap;
    if (!result.trap) run.effects.write(reg, result.value);
  };
  const auto prepared = [&](const core::SfrWrite& write) {
    run.trap = write.trap;
    run.sfr_write = write;
  };
  switch (insn.op) {
    case Opcode::kGetZSysS2:
    case Opcode::kGetZSysS3:
      publish_events(parts_.stats, state_);
      return read(system.get(operands));
    case Opcode::kIgetZ:
      publish_events(parts_.stats, state_);
      return read(system.iget(value, reg, syllables));
    case Opcode::kSetSysAloneZ:
    case Opcode::kSetSysRAZ:
    case Opcode::kSetSysT3Z:
    case Opcode::kSetSysT4Z:
      publish_events(parts_.stats, state_);
      return prepared(system.prepare_set(operands, value));
    case Opcode::kWfxlSysAloneZ:
    case Opcode::kWfxlSysT2Z:
    case Opcode::kWfxlSysT4Z:
      publish_events(parts_.stats, state_);
      return prepared(system.prepare_wfxl(operands, value));
    case Opcode::kWfxmSysAloneZ:
    case Opcode::kWfxmSysT2Z:
    case Opcode::kWfxmSysT4Z:
      return prepared(system.prepare_wfxm(operands, value));
    case Opcode::kRswapZSysAlone:
    case Opcode::kRswapZSysS3:
    case Opcode::kRswapZSysS4:
      publish_events(parts_.stats, state_);
      prepared(system.prepare_rswap(operands, value));
      if (!run.trap && run.sfr_write) run.effects.write(reg, run.sfr_write->old_value);
      return;
    case Opcode::kWaititZ:
      if (const auto result = system.waitit(value))
        run.effects.write(reg, *result);
      else
        run.waits = true;
      return;
    case Opcode::kSyncgroupZ: {
      const auto result = system.syncgroup(value);
      run.trap = result.trap;
      if (run.trap) run.trap->bundle_size = syllables;
      run.waits = !result.trap && !result.done;
      return;
    }
    case Opcode::kAwait:
      return execute_idle(0, run);
    case Opcode::kSleep:
      return execute_idle(1, run);
    case Opcode::kStop:
      return execute_idle(2, run);
    case Opcode::kScallZ:
      return execute_scall(value, run);
    case Opcode::kScallU12:
      return execute_scall(static_cast<u64>(insn.imm[0]), run);
    case Opcode::kRfe:
      run.trap = system.rfe();
      run.sets_pc = run.taken = true;
      return;
    case Opcode::kTlbread:
      run.trap = parts_.mmu.tlbread(syllables);
      return;
    case Opcode::kTlbwrite:
      run.trap = parts_.mmu.tlbwrite(syllables);
      return;
    case Opcode::kTlbprobe:
      run.trap = parts_.mmu.tlbprobe(syllables);
      return;
    case Opcode::kTlbdinval:
    case Opcode::kTlbiinval:
      parts_.mmu.utlb_invalidate();
      return;
    case Opcode::kBarrier:
      return;
    case Opcode::kErrop:
      run.trap = core::opcode_trap(syllables);
      return;
    default:
      run.unmodelled = "system instruction without a model";
  }
}

void ReferenceEngine::execute_idle(unsigned level, Run& run) { run.trap = parts_.system.idle(level); }

void ReferenceEngine::execute_scall(u64 number, Run& run) {
  constexpr u32 kFirstService = 4055;
  const u32 n = static_cast<u32>(number & 0xfff);
  if (!parts_.config.semihosting || n < kFirstService) {
    parts_.system.take_syscall(n);
    run.sets_pc = run.taken = true;
    return;
  }
  if (!parts_.hooks.semihosting) {
    run.unmodelled = "semihosting call " + std::to_string(n) + " without a host";
    return;
  }
  SemihostReply reply = parts_.hooks.semihosting(n, state_);
  run.unmodelled = std::move(reply.message);
  if (reply.exit) run.exit_status = reply.status;
  run.taken = true;  // costs what a syscall costs
}

}  // namespace mppa::engine
