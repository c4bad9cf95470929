// Runs golden vectors, one bundle at a time, on a KV3 core with a text region and the 512-byte data window of the
// format.
#pragma once

#include <memory>
#include <string>

#include "models/cluster/engine/core.h"
#include "sim/golden_vectors.h"

namespace mppa::sim {

struct VectorBenchConfig {
  engine::EngineKind engine = engine::EngineKind::kReference;
  timing::Level level = timing::Level::kPipeline;
};

/// What one vector did.
struct VectorOutcome {
  VectorState state;
  std::string trouble;  ///< why the bundle did not complete (exception, unmodelled instruction), or empty
};

class VectorBench {
 public:
  /// A core that can fetch the bundles `bundles`; `path` is for messages. Throws BadInput if their addresses overlap
  /// the data window or lie too far apart.
  VectorBench(const VectorBenchConfig& config, const std::vector<VectorBundle>& bundles, const std::string& path);
  ~VectorBench();

  /// Puts the words of `bundle` into memory; run() executes them until the next call.
  void load(const VectorBundle& bundle);

  /// Executes the loaded bundle once, from the state `before`.
  VectorOutcome run(const VectorState& before);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mppa::sim
