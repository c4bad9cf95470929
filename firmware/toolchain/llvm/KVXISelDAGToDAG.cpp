//===-- KVXISelDAGToDAG.cpp - Instruction selection for KVX ---------------===//

#include "KVX.h"
#include "KVXSubtarget.h"
#include "KVXTargetMachine.h"
#include "llvm/CodeGen/SelectionDAGISel.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

#define DEBUG_TYPE "kvx-isel"
#define PASS_NAME "KVX DAG->DAG Pattern Instruction Selection"

namespace {

class KVXDAGToDAGISel : public SelectionDAGISel {
public:
  KVXDAGToDAGISel(KVXTargetMachine &TM, CodeGenOptLevel OptLevel) : SelectionDAGISel(TM, OptLevel) {}

  void Select(SDNode *N) override;
  bool SelectInlineAsmMemoryOperand(const SDValue &Op, InlineAsm::ConstraintCode Constraint,
                                    std::vector<SDValue> &OutOps) override;

  bool SelectAddrRI(SDValue Addr, SDValue &Base, SDValue &Offset);
  bool SelectAddrRR(SDValue Addr, SDValue &Base, SDValue &Index);
  template <unsigned Log> bool SelectAddrXS(SDValue Addr, SDValue &Base, SDValue &Index) {
    return selectScaled(Addr, Log, Base, Index);
  }

private:
  bool selectScaled(SDValue Addr, unsigned Log, SDValue &Base, SDValue &Index);
  bool trySelectExtract(SDNode *N);
  bool trySelectSignedExtract(SDNode *N);
  bool trySelectInsert(SDNode *N);
  bool trySelectClear(SDNode *N);
  bool trySelectLoopIntrinsic(SDNode *N);

  SDValue bit(unsigned N, const SDLoc &DL) { return CurDAG->getTargetConstant(N, DL, MVT::i32); }
  static bool isZeroExtending(const SDNode *N);

#include "KVXGenDAGISel.inc"
};

class KVXDAGToDAGISelLegacy : public SelectionDAGISelLegacy {
public:
  static char ID;
  KVXDAGToDAGISelLegacy(KVXTargetMachine &TM, CodeGenOptLevel OptLevel)
      : SelectionDAGISelLegacy(ID, std::make_unique<KVXDAGToDAGISel>(TM, OptLevel)) {}
  StringRef getPassName() const override { return PASS_NAME; }
};

} // namespace

char KVXDAGToDAGISelLegacy::ID = 0;

FunctionPass *llvm::createKVXISelDag(KVXTargetMachine &TM, CodeGenOptLevel OptLevel) {
  return new KVXDAGToDAGISelLegacy(TM, OptLevel);
}

/// i32 operations whose machine instruction clears bits 63:32 in every form that the patterns
/// may choose. Constants, selects, sign extensions and copies do not.
bool KVXDAGToDAGISel::isZeroExtending(const SDNode *N) {
  switch (N->getOpcode()) {
  case ISD::ADD:
  case ISD::SUB:
  case ISD::MUL:
  case ISD::XOR:
  case ISD::SHL:
  case ISD::SRL:
  case ISD::ROTL:
  case ISD::ROTR:
  case ISD::SETCC:
  case ISD::CTLZ:
  case ISD::CTTZ:
  case ISD::CTPOP:
  case ISD::BSWAP:
  case ISD::SMIN:
  case ISD::SMAX:
  case ISD::UMIN:
  case ISD::UMAX:
  case ISD::ABS:
    return true;
  case ISD::LOAD:
    return cast<LoadSDNode>(N)->getExtensionType() != ISD::SEXTLOAD;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

bool KVXDAGToDAGISel::SelectAddrRI(SDValue Addr, SDValue &Base, SDValue &Offset) {
  SDLoc DL(Addr);
  int64_t Off = 0;
  Base = Addr;
  if (CurDAG->isBaseWithConstantOffset(Addr)) {
    int64_t C = cast<ConstantSDNode>(Addr.getOperand(1))->getSExtValue();
    if (isInt<36>(C)) { // frame offsets may still be added
      Off = C;
      Base = Addr.getOperand(0);
    }
  }
  if (auto *FI = dyn_cast<FrameIndexSDNode>(Base))
    Base = CurDAG->getTargetFrameIndex(FI->getIndex(), MVT::i64);
  Offset = CurDAG->getTargetConstant(Off, DL, MVT::i64);
  return true;
}

bool KVXDAGToDAGISel::SelectAddrRR(SDValue Addr, SDValue &Base, SDValue &Index) {
  if (Addr.getOpcode() != ISD::ADD || isa<ConstantSDNode>(Addr.getOperand(1)))
    return false;
  Base = Addr.getOperand(0);
  Index = Addr.getOperand(1);
  return true;
}

bool KVXDAGToDAGISel::selectScaled(SDValue Addr, unsigned Log, SDValue &Base, SDValue &Index) {
  if (Addr.getOpcode() != ISD::ADD)
    return false;
  for (unsigned I : {1u, 0u}) {
    SDValue Shl = Addr.getOperand(I);
    if (Shl.getOpcode() != ISD::SHL || !isa<ConstantSDNode>(Shl.getOperand(1)) || Shl.getConstantOperandVal(1) != Log)
      continue;
    Index = Shl.getOperand(0);
    Base = Addr.getOperand(1 - I);
    return true;
  }
  return false;
}

bool KVXDAGToDAGISel::SelectInlineAsmMemoryOperand(const SDValue &Op, InlineAsm::ConstraintCode Constraint,
                                                   std::vector<SDValue> &OutOps) {
  if (Constraint != InlineAsm::ConstraintCode::m && Constraint != InlineAsm::ConstraintCode::o)
    return true;
  SDValue Base, Offset;
  SelectAddrRI(Op, Base, Offset);
  OutOps.push_back(Base);
  OutOps.push_back(Offset);
  return false;
}

//===----------------------------------------------------------------------===//
// Bit fields
//===----------------------------------------------------------------------===//

/// (and (srl x, s), ones(w)) -> extfz x, s+w-1, s
bool KVXDAGToDAGISel::trySelectExtract(SDNode *N) {
  EVT VT = N->getValueType(0);
  auto *MaskC = dyn_cast<ConstantSDNode>(N->getOperand(1));
  if (!MaskC)
    return false;
  uint64_t Mask = MaskC->getZExtValue();
  if (!isMask_64(Mask))
    return false;
  unsigned Width = llvm::countr_one(Mask), Start = 0;
  SDValue Src = N->getOperand(0);
  if (Src.getOpcode() == ISD::SRL && isa<ConstantSDNode>(Src.getOperand(1))) {
    Start = Src.getConstantOperandVal(1);
    Src = Src.getOperand(0);
  }
  // Small masks fit the immediate of `and`; 8, 16 and 32 bits have their own instructions.
  if (Start == 0 && (Width < 10 || Width == 16 || Width == 32))
    return false;
  unsigned Stop = std::min<unsigned>(Start + Width, VT.getSizeInBits()) - 1;
  SDLoc DL(N);
  CurDAG->SelectNodeTo(N, KVX::EXTFZ, VT, Src, bit(Stop, DL), bit(Start, DL));
  return true;
}

/// (sra (shl x, a), b) and (sign_extend_inreg (srl x, s), w) -> extfs
bool KVXDAGToDAGISel::trySelectSignedExtract(SDNode *N) {
  EVT VT = N->getValueType(0);
  unsigned Bits = VT.getSizeInBits(), Start, Stop;
  SDValue Src = N->getOperand(0);
  if (N->getOpcode() == ISD::SRA) {
    if (Src.getOpcode() != ISD::SHL || !isa<ConstantSDNode>(Src.getOperand(1)) ||
        !isa<ConstantSDNode>(N->getOperand(1)))
      return false;
    uint64_t Left = Src.getConstantOperandVal(1), Right = N->getConstantOperandVal(1);
    if (Left >= Bits || Right >= Bits || Right < Left)
      return false;
    Start = Right - Left;
    Stop = Bits - 1 - Left;
  } else {
    unsigned Width = cast<VTSDNode>(N->getOperand(1))->getVT().getSizeInBits();
    if ((Src.getOpcode() != ISD::SRL && Src.getOpcode() != ISD::SRA) || !isa<ConstantSDNode>(Src.getOperand(1)))
      return false;
    Start = Src.getConstantOperandVal(1);
    Stop = Start + Width - 1;
    if (Stop >= Bits)
      return false;
  }
  SDLoc DL(N);
  CurDAG->SelectNodeTo(N, KVX::EXTFS, VT, Src.getOperand(0), bit(Stop, DL), bit(Start, DL));
  return true;
}

/// (or (and x, ~field), (and (shl y, start), field)) -> insf; either side may already be known to
/// be zero where the other is not.
bool KVXDAGToDAGISel::trySelectInsert(SDNode *N) {
  EVT VT = N->getValueType(0);
  unsigned Bits = VT.getSizeInBits();
  for (unsigned I : {0u, 1u}) {
    SDValue Acc = N->getOperand(I), Field = N->getOperand(1 - I);
    if (Acc.getOpcode() != ISD::AND || !isa<ConstantSDNode>(Acc.getOperand(1)))
      continue;
    uint64_t Mask = ~Acc.getConstantOperandVal(1) & maskTrailingOnes<uint64_t>(Bits);
    if (!isShiftedMask_64(Mask))
      continue;
    unsigned Start = llvm::countr_zero(Mask), Stop = 63 - llvm::countl_zero(Mask);
    // The inserted value must lie inside the field.
    APInt Outside = APInt(Bits, ~Mask & maskTrailingOnes<uint64_t>(Bits));
    if (!CurDAG->MaskedValueIsZero(Field, Outside))
      continue;
    SDValue Val = Field;
    if (Val.getOpcode() == ISD::AND && isa<ConstantSDNode>(Val.getOperand(1)) &&
        (Val.getConstantOperandVal(1) & Mask) == Mask)
      Val = Val.getOperand(0);
    if (Start != 0) {
      if (Val.getOpcode() != ISD::SHL || !isa<ConstantSDNode>(Val.getOperand(1)) ||
          Val.getConstantOperandVal(1) != Start)
        continue;
      Val = Val.getOperand(0);
    }
    if (Val.getOpcode() == ISD::AND && isa<ConstantSDNode>(Val.getOperand(1)) &&
        (Val.getConstantOperandVal(1) & (Mask >> Start)) == (Mask >> Start))
      Val = Val.getOperand(0);
    SDLoc DL(N);
    CurDAG->SelectNodeTo(N, KVX::INSF, VT, {Acc.getOperand(0), Val, bit(Stop, DL), bit(Start, DL)});
    return true;
  }
  return false;
}

/// (and x, ~field) -> clrf where the constant would need an extension syllable.
bool KVXDAGToDAGISel::trySelectClear(SDNode *N) {
  EVT VT = N->getValueType(0);
  auto *MaskC = dyn_cast<ConstantSDNode>(N->getOperand(1));
  // The result of a 32-bit `and` must keep its zero upper half.
  if (!MaskC || VT != MVT::i64 || isInt<10>(MaskC->getSExtValue()) || MaskC->getZExtValue() == 0xffffffff)
    return false;
  uint64_t Field = ~MaskC->getZExtValue();
  if (!isShiftedMask_64(Field))
    return false;
  SDLoc DL(N);
  CurDAG->SelectNodeTo(N, KVX::CLRF, VT, N->getOperand(0), bit(63 - llvm::countl_zero(Field), DL),
                       bit(llvm::countr_zero(Field), DL));
  return true;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

bool KVXDAGToDAGISel::trySelectLoopIntrinsic(SDNode *N) {
  SDLoc DL(N);
  switch (N->getConstantOperandVal(1)) {
  case Intrinsic::start_loop_iterations:
    CurDAG->SelectNodeTo(N, KVX::LoopStart, MVT::i64, MVT::Other, {N->getOperand(2), N->getOperand(0)});
    return true;
  case Intrinsic::loop_decrement_reg: {
    SDValue Step = CurDAG->getTargetConstant(N->getConstantOperandVal(3), DL, MVT::i64);
    CurDAG->SelectNodeTo(N, KVX::LoopDec, CurDAG->getVTList(MVT::i64, MVT::Other),
                         {N->getOperand(2), Step, N->getOperand(0)});
    return true;
  }
  }
  return false;
}

void KVXDAGToDAGISel::Select(SDNode *N) {
  if (N->isMachineOpcode()) {
    N->setNodeId(-1);
    return;
  }
  SDLoc DL(N);
  switch (N->getOpcode()) {
  case ISD::FrameIndex: {
    SDValue FI = CurDAG->getTargetFrameIndex(cast<FrameIndexSDNode>(N)->getIndex(), MVT::i64);
    CurDAG->SelectNodeTo(N, KVX::ADDDri, MVT::i64, FI, CurDAG->getTargetConstant(0, DL, MVT::i64));
    return;
  }
  case ISD::ADD:
    // Address of a part of a stack object.
    if (auto *FI = dyn_cast<FrameIndexSDNode>(N->getOperand(0)))
      if (auto *C = dyn_cast<ConstantSDNode>(N->getOperand(1)); C && isInt<36>(C->getSExtValue())) {
        CurDAG->SelectNodeTo(N, KVX::ADDDri, MVT::i64, CurDAG->getTargetFrameIndex(FI->getIndex(), MVT::i64),
                             CurDAG->getTargetConstant(C->getSExtValue(), DL, MVT::i64));
        return;
      }
    break;
  case ISD::AND:
    if (trySelectExtract(N) || trySelectClear(N))
      return;
    break;
  case ISD::SRA:
  case ISD::SIGN_EXTEND_INREG:
    if (trySelectSignedExtract(N))
      return;
    break;
  case ISD::OR:
    if (trySelectInsert(N))
      return;
    break;
  case ISD::INTRINSIC_W_CHAIN:
    if (trySelectLoopIntrinsic(N))
      return;
    break;
  }
  SelectCode(N);
}
