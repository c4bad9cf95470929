//===-- KVXInstrInfo.td - KV3 instructions ------------------*- tablegen -*-===//
//
// Conventions: 32-bit ("W") operations zero-extend their result, i32 values in
// registers have unspecified upper bits. `sbf` subtracts its first operand from
// the second. Operand order follows the assembler: rd = rz, ry.
//
//===----------------------------------------------------------------------===//

include "KVXOperators.td"

//===----------------------------------------------------------------------===//
// Operation classes
//===----------------------------------------------------------------------===//

// rd = rz, ry | rd = rz, imm (10, 37 or 64 bits)
multiclass BinD<string mn, SDPatternOperator op, InstrItinClass itin, SlotKind slot, bit comm = 1> {
  let isCommutable = comm in
  def rr : KVXInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry",
                   [(set i64:$rd, (op i64:$rz, i64:$ry))], itin, slot>;
  let Imm = ImmI10, ImmOp = 2 in
  def ri : KVXInst<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm), mn#" $rd = $rz, $imm",
                   [(set i64:$rd, (op i64:$rz, ImmD:$imm))], itin, slot>;
}

multiclass BinW<string mn, SDPatternOperator op, InstrItinClass itin, SlotKind slot, bit comm = 1,
                ImmKind kind = ImmI10> {
  let ZeroExt32 = 1 in {
  let isCommutable = comm in
  def rr : KVXInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry",
                   [(set i32:$rd, (op i32:$rz, i32:$ry))], itin, slot>;
  let Imm = kind, ImmOp = 2 in
  def ri : KVXInst<(outs GPR:$rd), (ins GPR:$rz, imm32:$imm), mn#" $rd = $rz, $imm",
                   [(set i32:$rd, (op i32:$rz, (i32 imm:$imm)))], itin, slot>;
  }
}

multiclass Bin<string mn, SDPatternOperator op, InstrItinClass itin, SlotKind slot, bit comm = 1> {
  defm D : BinD<mn#"d", op, itin, slot, comm>;
  defm W : BinW<mn#"w", op, itin, slot, comm>;
}

// Shifts and rotates by register or 6-bit immediate.
multiclass ShiftD<string mn, SDPatternOperator op> {
  def rr : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry",
                   [(set i64:$rd, (op i64:$rz, i32:$ry))]>;
  def ri : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, uimm6:$imm), mn#" $rd = $rz, $imm",
                   [(set i64:$rd, (op i64:$rz, (i32 uimm6:$imm)))]>;
}
multiclass ShiftW<string mn, SDPatternOperator op, InstrItinClass itin = IIC_TINY, SlotKind slot = SlotTiny> {
  let ZeroExt32 = 1 in {
  def rr : KVXInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry",
                   [(set i32:$rd, (op i32:$rz, i32:$ry))], itin, slot>;
  def ri : KVXInst<(outs GPR:$rd), (ins GPR:$rz, uimm6:$imm), mn#" $rd = $rz, $imm",
                   [(set i32:$rd, (op i32:$rz, (i32 uimm5:$imm)))], itin, slot>;
  }
}

class UnLite<string mn, ValueType dvt, ValueType svt, SDPatternOperator op>
    : ALULite<(outs GPR:$rd), (ins GPR:$rz), mn#" $rd = $rz", [(set dvt:$rd, (op svt:$rz))]>;
class UnTiny<string mn, ValueType dvt, ValueType svt, SDPatternOperator op>
    : ALUTiny<(outs GPR:$rd), (ins GPR:$rz), mn#" $rd = $rz", [(set dvt:$rd, (op svt:$rz))]>;

// Reversed operands and complements.
def sbf : PatFrag<(ops node:$z, node:$y), (sub node:$y, node:$z)>;
def andn : PatFrag<(ops node:$z, node:$y), (and (not node:$z), node:$y)>;
def iorn : PatFrag<(ops node:$z, node:$y), (or (not node:$z), node:$y)>;
def nand : PatFrag<(ops node:$z, node:$y), (not (and node:$z, node:$y))>;
def nior : PatFrag<(ops node:$z, node:$y), (not (or node:$z, node:$y))>;
def neor : PatFrag<(ops node:$z, node:$y), (not (xor node:$z, node:$y))>;

//===----------------------------------------------------------------------===//
// Moves and immediates
//===----------------------------------------------------------------------===//

let isMoveReg = 1 in
def COPYD : ALUTiny<(outs GPR:$rd), (ins GPR:$rz), "copyd $rd = $rz">;

let isReMaterializable = 1, isAsCheapAsAMove = 1, isMoveImm = 1, Imm = ImmMake, ImmOp = 1 in
def MAKE : ALUTiny<(outs GPR:$rd), (ins imm64:$imm), "make $rd = $imm", [(set i64:$rd, imm:$imm)]>;

// Address of a symbol: a 64-bit immediate with a relocation.
let isReMaterializable = 1, isAsCheapAsAMove = 1, isMoveImm = 1, Imm = ImmMake, ImmOp = 1 in
def MAKEsym : ALUTiny<(outs GPR:$rd), (ins Symbol:$sym), "make $rd = $sym">;

let isReMaterializable = 1, isAsCheapAsAMove = 1, Imm = ImmTLS, ImmOp = 1 in
def MAKEtls : ALUTiny<(outs GPR:$rd), (ins Symbol:$sym), "make $rd = @tlsle($sym)">;

def : Pat<(i32 imm:$imm), (MAKE (SExtImm imm:$imm))>;
def : Pat<(f64 fpimm:$imm), (MAKE (FPImmD fpimm:$imm))>;
def : Pat<(f32 fpimm:$imm), (MAKE (FPImmD fpimm:$imm))>;
def : Pat<(i64 (KVXwrapper tglobaladdr:$s)), (MAKEsym tglobaladdr:$s)>;
def : Pat<(i64 (KVXwrapper texternalsym:$s)), (MAKEsym texternalsym:$s)>;
def : Pat<(i64 (KVXwrapper tblockaddress:$s)), (MAKEsym tblockaddress:$s)>;
def : Pat<(i64 (KVXwrapper tjumptable:$s)), (MAKEsym tjumptable:$s)>;
def : Pat<(i64 (KVXwrapper tconstpool:$s)), (MAKEsym tconstpool:$s)>;
def : Pat<(i64 (KVXtlsle tglobaltlsaddr:$s)), (MAKEtls tglobaltlsaddr:$s)>;

//===----------------------------------------------------------------------===//
// Integer arithmetic and logic
//===----------------------------------------------------------------------===//

defm ADD : Bin<"add", add, IIC_TINY, SlotTiny>;
defm SBF : Bin<"sbf", sbf, IIC_TINY, SlotTiny, 0>;
defm AND : Bin<"and", and, IIC_TINY, SlotTiny>;
defm IOR : Bin<"ior", or, IIC_TINY, SlotTiny>;
defm EOR : Bin<"eor", xor, IIC_TINY, SlotTiny>;
defm NAND : Bin<"nand", nand, IIC_TINY, SlotTiny>;
defm NIOR : Bin<"nior", nior, IIC_TINY, SlotTiny>;
defm NEOR : Bin<"neor", neor, IIC_TINY, SlotTiny>;
defm ANDN : Bin<"andn", andn, IIC_TINY, SlotTiny, 0>;
defm IORN : Bin<"iorn", iorn, IIC_TINY, SlotTiny, 0>;
defm MIN : Bin<"min", smin, IIC_TINY, SlotTiny>;
defm MAX : Bin<"max", smax, IIC_TINY, SlotTiny>;
defm MINU : Bin<"minu", umin, IIC_TINY, SlotTiny>;
defm MAXU : Bin<"maxu", umax, IIC_TINY, SlotTiny>;
defm ABD : Bin<"abd", abds, IIC_LITE, SlotLite>;

defm SLLD : ShiftD<"slld", shl>;
defm SRLD : ShiftD<"srld", srl>;
defm SRAD : ShiftD<"srad", sra>;
defm SLLW : ShiftW<"sllw", shl>;
defm SRLW : ShiftW<"srlw", srl>;
defm SRAW : ShiftW<"sraw", sra>;
defm ROLW : ShiftW<"rolw", rotl, IIC_LITE, SlotLite>;
defm RORW : ShiftW<"rorw", rotr, IIC_LITE, SlotLite>;

// Shift amounts are taken modulo the width by the hardware.
def shiftMask64 : PatFrag<(ops node:$a), (and node:$a, 63)>;
def shiftMask32 : PatFrag<(ops node:$a), (and node:$a, 31)>;
foreach op = [["SLL", "shl"], ["SRL", "srl"], ["SRA", "sra"]] in {
  def : Pat<(i64 (!cast<SDNode>(op[1]) i64:$z, (i32 (shiftMask64 i32:$y)))),
            (!cast<Instruction>(op[0]#"Drr") $z, $y)>;
  def : Pat<(i32 (!cast<SDNode>(op[1]) i32:$z, (i32 (shiftMask32 i32:$y)))),
            (!cast<Instruction>(op[0]#"Wrr") $z, $y)>;
  def : Pat<(i64 (!cast<SDNode>(op[1]) i64:$z, (i32 (trunc i64:$y)))),
            (!cast<Instruction>(op[0]#"Drr") $z, $y)>;
}

// Division by a power of two rounds toward zero.
def SRSDri : ALULite<(outs GPR:$rd), (ins GPR:$rz, uimm6:$imm), "srsd $rd = $rz, $imm">;
let ZeroExt32 = 1 in
def SRSWri : ALULite<(outs GPR:$rd), (ins GPR:$rz, uimm6:$imm), "srsw $rd = $rz, $imm">;

def ABSD : UnLite<"absd", i64, i64, abs>;
def CLZD : UnLite<"clzd", i64, i64, ctlz>;
def CTZD : UnLite<"ctzd", i64, i64, cttz>;
def CBSD : UnLite<"cbsd", i64, i64, ctpop>;
def SXBD : UnLite<"sxbd", i64, i64, null_frag>;
def SXHD : UnLite<"sxhd", i64, i64, null_frag>;
def SXWD : UnLite<"sxwd", i64, i32, sext>;
let ZeroExt32 = 1 in {
def ABSW : UnLite<"absw", i32, i32, abs>;
def CLZW : UnLite<"clzw", i32, i32, ctlz>;
def CTZW : UnLite<"ctzw", i32, i32, cttz>;
def CBSW : UnLite<"cbsw", i32, i32, ctpop>;
def ZXBD : UnTiny<"zxbd", i64, i64, null_frag>;
def ZXHD : UnLite<"zxhd", i64, i64, null_frag>;
def ZXWD : UnTiny<"zxwd", i64, i32, zext>;
}

foreach vt = [i32, i64] in {
  def : Pat<(vt (sext_inreg vt:$z, i8)), (vt (COPY_TO_REGCLASS (SXBD $z), GPR))>;
  def : Pat<(vt (sext_inreg vt:$z, i16)), (vt (COPY_TO_REGCLASS (SXHD $z), GPR))>;
  def : Pat<(vt (and vt:$z, 0xff)), (vt (COPY_TO_REGCLASS (ZXBD $z), GPR))>;
  def : Pat<(vt (and vt:$z, 0xffff)), (vt (COPY_TO_REGCLASS (ZXHD $z), GPR))>;
}
def : Pat<(i64 (sext_inreg i64:$z, i32)), (SXWD $z)>;
def : Pat<(i64 (and i64:$z, 0xffffffff)), (ZXWD $z)>;
def : Pat<(i64 (anyext i32:$z)), (COPY_TO_REGCLASS $z, GPR)>;
def : Pat<(i32 (trunc i64:$z)), (COPY_TO_REGCLASS $z, GPR)>;

// Operations that leave bits 63:32 zero whatever form is selected for them.
def ZeroExtending : PatLeaf<(i32 GPR:$z), [{ return isZeroExtending(N); }]>;
def : Pat<(i64 (zext ZeroExtending:$z)), (COPY_TO_REGCLASS $z, GPR)>;

def : Pat<(i64 (bitconvert f64:$z)), (COPY_TO_REGCLASS $z, GPR)>;
def : Pat<(f64 (bitconvert i64:$z)), (COPY_TO_REGCLASS $z, GPR)>;
def : Pat<(i32 (bitconvert f32:$z)), (COPY_TO_REGCLASS $z, GPR)>;
def : Pat<(f32 (bitconvert i32:$z)), (COPY_TO_REGCLASS $z, GPR)>;

// Bit fields: stop (high) bit, start (low) bit. Selected in KVXISelDAGToDAG.cpp.
def EXTFZ : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm32:$stop, imm32:$start), "extfz $rd = $rz, $stop, $start">;
def EXTFS : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm32:$stop, imm32:$start), "extfs $rd = $rz, $stop, $start">;
def CLRF : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm32:$stop, imm32:$start), "clrf $rd = $rz, $stop, $start">;
let Constraints = "$rd = $acc" in
def INSF : ALULite<(outs GPR:$rd), (ins GPR:$acc, GPR:$rz, imm32:$stop, imm32:$start),
                   "insf $rd = $rz, $stop, $start">;

// Shift and add; the narrow operand is the first.
multiclass AddX<int log, int scale> {
  let ZeroExt32 = 1 in {
  def Wrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addx"#scale#"w $rd = $rz, $ry",
                    [(set i32:$rd, (add (shl i32:$rz, (i32 log)), i32:$ry))]>;
  def SbfWrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfx"#scale#"w $rd = $rz, $ry",
                       [(set i32:$rd, (sub i32:$ry, (shl i32:$rz, (i32 log))))]>;
  }
  def Drr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addx"#scale#"d $rd = $rz, $ry",
                    [(set i64:$rd, (add (shl i64:$rz, (i32 log)), i64:$ry))]>;
  def SbfDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfx"#scale#"d $rd = $rz, $ry",
                       [(set i64:$rd, (sub i64:$ry, (shl i64:$rz, (i32 log))))]>;
  def WDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addx"#scale#"wd $rd = $rz, $ry",
                     [(set i64:$rd, (add (shl (sext i32:$rz), (i32 log)), i64:$ry))]>;
  def UWDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addx"#scale#"uwd $rd = $rz, $ry",
                      [(set i64:$rd, (add (shl (zext i32:$rz), (i32 log)), i64:$ry))]>;
  let Imm = ImmW32, ImmOp = 2 in {
  def Dri : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm), "addx"#scale#"d $rd = $rz, $imm",
                    [(set i64:$rd, (add (shl i64:$rz, (i32 log)), ImmS32:$imm))]>;
  let ZeroExt32 = 1 in
  def Wri : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm32:$imm), "addx"#scale#"w $rd = $rz, $imm",
                    [(set i32:$rd, (add (shl i32:$rz, (i32 log)), (i32 imm:$imm)))]>;
  }
}
defm ADDX2 : AddX<1, 2>;
defm ADDX4 : AddX<2, 4>;
defm ADDX8 : AddX<3, 8>;
defm ADDX16 : AddX<4, 16>;

// Mixed widths: a 32-bit first operand is extended.
def ADDWDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addwd $rd = $rz, $ry",
                      [(set i64:$rd, (add (sext i32:$rz), i64:$ry))]>;
def ADDUWDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "adduwd $rd = $rz, $ry",
                       [(set i64:$rd, (add (zext i32:$rz), i64:$ry))]>;
def SBFWDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfwd $rd = $rz, $ry",
                      [(set i64:$rd, (sub i64:$ry, (sext i32:$rz)))]>;
def SBFUWDrr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfuwd $rd = $rz, $ry",
                       [(set i64:$rd, (sub i64:$ry, (zext i32:$rz)))]>;

// Carry chains for multi-word arithmetic.
let Defs = [CS] in {
  let isCommutable = 1 in
  def ADDCDIrr : ALUFull<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addcd.i $rd = $rz, $ry",
                         [(set i64:$rd, (addc i64:$rz, i64:$ry))]>;
  def SBFCDIrr : ALUFull<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfcd.i $rd = $rz, $ry",
                         [(set i64:$rd, (subc i64:$ry, i64:$rz))]>;
  let Imm = ImmW32, ImmOp = 2 in
  def ADDCDIri : ALUFull<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm), "addcd.i $rd = $rz, $imm",
                         [(set i64:$rd, (addc i64:$rz, ImmS32:$imm))]>;
  let Uses = [CS] in {
  let isCommutable = 1 in
  def ADDCDrr : ALUFull<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "addcd $rd = $rz, $ry",
                        [(set i64:$rd, (adde i64:$rz, i64:$ry))]>;
  def SBFCDrr : ALUFull<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "sbfcd $rd = $rz, $ry",
                        [(set i64:$rd, (sube i64:$ry, i64:$rz))]>;
  let Imm = ImmW32, ImmOp = 2 in
  def ADDCDri : ALUFull<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm), "addcd $rd = $rz, $imm",
                        [(set i64:$rd, (adde i64:$rz, ImmS32:$imm))]>;
  }
}

// 8x8 bit matrices; constant matrices permute bytes and bits.
multiclass SBMM<string mn> {
  def rr : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry">;
  let Imm = ImmI10, ImmOp = 2 in
  def ri : ALULite<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm), mn#" $rd = $rz, $imm">;
}
defm SBMM8 : SBMM<"sbmm8">;
defm SBMMT8 : SBMM<"sbmmt8">;
def : Pat<(i64 (bswap i64:$z)), (SBMM8ri $z, 0x0102040810204080)>;
def : Pat<(i32 (bswap i32:$z)), (COPY_TO_REGCLASS (SBMM8ri $z, 0x01020408), GPR)>;
def : Pat<(i64 (bitreverse i64:$z)),
          (SBMM8ri (SBMM8rr (MAKE 0x0102040810204080), $z), 0x0102040810204080)>;
def : Pat<(i32 (bitreverse i32:$z)),
          (COPY_TO_REGCLASS (SBMM8ri (SBMM8rr (MAKE 0x0102040810204080), $z), 0x01020408), GPR)>;

//===----------------------------------------------------------------------===//
// Comparison and selection
//===----------------------------------------------------------------------===//

let ZeroExt32 = 1 in {
def COMPDrr : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry, CompareCC:$cc), "compd$cc $rd = $rz, $ry">;
def COMPWrr : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry, CompareCC:$cc), "compw$cc $rd = $rz, $ry">;
let Imm = ImmI10, ImmOp = 2 in
def COMPDri : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, imm64:$imm, CompareCC:$cc), "compd$cc $rd = $rz, $imm">;
let Imm = ImmW32, ImmOp = 2 in
def COMPWri : ALUTiny<(outs GPR:$rd), (ins GPR:$rz, imm32:$imm, CompareCC:$cc), "compw$cc $rd = $rz, $imm">;
def FCOMPD : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry, FloatCC:$cc), "fcompd$cc $rd = $rz, $ry">;
def FCOMPW : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry, FloatCC:$cc), "fcompw$cc $rd = $rz, $ry">;
}

foreach c = IntConds in {
  def : Pat<(i32 (setcc i64:$z, i64:$y, c.DAG)), (COMPDrr $z, $y, c.Num)>;
  def : Pat<(i32 (setcc i64:$z, ImmD:$y, c.DAG)), (COMPDri $z, imm:$y, c.Num)>;
  def : Pat<(i32 (setcc i32:$z, i32:$y, c.DAG)), (COMPWrr $z, $y, c.Num)>;
  def : Pat<(i32 (setcc i32:$z, (i32 imm:$y), c.DAG)), (COMPWri $z, imm:$y, c.Num)>;
}
foreach c = FloatConds in {
  def : Pat<(i32 (setcc f64:$z, f64:$y, c.DAG)), (FCOMPD $z, $y, c.Num)>;
  def : Pat<(i32 (setcc f32:$z, f32:$y, c.DAG)), (FCOMPW $z, $y, c.Num)>;
}

let Constraints = "$rd = $acc", isSelect = 1 in {
def CMOVDrr : ALULite<(outs GPR:$rd), (ins GPR:$acc, GPR:$ry, GPR:$rz, ScalarCC:$cc), "cmoved$cc $rz ? $rd = $ry">;
let Imm = ImmI10, ImmOp = 2 in
def CMOVDri : ALULite<(outs GPR:$rd), (ins GPR:$acc, imm64:$imm, GPR:$rz, ScalarCC:$cc), "cmoved$cc $rz ? $rd = $imm">;
}

multiclass CondMove<ValueType vt> {
  def : Pat<(vt (select i32:$c, vt:$t, vt:$f)), (CMOVDrr $f, $t, $c, 8)>;
  def : Pat<(vt (select (i32 (and i32:$c, 1)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $c, 6)>;
  foreach c = ZeroConds64 in
    def : Pat<(vt (select (i32 (setcc i64:$z, (i64 0), c.DAG)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, c.Num)>;
  foreach c = ZeroConds32 in
    def : Pat<(vt (select (i32 (setcc i32:$z, (i32 0), c.DAG)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, c.Num)>;
  def : Pat<(vt (select (i32 (setcc i64:$z, (i64 1), SETLT)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 4)>;
  def : Pat<(vt (select (i32 (setcc i64:$z, (i64 -1), SETGT)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 3)>;
  def : Pat<(vt (select (i32 (setcc i32:$z, (i32 1), SETLT)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 12)>;
  def : Pat<(vt (select (i32 (setcc i32:$z, (i32 -1), SETGT)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 11)>;
  def : Pat<(vt (select (i32 (setcc (i32 (and i32:$z, 1)), (i32 0), SETNE)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 6)>;
  def : Pat<(vt (select (i32 (setcc (i32 (and i32:$z, 1)), (i32 0), SETEQ)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 7)>;
  def : Pat<(vt (select (i32 (setcc (i64 (and i64:$z, 1)), (i64 0), SETNE)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 6)>;
  def : Pat<(vt (select (i32 (setcc (i64 (and i64:$z, 1)), (i64 0), SETEQ)), vt:$t, vt:$f)), (CMOVDrr $f, $t, $z, 7)>;
}
foreach vt = [i32, i64, f32, f64] in
  defm : CondMove<vt>;

//===----------------------------------------------------------------------===//
// Multiplication
//===----------------------------------------------------------------------===//

def mul_su : PatFrag<(ops node:$a, node:$b), (mul node:$a, node:$b), [{ return N->hasOneUse(); }]>;

defm MULD : BinD<"muld", mul, IIC_MUL, SlotMAU>;
defm MULW : BinW<"mulw", mul, IIC_MUL, SlotMAU, 1, ImmW32>;
def MULWDrr : MAUInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "mulwd $rd = $rz, $ry",
                      [(set i64:$rd, (mul (sext i32:$rz), (sext i32:$ry)))]>;
def MULUWDrr : MAUInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "muluwd $rd = $rz, $ry",
                       [(set i64:$rd, (mul (zext i32:$rz), (zext i32:$ry)))]>;
def MULDT : MAUInst<(outs PGR:$rd), (ins GPR:$rz, GPR:$ry), "muldt $rd = $rz, $ry",
                    [(set untyped:$rd, (KVXmuldt i64:$rz, i64:$ry))]>;
def MULUDT : MAUInst<(outs PGR:$rd), (ins GPR:$rz, GPR:$ry), "muludt $rd = $rz, $ry",
                     [(set untyped:$rd, (KVXmuludt i64:$rz, i64:$ry))]>;

let Constraints = "$rd = $acc" in {
  class MAC<string mn, list<dag> pattern>
      : MAUInst<(outs GPR:$rd), (ins GPR:$acc, GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry", pattern, IIC_MAC>;
  def MADDD : MAC<"maddd", [(set i64:$rd, (add i64:$acc, (mul_su i64:$rz, i64:$ry)))]>;
  def MSBFD : MAC<"msbfd", [(set i64:$rd, (sub i64:$acc, (mul_su i64:$rz, i64:$ry)))]>;
  let ZeroExt32 = 1 in {
  def MADDW : MAC<"maddw", [(set i32:$rd, (add i32:$acc, (mul_su i32:$rz, i32:$ry)))]>;
  def MSBFW : MAC<"msbfw", [(set i32:$rd, (sub i32:$acc, (mul_su i32:$rz, i32:$ry)))]>;
  }
  def MADDWD : MAC<"maddwd", [(set i64:$rd, (add i64:$acc, (mul_su (sext i32:$rz), (sext i32:$ry))))]>;
  def MADDUWD : MAC<"madduwd", [(set i64:$rd, (add i64:$acc, (mul_su (zext i32:$rz), (zext i32:$ry))))]>;
  def MSBFWD : MAC<"msbfwd", [(set i64:$rd, (sub i64:$acc, (mul_su (sext i32:$rz), (sext i32:$ry))))]>;
  def MSBFUWD : MAC<"msbfuwd", [(set i64:$rd, (sub i64:$acc, (mul_su (zext i32:$rz), (zext i32:$ry))))]>;
}

include "KVXInstrFP.td"
include "KVXInstrMemory.td"
include "KVXInstrControl.td"
