#include "models/cluster/exec/fp/complex.h"

#include <type_traits>
#include "models/cluster/exec/fp/arith.h"

#include "models/cluster/exec/fp/lanes.h"
#include "models/cluster/exec/fp/softcore.h"

namespace mppa::exec {
namespace {

using softfp::Double;
using softfp::each_half;
using softfp::high;
using softfp::low;
using softfp::pair;
using softfp::Single;
using softfp::word0;
using softfp::word1;
using softfp::words;

/// a0 * b0 + a1 * b1, or the difference when `negate`.
template <class Out>
u64 two_products(FpCtx& fp, u64 a0, u64 b0, u64 a1, u64 b1, bool negate) {
  u64 result = 0;
  const double first = fastfp::wide_product(a0, b0);
  const double second = fastfp::wide_product(negate ? a1 ^ Single::kSign : a1, b1);
  const bool done = std::is_same_v<Out, Single> ? fastfp::add_to_single(fp, first, second, &result)
                                                : fastfp::add(fp, first, second, &result);
  return done ? result : softfp::dot2<Single, Out>(fp, a0, b0, a1, b1, negate);
}

/// The two parts of a complex product, each with one rounding.
template <class Out>
struct Product {
  u64 real;
  u64 imaginary;
  Product(FpCtx& fp, u64 z, u64 y, bool conjugate)
      : real(two_products<Out>(fp, word0(z), word0(y), word1(z), word1(y), !conjugate)),
        imaginary(two_products<Out>(fp, word0(z), word1(y), word1(z), word0(y), conjugate)) {}
};

template <class Out>
u64 dot(FpCtx& fp, u64 z, u64 y) {
  return two_products<Out>(fp, word0(z), word0(y), word1(z), word1(y), false);
}

}  // namespace

u64 faddwc(FpCtx& fp, u64 z, u64 y) { return faddwp(fp, z, y); }
u128 faddwcp(FpCtx& fp, u128 p, u128 o) { return faddwq(fp, p, o); }
u128 fadddc(FpCtx& fp, u128 p, u128 o) { return fadddp(fp, p, o); }
u64 faddwc_c(FpCtx& fp, u64 z, u64 y) { return words(faddw(fp, word0(z), word0(y)), fsbfw(fp, word1(z), word1(y))); }
u128 faddwcp_c(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return faddwc_c(fp, a, b); }, p, o);
}
u128 fadddc_c(FpCtx& fp, u128 p, u128 o) { return pair(faddd(fp, low(p), low(o)), fsbfd(fp, high(p), high(o))); }

u64 fsbfwc(FpCtx& fp, u64 z, u64 y) { return fsbfwp(fp, z, y); }
u128 fsbfwcp(FpCtx& fp, u128 p, u128 o) { return fsbfwq(fp, p, o); }
u128 fsbfdc(FpCtx& fp, u128 p, u128 o) { return fsbfdp(fp, p, o); }
u64 fsbfwc_c(FpCtx& fp, u64 z, u64 y) { return words(fsbfw(fp, word0(z), word0(y)), faddw(fp, word1(z), word1(y))); }
u128 fsbfwcp_c(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fsbfwc_c(fp, a, b); }, p, o);
}
u128 fsbfdc_c(FpCtx& fp, u128 p, u128 o) { return pair(fsbfd(fp, low(p), low(o)), faddd(fp, high(p), high(o))); }

u64 fmulwc(FpCtx& fp, u64 z, u64 y) {
  const Product<Single> p(fp, z, y, false);
  return words(p.real, p.imaginary);
}
u64 fmulwc_c(FpCtx& fp, u64 z, u64 y) {
  const Product<Single> p(fp, z, y, true);
  return words(p.real, p.imaginary);
}
u128 fmulwdc(FpCtx& fp, u64 z, u64 y) {
  const Product<Double> p(fp, z, y, false);
  return pair(p.real, p.imaginary);
}
u128 fmulwdc_c(FpCtx& fp, u64 z, u64 y) {
  const Product<Double> p(fp, z, y, true);
  return pair(p.real, p.imaginary);
}

u64 fdot2w(FpCtx& fp, u64 z, u64 y) { return dot<Single>(fp, z, y); }
u64 fdot2wd(FpCtx& fp, u64 z, u64 y) { return dot<Double>(fp, z, y); }
u128 fdot2wzp(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return dot<Single>(fp, a, b); }, p, o);
}
u128 fdot2wdp(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return dot<Double>(fp, a, b); }, p, o);
}

}  // namespace mppa::exec
