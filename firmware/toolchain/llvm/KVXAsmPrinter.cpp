//===-- KVXAsmPrinter.cpp - Assembly files for kvx-elf-as -----------------===//
//
// One instruction per line, ";;" after each bundle. The instructions of a bundle are
// written in the order BCU, ALU (FULL, LITE, TINY), MAU, LSU, which gives each the slot
// that the packetizer reserved.
//
//===----------------------------------------------------------------------===//

#include "KVX.h"
#include "KVXInstrInfo.h"
#include "KVXMCInstLower.h"
#include "KVXSubtarget.h"
#include "MCTargetDesc/KVXBaseInfo.h"
#include "MCTargetDesc/KVXInstPrinter.h"
#include "TargetInfo/KVXTargetInfo.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSymbol.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

#define DEBUG_TYPE "asm-printer"

namespace {

class KVXAsmPrinter : public AsmPrinter {
public:
  KVXAsmPrinter(TargetMachine &TM, std::unique_ptr<MCStreamer> Streamer) : AsmPrinter(TM, std::move(Streamer)) {}

  StringRef getPassName() const override { return "KVX Assembly Printer"; }

  void emitInstruction(const MachineInstr *MI) override;
  bool PrintAsmOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode, raw_ostream &OS) override;
  bool PrintAsmMemoryOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode, raw_ostream &OS) override;
  void emitInlineAsmEnd(const MCSubtargetInfo &StartInfo, const MCSubtargetInfo *EndInfo) const override;

private:
  void emitOne(const MachineInstr &MI);
  void endBundle() const { OutStreamer->emitRawText("\t;;"); }
};

} // namespace

void KVXAsmPrinter::emitOne(const MachineInstr &MI) {
  MCInst Inst;
  KVXMCInstLower(OutContext, *this).lower(MI, Inst);
  EmitToStreamer(*OutStreamer, Inst);
}

void KVXAsmPrinter::emitInstruction(const MachineInstr *MI) {
  if (MI->getOpcode() == KVX::LOOPEND || MI->getOpcode() == KVX::SetJmpSetup)
    return;
  if (!MI->isBundle()) {
    emitOne(*MI);
    endBundle();
    return;
  }
  SmallVector<const MachineInstr *, 6> Members;
  for (auto I = std::next(MI->getIterator()), E = MI->getParent()->instr_end(); I != E && I->isInsideBundle(); ++I)
    if (!I->isMetaInstruction())
      Members.push_back(&*I);
  for (unsigned Slot = KVXII::SlotBCU; Slot <= KVXII::SlotLSU; ++Slot)
    for (const MachineInstr *Member : Members)
      if (KVXII::getSlot(Member->getDesc().TSFlags) == Slot)
        emitOne(*Member);
  endBundle();
}

// The text may or may not end its last bundle; an empty bundle is no instruction.
void KVXAsmPrinter::emitInlineAsmEnd(const MCSubtargetInfo &, const MCSubtargetInfo *) const { endBundle(); }

bool KVXAsmPrinter::PrintAsmOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode, raw_ostream &OS) {
  if (ExtraCode && ExtraCode[0])
    return AsmPrinter::PrintAsmOperand(MI, OpNo, ExtraCode, OS);
  const MachineOperand &MO = MI->getOperand(OpNo);
  switch (MO.getType()) {
  case MachineOperand::MO_Register:
    OS << KVXInstPrinter::getRegisterName(MO.getReg());
    return false;
  case MachineOperand::MO_Immediate:
    OS << MO.getImm();
    return false;
  case MachineOperand::MO_GlobalAddress:
    PrintSymbolOperand(MO, OS);
    return false;
  case MachineOperand::MO_MachineBasicBlock:
    MO.getMBB()->getSymbol()->print(OS, MAI);
    return false;
  case MachineOperand::MO_BlockAddress:
    GetBlockAddressSymbol(MO.getBlockAddress())->print(OS, MAI);
    return false;
  default:
    return true;
  }
}

bool KVXAsmPrinter::PrintAsmMemoryOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode,
                                          raw_ostream &OS) {
  if (ExtraCode && ExtraCode[0])
    return true;
  OS << MI->getOperand(OpNo + 1).getImm() << '[' << KVXInstPrinter::getRegisterName(MI->getOperand(OpNo).getReg())
     << ']';
  return false;
}

extern "C" void LLVMInitializeKVXAsmPrinter() { RegisterAsmPrinter<KVXAsmPrinter> X(getTheKVXTarget()); }
