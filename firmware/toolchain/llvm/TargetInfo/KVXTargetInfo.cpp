//===-- KVXTargetInfo.cpp - KVX target registration -----------------------===//

#include "TargetInfo/KVXTargetInfo.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

Target &llvm::getTheKVXTarget() {
  static Target TheKVXTarget;
  return TheKVXTarget;
}

// LLVM's triple parser does not know "kvx"; the target is looked up by name.
extern "C" void LLVMInitializeKVXTargetInfo() {
  RegisterTarget<Triple::UnknownArch, /*HasJIT=*/false> X(getTheKVXTarget(), "kvx", "Kalray KV3 (MPPA3 Coolidge)",
                                                          "KVX");
}
