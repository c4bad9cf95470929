//===-- KVXTargetObjectFile.h - Object files of KVX -------------*- C++ -*-===//

#ifndef KVX_KVXTARGETOBJECTFILE_H
#define KVX_KVXTARGETOBJECTFILE_H

#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"

namespace llvm {

class KVXTargetObjectFile : public TargetLoweringObjectFileELF {
public:
  /// gas has no data relocation for the offset of a thread-local variable, and a plain reference
  /// makes the linker warn: debuggers are told the start of the thread's block.
  const MCExpr *getDebugThreadLocalSymbol(const MCSymbol *Sym) const override;
};

} // namespace llvm

#endif
