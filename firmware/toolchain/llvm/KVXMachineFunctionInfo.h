//===-- KVXMachineFunctionInfo.h - Per-function state -----------*- C++ -*-===//

#ifndef KVX_KVXMACHINEFUNCTIONINFO_H
#define KVX_KVXMACHINEFUNCTIONINFO_H

#include "llvm/CodeGen/MachineFunction.h"

namespace llvm {

class KVXMachineFunctionInfo : public MachineFunctionInfo {
  int VarArgsFrameIndex = 0;
  unsigned ArgRegSaveSize = 0;

public:
  KVXMachineFunctionInfo(const Function &, const TargetSubtargetInfo *) {}

  MachineFunctionInfo *clone(BumpPtrAllocator &Allocator, MachineFunction &DestMF,
                             const DenseMap<MachineBasicBlock *, MachineBasicBlock *> &) const override {
    return DestMF.cloneInfo<KVXMachineFunctionInfo>(*this);
  }

  /// First unnamed argument.
  int getVarArgsFrameIndex() const { return VarArgsFrameIndex; }
  void setVarArgsFrameIndex(int FI) { VarArgsFrameIndex = FI; }

  /// Bytes of argument registers stored right below the incoming stack arguments, either the
  /// unnamed ones of a variadic function or the first part of a split byval argument.
  unsigned getArgRegSaveSize() const { return ArgRegSaveSize; }
  void setArgRegSaveSize(unsigned Size) { ArgRegSaveSize = Size; }
};

} // namespace llvm

#endif
