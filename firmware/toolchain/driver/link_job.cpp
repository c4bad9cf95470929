#include "link_job.h"

#include "lto.h"

#include "clang/Driver/Compilation.h"
#include "clang/Driver/InputInfo.h"
#include "clang/Driver/Job.h"
#include "clang/Driver/Options.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace mppa::toolchain {
namespace {

using namespace clang::driver;
using llvm::opt::Arg;

// Options of the link that are not positional.
void add_options(const llvm::opt::ArgList& args, std::vector<std::string>& words) {
  for (const Arg* arg : args) {
    const llvm::opt::Option& option = arg->getOption();
    if (option.matches(options::OPT_u) || option.matches(options::OPT_e) || option.matches(options::OPT_z))
      words.insert(words.end(), {std::string("-") + option.getName().str(), arg->getValue()});
    else if (option.matches(options::OPT_s))
      words.push_back("-s");
    else if (option.matches(options::OPT_r))
      words.push_back("-r");
    else if (option.matches(options::OPT_T_Group))
      words.insert(words.end(), {"-T", arg->getValue()});
  }
}

// Inputs in command-line order: files, libraries, and options handed through (-Wl, -Xlinker). The command knows only
// the files, objects made by earlier steps among them; one stands for each input on the command line.
std::vector<LinkItem> collect_inputs(const Command& command, const llvm::opt::ArgList& args) {
  std::vector<std::string> files;
  for (const InputInfo& info : command.getInputInfos())
    if (info.isFilename()) files.push_back(info.getFilename());
  std::vector<LinkItem> items;
  size_t next = 0;
  for (const Arg* arg : args) {
    const llvm::opt::Option& option = arg->getOption();
    if (option.matches(options::OPT_INPUT)) {
      if (next < files.size()) items.push_back({LinkItem::kFile, files[next++]});
    } else if (option.matches(options::OPT_l)) {
      items.push_back({LinkItem::kLibrary, arg->getValue()});
    } else if (option.matches(options::OPT_Wl_COMMA) || option.matches(options::OPT_Xlinker)) {
      for (const char* value : arg->getValues()) items.push_back({LinkItem::kOption, value});
    }
  }
  return items;
}

std::string word_of(const LinkItem& item) { return item.kind == LinkItem::kLibrary ? "-l" + item.text : item.text; }

}  // namespace

std::optional<LinkPlan> plan_link(const Command& command, Compilation& compilation, const Installation& installation,
                                  bool print_only) {
  const llvm::opt::ArgList& args = compilation.getArgs();
  const std::string libraries = installation.library_dir();
  const bool relocatable = args.hasArg(options::OPT_r);
  const bool bare = args.hasArg(options::OPT_nostdlib) || relocatable;
  const bool start_files = !bare && !args.hasArg(options::OPT_nostartfiles);
  const bool default_libraries = !bare && !args.hasArg(options::OPT_nodefaultlibs);

  LinkPlan plan;
  std::vector<std::string>& words = plan.words;
  words = {"-o", command.getOutputFilenames().front(), "--no-warn-rwx-segments"};  // one memory, no protection
  // Directories come first: a script's INCLUDE looks only in those already given.
  for (const std::string& directory : args.getAllArgValues(options::OPT_L)) words.push_back("-L" + directory);
  words.push_back("-L" + libraries);
  if (!relocatable && !args.hasArg(options::OPT_T_Group)) words.insert(words.end(), {"-T", "kvx-bare.ld"});
  add_options(args, words);

  std::vector<LinkItem> items = collect_inputs(command, args);
  if (start_files) items.insert(items.begin(), {LinkItem::kFile, libraries + "/crt0.o"});
  if (default_libraries) {
    items.push_back({LinkItem::kOption, "--start-group"});
    for (const char* library : {"c", "m", "kvxrt"})
      if (library[1] || !args.hasArg(options::OPT_nolibc)) items.push_back({LinkItem::kLibrary, library});
    items.push_back({LinkItem::kOption, "--end-group"});
  }
  if (!relocatable && !print_only) {
    std::vector<std::string> directories = args.getAllArgValues(options::OPT_L);
    directories.push_back(libraries);
    if (!optimise_whole_program(items, directories, compilation, installation)) return std::nullopt;
  }
  for (const LinkItem& item : items) words.push_back(word_of(item));
  return plan;
}

}  // namespace mppa::toolchain
