//===-- KVXTargetTransformInfo.h - Costs for IR passes ----------*- C++ -*-===//

#ifndef KVX_KVXTARGETTRANSFORMINFO_H
#define KVX_KVXTARGETTRANSFORMINFO_H

#include "KVXTargetMachine.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/CodeGen/BasicTTIImpl.h"

namespace llvm {

class KVXTTIImpl : public BasicTTIImplBase<KVXTTIImpl> {
  using BaseT = BasicTTIImplBase<KVXTTIImpl>;
  friend BaseT;

  const KVXSubtarget *ST;
  const KVXTargetLowering *TLI;

  const KVXSubtarget *getST() const { return ST; }
  const KVXTargetLowering *getTLI() const { return TLI; }

public:
  KVXTTIImpl(const KVXTargetMachine *TM, const Function &F)
      : BaseT(TM, F.getDataLayout()), ST(TM->getSubtargetImpl(F)), TLI(ST->getTargetLowering()) {}

  TargetTransformInfo::PopcntSupportKind getPopcntSupport(unsigned) const {
    return TargetTransformInfo::PSK_FastHardware;
  }
  // No vector registers: vectors are scalarized.
  unsigned getNumberOfRegisters(unsigned ClassID) const { return ClassID == 0 ? 60 : 0; }
  TypeSize getRegisterBitWidth(TargetTransformInfo::RegisterKind K) const {
    return TypeSize::getFixed(K == TargetTransformInfo::RGK_Scalar ? 64 : 0);
  }

  bool isHardwareLoopProfitable(Loop *L, ScalarEvolution &SE, AssumptionCache &AC, TargetLibraryInfo *LibInfo,
                                HardwareLoopInfo &HWLoopInfo);
  void getUnrollingPreferences(Loop *L, ScalarEvolution &SE, TargetTransformInfo::UnrollingPreferences &UP,
                               OptimizationRemarkEmitter *ORE);
  InstructionCost getIntImmCost(const APInt &Imm, Type *Ty, TargetTransformInfo::TargetCostKind Kind);
  bool isNumRegsMajorCostOfLSR() const { return false; }
  unsigned getMaxInterleaveFactor(ElementCount) const { return 1; }
};

} // namespace llvm

#endif
