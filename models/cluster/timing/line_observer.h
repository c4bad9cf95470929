// For whoever wants to know which lines the loads of a core find in its L1D.
#pragma once

#include "models/common/types.h"

namespace mppa::timing {

class LineObserver {
 public:
  virtual ~LineObserver() = default;
  /// A load of the bytes `first` to `last` (physical, within one line) that hits, or that has just filled the line.
  virtual void looked_up(u64 first, u64 last, bool hit) = 0;
};

}  // namespace mppa::timing
