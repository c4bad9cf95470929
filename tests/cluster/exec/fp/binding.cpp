#include "tests/cluster/exec/fp/binding.h"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mppa::test {
namespace {

using exec::FpCtx;

template <class... A>
constexpr bool first_is_code() {
  return std::is_same_v<std::tuple_element_t<0, std::tuple<A...>>, u8>;
}

template <class R, class... A>
Binding bind(R (*f)(FpCtx&, A...)) {
  const auto call = [f]<size_t... kIndex>(FpCtx& fp, const std::vector<u128>& args, std::index_sequence<kIndex...>) {
    return u128{f(fp, static_cast<A>(args.at(kIndex))...)};
  };
  return {[call](FpCtx& fp, const std::vector<u128>& args) { return call(fp, args, std::index_sequence_for<A...>{}); },
          sizeof...(A), true, first_is_code<A...>()};
}
template <class R, class... A>
Binding bind(R (*f)(A...)) {
  const auto call = [f]<size_t... kIndex>(const std::vector<u128>& args, std::index_sequence<kIndex...>) {
    return u128{f(static_cast<A>(args.at(kIndex))...)};
  };
  return {[call](FpCtx&, const std::vector<u128>& args) { return call(args, std::index_sequence_for<A...>{}); },
          sizeof...(A), false, first_is_code<A...>()};
}

std::string mnemonic(std::string function) {
  std::replace(function.begin(), function.end(), '_', '.');
  return function;
}

std::map<std::string, Binding> make_bindings() {
#define MPPA_BIND(function) {mnemonic(#function), bind(exec::function)},
  // clang-format off
  return {
      MPPA_BIND(faddd)
      MPPA_BIND(faddw)
      MPPA_BIND(faddwp)
      MPPA_BIND(faddhq)
      MPPA_BIND(fadddp)
      MPPA_BIND(faddwq)
      MPPA_BIND(fsbfd)
      MPPA_BIND(fsbfw)
      MPPA_BIND(fsbfwp)
      MPPA_BIND(fsbfhq)
      MPPA_BIND(fsbfdp)
      MPPA_BIND(fsbfwq)
      MPPA_BIND(fmuld)
      MPPA_BIND(fmulw)
      MPPA_BIND(fmulwp)
      MPPA_BIND(fmulhq)
      MPPA_BIND(fmulwd)
      MPPA_BIND(fmulhw)
      MPPA_BIND(fmulwdp)
      MPPA_BIND(fmulhwq)
      MPPA_BIND(fmulwq)
      MPPA_BIND(ffmad)
      MPPA_BIND(ffmaw)
      MPPA_BIND(ffmawp)
      MPPA_BIND(ffmahq)
      MPPA_BIND(ffmawd)
      MPPA_BIND(ffmahw)
      MPPA_BIND(ffmawdp)
      MPPA_BIND(ffmahwq)
      MPPA_BIND(ffmsd)
      MPPA_BIND(ffmsw)
      MPPA_BIND(ffmswp)
      MPPA_BIND(ffmshq)
      MPPA_BIND(ffmswd)
      MPPA_BIND(ffmshw)
      MPPA_BIND(ffmswdp)
      MPPA_BIND(ffmshwq)
      MPPA_BIND(fmm212w)
      MPPA_BIND(fmma212w)
      MPPA_BIND(fmms212w)
      MPPA_BIND(faddwc)
      MPPA_BIND(faddwc_c)
      MPPA_BIND(faddwcp)
      MPPA_BIND(faddwcp_c)
      MPPA_BIND(fadddc)
      MPPA_BIND(fadddc_c)
      MPPA_BIND(fsbfwc)
      MPPA_BIND(fsbfwc_c)
      MPPA_BIND(fsbfwcp)
      MPPA_BIND(fsbfwcp_c)
      MPPA_BIND(fsbfdc)
      MPPA_BIND(fsbfdc_c)
      MPPA_BIND(fmulwc)
      MPPA_BIND(fmulwc_c)
      MPPA_BIND(fmulwdc)
      MPPA_BIND(fmulwdc_c)
      MPPA_BIND(fdot2w)
      MPPA_BIND(fdot2wd)
      MPPA_BIND(fdot2wzp)
      MPPA_BIND(fdot2wdp)
      MPPA_BIND(fixedd)
      MPPA_BIND(fixedw)
      MPPA_BIND(fixedwp)
      MPPA_BIND(fixedud)
      MPPA_BIND(fixeduw)
      MPPA_BIND(fixeduwp)
      MPPA_BIND(floatd)
      MPPA_BIND(floatw)
      MPPA_BIND(floatwp)
      MPPA_BIND(floatud)
      MPPA_BIND(floatuw)
      MPPA_BIND(floatuwp)
      MPPA_BIND(fnarrowdw)
      MPPA_BIND(fnarrowdwp)
      MPPA_BIND(fnarrowwh)
      MPPA_BIND(fnarrowwhq)
      MPPA_BIND(fwidenlhw)
      MPPA_BIND(fwidenmhw)
      MPPA_BIND(fwidenlhwp)
      MPPA_BIND(fwidenmhwp)
      MPPA_BIND(fwidenlwd)
      MPPA_BIND(fwidenmwd)
      MPPA_BIND(fcompd)
      MPPA_BIND(fcompw)
      MPPA_BIND(fcompnwp)
      MPPA_BIND(fcompnhq)
      MPPA_BIND(fmind)
      MPPA_BIND(fminw)
      MPPA_BIND(fminwp)
      MPPA_BIND(fminhq)
      MPPA_BIND(fmaxd)
      MPPA_BIND(fmaxw)
      MPPA_BIND(fmaxwp)
      MPPA_BIND(fmaxhq)
      MPPA_BIND(fabsd)
      MPPA_BIND(fabsw)
      MPPA_BIND(fabswp)
      MPPA_BIND(fabshq)
      MPPA_BIND(fnegd)
      MPPA_BIND(fnegw)
      MPPA_BIND(fnegwp)
      MPPA_BIND(fneghq)
      MPPA_BIND(frecw)
      MPPA_BIND(frsrw)
      MPPA_BIND(fsdivd)
      MPPA_BIND(fsdivw)
      MPPA_BIND(fsdivwp)
      MPPA_BIND(fcdivd)
      MPPA_BIND(fcdivw)
      MPPA_BIND(fcdivwp)
      MPPA_BIND(fsrecd)
      MPPA_BIND(fsrecw)
      MPPA_BIND(fsrecwp)
      MPPA_BIND(fsrsrd)
      MPPA_BIND(fsrsrw)
      MPPA_BIND(fsrsrwp)
  };
  // clang-format on
#undef MPPA_BIND
}

}  // namespace

const std::map<std::string, Binding>& bindings() {
  static const std::map<std::string, Binding> table = make_bindings();
  return table;
}

}  // namespace mppa::test
