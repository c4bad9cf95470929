// Where the parts of the toolchain are: headers, libraries, linker scripts, binutils.
#pragma once

#include <string>

namespace mppa::toolchain {

struct Installation {
  std::string program;       // path of kvx-cc
  std::string sysroot;       // include/, include/c++, lib/ (crt0.o, libc.a, libm.a, libkvxrt.a, *.ld)
  std::string resource_dir;  // clang's own headers
  std::string binutils;      // prefix whose bin/ holds kvx-elf-as, kvx-elf-ld, ...

  std::string include_dir() const { return sysroot + "/include"; }
  std::string library_dir() const { return sysroot + "/lib"; }
  // Path of a binutils program; empty, with a message printed, if it is not there.
  std::string tool(const std::string& name) const;
};

// `sysroot` and `binutils` override what is found when not empty (command line); the environment variable KVX_BINUTILS
// comes next, then the directories next to the program, then those known at build time.
Installation find_installation(const char* argv0, const std::string& sysroot, const std::string& binutils);

}  // namespace mppa::toolchain
