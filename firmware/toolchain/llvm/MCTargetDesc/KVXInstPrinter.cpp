//===-- KVXInstPrinter.cpp - Assembly text of KVX instructions ------------===//

#include "MCTargetDesc/KVXInstPrinter.h"
#include "MCTargetDesc/KVXMCTargetDesc.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

#include "KVXGenAsmWriter.inc"

void KVXInstPrinter::printRegName(raw_ostream &OS, MCRegister Reg) const { OS << getRegisterName(Reg); }

void KVXInstPrinter::printInst(const MCInst *MI, uint64_t Address, StringRef Annot, const MCSubtargetInfo &,
                               raw_ostream &OS) {
  printInstruction(MI, Address, OS);
  printAnnotation(OS, Annot);
}

void KVXInstPrinter::printOperand(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  const MCOperand &Op = MI->getOperand(OpNo);
  if (Op.isReg())
    printRegName(OS, Op.getReg());
  else if (Op.isImm())
    OS << Op.getImm();
  else
    Op.getExpr()->print(OS, &MAI);
}

void KVXInstPrinter::printMemRI(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  printOperand(MI, OpNo + 1, OS);
  OS << '[';
  printOperand(MI, OpNo, OS);
  OS << ']';
}

void KVXInstPrinter::printMemCond(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  const MCOperand &Offset = MI->getOperand(OpNo + 1);
  if (!Offset.isImm() || Offset.getImm() != 0)
    printOperand(MI, OpNo + 1, OS);
  OS << '[';
  printOperand(MI, OpNo, OS);
  OS << ']';
}

void KVXInstPrinter::printMemRR(const MCInst *MI, unsigned OpNo, raw_ostream &OS) { printMemRI(MI, OpNo, OS); }

void KVXInstPrinter::printScalarCC(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  static const char *const Names[] = {".dnez", ".deqz", ".dltz", ".dgez", ".dlez", ".dgtz", ".odd",
                                      ".even", ".wnez", ".weqz", ".wltz", ".wgez", ".wlez", ".wgtz"};
  OS << Names[MI->getOperand(OpNo).getImm()];
}

void KVXInstPrinter::printCompareCC(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  static const char *const Names[] = {".ne",  ".eq",  ".lt",  ".ge",  ".le",   ".gt",  ".ltu",
                                      ".geu", ".leu", ".gtu", ".all", ".nall", ".any", ".none"};
  OS << Names[MI->getOperand(OpNo).getImm()];
}

void KVXInstPrinter::printFloatCC(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  static const char *const Names[] = {".one", ".ueq", ".oeq", ".une", ".olt", ".uge", ".oge", ".ult"};
  OS << Names[MI->getOperand(OpNo).getImm()];
}

void KVXInstPrinter::printSFR(const MCInst *MI, unsigned OpNo, raw_ostream &OS) {
  OS << "$s" << MI->getOperand(OpNo).getImm();
}
