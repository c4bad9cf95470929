//===-- KVXTargetInfo.h - KVX target registration ---------------*- C++ -*-===//

#ifndef KVX_TARGETINFO_H
#define KVX_TARGETINFO_H

namespace llvm {
class Target;
Target &getTheKVXTarget();
} // namespace llvm

#endif
