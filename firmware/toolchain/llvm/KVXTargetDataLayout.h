//===-- KVXTargetDataLayout.h - Data layout of the KV3 ABI ------*- C++ -*-===//
//
// The one definition shared by the back end and the C front end.
//
//===----------------------------------------------------------------------===//

#ifndef KVX_TARGETDATALAYOUT_H
#define KVX_TARGETDATALAYOUT_H

namespace kvx {

/// LP64 little-endian ELF: 64-bit pointers, __int128 aligned to 16 bytes, vectors of up to
/// 32 bytes naturally aligned, 32- and 64-bit integer registers, 32-byte aligned stack.
/// Source: kv3/abi.md section 1 (kalray/gcc kvx.h).
inline constexpr const char *kDataLayout = "e-m:e-p:64:64-i64:64-i128:128-f64:64-v128:128-v256:256-n32:64-S256";

/// Triple of bare-metal code.
inline constexpr const char *kTriple = "kvx-unknown-elf";

} // namespace kvx

#endif
