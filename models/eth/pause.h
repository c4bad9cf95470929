// MAC control frames: PAUSE (IEEE 802.3 annex 31B) and priority flow control (annex 31D, 802.1Qbb).
#pragma once

#include <optional>

#include "models/eth/frame.h"

namespace mppa::eth {

inline constexpr unsigned kClasses = 8;
inline constexpr u16 kMacControlType = 0x8808;
inline constexpr unsigned kQuantumBits = 512;  ///< a pause quantum in bit times

struct PauseRequest {
  bool pfc = false;                    ///< per class; otherwise quanta[0] is for all traffic
  u8 classes = 0;                      ///< PFC: classes whose time is valid
  std::array<u16, kClasses> quanta{};  ///< 0: go on
};

/// The 60 bytes of a control frame from `source`.
std::vector<u8> make_pause(const PauseRequest& request, const MacAddress& source);
bool is_mac_control(const Frame& frame);
/// The request in a control frame; nothing for other opcodes.
std::optional<PauseRequest> parse_pause(const Frame& frame);

}  // namespace mppa::eth
