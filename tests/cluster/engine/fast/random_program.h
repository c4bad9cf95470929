// Random programs for comparing engines: legal bundles of every kind of instruction, branches, calls, hardware loops,
// handlers for traps and interrupts. Deterministic by seed.
#pragma once

#include <random>
#include <vector>

#include "models/cluster/isa/insn.h"
#include "models/common/types.h"

namespace mppa::engine::fast {

struct RandomProgramOptions {
  u64 seed = 1;
  unsigned segments = 12;         ///< straight runs of bundles, each ended by a branch
  unsigned longest_segment = 14;  ///< bundles
  double memory = 0.3;            ///< chance that a bundle wants a memory operation
  double rare = 0.02;             ///< chance of atomics, cache operations, SFR accesses
  double wild = 0.01;             ///< chance that a load's address is any register
  double tlb = 0.0;               ///< chance that TLB instructions follow a bundle
  bool loops = true;
};

/// The program's words at kCode; the memory image contains the handlers as well.
struct RandomProgram {
  static constexpr u64 kVectors = 0x400;
  static constexpr u64 kCode = 0x10000;
  static constexpr u64 kData = 0x40000;       ///< local memory the data registers point to
  static constexpr u64 kFar = 0x100000000;    ///< memory with a longer latency
  static constexpr u64 kDevice = 0x10000000;  ///< memory that is not cacheable
  std::vector<u32> vectors;                   ///< at kVectors
  std::vector<u32> code;                      ///< at kCode
  std::vector<u64> entries;                   ///< addresses of the segments
};

// What registers are for.
inline constexpr unsigned kFreeRegisters = 32;    ///< 0..31: written at random
inline constexpr unsigned kWalkRegister = 32;     ///< 32, 33: a counter and its scattered bits, for branches
inline constexpr unsigned kIndexRegister = 36;    ///< 36..39: small numbers, some changed by programs
inline constexpr unsigned kBaseRegister = 40;     ///< 40..47: data addresses
inline constexpr unsigned kCodeRegister = 48;     ///< 48..51: code addresses
inline constexpr unsigned kCountRegister = 52;    ///< 52..55: loop counts
inline constexpr unsigned kHandlerRegister = 56;  ///< 56..61: of the handlers
inline constexpr unsigned kTlbRegister = 62;      ///< images of TLB entries

RandomProgram make_random_program(const RandomProgramOptions& options);

}  // namespace mppa::engine::fast
