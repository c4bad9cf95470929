//===-- KVXPipeliner.cpp - Loops for the software pipeliner ---------------===//
//
// Describes counted loops (LoopStart, LoopDec, cb) of one block to the generic MachinePipeliner.
// The count and its branch stay in the first stage, so every prologue decrements the counter
// itself and the kernel runs for the iterations that are left; KVXHardwareLoops then finds a
// counted loop as before.
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

class KVXPipelinerLoopInfo : public TargetInstrInfo::PipelinerLoopInfo {
  const KVXInstrInfo &TII;
  MachineRegisterInfo &MRI;
  const MachineInstr &Dec, &Branch;
  Register Count; // iterations

public:
  KVXPipelinerLoopInfo(const KVXInstrInfo &TII, MachineRegisterInfo &MRI, const MachineInstr &Dec,
                       const MachineInstr &Branch, Register Count)
      : TII(TII), MRI(MRI), Dec(Dec), Branch(Branch), Count(Count) {}

  bool shouldIgnoreForPipelining(const MachineInstr *MI) const override { return MI == &Dec || MI == &Branch; }

  std::optional<bool> createTripCountGreaterCondition(int TC, MachineBasicBlock &MBB,
                                                      SmallVectorImpl<MachineOperand> &Cond) override {
    if (const MachineInstr *Def = MRI.getVRegDef(Count); Def->getOpcode() == KVX::MAKE)
      return Def->getOperand(1).getImm() > TC;
    // The branch leaves the pipelined loop, so it asks for the opposite.
    Register NotGreater = MRI.createVirtualRegister(&KVX::GPRRegClass);
    BuildMI(&MBB, Branch.getDebugLoc(), TII.get(KVX::COMPDri), NotGreater).addReg(Count).addImm(TC).addImm(KVXCC::LEU);
    MRI.clearKillFlags(Count);
    Cond.push_back(MachineOperand::CreateReg(NotGreater, /*isDef=*/false));
    Cond.push_back(MachineOperand::CreateImm(KVXCC::WNEZ));
    return std::nullopt;
  }

  void adjustTripCount(int) override {}
  void setPreheader(MachineBasicBlock *) override {}
  void disposed() override {}
};

} // namespace

std::unique_ptr<TargetInstrInfo::PipelinerLoopInfo>
KVXInstrInfo::analyzeLoopForPipelining(MachineBasicBlock *LoopBB) const {
  MachineRegisterInfo &MRI = LoopBB->getParent()->getRegInfo();
  MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
  SmallVector<MachineOperand, 2> Cond;
  if (analyzeBranch(*LoopBB, TBB, FBB, Cond, false) || Cond.empty() || TBB != LoopBB || Cond[1].getImm() != KVXCC::DNEZ)
    return nullptr;
  const MachineInstr *Dec = MRI.getVRegDef(Cond[0].getReg());
  if (!Dec || Dec->getOpcode() != KVX::LoopDec || Dec->getParent() != LoopBB)
    return nullptr;
  const MachineInstr *Phi = MRI.getVRegDef(Dec->getOperand(1).getReg());
  if (!Phi || !Phi->isPHI() || Phi->getParent() != LoopBB || Phi->getNumOperands() != 5)
    return nullptr;
  const unsigned Entry = Phi->getOperand(2).getMBB() == LoopBB ? 3 : 1;
  const MachineInstr *Start = MRI.getVRegDef(Phi->getOperand(Entry).getReg());
  if (!Start || Start->getOpcode() != KVX::LoopStart)
    return nullptr;
  for (const MachineInstr &MI : *LoopBB)
    if (MI.isCall() || isBundleBoundary(MI) || MI.hasOrderedMemoryRef() || MI.hasUnmodeledSideEffects())
      return nullptr;
  return std::make_unique<KVXPipelinerLoopInfo>(*this, MRI, *Dec, *LoopBB->getFirstTerminator(),
                                                Start->getOperand(1).getReg());
}
