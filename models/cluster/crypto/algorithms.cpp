#include "models/cluster/crypto/algorithms.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <memory>

namespace mppa::cluster::crypto {
namespace {

constexpr std::size_t kBlock = 16, kGcmIv = 12;

u32 operation(u32 control0) { return control0 & MPPA_CRYPTO_OP; }
u32 cipher(u32 control0) { return control0 >> 17 & 15; }
u32 hash(u32 control0) { return control0 >> 23 & 15; }
bool is_hmac(u32 control0) { return (control0 & MPPA_CRYPTO_HMAC) == MPPA_CRYPTO_HMAC; }
u32 mode(u32 control1) { return control1 & MPPA_CRYPTO_MODE; }

const EVP_MD* digest(u32 control0) {
  switch (hash(control0)) {
    case MPPA_CRYPTO_SHA1:
      return EVP_sha1();
    case MPPA_CRYPTO_SHA224:
      return EVP_sha224();
    case MPPA_CRYPTO_SHA256:
      return EVP_sha256();
    case MPPA_CRYPTO_SHA384:
      return EVP_sha384();
    case MPPA_CRYPTO_SHA512:
      return EVP_sha512();
    case MPPA_CRYPTO_SHA3_256:
      return EVP_sha3_256();
    case MPPA_CRYPTO_SHA3_512:
      return EVP_sha3_512();
    default:
      return nullptr;
  }
}

/// nullptr if the unit has no such combination.
const EVP_CIPHER* evp_cipher(u32 control0, u32 control1) {
  struct Row {
    u32 mode;
    const EVP_CIPHER* (*aes128)(), *(*aes192)(), *(*aes256)();
  };
  static constexpr Row kRows[] = {
      {MPPA_CRYPTO_ECB, EVP_aes_128_ecb, EVP_aes_192_ecb, EVP_aes_256_ecb},
      {MPPA_CRYPTO_CBC, EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc},
      {MPPA_CRYPTO_CTR, EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr},
      {MPPA_CRYPTO_XTS, EVP_aes_128_xts, nullptr, EVP_aes_256_xts},
      {MPPA_CRYPTO_GCM, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm},
  };
  for (const Row& row : kRows) {
    if (row.mode != mode(control1)) continue;
    const auto get = cipher(control0) == MPPA_CRYPTO_AES128   ? row.aes128
                     : cipher(control0) == MPPA_CRYPTO_AES192 ? row.aes192
                     : cipher(control0) == MPPA_CRYPTO_AES256 ? row.aes256
                                                              : nullptr;
    return get ? get() : nullptr;
  }
  return nullptr;
}

Result run_hash(u32 control0, const mppa_crypto_context& context, std::span<const u8> packet) {
  const EVP_MD* const md = digest(control0);
  if (!md || context.hmac_key_bytes > sizeof context.key) return {MPPA_CRYPTO_ERROR_CONTROL, {}};
  Result result;
  result.bytes.resize(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (is_hmac(control0)) {
    HMAC(md, context.key, static_cast<int>(context.hmac_key_bytes), packet.data(), packet.size(), result.bytes.data(),
         &size);
  } else {
    EVP_Digest(packet.data(), packet.size(), result.bytes.data(), &size, md, nullptr);
  }
  result.bytes.resize(size);
  return result;
}

/// Bytes that the mode cannot work on.
bool bad_length(u32 control1, std::size_t bytes) {
  switch (mode(control1)) {
    case MPPA_CRYPTO_ECB:
    case MPPA_CRYPTO_CBC:
      return bytes % kBlock != 0;
    case MPPA_CRYPTO_XTS:
      return bytes < kBlock;
    default:
      return false;
  }
}

Result run_cipher(u32 control0, u32 control1, const mppa_crypto_context& context, std::span<const u8> packet, u32 aad) {
  const bool encrypt = operation(control0) == MPPA_CRYPTO_OP_ENCRYPT, gcm = mode(control1) == MPPA_CRYPTO_GCM;
  const EVP_CIPHER* const type = evp_cipher(control0, control1);
  if (!type || (aad != 0 && !gcm)) return {MPPA_CRYPTO_ERROR_CONTROL, {}};
  const std::size_t tag = gcm && !encrypt ? MPPA_CRYPTO_TAG_BYTES : 0;
  if (packet.size() < aad + tag || bad_length(control1, packet.size())) return {MPPA_CRYPTO_ERROR_LENGTH, {}};

  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> ctx(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_CipherInit_ex(ctx.get(), type, nullptr, nullptr, nullptr, encrypt);
  EVP_CIPHER_CTX_set_padding(ctx.get(), 0);
  if (gcm) EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_IVLEN, kGcmIv, nullptr);
  // OpenSSL refuses XTS with two equal keys; the unit has no way to say so either.
  if (EVP_CipherInit_ex(ctx.get(), nullptr, nullptr, context.key, context.iv, encrypt) != 1)
    return {MPPA_CRYPTO_ERROR_CONTROL, {}};
  int moved = 0, rest = 0;
  const std::span<const u8> data = packet.subspan(aad, packet.size() - aad - tag);
  if (aad != 0) EVP_CipherUpdate(ctx.get(), nullptr, &moved, packet.data(), static_cast<int>(aad));
  Result result;
  result.bytes.resize(data.size() + kBlock);
  moved = 0;
  if (!data.empty())
    EVP_CipherUpdate(ctx.get(), result.bytes.data(), &moved, data.data(), static_cast<int>(data.size()));
  if (tag != 0)
    EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag),
                        const_cast<u8*>(packet.data() + packet.size() - tag));  // read only
  if (EVP_CipherFinal_ex(ctx.get(), result.bytes.data() + moved, &rest) != 1)
    return {MPPA_CRYPTO_ERROR_AUTHENTICATION, {}};
  result.bytes.resize(static_cast<std::size_t>(moved) + static_cast<std::size_t>(rest));
  if (gcm && encrypt) {
    u8 value[MPPA_CRYPTO_TAG_BYTES];
    EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, sizeof value, value);
    result.bytes.insert(result.bytes.end(), std::begin(value), std::end(value));
  }
  return result;
}

}  // namespace

Result process(u32 control0, u32 control1, const mppa_crypto_context& context, std::span<const u8> packet, u32 aad) {
  switch (operation(control0)) {
    case MPPA_CRYPTO_OP_HASH:
      return run_hash(control0, context, packet);
    case MPPA_CRYPTO_OP_ENCRYPT:
    case MPPA_CRYPTO_OP_DECRYPT:
      return run_cipher(control0, control1, context, packet, aad);
    default:
      return {MPPA_CRYPTO_ERROR_CONTROL, {}};
  }
}

Rate rate_of(u32 control0, u32 control1) {
  if (operation(control0) == MPPA_CRYPTO_OP_HASH) {
    switch (hash(control0)) {
      case MPPA_CRYPTO_SHA384:
      case MPPA_CRYPTO_SHA512:
        return Rate::kSha512;
      case MPPA_CRYPTO_SHA3_256:
      case MPPA_CRYPTO_SHA3_512:
        return Rate::kSha3;
      default:
        return Rate::kSha1Sha256;
    }
  }
  const bool chained = mode(control1) == MPPA_CRYPTO_CBC && operation(control0) == MPPA_CRYPTO_OP_ENCRYPT;
  return chained ? Rate::kAesCbcEncrypt : Rate::kAes;
}

}  // namespace mppa::cluster::crypto
