//===-- KVXShortenChains.cpp - Late operands of sums come last ------------===//
//
// The machine combiner reorders x op (t op s) only if t op s has no other use. A checksum step
//
//   crc = load op (crc >> 8);  index = byte op crc
//
// uses it twice; the index is ready a cycle earlier as load op (byte op (crc >> 8)), because only the
// load is late. The additional instruction fills a slot that was free. Works on SSA form.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXSubtarget.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#define DEBUG_TYPE "kvx-shorten-chains"

/// How many instructions to follow before an operand counts as late.
static constexpr unsigned MaxSteps = 12;

namespace {

class KVXShortenChains : public MachineFunctionPass {
public:
  static char ID;
  KVXShortenChains() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return "KVX Shorten Chains"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  const KVXInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;

  MachineInstr *localDef(const MachineOperand &MO, const MachineBasicBlock &MBB) const;
  bool dependsOn(const MachineOperand &MO, const MachineInstr &Late, const MachineBasicBlock &MBB,
                 unsigned &Steps) const;
  bool shorten(MachineInstr &MI);
};

} // namespace

char KVXShortenChains::ID = 0;

FunctionPass *llvm::createKVXShortenChains() { return new KVXShortenChains(); }

MachineInstr *KVXShortenChains::localDef(const MachineOperand &MO, const MachineBasicBlock &MBB) const {
  if (!MO.isReg() || !MO.getReg().isVirtual() || MO.isDef())
    return nullptr;
  MachineInstr *Def = MRI->getVRegDef(MO.getReg());
  return Def && Def->getParent() == &MBB && !Def->isPHI() ? Def : nullptr;
}

/// Whether the operand is computed in this block from the late value, or too far away to say.
bool KVXShortenChains::dependsOn(const MachineOperand &MO, const MachineInstr &Late, const MachineBasicBlock &MBB,
                                 unsigned &Steps) const {
  const MachineInstr *Def = localDef(MO, MBB);
  if (!Def)
    return false;
  if (Def == &Late || ++Steps > MaxSteps)
    return true;
  // A load that was issued before is no later than this one.
  if (Def->mayLoad())
    return false;
  return any_of(Def->uses(), [&](const MachineOperand &Use) { return dependsOn(Use, Late, MBB, Steps); });
}

/// MI = x op R with R = t op s and t a load: MI = t op (x op s).
bool KVXShortenChains::shorten(MachineInstr &MI) {
  MachineBasicBlock &MBB = *MI.getParent();
  if (!TII->isAssociativeAndCommutative(MI, /*Invert=*/false) || MI.getNumExplicitOperands() != 3)
    return false;
  for (unsigned Other : {1u, 2u}) {
    MachineInstr *Inner = localDef(MI.getOperand(3 - Other), MBB);
    if (!Inner || Inner->getOpcode() != MI.getOpcode() || MRI->hasOneNonDBGUse(Inner->getOperand(0).getReg()))
      continue;
    for (unsigned LateOp : {1u, 2u}) {
      const MachineInstr *Late = localDef(Inner->getOperand(LateOp), MBB);
      const MachineOperand &X = MI.getOperand(Other), &S = Inner->getOperand(3 - LateOp);
      unsigned Steps = 0;
      if (!Late || !Late->mayLoad() || !X.isReg() || !S.isReg() || dependsOn(X, *Late, MBB, Steps) ||
          dependsOn(S, *Late, MBB, Steps))
        continue;
      const Register Early = MRI->createVirtualRegister(MRI->getRegClass(MI.getOperand(0).getReg()));
      const Register T = Inner->getOperand(LateOp).getReg();
      for (Register Reg : {X.getReg(), S.getReg(), T})
        MRI->clearKillFlags(Reg);
      BuildMI(MBB, MI, MI.getDebugLoc(), MI.getDesc(), Early).addReg(X.getReg()).addReg(S.getReg());
      MI.getOperand(1).setReg(T);
      MI.getOperand(2).setReg(Early);
      MI.clearFlag(MachineInstr::NoUWrap);
      MI.clearFlag(MachineInstr::NoSWrap);
      return true;
    }
  }
  return false;
}

bool KVXShortenChains::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()) || MF.getFunction().hasOptSize())
    return false;
  TII = MF.getSubtarget<KVXSubtarget>().getInstrInfo();
  MRI = &MF.getRegInfo();
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB)
      Changed |= shorten(MI);
  return Changed;
}
