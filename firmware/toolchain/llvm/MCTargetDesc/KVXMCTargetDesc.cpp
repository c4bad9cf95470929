//===-- KVXMCTargetDesc.cpp - KVX MC descriptions -------------------------===//

#include "MCTargetDesc/KVXMCTargetDesc.h"
#include "MCTargetDesc/KVXInstPrinter.h"
#include "MCTargetDesc/KVXMCAsmInfo.h"
#include "TargetInfo/KVXTargetInfo.h"
#include "llvm/MC/MCDwarf.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

#define GET_INSTRINFO_MC_DESC
#define ENABLE_INSTR_PREDICATE_VERIFIER
#include "KVXGenInstrInfo.inc"

#define GET_SUBTARGETINFO_MC_DESC
#include "KVXGenSubtargetInfo.inc"

#define GET_REGINFO_MC_DESC
#include "KVXGenRegisterInfo.inc"

static MCAsmInfo *createKVXMCAsmInfo(const MCRegisterInfo &MRI, const Triple &TT, const MCTargetOptions &) {
  auto *MAI = new KVXMCAsmInfo(TT);
  // At entry the CFA is the stack pointer; incoming stack arguments start there.
  MAI->addInitialFrameState(MCCFIInstruction::cfiDefCfa(nullptr, MRI.getDwarfRegNum(KVX::R12, true), 0));
  return MAI;
}

static MCInstrInfo *createKVXMCInstrInfo() {
  auto *X = new MCInstrInfo();
  InitKVXMCInstrInfo(X);
  return X;
}

static MCRegisterInfo *createKVXMCRegisterInfo(const Triple &) {
  auto *X = new MCRegisterInfo();
  InitKVXMCRegisterInfo(X, KVX::RA);
  return X;
}

static MCSubtargetInfo *createKVXMCSubtargetInfo(const Triple &TT, StringRef CPU, StringRef FS) {
  if (CPU.empty())
    CPU = "kv3-1";
  return createKVXMCSubtargetInfoImpl(TT, CPU, /*TuneCPU=*/CPU, FS);
}

static MCInstPrinter *createKVXMCInstPrinter(const Triple &, unsigned, const MCAsmInfo &MAI, const MCInstrInfo &MII,
                                             const MCRegisterInfo &MRI) {
  return new KVXInstPrinter(MAI, MII, MRI);
}

extern "C" void LLVMInitializeKVXTargetMC() {
  Target &T = getTheKVXTarget();
  TargetRegistry::RegisterMCAsmInfo(T, createKVXMCAsmInfo);
  TargetRegistry::RegisterMCInstrInfo(T, createKVXMCInstrInfo);
  TargetRegistry::RegisterMCRegInfo(T, createKVXMCRegisterInfo);
  TargetRegistry::RegisterMCSubtargetInfo(T, createKVXMCSubtargetInfo);
  TargetRegistry::RegisterMCInstPrinter(T, createKVXMCInstPrinter);
}
