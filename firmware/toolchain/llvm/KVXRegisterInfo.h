//===-- KVXRegisterInfo.h - KVX registers -----------------------*- C++ -*-===//

#ifndef KVX_KVXREGISTERINFO_H
#define KVX_KVXREGISTERINFO_H

#include "llvm/CodeGen/TargetRegisterInfo.h"

#define GET_REGINFO_HEADER
#include "KVXGenRegisterInfo.inc"

namespace llvm {

class KVXRegisterInfo : public KVXGenRegisterInfo {
public:
  KVXRegisterInfo();

  const MCPhysReg *getCalleeSavedRegs(const MachineFunction *MF) const override;
  const uint32_t *getCallPreservedMask(const MachineFunction &MF, CallingConv::ID CC) const override;
  const uint32_t *getNoPreservedMask() const override;
  BitVector getReservedRegs(const MachineFunction &MF) const override;
  bool eliminateFrameIndex(MachineBasicBlock::iterator II, int SPAdj, unsigned FIOperandNum,
                           RegScavenger *RS) const override;
  Register getFrameRegister(const MachineFunction &MF) const override;
  bool hasBasePointer(const MachineFunction &MF) const;

  /// Base of local objects in functions that realign the stack and also move it.
  static MCRegister getBasePointer();

  const TargetRegisterClass *getPointerRegClass(const MachineFunction &MF, unsigned Kind = 0) const override;
  bool requiresRegisterScavenging(const MachineFunction &) const override { return false; }
  bool trackLivenessAfterRegAlloc(const MachineFunction &) const override { return true; }
  bool isAsmClobberable(const MachineFunction &MF, MCRegister Reg) const override;
};

} // namespace llvm

#endif
