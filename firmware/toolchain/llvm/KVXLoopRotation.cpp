//===-- KVXLoopRotation.cpp - Loads of the next iteration at the latch ----===//
//
// A loop that is not counted begins an iteration with loads whose results it waits for, and ends
// it with a branch whose bubbles nobody uses. This pass moves such a load in front of the loop and,
// for the next iteration, to the end of the latch, where it is conditional on the branch that
// goes round:
//
//   header:  v = load [p]            before:  v0 = load [p0]
//            ...                     header:  v = phi(v0, v1), ...
//   latch:   p' = ...                latch:   p' = ...
//            cb c ? header                    v1 = load if c [p'], else v
//                                             cb c ? header
//
// Nothing is loaded that the loop did not load. Works on SSA form; counted loops are left to the
// software pipeliner.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#define DEBUG_TYPE "kvx-loop-rotation"

/// All loads share one unit.
static constexpr unsigned MaxLoads = 2;

namespace {

class KVXLoopRotation : public MachineFunctionPass {
public:
  static char ID;
  KVXLoopRotation() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return "KVX Loop Rotation"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    AU.addRequired<MachineLoopInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  const KVXInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;

  bool rotate(MachineLoop &L);
  bool repeatsIf(MachineBasicBlock &Latch, MachineBasicBlock &Header, SmallVectorImpl<MachineOperand> &Cond) const;
  bool isCandidate(const MachineInstr &MI, const MachineLoop &L) const;
  MachineInstr &cloneInto(MachineBasicBlock &MBB, const MachineInstr &Load, const MachineBasicBlock &Header);
  void moveLoad(MachineInstr &Load, MachineLoop &L, ArrayRef<MachineOperand> Cond);
};

} // namespace

char KVXLoopRotation::ID = 0;

FunctionPass *llvm::createKVXLoopRotation() { return new KVXLoopRotation(); }

/// Whether the latch ends in a conditional branch that is not a loop counter's; `Cond` goes round.
bool KVXLoopRotation::repeatsIf(MachineBasicBlock &Latch, MachineBasicBlock &Header,
                                SmallVectorImpl<MachineOperand> &Cond) const {
  MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
  if (TII->analyzeBranch(Latch, TBB, FBB, Cond, false) || Cond.empty() || TBB == FBB)
    return false;
  const MachineInstr *Def = MRI->getVRegDef(Cond[0].getReg());
  if (Def && Def->getOpcode() == KVX::LoopDec)
    return false;
  if (TBB != &Header)
    TII->reverseBranchCondition(Cond);
  return true;
}

/// The address is the same as a phi of the header or does not change in the loop.
bool KVXLoopRotation::isCandidate(const MachineInstr &MI, const MachineLoop &L) const {
  if (!MI.mayLoad() || !TII->isPredicable(MI) || MI.hasOrderedMemoryRef() || MI.getNumExplicitOperands() != 3)
    return false;
  return all_of(drop_begin(MI.explicit_operands()), [&](const MachineOperand &MO) {
    if (MO.isImm())
      return true;
    if (!MO.isReg() || !MO.getReg().isVirtual() || MO.getSubReg())
      return false;
    const MachineInstr *Def = MRI->getVRegDef(MO.getReg());
    return !L.contains(Def->getParent()) || (Def->isPHI() && Def->getParent() == L.getHeader());
  });
}

/// A copy of the load at the end of a predecessor of the header, with the values that arrive from there.
MachineInstr &KVXLoopRotation::cloneInto(MachineBasicBlock &MBB, const MachineInstr &Load,
                                         const MachineBasicBlock &Header) {
  MachineInstr *Copy = MBB.getParent()->CloneMachineInstr(&Load);
  MBB.insert(MBB.getFirstTerminator(), Copy);
  Copy->getOperand(0).setReg(MRI->createVirtualRegister(MRI->getRegClass(Load.getOperand(0).getReg())));
  for (MachineOperand &MO : drop_begin(Copy->explicit_operands())) {
    if (!MO.isReg())
      continue;
    MO.setIsKill(false);
    const MachineInstr *Def = MRI->getVRegDef(MO.getReg());
    if (!Def->isPHI() || Def->getParent() != &Header)
      continue;
    for (unsigned I = 1; I < Def->getNumOperands(); I += 2)
      if (Def->getOperand(I + 1).getMBB() == &MBB) {
        MO.setReg(Def->getOperand(I).getReg());
        MO.setSubReg(Def->getOperand(I).getSubReg());
        break;
      }
    MRI->clearKillFlags(MO.getReg());
  }
  return *Copy;
}

void KVXLoopRotation::moveLoad(MachineInstr &Load, MachineLoop &L, ArrayRef<MachineOperand> Cond) {
  MachineBasicBlock &Header = *L.getHeader(), &Latch = *L.getLoopLatch(), &Before = *L.getLoopPreheader();
  const Register First = cloneInto(Before, Load, Header).getOperand(0).getReg();
  MachineInstr &Next = cloneInto(Latch, Load, Header);
  const Register Following = Next.getOperand(0).getReg();
  const Register Value = Load.getOperand(0).getReg();
  TII->PredicateInstruction(Next, Cond);
  MRI->clearKillFlags(Cond[0].getReg());
  // On the way out the register keeps its value, so no copy is needed for what is used behind the loop.
  Next.getOperand(1).setReg(Value);
  MRI->clearKillFlags(Value);
  if (&Header == &Latch)
    for (MachineOperand &Use : make_early_inc_range(MRI->use_operands(Value))) {
      MachineInstr &User = *Use.getParent();
      const MachineBasicBlock *At = User.isPHI() ? User.getOperand(Use.getOperandNo() + 1).getMBB() : User.getParent();
      if (User.getParent() != &Header && (!User.isPHI() || At == &Latch || !L.contains(At)))
        Use.setReg(Following);
    }
  Load.eraseFromParent();
  BuildMI(Header, Header.begin(), DebugLoc(), TII->get(TargetOpcode::PHI), Value)
      .addReg(First)
      .addMBB(&Before)
      .addReg(Following)
      .addMBB(&Latch);
}

bool KVXLoopRotation::rotate(MachineLoop &L) {
  MachineBasicBlock *Header = L.getHeader(), *Latch = L.getLoopLatch(), *Before = L.getLoopPreheader();
  SmallVector<MachineOperand, 2> Cond;
  if (!L.isInnermost() || !Latch || !Before || Header->pred_size() != 2 || !repeatsIf(*Latch, *Header, Cond))
    return false;
  SmallVector<MachineInstr *, MaxLoads> Loads;
  for (MachineInstr &MI : *Header) {
    if (MI.mayStore() || MI.isCall() || MI.isTerminator() || MI.hasUnmodeledSideEffects() || Loads.size() == MaxLoads)
      break;
    if (isCandidate(MI, L))
      Loads.push_back(&MI);
  }
  for (MachineInstr *Load : Loads)
    moveLoad(*Load, L, Cond);
  return !Loads.empty();
}

bool KVXLoopRotation::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()) || MF.getFunction().hasOptSize())
    return false;
  TII = MF.getSubtarget<KVXSubtarget>().getInstrInfo();
  MRI = &MF.getRegInfo();
  bool Changed = false;
  for (MachineLoop *L : getAnalysis<MachineLoopInfoWrapperPass>().getLI().getLoopsInPreorder())
    Changed |= rotate(*L);
  return Changed;
}
