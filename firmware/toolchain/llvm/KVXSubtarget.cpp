//===-- KVXSubtarget.cpp - KVX subtarget ----------------------------------===//

#include "KVXSubtarget.h"
#include "KVXTargetMachine.h"

#define DEBUG_TYPE "kvx-subtarget"
#define GET_SUBTARGETINFO_TARGET_DESC
#define GET_SUBTARGETINFO_CTOR
#include "KVXGenSubtargetInfo.inc"

using namespace llvm;

static StringRef cpuOrDefault(StringRef CPU) { return CPU.empty() ? "kv3-1" : CPU; }

KVXSubtarget::KVXSubtarget(const Triple &TT, StringRef CPU, StringRef FS, const KVXTargetMachine &TM)
    : KVXGenSubtargetInfo(TT, cpuOrDefault(CPU), cpuOrDefault(CPU), FS), TLInfo(TM, *this) {
  ParseSubtargetFeatures(cpuOrDefault(CPU), cpuOrDefault(CPU), FS);
  InstrItins = getInstrItineraryForCPU(cpuOrDefault(CPU));
}
