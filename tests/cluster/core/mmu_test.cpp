// Translation, TLB instructions and access rules (architecture.md sections 1, 6, 11 and 13).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

using Status = Translation::Status;

/// Names of TEL values.
constexpr u64 kPresent = 1;
constexpr u64 kModified = 2;
constexpr u64 kAtomicModified = 3;
constexpr u64 kDeviceCp = 0;
constexpr u64 kUncachedCp = 1;
constexpr u64 kWriteThroughCp = 2;
constexpr u64 kInstructionOnlyCp = 3;
constexpr unsigned kShift[4] = {12, 16, 21, 29};

struct MmuTest : CoreTest {
  MmuTest() {
    mmu.reset();
    at_level(0);
    force(kPs, ps::kV64, 1);
    force(kPs, ps::kMme, 1);
    force(kPs, ps::kPmj, 0xf);
    force(kPs, ps::kMmup, 1);
  }

  struct Page {
    u64 va = 0;
    u64 pa = 0;
    u64 size = 0;
    u64 protection = 13;  ///< RWX/RWX
    u64 policy = kWriteThroughCp;
    u64 status = kAtomicModified;
    u64 asn = 0;
    u64 global = 0;
    u64 vs = 0;
  };

  void load_entry(const Page& page) {
    u64 tel = tel::kEs.set(0, page.status);
    tel = tel::kCp.set(tel, page.policy);
    tel = tel::kPa.set(tel, page.protection);
    tel = tel::kPs.set(tel, page.size);
    force(kTel, tel | (page.pa & tel::kFn.mask()));
    u64 teh = teh::kAsn.set(0, page.asn);
    teh = teh::kG.set(teh, page.global);
    teh = teh::kVs.set(teh, page.vs);
    force(kTeh, teh | (page.va & teh::kPn.mask()));
  }

  /// Writes an entry with tlbwrite; returns MMC.E.
  u64 write(const Page& page, bool ltlb, unsigned way) {
    load_entry(page);
    force(kMmc, mmc::kSb, ltlb);
    force(kMmc, mmc::kSw, way);
    EXPECT_FALSE(mmu.tlbwrite(1).has_value());
    return mmc::kE.get(sfr(kMmc));
  }
  void map(const Page& page) { EXPECT_EQ(write(page, false, next_way_++ % 4), 0u); }

  Translation access(AccessKind kind, u64 va, unsigned bytes = 8, bool speculative = false) const {
    return mmu.translate({va, bytes, kind, speculative});
  }
  Translation load(u64 va, unsigned bytes = 8) const { return access(AccessKind::kLoad, va, bytes); }

  static testing::AssertionResult traps(const Translation& result, Htc code, u64 ea) {
    if (result.status != Status::kTrap) return testing::AssertionFailure() << "no trap";
    if (result.trap.code != code) return testing::AssertionFailure() << "HTC " << int(result.trap.code);
    if (result.trap.ea != ea) return testing::AssertionFailure() << "EA " << std::hex << result.trap.ea;
    return testing::AssertionSuccess();
  }
  static testing::AssertionResult reaches(const Translation& result, u64 pa) {
    if (result.status == Status::kTrap) return testing::AssertionFailure() << "HTC " << int(result.trap.code);
    if (result.status != Status::kOk) return testing::AssertionFailure() << "reads zero";
    if (result.pa != pa) return testing::AssertionFailure() << "PA " << std::hex << result.pa;
    return testing::AssertionSuccess();
  }

  Mmu mmu{state};

 private:
  unsigned next_way_ = 0;
};

// --- MMU off
// ------------------------------------------------------------------------------------------------------------

TEST_F(MmuTest, Section13_MmuOffIsIdentityWithAllRights) {
  force(kPs, ps::kMme, 0);
  for (AccessKind kind : {AccessKind::kFetch, AccessKind::kLoad, AccessKind::kStore, AccessKind::kAtomic}) {
    const Translation result = access(kind, 0xff'1234'5670);
    EXPECT_TRUE(reaches(result, 0xff'1234'5670));
    EXPECT_EQ(result.policy, MemoryPolicy::kByRegion);
    EXPECT_EQ(result.rights, 0xf);
    EXPECT_EQ(result.page_bytes, u64{1} << 40);
  }
}

TEST_F(MmuTest, Section13_MmuOffBeyond40BitsIsASystemError) {
  force(kPs, ps::kMme, 0);
  const u64 va = u64{1} << 40;
  EXPECT_TRUE(traps(load(va), Htc::kDsysError, va));
  EXPECT_TRUE(traps(access(AccessKind::kStore, ~u64{7}), Htc::kDsysError, ~u64{7}));
  EXPECT_TRUE(traps(access(AccessKind::kFetch, va, 4), Htc::kPsysError, va));
  EXPECT_TRUE(traps(load(va - 4), Htc::kDsysError, va)) << "its second half";
}

TEST_F(MmuTest, Section1_V64ClearTruncatesDataAddresses) {
  force(kPs, ps::kMme, 0);
  force(kPs, ps::kV64, 0);
  EXPECT_TRUE(reaches(load(0xffff'ffff'8000'0010), 0x8000'0010));
  EXPECT_TRUE(reaches(access(AccessKind::kStore, 0x1'0000'0020), 0x20));
  const Translation wrap = load(0xffff'fffc);
  EXPECT_TRUE(reaches(wrap, 0xffff'fffc));
  EXPECT_EQ(wrap.first_bytes, 4u);
  EXPECT_EQ(wrap.second_pa, 0u);
}

TEST_F(MmuTest, Section1_AtomicsMustBeAlignedEvenWithMmuOff) {
  force(kPs, ps::kMme, 0);
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x1004, 8), Htc::kDmisalign, 0x1004));
  EXPECT_TRUE(reaches(access(AccessKind::kAtomic, 0x1004, 4), 0x1004));
  EXPECT_TRUE(reaches(load(0x1001, 8), 0x1001)) << "ordinary accesses may be unaligned";
}

// --- Lookup
// -------------------------------------------------------------------------------------------------------------

TEST_F(MmuTest, Section13_EveryPageSizeTranslates) {
  for (u64 size = 0; size < 4; ++size) {
    mmu.reset();
    const u64 bytes = u64{1} << kShift[size];
    map({.va = 5 * bytes, .pa = 9 * bytes, .size = size});
    EXPECT_TRUE(reaches(load(5 * bytes), 9 * bytes));
    EXPECT_TRUE(reaches(load(6 * bytes - 8), 10 * bytes - 8));
    EXPECT_TRUE(traps(load(6 * bytes), Htc::kNoMapping, 6 * bytes));
    EXPECT_TRUE(traps(load(5 * bytes - 8), Htc::kNoMapping, 5 * bytes - 8));
    const Translation page = load(5 * bytes + 16);
    EXPECT_EQ(page.page_va, 5 * bytes);
    EXPECT_EQ(page.page_pa, 9 * bytes);
    EXPECT_EQ(page.page_bytes, bytes);
  }
}

TEST_F(MmuTest, Section1_VirtualAddressesAreSignExtendedFromBit40) {
  map({.va = 0xffff'ff00'0000'0000, .pa = 0x5000});
  EXPECT_TRUE(reaches(load(0xffff'ff00'0000'0008), 0x5008));
  EXPECT_TRUE(reaches(load(0x0000'0100'0000'0008), 0x5008)) << "bits 63:41 do not matter";
  EXPECT_TRUE(traps(load(0), Htc::kNoMapping, 0));
  EXPECT_TRUE(traps(load(0x0000'0180'0000'0000), Htc::kNoMapping, 0xffff'ff80'0000'0000));
}

TEST_F(MmuTest, Section13_PmjSelectsThePageSizesOfTheJtlb) {
  for (u64 size = 0; size < 4; ++size) {
    mmu.reset();
    map({.va = 0, .pa = 0, .size = size});
    for (u64 pmj = 0; pmj < 16; ++pmj) {
      force(kPs, ps::kPmj, pmj);
      EXPECT_EQ(load(0).status == Status::kOk, ((pmj >> size) & 1) != 0) << "size " << size << " PMJ " << pmj;
    }
  }
}

TEST_F(MmuTest, Section13_LtlbIgnoresPmj) {
  force(kPs, ps::kPmj, 0);
  EXPECT_EQ(write({.va = 0x20'0000, .pa = 0x40'0000, .size = 2}, true, 15), 0u);
  EXPECT_TRUE(reaches(load(0x20'0008), 0x40'0008));
}

TEST_F(MmuTest, Section13_LtlbComesBeforeTheJtlb) {
  map({.va = 0x3000, .pa = 0x7000});
  EXPECT_EQ(write({.va = 0x3000, .pa = 0x9000}, true, 3), 0u);
  EXPECT_TRUE(reaches(load(0x3000), 0x9000));
}

TEST_F(MmuTest, Section13_MatchNeedsTheVirtualSpace) {
  map({.va = 0x3000, .pa = 0x7000, .vs = 2});
  EXPECT_TRUE(traps(load(0x3000), Htc::kNoMapping, 0x3000));
  force(kPs, ps::kVs, 2);
  EXPECT_TRUE(reaches(load(0x3000), 0x7000));
}

TEST_F(MmuTest, Section13_MatchNeedsTheAsnUnlessGlobal) {
  map({.va = 0x3000, .pa = 0x7000, .asn = 0x1ab});
  map({.va = 0x4000, .pa = 0x8000, .asn = 0x1ab, .global = 1});
  force(kMmc, mmc::kAsn, 5);
  EXPECT_TRUE(traps(load(0x3000), Htc::kNoMapping, 0x3000));
  EXPECT_TRUE(reaches(load(0x4000), 0x8000));
  force(kMmc, mmc::kAsn, 0x1ab);
  EXPECT_TRUE(reaches(load(0x3000), 0x7000));
}

TEST_F(MmuTest, Section13_TwoMatchingWaysAreATlbParityError) {
  EXPECT_EQ(write({.va = 0x3000, .pa = 0x7000}, false, 0), 0u);
  EXPECT_EQ(write({.va = 0x3000, .pa = 0x8000}, false, 2), 0u);
  const Translation result = load(0x3000);
  EXPECT_TRUE(traps(result, Htc::kTpar, 0x3000));
  system.take_trap(result.trap);
  EXPECT_EQ(mmc::kPar.get(sfr(kMmc)), 1u);
  EXPECT_EQ(sfr(kEaPl0), 0x3000u);
}

// --- Rights
// -------------------------------------------------------------------------------------------------------------

TEST_F(MmuTest, Section13_ProtectionAttributesInBothColumns) {
  const char* const columns[2][16] = {
      {"", "", "", "", "", "R", "R", "R", "R", "RW", "RW", "RX", "RX", "RWX", "", ""},
      {"", "R", "RW", "RX", "RWX", "R", "RW", "RX", "RWX", "RW", "RWX", "RX", "RWX", "RWX", "", ""},
  };
  for (u64 column = 0; column < 2; ++column) {
    for (u64 code = 0; code < 16; ++code) {
      mmu.reset();
      map({.va = 0x3000, .pa = 0x7000, .protection = code});
      force(kPs, ps::kMmup, column);
      const std::string rights = columns[column][code];
      const auto allowed = [&](char right) { return rights.find(right) != std::string::npos; };
      const std::pair<AccessKind, char> kinds[] = {
          {AccessKind::kLoad, 'R'}, {AccessKind::kStore, 'W'}, {AccessKind::kAtomic, 'W'}, {AccessKind::kFetch, 'X'}};
      for (const auto& [kind, right] : kinds) {
        const Translation result = access(kind, 0x3000, 4);
        if (allowed(right)) {
          EXPECT_TRUE(reaches(result, 0x7000)) << column << " " << code << " " << right;
          EXPECT_NE(result.rights & right_of(kind), 0);
        } else {
          EXPECT_TRUE(traps(result, Htc::kProtection, 0x3000)) << column << " " << code << " " << right;
        }
      }
    }
  }
}

TEST_F(MmuTest, Section13_EntryStatusGuardsStoresAndAtomics) {
  map({.va = 0x1000, .pa = 0x1000, .status = kPresent});
  map({.va = 0x2000, .pa = 0x2000, .status = kModified});
  map({.va = 0x3000, .pa = 0x3000, .status = kAtomicModified});
  for (u64 va : {0x1000u, 0x2000u, 0x3000u}) EXPECT_TRUE(reaches(load(va), va));
  EXPECT_TRUE(traps(access(AccessKind::kStore, 0x1000), Htc::kWriteToClean, 0x1000));
  EXPECT_TRUE(reaches(access(AccessKind::kStore, 0x2000), 0x2000));
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x1000), Htc::kWriteToClean, 0x1000));
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x2000), Htc::kAtomicToClean, 0x2000));
  EXPECT_TRUE(reaches(access(AccessKind::kAtomic, 0x3000), 0x3000));
  EXPECT_EQ(load(0x1000).rights, right_of(AccessKind::kLoad) | right_of(AccessKind::kFetch));
  EXPECT_EQ(load(0x2000).rights,
            right_of(AccessKind::kLoad) | right_of(AccessKind::kFetch) | right_of(AccessKind::kStore));
  EXPECT_EQ(load(0x3000).rights, 0xf);
}

TEST_F(MmuTest, Section5_ProtectionComesBeforeCleanFaults) {
  map({.va = 0x1000, .pa = 0x1000, .protection = 5, .status = kPresent});
  EXPECT_TRUE(traps(access(AccessKind::kStore, 0x1000), Htc::kProtection, 0x1000));
}

TEST_F(MmuTest, Section13_ProtectionReportsPtcAndFaultsReportS) {
  map({.va = 0x1000, .pa = 0x1000, .protection = 0});
  const std::pair<AccessKind, u64> causes[] = {
      {AccessKind::kLoad, 1}, {AccessKind::kStore, 2}, {AccessKind::kAtomic, 2}, {AccessKind::kFetch, 3}};
  for (const auto& [kind, cause] : causes) {
    at_level(0);
    force(kMmc, mmc::kS, 1);
    system.take_trap(access(kind, 0x1000, 4).trap);
    EXPECT_EQ(mmc::kPtc.get(sfr(kMmc)), cause);
    EXPECT_EQ(mmc::kS.get(sfr(kMmc)), 0u);
  }
}

TEST_F(MmuTest, Section6_FaultSyndromeFields) {
  const std::pair<AccessKind, Rwx> kinds[] = {
      {AccessKind::kLoad, Rwx::kRead}, {AccessKind::kStore, Rwx::kWrite}, {AccessKind::kAtomic, Rwx::kAtomic}};
  for (const auto& [kind, rwx] : kinds) {
    const Trap trap = access(kind, 0x8000, 4).trap;
    EXPECT_EQ(trap.rwx, rwx);
    EXPECT_EQ(trap.access_size, 4);
  }
  const Trap fetch = access(AccessKind::kFetch, 0x8000, 4).trap;
  EXPECT_EQ(fetch.rwx, Rwx::kFetch);
  EXPECT_EQ(fetch.bundle_size, 1);
  EXPECT_EQ(fetch.access_size, 0);
}

TEST_F(MmuTest, Section13_CachePolicyCodesOfV1) {
  const MemoryPolicy data[] = {MemoryPolicy::kDevice, MemoryPolicy::kUncached, MemoryPolicy::kCached,
                               MemoryPolicy::kUncached};
  const MemoryPolicy code[] = {MemoryPolicy::kUncached, MemoryPolicy::kUncached, MemoryPolicy::kCached,
                               MemoryPolicy::kCached};
  for (u64 cp = 0; cp < 4; ++cp) {
    mmu.reset();
    map({.va = 0x1000, .pa = 0x1000, .policy = cp});
    EXPECT_EQ(load(0x1000).policy, data[cp]);
    EXPECT_EQ(access(AccessKind::kFetch, 0x1000, 4).policy, code[cp]);
  }
}

TEST_F(MmuTest, Section3_DausMakesDataAccessesUseSps) {
  map({.va = 0x1000, .pa = 0x5000, .vs = 1});
  map({.va = 0x1000, .pa = 0x6000, .vs = 0});
  force(kSpsPl0, ps::kVs.set(sfr(kPs), 1));
  EXPECT_TRUE(reaches(load(0x1000), 0x6000));
  force(kPs, ps::kDaus, 1);
  EXPECT_TRUE(reaches(load(0x1000), 0x5000));
  EXPECT_TRUE(reaches(access(AccessKind::kFetch, 0x1000, 4), 0x6000)) << "fetches use PS";
  force(kSpsPl0, ps::kMme, 0);
  EXPECT_TRUE(reaches(load(0x1000), 0x1000)) << "MMU off in SPS";
}

// --- Misalignment and page crossing
// -------------------------------------------------------------------------------------

TEST_F(MmuTest, Section1_DevicePagesNeedAlignment) {
  map({.va = 0x1000, .pa = 0x1000, .policy = kDeviceCp});
  EXPECT_TRUE(reaches(load(0x1008), 0x1008));
  EXPECT_TRUE(traps(load(0x1004), Htc::kDmisalign, 0x1004));
  EXPECT_TRUE(reaches(load(0x1004, 4), 0x1004));
  EXPECT_TRUE(traps(access(AccessKind::kStore, 0x1002, 4), Htc::kDmisalign, 0x1002));
}

TEST_F(MmuTest, AccessAcrossPagesHasTwoPhysicalParts) {
  map({.va = 0x1000, .pa = 0x5000});
  map({.va = 0x2000, .pa = 0x9000});
  const Translation result = load(0x1ffd);
  EXPECT_TRUE(reaches(result, 0x5ffd));
  EXPECT_EQ(result.first_bytes, 3u);
  EXPECT_EQ(result.second_pa, 0x9000u);
  EXPECT_EQ(load(0x1ff8).first_bytes, 8u);
}

TEST_F(MmuTest, Section1_PagesOfDifferentPolicyMisalign) {
  map({.va = 0x1000, .pa = 0x5000});
  map({.va = 0x2000, .pa = 0x6000, .policy = kUncachedCp});
  EXPECT_TRUE(traps(load(0x1ffd), Htc::kDmisalign, 0x1ffd));
  map({.va = 0x3000, .pa = 0x7000, .policy = kInstructionOnlyCp});
  EXPECT_TRUE(reaches(load(0x2ffd), 0x6ffd)) << "both uncached for data";
}

TEST_F(MmuTest, Section6_FaultsOfTheFirstPageThenOfTheSecondThenMisalignment) {
  EXPECT_TRUE(traps(load(0x1ffd), Htc::kNoMapping, 0x1ffd)) << "neither page";
  map({.va = 0x1000, .pa = 0x5000, .policy = kDeviceCp});
  EXPECT_TRUE(traps(load(0x1ffd), Htc::kNoMapping, 0x2000)) << "second page, its first byte";
  map({.va = 0x2000, .pa = 0x6000, .protection = 0});
  EXPECT_TRUE(traps(load(0x1ffd), Htc::kProtection, 0x2000));
  EXPECT_EQ(write({.va = 0x2000, .pa = 0x6000, .status = kPresent}, false, 1), 0u);
  EXPECT_TRUE(traps(access(AccessKind::kStore, 0x1ffd), Htc::kWriteToClean, 0x2000));
  EXPECT_TRUE(traps(load(0x1ffd), Htc::kDmisalign, 0x1ffd));
}

TEST_F(MmuTest, Section6_MisalignedAtomicComesAfterMappingFaults) {
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x1004), Htc::kNoMapping, 0x1004));
  map({.va = 0x1000, .pa = 0x5000, .status = kModified});
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x1004), Htc::kAtomicToClean, 0x1004));
  EXPECT_EQ(write({.va = 0x1000, .pa = 0x5000}, false, 0), 0u);
  EXPECT_TRUE(traps(access(AccessKind::kAtomic, 0x1004), Htc::kDmisalign, 0x1004));
}

// --- Speculative loads
// --------------------------------------------------------------------------------------------------

TEST_F(MmuTest, Section11_SpeculativeLoadReadsZeroInsteadOfFaulting) {
  force(kMmc, 0);
  const auto speculative = [&](u64 va) { return access(AccessKind::kLoad, va, 8, true).status; };
  EXPECT_EQ(speculative(0x1000), Status::kZero) << "no mapping";
  map({.va = 0x1000, .pa = 0x1000, .protection = 0});
  EXPECT_EQ(speculative(0x1000), Status::kZero) << "protection";
  map({.va = 0x2000, .pa = 0x2000, .policy = kDeviceCp});
  EXPECT_EQ(speculative(0x2000), Status::kZero) << "device";
  EXPECT_EQ(speculative(0x2004), Status::kZero) << "misaligned device";
  map({.va = 0x3000, .pa = 0x3000});
  map({.va = 0x4000, .pa = 0x4000, .policy = kUncachedCp});
  EXPECT_EQ(speculative(0x3ffc), Status::kZero) << "policy mismatch";
  EXPECT_EQ(speculative(0x4ffc), Status::kZero) << "second page not mapped";
  EXPECT_EQ(speculative(0x3000), Status::kOk);
}

TEST_F(MmuTest, Section11_SneAndSpeMakeSpeculativeLoadsTrap) {
  map({.va = 0x1000, .pa = 0x1000, .protection = 0});
  force(kMmc, mmc::kSne.mask());
  Translation result = access(AccessKind::kLoad, 0x5000, 8, true);
  EXPECT_TRUE(traps(result, Htc::kNoMapping, 0x5000));
  EXPECT_TRUE(result.trap.non_trapping);
  system.take_trap(result.trap);
  EXPECT_EQ(mmc::kS.get(sfr(kMmc)), 1u);
  EXPECT_EQ(access(AccessKind::kLoad, 0x1000, 8, true).status, Status::kZero);
  force(kMmc, mmc::kSpe.mask());
  result = access(AccessKind::kLoad, 0x1000, 8, true);
  EXPECT_TRUE(traps(result, Htc::kProtection, 0x1000));
  EXPECT_EQ(access(AccessKind::kLoad, 0x5000, 8, true).status, Status::kZero);
}

TEST_F(MmuTest, Section15_SneIsSetAfterReset) { EXPECT_EQ(mmc::kSne.get(sfr_info(kMmc).reset), 1u); }

// --- TLB instructions
// ---------------------------------------------------------------------------------------------------

TEST_F(MmuTest, Section13_JtlbSetIsTheLowPageNumberOfThePageSize) {
  for (u64 size = 0; size < 4; ++size) {
    const u64 bytes = u64{1} << kShift[size];
    EXPECT_EQ(write({.va = 0x145 * bytes, .pa = 0, .size = size}, false, 2), 0u);
    EXPECT_EQ(mmc::kSs.get(sfr(kMmc)), 5u);
    EXPECT_EQ(mmu.jtlb(5, 2).teh & teh::kPn.mask(), (0x145 * bytes) & teh::kPn.mask());
  }
}

TEST_F(MmuTest, Section13_TlbwriteRejectsUnalignedPagesAndWaysAbove3) {
  EXPECT_EQ(write({.va = 0x1000, .pa = 0x1'0000, .size = 1}, false, 0), 1u) << "PN";
  EXPECT_EQ(write({.va = 0x1'0000, .pa = 0x1000, .size = 1}, false, 0), 1u) << "FN";
  EXPECT_EQ(write({.va = 0x1'0000, .pa = 0x1000, .size = 1}, true, 0), 1u) << "LTLB too";
  EXPECT_EQ(write({.va = 0x1'0000, .pa = 0x1'0000, .size = 1}, false, 4), 1u) << "JTLB way";
  EXPECT_EQ(write({.va = 0x1'0000, .pa = 0x1'0000, .size = 1}, true, 4), 0u) << "LTLB has 16 ways";
  EXPECT_TRUE(reaches(load(0x1'0000), 0x1'0000));
}

TEST_F(MmuTest, Section13_TlbreadReturnsTheEntry) {
  EXPECT_EQ(write({.va = 0x7000, .pa = 0x9000, .asn = 3}, false, 1), 0u);
  const u64 tel = sfr(kTel);
  const u64 teh = sfr(kTeh);
  force(kTel, 0);
  force(kTeh, 0);
  force(kMmc, mmc::kPar, 1);
  EXPECT_FALSE(mmu.tlbread(1).has_value());
  EXPECT_EQ(sfr(kTel), tel);
  EXPECT_EQ(sfr(kTeh), teh);
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 0u);
  EXPECT_EQ(mmc::kPar.get(sfr(kMmc)), 0u);
}

TEST_F(MmuTest, Section13_TlbreadErrors) {
  force(kMmc, mmc::kSb, 1);
  force(kMmc, mmc::kSs, 1);
  EXPECT_FALSE(mmu.tlbread(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 1u) << "LTLB has one set";
  force(kMmc, 0);
  force(kMmc, mmc::kSw, 4);
  EXPECT_FALSE(mmu.tlbread(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 1u) << "JTLB has four ways";
}

TEST_F(MmuTest, Section13_TlbprobeFindsAnyPageSizeInBothBuffers) {
  force(kPs, ps::kPmj, 0);
  EXPECT_EQ(write({.va = 0x60'0000, .pa = 0x80'0000, .size = 2}, false, 3), 0u);
  EXPECT_EQ(write({.va = 0x4000, .pa = 0x9000}, true, 11), 0u);
  force(kTel, 0);
  force(kTeh, 0x65'4000);
  EXPECT_FALSE(mmu.tlbprobe(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 0u);
  EXPECT_EQ(mmc::kSb.get(sfr(kMmc)), 0u);
  EXPECT_EQ(mmc::kSs.get(sfr(kMmc)), 3u);
  EXPECT_EQ(mmc::kSw.get(sfr(kMmc)), 3u);
  EXPECT_EQ(sfr(kTel) & tel::kFn.mask(), 0x80'0000u);
  EXPECT_EQ(sfr(kTeh), 0x60'0000u);
  force(kTeh, 0x4000);
  EXPECT_FALSE(mmu.tlbprobe(1).has_value());
  EXPECT_EQ(mmc::kSb.get(sfr(kMmc)), 1u);
  EXPECT_EQ(mmc::kSs.get(sfr(kMmc)), 0u);
  EXPECT_EQ(mmc::kSw.get(sfr(kMmc)), 11u);
}

TEST_F(MmuTest, Section13_TlbprobeOfNothingSetsE) {
  force(kTeh, 0x4000);
  force(kTel, 0x77);
  EXPECT_FALSE(mmu.tlbprobe(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 1u);
  EXPECT_EQ(sfr(kTel), 0x77u) << "TEL and TEH are kept";
}

TEST_F(MmuTest, TlbprobeUsesTheCurrentAsn) {
  EXPECT_EQ(write({.va = 0x4000, .pa = 0x9000, .asn = 7}, false, 0), 0u);
  force(kMmc, mmc::kAsn, 8);
  EXPECT_FALSE(mmu.tlbprobe(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 1u);
  force(kMmc, mmc::kAsn, 7);
  EXPECT_FALSE(mmu.tlbprobe(1).has_value());
  EXPECT_EQ(mmc::kE.get(sfr(kMmc)), 0u);
}

TEST_F(MmuTest, Section4_TlbInstructionsNeedMoMmi) {
  at_level(1);
  const std::pair<std::optional<Trap>, Pic> results[] = {
      {mmu.tlbwrite(1), Pic::kTlbwrite}, {mmu.tlbread(1), Pic::kTlbread}, {mmu.tlbprobe(1), Pic::kTlbprobe}};
  for (const auto& [trap, instruction] : results) {
    ASSERT_TRUE(trap.has_value());
    EXPECT_EQ(trap->code, Htc::kPrivilege);
    EXPECT_EQ(trap->pic, instruction);
    EXPECT_EQ(trap->owner, 0);
  }
}

TEST_F(MmuTest, InvalidEntryRemovesAPage) {
  EXPECT_EQ(write({.va = 0x4000, .pa = 0x9000}, false, 0), 0u);
  const u64 epoch = state.tlb_epoch;
  EXPECT_EQ(write({.va = 0x4000, .pa = 0x9000, .status = 0}, false, 0), 0u);
  EXPECT_GT(state.tlb_epoch, epoch);
  EXPECT_TRUE(traps(load(0x4000), Htc::kNoMapping, 0x4000));
}

}  // namespace
}  // namespace mppa::core
