// Fixed-width names used throughout the simulator.
#pragma once

#include <array>
#include <cstdint>

namespace mppa {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using u128 = unsigned __int128;
using i128 = __int128;

/// A 256-bit value (register quadruple, TCA vector); w[0] holds bits 63:0.
struct u256 {
  std::array<u64, 4> w{};
  friend bool operator==(const u256&, const u256&) = default;
};

}  // namespace mppa
