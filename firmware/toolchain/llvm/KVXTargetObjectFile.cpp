//===-- KVXTargetObjectFile.cpp - Object files of KVX ---------------------===//

#include "KVXTargetObjectFile.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"

using namespace llvm;

const MCExpr *KVXTargetObjectFile::getDebugThreadLocalSymbol(const MCSymbol *) const {
  return MCConstantExpr::create(0, getContext());
}
