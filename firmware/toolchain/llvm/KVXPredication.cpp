//===-- KVXPredication.cpp - Conditional execution ------------------------===//
//
// The hooks of the early if-predicator, which puts the short arms of a condition into the block
// above while the code is in SSA form. Loads and stores become conditional accesses; arithmetic
// is executed in any case, since nobody uses its result on the other path; results that meet
// behind the condition are chosen by cmoved (insertSelect).
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

namespace {

/// The forms of one kind of access and the logarithm of its size.
struct AccessForms {
  unsigned RI, RR, XS, Conditional, Log;
};

#define FORMS(name, log) {KVX::name##ri, KVX::name##rr, KVX::name##xs, KVX::name##c, log}
constexpr AccessForms Accesses[] = {
    FORMS(LBZ, 0), FORMS(LBS, 0), FORMS(LHZ, 1), FORMS(LHS, 1), FORMS(LWZ, 2),
    FORMS(LWS, 2), FORMS(LD, 3),  FORMS(LQ, 4),  FORMS(LO, 5),  FORMS(SB, 0),
    FORMS(SH, 1),  FORMS(SW, 2),  FORMS(SD, 3),  FORMS(SQ, 4),  FORMS(SO, 5),
};
#undef FORMS

} // namespace

static const AccessForms *findAccess(unsigned Opcode) {
  for (const AccessForms &A : Accesses)
    if (Opcode == A.RI || Opcode == A.RR || Opcode == A.XS)
      return &A;
  return nullptr;
}

bool KVXInstrInfo::isPredicated(const MachineInstr &MI) const {
  return any_of(Accesses, [&](const AccessForms &A) { return MI.getOpcode() == A.Conditional; });
}

bool KVXInstrInfo::isPredicable(const MachineInstr &MI) const {
  if (MI.mayLoadOrStore())
    return findAccess(MI.getOpcode()) != nullptr;
  return !MI.hasUnmodeledSideEffects() && !MI.isCall() && !MI.isInlineAsm() && !MI.isPosition() && !MI.isConvergent() &&
         MI.getOpcode() != KVX::GETRA && MI.getOpcode() != KVX::SETRA;
}

/// The base register of the conditional form: base + index is computed in front of the access.
static Register addIndex(MachineInstr &MI, const KVXInstrInfo &TII, const AccessForms &Access, unsigned BaseOp) {
  static const unsigned ScaledAdd[] = {KVX::ADDDrr, KVX::ADDX2Drr, KVX::ADDX4Drr, KVX::ADDX8Drr, KVX::ADDX16Drr};
  MachineRegisterInfo &MRI = MI.getMF()->getRegInfo();
  const unsigned Log = MI.getOpcode() == Access.XS ? Access.Log : 0;
  Register Address = MRI.createVirtualRegister(&KVX::GPRRegClass);
  BuildMI(*MI.getParent(), MI, MI.getDebugLoc(), TII.get(ScaledAdd[Log]), Address)
      .addReg(MI.getOperand(BaseOp + 1).getReg())
      .addReg(MI.getOperand(BaseOp).getReg());
  return Address;
}

/// Rewrites a load or store; `Old` is what the result of a load holds if the condition is false.
static void makeConditional(MachineInstr &MI, const MCInstrDesc &Conditional, ArrayRef<MachineOperand> Cond,
                            const MachineOperand &Base, const MachineOperand &Offset, Register Old,
                            unsigned OldFlags = 0) {
  const bool IsLoad = MI.mayLoad();
  const MachineOperand Data = MI.getOperand(IsLoad ? 0 : 2);
  while (MI.getNumOperands())
    MI.removeOperand(0);
  MI.setDesc(Conditional);
  MachineInstrBuilder MIB(*MI.getMF(), MI);
  if (IsLoad)
    MIB.add(Data).addReg(Old, OldFlags);
  MIB.addReg(Cond[0].getReg()).add(Cond[1]).add(Base).add(Offset);
  if (!IsLoad)
    MIB.add(Data);
}

bool KVXInstrInfo::PredicateInstruction(MachineInstr &MI, ArrayRef<MachineOperand> Cond) const {
  const AccessForms *Access = findAccess(MI.getOpcode());
  if (!Access)
    return true;
  MachineRegisterInfo &MRI = MI.getMF()->getRegInfo();
  const unsigned BaseOp = MI.mayLoad() ? 1 : 0;
  MachineOperand Base = MI.getOperand(BaseOp), Offset = MachineOperand::CreateImm(0);
  if (MI.getOpcode() == Access->RI)
    Offset = MI.getOperand(BaseOp + 1);
  else
    Base = MachineOperand::CreateReg(addIndex(MI, *this, *Access, BaseOp), /*isDef=*/false);
  Register Old;
  if (MI.mayLoad()) {
    // Whatever the register holds on the other path is not used.
    Old = MRI.createVirtualRegister(MRI.getRegClass(MI.getOperand(0).getReg()));
    BuildMI(*MI.getParent(), MI, MI.getDebugLoc(), get(TargetOpcode::IMPLICIT_DEF), Old);
  }
  makeConditional(MI, get(Access->Conditional), Cond, Base, Offset, Old);
  return true;
}

const MCInstrDesc *KVXInstrInfo::getConditionalForm(const MachineInstr &MI) const {
  const AccessForms *Access = findAccess(MI.getOpcode());
  return Access && MI.getOpcode() == Access->RI ? &get(Access->Conditional) : nullptr;
}

void KVXInstrInfo::predicateInPlace(MachineInstr &MI, ArrayRef<MachineOperand> Cond, bool OldUsed) const {
  const unsigned BaseOp = MI.mayLoad() ? 1 : 0;
  const MachineOperand Base = MI.getOperand(BaseOp), Offset = MI.getOperand(BaseOp + 1);
  const Register Old = MI.mayLoad() ? MI.getOperand(0).getReg() : Register();
  makeConditional(MI, *getConditionalForm(MI), Cond, Base, Offset, Old, getUndefRegState(!OldUsed));
}

//===----------------------------------------------------------------------===//
// Profitability
//===----------------------------------------------------------------------===//

/// A taken branch costs two bubbles and ends a region of the scheduler; what the arm adds to
/// the other path must stay below that. All accesses share one unit.
static constexpr unsigned MaxInstrs = 8, MaxAccesses = 3;
/// An arm that is hardly ever executed should not burden the other path.
static constexpr unsigned RareNumerator = 1, RareDenominator = 10;

static bool isShort(const MachineBasicBlock &MBB, unsigned &Instrs, unsigned &Accesses) {
  for (const MachineInstr &MI : MBB) {
    if (MI.isMetaInstruction() || MI.isTerminator())
      continue;
    ++Instrs;
    Accesses += MI.mayLoadOrStore();
  }
  return Instrs <= MaxInstrs && Accesses <= MaxAccesses;
}

static bool isRare(MachineBasicBlock &MBB) {
  const MachineBasicBlock *Head = *MBB.pred_begin();
  return Head->getSuccProbability(find(Head->successors(), &MBB)) < BranchProbability(RareNumerator, RareDenominator);
}

bool KVXInstrInfo::isProfitableToIfCvt(MachineBasicBlock &MBB, unsigned, unsigned, BranchProbability) const {
  unsigned Instrs = 0, Accesses = 0;
  return isShort(MBB, Instrs, Accesses) && !isRare(MBB);
}

bool KVXInstrInfo::isProfitableToIfCvt(MachineBasicBlock &TMBB, unsigned, unsigned, MachineBasicBlock &FMBB, unsigned,
                                       unsigned, BranchProbability) const {
  unsigned Instrs = 0, Accesses = 0;
  return isShort(TMBB, Instrs, Accesses) && isShort(FMBB, Instrs, Accesses) && !isRare(TMBB) && !isRare(FMBB);
}
