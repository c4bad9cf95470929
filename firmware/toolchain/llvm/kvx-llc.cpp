//===-- kvx-llc.cpp - LLVM IR to KV3 assembly -----------------------------===//
//
// Runs the code generator of the KVX back end on a .ll or .bc file. For tests of the back end;
// users compile with kvx-cc.
//
//===----------------------------------------------------------------------===//

#include "KVXTargetDataLayout.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/InitializePasses.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

extern "C" void LLVMInitializeKVXTargetInfo();
extern "C" void LLVMInitializeKVXTarget();
extern "C" void LLVMInitializeKVXTargetMC();
extern "C" void LLVMInitializeKVXAsmPrinter();

static cl::opt<std::string> InputFilename(cl::Positional, cl::desc("<input .ll or .bc>"), cl::init("-"));
static cl::opt<std::string> OutputFilename("o", cl::desc("Output file"), cl::init("-"));
static cl::opt<char> OptLevel("O", cl::desc("Optimization level 0 to 3"), cl::Prefix, cl::init('2'));
static cl::opt<bool> RunPipeline("opt", cl::desc("Run the IR optimization pipeline first"));

namespace {
/// Errors reported through the context, such as unsupported constructs, fail the run.
struct ErrorCounter : DiagnosticHandler {
  bool *Failed;
  explicit ErrorCounter(bool *Failed) : Failed(Failed) {}
  bool handleDiagnostics(const DiagnosticInfo &DI) override {
    *Failed |= DI.getSeverity() == DS_Error;
    return false;
  }
};
} // namespace

static void optimize(Module &M, TargetMachine &TM, OptimizationLevel Level) {
  LoopAnalysisManager LAM;
  FunctionAnalysisManager FAM;
  CGSCCAnalysisManager CGAM;
  ModuleAnalysisManager MAM;
  PassBuilder PB(&TM);
  PB.registerModuleAnalyses(MAM);
  PB.registerCGSCCAnalyses(CGAM);
  PB.registerFunctionAnalyses(FAM);
  PB.registerLoopAnalyses(LAM);
  PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);
  PB.buildPerModuleDefaultPipeline(Level).run(M, MAM);
}

static int fail(const Twine &Message) {
  WithColor::error(errs(), "kvx-llc") << Message << '\n';
  return 1;
}

int main(int argc, char **argv) {
  InitLLVM X(argc, argv);
  LLVMInitializeKVXTargetInfo();
  LLVMInitializeKVXTarget();
  LLVMInitializeKVXTargetMC();
  LLVMInitializeKVXAsmPrinter();
  PassRegistry &Registry = *PassRegistry::getPassRegistry();
  initializeCore(Registry);
  initializeCodeGen(Registry);
  initializeTarget(Registry);
  cl::ParseCommandLineOptions(argc, argv, "KVX code generator\n");

  std::string Error;
  const Target *T = TargetRegistry::lookupTarget("kvx", *std::make_unique<Triple>(kvx::kTriple), Error);
  if (!T)
    return fail(Error);
  auto Level = CodeGenOpt::parseLevel(OptLevel);
  if (!Level)
    return fail("invalid optimization level");
  std::unique_ptr<TargetMachine> TM(
      T->createTargetMachine(kvx::kTriple, "kv3-1", "", TargetOptions(), std::nullopt, std::nullopt, *Level));

  LLVMContext Context;
  bool Failed = false;
  Context.setDiagnosticHandler(std::make_unique<ErrorCounter>(&Failed));
  SMDiagnostic Diag;
  std::unique_ptr<Module> M =
      parseIRFile(InputFilename, Diag, Context,
                  ParserCallbacks([](StringRef, StringRef) { return std::optional<std::string>(kvx::kDataLayout); }));
  if (!M) {
    Diag.print(argv[0], errs());
    return 1;
  }
  M->setTargetTriple(kvx::kTriple);
  if (verifyModule(*M, &errs()))
    return fail("broken module");

  std::error_code EC;
  ToolOutputFile Out(OutputFilename, EC, sys::fs::OF_Text);
  if (EC)
    return fail(Twine(OutputFilename) + ": " + EC.message());
  static const OptimizationLevel Levels[] = {OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2,
                                             OptimizationLevel::O3};
  if (RunPipeline)
    optimize(*M, *TM, Levels[static_cast<int>(*Level)]);

  legacy::PassManager PM;
  if (TM->addPassesToEmitFile(PM, Out.os(), nullptr, CodeGenFileType::AssemblyFile))
    return fail("cannot emit assembly");
  PM.run(*M);
  if (Failed)
    return 1;
  Out.keep();
  return 0;
}
