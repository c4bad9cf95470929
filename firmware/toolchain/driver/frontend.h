// Runs one compilation step (clang's -cc1 command line) in this process, with the KV3 target and ABI lowering.
#pragma once

#include "llvm/ADT/ArrayRef.h"

namespace mppa::toolchain {

// Arguments as clang's driver makes them, without the leading "-cc1". True = success; diagnostics are printed.
bool run_frontend(llvm::ArrayRef<const char*> arguments, const char* program);

// Makes the KV3 back end known to LLVM. Must be called once.
void register_target();

}  // namespace mppa::toolchain
