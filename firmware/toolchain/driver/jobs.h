// Carries out what clang's driver planned: compilations in this process, assembly by kvx-elf-as, the link by
// kvx-elf-ld.
#pragma once

#include "installation.h"

namespace clang::driver {
class Compilation;
}

namespace mppa::toolchain {

// Runs (or with -### prints) all jobs. Returns the exit status.
int run_jobs(clang::driver::Compilation& compilation, const Installation& installation);

}  // namespace mppa::toolchain
