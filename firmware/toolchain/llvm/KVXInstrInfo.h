//===-- KVXInstrInfo.h - KVX instructions -----------------------*- C++ -*-===//

#ifndef KVX_KVXINSTRINFO_H
#define KVX_KVXINSTRINFO_H

#include "KVXRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"

#define GET_INSTRINFO_HEADER
#include "KVXGenInstrInfo.inc"

namespace llvm {

class KVXInstrInfo : public KVXGenInstrInfo {
  const KVXRegisterInfo RI;

public:
  KVXInstrInfo();

  const KVXRegisterInfo &getRegisterInfo() const { return RI; }

  void copyPhysReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, const DebugLoc &DL, MCRegister DestReg,
                   MCRegister SrcReg, bool KillSrc) const override;
  void storeRegToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, Register SrcReg, bool IsKill, int FI,
                           const TargetRegisterClass *RC, const TargetRegisterInfo *TRI, Register VReg) const override;
  void loadRegFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, Register DestReg, int FI,
                            const TargetRegisterClass *RC, const TargetRegisterInfo *TRI, Register VReg) const override;
  Register isLoadFromStackSlot(const MachineInstr &MI, int &FI) const override;
  Register isStoreToStackSlot(const MachineInstr &MI, int &FI) const override;

  bool analyzeBranch(MachineBasicBlock &MBB, MachineBasicBlock *&TBB, MachineBasicBlock *&FBB,
                     SmallVectorImpl<MachineOperand> &Cond, bool AllowModify) const override;
  unsigned removeBranch(MachineBasicBlock &MBB, int *BytesRemoved) const override;
  unsigned insertBranch(MachineBasicBlock &MBB, MachineBasicBlock *TBB, MachineBasicBlock *FBB,
                        ArrayRef<MachineOperand> Cond, const DebugLoc &DL, int *BytesAdded) const override;
  bool reverseBranchCondition(SmallVectorImpl<MachineOperand> &Cond) const override;
  bool isBranchOffsetInRange(unsigned BranchOpc, int64_t Offset) const override;
  MachineBasicBlock *getBranchDestBlock(const MachineInstr &MI) const override;

  bool canInsertSelect(const MachineBasicBlock &MBB, ArrayRef<MachineOperand> Cond, Register DstReg, Register TrueReg,
                       Register FalseReg, int &CondCycles, int &TrueCycles, int &FalseCycles) const override;
  void insertSelect(MachineBasicBlock &MBB, MachineBasicBlock::iterator I, const DebugLoc &DL, Register DstReg,
                    ArrayRef<MachineOperand> Cond, Register TrueReg, Register FalseReg) const override;

  // Predication (KVXPredication.cpp).
  bool isPredicable(const MachineInstr &MI) const override;
  bool isPredicated(const MachineInstr &MI) const override;
  bool PredicateInstruction(MachineInstr &MI, ArrayRef<MachineOperand> Cond) const override;
  bool isProfitableToIfCvt(MachineBasicBlock &MBB, unsigned NumCycles, unsigned ExtraPredCycles,
                           BranchProbability Probability) const override;
  bool isProfitableToIfCvt(MachineBasicBlock &TMBB, unsigned NumTCycles, unsigned ExtraTCycles, MachineBasicBlock &FMBB,
                           unsigned NumFCycles, unsigned ExtraFCycles, BranchProbability Probability) const override;

  /// After register allocation: the conditional form of a load or store, null if it has none; and the
  /// rewriting, with which a load keeps its register if the condition is false (OldUsed: where that is used).
  const MCInstrDesc *getConditionalForm(const MachineInstr &MI) const;
  void predicateInPlace(MachineInstr &MI, ArrayRef<MachineOperand> Cond, bool OldUsed) const;

  // Software pipelining (KVXPipeliner.cpp).
  std::unique_ptr<PipelinerLoopInfo> analyzeLoopForPipelining(MachineBasicBlock *LoopBB) const override;

  bool useMachineCombiner() const override { return true; }
  bool isAssociativeAndCommutative(const MachineInstr &Inst, bool Invert) const override;

  /// Bytes of code, counting the extension syllables that the immediate needs.
  unsigned getInstSizeInBytes(const MachineInstr &MI) const override;

  bool isSchedulingBoundary(const MachineInstr &MI, const MachineBasicBlock *MBB,
                            const MachineFunction &MF) const override;

  /// Instructions that never share a bundle and that nothing moves across.
  bool isBundleBoundary(const MachineInstr &MI) const;

  DFAPacketizer *CreateTargetScheduleState(const TargetSubtargetInfo &STI) const override;
};

} // namespace llvm

#endif
