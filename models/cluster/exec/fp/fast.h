// The frequent cases of binary32 and binary64 arithmetic on the host FPU: round to nearest even, finite operands, a
// normal result away from the ends of the range. Results and the inexact flag are those of softcore.h (no other flag
// can be raised there); everything else reports failure and takes the integer path.
//
// Results and flags are computed without conditional branches: whether a sum is exact is as good as random, and a
// mispredicted branch costs more than the addition.
//
// The host must compute in IEEE binary32/binary64 with its default rounding and without contraction
// (-ffp-contract=off).
#pragma once

#include <bit>

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec::fastfp {

inline float single(u64 bits) { return std::bit_cast<float>(static_cast<u32>(bits)); }
inline double dbl(u64 bits) { return std::bit_cast<double>(bits); }
inline u64 bits_of(float v) { return std::bit_cast<u32>(v); }
inline u64 bits_of(double v) { return std::bit_cast<u64>(v); }

/// Neither zero, subnormal, nor within a binade of the range's ends, Inf or NaN. A NaN or Inf operand makes a NaN or
/// Inf result, so checking the result checks the operands.
inline bool is_safe_single(u64 bits) { return static_cast<u32>((bits >> 23 & 0xff) - 2) < 0xfb; }
inline bool is_safe_double(u64 bits) { return static_cast<u32>((bits >> 52 & 0x7ff) - 2) < 0x7fb; }

inline void note_inexact(FpCtx& fp, bool inexact) { fp.flags |= static_cast<u8>(inexact ? kFpInexact : 0); }

/// Rounding error of sum = a + b (Knuth's TwoSum): exact, whatever the magnitudes, while nothing overflows.
template <class T>
T sum_error(T a, T b, T sum) {
  const T b_part = sum - a;
  const T a_part = sum - b_part;
  return (a - a_part) + (b - b_part);
}

/// a + b rounded to odd: the exact sum, or the one of its two neighbours whose last bit is 1.
inline double add_to_odd(double a, double b) {
  const double sum = a + b;
  const double error = sum_error(a, b, sum);
  const u64 bits = bits_of(sum), even = ~bits & 1;
  const u64 away = 1 - ((bits_of(error) ^ bits) >> 63 << 1);  // 1, or -1 if the error points towards zero
  return dbl(bits + (error != 0 ? even : 0) * away);
}

inline bool add(FpCtx& fp, float a, float b, u64* result) {
  const float sum = a + b;
  *result = bits_of(sum);
  if (fp.round != kFpNearestEven || !is_safe_single(*result)) [[unlikely]]
    return false;
  note_inexact(fp, sum_error(a, b, sum) != 0);
  return true;
}

inline bool add(FpCtx& fp, double a, double b, u64* result) {
  const double sum = a + b;
  *result = bits_of(sum);
  if (fp.round != kFpNearestEven || !is_safe_double(*result)) [[unlikely]]
    return false;
  note_inexact(fp, sum_error(a, b, sum) != 0);
  return true;
}

inline bool multiply(FpCtx& fp, float a, float b, u64* result) {
  const double product = double{a} * double{b};  // exact: 48 bits
  const float rounded = static_cast<float>(product);
  *result = bits_of(rounded);
  if (fp.round != kFpNearestEven || !is_safe_single(*result)) [[unlikely]]
    return false;
  note_inexact(fp, double{rounded} != product);
  return true;
}

constexpr u64 kBit63 = u64{1} << 63;
inline bool is_normal_field(u32 exp) { return exp - 1 < 0x7fe; }

/// Rounds significand bits high:low (bit 63 of high set) to nearest even as a binary64 number whose exponent field is
/// `exp` before rounding; false if the result is not certainly normal.
inline bool round_to_double(FpCtx& fp, u64 sign, u32 exp, u64 high, u64 low, u64* result) {
  const u64 rest = high << 53 | (low != 0);
  u64 bits = high >> 11;
  bits += rest > kBit63 - (bits & 1);
  *result = sign | (bits + (u64{exp - 1} << 52));
  if (exp - 1 >= 0x7fd) [[unlikely]]
    return false;
  note_inexact(fp, rest != 0);
  return true;
}

/// Product of two binary64 numbers on integers.
inline bool multiply_double(FpCtx& fp, u64 a, u64 b, u64* result) {
  const u32 exp_a = a >> 52 & 0x7ff;
  const u32 exp_b = b >> 52 & 0x7ff;
  if (fp.round != kFpNearestEven || !is_normal_field(exp_a) || !is_normal_field(exp_b)) [[unlikely]]
    return false;
  const u128 product = u128{a << 11 | kBit63} * (b << 11 | kBit63);
  u64 high = static_cast<u64>(product >> 64);
  u64 low = static_cast<u64>(product);
  const u32 carry = high >> 63;
  if (!carry) {
    high = high << 1 | low >> 63;
    low <<= 1;
  }
  return round_to_double(fp, (a ^ b) & kBit63, exp_a + exp_b + carry - 1023, high, low, result);
}

/// acc + a * b of binary64 numbers on integers. Both terms are aligned at bit 126 of 128; bits are lost (kept as a
/// sticky bit) only where at most one leading bit can cancel.
inline bool fused_double(FpCtx& fp, u64 acc, u64 a, u64 b, u64* result) {
  const u32 exp_a = a >> 52 & 0x7ff;
  const u32 exp_b = b >> 52 & 0x7ff;
  const u32 exp_acc = acc >> 52 & 0x7ff;
  if (fp.round != kFpNearestEven || !is_normal_field(exp_a) || !is_normal_field(exp_b) || !is_normal_field(exp_acc))
      [[unlikely]] {
    return false;
  }
  u128 large = u128{(a << 11 | kBit63) >> 1} * (b << 11 | kBit63);  // bit 126 or 125 leads
  u128 small = u128{(acc << 11 | kBit63) >> 1} << 64;
  i32 exp = static_cast<i32>(exp_a + exp_b) - 1022;  // exponent field that bit 126 stands for
  i32 distance = exp - static_cast<i32>(exp_acc);
  u64 sign = (a ^ b) & kBit63;
  const bool subtract = sign != (acc & kBit63);
  if (distance < 0) {
    const u128 t = large;
    large = small;
    small = t;
    exp -= distance;
    distance = -distance;
    sign = acc & kBit63;
  }
  if (distance > 127) distance = 127;  // below every rounding position, never zero: one sticky bit
  const u128 shifted = small >> distance;
  small = shifted | (shifted << distance != small);
  u128 sum = large + small;
  if (subtract) {
    sum = large - small;
    if (large < small) {
      sum = -sum;
      sign ^= kBit63;
    }
  }
  if (static_cast<u64>(sum >> 64) == 0) [[unlikely]]
    return false;  // deep cancellation, zero included
  const int shift = std::countl_zero(static_cast<u64>(sum >> 64));
  sum <<= shift;
  exp += 1 - shift;
  if (exp < 1) [[unlikely]]
    return false;
  return round_to_double(fp, sign, static_cast<u32>(exp), static_cast<u64>(sum >> 64), static_cast<u64>(sum), result);
}

/// a + b rounded to binary32 by way of binary64. The two roundings are one unless the binary64 sum is inexact and lies
/// half-way between two binary32 numbers.
inline bool add_to_single(FpCtx& fp, double a, double b, u64* result) {
  constexpr u64 kDropped = (u64{1} << 29) - 1, kHalf = u64{1} << 28;
  const double sum = a + b;
  const float rounded = static_cast<float>(sum);
  const bool inexact_sum = sum_error(a, b, sum) != 0;
  *result = bits_of(rounded);
  if (fp.round != kFpNearestEven || !is_safe_single(*result)) [[unlikely]]
    return false;
  if ((bits_of(sum) & kDropped) == kHalf && inexact_sum) [[unlikely]]
    return false;
  note_inexact(fp, inexact_sum | (double{rounded} != sum));
  return true;
}

/// Exact product of two binary32 numbers.
inline double wide_product(u64 a, u64 b) { return double{single(a)} * double{single(b)}; }

/// A half as a float: exact for finite numbers.
inline float half(u64 bits) {
  const float magnitude = single((bits & 0x7fff) << 13) * 0x1p112F;  // moves the exponent from bias 15 to bias 127
  return single(bits_of(magnitude) | (bits & 0x8000) << 16);
}
inline bool is_finite_half(u64 bits) { return (~bits & 0x7c00) != 0; }

/// Rounds to binary16.
inline bool round_to_half(FpCtx& fp, double v, u64* result) {
  constexpr int kDrop = 52 - 10;
  const u64 bits = bits_of(v);
  const u64 rest = bits << (64 - kDrop);
  u64 kept = bits >> kDrop;
  kept += rest > (u64{1} << 63) - (kept & 1);
  const u64 field = bits >> 52 & 0x7ff;
  *result = (bits >> 48 & 0x8000) | ((kept - ((1023 - 15) << 10)) & 0x7fff);
  if (fp.round != kFpNearestEven || field - (1023 - 13) >= 27) [[unlikely]]
    return false;  // fields 2..28 of binary16
  note_inexact(fp, rest != 0);
  return true;
}

/// a + b rounded to binary16, through binary64 rounded to odd.
inline bool add_to_half(FpCtx& fp, double a, double b, u64* result) {
  return round_to_half(fp, add_to_odd(a, b), result);
}

}  // namespace mppa::exec::fastfp
