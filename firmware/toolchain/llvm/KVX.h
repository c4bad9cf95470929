//===-- KVX.h - Passes of the KVX back end ----------------------*- C++ -*-===//

#ifndef KVX_KVX_H
#define KVX_KVX_H

#include "MCTargetDesc/KVXMCTargetDesc.h"
#include "llvm/Support/CodeGen.h"

namespace llvm {

class FunctionPass;
class KVXTargetMachine;
class PassRegistry;

FunctionPass *createKVXISelDag(KVXTargetMachine &TM, CodeGenOptLevel OptLevel);
FunctionPass *createKVXHardwareLoops();
FunctionPass *createKVXLoopRotation();
FunctionPass *createKVXShortenChains();
FunctionPass *createKVXVLIWPacketizer();

} // namespace llvm

#endif
