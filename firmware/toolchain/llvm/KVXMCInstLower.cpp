//===-- KVXMCInstLower.cpp - MachineInstr to MCInst -----------------------===//

#include "KVXMCInstLower.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"

using namespace llvm;

MCOperand KVXMCInstLower::lowerSymbol(const MachineOperand &MO, MCSymbol *Sym) const {
  const MCExpr *Expr = MCSymbolRefExpr::create(Sym, Ctx);
  if (!MO.isMBB() && !MO.isJTI() && MO.getOffset())
    Expr = MCBinaryExpr::createAdd(Expr, MCConstantExpr::create(MO.getOffset(), Ctx), Ctx);
  return MCOperand::createExpr(Expr);
}

bool KVXMCInstLower::lowerOperand(const MachineOperand &MO, MCOperand &Out) const {
  switch (MO.getType()) {
  case MachineOperand::MO_Register:
    if (MO.isImplicit())
      return false;
    Out = MCOperand::createReg(MO.getReg());
    return true;
  case MachineOperand::MO_Immediate:
    Out = MCOperand::createImm(MO.getImm());
    return true;
  case MachineOperand::MO_MachineBasicBlock:
    Out = lowerSymbol(MO, MO.getMBB()->getSymbol());
    return true;
  case MachineOperand::MO_GlobalAddress:
    Out = lowerSymbol(MO, Printer.getSymbol(MO.getGlobal()));
    return true;
  case MachineOperand::MO_ExternalSymbol:
    Out = lowerSymbol(MO, Printer.GetExternalSymbolSymbol(MO.getSymbolName()));
    return true;
  case MachineOperand::MO_BlockAddress:
    Out = lowerSymbol(MO, Printer.GetBlockAddressSymbol(MO.getBlockAddress()));
    return true;
  case MachineOperand::MO_JumpTableIndex:
    Out = lowerSymbol(MO, Printer.GetJTISymbol(MO.getIndex()));
    return true;
  case MachineOperand::MO_ConstantPoolIndex:
    Out = lowerSymbol(MO, Printer.GetCPISymbol(MO.getIndex()));
    return true;
  case MachineOperand::MO_MCSymbol:
    Out = lowerSymbol(MO, MO.getMCSymbol());
    return true;
  case MachineOperand::MO_RegisterMask:
    return false;
  default:
    llvm_unreachable("operand has no assembly form");
  }
}

void KVXMCInstLower::lower(const MachineInstr &MI, MCInst &Out) const {
  Out.setOpcode(MI.getOpcode());
  for (const MachineOperand &MO : MI.operands()) {
    MCOperand Op;
    if (lowerOperand(MO, Op))
      Out.addOperand(Op);
  }
}
