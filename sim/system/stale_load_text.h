// What the coherence check has found, for people: who loads, from where, who wrote.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/cluster/coherence/stale_loads.h"
#include "sim/code_map.h"
#include "sim/system/firmware_manifest.h"

namespace mppa::sim {

class StaleLoadText {
 public:
  /// Reads the programs of `images`. Throws BadInput.
  explicit StaleLoadText(const std::vector<FirmwareImage>& images);

  std::string line(const cluster::StaleLoad& load) const;

 private:
  std::string place(unsigned cluster, u64 pc) const;
  std::string writer(const Writer& writer) const;

  std::map<std::string, CodeMap> programs_;  ///< by file
  std::map<unsigned, const CodeMap*> of_cluster_;
};

}  // namespace mppa::sim
