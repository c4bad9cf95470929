//===-- KVXRegisterInfo.td - KV3 registers ------------------*- tablegen -*-===//
//
// 64 general registers of 64 bits; aligned pairs ($r0r1) and quads ($r0r1r2r3)
// name 128- and 256-bit operands of wide memory and multiply instructions.
// DWARF numbers: GPR n = n, system function register n = 64 + n.
//
//===----------------------------------------------------------------------===//

let Namespace = "KVX" in {
def sub_lo : SubRegIndex<64, 0>;
def sub_hi : SubRegIndex<64, 64>;
def sub_pl : SubRegIndex<128, 0>;
def sub_ph : SubRegIndex<128, 128>;
def sub_z : ComposedSubRegIndex<sub_ph, sub_lo>;
def sub_t : ComposedSubRegIndex<sub_ph, sub_hi>;
}

class KVXReg<string n, bits<16> enc> : Register<n> {
  let HWEncoding = enc;
  let Namespace = "KVX";
}

class KVXTuple<string n, bits<16> enc, list<Register> subs, list<SubRegIndex> idx>
    : RegisterWithSubRegs<n, subs> {
  let HWEncoding = enc;
  let SubRegIndices = idx;
  let CoveredBySubRegs = 1;
  let Namespace = "KVX";
}

foreach i = 0...63 in
  def R#i : KVXReg<"$r"#i, i>, DwarfRegNum<[i]>;

foreach i = 0...31 in
  def P#i : KVXTuple<"$r"#!mul(i, 2)#"r"#!add(!mul(i, 2), 1), i,
                     [!cast<Register>("R"#!mul(i, 2)), !cast<Register>("R"#!add(!mul(i, 2), 1))],
                     [sub_lo, sub_hi]>;

foreach i = 0...15 in
  def Q#i : KVXTuple<"$r"#!mul(i, 4)#"r"#!add(!mul(i, 4), 1)#"r"#!add(!mul(i, 4), 2)#"r"#!add(!mul(i, 4), 3), i,
                     [!cast<Register>("P"#!mul(i, 2)), !cast<Register>("P"#!add(!mul(i, 2), 1))],
                     [sub_pl, sub_ph]>;

// System function registers that compiled code touches.
def RA : KVXReg<"$ra", 3>, DwarfRegNum<[67]>;
def CS : KVXReg<"$cs", 4>, DwarfRegNum<[68]>;
def LS : KVXReg<"$ls", 7>, DwarfRegNum<[71]>;
def LE : KVXReg<"$le", 8>, DwarfRegNum<[72]>;
def LC : KVXReg<"$lc", 9>, DwarfRegNum<[73]>;

// Every scalar type lives in the general registers. Allocation order: arguments,
// other scratch registers, callee saved. r12 ($sp), r13 ($tp), r16 and r17
// (linker veneers, prologue scratch) are reserved in KVXRegisterInfo.cpp.
def GPR : RegisterClass<"KVX", [i64, i32, f64, f32], 64,
    (add (sequence "R%u", 0, 11), R15, (sequence "R%u", 32, 63), (sequence "R%u", 18, 31),
         R14, R16, R17, R12, R13)> {
  let Size = 64;
}

// Targets of indirect tail calls: still live after the epilogue.
def GPRTail : RegisterClass<"KVX", [i64, i32, f64, f32], 64,
    (add (sequence "R%u", 0, 11), R15, (sequence "R%u", 32, 63))> {
  let Size = 64;
}

def PGR : RegisterClass<"KVX", [untyped], 128,
    (add (sequence "P%u", 0, 5), (sequence "P%u", 16, 31), (sequence "P%u", 9, 15), P8, P7, P6)> {
  let Size = 128;
}

def QGR : RegisterClass<"KVX", [untyped], 256,
    (add (sequence "Q%u", 0, 2), (sequence "Q%u", 8, 15), (sequence "Q%u", 5, 7), Q4, Q3)> {
  let Size = 256;
}

def SFR : RegisterClass<"KVX", [i64], 64, (add RA, CS, LS, LE, LC)> {
  let isAllocatable = 0;
  let Size = 64;
}
