//===-- KVXTargetMachine.cpp - KVX target machine -------------------------===//

#include "KVXTargetMachine.h"
#include "KVX.h"
#include "KVXMachineFunctionInfo.h"
#include "KVXTargetDataLayout.h"
#include "KVXTargetObjectFile.h"
#include "KVXTargetTransformInfo.h"
#include "TargetInfo/KVXTargetInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<bool> DisablePacketizer("kvx-disable-packetizer", cl::Hidden,
                                       cl::desc("Leave every instruction in a bundle of its own, in program order"));

extern "C" void LLVMInitializeKVXTarget() { RegisterTargetMachine<KVXTargetMachine> X(getTheKVXTarget()); }

KVXTargetMachine::KVXTargetMachine(const Target &T, const Triple &TT, StringRef CPU, StringRef FS,
                                   const TargetOptions &Options, std::optional<Reloc::Model> RM,
                                   std::optional<CodeModel::Model> CM, CodeGenOptLevel OL, bool)
    : LLVMTargetMachine(T, kvx::kDataLayout, TT, CPU, FS, Options, RM.value_or(Reloc::Static),
                        CM.value_or(CodeModel::Small), OL),
      TLOF(std::make_unique<KVXTargetObjectFile>()), Subtarget(TT, CPU, FS, *this) {
  initAsmInfo();
  setCFIFixup(true); // epilogues in the middle of a function
}

KVXTargetMachine::~KVXTargetMachine() = default;

MachineFunctionInfo *KVXTargetMachine::createMachineFunctionInfo(BumpPtrAllocator &Allocator, const Function &F,
                                                                 const TargetSubtargetInfo *STI) const {
  return KVXMachineFunctionInfo::create<KVXMachineFunctionInfo>(Allocator, F, STI);
}

TargetTransformInfo KVXTargetMachine::getTargetTransformInfo(const Function &F) const {
  return TargetTransformInfo(KVXTTIImpl(this, F));
}

namespace {

class KVXPassConfig : public TargetPassConfig {
public:
  KVXPassConfig(KVXTargetMachine &TM, PassManagerBase &PM) : TargetPassConfig(TM, PM) {}

  KVXTargetMachine &getKVXTargetMachine() const { return getTM<KVXTargetMachine>(); }

  void addIRPasses() override;
  bool addPreISel() override;
  bool addILPOpts() override;
  bool addInstSelector() override;
  void addPreRegAlloc() override;
  void addPreEmitPass() override;
};

} // namespace

TargetPassConfig *KVXTargetMachine::createPassConfig(PassManagerBase &PM) { return new KVXPassConfig(*this, PM); }

void KVXPassConfig::addIRPasses() {
  addPass(createAtomicExpandLegacyPass());
  TargetPassConfig::addIRPasses();
}

bool KVXPassConfig::addPreISel() {
  if (getOptLevel() != CodeGenOptLevel::None)
    addPass(createHardwareLoopsLegacyPass());
  return false;
}

bool KVXPassConfig::addILPOpts() {
  addPass(&EarlyIfPredicatorID);
  addPass(&EarlyIfConverterID);
  addPass(&MachineCombinerID);
  addPass(createKVXShortenChains());
  addPass(createKVXLoopRotation());
  return true;
}

bool KVXPassConfig::addInstSelector() {
  addPass(createKVXISelDag(getKVXTargetMachine(), getOptLevel()));
  return false;
}

void KVXPassConfig::addPreRegAlloc() {
  if (getOptLevel() >= CodeGenOptLevel::Default)
    addPass(&MachinePipelinerID);
}

void KVXPassConfig::addPreEmitPass() {
  if (getOptLevel() != CodeGenOptLevel::None)
    addPass(createKVXHardwareLoops());
  addPass(&BranchRelaxationPassID);
  if (getOptLevel() != CodeGenOptLevel::None && !DisablePacketizer)
    addPass(createKVXVLIWPacketizer());
}
