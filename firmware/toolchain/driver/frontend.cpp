#include "frontend.h"

#include "abi_lowering.h"
#include "ast_notes.h"
#include "target_info.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/CodeGen/CodeGenAction.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"
#include "clang/FrontendTool/Utils.h"
#include "llvm/LinkAllPasses.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"

extern "C" {
void LLVMInitializeKVXTargetInfo();
void LLVMInitializeKVXTarget();
void LLVMInitializeKVXTargetMC();
void LLVMInitializeKVXAsmPrinter();
}

namespace mppa::toolchain {
namespace {

using namespace clang;

// A code generation action whose syntax tree is annotated for the ABI pass before code generation sees it.
template <typename Base>
class KvxAction : public Base {
 public:
  explicit KvxAction(std::shared_ptr<AbiNotes> notes) : notes_(std::move(notes)) {}

 protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& compiler, StringRef file) override {
    std::unique_ptr<ASTConsumer> generator = Base::CreateASTConsumer(compiler, file);
    if (!generator) return nullptr;
    std::vector<std::unique_ptr<ASTConsumer>> consumers;
    consumers.push_back(make_ast_notes([this] { return this->getCodeGenerator(); }, notes_));
    consumers.push_back(std::move(generator));
    return std::make_unique<MultiplexConsumer>(std::move(consumers));
  }

 private:
  std::shared_ptr<AbiNotes> notes_;
};

std::unique_ptr<FrontendAction> make_action(CompilerInstance& compiler, const std::shared_ptr<AbiNotes>& notes) {
  switch (compiler.getFrontendOpts().ProgramAction) {
    case frontend::EmitAssembly:
      return std::make_unique<KvxAction<EmitAssemblyAction>>(notes);
    case frontend::EmitLLVM:
      return std::make_unique<KvxAction<EmitLLVMAction>>(notes);
    case frontend::EmitBC:
      return std::make_unique<KvxAction<EmitBCAction>>(notes);
    case frontend::EmitLLVMOnly:
      return std::make_unique<KvxAction<EmitLLVMOnlyAction>>(notes);
    default:
      return CreateFrontendAction(compiler);
  }
}

// -mllvm options are global in LLVM; the same ones come with every step of a command line.
void set_llvm_options(const FrontendOptions& options) {
  if (options.LLVMArgs.empty()) return;
  std::vector<const char*> arguments{"kvx-cc (LLVM option parsing)"};
  for (const std::string& argument : options.LLVMArgs) arguments.push_back(argument.c_str());
  llvm::cl::ResetAllOptionOccurrences();
  llvm::cl::ParseCommandLineOptions(arguments.size(), arguments.data());
}

bool execute(CompilerInstance& compiler, FrontendAction& action) {
  for (const FrontendInputFile& input : compiler.getFrontendOpts().Inputs) {
    if (compiler.hasSourceManager() && !input.isBuffer()) compiler.getSourceManager().clearIDTables();
    if (!action.BeginSourceFile(compiler, input)) continue;
    if (llvm::Error error = action.Execute()) llvm::consumeError(std::move(error));  // already reported
    action.EndSourceFile();
  }
  compiler.getDiagnostics().getClient()->finish();
  const unsigned warnings = compiler.getDiagnostics().getClient()->getNumWarnings();
  const unsigned errors = compiler.getDiagnostics().getClient()->getNumErrors();
  if (compiler.getDiagnosticOpts().ShowCarets && (warnings || errors)) {
    if (warnings) llvm::errs() << warnings << (warnings == 1 ? " warning" : " warnings");
    if (warnings && errors) llvm::errs() << " and ";
    if (errors) llvm::errs() << errors << (errors == 1 ? " error" : " errors");
    llvm::errs() << " generated.\n";
  }
  return !compiler.getDiagnostics().hasErrorOccurred();
}

}  // namespace

void register_target() {
  LLVMInitializeKVXTargetInfo();
  LLVMInitializeKVXTarget();
  LLVMInitializeKVXTargetMC();
  LLVMInitializeKVXAsmPrinter();
}

bool run_frontend(llvm::ArrayRef<const char*> arguments, const char* program) {
  auto compiler = std::make_unique<CompilerInstance>();

  // Errors of the command line are buffered until the real diagnostics client exists.
  auto* buffer = new TextDiagnosticBuffer;
  IntrusiveRefCntPtr<DiagnosticOptions> options = new DiagnosticOptions;
  DiagnosticsEngine early(new DiagnosticIDs, options, buffer);
  const bool parsed = CompilerInvocation::CreateFromArgs(compiler->getInvocation(), arguments, early, program);
  compiler->createDiagnostics();
  if (!compiler->hasDiagnostics()) return false;
  buffer->FlushDiagnostics(compiler->getDiagnostics());
  if (!parsed) return false;
  set_llvm_options(compiler->getFrontendOpts());

  auto* target = new KvxTargetInfo(compiler->getInvocation().TargetOpts);
  compiler->setTarget(target);
  target->adjust(compiler->getDiagnostics(), compiler->getLangOpts());
  target->setMaxAtomicWidth();

  auto notes = std::make_shared<AbiNotes>();
  compiler->getCodeGenOpts().PassBuilderCallbacks.push_back([notes](llvm::PassBuilder& builder) {
    builder.registerPipelineStartEPCallback(
        [notes](llvm::ModulePassManager& passes, llvm::OptimizationLevel) { passes.addPass(AbiLoweringPass(notes)); });
  });
  std::unique_ptr<FrontendAction> action = make_action(*compiler, notes);
  return action && execute(*compiler, *action);
}

}  // namespace mppa::toolchain
