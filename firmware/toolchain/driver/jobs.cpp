#include "jobs.h"

#include "compile_job.h"
#include "frontend.h"
#include "link_job.h"

#include "clang/Driver/Action.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/InputInfo.h"
#include "clang/Driver/Job.h"
#include "clang/Driver/Options.h"
#include "clang/Driver/Tool.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

namespace mppa::toolchain {
namespace {

using namespace clang::driver;

class JobRunner {
 public:
  JobRunner(Compilation& compilation, const Installation& installation)
      : compilation_(compilation),
        installation_(installation),
        print_only_(has(options::OPT__HASH_HASH_HASH)),
        verbose_(print_only_ || has(options::OPT_v)) {}

  bool run(const Command& command) {
    if (llvm::StringRef(command.getArguments().empty() ? "" : command.getArguments().front()) == "-cc1")
      return compile(command);
    if (clang::isa<AssembleJobAction>(command.getSource())) return assemble(command);
    if (clang::isa<LinkJobAction>(command.getSource())) return link(command);
    llvm::errs() << "kvx-cc: error: this kind of output is not supported (" << command.getCreator().getName() << ")\n";
    return false;
  }

 private:
  bool has(llvm::opt::OptSpecifier option) const { return compilation_.getArgs().hasArg(option); }

  void show(llvm::ArrayRef<std::string> words) const {
    if (!verbose_) return;
    for (const std::string& word : words) {
      llvm::errs() << ' ';
      llvm::sys::printArg(llvm::errs(), word, /*Quote=*/print_only_);
    }
    llvm::errs() << '\n';
  }

  bool compile(const Command& command) {
    std::vector<std::string> words = compile_arguments(command, compilation_.getArgs(), installation_);
    std::vector<std::string> shown = words;
    shown.insert(shown.begin(), {installation_.program, "-cc1"});
    show(shown);
    if (print_only_) return true;
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    return run_frontend(arguments, installation_.program.c_str());
  }

  bool assemble(const Command& command) {
    const std::string assembler = installation_.tool("as");
    if (assembler.empty()) return false;
    const llvm::opt::ArgList& args = compilation_.getArgs();
    std::vector<std::string> words{assembler, "-o", command.getOutputFilenames().front()};
    // Hand-written assembly gets its own line table; the compiler's output brings one.
    const Action* input = command.getSource().getInputs().front();
    if (args.hasArg(options::OPT_g_Group) && !clang::isa<BackendJobAction>(input) &&
        !clang::isa<CompileJobAction>(input))
      words.push_back("-gdwarf-4");
    for (const llvm::opt::Arg* arg : args.filtered(options::OPT_I))
      words.push_back(std::string("-I") + arg->getValue());
    for (const std::string& value : args.getAllArgValues(options::OPT_Wa_COMMA)) words.push_back(value);
    for (const std::string& value : args.getAllArgValues(options::OPT_Xassembler)) words.push_back(value);
    for (const InputInfo& info : command.getInputInfos())
      if (info.isFilename()) words.push_back(info.getFilename());
    return execute(words);
  }

  bool link(const Command& command) {
    const std::string linker = installation_.tool("ld");
    if (linker.empty()) return false;
    std::optional<LinkPlan> plan = plan_link(command, compilation_, installation_, print_only_);
    if (!plan) return false;
    plan->words.insert(plan->words.begin(), linker);
    return execute(plan->words);
  }

  bool execute(const std::vector<std::string>& words) {
    show(words);
    if (print_only_) return true;
    std::vector<llvm::StringRef> arguments(words.begin(), words.end());
    std::string error;
    const int status = llvm::sys::ExecuteAndWait(words.front(), arguments, std::nullopt, {}, 0, 0, &error);
    if (!error.empty()) llvm::errs() << "kvx-cc: error: cannot run " << words.front() << ": " << error << '\n';
    return status == 0;
  }

  Compilation& compilation_;
  const Installation& installation_;
  bool print_only_;
  bool verbose_;
};

}  // namespace

int run_jobs(Compilation& compilation, const Installation& installation) {
  JobRunner runner(compilation, installation);
  llvm::SmallVector<const Action*, 4> failed;
  for (const Command& command : compilation.getJobs()) {
    // What builds on a failed step is not tried; independent inputs still get their diagnostics.
    const bool blocked = llvm::any_of(failed, [&](const Action* action) {
      return &command.getSource() == action || llvm::is_contained(command.getSource().getInputs(), action) ||
             clang::isa<LinkJobAction>(command.getSource()) || clang::isa<AssembleJobAction>(command.getSource());
    });
    if (blocked) {
      failed.push_back(&command.getSource());
      continue;
    }
    if (!runner.run(command)) {
      failed.push_back(&command.getSource());
      if (const auto* job = clang::dyn_cast<JobAction>(&command.getSource()))
        compilation.CleanupFileMap(compilation.getResultFiles(), job, true);
    }
  }
  return failed.empty() ? 0 : 1;
}

}  // namespace mppa::toolchain
