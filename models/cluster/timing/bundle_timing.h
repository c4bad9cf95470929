// What the issue rules need to know of a bundle, extracted once from the instruction description: operands with their
// read stages, results with their ready stages, and how the bundle is sequenced.
#pragma once

#include <array>
#include <span>

#include "models/cluster/isa/insn.h"
#include "models/cluster/timing/stall.h"
#include "models/common/types.h"

namespace mppa::timing {

/// What a bundle can wait for. GPR n is n; SFR n is kSfrBase + n, the owner-write aliases as the register they write.
using ResourceId = u16;
inline constexpr ResourceId kSfrBase = 64;
inline constexpr ResourceId kCarry = kSfrBase + 256;  ///< CS.IC on the way from one carry operation to the next
inline constexpr unsigned kResources = kCarry + 1;
/// Read by iget, whose SFR number is not known before it executes: the latest of all SFRs.
inline constexpr ResourceId kAnySfr = kCarry + 1;

/// An operand read or a result, with the ordinal of its stage (ID 0, RR 1, En n + 1).
struct Use {
  ResourceId resource;
  u8 stage;
  Stall cause;  ///< results: what a reader's wait is counted as
  bool lsu;     ///< results: delivered by the LSU (load or atomic)
};

/// How the bundle is sequenced (section 4).
enum class Sequence : u8 {
  kPlain,
  kBranchId,  ///< call goto ret rfe scall: taken costs branch_id_bubbles
  kBranchRr,  ///< cb icall igoto: taken costs branch_rr_bubbles
  kRefetch,   ///< barrier tlbwrite tlbiinval set/wfx PS
  kLoopdo,    ///< refetch if the body is short
};

/// How its memory operation is timed (section 5).
enum class MemKind : u8 {
  kNone,
  kLoad,
  kStore,
  kAtomic,
  kTouch,     ///< dtouchl
  kZeroLine,  ///< dzerol
  kFence,
  kMaintenance  ///< d1inval dinvall i1inval i1invals
};

struct BundleTiming {
  static constexpr unsigned kMaxReads = 40;
  static constexpr unsigned kMaxWrites = 24;
  std::array<Use, kMaxReads> read_list;
  std::array<Use, kMaxWrites> write_list;
  u8 read_count = 0;
  u8 write_count = 0;
  u8 syllables = 0;
  Sequence sequence = Sequence::kPlain;
  MemKind memory = MemKind::kNone;
  bool drains = false;       ///< waits at ID until RR..E4 are empty
  bool stalls_once = false;  ///< scall, loopdo: at least one cycle at ID
  bool waits_quiet = false;  ///< barrier and idle: also until the LSU is quiet

  std::span<const Use> reads() const { return {read_list.data(), read_count}; }
  std::span<const Use> writes() const { return {write_list.data(), write_count}; }
};

/// Extracts the timing facts of `bundle`, as decoded.
BundleTiming analyse(const isa::Bundle& bundle);

}  // namespace mppa::timing
