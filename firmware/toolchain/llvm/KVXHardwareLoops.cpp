//===-- KVXHardwareLoops.cpp - Counted loops become loopdo ----------------===//
//
// The generic HardwareLoops pass marks the counter of a counted loop with LoopStart in the
// preheader and LoopDec in the latch. This pass, after block placement, turns
//
//   preheader:  LoopStart r = n          preheader:  loopdo r, exit
//   header:     ...                      header:     ...
//   latch:      LoopDec r = r, 1
//               cb.dnez r ? header
//   exit:                                exit:
//
// if the blocks still have that shape, and otherwise puts an ordinary decrement in place. The
// hardware repeats from the bundle after loopdo, so the preheader must fall through into the
// header and loopdo be its last bundle. Leaving the loop early is harmless: the end address is
// never passed again without a new loopdo. A body with calls or system instructions does not
// qualify, since the callee may use the one set of loop registers itself.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "kvx-hardware-loops"

/// loopdo reaches 256 KiB; leave room for alignment.
static constexpr uint64_t MaxBodyBytes = 128 * 1024;

namespace {

class KVXHardwareLoops : public MachineFunctionPass {
public:
  static char ID;
  KVXHardwareLoops() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return "KVX Hardware Loops"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<MachineLoopInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  const KVXInstrInfo *TII = nullptr;
  const TargetRegisterInfo *TRI = nullptr;
  MachineLoopInfo *MLI = nullptr;

  bool convert(MachineInstr &Dec);
  void putLatchLast(const MachineLoop &L, MachineBasicBlock &Latch);
  MachineBasicBlock *fallThroughPreheader(const MachineLoop &L);
  bool bodyQualifies(const MachineLoop &L, const MachineInstr &Dec, const MachineInstr &Branch) const;
  void revert(MachineFunction &MF);
};

} // namespace

char KVXHardwareLoops::ID = 0;

FunctionPass *llvm::createKVXHardwareLoops() { return new KVXHardwareLoops(); }

bool KVXHardwareLoops::bodyQualifies(const MachineLoop &L, const MachineInstr &Dec, const MachineInstr &Branch) const {
  Register Counter = Dec.getOperand(0).getReg();
  uint64_t Bytes = 0;
  for (const MachineBasicBlock *MBB : L.blocks())
    for (const MachineInstr &MI : *MBB) {
      Bytes += TII->getInstSizeInBytes(MI);
      if (&MI == &Dec || &MI == &Branch || MI.isDebugInstr())
        continue;
      if (MI.isCall() || MI.isReturn() || TII->isBundleBoundary(MI) || MI.getOpcode() == KVX::LoopDec ||
          MI.readsRegister(Counter, TRI) || MI.modifiesRegister(Counter, TRI))
        return false;
    }
  return Bytes <= MaxBodyBytes;
}

/// Block placement likes to put the latch above the header to save a jump. If the loop's blocks are
/// contiguous, rotate them so that the header comes first and the latch last.
void KVXHardwareLoops::putLatchLast(const MachineLoop &L, MachineBasicBlock &Latch) {
  MachineBasicBlock *Header = L.getHeader();
  MachineFunction &MF = *Latch.getParent();
  if (&*std::prev(Header->getIterator()) != &Latch)
    return;
  MachineFunction::iterator First = Latch.getIterator(), Last = Header->getIterator();
  while (First != MF.begin() && L.contains(&*std::prev(First)))
    --First;
  while (std::next(Last) != MF.end() && L.contains(&*std::next(Last)))
    ++Last;
  if (First == MF.begin() || static_cast<unsigned>(std::distance(First, Last)) + 1 != L.getNumBlocks())
    return;

  MachineBasicBlock *Above = &*std::prev(First), *Bottom = &*Last;
  SmallVector<std::pair<MachineBasicBlock *, MachineBasicBlock *>, 3> OldNext;
  for (MachineBasicBlock *MBB : {Above, &Latch, Bottom}) {
    MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
    SmallVector<MachineOperand, 2> Cond;
    MachineFunction::iterator Next = std::next(MBB->getIterator());
    if (TII->analyzeBranch(*MBB, TBB, FBB, Cond, false))
      return;
    OldNext.push_back({MBB, Next == MF.end() ? nullptr : &*Next});
  }
  MF.splice(std::next(Last), First, std::next(Latch.getIterator()));
  for (auto [MBB, Next] : OldNext)
    MBB->updateTerminator(Next);
}

/// The loop's one entry, a block that does nothing but fall through into the header; inserted where
/// the block above the header ends in a conditional branch (prologues of the software pipeliner).
/// Null if the loop is entered in another way.
MachineBasicBlock *KVXHardwareLoops::fallThroughPreheader(const MachineLoop &L) {
  MachineBasicBlock *Header = L.getHeader(), *Above = &*std::prev(Header->getIterator());
  MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
  SmallVector<MachineOperand, 2> Cond;
  if (L.contains(Above) || !Above->isSuccessor(Header) || Header->pred_size() != 2 ||
      TII->analyzeBranch(*Above, TBB, FBB, Cond, false) || FBB || TBB == Header)
    return nullptr;
  if (!TBB)
    return Above;
  MachineFunction &MF = *Header->getParent();
  MachineBasicBlock *Pre = MF.CreateMachineBasicBlock();
  MF.insert(Header->getIterator(), Pre);
  Above->replaceSuccessor(Header, Pre);
  Pre->addSuccessor(Header);
  for (const auto &LiveIn : Header->liveins())
    Pre->addLiveIn(LiveIn);
  if (MachineLoop *Parent = L.getParentLoop())
    Parent->addBasicBlockToLoop(Pre, *MLI);
  return Pre;
}

bool KVXHardwareLoops::convert(MachineInstr &Dec) {
  MachineBasicBlock *Latch = Dec.getParent();
  MachineLoop *L = MLI->getLoopFor(Latch);
  Register Counter = Dec.getOperand(0).getReg();
  if (!L || !L->isInnermost() || L->getLoopLatch() != Latch || Dec.getOperand(1).getReg() != Counter ||
      Dec.getOperand(2).getImm() != 1)
    return false;
  MachineBasicBlock *Header = L->getHeader();

  if (Header == &Header->getParent()->front())
    return false;
  putLatchLast(*L, *Latch);

  // The latch ends by branching back while the counter is not zero.
  MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
  SmallVector<MachineOperand, 2> Cond;
  if (TII->analyzeBranch(*Latch, TBB, FBB, Cond, false) || Cond.empty() || Cond[0].getReg() != Counter)
    return false;
  if (Cond[1].getImm() == KVXCC::DEQZ && FBB)
    std::swap(TBB, FBB);
  else if (Cond[1].getImm() != KVXCC::DNEZ)
    return false;
  if (TBB != Header)
    return false;
  MachineInstr &Branch = *Latch->getFirstTerminator();
  if (!bodyQualifies(*L, Dec, Branch))
    return false;
  MachineFunction::iterator Next = std::next(Latch->getIterator());
  MachineBasicBlock *Exit = FBB ? FBB : Next != Latch->getParent()->end() ? &*Next : nullptr;
  if (!Exit || Exit == Header || Exit->isLiveIn(Counter))
    return false;
  for (MachineBasicBlock *MBB : L->blocks())
    for (MachineBasicBlock *Out : MBB->successors())
      if (!L->contains(Out) && Out->isLiveIn(Counter))
        return false;

  MachineBasicBlock *Pre = fallThroughPreheader(*L);
  if (!Pre)
    return false;

  DebugLoc DL = Dec.getDebugLoc();
  TII->removeBranch(*Latch, nullptr);
  Dec.eraseFromParent();
  if (none_of(*Latch, [](const MachineInstr &MI) { return !MI.isMetaInstruction(); }))
    BuildMI(*Latch, Latch->end(), DL, TII->get(KVX::NOP)); // the end must be reached in sequence
  BuildMI(Latch, DL, TII->get(KVX::LOOPEND)).addMBB(Header);
  if (FBB) {
    // The way out is a bundle behind the loop.
    MachineFunction &MF = *Latch->getParent();
    MachineBasicBlock *Out = MF.CreateMachineBasicBlock();
    MF.insert(std::next(Latch->getIterator()), Out);
    Latch->replaceSuccessor(FBB, Out);
    Out->addSuccessor(FBB);
    for (const auto &LiveIn : FBB->liveins())
      Out->addLiveIn(LiveIn);
    BuildMI(Out, DL, TII->get(KVX::GOTO)).addMBB(FBB);
    Exit = Out;
    if (MachineLoop *Parent = L->getParentLoop())
      Parent->addBasicBlockToLoop(Out, *MLI);
  }
  BuildMI(*Pre, Pre->end(), DL, TII->get(KVX::LOOPDO)).addReg(Counter).addMBB(Exit);
  // Padding would be executed in every iteration.
  Header->setAlignment(Align(4));
  Exit->setAlignment(Align(4));
  Exit->setLabelMustBeEmitted();
  for (MachineBasicBlock *MBB : L->blocks())
    MBB->removeLiveIn(Counter);
  return true;
}

void KVXHardwareLoops::revert(MachineFunction &MF) {
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (MI.getOpcode() == KVX::LoopDec) {
        BuildMI(MBB, MI, MI.getDebugLoc(), TII->get(KVX::ADDDri), MI.getOperand(0).getReg())
            .add(MI.getOperand(1))
            .addImm(-MI.getOperand(2).getImm());
        MI.eraseFromParent();
      } else if (MI.getOpcode() == KVX::LoopStart) {
        if (MI.getOperand(0).getReg() != MI.getOperand(1).getReg())
          TII->copyPhysReg(MBB, MI, MI.getDebugLoc(), MI.getOperand(0).getReg(), MI.getOperand(1).getReg(),
                           MI.getOperand(1).isKill());
        MI.eraseFromParent();
      }
    }
}

bool KVXHardwareLoops::runOnMachineFunction(MachineFunction &MF) {
  TII = MF.getSubtarget<KVXSubtarget>().getInstrInfo();
  TRI = MF.getSubtarget().getRegisterInfo();
  MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
  SmallVector<MachineInstr *, 8> Decs;
  bool Found = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB) {
      Found |= MI.getOpcode() == KVX::LoopStart;
      if (MI.getOpcode() == KVX::LoopDec)
        Decs.push_back(&MI);
    }
  if (!Found && Decs.empty())
    return false;
  for (MachineInstr *Dec : Decs)
    convert(*Dec);
  revert(MF);
  return true;
}
