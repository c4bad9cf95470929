// Where things are in the physical address space of the chip (memory map of Coolidge V1; register definitions and
// drivers that run on silicon).
#pragma once

#include "models/common/types.h"

namespace mppa::sim {

inline constexpr unsigned kClusters = 5;
inline constexpr unsigned kUarts = 6;
inline constexpr unsigned kItgens = 2;
inline constexpr unsigned kEthernets = 2;

inline constexpr u64 kEthernetBase = 0x1000'0000;
inline constexpr u64 kEthernetStride = 0x80'0000;  ///< the second base is not published
inline constexpr u64 kTraceTimestampBase = 0x1018'0000;
inline constexpr u64 kFtuBase = 0x1018'1000;
inline constexpr u64 kSimPortBase = 0x1018'2000;  ///< not on silicon: a hole of the published map
inline constexpr u64 kUartBase = 0x2021'0000;
inline constexpr u64 kUartStride = 0x1000;
inline constexpr u64 kItgenBase = 0x2700'0000;
inline constexpr u64 kItgenStride = 0x1'0000;
inline constexpr u64 kDdrBase = 0x1'0000'0000;

/// Inputs of ITGEN 0.
inline constexpr unsigned kUartInput = 41;  ///< + number of the UART

/// The generator that takes the PCIe subsystem's own interrupts (MPPA_PCIE_LINE_*).
inline constexpr unsigned kPcieItgen = 1;

}  // namespace mppa::sim
