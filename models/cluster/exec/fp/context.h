// What a floating-point instruction needs besides its operands: the rounding mode and the exception flags it raises.
#pragma once

#include "models/common/types.h"

namespace mppa::exec {

/// Rounding modes, numbered as the `rounding` modifier of the instruction set. Value 7 ("use CS.RM") is resolved by the
/// caller and never reaches the arithmetic.
enum FpRound : u8 {
  kFpNearestEven = 0,    // .rn
  kFpUp = 1,             // .ru, toward +infinity
  kFpDown = 2,           // .rd, toward -infinity
  kFpZero = 3,           // .rz
  kFpNearestAway = 4,    // .rna, ties away from zero
  kFpNearestToZero = 5,  // .rnz, ties toward zero
  kFpOdd = 6,            // .ro, inexact results get an odd last bit
};

/// IEEE exception flags at the bit positions of CS (IO is CS bit 1).
enum FpFlag : u8 {
  kFpInvalid = 2,     // IO
  kFpDivByZero = 4,   // DZ
  kFpOverflow = 8,    // OV
  kFpUnderflow = 16,  // UN
  kFpInexact = 32,    // IN
};

/// `round` is an FpRound; `flags` collects (ORs) FpFlag bits. The caller ORs `flags` into CS unless the instruction is
/// silent.
struct FpCtx {
  u8 round = kFpNearestEven;
  u8 flags = 0;
};

}  // namespace mppa::exec
