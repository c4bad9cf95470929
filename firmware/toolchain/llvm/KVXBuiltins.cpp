//===-- KVXBuiltins.cpp - Calls that are instructions ---------------------===//
//
// Intrinsics of a target cannot be added outside LLVM, so system instructions are calls of
// functions named __kvx_builtin_* (KVXBuiltins.def) until they are lowered here.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXISelLowering.h"
#include "KVXSubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/IR/DiagnosticInfo.h"

using namespace llvm;

namespace {

enum class Kind { Plain, Addr, Get, Set, Reg, InOut, Swap, Load, Pure1, Pure2, Pure3, Fetch, Clear, Cas, Scall };

struct Builtin {
  StringLiteral Name;
  Kind K;
  unsigned Opcode;
};

constexpr Builtin Builtins[] = {
#define KVX_BUILTIN(NAME, RESULT, PARAMS, KIND, OPCODE) {#NAME, Kind::KIND, KVX::OPCODE},
#include "KVXBuiltins.def"
};

constexpr unsigned MaxSFR = 511;
constexpr unsigned MaxScallArgs = 8;

/// Registers whose writes must be alone in a bundle: PS, MMC, SPS, owner registers.
bool isWrittenAlone(unsigned SFR) {
  return SFR == 1 || SFR == 28 || (SFR >= 68 && SFR <= 71) || (SFR >= 96 && SFR <= 101) || SFR == 132;
}

/// Registers that wfxl and wfxm accept.
bool hasFieldWrites(unsigned SFR) {
  static constexpr unsigned Accepted[] = {1,  2,  4,  5,  10, 11, 12, 18, 25, 26, 27, 28, 29,  30,  40,  45, 46,
                                          68, 69, 70, 71, 84, 85, 86, 87, 96, 97, 98, 99, 100, 101, 132, 148};
  return is_contained(Accepted, SFR);
}

unsigned aloneOpcode(unsigned Opcode) {
  switch (Opcode) {
  case KVX::SET:
    return KVX::SETalone;
  case KVX::WFXL:
    return KVX::WFXLalone;
  case KVX::WFXM:
    return KVX::WFXMalone;
  }
  return Opcode;
}

/// Lowers one call; methods return the value of the call, if any, and update Chain.
class Lowering {
  TargetLowering::CallLoweringInfo &CLI;
  SelectionDAG &DAG;
  const SDLoc &DL;
  const Builtin &B;

public:
  SDValue Chain;
  SDValue Result;
  const char *Error = nullptr;

  Lowering(TargetLowering::CallLoweringInfo &CLI, const Builtin &B)
      : CLI(CLI), DAG(CLI.DAG), DL(CLI.DL), B(B), Chain(CLI.Chain) {}

  void lower(const KVXSubtarget &STI);

private:
  SDValue arg(unsigned I) { return CLI.OutVals[I]; }
  /// An argument as 64 bits; the upper half of narrower ones does not matter to the instruction.
  SDValue wide(unsigned I) { return DAG.getAnyExtOrTrunc(arg(I), DL, MVT::i64); }
  bool expectArgs(unsigned N) {
    if (CLI.OutVals.size() == N)
      return true;
    Error = "wrong number of arguments";
    return false;
  }
  bool constantSFR(SDValue &SFR, unsigned &Number);
  void address(unsigned I, SDValue &Base, SDValue &Offset);
  void chained(unsigned Opcode, ArrayRef<SDValue> Ops, bool HasResult);
  void pure(unsigned NumArgs);
  void sfrAccess();
  void compareAndSwap();
  void systemCall(const KVXSubtarget &STI);
};

} // namespace

bool Lowering::constantSFR(SDValue &SFR, unsigned &Number) {
  auto *C = dyn_cast<ConstantSDNode>(arg(0));
  if (!C || C->getZExtValue() > MaxSFR) {
    Error = "the system register must be a constant from 0 to 511";
    return false;
  }
  Number = C->getZExtValue();
  SFR = DAG.getTargetConstant(Number, DL, MVT::i32);
  return true;
}

void Lowering::address(unsigned I, SDValue &Base, SDValue &Offset) {
  Base = arg(I);
  int64_t Off = 0;
  if (DAG.isBaseWithConstantOffset(Base))
    if (int64_t C = cast<ConstantSDNode>(Base.getOperand(1))->getSExtValue();
        isInt<36>(C) && !isa<FrameIndexSDNode>(Base.getOperand(0))) {
      Off = C;
      Base = Base.getOperand(0);
    }
  Offset = DAG.getTargetConstant(Off, DL, MVT::i64);
}

void Lowering::chained(unsigned Opcode, ArrayRef<SDValue> Ops, bool HasResult) {
  SmallVector<SDValue, 4> All(Ops);
  All.push_back(Chain);
  SDVTList VTs = HasResult ? DAG.getVTList(MVT::i64, MVT::Other) : DAG.getVTList(MVT::Other);
  SDNode *N = DAG.getMachineNode(Opcode, DL, VTs, All);
  if (HasResult)
    Result = SDValue(N, 0);
  Chain = SDValue(N, HasResult ? 1 : 0);
}

void Lowering::pure(unsigned NumArgs) {
  if (!expectArgs(NumArgs))
    return;
  SmallVector<SDValue, 3> Ops;
  for (unsigned I = 0; I != NumArgs; ++I)
    Ops.push_back(wide(I));
  Result = SDValue(DAG.getMachineNode(B.Opcode, DL, MVT::i64, Ops), 0);
}

void Lowering::sfrAccess() {
  SDValue SFR;
  unsigned Number;
  if (!expectArgs(B.K == Kind::Get ? 1 : 2) || !constantSFR(SFR, Number))
    return;
  if (B.K == Kind::Get)
    return chained(B.Opcode, {SFR}, true);
  if ((B.Opcode == KVX::WFXL || B.Opcode == KVX::WFXM) && !hasFieldWrites(Number)) {
    Error = "this system register has no writes of fields (wfxl, wfxm)";
    return;
  }
  unsigned Opcode = isWrittenAlone(Number) ? aloneOpcode(B.Opcode) : B.Opcode;
  chained(Opcode, {wide(1), SFR}, B.K == Kind::Swap);
}

void Lowering::compareAndSwap() {
  if (!expectArgs(3))
    return;
  SDValue Base, Offset;
  address(0, Base, Offset);
  SDValue Pair = SDValue(DAG.getMachineNode(TargetOpcode::REG_SEQUENCE, DL, MVT::Untyped,
                                            {DAG.getTargetConstant(KVX::PGRRegClassID, DL, MVT::i32), wide(2),
                                             DAG.getTargetConstant(KVX::sub_lo, DL, MVT::i32), wide(1),
                                             DAG.getTargetConstant(KVX::sub_hi, DL, MVT::i32)}),
                         0);
  SDNode *N = DAG.getMachineNode(B.Opcode, DL, DAG.getVTList(MVT::Untyped, MVT::Other), {Base, Offset, Pair, Chain});
  Result = DAG.getTargetExtractSubreg(KVX::sub_lo, DL, MVT::i64, SDValue(N, 0));
  Chain = SDValue(N, 1);
}

void Lowering::systemCall(const KVXSubtarget &STI) {
  unsigned NumArgs = CLI.OutVals.size();
  if (NumArgs == 0 || NumArgs > 1 + MaxScallArgs) {
    Error = "a system call takes a number and up to eight arguments";
    return;
  }
  MachineFunction &MF = DAG.getMachineFunction();
  MF.getFrameInfo().setHasCalls(true);
  SDValue Glue;
  SmallVector<SDValue, 12> Ops;
  auto *Number = dyn_cast<ConstantSDNode>(arg(0));
  bool IsImm = Number && Number->getZExtValue() < 4096;
  Ops.push_back(IsImm ? DAG.getTargetConstant(Number->getZExtValue(), DL, MVT::i32) : wide(0));
  for (unsigned I = 1; I != NumArgs; ++I) {
    Register Reg = KVX::R0 + (I - 1);
    Chain = DAG.getCopyToReg(Chain, DL, Reg, DAG.getSExtOrTrunc(arg(I), DL, MVT::i64), Glue);
    Glue = Chain.getValue(1);
    Ops.push_back(DAG.getRegister(Reg, MVT::i64));
  }
  // A system call preserves what a call does.
  Ops.push_back(DAG.getRegisterMask(STI.getRegisterInfo()->getCallPreservedMask(MF, CallingConv::C)));
  Ops.push_back(Chain);
  if (Glue)
    Ops.push_back(Glue);
  SDNode *N = DAG.getMachineNode(IsImm ? KVX::SCALLi : KVX::SCALLr, DL, DAG.getVTList(MVT::Other, MVT::Glue), Ops);
  Result = DAG.getCopyFromReg(SDValue(N, 0), DL, KVX::R0, MVT::i64, SDValue(N, 1));
  Chain = Result.getValue(1);
}

void Lowering::lower(const KVXSubtarget &STI) {
  SDValue Base, Offset;
  switch (B.K) {
  case Kind::Plain:
    if (expectArgs(0))
      chained(B.Opcode, {}, false);
    return;
  case Kind::Addr:
  case Kind::Load:
  case Kind::Clear:
    if (!expectArgs(1))
      return;
    address(0, Base, Offset);
    return chained(B.Opcode, {Base, Offset}, B.K != Kind::Addr);
  case Kind::Fetch:
    if (!expectArgs(2))
      return;
    address(0, Base, Offset);
    return chained(B.Opcode, {Base, Offset, wide(1)}, true);
  case Kind::Get:
  case Kind::Set:
  case Kind::Swap:
    return sfrAccess();
  case Kind::Reg:
  case Kind::InOut:
    if (expectArgs(1))
      chained(B.Opcode, {wide(0)}, B.K == Kind::InOut);
    return;
  case Kind::Pure1:
    return pure(1);
  case Kind::Pure2:
    return pure(2);
  case Kind::Pure3:
    return pure(3);
  case Kind::Cas:
    return compareAndSwap();
  case Kind::Scall:
    return systemCall(STI);
  }
}

SDValue KVXTargetLowering::lowerBuiltinCall(CallLoweringInfo &CLI, StringRef Name,
                                            SmallVectorImpl<SDValue> &InVals) const {
  CLI.IsTailCall = false;
  SelectionDAG &DAG = CLI.DAG;
  const char *Error = "unknown builtin";
  SDValue Chain = CLI.Chain, Result;
  StringRef Short = Name.substr(StringRef("__kvx_builtin_").size());
  const auto *B = find_if(Builtins, [&](const Builtin &X) { return X.Name == Short; });
  if (B != std::end(Builtins)) {
    Lowering L(CLI, *B);
    L.lower(STI);
    Chain = L.Chain;
    Result = L.Result;
    Error = L.Error;
  }
  if (Error)
    DAG.getContext()->diagnose(
        DiagnosticInfoUnsupported(DAG.getMachineFunction().getFunction(), Name + ": " + Error, CLI.DL.getDebugLoc()));
  for (const ISD::InputArg &In : CLI.Ins)
    InVals.push_back(Result && In.VT.isInteger() ? DAG.getAnyExtOrTrunc(Result, CLI.DL, In.VT) : DAG.getUNDEF(In.VT));
  return Chain;
}
