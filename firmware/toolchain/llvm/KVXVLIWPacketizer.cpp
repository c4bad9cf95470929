//===-- KVXVLIWPacketizer.cpp - Post-RA scheduling into bundles -----------===//
//
// List scheduling, cycle by cycle, of every region between scheduling boundaries; the
// instructions that issue in one cycle become one bundle. A bundle reads all its operands
// before it writes any result, so
//
//   - a register may be overwritten in the bundle that reads it (latency 0),
//   - a result is never read and never overwritten in its own bundle (latency at least 1),
//   - what a call or return only hands on in registers may be computed in its own bundle.
//
// The DFA generated from KVXSchedule.td says whether the units suffice; the limit of eight
// syllables is counted here because it depends on immediates. Calls and branches end a region
// and stay in its last bundle. Debug values and call frame information are taken out first
// and put back after the bundle of the instruction they followed.
//
// The free slots of a bundle with a conditional branch take instructions from the top of the block
// that the branch falls through to: arithmetic whose results the branch's target does not use, and
// loads and stores in their conditional form.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/CodeGen/DFAPacketizer.h"
#include "llvm/CodeGen/LiveRegUnits.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBundle.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/ScheduleDAGInstrs.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "kvx-packetizer"

static constexpr unsigned MaxBundleBytes = 32;
/// Longer stretches of code are scheduled piece by piece: the time is quadratic in the size.
static constexpr unsigned MaxRegionSize = 500;
/// Cycles lost by a taken conditional branch.
static constexpr unsigned BranchBubbles = 2;
/// How far to look for instructions that fill the bundle of a branch.
static constexpr unsigned MaxLookahead = 10;
/// A conditional access without offset.
static constexpr unsigned MinConditionalBytes = 4;

namespace {

/// Builds the dependence graph of one region and distributes it over cycles.
class BundleScheduler : public ScheduleDAGInstrs {
  const KVXInstrInfo &KII;
  std::unique_ptr<DFAPacketizer> Resources;
  AAResults *AA;
  std::vector<unsigned> Height, Earliest, PredsLeft;
  std::vector<unsigned> IssuedAt; // by node

  struct Issue {
    unsigned At; // clock cycle
    SmallVector<SUnit *, 6> Units;
  };
  std::vector<Issue> Issues; // ascending

public:
  using Cycle = SmallVector<MachineInstr *, 6>;
  std::vector<Cycle> Cycles;

  BundleScheduler(MachineFunction &MF, const MachineLoopInfo *MLI, AAResults *AA)
      : ScheduleDAGInstrs(MF, MLI, /*RemoveKillFlags=*/true), KII(*MF.getSubtarget<KVXSubtarget>().getInstrInfo()),
        Resources(KII.CreateTargetScheduleState(MF.getSubtarget())), AA(AA) {
    CanHandleTerminators = true;
  }

  void schedule() override;
  /// Whether an instruction of that description and size finds room in the bundle.
  bool hasRoom(const Cycle &Bundle, const MCInstrDesc &Extra, unsigned Bytes);
  static bool isResourceless(const MachineInstr &MI) { return MI.isMetaInstruction() || MI.isPosition(); }

private:
  void pinControlTransfer();
  void orderStackRelease();
  void computeHeights();
  unsigned latency(const SUnit &Pred, const SDep &D, const SUnit &Succ) const;
  SUnit *pick(ArrayRef<SUnit *> Ready, unsigned Now, unsigned UsedBytes);
  bool fits(SUnit &SU, unsigned UsedBytes);
  void listSchedule();
  void compact();
  bool fitTogether(ArrayRef<SUnit *> Units, SUnit &Extra);
  Issue *laterPlace(SUnit &SU, size_t Current);
};

class KVXVLIWPacketizer : public MachineFunctionPass {
public:
  static char ID;
  KVXVLIWPacketizer() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return "KVX VLIW Packetizer"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    AU.addRequired<AAResultsWrapperPass>();
    AU.addRequired<MachineLoopInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  MachineFunctionProperties getRequiredProperties() const override {
    return MachineFunctionProperties().set(MachineFunctionProperties::Property::NoVRegs);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  /// A debug value or CFI directive taken out of a block, and the instruction it goes after.
  struct Detached {
    MachineInstr *MI;
    SmallVector<MachineInstr *, 4> After; // the latest of these; none: start of the block
  };

  const KVXInstrInfo *TII = nullptr;
  const TargetRegisterInfo *TRI = nullptr;
  const MachineLoopInfo *MLI = nullptr;

  std::vector<Detached> detach(MachineBasicBlock &MBB);
  void reattach(MachineBasicBlock &MBB, std::vector<Detached> &List);
  using Bundles = std::vector<BundleScheduler::Cycle>;
  Bundles scheduleBlock(MachineBasicBlock &MBB, BundleScheduler &S);
  void fillBranchBundle(MachineBasicBlock &From, MachineBasicBlock &Above, Bundles &Scheduled, BundleScheduler &S);
  bool usedElsewhere(Register Reg, const MachineBasicBlock &Above, const MachineBasicBlock &From) const;
  bool mayHoist(const MachineInstr &MI, const MachineBasicBlock &Above, const Bundles &Scheduled) const;
};

} // namespace

char KVXVLIWPacketizer::ID = 0;

FunctionPass *llvm::createKVXVLIWPacketizer() { return new KVXVLIWPacketizer(); }

//===----------------------------------------------------------------------===//
// Scheduling of one region
//===----------------------------------------------------------------------===//

static bool transfersControl(const MachineInstr &MI) { return MI.isCall() || MI.isBranch() || MI.isReturn(); }

/// Nothing moves behind a call or branch at the end of the region.
void BundleScheduler::pinControlTransfer() {
  SUnit &Last = SUnits.back();
  if (!transfersControl(*Last.getInstr()))
    return;
  for (SUnit &SU : MutableArrayRef(SUnits).drop_back()) {
    SDep D(&SU, SDep::Artificial);
    D.setLatency(0);
    Last.addPred(D);
  }
}

/// An interrupt may use the memory below the stack pointer: no access to the frame moves behind
/// its release.
void BundleScheduler::orderStackRelease() {
  for (SUnit &SU : SUnits) {
    const MachineInstr &MI = *SU.getInstr();
    if (transfersControl(MI) || MI.getFlag(MachineInstr::FrameSetup) || !MI.modifiesRegister(KVX::R12, TRI))
      continue;
    for (SUnit &Prev : MutableArrayRef(SUnits).take_front(SU.NodeNum))
      if (Prev.getInstr()->mayLoadOrStore()) {
        SDep D(&Prev, SDep::Artificial);
        D.setLatency(0);
        SU.addPred(D);
      }
  }
}

unsigned BundleScheduler::latency(const SUnit &Pred, const SDep &D, const SUnit &Succ) const {
  // Unwinding looks up the last byte of the bundle of a call: the frame must be complete in front of it.
  if (!Succ.isBoundaryNode() && Succ.getInstr()->isCall() && !Succ.getInstr()->isReturn() &&
      Pred.getInstr()->getFlag(MachineInstr::FrameSetup))
    return 1;
  // Memory is ordered by having one access per bundle; anti-dependences by reading before writing.
  if (D.getKind() == SDep::Order || D.getKind() == SDep::Anti)
    return 0;
  // Registers that a call or return passes on to other code are read after this bundle.
  if (!Succ.isBoundaryNode()) {
    const MachineInstr &MI = *Succ.getInstr();
    Register Reg = D.getReg();
    // Only the fixed operands, such as the target of an indirect call, are read by the instruction.
    auto Fixed = ArrayRef(MI.operands_begin(), std::min<size_t>(MI.getNumOperands(), MI.getDesc().getNumOperands()));
    if ((MI.isCall() || MI.isReturn()) && Reg != KVX::RA &&
        none_of(Fixed, [&](const MachineOperand &MO) { return MO.isReg() && TRI->regsOverlap(MO.getReg(), Reg); }))
      return 0;
  }
  if (BundleScheduler::isResourceless(*Pred.getInstr()))
    return 0;
  return std::max(1u, D.getLatency());
}

void BundleScheduler::computeHeights() {
  Height.assign(SUnits.size(), 0);
  for (SUnit &SU : llvm::reverse(SUnits))
    for (const SDep &D : SU.Succs) {
      const SUnit &Succ = *D.getSUnit();
      unsigned Below = Succ.isBoundaryNode() ? 0 : Height[Succ.NodeNum];
      Height[SU.NodeNum] = std::max(Height[SU.NodeNum], latency(SU, D, Succ) + Below);
    }
}

bool BundleScheduler::fits(SUnit &SU, unsigned UsedBytes) {
  MachineInstr &MI = *SU.getInstr();
  if (isResourceless(MI))
    return true;
  return UsedBytes + KII.getInstSizeInBytes(MI) <= MaxBundleBytes && Resources->canReserveResources(MI);
}

/// The instruction with the longest chain of dependents that can still join the bundle.
SUnit *BundleScheduler::pick(ArrayRef<SUnit *> Ready, unsigned Now, unsigned UsedBytes) {
  SUnit *Best = nullptr;
  for (SUnit *SU : Ready) {
    if (Earliest[SU->NodeNum] > Now)
      continue;
    if (Best && std::tie(Height[SU->NodeNum], Best->NodeNum) <= std::tie(Height[Best->NodeNum], SU->NodeNum))
      continue;
    if (fits(*SU, UsedBytes))
      Best = SU;
  }
  return Best;
}

bool BundleScheduler::hasRoom(const Cycle &Bundle, const MCInstrDesc &Extra, unsigned Bytes) {
  Resources->clearResources();
  for (MachineInstr *MI : Bundle) {
    Resources->reserveResources(*MI);
    Bytes += KII.getInstSizeInBytes(*MI);
  }
  return Bytes <= MaxBundleBytes && Resources->canReserveResources(&Extra);
}

void BundleScheduler::listSchedule() {
  const unsigned N = SUnits.size();
  Earliest.assign(N, 0);
  PredsLeft.assign(N, 0);
  IssuedAt.assign(N, 0);
  SmallVector<SUnit *, 32> Ready;
  for (SUnit &SU : SUnits) {
    PredsLeft[SU.NodeNum] = SU.Preds.size();
    if (SU.Preds.empty())
      Ready.push_back(&SU);
  }

  unsigned Done = 0;
  for (unsigned Now = 0; Done != N; ++Now) {
    Issue Current{Now, {}};
    unsigned UsedBytes = 0;
    Resources->clearResources();
    while (SUnit *SU = pick(Ready, Now, UsedBytes)) {
      if (!isResourceless(*SU->getInstr())) {
        Resources->reserveResources(*SU->getInstr());
        UsedBytes += KII.getInstSizeInBytes(*SU->getInstr());
      }
      Current.Units.push_back(SU);
      IssuedAt[SU->NodeNum] = Now;
      Ready.erase(llvm::find(Ready, SU));
      for (const SDep &D : SU->Succs) {
        SUnit &Succ = *D.getSUnit();
        if (Succ.isBoundaryNode())
          continue;
        unsigned &E = Earliest[Succ.NodeNum];
        E = std::max(E, Now + latency(*SU, D, Succ));
        if (--PredsLeft[Succ.NodeNum] == 0)
          Ready.push_back(&Succ);
      }
    }
    Done += Current.Units.size();
    if (!Current.Units.empty())
      Issues.push_back(std::move(Current));
  }
}

bool BundleScheduler::fitTogether(ArrayRef<SUnit *> Units, SUnit &Extra) {
  unsigned UsedBytes = 0;
  Resources->clearResources();
  for (SUnit *SU : Units)
    if (!isResourceless(*SU->getInstr())) {
      Resources->reserveResources(*SU->getInstr());
      UsedBytes += KII.getInstSizeInBytes(*SU->getInstr());
    }
  return fits(Extra, UsedBytes);
}

/// A bundle behind the current one that has room for the instruction and from which no successor
/// has to wait; null if there is none.
BundleScheduler::Issue *BundleScheduler::laterPlace(SUnit &SU, size_t Current) {
  unsigned Latest = std::numeric_limits<unsigned>::max(), Longest = 1;
  for (const SDep &D : SU.Succs) {
    const SUnit &Succ = *D.getSUnit();
    const unsigned L = latency(SU, D, Succ);
    if (!Succ.isBoundaryNode())
      Latest = std::min(Latest, IssuedAt[Succ.NodeNum] - L);
    else
      Longest = std::max(Longest, L);
  }
  // Results for other blocks: a taken branch leaves two cycles in which nothing can use them.
  const bool Branches = transfersControl(*SUnits.back().getInstr());
  const unsigned End = Issues.back().At + (Branches ? BranchBubbles : 0) + 1;
  for (size_t I = Current + 1; I != Issues.size() && Issues[I].At <= Latest; ++I)
    if (Issues[I].At + Longest <= std::max(End, Issues[Current].At + Longest) && fitTogether(Issues[I].Units, SU))
      return &Issues[I];
  return nullptr;
}

/// Dissolves bundles whose instructions may as well issue later: where a bundle waits for an
/// operand, those before it often fill its slots without delaying anything.
void BundleScheduler::compact() {
  for (size_t Current = Issues.size(); Current-- > 0;) {
    SmallVector<SUnit *, 6> Units = Issues[Current].Units;
    llvm::sort(Units, [](const SUnit *A, const SUnit *B) { return A->NodeNum > B->NodeNum; });
    SmallVector<Issue *, 6> Places;
    for (SUnit *SU : Units) {
      Issue *To = laterPlace(*SU, Current);
      if (!To)
        break;
      To->Units.push_back(SU);
      IssuedAt[SU->NodeNum] = To->At;
      Places.push_back(To);
    }
    if (Places.size() == Units.size()) {
      Issues.erase(Issues.begin() + Current);
      continue;
    }
    for (Issue *To : llvm::reverse(Places)) {
      IssuedAt[To->Units.back()->NodeNum] = Issues[Current].At;
      To->Units.pop_back();
    }
  }
}

void BundleScheduler::schedule() {
  Cycles.clear();
  Issues.clear();
  buildSchedGraph(AA);
  pinControlTransfer();
  orderStackRelease();
  computeHeights();
  listSchedule();
  compact();
  for (Issue &I : Issues) {
    // In program order a register is read before the same bundle overwrites it.
    llvm::sort(I.Units, [](const SUnit *A, const SUnit *B) { return A->NodeNum < B->NodeNum; });
    Cycle &C = Cycles.emplace_back();
    for (SUnit *SU : I.Units)
      C.push_back(SU->getInstr());
  }
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static bool isFrameCode(const MachineInstr &MI) {
  return MI.getFlag(MachineInstr::FrameSetup) || MI.getFlag(MachineInstr::FrameDestroy);
}

std::vector<KVXVLIWPacketizer::Detached> KVXVLIWPacketizer::detach(MachineBasicBlock &MBB) {
  std::vector<Detached> List;
  SmallVector<MachineInstr *, 4> Frame, LastFrame;
  MachineInstr *Prev = nullptr;
  for (MachineInstr &MI : make_early_inc_range(MBB)) {
    if (MI.isKill()) {
      MI.eraseFromParent();
    } else if (MI.isCFIInstruction()) {
      // Holds once all prologue or epilogue code before it has been executed.
      if (!Frame.empty())
        LastFrame = std::exchange(Frame, {});
      if (LastFrame.empty() && Prev)
        LastFrame.push_back(Prev);
      List.push_back({MBB.remove(&MI), LastFrame});
    } else if (MI.isDebugInstr()) {
      Detached D{MBB.remove(&MI), {}};
      if (Prev)
        D.After.push_back(Prev);
      List.push_back(D);
    } else {
      Prev = &MI;
      if (isFrameCode(MI))
        Frame.push_back(&MI);
      else if (!Frame.empty())
        LastFrame.clear();
    }
  }
  return List;
}

void KVXVLIWPacketizer::reattach(MachineBasicBlock &MBB, std::vector<Detached> &List) {
  if (List.empty())
    return;
  DenseMap<const MachineInstr *, unsigned> Position;
  unsigned Count = 0;
  for (MachineInstr &MI : MBB.instrs())
    Position[&MI] = ++Count;
  // Backwards, so that those behind the same bundle keep their order.
  for (Detached &D : llvm::reverse(List)) {
    MachineInstr *Anchor = nullptr;
    for (MachineInstr *MI : D.After)
      if (!Anchor || Position.lookup(MI) > Position.lookup(Anchor))
        Anchor = MI;
    MachineBasicBlock::instr_iterator Where = Anchor ? getBundleEnd(Anchor->getIterator()) : MBB.instr_begin();
    // Nothing but terminators may follow a terminator. Where the frame is released in the bundle
    // that returns, the frame is still there at the address of that bundle: say nothing.
    if (Anchor && getBundleStart(Anchor->getIterator())->isTerminator(MachineInstr::AnyInBundle)) {
      if (D.MI->isCFIInstruction() && D.MI->getFlag(MachineInstr::FrameDestroy)) {
        MBB.getParent()->deleteMachineInstr(D.MI);
        continue;
      }
      Where = getBundleStart(Anchor->getIterator());
    }
    MBB.insert(Where, D.MI);
  }
}

/// Schedules a block and returns its bundles in order, those of one instruction included.
KVXVLIWPacketizer::Bundles KVXVLIWPacketizer::scheduleBlock(MachineBasicBlock &MBB, BundleScheduler &S) {
  Bundles Result;
  S.startBlock(&MBB);
  for (MachineBasicBlock::iterator Begin = MBB.begin(); Begin != MBB.end();) {
    // [Begin, End) up to a boundary, or up to and including a call or branch.
    MachineBasicBlock::iterator End = Begin;
    unsigned Count = 0;
    bool Closed = false;
    while (End != MBB.end() && !Closed && Count < MaxRegionSize) {
      if (End->isPosition() || TII->isBundleBoundary(*End))
        break;
      Closed = transfersControl(*End);
      ++End;
      ++Count;
    }
    if (Count) {
      S.enterRegion(&MBB, Begin, End, Count);
      S.schedule();
      for (BundleScheduler::Cycle &C : S.Cycles) {
        for (MachineInstr *MI : C)
          if (BundleScheduler::isResourceless(*MI))
            MBB.splice(End, &MBB, MI);
        erase_if(C, [](MachineInstr *MI) { return BundleScheduler::isResourceless(*MI); });
        for (MachineInstr *MI : C)
          MBB.splice(End, &MBB, MI);
        if (!C.empty())
          Result.push_back(C);
      }
      S.exitRegion();
    }
    Begin = End;
    if (Begin != MBB.end() && !Closed && Count < MaxRegionSize) {
      Result.push_back({&*Begin}); // the boundary stands alone
      ++Begin;
    }
  }
  S.finishBlock();
  return Result;
}

//===----------------------------------------------------------------------===//
// Filling the bundles of conditional branches
//===----------------------------------------------------------------------===//

/// Registers that instructions read and write.
namespace {
struct Accessed {
  LiveRegUnits Read, Written;
  bool Memory = false;

  explicit Accessed(const TargetRegisterInfo &TRI) : Read(TRI), Written(TRI) {}
  void add(const MachineInstr &MI) {
    for (const MachineOperand &MO : MI.operands())
      if (MO.isReg() && MO.getReg())
        (MO.isDef() ? Written : Read).addReg(MO.getReg());
    Memory |= MI.mayLoadOrStore();
  }
  /// Whether the instruction can be executed before these.
  bool allowsBefore(const MachineInstr &MI) const {
    if (Memory && MI.mayLoadOrStore())
      return false;
    return none_of(MI.operands(), [&](const MachineOperand &MO) {
      return MO.isReg() && MO.getReg() &&
             (!Written.available(MO.getReg()) || (MO.isDef() && !Read.available(MO.getReg())));
    });
  }
};
} // namespace

/// Whether a successor of the block above, other than `From`, uses the register.
bool KVXVLIWPacketizer::usedElsewhere(Register Reg, const MachineBasicBlock &Above,
                                      const MachineBasicBlock &From) const {
  return any_of(Above.successors(), [&](const MachineBasicBlock *Succ) {
    return Succ != &From &&
           any_of(Succ->liveins(), [&](const auto &LiveIn) { return TRI->regsOverlap(LiveIn.PhysReg, Reg); });
  });
}

/// Whether the instruction can join the last bundle of the block above as far as registers go.
bool KVXVLIWPacketizer::mayHoist(const MachineInstr &MI, const MachineBasicBlock &Above,
                                 const Bundles &Scheduled) const {
  const BundleScheduler::Cycle &Last = Scheduled.back();
  const MachineInstr &Branch = *Last.back();
  const bool Conditional = TII->getConditionalForm(MI) != nullptr;
  if (!TII->isPredicable(MI) || (MI.mayLoadOrStore() && !Conditional) || isFrameCode(MI))
    return false;
  for (const MachineOperand &MO : MI.operands()) {
    if (!MO.isReg() || !MO.getReg())
      continue;
    for (const MachineInstr *Other : Last)
      if (Other->modifiesRegister(MO.getReg(), TRI) ||
          (MO.isDef() && Other == &Branch && Other->readsRegister(MO.getReg(), TRI)))
        return false;
    // A conditional load leaves its register alone on the way to the target.
    if (MO.isDef() && !Conditional && usedElsewhere(MO.getReg(), Above, *MI.getParent()))
      return false;
    // The branch should not wait for operands of what it takes along.
    if (MO.readsReg())
      for (size_t Back = 2; Back <= std::min<size_t>(Scheduled.size(), 4); ++Back)
        if (any_of(Scheduled[Scheduled.size() - Back], [&](const MachineInstr *Producer) {
              return Producer->mayLoad() && Producer->modifiesRegister(MO.getReg(), TRI);
            }))
          return false;
  }
  return true;
}

void KVXVLIWPacketizer::fillBranchBundle(MachineBasicBlock &From, MachineBasicBlock &Above, Bundles &Scheduled,
                                         BundleScheduler &S) {
  if (From.pred_size() != 1 || *From.pred_begin() != &Above || Scheduled.empty() ||
      Scheduled.back().back()->getOpcode() != KVX::CB || MLI->getLoopDepth(&From) < MLI->getLoopDepth(&Above))
    return;
  BundleScheduler::Cycle &Last = Scheduled.back();
  MachineInstr &Branch = *Last.back();
  // A hardware loop must not end in the bundle of a branch.
  const MachineBasicBlock::iterator End = From.getFirstTerminator();
  if (End != From.end() && End->getOpcode() == KVX::LOOPEND)
    return;
  if (Branch.getOperand(2).getMBB() == &From || Branch.modifiesRegister(Branch.getOperand(0).getReg(), TRI))
    return;
  const MachineOperand NotTaken[] = {
      MachineOperand::CreateReg(Branch.getOperand(0).getReg(), /*isDef=*/false),
      MachineOperand::CreateImm(KVXCC::invert(static_cast<KVXCC::ScalarCond>(Branch.getOperand(1).getImm())))};

  Accessed Skipped(*TRI);
  unsigned Looked = 0;
  for (MachineInstr &MI : make_early_inc_range(From)) {
    if (MI.isTerminator() || MI.isCall() || MI.isPosition() || TII->isBundleBoundary(MI) || ++Looked > MaxLookahead)
      return;
    const MCInstrDesc *Conditional = TII->getConditionalForm(MI);
    const unsigned Bytes = Conditional ? MinConditionalBytes + 4 * (MI.getOperand(MI.mayLoad() ? 2 : 1).getImm() != 0)
                                       : TII->getInstSizeInBytes(MI);
    if (BundleScheduler::isResourceless(MI) || !Skipped.allowsBefore(MI) || !mayHoist(MI, Above, Scheduled) ||
        !S.hasRoom(Last, Conditional ? *Conditional : MI.getDesc(), Bytes)) {
      Skipped.add(MI);
      continue;
    }
    for (const MachineOperand &MO : MI.operands())
      if (MO.isReg() && MO.isDef() && !From.isLiveIn(MO.getReg()))
        From.addLiveIn(MO.getReg());
    if (Conditional)
      TII->predicateInPlace(MI, NotTaken, MI.mayLoad() && usedElsewhere(MI.getOperand(0).getReg(), Above, From));
    Above.splice(Branch.getIterator(), &From, MI.getIterator());
    Last.insert(std::prev(Last.end()), &MI);
  }
}

/// A bundle has one line number; where it contains a call, a debugger asks for the call's.
static void makeBundle(MachineBasicBlock &MBB, const BundleScheduler::Cycle &C) {
  finalizeBundle(MBB, C.front()->getIterator(), std::next(C.back()->getIterator()));
  for (MachineInstr *MI : C)
    if (MI->isCall() && MI->getDebugLoc())
      getBundleStart(MI->getIterator())->setDebugLoc(MI->getDebugLoc());
}

bool KVXVLIWPacketizer::runOnMachineFunction(MachineFunction &MF) {
  TII = MF.getSubtarget<KVXSubtarget>().getInstrInfo();
  TRI = MF.getSubtarget().getRegisterInfo();
  MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
  BundleScheduler S(MF, MLI, &getAnalysis<AAResultsWrapperPass>().getAAResults());
  std::vector<std::vector<Detached>> Lists;
  std::vector<Bundles> Scheduled;
  for (MachineBasicBlock &MBB : MF) {
    Lists.push_back(detach(MBB));
    if (!Scheduled.empty())
      fillBranchBundle(MBB, *std::prev(MBB.getIterator()), Scheduled.back(), S);
    Scheduled.push_back(scheduleBlock(MBB, S));
  }
  size_t Index = 0;
  for (MachineBasicBlock &MBB : MF) {
    S.fixupKills(MBB);
    for (BundleScheduler::Cycle &C : Scheduled[Index])
      if (C.size() > 1)
        makeBundle(MBB, C);
    reattach(MBB, Lists[Index++]);
  }
  return true;
}
