//===-- KVXFrameLowering.cpp - Stack frames of KVX ------------------------===//

#include "KVXFrameLowering.h"
#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXMachineFunctionInfo.h"
#include "KVXSubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDwarf.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"

using namespace llvm;

bool KVXFrameLowering::hasFP(const MachineFunction &MF) const {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  return MF.getTarget().Options.DisableFramePointerElim(MF) || MFI.hasVarSizedObjects() || MFI.isFrameAddressTaken() ||
         MF.getSubtarget().getRegisterInfo()->hasStackRealignment(MF) || MFI.hasOpaqueSPAdjustment();
}

bool KVXFrameLowering::hasReservedCallFrame(const MachineFunction &MF) const {
  return !MF.getFrameInfo().hasVarSizedObjects();
}

int64_t KVXFrameLowering::getFPOffset(const MachineFunction &MF) const {
  return MF.getInfo<KVXMachineFunctionInfo>()->getArgRegSaveSize() + 16;
}

static void adjustReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator I, const DebugLoc &DL,
                      const TargetInstrInfo &TII, Register Dst, Register Src, int64_t Val, MachineInstr::MIFlag Flag) {
  if (Dst == Src && Val == 0)
    return;
  if (Val == 0)
    BuildMI(MBB, I, DL, TII.get(KVX::COPYD), Dst).addReg(Src).setMIFlag(Flag);
  else
    BuildMI(MBB, I, DL, TII.get(KVX::ADDDri), Dst).addReg(Src).addImm(Val).setMIFlag(Flag);
}

static void emitCFI(MachineBasicBlock &MBB, MachineBasicBlock::iterator I, const DebugLoc &DL,
                    const TargetInstrInfo &TII, MCCFIInstruction Inst, MachineInstr::MIFlag Flag) {
  unsigned Index = MBB.getParent()->addFrameInst(Inst);
  BuildMI(MBB, I, DL, TII.get(TargetOpcode::CFI_INSTRUCTION)).addCFIIndex(Index).setMIFlag(Flag);
}

void KVXFrameLowering::emitPrologue(MachineFunction &MF, MachineBasicBlock &MBB) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  const KVXSubtarget &STI = MF.getSubtarget<KVXSubtarget>();
  const KVXInstrInfo &TII = *STI.getInstrInfo();
  const KVXRegisterInfo &RI = *STI.getRegisterInfo();
  const MCRegisterInfo *MRI = MF.getContext().getRegisterInfo();
  const auto Flag = MachineInstr::FrameSetup;
  MachineBasicBlock::iterator MBBI = MBB.begin();
  DebugLoc DL;

  // PEI rounds to the stack alignment only if the function calls or has local objects.
  uint64_t StackSize = alignTo(MFI.getStackSize(), getStackAlign());
  MFI.setStackSize(StackSize);
  if (StackSize == 0 && !MFI.adjustsStack() && !hasFP(MF))
    return;

  bool NeedCFI = MF.needsFrameMoves();
  adjustReg(MBB, MBBI, DL, TII, KVX::R12, KVX::R12, -static_cast<int64_t>(StackSize), Flag);
  if (NeedCFI && StackSize)
    emitCFI(MBB, MBBI, DL, TII, MCCFIInstruction::cfiDefCfaOffset(nullptr, StackSize), Flag);

  // Skip the callee-saved stores.
  while (MBBI != MBB.end() && MBBI->getFlag(MachineInstr::FrameSetup))
    ++MBBI;

  if (NeedCFI)
    for (const CalleeSavedInfo &I : MFI.getCalleeSavedInfo())
      emitCFI(MBB, MBBI, DL, TII,
              MCCFIInstruction::createOffset(nullptr, MRI->getDwarfRegNum(I.getReg(), true),
                                             MFI.getObjectOffset(I.getFrameIdx())),
              Flag);

  if (!hasFP(MF))
    return;
  adjustReg(MBB, MBBI, DL, TII, KVX::R14, KVX::R12, StackSize - getFPOffset(MF), Flag);
  if (NeedCFI)
    emitCFI(MBB, MBBI, DL, TII,
            MCCFIInstruction::cfiDefCfa(nullptr, MRI->getDwarfRegNum(KVX::R14, true), getFPOffset(MF)), Flag);
  if (RI.hasStackRealignment(MF)) {
    BuildMI(MBB, MBBI, DL, TII.get(KVX::ANDDri), KVX::R12)
        .addReg(KVX::R12)
        .addImm(-static_cast<int64_t>(MFI.getMaxAlign().value()))
        .setMIFlag(Flag);
    if (RI.hasBasePointer(MF))
      adjustReg(MBB, MBBI, DL, TII, KVXRegisterInfo::getBasePointer(), KVX::R12, 0, Flag);
  }
}

void KVXFrameLowering::emitEpilogue(MachineFunction &MF, MachineBasicBlock &MBB) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  const KVXSubtarget &STI = MF.getSubtarget<KVXSubtarget>();
  const KVXInstrInfo &TII = *STI.getInstrInfo();
  const MCRegisterInfo *MRI = MF.getContext().getRegisterInfo();
  const auto Flag = MachineInstr::FrameDestroy;
  MachineBasicBlock::iterator MBBI = MBB.getFirstTerminator();
  DebugLoc DL = MBBI != MBB.end() ? MBBI->getDebugLoc() : DebugLoc();
  uint64_t StackSize = MFI.getStackSize();
  bool NeedCFI = MF.needsFrameMoves();

  // The callee-saved loads address the frame through sp.
  if (hasFP(MF) && (MFI.hasVarSizedObjects() || MF.getSubtarget().getRegisterInfo()->hasStackRealignment(MF))) {
    MachineBasicBlock::iterator First = MBBI;
    while (First != MBB.begin() && std::prev(First)->getFlag(MachineInstr::FrameDestroy))
      --First;
    adjustReg(MBB, First, DL, TII, KVX::R12, KVX::R14, getFPOffset(MF) - static_cast<int64_t>(StackSize), Flag);
  }
  if (hasFP(MF) && NeedCFI) {
    MachineBasicBlock::iterator First = MBBI;
    while (First != MBB.begin() && std::prev(First)->getFlag(MachineInstr::FrameDestroy))
      --First;
    if (First != MBBI && First->getOpcode() == KVX::ADDDri && First->getOperand(0).getReg() == KVX::R12)
      ++First;
    emitCFI(MBB, First, DL, TII, MCCFIInstruction::cfiDefCfa(nullptr, MRI->getDwarfRegNum(KVX::R12, true), StackSize),
            Flag);
  }
  adjustReg(MBB, MBBI, DL, TII, KVX::R12, KVX::R12, StackSize, Flag);
  if (NeedCFI && StackSize) {
    emitCFI(MBB, MBBI, DL, TII, MCCFIInstruction::cfiDefCfaOffset(nullptr, 0), Flag);
    for (const CalleeSavedInfo &I : MFI.getCalleeSavedInfo())
      emitCFI(MBB, MBBI, DL, TII, MCCFIInstruction::createRestore(nullptr, MRI->getDwarfRegNum(I.getReg(), true)),
              Flag);
  }
}

MachineBasicBlock::iterator KVXFrameLowering::eliminateCallFramePseudoInstr(MachineFunction &MF, MachineBasicBlock &MBB,
                                                                            MachineBasicBlock::iterator MI) const {
  if (!hasReservedCallFrame(MF)) {
    const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
    int64_t Amount = alignSPAdjust(MI->getOperand(0).getImm());
    if (MI->getOpcode() == KVX::ADJCALLSTACKDOWN)
      Amount = -Amount;
    adjustReg(MBB, MI, MI->getDebugLoc(), TII, KVX::R12, KVX::R12, Amount, MachineInstr::NoFlags);
  }
  return MBB.erase(MI);
}

StackOffset KVXFrameLowering::getFrameIndexReference(const MachineFunction &MF, int FI, Register &FrameReg) const {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  const KVXRegisterInfo &RI = *MF.getSubtarget<KVXSubtarget>().getRegisterInfo();
  int64_t Offset = MFI.getObjectOffset(FI);

  // Callee-saved slots are only accessed while sp is at the bottom of the fixed frame.
  bool IsCSR = any_of(MFI.getCalleeSavedInfo(), [&](const CalleeSavedInfo &I) { return I.getFrameIdx() == FI; });
  if (!IsCSR && MFI.isFixedObjectIndex(FI) && hasFP(MF)) {
    FrameReg = KVX::R14;
    return StackOffset::getFixed(Offset + getFPOffset(MF));
  }
  if (!IsCSR && RI.hasStackRealignment(MF)) {
    FrameReg = RI.hasBasePointer(MF) ? KVXRegisterInfo::getBasePointer() : MCRegister(KVX::R12);
    return StackOffset::getFixed(Offset + MFI.getStackSize());
  }
  if (!IsCSR && hasFP(MF) && MFI.hasVarSizedObjects()) {
    FrameReg = KVX::R14;
    return StackOffset::getFixed(Offset + getFPOffset(MF));
  }
  FrameReg = KVX::R12;
  return StackOffset::getFixed(Offset + MFI.getStackSize());
}

void KVXFrameLowering::determineCalleeSaves(MachineFunction &MF, BitVector &SavedRegs, RegScavenger *RS) const {
  TargetFrameLowering::determineCalleeSaves(MF, SavedRegs, RS);
  if (hasFP(MF)) {
    SavedRegs.set(KVX::R14);
    SavedRegs.set(KVX::RA);
  }
  if (MF.getSubtarget<KVXSubtarget>().getRegisterInfo()->hasBasePointer(MF))
    SavedRegs.set(KVXRegisterInfo::getBasePointer());
}

bool KVXFrameLowering::assignCalleeSavedSpillSlots(MachineFunction &MF, const TargetRegisterInfo *,
                                                   std::vector<CalleeSavedInfo> &CSI) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  int64_t Top = MF.getInfo<KVXMachineFunctionInfo>()->getArgRegSaveSize();
  // The frame record ($ra above $r14) takes the first two words; a leaf without frame pointer has none.
  bool HasRecord = hasFP(MF) || any_of(CSI, [](const CalleeSavedInfo &I) { return I.getReg() == KVX::RA; });
  int64_t Next = HasRecord ? -Top - 16 : -Top;

  // Descending registers at descending addresses: aligned groups can move as pairs and quads.
  llvm::sort(CSI, [](const CalleeSavedInfo &A, const CalleeSavedInfo &B) { return A.getReg().id() > B.getReg().id(); });
  for (CalleeSavedInfo &I : CSI) {
    int64_t Offset;
    if (I.getReg() == KVX::RA)
      Offset = -Top - 8;
    else if (I.getReg() == KVX::R14 && HasRecord)
      Offset = -Top - 16;
    else
      Offset = Next -= 8;
    I.setFrameIdx(MFI.CreateFixedSpillStackObject(8, Offset));
  }
  return true;
}

namespace {
/// Saved registers that move in one access: the first (lowest) one, and the group.
struct SaveGroup {
  MCRegister Group;
  const TargetRegisterClass *RC;
  int FrameIdx;
};
} // namespace

/// Aligned quads and pairs whose slots are adjacent, then single registers; without $ra.
static SmallVector<SaveGroup, 16> groupCalleeSaves(const MachineFrameInfo &MFI, ArrayRef<CalleeSavedInfo> CSI,
                                                   const TargetRegisterInfo &TRI) {
  DenseMap<unsigned, int> Slot;
  for (const CalleeSavedInfo &I : CSI)
    if (I.getReg() != KVX::RA)
      Slot[I.getReg()] = I.getFrameIdx();

  static const unsigned Words[] = {KVX::sub_lo, KVX::sub_hi, KVX::sub_z, KVX::sub_t};
  SmallVector<SaveGroup, 16> Groups;
  auto TakeGroups = [&](const TargetRegisterClass &RC, unsigned NumWords) {
    for (MCPhysReg Group : RC) {
      SmallVector<int, 4> Slots;
      for (unsigned I = 0; I != NumWords; ++I) {
        auto It = Slot.find(TRI.getSubReg(Group, Words[I]));
        if (It == Slot.end() ||
            (I && MFI.getObjectOffset(It->second) != MFI.getObjectOffset(Slots.front()) + 8 * int64_t(I)))
          break;
        Slots.push_back(It->second);
      }
      if (Slots.size() != NumWords)
        continue;
      Groups.push_back({Group, &RC, Slots.front()});
      for (unsigned I = 0; I != NumWords; ++I)
        Slot.erase(TRI.getSubReg(Group, Words[I]));
    }
  };
  TakeGroups(KVX::QGRRegClass, 4);
  TakeGroups(KVX::PGRRegClass, 2);
  for (const CalleeSavedInfo &I : CSI)
    if (Slot.count(I.getReg()))
      Groups.push_back({I.getReg(), &KVX::GPRRegClass, I.getFrameIdx()});
  return Groups;
}

bool KVXFrameLowering::spillCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                                                 ArrayRef<CalleeSavedInfo> CSI, const TargetRegisterInfo *TRI) const {
  const MachineFunction &MF = *MBB.getParent();
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  for (const CalleeSavedInfo &I : CSI) {
    if (!MBB.isLiveIn(I.getReg()))
      MBB.addLiveIn(I.getReg());
    if (I.getReg() != KVX::RA)
      continue;
    BuildMI(MBB, MI, DebugLoc(), TII.get(KVX::GETRA), KVX::R16).setMIFlag(MachineInstr::FrameSetup);
    TII.storeRegToStackSlot(MBB, MI, KVX::R16, /*isKill=*/true, I.getFrameIdx(), &KVX::GPRRegClass, TRI, Register());
    std::prev(MI)->setFlag(MachineInstr::FrameSetup);
  }
  for (const SaveGroup &G : groupCalleeSaves(MF.getFrameInfo(), CSI, *TRI)) {
    TII.storeRegToStackSlot(MBB, MI, G.Group, /*isKill=*/false, G.FrameIdx, G.RC, TRI, Register());
    std::prev(MI)->setFlag(MachineInstr::FrameSetup);
  }
  return true;
}

bool KVXFrameLowering::restoreCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                                                   MutableArrayRef<CalleeSavedInfo> CSI,
                                                   const TargetRegisterInfo *TRI) const {
  const MachineFunction &MF = *MBB.getParent();
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  DebugLoc DL = MI != MBB.end() ? MI->getDebugLoc() : DebugLoc();
  // The return address first: it takes longest.
  for (const CalleeSavedInfo &I : CSI)
    if (I.getReg() == KVX::RA) {
      TII.loadRegFromStackSlot(MBB, MI, KVX::R16, I.getFrameIdx(), &KVX::GPRRegClass, TRI, Register());
      std::prev(MI)->setFlag(MachineInstr::FrameDestroy);
      BuildMI(MBB, MI, DL, TII.get(KVX::SETRA)).addReg(KVX::R16, RegState::Kill).setMIFlag(MachineInstr::FrameDestroy);
    }
  for (const SaveGroup &G : groupCalleeSaves(MF.getFrameInfo(), CSI, *TRI)) {
    TII.loadRegFromStackSlot(MBB, MI, G.Group, G.FrameIdx, G.RC, TRI, Register());
    std::prev(MI)->setFlag(MachineInstr::FrameDestroy);
  }
  return true;
}
