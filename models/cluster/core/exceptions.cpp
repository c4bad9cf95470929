// Exceptions: entry to privilege level j, double exceptions, PS.HTD, rfe (architecture.md sections 5 and 6).
#include <algorithm>

#include "models/cluster/core/system_unit.h"

namespace mppa::core {
namespace {

constexpr u64 kDoubleClass = 8;  // added to ES.EC
constexpr u64 kVectorStride = 0x40;

/// HTO field of a trap cause other than PRIVILEGE. Parity and double-bit errors form the group DECCG.
Field owner_field(Htc code) {
  switch (code) {
    case Htc::kDmisalign:
      return hto::kDmis;
    case Htc::kPsysError:
      return hto::kPsys;
    case Htc::kDsysError:
      return hto::kDsys;
    case Htc::kPdecc:
    case Htc::kDdecc:
    case Htc::kPpar:
    case Htc::kDpar:
    case Htc::kTpar:
      return hto::kDeccg;
    case Htc::kPsecc:
    case Htc::kDsecc:
      return hto::kSeccg;
    case Htc::kNoMapping:
      return hto::kNomap;
    case Htc::kProtection:
      return hto::kProt;
    case Htc::kWriteToClean:
      return hto::kW2cl;
    case Htc::kAtomicToClean:
      return hto::kA2cl;
    case Htc::kDoubleException:
      return hto::kDe;
    case Htc::kVsfr:
      return hto::kVsfr;
    case Htc::kPlOverflow:
      return hto::kPlo;
    default:
      return hto::kOpc;
  }
}

bool has_address(Htc code) {
  switch (code) {
    case Htc::kDmisalign:
    case Htc::kPsysError:
    case Htc::kDsysError:
    case Htc::kNoMapping:
    case Htc::kProtection:
    case Htc::kWriteToClean:
    case Htc::kAtomicToClean:
    case Htc::kTpar:
      return true;
    default:
      return false;
  }
}

/// The overlay fields that traps and debug exceptions share: what the bundle did.
u64 instruction_overlay(const Trap& trap) {
  u64 syndrome = 0;
  if (trap.sfr_trap) {
    syndrome = es::kSfri.set(syndrome, static_cast<u64>(trap.sfri));
    syndrome = es::kGprp.set(syndrome, trap.gpr);
    syndrome = es::kSfrp.set(syndrome, trap.sfr);
  }
  syndrome = es::kRwx.set(syndrome, static_cast<u64>(trap.rwx));
  syndrome = es::kNta.set(syndrome, trap.non_trapping);
  syndrome = es::kUca.set(syndrome, trap.uncached);
  syndrome = es::kAs.set(syndrome, std::min<u64>(trap.access_size, 0x3f));
  syndrome = es::kBs.set(syndrome, trap.bundle_size);
  syndrome = es::kDri.set(syndrome, trap.destination);
  return es::kPic.set(syndrome, static_cast<u64>(trap.pic));
}

u64 trap_overlay(const Trap& trap) {
  u64 syndrome = es::kHtc.set(instruction_overlay(trap), static_cast<u64>(trap.code));
  return es::kSfrt.set(syndrome, trap.sfr_trap);
}

/// ES of an exception taken at level `target` from `origin`, whose normal target is `primary`.
u64 syndrome_of(u64 exception_class, unsigned origin, unsigned primary, unsigned target, u64 overlay) {
  u64 syndrome = es::kEc.set(overlay, exception_class);
  syndrome = es::kOapl.set(syndrome, origin);
  syndrome = es::kOrpl.set(syndrome, origin - target);
  syndrome = es::kPtapl.set(syndrome, primary);
  return es::kPtrpl.set(syndrome, primary - target);
}

}  // namespace

/// An exception on its way in.
struct SystemUnit::Entry {
  ExceptionClass kind;
  unsigned owner;   ///< absolute PL that owns it
  u64 overlay = 0;  ///< ES bits 12 and up
  u64 ea = 0;
  u64 il = 0;  ///< interrupt level to run at
};

void SystemUnit::enter(Entry entry) {
  const unsigned origin = state_.pl();
  const u64 ps = state_.sfr[kPs];
  const unsigned primary = std::min(entry.owner, origin);  // never less privileged than the current level
  const bool blocked = ps::kEt.get(ps) != 0 && primary == origin;
  const unsigned target = blocked ? std::min(static_cast<unsigned>(hto::kDe.get(state_.sfr[kHto])), origin) : primary;
  if (blocked && target == origin) return halt(HaltReason::kDoubleException);

  const bool syscall = entry.kind == ExceptionClass::kSyscall && !blocked;
  u64 saved = ps::kPl.set(ps, origin - target);
  if (syscall && step_active() && target <= owner_of(state_, kPso, pso::kSme.lsb)) saved = ps::kSmr.set(saved, 1);
  u64 next = origin == target ? ps : state_.sfr[kSpsPl0 + target];
  next = ps::kPl.set(next, target);
  next = ps::kEt.set(next, 1);
  next = ps::kIl.set(next, entry.il);
  next &= ~(ps::kIe.mask() | ps::kHle.mask() | ps::kHtd.mask() | ps::kDaus.mask());

  const u64 exception_class = static_cast<u64>(entry.kind) + (blocked ? kDoubleClass : 0);
  // Every double exception enters through the hardware trap vector.
  const u64 vector = blocked ? static_cast<u64>(ExceptionClass::kHardwareTrap) : static_cast<u64>(entry.kind);
  state_.sfr[kPs] = next;
  state_.sfr[kSpsPl0 + target] = saved;
  state_.sfr[kSpcPl0 + target] = sign_extend_address(syscall ? state_.pc + 4 : state_.pc);
  state_.sfr[kEsPl0 + target] = syndrome_of(exception_class, origin, primary, target, entry.overlay);
  state_.sfr[kEaPl0 + target] = sign_extend_address(entry.ea);
  state_.pc = state_.code_address(state_.sfr[kEvPl0 + target] + vector * kVectorStride);
  context_changed();
}

void SystemUnit::halt(HaltReason reason) {
  const u64 pc = state_.pc;
  reset(config_.reset_pc);
  halt_reason_ = reason;
  halt_pc_ = pc;
  refresh_next_event();
  refresh();
}

unsigned SystemUnit::trap_target(const Trap& trap) const {
  if (trap.code == Htc::kPrivilege) return trap.owner;
  return static_cast<unsigned>(owner_field(trap.code).get(state_.sfr[kHto]));
}

void SystemUnit::take_trap(const Trap& trap) {
  u64& mmc = state_.sfr[kMmc];
  if (trap.code == Htc::kProtection) mmc = mmc::kPtc.set(mmc, trap.protection_cause);
  if (trap.code == Htc::kProtection || trap.code == Htc::kNoMapping) mmc = mmc::kS.set(mmc, trap.non_trapping);
  if (trap.parity) mmc = mmc::kPar.set(mmc, 1);
  const u64 ea = has_address(trap.code) ? trap.ea : 0;
  if (ps::kHtd.get(state_.sfr[kPs]) == 0) {
    return enter({ExceptionClass::kHardwareTrap, trap_target(trap), trap_overlay(trap), ea});
  }
  // Hardware traps disabled: report at the current level and skip the bundle.
  const unsigned pl = state_.pl();
  const u64 overlay = es::kDht.set(trap_overlay(trap), 1);
  state_.sfr[kEsPl0 + pl] = syndrome_of(static_cast<u64>(ExceptionClass::kHardwareTrap), pl, pl, pl, overlay);
  state_.sfr[kEaPl0 + pl] = sign_extend_address(ea);
  state_.pc = state_.code_address(state_.pc + u64{4} * trap.bundle_size);
}

void SystemUnit::take_syscall(u64 number) {
  const u64 sn = number & es::kSn.value_mask();
  const unsigned quarter = static_cast<unsigned>(sn >> 10);
  enter({ExceptionClass::kSyscall, owner_of(state_, kSyo, quarter * 2), es::kSn.set(0, sn)});
}

void SystemUnit::take_debug(const DebugEvent& event) {
  u64 overlay = instruction_overlay(event.details);
  overlay = es::kDc.set(overlay, static_cast<u64>(event.cause));
  unsigned owner = owner_of(state_, kPso, pso::kSme.lsb);
  if (event.cause == DebugCause::kBreakpoint) {
    overlay = es::kBn.set(overlay, event.number);
    owner = owner_of(state_, kDo, event.number == 0 ? do_::kB0.lsb : do_::kB1.lsb);
  } else if (event.cause == DebugCause::kWatchpoint) {
    overlay = es::kWn.set(overlay, event.number);
    owner = owner_of(state_, kDo, event.number == 0 ? do_::kW0.lsb : do_::kW1.lsb);
  } else if (event.cause == DebugCause::kDsuBreak) {
    owner = 0;
  }
  const bool has_ea = event.cause == DebugCause::kWatchpoint || event.cause == DebugCause::kStep;
  enter({ExceptionClass::kDebug, owner, overlay, has_ea ? event.details.ea : 0});
}

void SystemUnit::take_interrupt(unsigned line) {
  state_.sfr[kIlr] &= ~(u64{1} << line);
  const u64 level = owner_of(state_, kIll, line * 2);
  u64 overlay = es::kItn.set(0, line);
  overlay = es::kItl.set(overlay, level);
  enter({ExceptionClass::kInterrupt, owner_of(state_, kIto, line * 2), overlay, 0, level});
}

std::optional<Trap> SystemUnit::rfe() {
  if (auto trap = check_privileged(state_, Pic::kRfe, 1)) return trap;
  const unsigned origin = state_.pl();
  u64& sps = state_.sfr[kSpsPl0 + origin];
  const u64 target = origin + ps::kPl.get(sps);
  if (target >= kPrivilegeLevels) {
    Trap trap;
    trap.code = Htc::kPlOverflow;
    trap.pic = Pic::kRfe;
    trap.bundle_size = 1;
    return trap;
  }
  const u64 old_ps = state_.sfr[kPs];
  state_.sfr[kPs] = ps::kPl.set(sps, target);
  if (target != origin) {
    // A swap: what PL<origin> was, except the fields whose shadow belongs to the return that is under way.
    const u64 kept = ps::kIl.mask() | ps::kPl.mask();
    sps = (sps & kept) | (old_ps & ~kept);
  }
  state_.pc = state_.code_address(state_.sfr[kSpcPl0 + origin]);
  context_changed();
  return std::nullopt;
}

}  // namespace mppa::core
