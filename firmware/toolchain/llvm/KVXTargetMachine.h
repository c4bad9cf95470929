//===-- KVXTargetMachine.h - KVX target machine -----------------*- C++ -*-===//

#ifndef KVX_KVXTARGETMACHINE_H
#define KVX_KVXTARGETMACHINE_H

#include "KVXSubtarget.h"
#include "llvm/Target/TargetMachine.h"

namespace llvm {

class KVXTargetMachine : public LLVMTargetMachine {
  std::unique_ptr<TargetLoweringObjectFile> TLOF;
  KVXSubtarget Subtarget;

public:
  KVXTargetMachine(const Target &T, const Triple &TT, StringRef CPU, StringRef FS, const TargetOptions &Options,
                   std::optional<Reloc::Model> RM, std::optional<CodeModel::Model> CM, CodeGenOptLevel OL, bool JIT);
  ~KVXTargetMachine() override;

  const KVXSubtarget *getSubtargetImpl(const Function &) const override { return &Subtarget; }
  const KVXSubtarget *getSubtargetImpl() const { return &Subtarget; }
  TargetPassConfig *createPassConfig(PassManagerBase &PM) override;
  TargetTransformInfo getTargetTransformInfo(const Function &F) const override;
  TargetLoweringObjectFile *getObjFileLowering() const override { return TLOF.get(); }
  MachineFunctionInfo *createMachineFunctionInfo(BumpPtrAllocator &Allocator, const Function &F,
                                                 const TargetSubtargetInfo *STI) const override;
};

} // namespace llvm

#endif
