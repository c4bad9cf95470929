//===-- KVXISelLowering.h - DAG lowering for KVX ----------------*- C++ -*-===//

#ifndef KVX_KVXISELLOWERING_H
#define KVX_KVXISELLOWERING_H

#include "llvm/CodeGen/SelectionDAG.h"
#include "llvm/CodeGen/TargetLowering.h"

namespace llvm {

class KVXSubtarget;

namespace KVXISD {
enum NodeType : unsigned {
  FIRST_NUMBER = ISD::BUILTIN_OP_END,
  CALL,
  TC_RETURN,
  RET_GLUE,
  WRAPPER, // address of a symbol
  TLS_LE,  // offset of a symbol from the thread pointer
  MULDT,   // signed 64x64 -> 128 in a pair
  MULUDT,  // unsigned

  FIRST_MEM_OPCODE = ISD::FIRST_TARGET_MEMORY_OPCODE,
  LQ, // 128-bit load and store
  SQ,
  LO, // 256-bit load and store
  SO,
  CAS, // compare and swap: old value, success
};
} // namespace KVXISD

class KVXTargetLowering : public TargetLowering {
  const KVXSubtarget &STI;

public:
  KVXTargetLowering(const TargetMachine &TM, const KVXSubtarget &STI);

  const char *getTargetNodeName(unsigned Opcode) const override;
  SDValue LowerOperation(SDValue Op, SelectionDAG &DAG) const override;
  void ReplaceNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const override;
  MachineBasicBlock *EmitInstrWithCustomInserter(MachineInstr &MI, MachineBasicBlock *MBB) const override;

  EVT getSetCCResultType(const DataLayout &DL, LLVMContext &C, EVT VT) const override;
  MVT getScalarShiftAmountTy(const DataLayout &, EVT) const override { return MVT::i32; }
  bool isOffsetFoldingLegal(const GlobalAddressSDNode *GA) const override;
  bool isLegalAddressingMode(const DataLayout &DL, const AddrMode &AM, Type *Ty, unsigned AS,
                             Instruction *I) const override;
  bool isLegalICmpImmediate(int64_t) const override { return true; }
  bool isLegalAddImmediate(int64_t Imm) const override { return isInt<37>(Imm); }
  bool isTruncateFree(Type *From, Type *To) const override;
  bool isTruncateFree(EVT From, EVT To) const override;
  bool isZExtFree(SDValue Val, EVT To) const override;
  using TargetLowering::isZExtFree;
  bool isFPImmLegal(const APFloat &, EVT, bool) const override { return true; }
  bool isFMAFasterThanFMulAndFAdd(const MachineFunction &, EVT VT) const override;
  using TargetLowering::isFMAFasterThanFMulAndFAdd;
  bool shouldConvertConstantLoadToIntImm(const APInt &, Type *) const override { return true; }
  bool convertSetCCLogicToBitwiseLogic(EVT) const override { return true; }
  bool isCheapToSpeculateCttz(Type *) const override { return true; }
  bool isCheapToSpeculateCtlz(Type *) const override { return true; }
  bool hasAndNot(SDValue) const override { return true; }
  bool allowsMisalignedMemoryAccesses(EVT VT, unsigned AS, Align A, MachineMemOperand::Flags Flags,
                                      unsigned *Fast) const override;
  bool allowsMisalignedMemoryAccesses(LLT Ty, unsigned AS, Align A, MachineMemOperand::Flags Flags,
                                      unsigned *Fast) const override;
  bool softPromoteHalfType() const override { return true; }
  bool isUsedByReturnOnly(SDNode *, SDValue &) const override { return false; }

  // Atomics.
  bool shouldInsertFencesForAtomic(const Instruction *I) const override;
  AtomicExpansionKind shouldExpandAtomicRMWInIR(AtomicRMWInst *AI) const override;
  AtomicExpansionKind shouldExpandAtomicLoadInIR(LoadInst *) const override { return AtomicExpansionKind::None; }

  // Inline assembly.
  ConstraintType getConstraintType(StringRef Constraint) const override;
  std::pair<unsigned, const TargetRegisterClass *>
  getRegForInlineAsmConstraint(const TargetRegisterInfo *TRI, StringRef Constraint, MVT VT) const override;
  void LowerAsmOperandForConstraint(SDValue Op, StringRef Constraint, std::vector<SDValue> &Ops,
                                    SelectionDAG &DAG) const override;
  unsigned getNumRegisters(LLVMContext &C, EVT VT, std::optional<MVT> RegisterVT) const override;
  bool splitValueIntoRegisterParts(SelectionDAG &DAG, const SDLoc &DL, SDValue Val, SDValue *Parts, unsigned NumParts,
                                   MVT PartVT, std::optional<CallingConv::ID> CC) const override;
  SDValue joinRegisterPartsIntoValue(SelectionDAG &DAG, const SDLoc &DL, const SDValue *Parts, unsigned NumParts,
                                     MVT PartVT, EVT ValueVT, std::optional<CallingConv::ID> CC) const override;
  Register getRegisterByName(const char *Name, LLT Ty, const MachineFunction &MF) const override;

  Register getExceptionPointerRegister(const Constant *) const override;
  Register getExceptionSelectorRegister(const Constant *) const override;

  // Calls.
  SDValue LowerFormalArguments(SDValue Chain, CallingConv::ID CC, bool IsVarArg,
                               const SmallVectorImpl<ISD::InputArg> &Ins, const SDLoc &DL, SelectionDAG &DAG,
                               SmallVectorImpl<SDValue> &InVals) const override;
  SDValue LowerCall(CallLoweringInfo &CLI, SmallVectorImpl<SDValue> &InVals) const override;
  SDValue LowerReturn(SDValue Chain, CallingConv::ID CC, bool IsVarArg, const SmallVectorImpl<ISD::OutputArg> &Outs,
                      const SmallVectorImpl<SDValue> &OutVals, const SDLoc &DL, SelectionDAG &DAG) const override;
  bool CanLowerReturn(CallingConv::ID CC, MachineFunction &MF, bool IsVarArg,
                      const SmallVectorImpl<ISD::OutputArg> &Outs, LLVMContext &Context) const override;
  void HandleByVal(CCState *State, unsigned &Size, Align Alignment) const override;
  bool mayBeEmittedAsTailCall(const CallInst *CI) const override;

private:
  void setIntegerActions();
  void setFloatActions();
  void setMemoryActions();

  SDValue lowerGlobalAddress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerGlobalTLSAddress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerSymbol(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerMulWide(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVASTART(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFRAMEADDR(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerRETURNADDR(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerCmpSwap(SDValue Op, SelectionDAG &DAG) const;
  void replaceWideLoad(LoadSDNode *LD, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const;
  SDValue lowerWideStore(StoreSDNode *ST, SelectionDAG &DAG) const;
  SDValue lowerAtomicFence(SDValue Op, SelectionDAG &DAG) const;

  bool isEligibleForTailCall(const CallLoweringInfo &CLI, const CCState &CCInfo) const;
  /// Replaces a call of a `__kvx_builtin_*` function; returns the new chain, or an empty value
  /// if the callee is not one.
  SDValue lowerBuiltinCall(CallLoweringInfo &CLI, StringRef Name, SmallVectorImpl<SDValue> &InVals) const;

  MachineBasicBlock *emitCmpSwap(MachineInstr &MI, MachineBasicBlock *MBB, bool Is64) const;
  MachineBasicBlock *emitSetJmp(MachineInstr &MI, MachineBasicBlock *MBB) const;
  MachineBasicBlock *emitLongJmp(MachineInstr &MI, MachineBasicBlock *MBB) const;
  MachineBasicBlock *emitBlockCopy(MachineInstr &MI, MachineBasicBlock *MBB) const;
};

} // namespace llvm

#endif
