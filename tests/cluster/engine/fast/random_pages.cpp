#include "tests/cluster/engine/fast/random_pages.h"

#include "models/cluster/core/sfr.h"
#include "tests/cluster/engine/fast/random_program.h"

namespace mppa::engine::fast {
namespace {

namespace mmc = core::mmc;
namespace teh = core::teh;
namespace tel = core::tel;

constexpr u64 kAllRights = 13, kCached = 2, kAtomicsToo = 3;  // TEL.PA, CP, ES
constexpr unsigned kSizes[] = {12, 16, 21};                   // by TEL.PS

}  // namespace

TlbImage identity_page() {
  TlbImage image;
  image.teh = teh::kG.set(0, 1);
  image.tel = tel::kPs.set(tel::kPa.set(tel::kCp.set(tel::kEs.set(0, kAtomicsToo), kCached), kAllRights), 2);
  image.mmc = mmc::kSb.set(0, 1);
  return image;
}

TlbImage random_page(std::mt19937_64& random) {
  const auto below = [&](u64 n) { return random() % n; };
  const auto mostly = [&](u64 usual, u64 n) { return below(4) != 0 ? usual : below(n); };
  constexpr u64 kMemories[] = {RandomProgram::kData, RandomProgram::kFar, RandomProgram::kDevice};

  const u64 choice = below(10), size = choice < 6 ? 0 : choice < 9 ? 1 : 2;
  const u64 bytes = u64{1} << kSizes[size];
  const u64 va = kMappedBase + below((kMappedBytes + bytes - 1) / bytes) * bytes;
  const u64 pages = bytes < (1 << 16) ? (1 << 16) / bytes : 1;
  const u64 pa = size == 2 ? u64{RandomProgram::kFar} : kMemories[mostly(0, 3)] + below(pages) * bytes;

  TlbImage image;
  image.teh = (va & teh::kPn.mask()) | teh::kG.set(0, mostly(1, 2)) | below(2);
  image.tel = (pa & tel::kFn.mask()) | tel::kEs.set(0, mostly(kAtomicsToo, 4)) | tel::kCp.set(0, mostly(kCached, 4)) |
              tel::kPa.set(0, mostly(kAllRights, 16)) | tel::kPs.set(0, size);
  const u64 ltlb = below(6) == 0;
  image.mmc = mmc::kSb.set(0, ltlb) | mmc::kSw.set(0, ltlb != 0 ? 1 + below(15) : mostly(below(4), 16)) |
              mmc::kSne.set(0, below(2)) | mmc::kSpe.set(0, below(2));
  return image;
}

}  // namespace mppa::engine::fast
