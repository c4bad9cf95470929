// Calls any function of models/cluster/exec/fp.h by mnemonic with operands held as u128.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/cluster/exec/fp.h"

namespace mppa::test {

struct Binding {
  std::function<u128(exec::FpCtx&, const std::vector<u128>&)> call;
  int arguments = 0;           // without the FpCtx
  bool takes_context = false;  // rounds or raises flags
  bool takes_code = false;     // first argument is a comparison code
};

/// Keyed by mnemonic ("fmulwc.c").
const std::map<std::string, Binding>& bindings();

}  // namespace mppa::test
