//===-- KVXISelLowering.cpp - DAG lowering for KVX ------------------------===//
//
// Which operations are native, and the lowering of those that are nearly so. Calls are
// lowered in KVXCallLowering.cpp, builtins in KVXBuiltins.cpp.
//
//===----------------------------------------------------------------------===//

#include "KVXISelLowering.h"
#include "KVX.h"
#include "KVXMachineFunctionInfo.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

KVXTargetLowering::KVXTargetLowering(const TargetMachine &TM, const KVXSubtarget &STI) : TargetLowering(TM), STI(STI) {
  for (MVT VT : {MVT::i64, MVT::i32, MVT::f64, MVT::f32})
    addRegisterClass(VT, &KVX::GPRRegClass);
  computeRegisterProperties(STI.getRegisterInfo());

  setStackPointerRegisterToSaveRestore(KVX::R12);
  setBooleanContents(ZeroOrOneBooleanContent);
  setMinFunctionAlignment(Align(8));
  setPrefFunctionAlignment(Align(16));
  setPrefLoopAlignment(Align(16));
  // Taken branches cost two bubbles, conditional moves nothing.
  setJumpIsExpensive(false);
  PredictableSelectIsExpensive = false;
  EnableExtLdPromotion = true;
  MaxStoresPerMemset = 16;
  MaxStoresPerMemsetOptSize = 4;
  MaxStoresPerMemcpy = 0; // KVXSelectionDAGInfo.cpp
  MaxStoresPerMemcpyOptSize = 0;
  MaxStoresPerMemmove = 8;
  MaxStoresPerMemmoveOptSize = 4;
  MaxLoadsPerMemcmp = 8;
  MaxLoadsPerMemcmpOptSize = 4;

  setIntegerActions();
  setFloatActions();
  setMemoryActions();
}

void KVXTargetLowering::setIntegerActions() {
  for (MVT VT : {MVT::i32, MVT::i64}) {
    setOperationAction({ISD::SDIV, ISD::UDIV, ISD::SREM, ISD::UREM, ISD::SDIVREM, ISD::UDIVREM}, VT, Expand);
    setOperationAction({ISD::MULHS, ISD::MULHU, ISD::SMUL_LOHI, ISD::UMUL_LOHI}, VT, Expand);
    // In line: a call costs more than the dozen operations.
    setOperationAction({ISD::SHL_PARTS, ISD::SRA_PARTS, ISD::SRL_PARTS}, VT, Custom);
    setOperationAction({ISD::BR_CC, ISD::SELECT_CC}, VT, Expand);
    setOperationAction({ISD::ABS, ISD::SMIN, ISD::SMAX, ISD::UMIN, ISD::UMAX, ISD::ABDS}, VT, Legal);
    setOperationAction({ISD::CTPOP, ISD::CTLZ, ISD::CTTZ, ISD::BSWAP, ISD::BITREVERSE}, VT, Legal);
    setOperationAction({ISD::CTLZ_ZERO_UNDEF, ISD::CTTZ_ZERO_UNDEF}, VT, Expand);
    setOperationAction({ISD::UADDO_CARRY, ISD::USUBO_CARRY, ISD::SADDO_CARRY, ISD::SSUBO_CARRY}, VT, Expand);
  }
  setOperationAction({ISD::ROTL, ISD::ROTR}, MVT::i64, Expand);
  setOperationAction({ISD::ROTL, ISD::ROTR}, MVT::i32, Legal);
  setOperationAction({ISD::ADDC, ISD::ADDE, ISD::SUBC, ISD::SUBE}, MVT::i64, Legal);
  setOperationAction({ISD::ADDC, ISD::ADDE, ISD::SUBC, ISD::SUBE}, MVT::i32, Expand);
  setOperationAction({ISD::SMUL_LOHI, ISD::UMUL_LOHI, ISD::MULHS, ISD::MULHU}, MVT::i64, Custom);
  setOperationAction(ISD::SIGN_EXTEND_INREG, MVT::i1, Expand);

  setOperationAction(ISD::BRCOND, MVT::Other, Legal);
  setOperationAction(ISD::BR_JT, MVT::Other, Expand);
  setMinimumJumpTableEntries(5);
  setOperationAction({ISD::GlobalAddress, ISD::BlockAddress, ISD::JumpTable, ISD::ConstantPool, ISD::ExternalSymbol},
                     MVT::i64, Custom);
  setOperationAction(ISD::GlobalTLSAddress, MVT::i64, Custom);
  setOperationAction({ISD::TRAP, ISD::DEBUGTRAP}, MVT::Other, Legal);
  setOperationAction(ISD::EH_SJLJ_SETJMP, MVT::i32, Custom);
  setOperationAction(ISD::EH_SJLJ_LONGJMP, MVT::Other, Custom);
  setOperationAction(ISD::READCYCLECOUNTER, MVT::i64, Expand);
}

void KVXTargetLowering::setFloatActions() {
  for (MVT VT : {MVT::f32, MVT::f64}) {
    setOperationAction({ISD::FDIV, ISD::FREM, ISD::FSQRT, ISD::FSIN, ISD::FCOS, ISD::FSINCOS, ISD::FPOW, ISD::FEXP,
                        ISD::FEXP2, ISD::FLOG, ISD::FLOG2, ISD::FLOG10, ISD::FTAN},
                       VT, Expand);
    setOperationAction({ISD::STRICT_FDIV, ISD::STRICT_FSQRT}, VT, Expand);
    setOperationAction(
        {ISD::FCEIL, ISD::FFLOOR, ISD::FTRUNC, ISD::FRINT, ISD::FNEARBYINT, ISD::FROUND, ISD::FROUNDEVEN}, VT, Expand);
    setOperationAction({ISD::FMINNUM, ISD::FMAXNUM, ISD::FMINIMUM, ISD::FMAXIMUM}, VT, Expand);
    setOperationAction({ISD::FMA, ISD::STRICT_FMA}, VT, Legal);
    setOperationAction(ISD::FMAD, VT, Expand);
    setOperationAction(ISD::FCOPYSIGN, VT, Expand);
    setOperationAction({ISD::BR_CC, ISD::SELECT_CC}, VT, Expand);
    setOperationAction({ISD::FP_TO_SINT_SAT, ISD::FP_TO_UINT_SAT}, VT, Expand);
    setOperationAction(ISD::ConstantFP, VT, Legal);
    setCondCodeAction(
        {ISD::SETOGT, ISD::SETOLE, ISD::SETUGT, ISD::SETULE, ISD::SETGT, ISD::SETLE, ISD::SETO, ISD::SETUO}, VT,
        Expand);
  }
  // A 64-bit integer does not reach binary32 exactly through binary64.
  setOperationAction({ISD::SINT_TO_FP, ISD::UINT_TO_FP}, MVT::i64, Custom);
  setOperationAction({ISD::STRICT_SINT_TO_FP, ISD::STRICT_UINT_TO_FP}, MVT::i64, Custom);
  setOperationAction({ISD::FP16_TO_FP, ISD::FP_TO_FP16}, MVT::f32, Legal);
  setOperationAction({ISD::FP16_TO_FP, ISD::FP_TO_FP16}, MVT::f64, Expand);
}

void KVXTargetLowering::setMemoryActions() {
  for (MVT VT : {MVT::i32, MVT::i64}) {
    setLoadExtAction({ISD::EXTLOAD, ISD::SEXTLOAD, ISD::ZEXTLOAD}, VT, MVT::i1, Promote);
    setTruncStoreAction(VT, MVT::i1, Promote);
  }
  setLoadExtAction(ISD::EXTLOAD, MVT::f64, MVT::f32, Expand);
  setLoadExtAction(ISD::EXTLOAD, {MVT::f64}, MVT::f16, Expand);
  setLoadExtAction(ISD::EXTLOAD, {MVT::f32}, MVT::f16, Expand);
  setTruncStoreAction(MVT::f64, MVT::f32, Expand);
  setTruncStoreAction(MVT::f64, MVT::f16, Expand);
  setTruncStoreAction(MVT::f32, MVT::f16, Expand);

  // Single 128- and 256-bit accesses of values that otherwise live in separate words.
  for (MVT VT : {MVT::i128, MVT::v2i64, MVT::v2f64, MVT::v4i64, MVT::v4f64})
    setOperationAction({ISD::LOAD, ISD::STORE}, VT, Custom);

  setOperationAction(ISD::DYNAMIC_STACKALLOC, MVT::i64, Expand);
  setOperationAction({ISD::STACKSAVE, ISD::STACKRESTORE}, MVT::Other, Expand);
  setOperationAction(ISD::VASTART, MVT::Other, Custom);
  setOperationAction({ISD::VAARG, ISD::VACOPY, ISD::VAEND}, MVT::Other, Expand);
  setMinStackArgumentAlignment(Align(8));

  // acswap, aladd and alclr on words and doublewords; everything else by compare-and-swap loops.
  setMaxAtomicSizeInBitsSupported(64);
  setMinCmpXchgSizeInBits(32);
  for (MVT VT : {MVT::i32, MVT::i64}) {
    setOperationAction(ISD::ATOMIC_CMP_SWAP_WITH_SUCCESS, VT, Custom);
    setOperationAction(ISD::ATOMIC_CMP_SWAP, VT, Custom);
    setOperationAction({ISD::ATOMIC_LOAD_ADD, ISD::ATOMIC_SWAP}, VT, Legal);
    setOperationAction(ISD::ATOMIC_LOAD_SUB, VT, Expand);
  }
  setOperationAction(ISD::ATOMIC_FENCE, MVT::Other, Custom);
  setOperationAction(ISD::PREFETCH, MVT::Other, Legal);
}

const char *KVXTargetLowering::getTargetNodeName(unsigned Opcode) const {
#define NODE(N)                                                                                                        \
  case KVXISD::N:                                                                                                      \
    return "KVXISD::" #N
  switch (Opcode) {
    NODE(CALL);
    NODE(TC_RETURN);
    NODE(RET_GLUE);
    NODE(WRAPPER);
    NODE(TLS_LE);
    NODE(MULDT);
    NODE(MULUDT);
    NODE(LQ);
    NODE(SQ);
    NODE(LO);
    NODE(SO);
    NODE(CAS);
  }
#undef NODE
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Properties
//===----------------------------------------------------------------------===//

EVT KVXTargetLowering::getSetCCResultType(const DataLayout &, LLVMContext &C, EVT VT) const {
  return VT.isVector() ? EVT::getVectorVT(C, MVT::i32, VT.getVectorElementCount()) : EVT(MVT::i32);
}

bool KVXTargetLowering::isOffsetFoldingLegal(const GlobalAddressSDNode *GA) const {
  return !GA->getGlobal()->isThreadLocal();
}

bool KVXTargetLowering::isLegalAddressingMode(const DataLayout &DL, const AddrMode &AM, Type *Ty, unsigned,
                                              Instruction *) const {
  if (AM.BaseGV)
    return false;
  if (AM.Scale == 0)
    return isInt<37>(AM.BaseOffs);
  if (AM.BaseOffs != 0)
    return AM.Scale == 1 && !AM.HasBaseReg && isInt<37>(AM.BaseOffs);
  if (AM.Scale == 1)
    return true;
  // index.xs[base]: scaled by the size of the access.
  return AM.HasBaseReg && Ty->isSized() && !Ty->isVectorTy() &&
         static_cast<uint64_t>(AM.Scale) == DL.getTypeStoreSize(Ty).getFixedValue() && AM.Scale <= 8;
}

bool KVXTargetLowering::isTruncateFree(Type *From, Type *To) const {
  return From->isIntegerTy() && To->isIntegerTy() && From->getPrimitiveSizeInBits() > To->getPrimitiveSizeInBits();
}

bool KVXTargetLowering::isTruncateFree(EVT From, EVT To) const {
  return From.isScalarInteger() && To.isScalarInteger() && From.getSizeInBits() > To.getSizeInBits();
}

bool KVXTargetLowering::isZExtFree(SDValue Val, EVT To) const {
  if (const auto *LD = dyn_cast<LoadSDNode>(Val))
    return LD->getExtensionType() != ISD::SEXTLOAD && LD->getMemoryVT().isScalarInteger();
  return TargetLowering::isZExtFree(Val, To);
}

bool KVXTargetLowering::isFMAFasterThanFMulAndFAdd(const MachineFunction &, EVT VT) const {
  return VT == MVT::f32 || VT == MVT::f64;
}

bool KVXTargetLowering::allowsMisalignedMemoryAccesses(EVT, unsigned, Align, MachineMemOperand::Flags,
                                                       unsigned *Fast) const {
  // Cached memory takes any alignment at the cost of a second access when a line is crossed.
  if (Fast)
    *Fast = 1;
  return true;
}

bool KVXTargetLowering::allowsMisalignedMemoryAccesses(LLT, unsigned, Align, MachineMemOperand::Flags,
                                                       unsigned *Fast) const {
  if (Fast)
    *Fast = 1;
  return true;
}

Register KVXTargetLowering::getExceptionPointerRegister(const Constant *) const { return KVX::R0; }
Register KVXTargetLowering::getExceptionSelectorRegister(const Constant *) const { return KVX::R1; }

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

SDValue KVXTargetLowering::LowerOperation(SDValue Op, SelectionDAG &DAG) const {
  switch (Op.getOpcode()) {
  case ISD::GlobalAddress:
    return lowerGlobalAddress(Op, DAG);
  case ISD::GlobalTLSAddress:
    return lowerGlobalTLSAddress(Op, DAG);
  case ISD::BlockAddress:
  case ISD::JumpTable:
  case ISD::ConstantPool:
  case ISD::ExternalSymbol:
    return lowerSymbol(Op, DAG);
  case ISD::SMUL_LOHI:
  case ISD::UMUL_LOHI:
  case ISD::MULHS:
  case ISD::MULHU:
    return lowerMulWide(Op, DAG);
  case ISD::SHL_PARTS:
  case ISD::SRA_PARTS:
  case ISD::SRL_PARTS: {
    SDValue Lo, Hi;
    expandShiftParts(Op.getNode(), Lo, Hi, DAG);
    return DAG.getMergeValues({Lo, Hi}, SDLoc(Op));
  }
  case ISD::SINT_TO_FP:
  case ISD::UINT_TO_FP:
  case ISD::STRICT_SINT_TO_FP:
  case ISD::STRICT_UINT_TO_FP:
    return Op.getValueType() == MVT::f64 ? Op : SDValue();
  case ISD::VASTART:
    return lowerVASTART(Op, DAG);
  case ISD::FRAMEADDR:
    return lowerFRAMEADDR(Op, DAG);
  case ISD::RETURNADDR:
    return lowerRETURNADDR(Op, DAG);
  case ISD::ATOMIC_CMP_SWAP:
  case ISD::ATOMIC_CMP_SWAP_WITH_SUCCESS:
    return lowerCmpSwap(Op, DAG);
  case ISD::EH_SJLJ_SETJMP: {
    SDVTList VTs = DAG.getVTList(MVT::i32, MVT::Other);
    SDNode *N = DAG.getMachineNode(KVX::PseudoSetJmp, SDLoc(Op), VTs, {Op.getOperand(1), Op.getOperand(0)});
    return DAG.getMergeValues({SDValue(N, 0), SDValue(N, 1)}, SDLoc(Op));
  }
  case ISD::EH_SJLJ_LONGJMP:
    return SDValue(DAG.getMachineNode(KVX::PseudoLongJmp, SDLoc(Op), MVT::Other, Op.getOperand(1), Op.getOperand(0)),
                   0);
  case ISD::STORE:
    return lowerWideStore(cast<StoreSDNode>(Op), DAG);
  case ISD::ATOMIC_FENCE:
    return lowerAtomicFence(Op, DAG);
  }
  llvm_unreachable("operation is not custom");
}

void KVXTargetLowering::ReplaceNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const {
  if (N->getOpcode() == ISD::LOAD)
    replaceWideLoad(cast<LoadSDNode>(N), Results, DAG);
}

static constexpr unsigned GroupSubRegs[] = {KVX::sub_lo, KVX::sub_hi, KVX::sub_z, KVX::sub_t};

void KVXTargetLowering::replaceWideLoad(LoadSDNode *LD, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const {
  EVT VT = LD->getValueType(0);
  if (!LD->isSimple() || !LD->isUnindexed() || LD->getMemoryVT() != VT)
    return;
  SDLoc DL(LD);
  unsigned NumWords = VT.getSizeInBits() / 64;
  SDValue Group =
      DAG.getMemIntrinsicNode(NumWords == 2 ? KVXISD::LQ : KVXISD::LO, DL, DAG.getVTList(MVT::Untyped, MVT::Other),
                              {LD->getChain(), LD->getBasePtr()}, VT, LD->getMemOperand());
  SmallVector<SDValue, 4> Words;
  for (unsigned I = 0; I != NumWords; ++I)
    Words.push_back(DAG.getTargetExtractSubreg(GroupSubRegs[I], DL,
                                               VT.isVector() ? VT.getVectorElementType() : EVT(MVT::i64), Group));
  Results.push_back(VT.isVector() ? DAG.getBuildVector(VT, DL, Words)
                                  : DAG.getNode(ISD::BUILD_PAIR, DL, VT, Words[0], Words[1]));
  Results.push_back(Group.getValue(1));
}

SDValue KVXTargetLowering::lowerWideStore(StoreSDNode *ST, SelectionDAG &DAG) const {
  SDValue Val = ST->getValue();
  EVT VT = Val.getValueType();
  if (!ST->isSimple() || !ST->isUnindexed() || ST->getMemoryVT() != VT)
    return SDValue();
  SDLoc DL(ST);
  unsigned NumWords = VT.getSizeInBits() / 64;
  SmallVector<SDValue, 9> Ops = {
      DAG.getTargetConstant(NumWords == 2 ? KVX::PGRRegClassID : KVX::QGRRegClassID, DL, MVT::i32)};
  for (unsigned I = 0; I != NumWords; ++I) {
    SDValue Index = DAG.getVectorIdxConstant(I, DL);
    Ops.push_back(VT.isVector() ? DAG.getNode(ISD::EXTRACT_VECTOR_ELT, DL, VT.getVectorElementType(), Val, Index)
                                : DAG.getNode(ISD::EXTRACT_ELEMENT, DL, MVT::i64, Val, DAG.getIntPtrConstant(I, DL)));
    Ops.push_back(DAG.getTargetConstant(GroupSubRegs[I], DL, MVT::i32));
  }
  SDValue Group = SDValue(DAG.getMachineNode(TargetOpcode::REG_SEQUENCE, DL, MVT::Untyped, Ops), 0);
  return DAG.getMemIntrinsicNode(NumWords == 2 ? KVXISD::SQ : KVXISD::SO, DL, DAG.getVTList(MVT::Other),
                                 {ST->getChain(), Group, ST->getBasePtr()}, VT, ST->getMemOperand());
}

SDValue KVXTargetLowering::lowerGlobalAddress(SDValue Op, SelectionDAG &DAG) const {
  auto *GA = cast<GlobalAddressSDNode>(Op);
  SDLoc DL(Op);
  SDValue Sym = DAG.getTargetGlobalAddress(GA->getGlobal(), DL, MVT::i64, GA->getOffset());
  return DAG.getNode(KVXISD::WRAPPER, DL, MVT::i64, Sym);
}

SDValue KVXTargetLowering::lowerGlobalTLSAddress(SDValue Op, SelectionDAG &DAG) const {
  // Bare metal: local-exec only, offset from the thread pointer.
  auto *GA = cast<GlobalAddressSDNode>(Op);
  SDLoc DL(Op);
  SDValue Sym = DAG.getTargetGlobalAddress(GA->getGlobal(), DL, MVT::i64, GA->getOffset());
  SDValue Off = DAG.getNode(KVXISD::TLS_LE, DL, MVT::i64, Sym);
  return DAG.getNode(ISD::ADD, DL, MVT::i64, DAG.getRegister(KVX::R13, MVT::i64), Off);
}

SDValue KVXTargetLowering::lowerSymbol(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Sym;
  if (auto *BA = dyn_cast<BlockAddressSDNode>(Op))
    Sym = DAG.getTargetBlockAddress(BA->getBlockAddress(), MVT::i64, BA->getOffset());
  else if (auto *JT = dyn_cast<JumpTableSDNode>(Op))
    Sym = DAG.getTargetJumpTable(JT->getIndex(), MVT::i64);
  else if (auto *ES = dyn_cast<ExternalSymbolSDNode>(Op))
    Sym = DAG.getTargetExternalSymbol(ES->getSymbol(), MVT::i64);
  else {
    auto *CP = cast<ConstantPoolSDNode>(Op);
    Sym = DAG.getTargetConstantPool(CP->getConstVal(), MVT::i64, CP->getAlign(), CP->getOffset());
  }
  return DAG.getNode(KVXISD::WRAPPER, DL, MVT::i64, Sym);
}

SDValue KVXTargetLowering::lowerMulWide(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  bool IsSigned = Op.getOpcode() == ISD::SMUL_LOHI || Op.getOpcode() == ISD::MULHS;
  SDValue Pair =
      DAG.getNode(IsSigned ? KVXISD::MULDT : KVXISD::MULUDT, DL, MVT::Untyped, Op.getOperand(0), Op.getOperand(1));
  SDValue Hi = DAG.getTargetExtractSubreg(KVX::sub_hi, DL, MVT::i64, Pair);
  if (Op.getOpcode() == ISD::MULHS || Op.getOpcode() == ISD::MULHU)
    return Hi;
  SDValue Lo = DAG.getTargetExtractSubreg(KVX::sub_lo, DL, MVT::i64, Pair);
  return DAG.getMergeValues({Lo, Hi}, DL);
}

SDValue KVXTargetLowering::lowerVASTART(SDValue Op, SelectionDAG &DAG) const {
  auto *FuncInfo = DAG.getMachineFunction().getInfo<KVXMachineFunctionInfo>();
  SDLoc DL(Op);
  SDValue FI = DAG.getFrameIndex(FuncInfo->getVarArgsFrameIndex(), MVT::i64);
  const Value *SV = cast<SrcValueSDNode>(Op.getOperand(2))->getValue();
  return DAG.getStore(Op.getOperand(0), DL, FI, Op.getOperand(1), MachinePointerInfo(SV));
}

SDValue KVXTargetLowering::lowerFRAMEADDR(SDValue Op, SelectionDAG &DAG) const {
  DAG.getMachineFunction().getFrameInfo().setFrameAddressIsTaken(true);
  SDLoc DL(Op);
  SDValue Addr = DAG.getCopyFromReg(DAG.getEntryNode(), DL, KVX::R14, MVT::i64);
  for (unsigned Depth = Op.getConstantOperandVal(0); Depth; --Depth)
    Addr = DAG.getLoad(MVT::i64, DL, DAG.getEntryNode(), Addr, MachinePointerInfo());
  return Addr;
}

SDValue KVXTargetLowering::lowerRETURNADDR(SDValue Op, SelectionDAG &DAG) const {
  if (verifyReturnAddressArgumentIsConstant(Op, DAG))
    return SDValue();
  MachineFunction &MF = DAG.getMachineFunction();
  MF.getFrameInfo().setReturnAddressIsTaken(true);
  SDLoc DL(Op);
  if (Op.getConstantOperandVal(0) != 0) {
    SDValue Frame = lowerFRAMEADDR(Op, DAG);
    SDValue Slot = DAG.getNode(ISD::ADD, DL, MVT::i64, Frame, DAG.getConstant(8, DL, MVT::i64));
    return DAG.getLoad(MVT::i64, DL, DAG.getEntryNode(), Slot, MachinePointerInfo());
  }
  // Copied at entry: calls overwrite $ra.
  Register VReg = MF.addLiveIn(KVX::RA, &KVX::GPRRegClass);
  return DAG.getCopyFromReg(DAG.getEntryNode(), DL, VReg, MVT::i64);
}

SDValue KVXTargetLowering::lowerCmpSwap(SDValue Op, SelectionDAG &DAG) const {
  auto *N = cast<AtomicSDNode>(Op);
  SDLoc DL(Op);
  SDVTList VTs = DAG.getVTList(N->getMemoryVT(), MVT::i32, MVT::Other);
  SDValue Cas = DAG.getMemIntrinsicNode(KVXISD::CAS, DL, VTs,
                                        {N->getChain(), N->getBasePtr(), N->getOperand(2), N->getOperand(3)},
                                        N->getMemoryVT(), N->getMemOperand());
  if (Op.getOpcode() == ISD::ATOMIC_CMP_SWAP)
    return DAG.getMergeValues({Cas.getValue(0), Cas.getValue(2)}, DL);
  return DAG.getMergeValues({Cas.getValue(0), Cas.getValue(1), Cas.getValue(2)}, DL);
}

SDValue KVXTargetLowering::lowerAtomicFence(SDValue Op, SelectionDAG &DAG) const {
  auto Scope = static_cast<SyncScope::ID>(Op.getConstantOperandVal(2));
  // A signal fence orders only the compiler.
  if (Scope == SyncScope::SingleThread)
    return DAG.getNode(ISD::MEMBARRIER, SDLoc(Op), MVT::Other, Op.getOperand(0));
  return Op;
}

//===----------------------------------------------------------------------===//
// Atomics
//===----------------------------------------------------------------------===//

bool KVXTargetLowering::shouldInsertFencesForAtomic(const Instruction *I) const {
  return isa<LoadInst, StoreInst, AtomicRMWInst, AtomicCmpXchgInst>(I);
}

TargetLowering::AtomicExpansionKind KVXTargetLowering::shouldExpandAtomicRMWInIR(AtomicRMWInst *AI) const {
  unsigned Size = AI->getType()->getPrimitiveSizeInBits();
  if (Size == 32 || Size == 64) {
    if (AI->getOperation() == AtomicRMWInst::Add || AI->getOperation() == AtomicRMWInst::Sub)
      return AtomicExpansionKind::None;
    if (const auto *C = dyn_cast<ConstantInt>(AI->getValOperand()))
      if (C->isZero() && AI->getOperation() == AtomicRMWInst::Xchg)
        return AtomicExpansionKind::None;
  }
  return AtomicExpansionKind::CmpXChg;
}

MachineBasicBlock *KVXTargetLowering::EmitInstrWithCustomInserter(MachineInstr &MI, MachineBasicBlock *MBB) const {
  switch (MI.getOpcode()) {
  case KVX::PseudoCASD:
    return emitCmpSwap(MI, MBB, true);
  case KVX::PseudoCASW:
    return emitCmpSwap(MI, MBB, false);
  case KVX::PseudoSetJmp:
    return emitSetJmp(MI, MBB);
  case KVX::PseudoLongJmp:
    return emitLongJmp(MI, MBB);
  case KVX::PseudoBlockCopy:
    return emitBlockCopy(MI, MBB);
  }
  llvm_unreachable("no custom inserter for this instruction");
}

// acswap reports only whether it succeeded. To return the old value of a failed exchange without
// failing spuriously:
//   loop:   old = uncached load
//           if (old != cmp) goto done (ok = 0)
//   try:    ok = acswap(addr, new, cmp); if (!ok) goto loop
//   done:
MachineBasicBlock *KVXTargetLowering::emitCmpSwap(MachineInstr &MI, MachineBasicBlock *MBB, bool Is64) const {
  const TargetInstrInfo &TII = *STI.getInstrInfo();
  MachineFunction &MF = *MBB->getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  DebugLoc DL = MI.getDebugLoc();
  Register Old = MI.getOperand(0).getReg(), Ok = MI.getOperand(1).getReg(), Addr = MI.getOperand(2).getReg(),
           Cmp = MI.getOperand(3).getReg(), New = MI.getOperand(4).getReg();

  MachineFunction::iterator Where = std::next(MBB->getIterator());
  MachineBasicBlock *Loop = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MachineBasicBlock *Try = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MachineBasicBlock *Done = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MF.insert(Where, Loop);
  MF.insert(Where, Try);
  MF.insert(Where, Done);
  Done->splice(Done->begin(), MBB, std::next(MI.getIterator()), MBB->end());
  Done->transferSuccessorsAndUpdatePHIs(MBB);
  MBB->addSuccessor(Loop);
  Loop->addSuccessor(Done);
  Loop->addSuccessor(Try);
  Try->addSuccessor(Loop);
  Try->addSuccessor(Done);

  MachineMemOperand *MMO = *MI.memoperands_begin();
  MachineMemOperand *LoadMMO =
      MF.getMachineMemOperand(MMO->getPointerInfo(), MachineMemOperand::MOLoad | MachineMemOperand::MOVolatile,
                              MMO->getSize(), MMO->getAlign());

  const TargetRegisterClass *RC = &KVX::GPRRegClass;
  Register Same = MRI.createVirtualRegister(RC), Success = MRI.createVirtualRegister(RC);
  Register In = MRI.createVirtualRegister(&KVX::PGRRegClass), Out = MRI.createVirtualRegister(&KVX::PGRRegClass);
  BuildMI(Loop, DL, TII.get(Is64 ? KVX::LD_u : KVX::LWZ_u), Old).addReg(Addr).addImm(0).addMemOperand(LoadMMO);
  BuildMI(Loop, DL, TII.get(Is64 ? KVX::COMPDrr : KVX::COMPWrr), Same).addReg(Old).addReg(Cmp).addImm(/*eq*/ 1);
  BuildMI(Loop, DL, TII.get(KVX::CB)).addReg(Same).addImm(KVXCC::DEQZ).addMBB(Done);

  BuildMI(Try, DL, TII.get(TargetOpcode::REG_SEQUENCE), In)
      .addReg(New)
      .addImm(KVX::sub_lo)
      .addReg(Cmp)
      .addImm(KVX::sub_hi);
  BuildMI(Try, DL, TII.get(Is64 ? KVX::ACSWAPD : KVX::ACSWAPW), Out).addReg(Addr).addImm(0).addReg(In).cloneMemRefs(MI);
  BuildMI(Try, DL, TII.get(TargetOpcode::COPY), Success).addReg(Out, 0, KVX::sub_lo);
  BuildMI(Try, DL, TII.get(KVX::CB)).addReg(Success).addImm(KVXCC::DEQZ).addMBB(Loop);

  BuildMI(*Done, Done->begin(), DL, TII.get(TargetOpcode::PHI), Ok)
      .addReg(Same)
      .addMBB(Loop)
      .addReg(Success)
      .addMBB(Try);
  MI.eraseFromParent();
  return Done;
}

// Words of the buffer of __builtin_setjmp; clang fills in the first and the third.
static constexpr int64_t JmpBufFP = 0, JmpBufResume = 8, JmpBufSP = 16;

MachineBasicBlock *KVXTargetLowering::emitSetJmp(MachineInstr &MI, MachineBasicBlock *MBB) const {
  const TargetInstrInfo &TII = *STI.getInstrInfo();
  MachineFunction &MF = *MBB->getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  DebugLoc DL = MI.getDebugLoc();
  Register Result = MI.getOperand(0).getReg(), Buf = MI.getOperand(1).getReg();
  MachineFunction::iterator Where = std::next(MBB->getIterator());
  MachineBasicBlock *Main = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MachineBasicBlock *Sink = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MachineBasicBlock *Resume = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MF.insert(Where, Main);
  MF.insert(Where, Sink);
  MF.push_back(Resume);
  Resume->setMachineBlockAddressTaken();
  MF.setExposesReturnsTwice(true);
  Sink->splice(Sink->begin(), MBB, std::next(MI.getIterator()), MBB->end());
  Sink->transferSuccessorsAndUpdatePHIs(MBB);
  MBB->addSuccessor(Main);
  MBB->addSuccessor(Resume);
  Main->addSuccessor(Sink);
  Resume->addSuccessor(Sink);

  auto NewReg = [&] { return MRI.createVirtualRegister(&KVX::GPRRegClass); };
  Register Label = NewReg(), First = NewReg(), Again = NewReg();
  BuildMI(MBB, DL, TII.get(KVX::MAKEsym), Label).addMBB(Resume);
  BuildMI(MBB, DL, TII.get(KVX::SDri)).addReg(Buf).addImm(JmpBufResume).addReg(Label);
  BuildMI(MBB, DL, TII.get(KVX::SetJmpSetup)).addMBB(Resume).addRegMask(STI.getRegisterInfo()->getNoPreservedMask());
  BuildMI(Main, DL, TII.get(KVX::MAKE), First).addImm(0);
  BuildMI(Resume, DL, TII.get(KVX::MAKE), Again).addImm(1);
  BuildMI(Resume, DL, TII.get(KVX::GOTO)).addMBB(Sink);
  BuildMI(*Sink, Sink->begin(), DL, TII.get(TargetOpcode::PHI), Result)
      .addReg(First)
      .addMBB(Main)
      .addReg(Again)
      .addMBB(Resume);
  MI.eraseFromParent();
  return Sink;
}

MachineBasicBlock *KVXTargetLowering::emitLongJmp(MachineInstr &MI, MachineBasicBlock *MBB) const {
  const TargetInstrInfo &TII = *STI.getInstrInfo();
  MachineRegisterInfo &MRI = MBB->getParent()->getRegInfo();
  DebugLoc DL = MI.getDebugLoc();
  Register Buf = MI.getOperand(0).getReg();
  Register Resume = MRI.createVirtualRegister(&KVX::GPRTailRegClass);
  Register SP = MRI.createVirtualRegister(&KVX::GPRRegClass), FP = MRI.createVirtualRegister(&KVX::GPRRegClass);
  BuildMI(*MBB, MI, DL, TII.get(KVX::LDri), Resume).addReg(Buf).addImm(JmpBufResume);
  BuildMI(*MBB, MI, DL, TII.get(KVX::LDri), SP).addReg(Buf).addImm(JmpBufSP);
  BuildMI(*MBB, MI, DL, TII.get(KVX::LDri), FP).addReg(Buf).addImm(JmpBufFP);
  BuildMI(*MBB, MI, DL, TII.get(KVX::COPYD), KVX::R12).addReg(SP);
  BuildMI(*MBB, MI, DL, TII.get(KVX::COPYD), KVX::R14).addReg(FP);
  BuildMI(*MBB, MI, DL, TII.get(KVX::IGOTO))
      .addReg(Resume)
      .addReg(KVX::R12, RegState::Implicit)
      .addReg(KVX::R14, RegState::Implicit);
  MI.eraseFromParent();
  return MBB;
}

MachineBasicBlock *KVXTargetLowering::emitBlockCopy(MachineInstr &MI, MachineBasicBlock *MBB) const {
  const TargetInstrInfo &TII = *STI.getInstrInfo();
  MachineFunction &MF = *MBB->getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  DebugLoc DL = MI.getDebugLoc();
  MachineFunction::iterator Where = std::next(MBB->getIterator());
  MachineBasicBlock *Loop = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MachineBasicBlock *Done = MF.CreateMachineBasicBlock(MBB->getBasicBlock());
  MF.insert(Where, Loop);
  MF.insert(Where, Done);
  // Inside the call sequence of the call that takes the copy.
  Loop->setCallFrameSize(TII.getCallFrameSizeAt(MI));
  Done->setCallFrameSize(TII.getCallFrameSizeAt(MI));
  Done->splice(Done->begin(), MBB, std::next(MI.getIterator()), MBB->end());
  Done->transferSuccessorsAndUpdatePHIs(MBB);
  MBB->addSuccessor(Loop);
  Loop->addSuccessor(Loop);
  Loop->addSuccessor(Done);

  const TargetRegisterClass *RC = &KVX::GPRRegClass;
  Register Count0 = MRI.createVirtualRegister(RC), Block = MRI.createVirtualRegister(&KVX::QGRRegClass);
  BuildMI(MBB, DL, TII.get(KVX::MAKE), Count0).addImm(MI.getOperand(2).getImm());
  auto Advance = [&](Register Start, int64_t Step) {
    Register Phi = MRI.createVirtualRegister(RC), Next = MRI.createVirtualRegister(RC);
    BuildMI(*Loop, Loop->getFirstNonPHI(), DL, TII.get(TargetOpcode::PHI), Phi)
        .addReg(Start)
        .addMBB(MBB)
        .addReg(Next)
        .addMBB(Loop);
    BuildMI(Loop, DL, TII.get(KVX::ADDDri), Next).addReg(Phi).addImm(Step);
    return std::pair(Phi, Next);
  };
  Register Dst = Advance(MI.getOperand(0).getReg(), 32).first;
  Register Src = Advance(MI.getOperand(1).getReg(), 32).first;
  Register Count = Advance(Count0, -1).second;
  BuildMI(Loop, DL, TII.get(KVX::LOri), Block).addReg(Src).addImm(0);
  BuildMI(Loop, DL, TII.get(KVX::SOri)).addReg(Dst).addImm(0).addReg(Block);
  BuildMI(Loop, DL, TII.get(KVX::CB)).addReg(Count).addImm(KVXCC::DNEZ).addMBB(Loop);
  MI.eraseFromParent();
  return Done;
}

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

TargetLowering::ConstraintType KVXTargetLowering::getConstraintType(StringRef Constraint) const {
  if (Constraint.size() == 1) {
    switch (Constraint[0]) {
    case 'r':
      return C_RegisterClass;
    case 'I': // 10-bit signed
    case 'J': // 37-bit signed
    case 'K': // 64-bit
      return C_Immediate;
    }
  }
  return TargetLowering::getConstraintType(Constraint);
}

static MCRegister parseRegisterName(StringRef Name) {
  Name.consume_front("$");
  MCRegister Special = StringSwitch<MCRegister>(Name.lower())
                           .Case("sp", KVX::R12)
                           .Case("tp", KVX::R13)
                           .Case("fp", KVX::R14)
                           .Case("rp", KVX::R15)
                           .Case("ra", KVX::RA)
                           .Case("cs", KVX::CS)
                           .Case("ls", KVX::LS)
                           .Case("le", KVX::LE)
                           .Case("lc", KVX::LC)
                           .Default(MCRegister());
  if (Special)
    return Special;
  unsigned Num;
  if ((Name.consume_front("r") || Name.consume_front("R")) && !Name.getAsInteger(10, Num) && Num < 64)
    return KVX::GPRRegClass.contains(KVX::R0 + Num) ? KVX::R0 + Num : 0;
  return MCRegister();
}

std::pair<unsigned, const TargetRegisterClass *>
KVXTargetLowering::getRegForInlineAsmConstraint(const TargetRegisterInfo *TRI, StringRef Constraint, MVT VT) const {
  if (Constraint == "r") {
    if (VT == MVT::i128 || VT.is128BitVector())
      return {0U, &KVX::PGRRegClass};
    if (VT.is256BitVector())
      return {0U, &KVX::QGRRegClass};
    if (VT.isVector() || (VT.SimpleTy != MVT::Other && VT.getSizeInBits() > 64))
      return {0U, nullptr};
    return {0U, &KVX::GPRRegClass};
  }
  if (Constraint.size() > 2 && Constraint.front() == '{' && Constraint.back() == '}')
    if (MCRegister Reg = parseRegisterName(Constraint.drop_front().drop_back()))
      return {Reg.id(), KVX::SFRRegClass.contains(Reg) ? &KVX::SFRRegClass : &KVX::GPRRegClass};
  return TargetLowering::getRegForInlineAsmConstraint(TRI, Constraint, VT);
}

// In inline assembly __int128 and 128-bit vectors are pairs, 256-bit vectors quads of registers.
static unsigned getNumGroupWords(EVT VT) {
  return VT == MVT::i128 || VT.is128BitVector() ? 2 : VT.is256BitVector() ? 4 : 0;
}

unsigned KVXTargetLowering::getNumRegisters(LLVMContext &C, EVT VT, std::optional<MVT> RegisterVT) const {
  if (RegisterVT && *RegisterVT == MVT::Untyped && getNumGroupWords(VT))
    return 1;
  return TargetLowering::getNumRegisters(C, VT, RegisterVT);
}

bool KVXTargetLowering::splitValueIntoRegisterParts(SelectionDAG &DAG, const SDLoc &DL, SDValue Val, SDValue *Parts,
                                                    unsigned NumParts, MVT PartVT,
                                                    std::optional<CallingConv::ID>) const {
  unsigned NumWords = getNumGroupWords(Val.getValueType());
  if (!NumWords || NumParts != 1 || PartVT != MVT::Untyped)
    return false;
  EVT IntVT = EVT::getIntegerVT(*DAG.getContext(), NumWords * 64);
  SDValue Int = DAG.getBitcast(IntVT, Val);
  unsigned RC = NumWords == 2 ? KVX::PGRRegClassID : KVX::QGRRegClassID;
  SmallVector<SDValue, 9> Ops = {DAG.getTargetConstant(RC, DL, MVT::i32)};
  for (unsigned I = 0; I != NumWords; ++I) {
    SDValue Half = Int;
    if (NumWords == 4)
      Half = DAG.getNode(ISD::EXTRACT_ELEMENT, DL, MVT::i128, Int, DAG.getIntPtrConstant(I / 2, DL));
    Ops.push_back(DAG.getNode(ISD::EXTRACT_ELEMENT, DL, MVT::i64, Half, DAG.getIntPtrConstant(I % 2, DL)));
    Ops.push_back(DAG.getTargetConstant(GroupSubRegs[I], DL, MVT::i32));
  }
  Parts[0] = SDValue(DAG.getMachineNode(TargetOpcode::REG_SEQUENCE, DL, MVT::Untyped, Ops), 0);
  return true;
}

SDValue KVXTargetLowering::joinRegisterPartsIntoValue(SelectionDAG &DAG, const SDLoc &DL, const SDValue *Parts,
                                                      unsigned NumParts, MVT PartVT, EVT ValueVT,
                                                      std::optional<CallingConv::ID>) const {
  unsigned NumWords = getNumGroupWords(ValueVT);
  if (!NumWords || NumParts != 1 || PartVT != MVT::Untyped)
    return SDValue();
  SmallVector<SDValue, 4> Words;
  for (unsigned I = 0; I != NumWords; ++I)
    Words.push_back(DAG.getTargetExtractSubreg(GroupSubRegs[I], DL, MVT::i64, Parts[0]));
  SDValue Int = DAG.getNode(ISD::BUILD_PAIR, DL, MVT::i128, Words[0], Words[1]);
  if (NumWords == 4) {
    SDValue High = DAG.getNode(ISD::BUILD_PAIR, DL, MVT::i128, Words[2], Words[3]);
    Int = DAG.getNode(ISD::BUILD_PAIR, DL, EVT::getIntegerVT(*DAG.getContext(), 256), Int, High);
  }
  return DAG.getBitcast(ValueVT, Int);
}

void KVXTargetLowering::LowerAsmOperandForConstraint(SDValue Op, StringRef Constraint, std::vector<SDValue> &Ops,
                                                     SelectionDAG &DAG) const {
  if (Constraint.size() == 1 && StringRef("IJK").contains(Constraint[0])) {
    auto *C = dyn_cast<ConstantSDNode>(Op);
    if (!C)
      return;
    int64_t Val = C->getSExtValue();
    if ((Constraint[0] == 'I' && isInt<10>(Val)) || (Constraint[0] == 'J' && isInt<37>(Val)) || Constraint[0] == 'K')
      Ops.push_back(DAG.getTargetConstant(Val, SDLoc(Op), Op.getValueType()));
    return;
  }
  TargetLowering::LowerAsmOperandForConstraint(Op, Constraint, Ops, DAG);
}

Register KVXTargetLowering::getRegisterByName(const char *Name, LLT, const MachineFunction &MF) const {
  MCRegister Reg = parseRegisterName(Name);
  if (!Reg || KVX::SFRRegClass.contains(Reg))
    report_fatal_error(Twine("invalid register name \"") + Name + "\" for a global register variable");
  if (!STI.getRegisterInfo()->getReservedRegs(MF).test(Reg))
    report_fatal_error(Twine("register \"") + Name + "\" of a global register variable is not reserved");
  return Reg;
}
