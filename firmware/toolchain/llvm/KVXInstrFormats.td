//===-- KVXInstrFormats.td - Instruction classes ------------*- tablegen -*-===//
//
// gas encodes; the compiler only needs the text, the unit, and how many syllables
// an immediate costs. TSFlags (see KVXBaseInfo.h):
//   2-0  slot in the order of emission
//   3    alone in its bundle
//   6-4  kind of immediate field
//   10-7 operand number of that immediate
//   11   bits 63:32 of the result are zero
//
//===----------------------------------------------------------------------===//

class SlotKind<bits<3> v> { bits<3> Value = v; }
def SlotBCU  : SlotKind<0>;
def SlotFull : SlotKind<1>;
def SlotLite : SlotKind<2>;
def SlotTiny : SlotKind<3>;
def SlotMAU  : SlotKind<4>;
def SlotLSU  : SlotKind<5>;

class ImmKind<bits<3> v> { bits<3> Value = v; }
def ImmNone : ImmKind<0>;
def ImmI10  : ImmKind<1>; // 10, 37 or 64 bits: 1, 2 or 3 syllables
def ImmW32  : ImmKind<2>; // 32 bits: always 2 syllables
def ImmMake : ImmKind<3>; // 16, 43 or 64 bits: 1, 2 or 3 syllables
def ImmTLS  : ImmKind<4>; // 43-bit thread offset: 2 syllables
def ImmCond : ImmKind<5>; // offset of a conditional access: none, 27 or 54 bits: 1, 2 or 3 syllables

class KVXInst<dag outs, dag ins, string asm, list<dag> pattern, InstrItinClass itin, SlotKind slot>
    : Instruction {
  let Namespace = "KVX";
  let OutOperandList = outs;
  let InOperandList = ins;
  let AsmString = asm;
  let Pattern = pattern;
  let Itinerary = itin;
  let Size = 4;
  let hasSideEffects = 0;
  let mayLoad = 0;
  let mayStore = 0;

  bit Alone = 0;
  ImmKind Imm = ImmNone;
  bits<4> ImmOp = 0;
  bit ZeroExt32 = 0;

  let TSFlags{2-0} = slot.Value;
  let TSFlags{3} = Alone;
  let TSFlags{6-4} = Imm.Value;
  let TSFlags{10-7} = ImmOp;
  let TSFlags{11} = ZeroExt32;
}

class ALUTiny<dag outs, dag ins, string asm, list<dag> pattern = []>
    : KVXInst<outs, ins, asm, pattern, IIC_TINY, SlotTiny>;
class ALULite<dag outs, dag ins, string asm, list<dag> pattern = []>
    : KVXInst<outs, ins, asm, pattern, IIC_LITE, SlotLite>;
class ALUFull<dag outs, dag ins, string asm, list<dag> pattern = []>
    : KVXInst<outs, ins, asm, pattern, IIC_FULL, SlotFull>;
class MAUInst<dag outs, dag ins, string asm, list<dag> pattern = [], InstrItinClass itin = IIC_MUL>
    : KVXInst<outs, ins, asm, pattern, itin, SlotMAU>;
class LSUInst<dag outs, dag ins, string asm, list<dag> pattern = [], InstrItinClass itin = IIC_LOAD>
    : KVXInst<outs, ins, asm, pattern, itin, SlotLSU>;
class BCUInst<dag outs, dag ins, string asm, list<dag> pattern = [], InstrItinClass itin = IIC_BCU>
    : KVXInst<outs, ins, asm, pattern, itin, SlotBCU>;

// Occupies the whole bundle.
class AloneInst<dag outs, dag ins, string asm, list<dag> pattern = []>
    : KVXInst<outs, ins, asm, pattern, IIC_ALL, SlotBCU> {
  let Alone = 1;
}

class Pseudo<dag outs, dag ins, string asm, list<dag> pattern = []>
    : KVXInst<outs, ins, asm, pattern, IIC_NONE, SlotTiny> {
  let isPseudo = 1;
  let isCodeGenOnly = 1;
}
