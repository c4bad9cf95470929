//===-- KVXInstrInfo.cpp - KVX instructions -------------------------------===//

#include "KVXInstrInfo.h"
#include "KVX.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/CodeGen/DFAPacketizer.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

#define GET_INSTRINFO_CTOR_DTOR
#include "KVXGenInstrInfo.inc"

#include "KVXGenDFAPacketizer.inc"

KVXInstrInfo::KVXInstrInfo() : KVXGenInstrInfo(KVX::ADJCALLSTACKDOWN, KVX::ADJCALLSTACKUP) {}

DFAPacketizer *KVXInstrInfo::CreateTargetScheduleState(const TargetSubtargetInfo &STI) const {
  return static_cast<const KVXSubtarget &>(STI).createDFAPacketizer(STI.getInstrItineraryData());
}

//===----------------------------------------------------------------------===//
// Copies and spills
//===----------------------------------------------------------------------===//

void KVXInstrInfo::copyPhysReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, const DebugLoc &DL,
                               MCRegister DestReg, MCRegister SrcReg, bool KillSrc) const {
  if (DestReg == KVX::RA) {
    BuildMI(MBB, MI, DL, get(KVX::SETRA)).addReg(SrcReg, getKillRegState(KillSrc));
    return;
  }
  if (SrcReg == KVX::RA) {
    BuildMI(MBB, MI, DL, get(KVX::GETRA), DestReg);
    return;
  }
  if (KVX::GPRRegClass.contains(DestReg, SrcReg)) {
    BuildMI(MBB, MI, DL, get(KVX::COPYD), DestReg).addReg(SrcReg, getKillRegState(KillSrc));
    return;
  }
  // Aligned groups overlap entirely or not at all, so the order of the words does not matter.
  static const unsigned Words[] = {KVX::sub_lo, KVX::sub_hi, KVX::sub_z, KVX::sub_t};
  unsigned NumWords = KVX::QGRRegClass.contains(DestReg, SrcReg) ? 4 : 2;
  for (unsigned I = 0; I != NumWords; ++I) {
    auto MIB =
        BuildMI(MBB, MI, DL, get(KVX::COPYD), RI.getSubReg(DestReg, Words[I])).addReg(RI.getSubReg(SrcReg, Words[I]));
    // A group of which only some words are defined is copied whole.
    if (I == 0)
      MIB.addReg(DestReg, RegState::ImplicitDefine);
    MIB.addReg(SrcReg, RegState::Implicit | getKillRegState(KillSrc && I + 1 == NumWords));
  }
}

namespace {
struct SpillOpcodes {
  unsigned Store, Load;
};
} // namespace

static SpillOpcodes getSpillOpcodes(const TargetRegisterClass *RC) {
  if (KVX::PGRRegClass.hasSubClassEq(RC))
    return {KVX::SQri, KVX::LQri};
  if (KVX::QGRRegClass.hasSubClassEq(RC))
    return {KVX::SOri, KVX::LOri};
  assert(KVX::GPRRegClass.hasSubClassEq(RC) && "register class cannot be spilled");
  return {KVX::SDri, KVX::LDri};
}

static MachineMemOperand *getFrameMMO(MachineFunction &MF, int FI, MachineMemOperand::Flags Flags) {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  return MF.getMachineMemOperand(MachinePointerInfo::getFixedStack(MF, FI), Flags, MFI.getObjectSize(FI),
                                 MFI.getObjectAlign(FI));
}

void KVXInstrInfo::storeRegToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, Register SrcReg,
                                       bool IsKill, int FI, const TargetRegisterClass *RC, const TargetRegisterInfo *,
                                       Register) const {
  BuildMI(MBB, MI, DebugLoc(), get(getSpillOpcodes(RC).Store))
      .addFrameIndex(FI)
      .addImm(0)
      .addReg(SrcReg, getKillRegState(IsKill))
      .addMemOperand(getFrameMMO(*MBB.getParent(), FI, MachineMemOperand::MOStore));
}

void KVXInstrInfo::loadRegFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, Register DestReg,
                                        int FI, const TargetRegisterClass *RC, const TargetRegisterInfo *,
                                        Register) const {
  BuildMI(MBB, MI, DebugLoc(), get(getSpillOpcodes(RC).Load), DestReg)
      .addFrameIndex(FI)
      .addImm(0)
      .addMemOperand(getFrameMMO(*MBB.getParent(), FI, MachineMemOperand::MOLoad));
}

Register KVXInstrInfo::isLoadFromStackSlot(const MachineInstr &MI, int &FI) const {
  switch (MI.getOpcode()) {
  case KVX::LDri:
  case KVX::LQri:
  case KVX::LOri:
    if (!MI.getOperand(1).isFI() || !MI.getOperand(2).isImm() || MI.getOperand(2).getImm() != 0)
      return Register();
    FI = MI.getOperand(1).getIndex();
    return MI.getOperand(0).getReg();
  }
  return Register();
}

Register KVXInstrInfo::isStoreToStackSlot(const MachineInstr &MI, int &FI) const {
  switch (MI.getOpcode()) {
  case KVX::SDri:
  case KVX::SQri:
  case KVX::SOri:
    if (!MI.getOperand(0).isFI() || !MI.getOperand(1).isImm() || MI.getOperand(1).getImm() != 0)
      return Register();
    FI = MI.getOperand(0).getIndex();
    return MI.getOperand(2).getReg();
  }
  return Register();
}

//===----------------------------------------------------------------------===//
// Branches: a condition is {register, ScalarCond}
//===----------------------------------------------------------------------===//

bool KVXInstrInfo::analyzeBranch(MachineBasicBlock &MBB, MachineBasicBlock *&TBB, MachineBasicBlock *&FBB,
                                 SmallVectorImpl<MachineOperand> &Cond, bool AllowModify) const {
  TBB = FBB = nullptr;
  Cond.clear();
  MachineBasicBlock::iterator I = MBB.getLastNonDebugInstr();
  if (I == MBB.end() || !isUnpredicatedTerminator(*I))
    return false;

  // Code after the first unconditional branch is dead.
  MachineBasicBlock::iterator FirstUncond = MBB.end();
  unsigned NumTerminators = 0;
  for (auto J = I.getReverse(); J != MBB.rend() && isUnpredicatedTerminator(*J); ++J) {
    if (J->isDebugInstr())
      continue;
    ++NumTerminators;
    if (J->getDesc().isUnconditionalBranch() || J->getDesc().isIndirectBranch())
      FirstUncond = J.getReverse();
  }
  if (AllowModify && FirstUncond != MBB.end())
    while (std::next(FirstUncond) != MBB.end()) {
      if (!std::next(FirstUncond)->isDebugInstr())
        --NumTerminators;
      std::next(FirstUncond)->eraseFromParent();
      I = FirstUncond;
    }
  if (NumTerminators > 2)
    return true;

  if (NumTerminators == 1 && I->getOpcode() == KVX::GOTO) {
    TBB = I->getOperand(0).getMBB();
    return false;
  }
  auto ParseCond = [&](const MachineInstr &MI) {
    TBB = MI.getOperand(2).getMBB();
    Cond.push_back(MI.getOperand(0));
    Cond.back().setIsKill(false);
    Cond.push_back(MachineOperand::CreateImm(MI.getOperand(1).getImm()));
  };
  if (NumTerminators == 1 && I->getOpcode() == KVX::CB) {
    ParseCond(*I);
    return false;
  }
  if (NumTerminators == 2 && I->getOpcode() == KVX::GOTO) {
    MachineBasicBlock::iterator Prev = prev_nodbg(I, MBB.begin());
    if (Prev->getOpcode() == KVX::CB) {
      ParseCond(*Prev);
      FBB = I->getOperand(0).getMBB();
      return false;
    }
  }
  return true;
}

unsigned KVXInstrInfo::removeBranch(MachineBasicBlock &MBB, int *BytesRemoved) const {
  unsigned Count = 0;
  for (;;) {
    MachineBasicBlock::iterator I = MBB.getLastNonDebugInstr();
    if (I == MBB.end() || (I->getOpcode() != KVX::GOTO && I->getOpcode() != KVX::CB))
      break;
    I->eraseFromParent();
    ++Count;
  }
  if (BytesRemoved)
    *BytesRemoved = 4 * Count;
  return Count;
}

unsigned KVXInstrInfo::insertBranch(MachineBasicBlock &MBB, MachineBasicBlock *TBB, MachineBasicBlock *FBB,
                                    ArrayRef<MachineOperand> Cond, const DebugLoc &DL, int *BytesAdded) const {
  assert(TBB && "insertBranch must not be told to insert a fallthrough");
  unsigned Count = 0;
  if (Cond.empty()) {
    BuildMI(&MBB, DL, get(KVX::GOTO)).addMBB(TBB);
    ++Count;
  } else {
    BuildMI(&MBB, DL, get(KVX::CB)).add(Cond[0]).add(Cond[1]).addMBB(TBB);
    ++Count;
    if (FBB) {
      BuildMI(&MBB, DL, get(KVX::GOTO)).addMBB(FBB);
      ++Count;
    }
  }
  if (BytesAdded)
    *BytesAdded = 4 * Count;
  return Count;
}

bool KVXInstrInfo::reverseBranchCondition(SmallVectorImpl<MachineOperand> &Cond) const {
  Cond[1].setImm(KVXCC::invert(static_cast<KVXCC::ScalarCond>(Cond[1].getImm())));
  return false;
}

bool KVXInstrInfo::isBranchOffsetInRange(unsigned BranchOpc, int64_t Offset) const {
  // 17 or 27 signed bits of words; leave room for the bundle's start and alignment padding.
  constexpr int64_t Slack = 64;
  int64_t Range = BranchOpc == KVX::GOTO ? int64_t(1) << 28 : int64_t(1) << 18;
  return Offset >= -Range + Slack && Offset < Range - Slack;
}

MachineBasicBlock *KVXInstrInfo::getBranchDestBlock(const MachineInstr &MI) const {
  return MI.getOperand(MI.getNumExplicitOperands() - 1).getMBB();
}

bool KVXInstrInfo::canInsertSelect(const MachineBasicBlock &MBB, ArrayRef<MachineOperand> Cond, Register DstReg,
                                   Register TrueReg, Register FalseReg, int &CondCycles, int &TrueCycles,
                                   int &FalseCycles) const {
  const MachineRegisterInfo &MRI = MBB.getParent()->getRegInfo();
  const TargetRegisterClass *RC = RI.getCommonSubClass(MRI.getRegClass(TrueReg), MRI.getRegClass(FalseReg));
  if (Cond.size() != 2 || !RC || !KVX::GPRRegClass.hasSubClassEq(RC) ||
      !KVX::GPRRegClass.hasSubClassEq(MRI.getRegClass(DstReg)))
    return false;
  CondCycles = TrueCycles = FalseCycles = 1;
  return true;
}

void KVXInstrInfo::insertSelect(MachineBasicBlock &MBB, MachineBasicBlock::iterator I, const DebugLoc &DL,
                                Register DstReg, ArrayRef<MachineOperand> Cond, Register TrueReg,
                                Register FalseReg) const {
  BuildMI(MBB, I, DL, get(KVX::CMOVDrr), DstReg).addReg(FalseReg).addReg(TrueReg).add(Cond[0]).add(Cond[1]);
}

// Lets the machine combiner balance chains of operations, which an in-order machine cannot overlap.
bool KVXInstrInfo::isAssociativeAndCommutative(const MachineInstr &Inst, bool Invert) const {
  if (Invert)
    return false;
  switch (Inst.getOpcode()) {
  case KVX::ADDDrr:
  case KVX::ADDWrr:
  case KVX::ANDDrr:
  case KVX::ANDWrr:
  case KVX::IORDrr:
  case KVX::IORWrr:
  case KVX::EORDrr:
  case KVX::EORWrr:
  case KVX::MINDrr:
  case KVX::MINWrr:
  case KVX::MAXDrr:
  case KVX::MAXWrr:
  case KVX::MINUDrr:
  case KVX::MINUWrr:
  case KVX::MAXUDrr:
  case KVX::MAXUWrr:
  case KVX::MULDrr:
  case KVX::MULWrr:
    return true;
  case KVX::FADDD:
  case KVX::FADDW:
  case KVX::FMULD:
  case KVX::FMULW:
    return Inst.getFlag(MachineInstr::FmReassoc) && Inst.getFlag(MachineInstr::FmNsz);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Sizes and scheduling
//===----------------------------------------------------------------------===//

static unsigned getNumSyllables(KVXII::ImmKind Kind, const MachineOperand &MO) {
  switch (Kind) {
  case KVXII::ImmNone:
    return 1;
  case KVXII::ImmW32:
  case KVXII::ImmTLS:
    return 2;
  case KVXII::ImmI10:
    if (MO.isFI())
      return 2;
    if (!MO.isImm())
      return 3;
    return isInt<10>(MO.getImm()) ? 1 : isInt<37>(MO.getImm()) ? 2 : 3;
  case KVXII::ImmCond:
    return !MO.isImm() ? 3 : MO.getImm() == 0 ? 1 : isInt<27>(MO.getImm()) ? 2 : 3;
  case KVXII::ImmMake:
    if (!MO.isImm())
      return 3;
    return isInt<16>(MO.getImm()) ? 1 : isInt<43>(MO.getImm()) ? 2 : 3;
  }
  llvm_unreachable("unknown kind of immediate");
}

unsigned KVXInstrInfo::getInstSizeInBytes(const MachineInstr &MI) const {
  if (MI.isBundle()) {
    unsigned Size = 0;
    auto I = std::next(MI.getIterator());
    for (auto E = MI.getParent()->instr_end(); I != E && I->isInsideBundle(); ++I)
      Size += getInstSizeInBytes(*I);
    return Size;
  }
  if (MI.isInlineAsm())
    return getInlineAsmLength(MI.getOperand(0).getSymbolName(), *MI.getMF()->getTarget().getMCAsmInfo());
  if (MI.isMetaInstruction())
    return 0;
  const uint64_t Flags = MI.getDesc().TSFlags;
  const KVXII::ImmKind Kind = KVXII::getImmKind(Flags);
  if (Kind == KVXII::ImmNone)
    return MI.getDesc().getSize();
  return 4 * getNumSyllables(Kind, MI.getOperand(KVXII::getImmOperand(Flags)));
}

bool KVXInstrInfo::isSchedulingBoundary(const MachineInstr &MI, const MachineBasicBlock *MBB,
                                        const MachineFunction &MF) const {
  return TargetInstrInfo::isSchedulingBoundary(MI, MBB, MF) || isBundleBoundary(MI);
}

bool KVXInstrInfo::isBundleBoundary(const MachineInstr &MI) const {
  switch (MI.getOpcode()) {
  case KVX::GET:
  case KVX::SET:
  case KVX::SETalone:
  case KVX::WFXL:
  case KVX::WFXLalone:
  case KVX::WFXM:
  case KVX::WFXMalone:
  case KVX::SYNCGROUP:
  case KVX::IGET:
  case KVX::WAITIT:
  case KVX::LOOPEND:
  case KVX::SetJmpSetup:
    // May change state that other instructions depend on without saying so (rounding mode,
    // memory mapping, cache enables, interrupts).
    return true;
  }
  return MI.isInlineAsm() || MI.getOpcode() == TargetOpcode::MEMBARRIER || KVXII::isAlone(MI.getDesc().TSFlags);
}
