// The condition modifiers (digest semantics.md section 3). With a constant condition each test folds to one host
// comparison, so engines should instantiate per condition where it matters.
#pragma once

#include <type_traits>

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

/// Modifier `simplecond`: tests one lane against zero.
enum SimpleCond : u8 { kNez, kEqz, kLtz, kGez, kLez, kGtz, kOdd, kEven };

/// Modifier `scalarcond` of cb, cmoved, conditional loads and stores: the simple conditions on the double word (0..7,
/// names d*, odd, even), then nez..gtz on the low word (8..13, names w*). 14 and 15 do not exist.
inline constexpr u8 kScalarCondWord = 8;
inline constexpr u8 kScalarCondCount = 14;

/// Modifier `comparison` of comp* and compn*.
enum Comparison : u8 { kNe, kEq, kLt, kGe, kLe, kGt, kLtu, kGeu, kLeu, kGtu, kAll, kNall, kAny, kNone };
inline constexpr u8 kComparisonCount = 14;

/// Whether the low lane of type `T` (signed) of `v` satisfies `cond` (0..7).
template <class T>
constexpr bool simplecond(u8 cond, u64 v) {
  const T value = static_cast<T>(v);
  switch (cond) {
    case kNez:
      return value != 0;
    case kEqz:
      return value == 0;
    case kLtz:
      return value < 0;
    case kGez:
      return value >= 0;
    case kLez:
      return value <= 0;
    case kGtz:
      return value > 0;
    case kOdd:
      return (value & 1) != 0;
    default:
      return (value & 1) == 0;
  }
}

/// Whether `v` satisfies the scalar condition `cond` (0..13).
constexpr bool scalarcond(u8 cond, u64 v) {
  return cond < kScalarCondWord ? simplecond<i64>(cond, v) : simplecond<i32>(cond - kScalarCondWord, v);
}

/// Whether the low lanes of type `T` (signed) of `z` and `y` satisfy z `cmp` y (0..13).
template <class T>
constexpr bool comparison(u8 cmp, u64 z, u64 y) {
  using U = std::make_unsigned_t<T>;
  const U uz = static_cast<U>(z), uy = static_cast<U>(y);
  const T sz = static_cast<T>(z), sy = static_cast<T>(y);
  switch (cmp) {
    case kNe:
      return uz != uy;
    case kEq:
      return uz == uy;
    case kLt:
      return sz < sy;
    case kGe:
      return sz >= sy;
    case kLe:
      return sz <= sy;
    case kGt:
      return sz > sy;
    case kLtu:
      return uz < uy;
    case kGeu:
      return uz >= uy;
    case kLeu:
      return uz <= uy;
    case kGtu:
      return uz > uy;
    case kAll:
      return (uz & uy) == uy;
    case kNall:
      return (uz & uy) != uy;
    case kAny:
      return (uz & uy) != 0;
    default:
      return (uz & uy) == 0;
  }
}

}  // namespace mppa::exec
