//===-- KVXInstrFP.td - Floating point ----------------------*- tablegen -*-===//
//
// binary32 and binary64 live in the general registers. Operations round as CS.RM
// says; conversions to integers truncate.
//
//===----------------------------------------------------------------------===//

class FPBin<string mn, ValueType vt, SDPatternOperator op, bit comm = 1>
    : MAUInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry", [(set vt:$rd, (op vt:$rz, vt:$ry))],
              IIC_FPU> {
  let isCommutable = comm;
}
def fsbf : PatFrag<(ops node:$z, node:$y), (any_fsub node:$y, node:$z)>;

def FADDD : FPBin<"faddd", f64, any_fadd>;
def FSBFD : FPBin<"fsbfd", f64, fsbf, 0>;
def FMULD : FPBin<"fmuld", f64, any_fmul>;
let ZeroExt32 = 1 in {
def FADDW : FPBin<"faddw", f32, any_fadd>;
def FSBFW : FPBin<"fsbfw", f32, fsbf, 0>;
def FMULW : FPBin<"fmulw", f32, any_fmul>;
}
// The product of two binary32 is exact in binary64.
def FMULWD : MAUInst<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "fmulwd $rd = $rz, $ry",
                     [(set f64:$rd, (any_fmul (any_fpextend f32:$rz), (any_fpextend f32:$ry)))], IIC_FPU>;

let Constraints = "$rd = $acc" in {
  class FMA<string mn, list<dag> pattern>
      : MAUInst<(outs GPR:$rd), (ins GPR:$acc, GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry", pattern, IIC_FMA>;
  def FFMAD : FMA<"ffmad", [(set f64:$rd, (any_fma f64:$rz, f64:$ry, f64:$acc))]>;
  def FFMSD : FMA<"ffmsd", [(set f64:$rd, (any_fma (fneg f64:$rz), f64:$ry, f64:$acc))]>;
  let ZeroExt32 = 1 in {
  def FFMAW : FMA<"ffmaw", [(set f32:$rd, (any_fma f32:$rz, f32:$ry, f32:$acc))]>;
  def FFMSW : FMA<"ffmsw", [(set f32:$rd, (any_fma (fneg f32:$rz), f32:$ry, f32:$acc))]>;
  }
}

def FABSD : UnLite<"fabsd", f64, f64, fabs>;
def FNEGD : UnLite<"fnegd", f64, f64, fneg>;
let ZeroExt32 = 1 in {
def FABSW : UnLite<"fabsw", f32, f32, fabs>;
def FNEGW : UnLite<"fnegw", f32, f32, fneg>;
}

def FWIDENLWD : UnLite<"fwidenlwd", f64, f32, any_fpextend>;
def FWIDENLHW : UnLite<"fwidenlhw", f32, i32, null_frag>;
def FNARROWWH : UnLite<"fnarrowwh", i32, f32, null_frag>;
def FNARROWDW : ALUFull<(outs GPR:$rd), (ins GPR:$rz), "fnarrowdw $rd = $rz", [(set f32:$rd, (any_fpround f64:$rz))]>;
def : Pat<(f32 (any_f16_to_fp i32:$z)), (COPY_TO_REGCLASS (FWIDENLHW $z), GPR)>;
def : Pat<(i32 (any_fp_to_f16 f32:$z)), (COPY_TO_REGCLASS (FNARROWWH $z), GPR)>;

class FPConv<string mn, ValueType dvt, ValueType svt, SDPatternOperator op>
    : MAUInst<(outs GPR:$rd), (ins GPR:$rz), mn#" $rd = $rz, 0", [(set dvt:$rd, (op svt:$rz))], IIC_FPU>;
def FIXEDD : FPConv<"fixedd.rz", i64, f64, any_fp_to_sint>;
def FIXEDUD : FPConv<"fixedud.rz", i64, f64, any_fp_to_uint>;
def FLOATD : FPConv<"floatd", f64, i64, any_sint_to_fp>;
def FLOATUD : FPConv<"floatud", f64, i64, any_uint_to_fp>;
let ZeroExt32 = 1 in {
def FIXEDW : FPConv<"fixedw.rz", i32, f32, any_fp_to_sint>;
def FIXEDUW : FPConv<"fixeduw.rz", i32, f32, any_fp_to_uint>;
def FLOATW : FPConv<"floatw", f32, i32, any_sint_to_fp>;
def FLOATUW : FPConv<"floatuw", f32, i32, any_uint_to_fp>;
}
// Mixed widths go through the exact wider type.
def : Pat<(i32 (any_fp_to_sint f64:$z)), (COPY_TO_REGCLASS (FIXEDD $z), GPR)>;
def : Pat<(i32 (any_fp_to_uint f64:$z)), (COPY_TO_REGCLASS (FIXEDD $z), GPR)>;
def : Pat<(i64 (any_fp_to_sint f32:$z)), (FIXEDD (FWIDENLWD $z))>;
def : Pat<(i64 (any_fp_to_uint f32:$z)), (FIXEDUD (FWIDENLWD $z))>;
def : Pat<(f64 (any_sint_to_fp i32:$z)), (FLOATD (SXWD $z))>;
def : Pat<(f64 (any_uint_to_fp i32:$z)), (FLOATD (ZXWD $z))>;
