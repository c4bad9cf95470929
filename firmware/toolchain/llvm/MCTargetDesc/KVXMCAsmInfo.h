//===-- KVXMCAsmInfo.h - Syntax of kvx-elf-as -------------------*- C++ -*-===//

#ifndef KVX_MCTARGETDESC_KVXMCASMINFO_H
#define KVX_MCTARGETDESC_KVXMCASMINFO_H

#include "llvm/MC/MCAsmInfoELF.h"

namespace llvm {

class Triple;

class KVXMCAsmInfo : public MCAsmInfoELF {
public:
  explicit KVXMCAsmInfo(const Triple &TT);
};

} // namespace llvm

#endif
