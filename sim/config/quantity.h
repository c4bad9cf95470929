// Values with units. A quantity is an exact integer number of its base unit, so that a configuration means the same
// on every host: "1.2 GHz" is 1200000000 Hz, "4 MiB" is 4194304 bytes, "10.5 ns" is 10500 ps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/types.h"

namespace mppa::config {

enum class Dimension : u8 {
  kNone,       ///< a plain integer; the suffixes k, M, G (powers of 1000) and Ki, Mi, Gi are accepted
  kTime,       ///< picoseconds; ps ns us ms s
  kFrequency,  ///< hertz; Hz kHz MHz GHz
  kSize,       ///< bytes; B kB MB GB TB KiB MiB GiB TiB
  kBandwidth,  ///< bytes per second; B/s kB/s ... TB/s, KiB/s ... GiB/s, bit/s kbit/s Mbit/s Gbit/s (also b/s, Gb/s)
  kCycles,     ///< clock cycles of the component's clock; cycle cycles
  kPower,      ///< microwatts; uW mW W kW
  kEnergy,     ///< femtojoules; fJ pJ nJ uJ mJ J
  kLength,     ///< millimetres; mm cm m km
  kRatio,      ///< parts per billion; a decimal number (0.01) or a percentage (1 %)
};

struct Unit {
  std::string_view name;
  i64 numerator;        ///< one of these is numerator/denominator base units
  i64 denominator = 1;  ///< only bit-based bandwidths need it
};

/// The units of a dimension, base unit first.
const std::vector<Unit>& units(Dimension dimension);

/// The dimension's name for messages: "time", "size", ...
std::string_view name(Dimension dimension);

/// Whether a bare number is enough (kNone, kRatio and kCycles), i.e. the unit may be left out.
bool unit_optional(Dimension dimension);

/// "a time such as '10 ns' (ps, ns, us, ms, s)": what was expected, for messages.
std::string expectation(Dimension dimension);

struct ParsedQuantity {
  std::optional<i64> value;  ///< in base units
  std::string problem;       ///< why there is none
};

/// Parses "<decimal>[e<exp>] <unit>"; the space is optional. The result must be a whole number of base units within
/// i64.
ParsedQuantity parse_quantity(std::string_view text, Dimension dimension);

/// The shortest exact spelling, e.g. 4194304 bytes -> "4 MiB".
std::string format_quantity(i64 value, Dimension dimension);

}  // namespace mppa::config
