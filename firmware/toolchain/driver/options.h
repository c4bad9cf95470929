// The part of the command line that is ours; everything else is clang's and is checked by clang's option table.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>

namespace mppa::toolchain {

struct Options {
  std::string sysroot;   // --sysroot=DIR
  std::string binutils;  // --kvx-binutils=DIR
  bool print_version = false;
  llvm::SmallVector<const char*, 32> rest;  // for clang's driver, program name first
};

// Takes our options out of `arguments` (response files already expanded). Empty, with a message printed, on an error.
std::optional<Options> parse_options(llvm::ArrayRef<const char*> arguments);

}  // namespace mppa::toolchain
