//===-- KVXMCInstLower.h - MachineInstr to MCInst ---------------*- C++ -*-===//

#ifndef KVX_KVXMCINSTLOWER_H
#define KVX_KVXMCINSTLOWER_H

namespace llvm {

class AsmPrinter;
class MachineInstr;
class MachineOperand;
class MCContext;
class MCInst;
class MCOperand;
class MCSymbol;

class KVXMCInstLower {
  MCContext &Ctx;
  AsmPrinter &Printer;

public:
  KVXMCInstLower(MCContext &Ctx, AsmPrinter &Printer) : Ctx(Ctx), Printer(Printer) {}

  void lower(const MachineInstr &MI, MCInst &Out) const;

private:
  bool lowerOperand(const MachineOperand &MO, MCOperand &Out) const;
  MCOperand lowerSymbol(const MachineOperand &MO, MCSymbol *Sym) const;
};

} // namespace llvm

#endif
