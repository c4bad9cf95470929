// Link-time optimisation: the bitcode inputs of a link become one native object.
#pragma once

#include "installation.h"

#include <string>
#include <vector>

namespace clang::driver {
class Compilation;
}

namespace mppa::toolchain {

struct LinkItem {
  enum Kind { kFile, kLibrary, kOption } kind;
  std::string text;  // path, library name without "-l", or an option for the linker
};

// If files among `items` are bitcode, links them (with the archive members the program needs) into one module, keeps
// what native code refers to, optimises, compiles and assembles it, and puts the object in the place of the first.
// Returns false, with messages printed, on an error. Does nothing when there is no bitcode.
bool optimise_whole_program(std::vector<LinkItem>& items, const std::vector<std::string>& directories,
                            clang::driver::Compilation& compilation, const Installation& installation);

}  // namespace mppa::toolchain
