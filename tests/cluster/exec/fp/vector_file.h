// Reader of golden-vector files (format in tests/cluster/vectors/README.md), decoding nothing: the assembly text says
// what a bundle does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::test {

struct Vector {
  std::map<std::string, std::string> inputs;   // "r12" or "cs" -> hex text
  std::map<std::string, std::string> changes;  // also "m<offset>", "npc", "ra", ...
  std::string text;                            // the line, for messages

  u64 gpr_before(int n) const;
  u64 gpr_after(int n) const;
  u64 cs_before() const;
  u64 cs_after() const;
};

struct VectorBundle {
  std::vector<std::string> instructions;  // assembly text
  std::vector<Vector> vectors;
};

/// All bundles of an xz-compressed file; throws std::runtime_error with the file and line of what is wrong.
std::vector<VectorBundle> read_vector_file(const std::string& path);

}  // namespace mppa::test
