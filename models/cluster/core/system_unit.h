// The system side of one core: SFR access with ownership, exceptions, interrupts, timers, monitors, idle states, debug.
//
// Who calls what. An engine executes bundles on a CoreState. For the bundle in hand it keeps state.pc, cycle, bundles
// and instructions at the values *before* that bundle. It calls this class
//   - for kind-system instructions (get/set/..., rfe, await, ...). Operations that may trap are split: prepare_* checks
//     without changing anything, commit() applies; so a memory trap of the same bundle leaves nothing half done;
//   - when a bundle traps (take_trap) or makes a syscall (take_syscall): these set pc;
//   - at a bundle boundary with state.attention set, or with state.cycle >= next_event_cycle(): service_boundary().
// Nothing here runs per cycle: timers and monitors are recomputed on sync(). The rest of the system reaches the core
// through set_line, ipe_event, power_wakeup and memory_error, after it has brought state.cycle up to the moment of the
// event.
//
// Sources: architecture.md sections 3-8, 14, 15. Choices where they are silent: docs/modelling-choices.md, "Core:
// system".
#pragma once

#include <functional>
#include <optional>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/performance_monitors.h"
#include "models/cluster/core/privilege.h"
#include "models/cluster/core/timers.h"
#include "models/cluster/core/trap.h"

namespace mppa::core {

/// Interrupt lines with a source inside the core (architecture.md section 7).
enum class Line : u8 {
  kTimer0 = 0,
  kTimer1 = 1,
  kWatchdog = 2,
  kPerformanceMonitor = 3,
  kArithmetic = 13,
  kMemoryError = 16,
};

/// The enable bits of CSIT: one under each CS flag that can interrupt.
inline constexpr u64 kCsitEnables = 0x3e3f;

/// Identity of a core and its connections.
struct CoreConfig {
  u8 pid = 0;                ///< PCR.PID: 0..15 PE, 16 RM
  u8 cid = 0;                ///< PCR.CID: cluster
  u8 mid = 0;                ///< PCR.MID
  u64 reset_pc = 0;          ///< PC after reset
  bool l1_coherent = false;  ///< PCR.L1CE
  bool is_rm() const { return pid == 16; }
};

/// Why a core stopped for good (until reset or power_wakeup).
enum class HaltReason : u8 {
  kNone,
  kDoubleException,  ///< exception inside a double-exception handler: the core went to reset
  kWatchdog,         ///< second watchdog underflow with WUI=1: the core went to reset
};

/// What the core waits for.
enum class SleepState : u8 { kRunning, kAwait, kSleep, kStop, kWaitit, kSyncgroup };

/// Result of service_boundary().
enum class Boundary : u8 {
  kContinue,   ///< nothing happened; fetch at state.pc
  kInterrupt,  ///< an interrupt was taken; state.pc is its vector
  kDebug,      ///< a step exception was taken (PS.SMR after rfe); state.pc is its vector
  kAsleep,     ///< the core sleeps: advance state.cycle (not past next_event_cycle()) and call again
  kHalted,     ///< the core is in reset; see halt_reason()
};

/// An SFR instruction's operands, as far as traps report them.
struct SfrOperands {
  u16 sfr = 0;         ///< 0..511
  u8 gpr = 0;          ///< GPR operand
  u8 bundle_size = 1;  ///< syllables of the bundle
};

/// Value of a read, or the trap it raises.
struct SfrRead {
  std::optional<Trap> trap;
  u64 value = 0;
};

/// A checked SFR write that is ready to be committed, or the trap it raises.
struct SfrWrite {
  std::optional<Trap> trap;
  u16 sfr = 0;        ///< resolved number (aliases and owner-write registers replaced)
  u64 value = 0;      ///< value to store
  u64 old_value = 0;  ///< rswap: value for the GPR
};

class SystemUnit {
 public:
  SystemUnit(CoreState& state, const CoreConfig& config);

  /// Puts every SFR to its reset value, PC to `pc` and lets the core run. Cycle and bundle counters go on; GPRs are
  /// kept.
  void reset(u64 pc);

  const CoreConfig& config() const { return config_; }

  // --- SFR instructions
  // -------------------------------------------------------------------------------------------------
  SfrRead get(const SfrOperands& operands);
  /// iget: the SFR number is the low 9 bits of `number`.
  SfrRead iget(u64 number, u8 gpr, unsigned bundle_size);
  SfrWrite prepare_set(const SfrOperands& operands, u64 value);
  SfrWrite prepare_wfxl(const SfrOperands& operands, u64 clear_set);
  SfrWrite prepare_wfxm(const SfrOperands& operands, u64 clear_set);
  SfrWrite prepare_rswap(const SfrOperands& operands, u64 value);
  /// Stores a prepared write (without trap) and lets it take effect: PS, interrupts, timers, monitors, wake-up, debug.
  void commit(const SfrWrite& write);

  // --- Exceptions
  // -------------------------------------------------------------------------------------------------------
  /// Takes a hardware trap of the bundle at state.pc: with PS.HTD=1 the bundle is skipped, otherwise the handler is
  /// entered.
  void take_trap(const Trap& trap);
  /// Takes the syscall of the scall bundle at state.pc; `number` as in the operand (low 12 bits count).
  void take_syscall(u64 number);
  /// Takes a debug exception; state.pc is the bundle to return to.
  void take_debug(const DebugEvent& event);
  /// Executes rfe: PS, SPS and PC change, or the trap (PRIVILEGE, PL_OVERFLOW) is returned and nothing has changed.
  std::optional<Trap> rfe();

  // --- Interrupts
  // -------------------------------------------------------------------------------------------------------
  /// Pulses interrupt line 0..31 (inputs are edge-triggered): sets ILR, WS.WU0 and WS.WU1.
  void set_line(unsigned line);
  /// The line that would be taken now, if any.
  std::optional<unsigned> pending_interrupt() const;
  /// CS changed from `old_cs` by the bundle at `pc`: raises the arithmetic interrupt for flags that CSIT enables.
  void cs_changed(u64 old_cs, u64 pc);

  // --- Time
  // -------------------------------------------------------------------------------------------------------------
  /// Brings timers, watchdog and monitors up to state.cycle, bundles and instructions; raises their lines.
  void sync();
  /// The first cycle at which sync() may raise a line or reset the core; kNever if it cannot. A lower bound: it is
  /// computed at the last sync() or write that matters, and sync() moves it on.
  u64 next_event_cycle() const { return next_event_; }
  /// Synchronises, then does what is due between two bundles; see Boundary.
  Boundary service_boundary();

  // --- Idle states and wake-up
  // ------------------------------------------------------------------------------------------
  /// await (level 0), sleep (1), stop (2): returns a trap, or nothing; the core sleeps unless WS.WU<level> is set. The
  /// engine retires the instruction in both cases (pc moves on before it calls service_boundary()).
  std::optional<Trap> idle(unsigned level);
  /// waitit: the value for rZ if the condition holds. Otherwise the core sleeps; the engine leaves pc at this bundle,
  /// calls service_boundary() and executes the bundle again when the core runs.
  std::optional<u64> waitit(u64 operand);
  struct SyncgroupResult {
    std::optional<Trap> trap;
    bool done = false;  ///< false without trap: the core sleeps; as for waitit the bundle executes again later
  };
  SyncgroupResult syncgroup(u64 operand);
  bool sleeping() const { return sleep_ != SleepState::kRunning; }
  SleepState sleep_state() const { return sleep_; }
  /// The power controller's wake-up: sets WS.WU2. It also restarts a halted core at the reset PC.
  void power_wakeup();
  HaltReason halt_reason() const { return halt_reason_; }
  /// PC at which the core halted.
  u64 halt_pc() const { return halt_pc_; }

  // --- Inter-PE events
  // --------------------------------------------------------------------------------------------------
  /// Event `index` (0..15) arrives from the previous PE (forward) or the next one (backward).
  void ipe_event(bool forward, unsigned index);
  /// Called with masks of forward and backward events that this core sends to its neighbours.
  std::function<void(u16 forward, u16 backward)> on_ipe_notify;

  // --- Memory errors
  // ----------------------------------------------------------------------------------------------------
  /// An asynchronous memory error: sets the given bits of MES and raises line 16 (DAME).
  void memory_error(u64 mes_bits);

  // --- Debug
  // ------------------------------------------------------------------------------------------------------------
  /// The breakpoint that stops the bundle at state.pc, if any; call when state.debug_armed.
  std::optional<DebugEvent> check_breakpoint() const;
  /// The watchpoint that stops a store or atomic before it writes, if any; call when state.debug_armed. `access` has
  /// rwx, access_size and the other overlay fields; its `ea` is the address.
  std::optional<DebugEvent> check_watchpoint(const Trap& access) const;
  /// True if the bundle about to execute is single-stepped: after it completes, take_debug(step_event(details)).
  bool step_active() const;
  /// True if a bundle that was single-stepped owes its step exception: not if it was an scall to the owner of step mode
  /// (the step then follows the return, through PS.SMR).
  bool step_due() const;
  /// The step exception after a bundle; `details` as for a trap of that bundle.
  static DebugEvent step_event(const Trap& details);

 private:
  struct Entry;  // exceptions.cpp: what enter() needs to know

  // sfr_access.cpp
  SfrRead read(const SfrOperands& operands, Sfri instruction);
  SfrWrite prepare(const SfrOperands& operands, Sfri instruction, u64 value, u64 mask);
  bool translate_relative_levels(unsigned sfr, u64 mask, u64& value) const;
  void stored(unsigned sfr, u64 old_value);

  // exceptions.cpp
  void enter(Entry entry);
  void take_interrupt(unsigned line);
  void halt(HaltReason reason);
  unsigned trap_target(const Trap& trap) const;

  // interrupts.cpp
  void context_changed();
  void refresh();
  void refresh_next_event();
  void raise_lines(u32 lines);
  void arithmetic_interrupt(u64 newly_coinciding, u64 pc);
  u32 own_pending_lines() const;
  std::optional<unsigned> find_interrupt(u32 candidates) const;

  // debug.cpp
  void refresh_debug();
  bool step_ready() const;
  void take_step_ready();

  // idle.cpp
  void notify_neighbours(u16 forward, u16 backward);
  bool wake_condition() const;
  void try_wake();
  bool counters_idle() const;

  CoreState& state_;
  CoreConfig config_;
  Timers timers_;
  PerformanceMonitors monitors_;
  SleepState sleep_ = SleepState::kRunning;
  u64 wait_operand_ = 0;      ///< rZ of a waiting waitit or syncgroup
  bool waitit_done_ = false;  ///< a waitit woke up and must complete before its own lines interrupt
  std::optional<unsigned> pending_;
  u64 last_sync_cycle_ = 0;
  u64 next_event_ = kNever;
  HaltReason halt_reason_ = HaltReason::kNone;
  u64 halt_pc_ = 0;
};

}  // namespace mppa::core
