//===-- KVXTargetTransformInfo.cpp - Costs for IR passes ------------------===//

#include "KVXTargetTransformInfo.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<bool> DisableHardwareLoops("kvx-disable-hardware-loops", cl::Hidden,
                                          cl::desc("Do not use loopdo for counted loops"));

/// Functions with this attribute may run while PS.HLE is clear (early start-up, exception entry).
static constexpr char NoHardwareLoops[] = "kvx-no-hardware-loops";

/// loopdo drains the pipeline; a loop of few iterations does not earn that back.
static constexpr unsigned MinTripCount = 4;

/// Whether the operation becomes a call, which may not be in a hardware loop.
static bool becomesCall(const Instruction &I) {
  const bool ConstantRHS = I.getNumOperands() == 2 && isa<ConstantInt>(I.getOperand(1));
  switch (I.getOpcode()) {
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
    return !ConstantRHS || I.getType()->getScalarSizeInBits() > 64;
  case Instruction::FDiv:
  case Instruction::FRem:
    return true;
  case Instruction::SIToFP:
  case Instruction::UIToFP:
    return I.getType()->isFloatTy() && I.getOperand(0)->getType()->getScalarSizeInBits() > 32;
  case Instruction::Call:
    break;
  default:
    return false;
  }
  const auto &Call = cast<CallBase>(I);
  if (Call.isInlineAsm())
    return true;
  const auto *II = dyn_cast<IntrinsicInst>(&Call);
  if (!II)
    return !Call.getCalledFunction() || !Call.getCalledFunction()->getName().starts_with("__kvx_builtin_");
  switch (II->getIntrinsicID()) {
  case Intrinsic::sqrt:
  case Intrinsic::sin:
  case Intrinsic::cos:
  case Intrinsic::tan:
  case Intrinsic::pow:
  case Intrinsic::powi:
  case Intrinsic::exp:
  case Intrinsic::exp2:
  case Intrinsic::log:
  case Intrinsic::log2:
  case Intrinsic::log10:
  case Intrinsic::ceil:
  case Intrinsic::floor:
  case Intrinsic::trunc:
  case Intrinsic::rint:
  case Intrinsic::nearbyint:
  case Intrinsic::round:
  case Intrinsic::roundeven:
  case Intrinsic::minnum:
  case Intrinsic::maxnum:
  case Intrinsic::memmove:
    return true;
  case Intrinsic::memcpy:
  case Intrinsic::memset: {
    const auto *Length = dyn_cast<ConstantInt>(cast<MemIntrinsic>(II)->getLength());
    return !Length || Length->getZExtValue() > 128;
  }
  default:
    return false;
  }
}

bool KVXTTIImpl::isHardwareLoopProfitable(Loop *L, ScalarEvolution &SE, AssumptionCache &, TargetLibraryInfo *,
                                          HardwareLoopInfo &HWLoopInfo) {
  const Function &F = *L->getHeader()->getParent();
  if (DisableHardwareLoops || F.hasFnAttribute(NoHardwareLoops) || !L->isInnermost())
    return false;
  if (unsigned Trips = SE.getSmallConstantTripCount(L); Trips && Trips < MinTripCount)
    return false;
  for (BasicBlock *BB : L->blocks())
    for (Instruction &I : *BB)
      if (becomesCall(I))
        return false;
  LLVMContext &C = F.getContext();
  HWLoopInfo.CounterInReg = true;
  HWLoopInfo.IsNestingLegal = false;
  HWLoopInfo.PerformEntryTest = false;
  HWLoopInfo.CountType = Type::getInt64Ty(C);
  HWLoopInfo.LoopDecrement = ConstantInt::get(HWLoopInfo.CountType, 1);
  return true;
}

void KVXTTIImpl::getUnrollingPreferences(Loop *L, ScalarEvolution &SE, TargetTransformInfo::UnrollingPreferences &UP,
                                         OptimizationRemarkEmitter *ORE) {
  BaseT::getUnrollingPreferences(L, SE, UP, ORE);
  if (L->getHeader()->getParent()->hasOptSize())
    return;
  // Unrolling fills bundles: an in-order machine finds parallelism only inside the body.
  UP.Partial = UP.Runtime = true;
  UP.PartialThreshold = 160;
  UP.DefaultUnrollRuntimeCount = 8;
  UP.MaxCount = 8;
  for (BasicBlock *BB : L->blocks())
    for (Instruction &I : *BB)
      if (becomesCall(I)) {
        UP.Partial = UP.Runtime = false;
        return;
      }
}

InstructionCost KVXTTIImpl::getIntImmCost(const APInt &Imm, Type *Ty, TargetTransformInfo::TargetCostKind) {
  if (!Ty->isIntegerTy() || Ty->getPrimitiveSizeInBits() > 64)
    return TargetTransformInfo::TCC_Basic;
  // Up to 37 bits fold into most instructions.
  return Imm.getSignificantBits() <= 37 ? TargetTransformInfo::TCC_Free : TargetTransformInfo::TCC_Basic;
}
