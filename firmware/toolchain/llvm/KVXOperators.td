//===-- KVXOperators.td - Nodes, operands, fragments --------*- tablegen -*-===//

//===----------------------------------------------------------------------===//
// Selection DAG nodes
//===----------------------------------------------------------------------===//

def SDT_CallSeqStart : SDCallSeqStart<[SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def SDT_CallSeqEnd : SDCallSeqEnd<[SDTCisVT<0, i64>, SDTCisVT<1, i64>]>;
def SDT_KVXCall : SDTypeProfile<0, -1, [SDTCisPtrTy<0>]>;
def SDT_KVXWrapper : SDTypeProfile<1, 1, [SDTCisSameAs<0, 1>, SDTCisPtrTy<0>]>;
def SDT_KVXMulWide : SDTypeProfile<1, 2, [SDTCisVT<0, untyped>, SDTCisVT<1, i64>, SDTCisVT<2, i64>]>;

def callseq_start : SDNode<"ISD::CALLSEQ_START", SDT_CallSeqStart, [SDNPHasChain, SDNPOutGlue]>;
def callseq_end : SDNode<"ISD::CALLSEQ_END", SDT_CallSeqEnd, [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue]>;
def KVXcall : SDNode<"KVXISD::CALL", SDT_KVXCall,
                     [SDNPHasChain, SDNPOptInGlue, SDNPOutGlue, SDNPVariadic]>;
def KVXtcret : SDNode<"KVXISD::TC_RETURN", SDT_KVXCall, [SDNPHasChain, SDNPOptInGlue, SDNPVariadic]>;
def KVXret : SDNode<"KVXISD::RET_GLUE", SDTNone, [SDNPHasChain, SDNPOptInGlue, SDNPVariadic]>;
def KVXwrapper : SDNode<"KVXISD::WRAPPER", SDT_KVXWrapper>;
def KVXtlsle : SDNode<"KVXISD::TLS_LE", SDT_KVXWrapper>;
def KVXmuldt : SDNode<"KVXISD::MULDT", SDT_KVXMulWide, [SDNPCommutative]>;
def KVXmuludt : SDNode<"KVXISD::MULUDT", SDT_KVXMulWide, [SDNPCommutative]>;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

def imm64 : Operand<i64>;
def imm32 : Operand<i32>;

def ScalarCC : Operand<i32> { let PrintMethod = "printScalarCC"; }
def CompareCC : Operand<i32> { let PrintMethod = "printCompareCC"; }
def FloatCC : Operand<i32> { let PrintMethod = "printFloatCC"; }
def SFRNumber : Operand<i32> { let PrintMethod = "printSFR"; }
def Symbol : Operand<i64>;
def CallTarget : Operand<i64>;
def BranchTarget : Operand<OtherVT>;

// offset[base]; the assembler wants an explicit offset.
def MemRI : Operand<i64> {
  let PrintMethod = "printMemRI";
  let MIOperandInfo = (ops GPR:$base, imm64:$off);
}
// offset[base] of a conditional access; without offset: [base]
def MemCond : Operand<i64> {
  let PrintMethod = "printMemCond";
  let MIOperandInfo = (ops GPR:$base, imm64:$off);
}
// index[base]
def MemRR : Operand<i64> {
  let PrintMethod = "printMemRR";
  let MIOperandInfo = (ops GPR:$base, GPR:$idx);
}

//===----------------------------------------------------------------------===//
// Immediates and addresses
//===----------------------------------------------------------------------===//

def uimm5 : Operand<i32>, ImmLeaf<i32, [{ return isUInt<5>(Imm); }]>;
def uimm6 : Operand<i32>, ImmLeaf<i32, [{ return isUInt<6>(Imm); }]>;

// A 64-bit immediate costs as many syllables as making it in a register; fold it
// unless several users could share that register.
def ImmD : PatLeaf<(i64 imm), [{
  return isInt<37>(cast<ConstantSDNode>(N)->getSExtValue()) || N->hasOneUse();
}]>;
// Instructions with only a sign-extended 32-bit field.
def ImmS32 : PatLeaf<(i64 imm), [{ return isInt<32>(cast<ConstantSDNode>(N)->getSExtValue()); }]>;

def AddrRI : ComplexPattern<i64, 2, "SelectAddrRI">;
def AddrRR : ComplexPattern<i64, 2, "SelectAddrRR">;
def AddrXS1 : ComplexPattern<i64, 2, "SelectAddrXS<1>">;
def AddrXS2 : ComplexPattern<i64, 2, "SelectAddrXS<2>">;
def AddrXS3 : ComplexPattern<i64, 2, "SelectAddrXS<3>">;

def SExtImm : SDNodeXForm<imm, [{
  return CurDAG->getTargetConstant(cast<ConstantSDNode>(N)->getSExtValue(), SDLoc(N), MVT::i64);
}]>;
def FPImmD : SDNodeXForm<fpimm, [{
  return CurDAG->getTargetConstant(N->getValueAPF().bitcastToAPInt().getZExtValue(), SDLoc(N), MVT::i64);
}]>;

//===----------------------------------------------------------------------===//
// Condition codes: (DAG condition, number in the instruction)
//===----------------------------------------------------------------------===//

class CondMap<CondCode cond, int num> {
  CondCode DAG = cond;
  int Num = num;
}
// compw/compd: ne eq lt ge le gt ltu geu leu gtu
defvar IntConds = [CondMap<SETNE, 0>, CondMap<SETEQ, 1>, CondMap<SETLT, 2>, CondMap<SETGE, 3>, CondMap<SETLE, 4>,
                   CondMap<SETGT, 5>, CondMap<SETULT, 6>, CondMap<SETUGE, 7>, CondMap<SETULE, 8>, CondMap<SETUGT, 9>];
// fcompw/fcompd: one ueq oeq une olt uge oge ult
defvar FloatConds = [CondMap<SETONE, 0>, CondMap<SETUEQ, 1>, CondMap<SETOEQ, 2>, CondMap<SETUNE, 3>,
                     CondMap<SETOLT, 4>, CondMap<SETUGE, 5>, CondMap<SETOGE, 6>, CondMap<SETULT, 7>,
                     CondMap<SETNE, 3>, CondMap<SETEQ, 2>, CondMap<SETLT, 4>, CondMap<SETGE, 6>];
// cb/cmoved on a doubleword or word compared with zero
defvar ZeroConds64 = [CondMap<SETNE, 0>, CondMap<SETEQ, 1>, CondMap<SETLT, 2>, CondMap<SETGE, 3>, CondMap<SETLE, 4>,
                      CondMap<SETGT, 5>];
defvar ZeroConds32 = [CondMap<SETNE, 8>, CondMap<SETEQ, 9>, CondMap<SETLT, 10>, CondMap<SETGE, 11>,
                      CondMap<SETLE, 12>, CondMap<SETGT, 13>];
