//===-- KVXFrameLowering.h - Stack frames of KVX ----------------*- C++ -*-===//
//
// From high to low addresses:
//
//   incoming stack arguments          <- CFA = sp at entry
//   stored argument registers (varargs, split byval)
//   return address
//   caller's frame pointer            <- r14, if the function has a frame pointer
//   callee-saved registers
//   locals and spills
//   outgoing stack arguments          <- sp, 32-byte aligned
//
//===----------------------------------------------------------------------===//

#ifndef KVX_KVXFRAMELOWERING_H
#define KVX_KVXFRAMELOWERING_H

#include "llvm/CodeGen/TargetFrameLowering.h"

namespace llvm {

class KVXFrameLowering : public TargetFrameLowering {
public:
  KVXFrameLowering()
      : TargetFrameLowering(StackGrowsDown, /*StackAl=*/Align(32), /*LAO=*/0, /*TransAl=*/Align(32),
                            /*StackReal=*/true) {}

  void emitPrologue(MachineFunction &MF, MachineBasicBlock &MBB) const override;
  void emitEpilogue(MachineFunction &MF, MachineBasicBlock &MBB) const override;
  bool hasFP(const MachineFunction &MF) const override;
  bool hasReservedCallFrame(const MachineFunction &MF) const override;
  MachineBasicBlock::iterator eliminateCallFramePseudoInstr(MachineFunction &MF, MachineBasicBlock &MBB,
                                                            MachineBasicBlock::iterator MI) const override;
  StackOffset getFrameIndexReference(const MachineFunction &MF, int FI, Register &FrameReg) const override;
  void determineCalleeSaves(MachineFunction &MF, BitVector &SavedRegs, RegScavenger *RS) const override;
  bool assignCalleeSavedSpillSlots(MachineFunction &MF, const TargetRegisterInfo *TRI,
                                   std::vector<CalleeSavedInfo> &CSI) const override;
  bool spillCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, ArrayRef<CalleeSavedInfo> CSI,
                                 const TargetRegisterInfo *TRI) const override;
  bool restoreCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                                   MutableArrayRef<CalleeSavedInfo> CSI, const TargetRegisterInfo *TRI) const override;
  bool enableShrinkWrapping(const MachineFunction &) const override { return true; }

private:
  /// Distance from the CFA down to the slot the frame pointer designates.
  int64_t getFPOffset(const MachineFunction &MF) const;
};

} // namespace llvm

#endif
