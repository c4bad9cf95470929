// The MAC's 64-bit statistics, in the order of the hardware's registers (SoC digest ethernet.md section 8).
#pragma once

#include <array>
#include <string_view>

#include "models/common/types.h"

namespace mppa::eth {

enum class RxCount : u8 {
  kOctets,
  kOctetsOk,
  kAlignmentErrors,
  kPause,
  kTooLong,
  kInRangeLengthErrors,
  kFramesOk,
  kFcsErrors,
  kVlanOk,
  kErrors,
  kUnicast,
  kMulticast,
  kBroadcast,
  kDropEvents,
  kPackets,
  kUndersize,
  k64,
  k65To127,
  k128To255,
  k256To511,
  k512To1023,
  k1024To1518,
  k1519ToMax,
  kOversize,
  kJabber,
  kFragments,
  kPfc0,
  kMacControl = kPfc0 + 8,
  kCount
};

enum class TxCount : u8 {
  kOctets,
  kOctetsOk,
  kPause,
  kFramesOk,
  kVlanOk,
  kErrors,
  kUnicast,
  kMulticast,
  kBroadcast,
  k64,
  k65To127,
  k128To255,
  k256To511,
  k512To1023,
  k1024To1518,
  k1519ToMax,
  kPfc0,
  kMacControl = kPfc0 + 8,
  kCount
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(RxCount::kCount)> kRxCountNames = {
    "octets",         "octets_ok",     "alignment_errors",
    "pause",          "too_long",      "in_range_length_errors",
    "frames_ok",      "fcs_errors",    "vlan_ok",
    "errors",         "unicast",       "multicast",
    "broadcast",      "drop_events",   "packets",
    "undersize",      "size_64",       "size_65_127",
    "size_128_255",   "size_256_511",  "size_512_1023",
    "size_1024_1518", "size_1519_max", "oversize",
    "jabber",         "fragments",     "pfc0",
    "pfc1",           "pfc2",          "pfc3",
    "pfc4",           "pfc5",          "pfc6",
    "pfc7",           "mac_control"};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(TxCount::kCount)> kTxCountNames = {
    "octets",         "octets_ok",     "pause",   "frames_ok",   "vlan_ok",      "errors",       "unicast",
    "multicast",      "broadcast",     "size_64", "size_65_127", "size_128_255", "size_256_511", "size_512_1023",
    "size_1024_1518", "size_1519_max", "pfc0",    "pfc1",        "pfc2",         "pfc3",         "pfc4",
    "pfc5",           "pfc6",          "pfc7",    "mac_control"};

/// Counters indexed by RxCount or TxCount.
template <class Which>
class MacCounters {
 public:
  void add(Which which, u64 by = 1) { values_[static_cast<std::size_t>(which)] += by; }
  void add_at(Which first, unsigned offset) { ++values_[static_cast<std::size_t>(first) + offset]; }
  u64 operator[](Which which) const { return values_[static_cast<std::size_t>(which)]; }
  u64 word(unsigned index) const { return values_[index]; }

 private:
  std::array<u64, static_cast<std::size_t>(Which::kCount)> values_{};
};

}  // namespace mppa::eth
