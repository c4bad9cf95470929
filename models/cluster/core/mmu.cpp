#include "models/cluster/core/mmu.h"

#include <algorithm>

namespace mppa::core {
namespace {

constexpr u64 kPhysicalBytes = u64{1} << 40;
constexpr u64 kShortAddressBytes = u64{1} << 32;  // PS.V64=0
constexpr unsigned kPageSizes = 4;
constexpr unsigned kAllPageSizes = 0xf;
constexpr unsigned kPageShift[kPageSizes] = {12, 16, 21, 29};  // 4K, 64K, 2M, 512M

/// TEL.ES
enum EntryStatus : u64 { kInvalid, kPresent, kModified, kAtomicModified };

/// Right bits of the PA tables.
enum : u8 { kR = 1, kW = 2, kX = 4 };

/// Rights by [PS.MMUP][TEL.PA].
constexpr u8 kProtection[2][16] = {
    {0, 0, 0, 0, 0, kR, kR, kR, kR, kR | kW, kR | kW, kR | kX, kR | kX, kR | kW | kX, 0, 0},
    {0, kR, kR | kW, kR | kX, kR | kW | kX, kR, kR | kW, kR | kX, kR | kW | kX, kR | kW, kR | kW | kX, kR | kX,
     kR | kW | kX, kR | kW | kX, 0, 0},
};

constexpr u64 page_bytes(u64 size_code) { return u64{1} << kPageShift[size_code]; }

constexpr unsigned jtlb_set(u64 va, unsigned size_code) {
  return static_cast<unsigned>(va >> kPageShift[size_code]) & (Mmu::kJtlbSets - 1);
}

constexpr u64 page_number_mask() { return teh::kPn.mask(); }

/// The virtual address of an entry's page.
u64 entry_va(const Mmu::TlbEntry& entry) { return sign_extend_address(entry.teh & page_number_mask()); }

bool matches(const Mmu::TlbEntry& entry, u64 va, unsigned virtual_space, u64 asn) {
  if (tel::kEs.get(entry.tel) == kInvalid) return false;
  const u64 bytes = page_bytes(tel::kPs.get(entry.tel));
  return ((entry_va(entry) ^ va) & ~(bytes - 1)) == 0 && teh::kVs.get(entry.teh) == virtual_space &&
         (teh::kG.get(entry.teh) != 0 || teh::kAsn.get(entry.teh) == asn);
}

/// Rights that remain after the PA column and the entry status.
AccessRights rights_of(const Mmu::TlbEntry& entry, u64 ps) {
  const u8 pa = kProtection[ps::kMmup.get(ps)][tel::kPa.get(entry.tel)];
  const u64 status = tel::kEs.get(entry.tel);
  AccessRights rights = 0;
  if ((pa & kX) != 0) rights |= right_of(AccessKind::kFetch);
  if ((pa & kR) != 0) rights |= right_of(AccessKind::kLoad);
  if ((pa & kW) != 0 && status >= kModified) rights |= right_of(AccessKind::kStore);
  if ((pa & kW) != 0 && status >= kAtomicModified) rights |= right_of(AccessKind::kAtomic);
  return rights;
}

/// The policy codes of V1: data / instruction side.
MemoryPolicy policy_of(u64 cp, AccessKind kind) {
  if (kind == AccessKind::kFetch) return cp >= 2 ? MemoryPolicy::kCached : MemoryPolicy::kUncached;
  if (cp == 0) return MemoryPolicy::kDevice;
  return cp == 2 ? MemoryPolicy::kCached : MemoryPolicy::kUncached;
}

Rwx rwx_of(AccessKind kind) {
  switch (kind) {
    case AccessKind::kFetch:
      return Rwx::kFetch;
    case AccessKind::kStore:
      return Rwx::kWrite;
    case AccessKind::kAtomic:
      return Rwx::kAtomic;
    default:
      return Rwx::kRead;
  }
}

bool is_write(AccessKind kind) { return kind == AccessKind::kStore || kind == AccessKind::kAtomic; }

Translation fault(Htc code, u64 va, const Access& access) {
  Translation result;
  result.status = Translation::Status::kTrap;
  result.va = va;
  Trap& trap = result.trap;
  trap.code = code;
  trap.ea = va;
  trap.rwx = rwx_of(access.kind);
  if (access.kind == AccessKind::kFetch) {
    trap.bundle_size = 1;
  } else {
    trap.access_size = static_cast<u8>(access.bytes);
    trap.non_trapping = access.speculative;
  }
  return result;
}

/// A speculative load that must not reach memory.
Translation zero(u64 va) {
  Translation result;
  result.status = Translation::Status::kZero;
  result.va = va;
  return result;
}

/// The fault of an access that an entry does not allow, if any: protection first, then the entry status.
std::optional<Htc> denied(const Mmu::TlbEntry& entry, u64 ps, AccessKind kind) {
  const u8 pa = kProtection[ps::kMmup.get(ps)][tel::kPa.get(entry.tel)];
  const u8 needed = kind == AccessKind::kFetch ? kX : is_write(kind) ? kW : kR;
  if ((pa & needed) == 0) return Htc::kProtection;
  const u64 status = tel::kEs.get(entry.tel);
  if (is_write(kind) && status < kModified) return Htc::kWriteToClean;
  if (kind == AccessKind::kAtomic && status < kAtomicModified) return Htc::kAtomicToClean;
  return std::nullopt;
}

u64 protection_cause(AccessKind kind) { return kind == AccessKind::kFetch ? 3 : is_write(kind) ? 2 : 1; }

}  // namespace

/// Result of a TLB search.
struct Mmu::Lookup {
  const TlbEntry* entry = nullptr;
  bool ltlb = false;
  unsigned set = 0;
  unsigned way = 0;
  bool several = false;  ///< more than one way of the set matches

  /// Looks through the ways of one set for entries of the given page sizes.
  template <class Set>
  bool search(const Set& entries, u64 va, unsigned page_sizes, unsigned virtual_space, u64 asn) {
    for (unsigned i = 0; i < entries.size(); ++i) {
      if (((page_sizes >> tel::kPs.get(entries[i].tel)) & 1) == 0) continue;
      if (!matches(entries[i], va, virtual_space, asn)) continue;
      if (entry != nullptr) {
        several = true;
        break;
      }
      entry = &entries[i];
      way = i;
    }
    return entry != nullptr;
  }
};

void Mmu::reset() {
  ltlb_ = {};
  jtlb_ = {};
  ++state_.tlb_epoch;
  ++state_.control_epoch;
}

/// LTLB first, then the JTLB once per page size of the `page_sizes` mask.
Mmu::Lookup Mmu::find(u64 va, unsigned virtual_space, unsigned page_sizes) const {
  const u64 asn = mmc::kAsn.get(state_.sfr[kMmc]);
  Lookup lookup;
  if (lookup.search(ltlb_, va, kAllPageSizes, virtual_space, asn)) {
    lookup.ltlb = true;
    return lookup;
  }
  for (unsigned size = 0; size < kPageSizes; ++size) {
    if (((page_sizes >> size) & 1) == 0) continue;
    const unsigned set = jtlb_set(va, size);
    if (!lookup.search(jtlb_[set], va, 1u << size, virtual_space, asn)) continue;
    lookup.set = set;
    return lookup;
  }
  return lookup;
}

Translation Mmu::translate(const Access& access) const {
  const u64 ps = access.kind == AccessKind::kFetch ? state_.sfr[kPs] : state_.data_ps();
  const bool wide = ps::kV64.get(ps) != 0;
  const bool enabled = ps::kMme.get(ps) != 0;
  u64 va = wide ? access.va : access.va & (kShortAddressBytes - 1);
  if (wide && enabled) va = sign_extend_address(va);

  const auto page = [&](u64 address) {
    return enabled ? translate_page(address, ps, access) : translate_off(address, ps, access);
  };
  Translation first = page(va);
  if (first.status != Translation::Status::kOk) return first;
  bool mixed = false;
  if (first.first_bytes < access.bytes) {
    u64 next = first.page_va + first.page_bytes;
    next = wide ? (enabled ? sign_extend_address(next) : next) : next & (kShortAddressBytes - 1);
    const Translation second = page(next);
    if (second.status != Translation::Status::kOk) return second;
    first.second_pa = second.pa;
    first.rights &= second.rights;
    mixed = second.policy != first.policy;
  }
  // Alignment comes last, after the faults of both pages.
  const bool aligned = (va & (access.bytes - 1)) == 0;
  const bool device = first.policy == MemoryPolicy::kDevice;
  if (access.speculative && (device || mixed)) return zero(va);
  if (mixed || (!aligned && (device || access.kind == AccessKind::kAtomic))) return fault(Htc::kDmisalign, va, access);
  return first;
}

/// The part of an access at `va` that lies in one page.
Translation Mmu::translate_page(u64 va, u64 ps, const Access& access) const {
  const Lookup lookup = find(va, static_cast<unsigned>(ps::kVs.get(ps)), static_cast<unsigned>(ps::kPmj.get(ps)));
  const u64 mmc = state_.sfr[kMmc];
  if (lookup.entry == nullptr) {
    if (access.speculative && mmc::kSne.get(mmc) == 0) return zero(va);
    return fault(Htc::kNoMapping, va, access);
  }
  if (lookup.several) {
    Translation result = fault(Htc::kTpar, va, access);
    result.trap.parity = true;
    return result;
  }
  const TlbEntry& entry = *lookup.entry;
  if (const auto code = denied(entry, ps, access.kind)) {
    if (access.speculative && mmc::kSpe.get(mmc) == 0) return zero(va);
    Translation result = fault(*code, va, access);
    if (*code == Htc::kProtection) result.trap.protection_cause = static_cast<u8>(protection_cause(access.kind));
    return result;
  }
  Translation result;
  result.va = va;
  result.page_bytes = page_bytes(tel::kPs.get(entry.tel));
  result.page_va = va & ~(result.page_bytes - 1);
  result.page_pa = (entry.tel & tel::kFn.mask()) & ~(result.page_bytes - 1);
  result.pa = result.page_pa + (va - result.page_va);
  result.first_bytes = static_cast<unsigned>(std::min<u64>(access.bytes, result.page_va + result.page_bytes - va));
  result.policy = policy_of(tel::kCp.get(entry.tel), access.kind);
  result.rights = rights_of(entry, ps);
  return result;
}

/// MMU off: identity with all rights; beyond the physical space there is nobody.
Translation Mmu::translate_off(u64 va, u64 ps, const Access& access) const {
  if (va >= kPhysicalBytes) {
    return fault(access.kind == AccessKind::kFetch ? Htc::kPsysError : Htc::kDsysError, va, access);
  }
  Translation result;
  result.va = va;
  result.pa = va;
  result.page_bytes = ps::kV64.get(ps) != 0 ? kPhysicalBytes : kShortAddressBytes;
  result.first_bytes = static_cast<unsigned>(std::min<u64>(access.bytes, result.page_bytes - va));
  result.policy = MemoryPolicy::kByRegion;
  result.rights = right_of(AccessKind::kFetch) | right_of(AccessKind::kLoad) | right_of(AccessKind::kStore) |
                  right_of(AccessKind::kAtomic);
  return result;
}

std::optional<Trap> Mmu::tlbread(unsigned bundle_size) {
  if (auto trap = check_privileged(state_, Pic::kTlbread, bundle_size)) return trap;
  u64& mmc = state_.sfr[kMmc];
  mmc = mmc::kPar.set(mmc, 0);
  const unsigned set = static_cast<unsigned>(mmc::kSs.get(mmc));
  const unsigned way = static_cast<unsigned>(mmc::kSw.get(mmc));
  const bool ltlb = mmc::kSb.get(mmc) != 0;
  const bool error = ltlb ? set != 0 : way >= kJtlbWays;
  mmc = mmc::kE.set(mmc, error);
  if (error) return std::nullopt;
  const TlbEntry& entry = ltlb ? ltlb_[way] : jtlb_[set][way];
  state_.sfr[kTel] = entry.tel;
  state_.sfr[kTeh] = entry.teh;
  return std::nullopt;
}

std::optional<Trap> Mmu::tlbwrite(unsigned bundle_size) {
  if (auto trap = check_privileged(state_, Pic::kTlbwrite, bundle_size)) return trap;
  u64& mmc = state_.sfr[kMmc];
  const TlbEntry entry{state_.sfr[kTeh], state_.sfr[kTel]};
  const unsigned size = static_cast<unsigned>(tel::kPs.get(entry.tel));
  const unsigned way = static_cast<unsigned>(mmc::kSw.get(mmc));
  const bool ltlb = mmc::kSb.get(mmc) != 0;
  const u64 offset_mask = page_bytes(size) - 1;
  const bool aligned =
      (entry.teh & teh::kPn.mask() & offset_mask) == 0 && (entry.tel & tel::kFn.mask() & offset_mask) == 0;
  const bool error = !aligned || (!ltlb && way >= kJtlbWays);
  mmc = mmc::kE.set(mmc, error);
  if (error) return std::nullopt;
  const unsigned set = ltlb ? 0 : jtlb_set(entry_va(entry), size);
  (ltlb ? ltlb_[way] : jtlb_[set][way]) = entry;
  mmc = mmc::kSs.set(mmc, set);
  utlb_invalidate();
  return std::nullopt;
}

std::optional<Trap> Mmu::tlbprobe(unsigned bundle_size) {
  if (auto trap = check_privileged(state_, Pic::kTlbprobe, bundle_size)) return trap;
  u64& mmc = state_.sfr[kMmc];
  const u64 va = sign_extend_address(state_.sfr[kTeh] & teh::kPn.mask());
  const Lookup lookup = find(va, static_cast<unsigned>(ps::kVs.get(state_.data_ps())), kAllPageSizes);
  mmc = mmc::kPar.set(mmc, lookup.several);
  const bool error = lookup.entry == nullptr || lookup.several;
  mmc = mmc::kE.set(mmc, error);
  if (error) return std::nullopt;
  mmc = mmc::kSb.set(mmc, lookup.ltlb);
  mmc = mmc::kSs.set(mmc, lookup.set);
  mmc = mmc::kSw.set(mmc, lookup.way);
  state_.sfr[kTel] = lookup.entry->tel;
  state_.sfr[kTeh] = lookup.entry->teh;
  return std::nullopt;
}

void Mmu::utlb_invalidate() {
  ++state_.tlb_epoch;
  ++state_.control_epoch;
}

}  // namespace mppa::core
