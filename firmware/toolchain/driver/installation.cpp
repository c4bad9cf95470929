#include "installation.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

namespace mppa::toolchain {

Installation find_installation(const char* argv0, const std::string& sysroot, const std::string& binutils) {
  Installation found;
  found.program = llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void*>(&find_installation));
  found.resource_dir = KVX_RESOURCE_DIR;
  if (!sysroot.empty()) {
    found.sysroot = sysroot;
  } else {
    llvm::SmallString<256> beside(llvm::sys::path::parent_path(llvm::sys::path::parent_path(found.program)));
    llvm::sys::path::append(beside, "kvx");
    found.sysroot = llvm::sys::fs::is_directory(beside) ? std::string(beside.str()) : std::string(KVX_SYSROOT);
  }
  if (!binutils.empty())
    found.binutils = binutils;
  else if (const char* prefix = std::getenv("KVX_BINUTILS"); prefix && *prefix)
    found.binutils = prefix;
  else
    found.binutils = KVX_BINUTILS_PREFIX;
  return found;
}

std::string Installation::tool(const std::string& name) const {
  const std::string path = binutils + "/bin/kvx-elf-" + name;
  if (llvm::sys::fs::can_execute(path)) return path;
  llvm::errs() << "kvx-cc: error: no " << path
               << "; run scripts/binutils.sh, or name the binutils prefix with --kvx-binutils=DIR or KVX_BINUTILS\n";
  return {};
}

}  // namespace mppa::toolchain
