// The -cc1 command line of one compilation step: clang's plan with the choices of this target.
#pragma once

#include "installation.h"

#include <string>
#include <vector>

namespace clang::driver {
class Command;
}
namespace llvm::opt {
class ArgList;
}

namespace mppa::toolchain {

// `args` is the user's command line. The result lacks the leading "-cc1".
std::vector<std::string> compile_arguments(const clang::driver::Command& command, const llvm::opt::ArgList& args,
                                           const Installation& installation);

}  // namespace mppa::toolchain
