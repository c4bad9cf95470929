// Traps: what stops a bundle, with everything the exception syndrome reports (architecture.md section 6).
#pragma once

#include <string_view>

#include "models/common/types.h"

namespace mppa::core {

/// Hardware trap cause (ES.HTC).
enum class Htc : u8 {
  kReserved = 0,
  kOpcode = 1,
  kPrivilege = 2,
  kDmisalign = 3,
  kPsysError = 4,
  kDsysError = 5,
  kPdecc = 6,
  kDdecc = 7,
  kPpar = 8,
  kDpar = 9,
  kPsecc = 10,
  kDsecc = 11,
  kNoMapping = 12,
  kProtection = 13,
  kWriteToClean = 14,
  kAtomicToClean = 15,
  kTpar = 16,
  kDoubleException = 17,
  kVsfr = 18,
  kPlOverflow = 19,
};

/// Name of a trap cause as the architecture spells it.
constexpr std::string_view trap_name(Htc code) {
  constexpr std::string_view kNames[] = {
      "RESERVED",  "OPCODE",     "PRIVILEGE",    "DMISALIGN",     "PSYSERROR", "DSYSERROR",
      "PDECC",     "DDECC",      "PPAR",         "DPAR",          "PSECC",     "DSECC",
      "NOMAPPING", "PROTECTION", "WRITETOCLEAN", "ATOMICTOCLEAN", "TPAR",      "DOUBLE_EXCEPTION",
      "VSFR",      "PL_OVERFLOW"};
  return kNames[static_cast<unsigned>(code)];
}

/// Access side of a memory trap (ES.RWX).
enum class Rwx : u8 { kNone = 0, kFetch = 1, kWrite = 2, kRead = 4, kAtomic = 6 };

/// Instruction of an SFR trap (ES.SFRI).
enum class Sfri : u8 { kNone = 0, kGet = 2, kIget = 3, kSet = 4, kWfxl = 5, kWfxm = 6, kRswap = 7 };

/// Privileged instruction of a PRIVILEGE trap (ES.PIC).
enum class Pic : u8 { kNone = 0, kTlbwrite = 1, kTlbread = 2, kTlbprobe = 3, kRfe = 4, kStop = 5, kSyncgroup = 6 };

/// The class of an exception (ES.EC); the double versions have bit 3 set.
enum class ExceptionClass : u8 { kDebug = 0, kHardwareTrap = 1, kInterrupt = 2, kSyscall = 3 };

/// Debug cause (ES.DC).
enum class DebugCause : u8 { kBreakpoint = 0, kWatchpoint = 1, kStep = 2, kDsuBreak = 3 };

/// A hardware trap that is about to be taken. SystemUnit::take_trap turns it into ES/EA/SPC/SPS and the new PC.
/// Whoever detects the trap fills `code` and the fields it knows; the engine adds `bundle_size` and, for data accesses,
/// `destination` and `uncached`.
struct Trap {
  Htc code = Htc::kReserved;
  u64 ea = 0;  ///< EA: faulting address; 0 where the cause has none
  Rwx rwx = Rwx::kNone;
  u8 access_size = 0;         ///< bytes, 0..64 (ES.AS; 64 reads as 0x3f)
  u8 bundle_size = 0;         ///< syllables of the bundle (ES.BS); 1 on fetch faults
  u8 destination = 0;         ///< destination GPR of the memory instruction (ES.DRI)
  bool non_trapping = false;  ///< the access was speculative (ES.NTA)
  bool uncached = false;      ///< the access was of the uncached kind (ES.UCA)
  bool sfr_trap = false;      ///< the trap comes from an SFR access (ES.SFRT); sfri, gpr, sfr are then valid
  Sfri sfri = Sfri::kNone;
  u8 gpr = 0;   ///< GPR operand of the SFR instruction (ES.GPRP)
  u16 sfr = 0;  ///< SFR number as the instruction named it, 0..511 (ES.SFRP)
  Pic pic = Pic::kNone;
  u8 owner = 0;             ///< PRIVILEGE: the absolute PL that owns what was touched (the target)
  u8 protection_cause = 0;  ///< PROTECTION: value for MMC.PTC (1 read, 2 write, 3 execute)
  bool parity = false;      ///< several TLB entries matched: MMC.PAR is set
};

/// A debug exception that is about to be taken.
struct DebugEvent {
  DebugCause cause = DebugCause::kBreakpoint;
  u8 number = 0;  ///< which breakpoint (ES.BN) or watchpoint (ES.WN)
  /// EA and the overlay fields of the memory access (watchpoint) or of the stepped bundle (step).
  Trap details{};
};

/// OPCODE trap of a bundle that cannot execute.
constexpr Trap opcode_trap(unsigned bundle_syllables) {
  Trap trap;
  trap.code = Htc::kOpcode;
  trap.bundle_size = static_cast<u8>(bundle_syllables);
  return trap;
}

}  // namespace mppa::core
