#include "compile_job.h"

#include "clang/Driver/InputInfo.h"
#include "clang/Driver/Job.h"
#include "clang/Driver/Options.h"
#include "clang/Driver/Types.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Option/ArgList.h"

namespace mppa::toolchain {
namespace {

using namespace clang::driver;

bool is_cxx(const std::vector<std::string>& words) {
  const auto at = llvm::find(words, "-x");
  return at != words.end() && at + 1 != words.end() && llvm::StringRef(at[1]).starts_with("c++");
}

// clang's defaults for an unknown ELF system that do not suit this target, unless the user asked for them.
bool unwanted(llvm::StringRef word, const llvm::opt::ArgList& args) {
  if (word == "-fmath-errno") return !args.hasArg(options::OPT_fmath_errno);
  return word == "-fno-use-init-array" || word == "-fexceptions" || word == "-fcxx-exceptions" || word == "-fno-rtti";
}

void add_headers(std::vector<std::string>& words, bool cxx, const llvm::opt::ArgList& args,
                 const Installation& installation) {
  words.push_back("-nostdsysteminc");
  if (args.hasArg(options::OPT_nostdinc)) return;
  auto add = [&](const char* option, const std::string& directory) {
    words.push_back(option);
    words.push_back(directory);
  };
  if (cxx && !args.hasArg(options::OPT_nostdincxx)) add("-internal-isystem", installation.include_dir() + "/c++");
  if (!args.hasArg(options::OPT_nobuiltininc)) add("-internal-isystem", installation.resource_dir + "/include");
  if (!args.hasArg(options::OPT_nostdlibinc)) add("-internal-externc-isystem", installation.include_dir());
}

}  // namespace

std::vector<std::string> compile_arguments(const Command& command, const llvm::opt::ArgList& args,
                                           const Installation& installation) {
  const bool user_frame_pointer =
      args.hasArg(options::OPT_fomit_frame_pointer, options::OPT_fno_omit_frame_pointer,
                  options::OPT_mno_omit_leaf_frame_pointer, options::OPT_momit_leaf_frame_pointer);
  const bool user_dwarf =
      args.hasArg(options::OPT_gdwarf_2, options::OPT_gdwarf_3, options::OPT_gdwarf_4, options::OPT_gdwarf_5);
  const bool user_tls = args.hasArg(options::OPT_ftlsmodel_EQ);
  const llvm::opt::Arg* level = args.getLastArg(options::OPT_O_Group);
  const bool optimise = level && !level->getOption().matches(options::OPT_O0);

  std::vector<std::string> words;
  for (llvm::StringRef word : llvm::drop_begin(command.getArguments())) {
    if (unwanted(word, args)) continue;
    if (word == "-mframe-pointer=all" && optimise && !user_frame_pointer)
      word = "-mframe-pointer=none";  // the call-frame information is enough to unwind
    if (word == "-dwarf-version=5" && !user_dwarf)
      word = "-dwarf-version=4";  // gas does not take LLVM's version 5 file directives
    words.push_back(word.str());
  }
  // The input must stay last: it follows "-x <language>".
  std::vector<std::string> extra;
  if (!user_tls) extra.push_back("-ftls-model=local-exec");
  if (is_cxx(words)) {
    extra.push_back("-fno-rtti");
    extra.push_back("-fno-threadsafe-statics");
  }
  add_headers(extra, is_cxx(words), args, installation);
  words.insert(llvm::find(words, "-x"), extra.begin(), extra.end());
  return words;
}

}  // namespace mppa::toolchain
