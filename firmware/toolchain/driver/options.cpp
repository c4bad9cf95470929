#include "options.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

namespace mppa::toolchain {
namespace {

bool refuse(const llvm::Twine& message) {
  llvm::errs() << "kvx-cc: error: " << message << '\n';
  return false;
}

// Target options have one legal value; what the target cannot do is refused here rather than ignored later.
bool check(llvm::StringRef argument, bool& ours) {
  ours = true;
  for (llvm::StringRef prefix : {"-mcpu=", "-march=", "-mtune="})
    if (argument.starts_with(prefix))
      return argument.substr(prefix.size()) == "kv3-1" ||
             refuse("unknown target core '" + argument.substr(prefix.size()) + "' in '" + argument +
                    "'; the only one is kv3-1");
  if (argument == "-m64") return true;
  ours = false;
  if (argument == "-m32") return refuse("the 32-bit ABI (-m32) is not supported");
  if (argument == "-fexceptions" || argument == "-fcxx-exceptions")
    return refuse("C++ exceptions are not supported (" + argument + ")");
  if (argument == "-frtti") return refuse("C++ run-time type information is not supported (-frtti)");
  if (argument == "-fintegrated-as") return refuse("there is no integrated assembler (-fintegrated-as)");
  if (argument == "-fPIC" || argument == "-fpic" || argument == "-fPIE" || argument == "-fpie" || argument == "-shared")
    return refuse("position-independent code is not supported (" + argument + ")");
  if (argument.starts_with("-m") && argument != "-mllvm" && !argument.ends_with("omit-leaf-frame-pointer"))
    return refuse("unknown target option '" + argument + "'");
  if (argument.starts_with("--target=") || argument == "-target")
    return refuse("the target cannot be changed (" + argument + ")");
  if (argument == "-flto=thin") return refuse("only whole-program link-time optimisation is supported (-flto)");
  return true;
}

// Options every compilation starts with; the user's come later and win. The assembler is gas, which does not take the
// directory operand of LLVM's file directives. Old C is accepted with warnings, as compilers of its time did.
constexpr const char* kDefaults[] = {"-fno-integrated-as",        "-fno-dwarf-directory-asm",
                                     "-Wno-error=implicit-int",   "-Wno-error=implicit-function-declaration",
                                     "-Wno-error=int-conversion", "-Wno-error=incompatible-function-pointer-types",
                                     "-Wno-error=return-mismatch"};

}  // namespace

std::optional<Options> parse_options(llvm::ArrayRef<const char*> arguments) {
  Options options;
  bool value_of_previous = false;  // such a value is not an option whatever it looks like
  for (const char* text : arguments) {
    if (options.rest.size() == 1) options.rest.append(std::begin(kDefaults), std::end(kDefaults));
    const llvm::StringRef argument(text);
    if (value_of_previous) {
      options.rest.push_back(text);
      value_of_previous = false;
      continue;
    }
    if (argument.starts_with("--kvx-binutils=")) {
      options.binutils = argument.substr(15).str();
    } else if (argument.starts_with("--sysroot=")) {
      options.sysroot = argument.substr(10).str();
    } else if (argument == "--version") {
      options.print_version = true;
    } else {
      bool ours = false;
      if (!check(argument, ours)) return std::nullopt;
      if (!ours) options.rest.push_back(text);
      value_of_previous = argument == "-Xlinker" || argument == "-Xassembler" || argument == "-Xclang" ||
                          argument == "-mllvm" || argument == "-o" || argument == "-D" || argument == "-U" ||
                          argument == "-I" || argument == "-MF" || argument == "-MT" || argument == "-MQ";
    }
  }
  return options;
}

}  // namespace mppa::toolchain
