// Built with -frounding-math: the compiler must neither fold nor move these operations.
#include "tests/cluster/exec/fp/host_fpu.h"

#include <array>
#include <bit>
#include <cfenv>
#include <cmath>
#include <type_traits>

namespace mppa::test {

template <class F>
Outcome host_compute(HostOp op, u8 round, u64 a, u64 b, u64 c) {
  using Bits = std::conditional_t<F::kWidth == 32, u32, u64>;
  using Float = std::conditional_t<F::kWidth == 32, float, double>;
  static constexpr std::array<int, 4> kModes = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  const auto number = [](u64 v) { return std::bit_cast<Float>(static_cast<Bits>(v)); };
  volatile Float x = number(a);
  volatile Float y = number(b);
  volatile Float z = number(c);
  std::fesetround(kModes[round]);
  std::feclearexcept(FE_ALL_EXCEPT);
  volatile Float result = op == HostOp::kAdd ? y + z : op == HostOp::kMultiply ? x * y : std::fma(x, y, z);
  const int raised = std::fetestexcept(FE_ALL_EXCEPT);
  std::fesetround(FE_TONEAREST);
  Outcome out;
  out.bits = std::bit_cast<Bits>(static_cast<Float>(result));
  if (exec::softfp::is_nan<F>(out.bits)) out.bits = F::kDefaultNan;
  if (raised & FE_INVALID) out.flags |= exec::kFpInvalid;
  if (raised & FE_OVERFLOW) out.flags |= exec::kFpOverflow;
  if (raised & FE_UNDERFLOW) out.flags |= exec::kFpUnderflow;
  if (raised & FE_INEXACT) out.flags |= exec::kFpInexact;
  return out;
}

template Outcome host_compute<exec::softfp::Single>(HostOp, u8, u64, u64, u64);
template Outcome host_compute<exec::softfp::Double>(HostOp, u8, u64, u64, u64);

}  // namespace mppa::test
