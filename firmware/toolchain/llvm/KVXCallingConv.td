//===-- KVXCallingConv.td - KV3 calling conventions ---------*- tablegen -*-===//
//
// Twelve 64-bit argument slots r0-r11, then 8-byte stack slots. A value of n
// bytes takes ceil(n/8) consecutive slots without even alignment and may be
// split between registers and stack. A pointer to the memory of a large result
// travels in r15. Results of up to 32 bytes return in r0-r3.
//
//===----------------------------------------------------------------------===//

def CC_KVX : CallingConv<[
  CCIfSRet<CCIfType<[i64], CCAssignToReg<[R15]>>>,
  CCIfByVal<CCPassByVal<8, 8>>,
  CCIfType<[i32, i64, f32, f64],
           CCAssignToReg<[R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11]>>,
  CCIfType<[i32, i64, f32, f64], CCAssignToStack<8, 8>>
]>;

def RetCC_KVX : CallingConv<[
  CCIfType<[i32, i64, f32, f64], CCAssignToReg<[R0, R1, R2, R3]>>
]>;

def CSR_NoRegs : CalleeSavedRegs<(add)>;
def CSR_KVX : CalleeSavedRegs<(add RA, R14, (sequence "R%u", 18, 31))>;
