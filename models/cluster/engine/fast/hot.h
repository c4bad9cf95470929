// What handlers need besides the architectural state: one per core, owned by the fast engine.
//
// Everything here is either a copy that the engine synchronises with the timing model when it enters and leaves
// translated code (busy_until), a cache of translations valid for one control epoch (lines, pages), or a counter that
// is added to CoreStats when translated code is left.
#pragma once

#include <array>

#include "models/cluster/engine/fast/op.h"
#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::engine {
struct MemRegion;
}
namespace mppa::timing {
class WriteBuffer;
}

namespace mppa::engine::fast {

class SlowMemory;

/// Four 32-bit counters, added at once.
using Counters = u32 __attribute__((vector_size(16)));

/// Counters that nearly every block changes, lanes of Exit::common[0] and [1].
enum CommonCounter : unsigned {
  kBundles,
  kInstructions,
  kLoads,
  kStores,
  kTaken,
  kBranchStalls,
  kRawAluStalls,
  kRawLoadStalls,
  kCommonCounters
};
/// In the functional level the clock counts the bundles; their lane counts taken branches, and common[1] is not used.
inline constexpr unsigned kTakenFunctional = kBundles;
/// Counters changed by a separate record of the blocks that need it.
enum RareCounter : unsigned {
  kPrefetchStalls,
  kRawMulStalls,
  kRawFpuStalls,
  kRawLongStalls,
  kRawStreamStalls,
  kRawSfrStalls,
  kDrainStalls,
  kWawStreamStalls,
  kRareCounters
};

/// Why translated code was left.
enum class Leave : u8 {
  kLimit,     ///< a block head: its bundles do not all start before the limit
  kUnlinked,  ///< an exit whose successor is not known yet: Hot::exit
  kDynamic,   ///< an indirect branch to Hot::target that the jump cache does not know: Hot::exit
  kLineMiss,  ///< the line checked by record Hot::op is not in L1I
  kStep,      ///< the bundle of record Hot::op must be executed by the reference engine
};

/// What an entry without a line or page holds: no address has its low bits set.
inline constexpr u64 kNoAddress = ~u64{0};

// Tables of the memory handlers, one array per field: the handlers then need no address arithmetic.

/// By L1D set: the most recent line, as a virtual address, and host address minus virtual address. A hit also proves
/// mapping, rights and cacheability.
struct LineTable {
  static constexpr unsigned kEntries = timing::Params::kSets;
  std::array<u64, kEntries> line, delta;
  LineTable() { clear(); }
  void clear() { line.fill(kNoAddress); }
  static u64 index(u64 va) { return va / timing::Params::kLineBytes % kEntries; }
  void set(u64 va, u64 to_host) {
    line[index(va)] = va & ~u64{timing::Params::kLineBytes - 1};
    delta[index(va)] = to_host;
  }
};

inline constexpr unsigned kPageBits = 12;
inline constexpr u64 kPageBytes = u64{1} << kPageBits;

/// Pages that are mapped, cached and backed by host memory, by low bits of the page number.
struct PageTable {
  static constexpr unsigned kEntries = 256;
  std::array<u64, kEntries> load_page;   ///< virtual page address if loads are allowed
  std::array<u64, kEntries> store_page;  ///< virtual page address if stores are allowed
  std::array<u64, kEntries>
      plain_store_page;                ///< likewise, of memory without arbiter that answers in the reference latency
  std::array<u64, kEntries> delta;     ///< host address minus virtual address
  std::array<u64, kEntries> pa_delta;  ///< physical minus virtual address
  std::array<const MemRegion*, kEntries> region;
  PageTable() { clear(); }
  void clear() {
    load_page.fill(kNoAddress);
    store_page.fill(kNoAddress);
    plain_store_page.fill(kNoAddress);
  }
  static u64 index(u64 va) { return (va >> kPageBits) % kEntries; }
};

/// Functional level, MMU off: the memory region used last. An access of up to 32 bytes to `base` + 0 .. `span` - 1 is
/// neither trapped nor uncached, and its host address is known without looking up a page.
struct MemoryWindow {
  u64 base = 0;
  u64 span = 0;
  u64 delta = 0;  ///< host address minus virtual address
};

/// A target of an indirect branch: what Exit has for other successors.
struct JumpEntry {
  u64 pc = kNoAddress;
  u32 state = 0;
  u32 last_start = 0;
  const Op* first = nullptr;
  const Op* head = nullptr;
};

inline constexpr unsigned kJumpEntries = 4096;
inline constexpr u64 kLineBytes = timing::Params::kLineBytes;

struct alignas(64) Hot {
  u64 limit = 0;          ///< a bundle starts only if its T is below
  u64 va_mask = ~u64{0};  ///< 32 bits while PS.V64 = 0
  u64 busy_until = 0;     ///< B: first cycle in which L1D accepts an access
  u64 last_start = 0;     ///< T of the last bundle of the current block
  u64* l1i = nullptr;     ///< L1I tags: sets of 4 line numbers, most recent first
  u64* l1d = nullptr;     ///< L1D tags, likewise
  timing::WriteBuffer* write_buffer = nullptr;
  SlowMemory* slow = nullptr;

  alignas(16) Counters common[2] = {};
  Counters rare[2] = {};

  Leave leave{};
  const Op* op = nullptr;             ///< record at which translated code was left
  const struct Exit* exit = nullptr;  ///< kUnlinked, kDynamic
  u64 target = 0;                     ///< kDynamic: branch target
  u64 t = 0;                          ///< clock at which it was left

  MemoryWindow load_window, store_window;
  LineTable lines;
  PageTable pages;
  std::array<JumpEntry, kJumpEntries> jumps;
};

/// A way out of a block. A block end checks the limit for its successor; a successor that does not fit is entered
/// through its head, which leaves translated code.
struct alignas(16) Exit {
  const Op* first = nullptr;  ///< the successor's first record behind its head, or `stub`
  u32 length = 0;             ///< static cycles from the block's T to the successor's T
  u32 last_start = 0;         ///< from the successor's T to the boundary before its last bundle
  Counters common[2] = {};    ///< counters of the block when left this way
  const Op* head = nullptr;   ///< head of the successor, or `stub`
  u64 target = 0;             ///< PC of the successor; unused for indirect branches
  u64 link = 0;               ///< return address of calls; end address (LE) of loopdo
  u32 state = 0;              ///< entry state of the successor; for indirect branches without its fetch state
  bool indirect = false;
  bool single = false;  ///< of a single-bundle block: goes on to single-bundle blocks, because the limit is near
  bool same_line =
      false;  ///< the successor starts in the line that this block ends in: its first line check is skipped
  Op stub{};  ///< hands over to the engine, which links the exit

  void unlink() {
    first = head = &stub;
    last_start = 0;
  }
};

inline u64 jump_hash(u64 pc, u64 state) { return ((pc >> 2) ^ (state * 0x9e5)) % kJumpEntries; }

}  // namespace mppa::engine::fast
