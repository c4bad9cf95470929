//===-- KVXTargetObjectFile.h - Object files of KVX -------------*- C++ -*-===//

#ifndef KVX_KVXTARGETOBJECTFILE_H
#define KVX_KVXTARGETOBJECTFILE_H

#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"

namespace llvm {

class KVXTargetObjectFile : public TargetLoweringObjectFileELF {
public:
  /// Static constructors always go to .init_array; the C runtime knows nothing else.
  void Initialize(MCContext &Ctx, const TargetMachine &TM) override;

  /// gas has no data relocation for the offset of a thread-local variable, and a plain reference
  /// makes the linker warn: debuggers are told the start of the thread's block.
  const MCExpr *getDebugThreadLocalSymbol(const MCSymbol *Sym) const override;
};

} // namespace llvm

#endif
