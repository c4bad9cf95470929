// The memory management unit: LTLB and JTLB, address translation, TLB instructions (architecture.md section 13).
//
// translate() answers for one access and also tells for how large a region around it, and for which kinds of access,
// the answer holds. Engines may keep that until CoreState::control_epoch changes. translate() changes no state; what a
// fault writes to MMC travels in the Trap and is applied when the trap is taken.
#pragma once

#include <array>
#include <optional>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/privilege.h"
#include "models/cluster/core/trap.h"

namespace mppa::core {

enum class AccessKind : u8 { kFetch, kLoad, kStore, kAtomic };

/// Rights of a page as a bit mask, one bit per AccessKind: an access without its bit would trap.
using AccessRights = u8;
constexpr AccessRights right_of(AccessKind kind) {
  return static_cast<AccessRights>(1u << static_cast<unsigned>(kind));
}

/// How the data or instruction side treats a page.
enum class MemoryPolicy : u8 {
  kCached,  ///< data write-through, or instructions cached
  kUncached,
  kDevice,    ///< data only: uncached, aligned accesses only, never speculative
  kByRegion,  ///< MMU off: the memory region decides (peripheral space uncached)
};

struct Access {
  u64 va = 0;          ///< effective address as computed, 64 bits
  unsigned bytes = 8;  ///< 1..64; a fetch asks for its first 4 bytes
  AccessKind kind = AccessKind::kLoad;
  bool speculative = false;  ///< load variants .s and .us
};

struct Translation {
  enum class Status : u8 {
    kOk,
    kZero,  ///< speculative load that must return 0 without touching memory
    kTrap,
  };
  Status status = Status::kOk;
  u64 va = 0;  ///< the address used: truncated or sign-extended
  u64 pa = 0;
  unsigned first_bytes = 0;  ///< bytes at `pa`; the rest of an access that crosses into another page is at `second_pa`
  u64 second_pa = 0;
  MemoryPolicy policy = MemoryPolicy::kByRegion;
  // Valid for kOk: the region [page_va, page_va + page_bytes) maps to page_pa with these rights (if the access crosses
  // pages, the rights are those of both). In kDevice pages alignment is checked too: translate every access.
  u64 page_va = 0;
  u64 page_pa = 0;
  u64 page_bytes = 0;
  AccessRights rights = 0;
  Trap trap{};  ///< valid for kTrap; the caller adds bundle_size, destination and uncached
};

class Mmu {
 public:
  static constexpr unsigned kLtlbWays = 16;
  static constexpr unsigned kJtlbSets = 64;
  static constexpr unsigned kJtlbWays = 4;

  /// One TLB entry: the TEH and TEL images.
  struct TlbEntry {
    u64 teh = 0;
    u64 tel = 0;  ///< TEL.ES = 0: invalid
  };

  explicit Mmu(CoreState& state) : state_(state) {}

  /// Invalidates every entry. The chip leaves the content undefined at power-on.
  void reset();

  Translation translate(const Access& access) const;

  // TLB instructions: check MO.MMI, then work on TEL, TEH and MMC. A returned trap means that nothing has changed.
  std::optional<Trap> tlbread(unsigned bundle_size);
  std::optional<Trap> tlbwrite(unsigned bundle_size);
  std::optional<Trap> tlbprobe(unsigned bundle_size);
  /// tlbdinval, tlbiinval: the micro-TLBs hold no state of their own in this model; engines drop what they keep.
  void utlb_invalidate();

  const TlbEntry& ltlb(unsigned way) const { return ltlb_[way]; }
  const TlbEntry& jtlb(unsigned set, unsigned way) const { return jtlb_[set][way]; }

 private:
  struct Lookup;  // mmu.cpp

  Lookup find(u64 va, unsigned virtual_space, unsigned page_sizes) const;
  Translation translate_page(u64 va, u64 ps, const Access& access) const;
  Translation translate_off(u64 va, u64 ps, const Access& access) const;

  CoreState& state_;
  std::array<TlbEntry, kLtlbWays> ltlb_{};
  std::array<std::array<TlbEntry, kJtlbWays>, kJtlbSets> jtlb_{};
};

}  // namespace mppa::core
