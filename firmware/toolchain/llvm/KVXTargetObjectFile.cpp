//===-- KVXTargetObjectFile.cpp - Object files of KVX ---------------------===//

#include "KVXTargetObjectFile.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"

using namespace llvm;

void KVXTargetObjectFile::Initialize(MCContext &Ctx, const TargetMachine &TM) {
  TargetLoweringObjectFileELF::Initialize(Ctx, TM);
  InitializeELF(/*UseInitArray=*/true);
}

const MCExpr *KVXTargetObjectFile::getDebugThreadLocalSymbol(const MCSymbol *) const {
  return MCConstantExpr::create(0, getContext());
}
