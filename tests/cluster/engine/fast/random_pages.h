// Random TLB entries over the data of random programs: every page size, right, policy and status, often enough legal.
#pragma once

#include <random>

#include "models/common/types.h"

namespace mppa::engine::fast {

/// What tlbwrite takes from TEH, TEL and MMC.
struct TlbImage {
  u64 teh = 0, tel = 0, mmc = 0;
};

/// Virtual addresses that random pages map; the code is mapped elsewhere.
inline constexpr u64 kMappedBase = 0x40000000;
inline constexpr u64 kMappedBytes = 24 << 12;

/// Identity for the first 2 MiB (code, vectors, data) in way 0 of the LTLB, which random_page() leaves alone.
TlbImage identity_page();
TlbImage random_page(std::mt19937_64& random);

}  // namespace mppa::engine::fast
