// What the parts of an Ethernet controller share: parameters, registers, time.
#pragma once

#include <fmt/core.h>

#include <functional>

#include "models/common/clock.h"
#include "models/common/register_file.h"
#include "models/eth/mac.h"
#include "mppa/eth_regs.h"

namespace mppa::eth {

/// Apart from the sizes of RX buffer and tables nothing of this is published.
struct ControllerParams {
  unsigned index = 0;                ///< 0 or 1: which of the two, and its node of the RDMA NoC
  u64 noc_clock_hz = 1'200'000'000;  ///< of the NoC interface; as the NoC
  u64 register_latency_ps = 20'000;  ///< of a register access
  u64 rx_latency_ps = 100'000;       ///< from the last byte out of the MAC to the first NoC packet: parsers, tables
  u64 tx_latency_ps = 100'000;       ///< from the end of a frame in a TX FIFO to the MAC: checksum
  u64 tx_fifo_bytes = 64 * 1024;     ///< of each TX FIFO (ethernet.md section 10)
  bool model_tictoc = true;          ///< in 40G and 100G mode parser halves 0..15 and 16..31 take turns (V1 erratum)
  MacParams mac{};                   ///< of every lane
};

struct Services {
  RegisterFile& regs;
  const ControllerParams& params;

  /// A 32-bit register per lane, at MPPA_ETH_LB + `offset`.
  Register& lane_register(const std::string& name, u64 offset, u64 stride, RegAccess access, u64 mask = ~u64{0}) {
    return regs.add_array(name, MPPA_ETH_LB + offset, 4, access, MPPA_ETH_LANES, stride).mask(mask);
  }
};

inline void increment(Register& counter, unsigned index = 0) {
  counter.set((counter.get(index) + 1) & 0xFFFFFFFF, index);
}

}  // namespace mppa::eth
