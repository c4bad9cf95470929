//===-- KVXBaseInfo.h - Flags of KVX instructions ---------------*- C++ -*-===//
//
// Mirrors TSFlags of KVXInstrFormats.td and the condition numbers of kv3-1.
//
//===----------------------------------------------------------------------===//

#ifndef KVX_MCTARGETDESC_KVXBASEINFO_H
#define KVX_MCTARGETDESC_KVXBASEINFO_H

#include <cstdint>

namespace llvm::KVXII {

/// Place in the order in which the instructions of a bundle are written.
enum Slot : unsigned { SlotBCU, SlotFull, SlotLite, SlotTiny, SlotMAU, SlotLSU };

/// Immediate field, which decides the number of extension syllables.
enum ImmKind : unsigned { ImmNone, ImmI10, ImmW32, ImmMake, ImmTLS, ImmCond };

inline Slot getSlot(uint64_t TSFlags) { return static_cast<Slot>(TSFlags & 7); }
inline bool isAlone(uint64_t TSFlags) { return (TSFlags >> 3) & 1; }
inline ImmKind getImmKind(uint64_t TSFlags) { return static_cast<ImmKind>((TSFlags >> 4) & 7); }
inline unsigned getImmOperand(uint64_t TSFlags) { return (TSFlags >> 7) & 15; }
inline bool isZeroExt32(uint64_t TSFlags) { return (TSFlags >> 11) & 1; }

} // namespace llvm::KVXII

namespace llvm::KVXCC {

/// Conditions of cb and cmoved on a register against zero; xor 1 inverts.
enum ScalarCond : unsigned { DNEZ, DEQZ, DLTZ, DGEZ, DLEZ, DGTZ, ODD, EVEN, WNEZ, WEQZ, WLTZ, WGEZ, WLEZ, WGTZ };

/// Conditions of comp.
enum CompareCond : unsigned { NE, EQ, LT, GE, LE, GT, LTU, GEU, LEU, GTU };

inline ScalarCond invert(ScalarCond CC) { return static_cast<ScalarCond>(CC ^ 1u); }

} // namespace llvm::KVXCC

#endif
