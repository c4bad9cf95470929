// Bit matrices, CRC and carry-less products (digest semantics.md sections 4, 5 and 11).
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

/// Mirrors the bits of a lane-sized value: bit 0 becomes the top bit.
template <class T>
constexpr T reflect(T v) {
  T result = 0;
  for (unsigned i = 0; i < kBits<T>; ++i) result = static_cast<T>(result << 1 | (v >> i & 1));
  return result;
}
template <>
constexpr u64 reflect(u64 v) {
  v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
  v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
  v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
  return __builtin_bswap64(v);
}
template <>
constexpr u32 reflect(u32 v) {
  return static_cast<u32>(reflect(static_cast<u64>(v)) >> 32);
}

/// Product of two 8x8 bit matrices (byte i = row i): row i is the XOR of the rows j of Z for which bit j of Y's row i
/// is set.
inline u64 sbmm8(u64 z, u64 y) {
  constexpr u64 kOnes = 0x0101010101010101;
  u64 result = 0;
  for (unsigned j = 0; j < 8; ++j) {
    const u64 selected_rows = (y >> j & kOnes) * 0xff;
    const u64 row_everywhere = (z >> 8 * j & 0xff) * kOnes;
    result ^= selected_rows & row_everywhere;
  }
  return result;
}

/// Transposes an 8x8 bit matrix by exchanging blocks of 1, 2 and 4 bits across the diagonal.
constexpr u64 transpose8(u64 m) {
  u64 t = (m ^ m >> 7) & 0x00aa00aa00aa00aa;
  m ^= t ^ t << 7;
  t = (m ^ m >> 14) & 0x0000cccc0000cccc;
  m ^= t ^ t << 14;
  t = (m ^ m >> 28) & 0x00000000f0f0f0f0;
  return m ^ t ^ t << 28;
}

inline u64 sbmmt8(u64 z, u64 y) { return transpose8(sbmm8(z, y)); }

/// Advances a CRC register by 32 bits, most significant bit first.
constexpr u32 crc_advance(u32 crc, u32 polynomial) {
  for (unsigned i = 0; i < 32; ++i) crc = crc << 1 ^ (crc >> 31 ? polynomial : 0);
  return crc;
}

/// CRC with the polynomial in natural bit order: the data word enters byte-swapped.
constexpr u64 crc_big_endian(u64 crc, u32 data, u64 polynomial) {
  return crc_advance(static_cast<u32>(crc) ^ __builtin_bswap32(data), static_cast<u32>(polynomial));
}
/// CRC with reflected register, data and polynomial.
constexpr u64 crc_little_endian(u64 crc, u32 data, u64 polynomial) {
  const u32 mirrored = reflect(static_cast<u32>(static_cast<u32>(crc) ^ data));
  return reflect(crc_advance(mirrored, reflect(static_cast<u32>(polynomial))));
}

inline u64 crcbellw(u64 w, u64 z, u64 y) { return crc_big_endian(w, static_cast<u32>(z), y); }
inline u64 crcbelmw(u64 w, u64 z, u64 y) { return crc_big_endian(w, static_cast<u32>(z >> 32), y); }
inline u64 crclellw(u64 w, u64 z, u64 y) { return crc_little_endian(w, static_cast<u32>(z), y); }
inline u64 crclelmw(u64 w, u64 z, u64 y) { return crc_little_endian(w, static_cast<u32>(z >> 32), y); }

/// Carry-less product of two polynomials over GF(2).
constexpr u128 carryless_product(u64 a, u64 b) {
  u128 result = 0;
  for (unsigned i = 0; i < 64; ++i) result ^= (static_cast<u128>(a) << i) & -static_cast<u128>(b >> i & 1);
  return result;
}

inline u128 cmuldt(u64 z, u64 y) { return carryless_product(z, y); }
inline u128 cmulxdt(u128 m, u64 z, u64 y) { return m ^ carryless_product(z, y); }

/// p * x^64 modulo the GCM polynomial x^128 + x^7 + x^2 + x + 1.
constexpr u128 gcm_times_x64(u128 p) {
  const u128 carry = p >> 64;
  return p << 64 ^ carry << 7 ^ carry << 2 ^ carry << 1 ^ carry;
}

/// The product of the mirrored operands, before the reduction that each Karatsuba term needs.
constexpr u128 gcm_product(u64 z, u64 y) { return carryless_product(reflect(z), reflect(y)); }

/// Back to the mirrored representation.
constexpr u128 gcm_result(u128 p) { return join64(reflect(high64(p)), reflect(low64(p))); }

// The three Karatsuba terms of a GHASH product, accumulated by XOR: low (l), middle (m) and high (h) halves.
inline u128 cmulglxdt(u128 m, u64 z, u64 y) {
  const u128 p = gcm_product(z, y);
  return m ^ gcm_result(p ^ gcm_times_x64(p));
}
inline u128 cmulgmxdt(u128 m, u64 z, u64 y) { return m ^ gcm_result(gcm_times_x64(gcm_product(z, y))); }
inline u128 cmulghxdt(u128 m, u64 z, u64 y) {
  const u128 p = gcm_times_x64(gcm_product(z, y));
  return m ^ gcm_result(p ^ gcm_times_x64(p));
}

}  // namespace mppa::exec
