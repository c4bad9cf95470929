// What the crypto accelerators compute: one packet, by OpenSSL. No time, no memory accesses.
#pragma once

#include <span>
#include <vector>

#include "models/common/types.h"
#include "mppa/crypto_regs.h"

namespace mppa::cluster::crypto {

/// The result of a packet: bytes, or MPPA_CRYPTO_ERROR_* and no bytes.
struct Result {
  u32 error = 0;
  std::vector<u8> bytes;
};

/// `control0`, `control1` and `context` as in mppa/crypto_regs.h; `aad`: leading bytes that are only authenticated.
Result process(u32 control0, u32 control1, const mppa_crypto_context& context, std::span<const u8> packet, u32 aad);

/// Groups of algorithms with a throughput of their own.
enum class Rate : u8 { kAes, kAesCbcEncrypt, kSha1Sha256, kSha512, kSha3 };
Rate rate_of(u32 control0, u32 control1);

}  // namespace mppa::cluster::crypto
