//===-- KVXInstrControl.td - Branches, calls, system --------*- tablegen -*-===//

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

let isBranch = 1, isTerminator = 1 in {
let isBarrier = 1 in
def GOTO : BCUInst<(outs), (ins BranchTarget:$dst), "goto $dst", [(br bb:$dst)]>;
def CB : BCUInst<(outs), (ins GPR:$rz, ScalarCC:$cc, BranchTarget:$dst), "cb$cc $rz ? $dst">;
let isBarrier = 1, isIndirectBranch = 1 in
def IGOTO : BCUInst<(outs), (ins GPR:$rz), "igoto $rz", [(brind i64:$rz)]>;
}

def : Pat<(brcond i32:$c, bb:$dst), (CB $c, 8, bb:$dst)>;
def : Pat<(brcond (i32 (and i32:$c, 1)), bb:$dst), (CB $c, 6, bb:$dst)>;
def : Pat<(brcond (i32 (setcc (i32 (and i32:$z, 1)), (i32 0), SETNE)), bb:$dst), (CB $z, 6, bb:$dst)>;
def : Pat<(brcond (i32 (setcc (i32 (and i32:$z, 1)), (i32 0), SETEQ)), bb:$dst), (CB $z, 7, bb:$dst)>;
def : Pat<(brcond (i32 (setcc (i64 (and i64:$z, 1)), (i64 0), SETNE)), bb:$dst), (CB $z, 6, bb:$dst)>;
def : Pat<(brcond (i32 (setcc (i64 (and i64:$z, 1)), (i64 0), SETEQ)), bb:$dst), (CB $z, 7, bb:$dst)>;
foreach c = ZeroConds64 in
  def : Pat<(brcond (i32 (setcc i64:$z, (i64 0), c.DAG)), bb:$dst), (CB $z, c.Num, bb:$dst)>;
foreach c = ZeroConds32 in
  def : Pat<(brcond (i32 (setcc i32:$z, (i32 0), c.DAG)), bb:$dst), (CB $z, c.Num, bb:$dst)>;

def : Pat<(brcond (i32 (setcc i64:$z, (i64 1), SETLT)), bb:$dst), (CB $z, 4, bb:$dst)>;
def : Pat<(brcond (i32 (setcc i64:$z, (i64 -1), SETGT)), bb:$dst), (CB $z, 3, bb:$dst)>;
def : Pat<(brcond (i32 (setcc i32:$z, (i32 1), SETLT)), bb:$dst), (CB $z, 12, bb:$dst)>;
def : Pat<(brcond (i32 (setcc i32:$z, (i32 -1), SETGT)), bb:$dst), (CB $z, 11, bb:$dst)>;

//===----------------------------------------------------------------------===//
// Calls and returns
//===----------------------------------------------------------------------===//

let isCall = 1, Defs = [RA], Uses = [R12] in {
def CALL : BCUInst<(outs), (ins CallTarget:$dst, variable_ops), "call $dst">;
def ICALL : BCUInst<(outs), (ins GPR:$dst, variable_ops), "icall $dst">;
}
def : Pat<(KVXcall tglobaladdr:$dst), (CALL tglobaladdr:$dst)>;
def : Pat<(KVXcall texternalsym:$dst), (CALL texternalsym:$dst)>;
def : Pat<(KVXcall i64:$dst), (ICALL $dst)>;

let isCall = 1, isReturn = 1, isTerminator = 1, isBarrier = 1, Uses = [R12, RA] in {
def TCGOTO : BCUInst<(outs), (ins CallTarget:$dst, variable_ops), "goto $dst">;
def TCIGOTO : BCUInst<(outs), (ins GPRTail:$dst, variable_ops), "igoto $dst">;
}
def : Pat<(KVXtcret tglobaladdr:$dst), (TCGOTO tglobaladdr:$dst)>;
def : Pat<(KVXtcret texternalsym:$dst), (TCGOTO texternalsym:$dst)>;
def : Pat<(KVXtcret i64:$dst), (TCIGOTO GPRTail:$dst)>;

let isReturn = 1, isTerminator = 1, isBarrier = 1, Uses = [RA] in
def RET : BCUInst<(outs), (ins variable_ops), "ret", [(KVXret)]>;

let Defs = [R12], Uses = [R12], hasSideEffects = 1 in {
def ADJCALLSTACKDOWN : Pseudo<(outs), (ins imm64:$amt, imm64:$amt2), "# call frame down $amt, $amt2",
                              [(callseq_start timm:$amt, timm:$amt2)]>;
def ADJCALLSTACKUP : Pseudo<(outs), (ins imm64:$amt, imm64:$amt2), "# call frame up $amt, $amt2",
                            [(callseq_end timm:$amt, timm:$amt2)]>;
}

// Return address to and from a general register.
let Uses = [RA] in
def GETRA : BCUInst<(outs GPR:$rd), (ins), "get $rd = $$ra", [], IIC_GET>;
let Defs = [RA] in
def SETRA : BCUInst<(outs), (ins GPR:$rz), "set $$ra = $rz">;

let isBarrier = 1, isTerminator = 1, hasSideEffects = 1, hasCtrlDep = 1 in
def TRAP : AloneInst<(outs), (ins), "errop", [(trap)]>;
let hasSideEffects = 1 in
def DEBUGTRAP : AloneInst<(outs), (ins), "scall 4050", [(debugtrap)]>;

// __builtin_setjmp and __builtin_longjmp. The buffer holds the frame pointer, the resume address and
// the stack pointer. The setup clobbers every register and stands for the edge from longjmp.
let usesCustomInserter = 1, hasSideEffects = 1, mayLoad = 1, mayStore = 1 in {
def PseudoSetJmp : Pseudo<(outs GPR:$rd), (ins GPR:$buf), "# setjmp $rd, $buf">;
let isBarrier = 1, isTerminator = 1 in
def PseudoLongJmp : Pseudo<(outs), (ins GPR:$buf), "# longjmp $buf">;
}
let isBranch = 1, isTerminator = 1, hasSideEffects = 1, Size = 0 in
def SetJmpSetup : Pseudo<(outs), (ins BranchTarget:$resume), "# setjmp resumes at $resume">;

//===----------------------------------------------------------------------===//
// Hardware loops
//===----------------------------------------------------------------------===//

// Before register allocation the counter lives in a register; KVXHardwareLoops turns the
// two pseudos (selected in KVXISelDAGToDAG.cpp) and the branch into loopdo, or into a copy and a
// decrement where the loop does not qualify.
let isNotDuplicable = 1 in {
let hasSideEffects = 1 in
def LoopStart : Pseudo<(outs GPR:$rd), (ins GPR:$count), "# loop start $rd = $count">;
// The itinerary is for the software pipeliner, which refuses instructions without one.
let Constraints = "$rd = $rz", Itinerary = IIC_TINY in
def LoopDec : Pseudo<(outs GPR:$rd), (ins GPR:$rz, imm64:$step), "# loop dec $rd = $rz">;
}
// The branch that the hardware takes from the end of the body; no code.
let isBranch = 1, isTerminator = 1, Size = 0, Uses = [LS, LE, LC], Defs = [LC] in
def LOOPEND : Pseudo<(outs), (ins BranchTarget:$header), "# loop end $header">;

let Defs = [LS, LE, LC], hasSideEffects = 1 in
def LOOPDO : AloneInst<(outs), (ins GPR:$rz, BranchTarget:$end), "loopdo $rz, $end">;

//===----------------------------------------------------------------------===//
// System registers and state (builtins)
//===----------------------------------------------------------------------===//

let hasSideEffects = 1, mayLoad = 1, mayStore = 1 in {
def GET : BCUInst<(outs GPR:$rd), (ins SFRNumber:$sfr), "get $rd = $sfr", [], IIC_GET>;
def SET : BCUInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "set $sfr = $rz">;
def WFXL : BCUInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "wfxl $sfr, $rz">;
def WFXM : BCUInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "wfxm $sfr, $rz">;
// PS, MMC, SPS and the owner registers are written alone.
def SETalone : AloneInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "set $sfr = $rz">;
def WFXLalone : AloneInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "wfxl $sfr, $rz">;
def WFXMalone : AloneInst<(outs), (ins GPR:$rz, SFRNumber:$sfr), "wfxm $sfr, $rz">;
let Constraints = "$rd = $rz" in {
def IGET : BCUInst<(outs GPR:$rd), (ins GPR:$rz), "iget $rd", [], IIC_GET>;
def WAITIT : BCUInst<(outs GPR:$rd), (ins GPR:$rz), "waitit $rd", [], IIC_GET>;
def RSWAP : AloneInst<(outs GPR:$rd), (ins GPR:$rz, SFRNumber:$sfr), "rswap $rd = $sfr">;
}
def SYNCGROUP : BCUInst<(outs), (ins GPR:$rz), "syncgroup $rz">;
def BARRIER : AloneInst<(outs), (ins), "barrier">;
def AWAIT : AloneInst<(outs), (ins), "await">;
def SLEEP : AloneInst<(outs), (ins), "sleep">;
def STOP : AloneInst<(outs), (ins), "stop">;
def RFE : AloneInst<(outs), (ins), "rfe">;
def TLBREAD : AloneInst<(outs), (ins), "tlbread">;
def TLBWRITE : AloneInst<(outs), (ins), "tlbwrite">;
def TLBPROBE : AloneInst<(outs), (ins), "tlbprobe">;
def TLBDINVAL : AloneInst<(outs), (ins), "tlbdinval">;
def TLBIINVAL : AloneInst<(outs), (ins), "tlbiinval">;
// Arguments and result in fixed registers, added when the call is lowered.
def SCALLi : AloneInst<(outs), (ins imm32:$num, variable_ops), "scall $num">;
def SCALLr : AloneInst<(outs), (ins GPR:$num, variable_ops), "scall $num">;
}
def NOP : KVXInst<(outs), (ins), "nop", [], IIC_TINY, SlotTiny>;

//===----------------------------------------------------------------------===//
// Checksum steps (builtins)
//===----------------------------------------------------------------------===//

let Constraints = "$rd = $acc" in {
  class CRC<string mn>
      : MAUInst<(outs GPR:$rd), (ins GPR:$acc, GPR:$rz, GPR:$ry), mn#" $rd = $rz, $ry", [], IIC_MAC>;
  def CRCBELLW : CRC<"crcbellw">;
  def CRCBELMW : CRC<"crcbelmw">;
  def CRCLELLW : CRC<"crclellw">;
  def CRCLELMW : CRC<"crclelmw">;
}
def STSUD : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "stsud $rd = $rz, $ry">;
let ZeroExt32 = 1 in
def STSUW : ALULite<(outs GPR:$rd), (ins GPR:$rz, GPR:$ry), "stsuw $rd = $rz, $ry">;
def CLSD : ALULite<(outs GPR:$rd), (ins GPR:$rz), "clsd $rd = $rz">;
let ZeroExt32 = 1 in
def CLSW : ALULite<(outs GPR:$rd), (ins GPR:$rz), "clsw $rd = $rz">;
