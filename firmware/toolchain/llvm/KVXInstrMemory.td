//===-- KVXInstrMemory.td - Loads, stores, atomics, caches --*- tablegen -*-===//
//
// Three forms of addresses: offset[base] (ri, 10/37/64 bits), index[base] (rr) and
// index[base] with the index scaled by the access size (xs). Conditional accesses (c) have only
// offset[base] and do nothing if the condition is false.
//
//===----------------------------------------------------------------------===//

multiclass LoadForms<string mn, RegisterClass rc, InstrItinClass itin = IIC_LOAD> {
  let mayLoad = 1 in {
  let Imm = ImmI10, ImmOp = 2 in
  def ri : LSUInst<(outs rc:$rd), (ins MemRI:$addr), mn#" $rd = $addr", [], itin>;
  def rr : LSUInst<(outs rc:$rd), (ins MemRR:$addr), mn#" $rd = $addr", [], itin>;
  def xs : LSUInst<(outs rc:$rd), (ins MemRR:$addr), mn#".xs $rd = $addr", [], itin>;
  let Imm = ImmCond, ImmOp = 5, Constraints = "$rd = $acc" in
  def c : LSUInst<(outs rc:$rd), (ins rc:$acc, GPR:$rz, ScalarCC:$cc, MemCond:$addr), mn#"$cc $rz ? $rd = $addr", [],
                  IIC_LOADC>;
  }
}
// Uncached (.u), speculative (.s) and both (.us).
multiclass Load<string mn, RegisterClass rc, bit zx = 0> {
  let ZeroExt32 = zx in {
  defm "" : LoadForms<mn, rc>;
  let mayLoad = 1, Imm = ImmI10, ImmOp = 2 in {
  def _u : LSUInst<(outs rc:$rd), (ins MemRI:$addr), mn#".u $rd = $addr", [], IIC_LOADU>;
  def _s : LSUInst<(outs rc:$rd), (ins MemRI:$addr), mn#".s $rd = $addr", [], IIC_LOAD>;
  def _us : LSUInst<(outs rc:$rd), (ins MemRI:$addr), mn#".us $rd = $addr", [], IIC_LOADU>;
  }
  }
}
multiclass Store<string mn, RegisterClass rc> {
  let mayStore = 1 in {
  let Imm = ImmI10, ImmOp = 1 in
  def ri : LSUInst<(outs), (ins MemRI:$addr, rc:$data), mn#" $addr = $data", [], IIC_STORE>;
  def rr : LSUInst<(outs), (ins MemRR:$addr, rc:$data), mn#" $addr = $data", [], IIC_STORE>;
  def xs : LSUInst<(outs), (ins MemRR:$addr, rc:$data), mn#".xs $addr = $data", [], IIC_STORE>;
  let Imm = ImmCond, ImmOp = 3 in
  def c : LSUInst<(outs), (ins GPR:$rz, ScalarCC:$cc, MemCond:$addr, rc:$data), mn#"$cc $rz ? $addr = $data", [],
                  IIC_STOREC>;
  }
}

defm LBZ : Load<"lbz", GPR, 1>;
defm LBS : Load<"lbs", GPR>;
defm LHZ : Load<"lhz", GPR, 1>;
defm LHS : Load<"lhs", GPR>;
defm LWZ : Load<"lwz", GPR, 1>;
defm LWS : Load<"lws", GPR>;
defm LD : Load<"ld", GPR>;
defm LQ : Load<"lq", PGR>;
defm LO : Load<"lo", QGR>;
defm SB : Store<"sb", GPR>;
defm SH : Store<"sh", GPR>;
defm SW : Store<"sw", GPR>;
defm SD : Store<"sd", GPR>;
defm SQ : Store<"sq", PGR>;
defm SO : Store<"so", QGR>;

class LdPat<ValueType vt, SDPatternOperator op, Instruction inst, ComplexPattern addr>
    : Pat<(vt (op (addr i64:$base, i64:$off))), (inst $base, $off)>;
class StPat<ValueType vt, SDPatternOperator op, Instruction inst, ComplexPattern addr>
    : Pat<(op vt:$data, (addr i64:$base, i64:$off)), (inst $base, $off, $data)>;

multiclass LoadPats<ValueType vt, SDPatternOperator op, string inst> {
  def : LdPat<vt, op, !cast<Instruction>(inst#"ri"), AddrRI>;
  let AddedComplexity = 10 in
  def : LdPat<vt, op, !cast<Instruction>(inst#"rr"), AddrRR>;
}
multiclass LoadXSPats<ValueType vt, SDPatternOperator op, string inst, ComplexPattern xs> {
  defm : LoadPats<vt, op, inst>;
  let AddedComplexity = 20 in
  def : LdPat<vt, op, !cast<Instruction>(inst#"xs"), xs>;
}
multiclass StorePats<ValueType vt, SDPatternOperator op, string inst> {
  def : StPat<vt, op, !cast<Instruction>(inst#"ri"), AddrRI>;
  let AddedComplexity = 10 in
  def : StPat<vt, op, !cast<Instruction>(inst#"rr"), AddrRR>;
}
multiclass StoreXSPats<ValueType vt, SDPatternOperator op, string inst, ComplexPattern xs> {
  defm : StorePats<vt, op, inst>;
  let AddedComplexity = 20 in
  def : StPat<vt, op, !cast<Instruction>(inst#"xs"), xs>;
}

foreach vt = [i32, i64] in {
  defm : LoadPats<vt, zextloadi8, "LBZ">;
  defm : LoadPats<vt, extloadi8, "LBZ">;
  defm : LoadPats<vt, sextloadi8, "LBS">;
  defm : LoadXSPats<vt, zextloadi16, "LHZ", AddrXS1>;
  defm : LoadXSPats<vt, extloadi16, "LHZ", AddrXS1>;
  defm : LoadXSPats<vt, sextloadi16, "LHS", AddrXS1>;
  defm : StorePats<vt, truncstorei8, "SB">;
  defm : StoreXSPats<vt, truncstorei16, "SH", AddrXS1>;
}
defm : LoadXSPats<i64, zextloadi32, "LWZ", AddrXS2>;
defm : LoadXSPats<i64, extloadi32, "LWZ", AddrXS2>;
defm : LoadXSPats<i64, sextloadi32, "LWS", AddrXS2>;
defm : StoreXSPats<i64, truncstorei32, "SW", AddrXS2>;
foreach vt = [i32, f32] in {
  defm : LoadXSPats<vt, load, "LWZ", AddrXS2>;
  defm : StoreXSPats<vt, store, "SW", AddrXS2>;
}
foreach vt = [i64, f64] in {
  defm : LoadXSPats<vt, load, "LD", AddrXS3>;
  defm : StoreXSPats<vt, store, "SD", AddrXS3>;
}

// 128- and 256-bit transfers of block copies (KVXSelectionDAGInfo.cpp).
def SDT_WideLoad : SDTypeProfile<1, 1, [SDTCisVT<0, untyped>, SDTCisPtrTy<1>]>;
def SDT_WideStore : SDTypeProfile<0, 2, [SDTCisVT<0, untyped>, SDTCisPtrTy<1>]>;
def KVXlq : SDNode<"KVXISD::LQ", SDT_WideLoad, [SDNPHasChain, SDNPMayLoad, SDNPMemOperand]>;
def KVXlo : SDNode<"KVXISD::LO", SDT_WideLoad, [SDNPHasChain, SDNPMayLoad, SDNPMemOperand]>;
def KVXsq : SDNode<"KVXISD::SQ", SDT_WideStore, [SDNPHasChain, SDNPMayStore, SDNPMemOperand]>;
def KVXso : SDNode<"KVXISD::SO", SDT_WideStore, [SDNPHasChain, SDNPMayStore, SDNPMemOperand]>;
def : LdPat<untyped, KVXlq, LQri, AddrRI>;
def : LdPat<untyped, KVXlo, LOri, AddrRI>;
def : StPat<untyped, KVXsq, SQri, AddrRI>;
def : StPat<untyped, KVXso, SOri, AddrRI>;

//===----------------------------------------------------------------------===//
// Atomics: performed at the memory side, bypassing L1
//===----------------------------------------------------------------------===//

// Loads must see what the memory-side operations wrote.
foreach vt = [i32, i64] in {
  def : LdPat<vt, atomic_load_8, LBZ_u, AddrRI>;
  def : LdPat<vt, atomic_load_16, LHZ_u, AddrRI>;
}
def : LdPat<i32, atomic_load_32, LWZ_u, AddrRI>;
def : LdPat<i64, atomic_load_64, LD_u, AddrRI>;
foreach vt = [i32, i64] in {
  defm : StorePats<vt, atomic_store_8, "SB">;
  defm : StorePats<vt, atomic_store_16, "SH">;
}
defm : StorePats<i32, atomic_store_32, "SW">;
defm : StorePats<i64, atomic_store_64, "SD">;

let mayLoad = 1, mayStore = 1 in {
  let Imm = ImmI10, ImmOp = 2 in {
  let Constraints = "$rd = $data" in {
  // aladd: old value returned in the operand's register.
  def ALADDD : LSUInst<(outs GPR:$rd), (ins MemRI:$addr, GPR:$data), "aladdd $addr = $rd", [], IIC_ATOMIC>;
  let ZeroExt32 = 1 in
  def ALADDW : LSUInst<(outs GPR:$rd), (ins MemRI:$addr, GPR:$data), "aladdw $addr = $rd", [], IIC_ATOMIC>;
  // acswap: low half new value in, 1 or 0 out; high half the expected value.
  def ACSWAPD : LSUInst<(outs PGR:$rd), (ins MemRI:$addr, PGR:$data), "acswapd $addr = $rd", [], IIC_ATOMIC>;
  def ACSWAPW : LSUInst<(outs PGR:$rd), (ins MemRI:$addr, PGR:$data), "acswapw $addr = $rd", [], IIC_ATOMIC>;
  }
  def ALCLRD : LSUInst<(outs GPR:$rd), (ins MemRI:$addr), "alclrd $rd = $addr", [], IIC_ALOAD>;
  let ZeroExt32 = 1 in
  def ALCLRW : LSUInst<(outs GPR:$rd), (ins MemRI:$addr), "alclrw $rd = $addr", [], IIC_ALOAD>;
  }

  // Strong compare and swap returning the old value; expanded into a loop of an uncached load
  // and acswap, because acswap only reports success.
  let usesCustomInserter = 1, hasSideEffects = 1 in {
  def PseudoCASD : Pseudo<(outs GPR:$old, GPR:$ok), (ins GPR:$addr, GPR:$cmp, GPR:$new), "# cas64">;
  def PseudoCASW : Pseudo<(outs GPR:$old, GPR:$ok), (ins GPR:$addr, GPR:$cmp, GPR:$new), "# cas32">;
  }
}
// Copies a constant number of 32-byte blocks: large arguments passed by value, where a call of
// memcpy cannot be nested. Expanded into a loop.
let usesCustomInserter = 1, hasSideEffects = 1, mayLoad = 1, mayStore = 1 in
def PseudoBlockCopy : Pseudo<(outs), (ins GPR:$dst, GPR:$src, imm64:$blocks), "# copy $blocks blocks">;

def SDT_KVXCas : SDTypeProfile<2, 3, [SDTCisInt<0>, SDTCisVT<1, i32>, SDTCisPtrTy<2>, SDTCisSameAs<0, 3>,
                                      SDTCisSameAs<0, 4>]>;
def KVXcas : SDNode<"KVXISD::CAS", SDT_KVXCas, [SDNPHasChain, SDNPMayLoad, SDNPMayStore, SDNPMemOperand]>;
def : Pat<(KVXcas i64:$addr, i64:$cmp, i64:$new), (PseudoCASD $addr, $cmp, $new)>;
def : Pat<(KVXcas i64:$addr, i32:$cmp, i32:$new), (PseudoCASW $addr, $cmp, $new)>;

def : Pat<(i32 (atomic_load_add_i32 (AddrRI i64:$base, i64:$off), i32:$v)), (ALADDW $base, $off, $v)>;
def : Pat<(i64 (atomic_load_add_i64 (AddrRI i64:$base, i64:$off), i64:$v)), (ALADDD $base, $off, $v)>;
def : Pat<(i32 (atomic_swap_i32 (AddrRI i64:$base, i64:$off), 0)), (ALCLRW $base, $off)>;
def : Pat<(i64 (atomic_swap_i64 (AddrRI i64:$base, i64:$off), 0)), (ALCLRD $base, $off)>;

//===----------------------------------------------------------------------===//
// Fences and caches
//===----------------------------------------------------------------------===//

let hasSideEffects = 1 in {
def FENCE : LSUInst<(outs), (ins), "fence", [], IIC_CACHE>;
def D1INVAL : LSUInst<(outs), (ins), "d1inval", [], IIC_CACHE>;
def I1INVAL : LSUInst<(outs), (ins), "i1inval", [], IIC_CACHE>;
let Imm = ImmI10, ImmOp = 1 in {
def DINVALL : LSUInst<(outs), (ins MemRI:$addr), "dinvall $addr", [], IIC_CACHE>;
def I1INVALS : LSUInst<(outs), (ins MemRI:$addr), "i1invals $addr", [], IIC_CACHE>;
def DZEROL : LSUInst<(outs), (ins MemRI:$addr), "dzerol $addr", [], IIC_CACHE>;
let mayLoad = 1, mayStore = 1 in
def DTOUCHL : LSUInst<(outs), (ins MemRI:$addr), "dtouchl $addr", [], IIC_CACHE>;
}
}
def : Pat<(atomic_fence (i64 timm), (i64 timm)), (FENCE)>;
def : Pat<(prefetch (AddrRI i64:$base, i64:$off), (i32 timm), (i32 timm), (i32 timm)), (DTOUCHL $base, $off)>;

// Inputs of wide operations.
let mayLoad = 0 in
def COPYQ : MAUInst<(outs PGR:$rd), (ins GPR:$rz, GPR:$ry), "copyq $rd = $rz, $ry">;
