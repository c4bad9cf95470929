// kvx-cc: C/C++ compiler driver for the KV3 core. The command line is clang's, checked and turned into steps by
// clang's driver library for an ELF target it has no tool chain for; the steps are carried out by jobs.cpp.
#include "frontend.h"
#include "installation.h"
#include "jobs.h"
#include "options.h"
#include "target_info.h"

#include "clang/Basic/DiagnosticDriver.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Driver/Options.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Frontend/Utils.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

namespace {

using namespace mppa::toolchain;

// An unsupported construct found late (instruction selection, for instance) ends here.
void on_fatal_error(void*, const char* reason, bool) {
  llvm::errs() << "kvx-cc: error: " << reason << '\n';
  llvm::sys::RunInterruptHandlers();  // removes unfinished output files
  std::exit(1);
}

void print_version() {
  llvm::outs() << "kvx-cc (mppasim) based on clang and LLVM " << LLVM_VERSION_STRING << "\nTarget: " << kTriple
               << " (kv3-1)\nThread model: single\n";
}

int compile(int argc, const char** argv) {
  llvm::SmallVector<const char*, 64> arguments(argv, argv + argc);
  llvm::BumpPtrAllocator strings;
  if (llvm::Error error = clang::driver::expandResponseFiles(arguments, false, strings)) {
    llvm::errs() << "kvx-cc: error: " << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  const std::optional<Options> options = parse_options(arguments);
  if (!options) return 1;
  if (options->print_version) {
    print_version();
    return 0;
  }
  const Installation installation = find_installation(argv[0], options->sysroot, options->binutils);

  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> diagnostic_options =
      clang::CreateAndPopulateDiagOpts(options->rest);
  clang::DiagnosticsEngine diagnostics(new clang::DiagnosticIDs, diagnostic_options,
                                       new clang::TextDiagnosticPrinter(llvm::errs(), diagnostic_options.get()));
  static_cast<clang::TextDiagnosticPrinter*>(diagnostics.getClient())->setPrefix("kvx-cc");
  clang::ProcessWarningOptions(diagnostics, *diagnostic_options, false);

  // clang's own linker step could not take bitcode; ours can.
  diagnostics.setSeverity(clang::diag::err_drv_no_linker_llvm_support, clang::diag::Severity::Ignored, {});

  clang::driver::Driver driver(installation.program, kTriple, diagnostics, "kvx-cc: KV3 C/C++ compiler");
  driver.ResourceDir = installation.resource_dir;
  driver.setTitle("kvx-cc");
  const std::unique_ptr<clang::driver::Compilation> compilation(driver.BuildCompilation(options->rest));
  if (!compilation || compilation->containsError() || diagnostics.hasErrorOccurred()) return 1;
  const int status = run_jobs(*compilation, installation);
  compilation->CleanupFileList(compilation->getTempFiles());
  diagnostics.getClient()->finish();
  return status;
}

}  // namespace

int main(int argc, const char** argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg("kvx-cc: internal compiler error; please report it with the source and this command line:\n");
  llvm::install_fatal_error_handler(on_fatal_error, nullptr);
  register_target();
  return compile(argc, argv);
}
