#include "sim/system/chip_power.h"

namespace mppa::sim {

double average_chip_power(const ChipPowerParams& params, u64 clock_hz, const StatNode& chip) {
  double busy_cores = 0, busy_channels = 0;
  chip.walk([&](const std::string&, const StatNode& node) {
    for (const StatValue& v : node.values) {
      if (v.kind != StatKind::kUtilization) continue;
      if (v.doc == "core") busy_cores += v.number();
      if (v.doc == "ddr") busy_channels += v.number();
    }
  });
  const double core_w = static_cast<double>(params.core_uw_per_ghz) * static_cast<double>(clock_hz) * 1e-15;
  return static_cast<double>(params.static_uw) * 1e-6 + busy_cores * core_w +
         busy_channels * static_cast<double>(params.ddr_channel_uw) * 1e-6;
}

}  // namespace mppa::sim
