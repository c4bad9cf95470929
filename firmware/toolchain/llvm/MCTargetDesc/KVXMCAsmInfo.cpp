//===-- KVXMCAsmInfo.cpp - Syntax of kvx-elf-as ---------------------------===//

#include "MCTargetDesc/KVXMCAsmInfo.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

KVXMCAsmInfo::KVXMCAsmInfo(const Triple &) {
  CodePointerSize = 8;
  CalleeSaveStackSlotSize = 8;
  IsLittleEndian = true;
  CommentString = "##";
  // ";;" ends a bundle, so a single ";" separates nothing.
  SeparatorString = "\n";
  Data16bitsDirective = "\t.short\t";
  Data32bitsDirective = "\t.long\t";
  Data64bitsDirective = "\t.quad\t";
  MinInstAlignment = 4;
  MaxInstLength = 32;
  SupportsDebugInformation = true;
  ExceptionsType = ExceptionHandling::DwarfCFI;
  DwarfRegNumForCFI = true;
  EnableDwarfFileDirectoryDefault = false;
  // gas encodes; inline assembly is passed through untouched.
  UseIntegratedAssembler = false;
  ParseInlineAsmUsingAsmParser = false;
}
