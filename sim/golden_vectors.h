// Golden-vector files: one bundle of instructions, a machine state before it, and everything that it changes.
//
//   I <pc> <word>,<word>,... ; <assembly>     one bundle, for the V lines after it
//   V <inputs> | <changes>                    inputs rN= cs=; changes rN= cs= npc= ra= ls= le= lc= m<offset>=<bytes>
//
// All numbers are hexadecimal except the decimal memory offset. Lines that start with '#' are comments.
// tests/cluster/vectors/README.md documents the format and the state outside the inputs.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::sim {

inline constexpr u64 kVectorMemoryBase = 0x300000;
inline constexpr unsigned kVectorMemorySize = 512;

/// The state that vectors set and check. PS, MMU and the rest of the core stay as the format fixes them.
struct VectorState {
  std::array<u64, 64> gpr{};
  u64 cs = 0;
  u64 npc = 0;  ///< address of the next bundle (before execution: of the bundle itself)
  u64 ra = 0;
  u64 ls = 0;
  u64 le = 0;
  u64 lc = 0;
  std::array<u8, kVectorMemorySize> memory{};

  friend bool operator==(const VectorState&, const VectorState&) = default;
};

struct Vector {
  unsigned line = 0;  ///< line of the file, from 1
  VectorState before;
  VectorState after;
};

struct VectorBundle {
  unsigned line = 0;
  u64 pc = 0;
  std::vector<u32> words;
  std::string assembly;
  std::vector<Vector> vectors;
};

/// The text of a file, unpacked if its name ends in ".xz". Throws BadInput.
std::string read_vector_text(const std::string& path);

/// All bundles of a golden-vector text; `path` is for messages. Throws BadInput with path, line and reason.
std::vector<VectorBundle> parse_vectors(const std::string& text, const std::string& path);

/// Both of the above.
std::vector<VectorBundle> read_vectors(const std::string& path);

/// The parts of `expected` and `got` that differ, each in the notation of the format ("r5=1f npc=100508"), in pairs
/// "what expected / got"; empty if the states are equal.
struct VectorDifference {
  std::string expected;
  std::string got;
};
VectorDifference difference(const VectorState& expected, const VectorState& got);

}  // namespace mppa::sim
