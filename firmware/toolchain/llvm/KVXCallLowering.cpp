//===-- KVXCallLowering.cpp - Calls, arguments, results -------------------===//
//
// The part of KVXTargetLowering that implements the calling convention.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXISelLowering.h"
#include "KVXMachineFunctionInfo.h"
#include "KVXSubtarget.h"
#include "llvm/CodeGen/CallingConvLower.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#include "KVXGenCallingConv.inc"

static constexpr MCPhysReg ArgRegs[] = {KVX::R0, KVX::R1, KVX::R2, KVX::R3, KVX::R4,  KVX::R5,
                                        KVX::R6, KVX::R7, KVX::R8, KVX::R9, KVX::R10, KVX::R11};
static constexpr unsigned NumArgRegs = std::size(ArgRegs);

/// The memory image of a byval argument takes the remaining registers, then the stack.
void KVXTargetLowering::HandleByVal(CCState *State, unsigned &Size, Align) const {
  unsigned First = State->getFirstUnallocated(ArgRegs);
  unsigned Words = divideCeil(Size, 8);
  unsigned InRegs = std::min(Words, NumArgRegs - First);
  for (unsigned I = 0; I != InRegs; ++I)
    State->AllocateReg(ArgRegs);
  State->addInRegsParamInfo(First, First + InRegs);
  Size = Size > InRegs * 8 ? alignTo(Size - InRegs * 8, 8) : 0;
}

//===----------------------------------------------------------------------===//
// Incoming
//===----------------------------------------------------------------------===//

SDValue KVXTargetLowering::LowerFormalArguments(SDValue Chain, CallingConv::ID CC, bool IsVarArg,
                                                const SmallVectorImpl<ISD::InputArg> &Ins, const SDLoc &DL,
                                                SelectionDAG &DAG, SmallVectorImpl<SDValue> &InVals) const {
  MachineFunction &MF = DAG.getMachineFunction();
  MachineFrameInfo &MFI = MF.getFrameInfo();
  auto *FuncInfo = MF.getInfo<KVXMachineFunctionInfo>();
  SmallVector<CCValAssign, 16> ArgLocs;
  CCState CCInfo(CC, IsVarArg, MF, ArgLocs, *DAG.getContext());
  CCInfo.AnalyzeFormalArguments(Ins, CC_KVX);

  SmallVector<SDValue, 8> Stores;
  auto StoreArgReg = [&](unsigned RegNo, int FI, int64_t Offset) {
    Register VReg = MF.addLiveIn(ArgRegs[RegNo], &KVX::GPRRegClass);
    SDValue Val = DAG.getCopyFromReg(Chain, DL, VReg, MVT::i64);
    SDValue Addr = DAG.getObjectPtrOffset(DL, DAG.getFrameIndex(FI, MVT::i64), TypeSize::getFixed(Offset));
    Stores.push_back(DAG.getStore(Val.getValue(1), DL, Val, Addr, MachinePointerInfo::getFixedStack(MF, FI, Offset)));
  };

  unsigned ByValIndex = 0;
  for (unsigned I = 0, E = ArgLocs.size(); I != E; ++I) {
    CCValAssign &VA = ArgLocs[I];
    const ISD::ArgFlagsTy Flags = Ins[VA.getValNo()].Flags;

    if (Flags.isByVal()) {
      unsigned Begin = 0, End = 0;
      if (ByValIndex < CCInfo.getInRegsParamsCount())
        CCInfo.getInRegsParamInfo(ByValIndex++, Begin, End);
      unsigned RegBytes = (End - Begin) * 8, Size = Flags.getByValSize();
      int FI;
      if (Size == 0) {
        FI = MFI.CreateFixedObject(1, VA.getLocMemOffset(), false);
      } else if (Size <= RegBytes) {
        FI = MFI.CreateStackObject(RegBytes, std::max(Flags.getNonZeroByValAlign(), Align(8)), false);
      } else {
        // Registers are stored right below the part that came on the stack.
        FI = MFI.CreateFixedObject(Size, static_cast<int64_t>(VA.getLocMemOffset()) - RegBytes, false, true);
        if (RegBytes)
          FuncInfo->setArgRegSaveSize(RegBytes);
      }
      for (unsigned R = Begin; R != End; ++R)
        StoreArgReg(R, FI, (R - Begin) * 8);
      InVals.push_back(DAG.getFrameIndex(FI, MVT::i64));
      continue;
    }

    MVT VT = VA.getLocVT();
    if (VA.isRegLoc()) {
      Register VReg = MF.addLiveIn(VA.getLocReg(), &KVX::GPRRegClass);
      InVals.push_back(DAG.getCopyFromReg(Chain, DL, VReg, VT));
    } else {
      int FI = MFI.CreateFixedObject(VT.getStoreSize(), VA.getLocMemOffset(), true);
      InVals.push_back(
          DAG.getLoad(VT, DL, Chain, DAG.getFrameIndex(FI, MVT::i64), MachinePointerInfo::getFixedStack(MF, FI)));
    }
  }

  if (IsVarArg) {
    // Unnamed register slots go right below the incoming stack arguments: one contiguous area.
    unsigned First = CCInfo.getFirstUnallocated(ArgRegs);
    unsigned SaveSize = (NumArgRegs - First) * 8;
    int64_t Start = First < NumArgRegs ? -static_cast<int64_t>(SaveSize) : CCInfo.getStackSize();
    int FI = MFI.CreateFixedObject(std::max(SaveSize, 8u), Start, false, true);
    FuncInfo->setVarArgsFrameIndex(FI);
    if (SaveSize)
      FuncInfo->setArgRegSaveSize(SaveSize);
    for (unsigned R = First; R != NumArgRegs; ++R)
      StoreArgReg(R, FI, (R - First) * 8);
  }

  if (!Stores.empty()) {
    Stores.push_back(Chain);
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Stores);
  }
  return Chain;
}

//===----------------------------------------------------------------------===//
// Outgoing
//===----------------------------------------------------------------------===//

bool KVXTargetLowering::mayBeEmittedAsTailCall(const CallInst *CI) const { return CI->isTailCall(); }

bool KVXTargetLowering::isEligibleForTailCall(const CallLoweringInfo &CLI, const CCState &CCInfo) const {
  const MachineFunction &MF = CLI.DAG.getMachineFunction();
  const Function &Caller = MF.getFunction();
  if (Caller.hasFnAttribute("disable-tail-calls") && !CLI.CB)
    return false;
  if (Caller.hasFnAttribute("interrupt"))
    return false;
  // Stack arguments would overwrite those of the caller; byval copies live in the caller's frame.
  if (CCInfo.getStackSize() != 0 || MF.getInfo<KVXMachineFunctionInfo>()->getArgRegSaveSize() != 0)
    return false;
  if (any_of(CLI.Outs, [](const ISD::OutputArg &A) { return A.Flags.isByVal() || A.Flags.isSRet(); }))
    return false;
  if (Caller.hasStructRetAttr())
    return false;
  // Results must come back the same way.
  return CLI.CallConv == Caller.getCallingConv();
}

static constexpr unsigned MaxInlineByValCopy = 256;

/// Copies the memory image of a byval argument into its registers and stack slots.
static void passByVal(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, SDValue Src, const ISD::ArgFlagsTy &Flags,
                      unsigned Begin, unsigned End, int64_t StackOffset, SDValue StackPtr,
                      SmallVectorImpl<std::pair<Register, SDValue>> &Regs, SmallVectorImpl<SDValue> &MemOps) {
  unsigned Size = Flags.getByValSize();
  for (unsigned R = Begin; R != End; ++R) {
    unsigned Offset = (R - Begin) * 8;
    unsigned Left = Size - Offset;
    SDValue Val;
    // The last word may be partial: gather it without reading past the object.
    unsigned Done = 0;
    for (unsigned Bytes = 8; Done < std::min(Left, 8u); Bytes /= 2) {
      if (std::min(Left, 8u) - Done < Bytes)
        continue;
      SDValue Addr = DAG.getObjectPtrOffset(DL, Src, TypeSize::getFixed(Offset + Done));
      SDValue Part =
          DAG.getExtLoad(ISD::ZEXTLOAD, DL, MVT::i64, Chain, Addr, MachinePointerInfo(), MVT::getIntegerVT(Bytes * 8),
                         commonAlignment(Flags.getNonZeroByValAlign(), Offset + Done));
      MemOps.push_back(Part.getValue(1));
      if (Done)
        Part = DAG.getNode(ISD::SHL, DL, MVT::i64, Part, DAG.getConstant(Done * 8, DL, MVT::i32));
      Val = Val ? DAG.getNode(ISD::OR, DL, MVT::i64, Val, Part) : Part;
      Done += Bytes;
    }
    Regs.push_back({ArgRegs[R], Val ? Val : DAG.getUNDEF(MVT::i64)});
  }
  unsigned RegBytes = (End - Begin) * 8;
  if (Size > RegBytes) {
    SDValue From = DAG.getObjectPtrOffset(DL, Src, TypeSize::getFixed(RegBytes));
    SDValue To = DAG.getObjectPtrOffset(DL, StackPtr, TypeSize::getFixed(StackOffset));
    unsigned Left = Size - RegBytes;
    // memcpy cannot be called while the arguments of another call are being set up.
    if (Left > MaxInlineByValCopy) {
      SDValue Blocks = DAG.getTargetConstant(Left / 32, DL, MVT::i64);
      MemOps.push_back(SDValue(DAG.getMachineNode(KVX::PseudoBlockCopy, DL, MVT::Other, {To, From, Blocks, Chain}), 0));
      From = DAG.getObjectPtrOffset(DL, From, TypeSize::getFixed(Left & ~31u));
      To = DAG.getObjectPtrOffset(DL, To, TypeSize::getFixed(Left & ~31u));
      Left &= 31;
    }
    if (Left)
      MemOps.push_back(DAG.getMemcpy(Chain, DL, To, From, DAG.getConstant(Left, DL, MVT::i64), Align(8),
                                     /*isVol=*/false, /*AlwaysInline=*/true, /*CI=*/nullptr, std::nullopt,
                                     MachinePointerInfo(), MachinePointerInfo()));
  }
}

SDValue KVXTargetLowering::LowerCall(CallLoweringInfo &CLI, SmallVectorImpl<SDValue> &InVals) const {
  SelectionDAG &DAG = CLI.DAG;
  const SDLoc &DL = CLI.DL;
  SDValue Chain = CLI.Chain, Callee = CLI.Callee;
  MachineFunction &MF = DAG.getMachineFunction();

  StringRef Name;
  if (auto *G = dyn_cast<GlobalAddressSDNode>(Callee))
    Name = G->getGlobal()->getName();
  if (Name.starts_with("__kvx_builtin_"))
    return lowerBuiltinCall(CLI, Name, InVals);

  SmallVector<CCValAssign, 16> ArgLocs;
  CCState CCInfo(CLI.CallConv, CLI.IsVarArg, MF, ArgLocs, *DAG.getContext());
  CCInfo.AnalyzeCallOperands(CLI.Outs, CC_KVX);
  uint64_t NumBytes = alignTo(CCInfo.getStackSize(), 32);

  bool IsMustTail = CLI.CB && CLI.CB->isMustTailCall();
  if (CLI.IsTailCall)
    CLI.IsTailCall = isEligibleForTailCall(CLI, CCInfo);
  if (IsMustTail && !CLI.IsTailCall)
    report_fatal_error("failed to perform tail call elimination on a call site marked musttail");

  if (!CLI.IsTailCall)
    Chain = DAG.getCALLSEQ_START(Chain, NumBytes, 0, DL);

  SmallVector<std::pair<Register, SDValue>, 16> RegsToPass;
  SmallVector<SDValue, 8> MemOps;
  SDValue StackPtr = DAG.getCopyFromReg(Chain, DL, KVX::R12, MVT::i64);
  unsigned ByValIndex = 0;
  for (unsigned I = 0, E = ArgLocs.size(); I != E; ++I) {
    CCValAssign &VA = ArgLocs[I];
    SDValue Arg = CLI.OutVals[VA.getValNo()];
    const ISD::ArgFlagsTy Flags = CLI.Outs[VA.getValNo()].Flags;
    if (Flags.isByVal()) {
      unsigned Begin = 0, End = 0;
      if (ByValIndex < CCInfo.getInRegsParamsCount())
        CCInfo.getInRegsParamInfo(ByValIndex++, Begin, End);
      passByVal(DAG, DL, Chain, Arg, Flags, Begin, End, VA.getLocMemOffset(), StackPtr, RegsToPass, MemOps);
      continue;
    }
    if (VA.isRegLoc()) {
      RegsToPass.push_back({VA.getLocReg(), Arg});
      continue;
    }
    SDValue Addr = DAG.getObjectPtrOffset(DL, StackPtr, TypeSize::getFixed(VA.getLocMemOffset()));
    MemOps.push_back(DAG.getStore(Chain, DL, Arg, Addr, MachinePointerInfo::getStack(MF, VA.getLocMemOffset())));
  }
  if (!MemOps.empty())
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, MemOps);

  SDValue Glue;
  for (auto &[Reg, Val] : RegsToPass) {
    Chain = DAG.getCopyToReg(Chain, DL, Reg, Val, Glue);
    Glue = Chain.getValue(1);
  }

  if (auto *G = dyn_cast<GlobalAddressSDNode>(Callee))
    Callee = DAG.getTargetGlobalAddress(G->getGlobal(), DL, MVT::i64, G->getOffset());
  else if (auto *S = dyn_cast<ExternalSymbolSDNode>(Callee))
    Callee = DAG.getTargetExternalSymbol(S->getSymbol(), MVT::i64);

  SmallVector<SDValue, 16> Ops = {Chain, Callee};
  for (auto &[Reg, Val] : RegsToPass)
    Ops.push_back(DAG.getRegister(Reg, Val.getValueType()));
  Ops.push_back(DAG.getRegisterMask(STI.getRegisterInfo()->getCallPreservedMask(MF, CLI.CallConv)));
  if (Glue)
    Ops.push_back(Glue);

  if (CLI.IsTailCall) {
    MF.getFrameInfo().setHasTailCall();
    return DAG.getNode(KVXISD::TC_RETURN, DL, MVT::Other, Ops);
  }
  Chain = DAG.getNode(KVXISD::CALL, DL, DAG.getVTList(MVT::Other, MVT::Glue), Ops);
  Glue = Chain.getValue(1);
  Chain = DAG.getCALLSEQ_END(Chain, NumBytes, 0, Glue, DL);
  Glue = Chain.getValue(1);

  SmallVector<CCValAssign, 4> RetLocs;
  CCState RetInfo(CLI.CallConv, CLI.IsVarArg, MF, RetLocs, *DAG.getContext());
  RetInfo.AnalyzeCallResult(CLI.Ins, RetCC_KVX);
  for (CCValAssign &VA : RetLocs) {
    SDValue Val = DAG.getCopyFromReg(Chain, DL, VA.getLocReg(), VA.getValVT(), Glue);
    Chain = Val.getValue(1);
    Glue = Val.getValue(2);
    InVals.push_back(Val);
  }
  return Chain;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

bool KVXTargetLowering::CanLowerReturn(CallingConv::ID CC, MachineFunction &MF, bool IsVarArg,
                                       const SmallVectorImpl<ISD::OutputArg> &Outs, LLVMContext &Context) const {
  SmallVector<CCValAssign, 4> RetLocs;
  CCState CCInfo(CC, IsVarArg, MF, RetLocs, Context);
  return CCInfo.CheckReturn(Outs, RetCC_KVX);
}

SDValue KVXTargetLowering::LowerReturn(SDValue Chain, CallingConv::ID CC, bool IsVarArg,
                                       const SmallVectorImpl<ISD::OutputArg> &Outs,
                                       const SmallVectorImpl<SDValue> &OutVals, const SDLoc &DL,
                                       SelectionDAG &DAG) const {
  SmallVector<CCValAssign, 4> RetLocs;
  CCState CCInfo(CC, IsVarArg, DAG.getMachineFunction(), RetLocs, *DAG.getContext());
  CCInfo.AnalyzeReturn(Outs, RetCC_KVX);

  SDValue Glue;
  SmallVector<SDValue, 6> Ops(1, Chain);
  for (unsigned I = 0, E = RetLocs.size(); I != E; ++I) {
    SDValue Val = OutVals[I];
    Chain = DAG.getCopyToReg(Chain, DL, RetLocs[I].getLocReg(), Val, Glue);
    Glue = Chain.getValue(1);
    Ops.push_back(DAG.getRegister(RetLocs[I].getLocReg(), RetLocs[I].getLocVT()));
  }
  Ops[0] = Chain;
  if (Glue)
    Ops.push_back(Glue);
  return DAG.getNode(KVXISD::RET_GLUE, DL, MVT::Other, Ops);
}
