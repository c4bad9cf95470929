// What a workload (host, NVMe-oF initiator) tells about its progress and its result. All times are simulated.
#pragma once

#include <string>

#include "models/common/histogram.h"
#include "models/common/types.h"

namespace mppa {

/// Figures of the measuring window, except for the error counts, which cover everything.
struct WorkloadResult {
  u64 ios = 0;
  u64 window_ps = 0;  ///< length of the window; 0: nothing was measured
  u64 read_bytes = 0;
  u64 write_bytes = 0;
  Histogram latency_ns;    ///< submission to completion
  u64 errors = 0;          ///< completions with an error status, and I/Os that never completed
  u64 verify_errors = 0;   ///< blocks whose contents were not what was written
  u64 verified_bytes = 0;  ///< bytes that were checked
};

enum class WorkloadPhase : u8 {
  kWaiting,  ///< the system boots, the workload has not begun
  kRamp,     ///< runs, not yet measured
  kMeasure,
  kVerify,  ///< measured; reads back what it has written
  kDone,
};

class WorkloadIf {
 public:
  virtual ~WorkloadIf() = default;
  /// Name in reports, unique in its component; empty: the component's own.
  virtual std::string name() const = 0;
  virtual WorkloadPhase phase() const = 0;
  /// How much of its work is done, the ramp included: 0 to 1; 0 if nobody can know.
  virtual double progress() const = 0;
  /// I/Os completed so far, the ramp included.
  virtual u64 ios_completed() const = 0;
  /// The figures so far; final in kDone.
  virtual WorkloadResult result() const = 0;
};

}  // namespace mppa
