// The wheel of the RDMA NoC: hub C0, rim C1-C2-C3-C4, Ethernet 0 linked to all clusters and Ethernet 1 to the rim. Port
// numbers and routes are those of the published route table (Linux Ethernet driver; SoC digest interconnect.md 2).
#pragma once

#include <array>
#include <string_view>

#include "models/common/types.h"

namespace mppa::noc {

enum Node : u8 { kC0, kC1, kC2, kC3, kC4, kEth0, kEth1 };
inline constexpr unsigned kNodes = 7;
inline constexpr unsigned kPorts = 6;      ///< output ports 0..5 of a router
inline constexpr unsigned kLocalPort = 8;  ///< route nibble: deliver to this node
inline constexpr u8 kNoNode = 0xFF;
inline constexpr std::array<std::string_view, kNodes> kNodeNames = {"c0", "c1", "c2", "c3", "c4", "eth0", "eth1"};

/// kPortTable[node][port]: the neighbour behind an output port, or kNoNode.
inline constexpr std::array<std::array<u8, kPorts>, kNodes> kPortTable = {{
    {kNoNode, kEth0, kC1, kC2, kC3, kC4},
    {kNoNode, kEth0, kEth1, kC0, kC2, kC4},
    {kNoNode, kEth0, kEth1, kC0, kC3, kC1},
    {kNoNode, kEth0, kEth1, kC0, kC4, kC2},
    {kNoNode, kEth0, kEth1, kC0, kC1, kC3},
    {kC0, kC1, kC2, kC3, kC4, kNoNode},
    {kNoNode, kC1, kC2, kC3, kC4, kNoNode},
}};

/// kRoutes[from][to]: the published route words.
inline constexpr std::array<std::array<u64, kNodes>, kNodes> kRoutes = {{
    {0x8, 0x82, 0x83, 0x84, 0x85, 0x81, 0x825},
    {0x83, 0x8, 0x84, 0x843, 0x85, 0x81, 0x82},
    {0x83, 0x85, 0x8, 0x84, 0x853, 0x81, 0x82},
    {0x83, 0x823, 0x85, 0x8, 0x84, 0x81, 0x82},
    {0x83, 0x84, 0x833, 0x85, 0x8, 0x81, 0x82},
    {0x80, 0x81, 0x82, 0x83, 0x84, 0x810, 0x821},
    {0x831, 0x81, 0x82, 0x83, 0x84, 0x811, 0x821},
}};

}  // namespace mppa::noc
