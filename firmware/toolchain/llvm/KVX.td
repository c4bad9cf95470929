//===-- KVX.td - Describe the Kalray KV3 target -------------*- tablegen -*-===//
//
// Entry point of the target description. The instruction set is the kv3-1
// core ("Coolidge" V1): a 64-bit little-endian VLIW with 64 general registers,
// at most one BCU, one MAU, one LSU and four ALU operations per bundle.
//
//===----------------------------------------------------------------------===//

include "llvm/Target/Target.td"

include "KVXRegisterInfo.td"
include "KVXCallingConv.td"
include "KVXSchedule.td"
include "KVXInstrFormats.td"
include "KVXInstrInfo.td"

def KVXInstrInfo : InstrInfo;

def : ProcessorModel<"kv3-1", KV3Model, []>;

def KVXInstPrinter : AsmWriter {
  string AsmWriterClassName = "InstPrinter";
  bit isMCAsmWriter = 1;
}

def KVX : Target {
  let InstructionSet = KVXInstrInfo;
  let AssemblyWriters = [KVXInstPrinter];
  let AllowRegisterRenaming = 1;
}
