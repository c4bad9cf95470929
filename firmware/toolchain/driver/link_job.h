// The command line of kvx-elf-ld for a link step, link-time optimisation included.
#pragma once

#include "installation.h"

#include <optional>
#include <string>
#include <vector>

namespace clang::driver {
class Command;
class Compilation;
}  // namespace clang::driver

namespace mppa::toolchain {

struct LinkPlan {
  std::vector<std::string> words;  // without the linker itself
};

// If inputs are bitcode, compiles the whole program first (not with `print_only`). Empty, with messages, on an error.
std::optional<LinkPlan> plan_link(const clang::driver::Command& command, clang::driver::Compilation& compilation,
                                  const Installation& installation, bool print_only);

}  // namespace mppa::toolchain
