//===-- KVXRegisterInfo.cpp - KVX registers -------------------------------===//

#include "KVXRegisterInfo.h"
#include "KVX.h"
#include "KVXFrameLowering.h"
#include "KVXSubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"

#define GET_REGINFO_TARGET_DESC
#include "KVXGenRegisterInfo.inc"

using namespace llvm;

KVXRegisterInfo::KVXRegisterInfo() : KVXGenRegisterInfo(KVX::RA) {}

const MCPhysReg *KVXRegisterInfo::getCalleeSavedRegs(const MachineFunction *) const { return CSR_KVX_SaveList; }

const uint32_t *KVXRegisterInfo::getCallPreservedMask(const MachineFunction &, CallingConv::ID) const {
  return CSR_KVX_RegMask;
}

const uint32_t *KVXRegisterInfo::getNoPreservedMask() const { return CSR_NoRegs_RegMask; }

BitVector KVXRegisterInfo::getReservedRegs(const MachineFunction &MF) const {
  BitVector Reserved(getNumRegs());
  auto Reserve = [&](MCRegister Reg) {
    for (MCPhysReg Super : superregs_inclusive(Reg))
      Reserved.set(Super);
  };
  Reserve(KVX::R12); // stack pointer
  Reserve(KVX::R13); // thread pointer
  Reserve(KVX::R16); // prologue, epilogue and linker veneers
  Reserve(KVX::R17);
  if (getFrameLowering(MF)->hasFP(MF))
    Reserve(KVX::R14);
  if (hasBasePointer(MF))
    Reserve(getBasePointer());
  for (MCPhysReg Reg : KVX::SFRRegClass)
    Reserve(Reg);
  return Reserved;
}

bool KVXRegisterInfo::isAsmClobberable(const MachineFunction &, MCRegister Reg) const {
  return Reg != KVX::R12 && Reg != KVX::R13;
}

const TargetRegisterClass *KVXRegisterInfo::getPointerRegClass(const MachineFunction &, unsigned) const {
  return &KVX::GPRRegClass;
}

Register KVXRegisterInfo::getFrameRegister(const MachineFunction &MF) const {
  return getFrameLowering(MF)->hasFP(MF) ? KVX::R14 : KVX::R12;
}

MCRegister KVXRegisterInfo::getBasePointer() { return KVX::R31; }

bool KVXRegisterInfo::hasBasePointer(const MachineFunction &MF) const {
  return hasStackRealignment(MF) && MF.getFrameInfo().hasVarSizedObjects();
}

bool KVXRegisterInfo::eliminateFrameIndex(MachineBasicBlock::iterator II, int, unsigned FIOperandNum,
                                          RegScavenger *) const {
  MachineInstr &MI = *II;
  MachineFunction &MF = *MI.getMF();
  int FI = MI.getOperand(FIOperandNum).getIndex();
  Register FrameReg;
  StackOffset Off = getFrameLowering(MF)->getFrameIndexReference(MF, FI, FrameReg);

  // Every instruction with a frame index has its offset in the next operand and takes up to 37
  // bits of it, so nothing needs to be materialized.
  MachineOperand &ImmOp = MI.getOperand(FIOperandNum + 1);
  int64_t Offset = Off.getFixed() + ImmOp.getImm();
  MI.getOperand(FIOperandNum).ChangeToRegister(FrameReg, /*isDef=*/false);
  ImmOp.ChangeToImmediate(Offset);
  return false;
}
