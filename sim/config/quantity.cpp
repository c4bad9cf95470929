#include "sim/config/quantity.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <limits>

namespace mppa::config {
namespace {

constexpr i64 kKilo = 1000, kMega = kKilo * 1000, kGiga = kMega * 1000, kTera = kGiga * 1000, kPeta = kTera * 1000;
constexpr i64 kKibi = 1024, kMebi = kKibi * 1024, kGibi = kMebi * 1024, kTebi = kGibi * 1024;

struct DimensionInfo {
  std::string_view name;
  std::string_view example;
  std::vector<Unit> units;
};

const DimensionInfo& dimension_info(Dimension dimension) {
  static const std::vector<DimensionInfo> table = {
      {"number", "8", {{"", 1}, {"k", kKilo}, {"M", kMega}, {"G", kGiga}, {"Ki", kKibi}, {"Mi", kMebi}, {"Gi", kGibi}}},
      {"time", "10 ns", {{"ps", 1}, {"ns", kKilo}, {"us", kMega}, {"ms", kGiga}, {"s", kTera}}},
      {"frequency", "1.2 GHz", {{"Hz", 1}, {"kHz", kKilo}, {"MHz", kMega}, {"GHz", kGiga}}},
      {"size",
       "4 MiB",
       {{"B", 1},
        {"kB", kKilo},
        {"MB", kMega},
        {"GB", kGiga},
        {"TB", kTera},
        {"KiB", kKibi},
        {"MiB", kMebi},
        {"GiB", kGibi},
        {"TiB", kTebi}}},
      {"bandwidth",
       "25.6 GB/s",
       {{"B/s", 1},
        {"kB/s", kKilo},
        {"MB/s", kMega},
        {"GB/s", kGiga},
        {"TB/s", kTera},
        {"KiB/s", kKibi},
        {"MiB/s", kMebi},
        {"GiB/s", kGibi},
        {"bit/s", 1, 8},
        {"kbit/s", kKilo, 8},
        {"Mbit/s", kMega, 8},
        {"Gbit/s", kGiga, 8}}},
      {"number of cycles", "10 cycles", {{"cycles", 1}, {"cycle", 1}, {"", 1}}},
      {"power", "30 W", {{"uW", 1}, {"mW", kKilo}, {"W", kMega}, {"kW", kGiga}}},
      {"energy", "12 pJ", {{"fJ", 1}, {"pJ", kKilo}, {"nJ", kMega}, {"uJ", kGiga}, {"mJ", kTera}, {"J", kPeta}}},
      {"length", "3 m", {{"mm", 1}, {"cm", 10}, {"m", kKilo}, {"km", kMega}}},
      {"ratio", "1 %", {{"", kGiga}, {"%", kGiga / 100}, {"ppm", kKilo}, {"ppb", 1}}},
  };
  return table[static_cast<std::size_t>(dimension)];
}

struct Decimal {
  i128 digits = 0;
  int exponent = 0;  ///< value = digits * 10^exponent
};

constexpr i128 kDigitsLimit = static_cast<i128>(1) << 100;

/// Reads a decimal number at the front of `text`; false if there is none or it is absurdly long.
bool take_decimal(std::string_view& text, Decimal& out) {
  std::size_t i = 0;
  const auto digit = [&] { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  const bool negative = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  bool any = false;
  for (bool fraction = false;; ++i) {
    if (digit()) {
      any = true;
      out.digits = out.digits * 10 + (text[i] - '0');
      if (fraction) --out.exponent;
      if (out.digits > kDigitsLimit) return false;
    } else if (i < text.size() && text[i] == '.' && !fraction) {
      fraction = true;
    } else if (i < text.size() && text[i] == '_' && any) {
      continue;  // 1_000_000
    } else {
      break;
    }
  }
  if (!any) return false;
  if (i + 1 < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::size_t j = i + 1;
    const bool minus = text[j] == '-';
    if (text[j] == '-' || text[j] == '+') ++j;
    int exponent = 0;
    const std::size_t first = j;
    for (; j < text.size() && text[j] >= '0' && text[j] <= '9' && exponent < 1000; ++j)
      exponent = exponent * 10 + (text[j] - '0');
    if (j > first) {
      out.exponent += minus ? -exponent : exponent;
      i = j;
    }
  }
  if (negative) out.digits = -out.digits;
  text.remove_prefix(i);
  return true;
}

/// digits * 10^exponent * numerator / denominator if that is a whole number of i64 range.
std::optional<i64> scale(Decimal d, const Unit& unit) {
  i128 value = d.digits;
  const auto times = [&](i64 factor) {
    const i128 limit = std::numeric_limits<i128>::max() / factor;
    if (value > limit || value < -limit) return false;
    value *= factor;
    return true;
  };
  if (!times(unit.numerator)) return std::nullopt;
  i128 divisor = unit.denominator;
  for (; d.exponent > 0; --d.exponent)
    if (!times(10)) return std::nullopt;
  for (; d.exponent < 0 && value != 0; ++d.exponent) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (value % divisor != 0) return std::nullopt;
  value /= divisor;
  if (value > std::numeric_limits<i64>::max() || value < std::numeric_limits<i64>::min()) return std::nullopt;
  return static_cast<i64>(value);
}

std::optional<i64> parse_hex(std::string_view text) {
  if (text.size() < 3 || text.size() > 18 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return std::nullopt;
  u64 value = 0;
  for (const char c : text.substr(2)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<u64>(digit);
  }
  if (value > static_cast<u64>(std::numeric_limits<i64>::max())) return std::nullopt;
  return static_cast<i64>(value);
}

}  // namespace

const std::vector<Unit>& units(Dimension dimension) { return dimension_info(dimension).units; }

std::string_view name(Dimension dimension) { return dimension_info(dimension).name; }

bool unit_optional(Dimension dimension) {
  return dimension == Dimension::kNone || dimension == Dimension::kRatio || dimension == Dimension::kCycles;
}

std::string expectation(Dimension dimension) {
  const DimensionInfo& info = dimension_info(dimension);
  std::vector<std::string_view> names;
  for (const Unit& u : info.units)
    if (!u.name.empty()) names.push_back(u.name);
  return fmt::format("a {} such as '{}' ({})", info.name, info.example, fmt::join(names, ", "));
}

ParsedQuantity parse_quantity(std::string_view text, Dimension dimension) {
  if (dimension == Dimension::kNone || dimension == Dimension::kSize)
    if (const auto hex = parse_hex(text)) return {hex, {}};
  std::string_view rest = text;
  Decimal decimal;
  if (!take_decimal(rest, decimal)) return {std::nullopt, "expected " + expectation(dimension)};
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  for (const Unit& unit : units(dimension)) {
    if (unit.name != rest) continue;
    if (const auto value = scale(decimal, unit)) return {value, {}};
    const std::string base(units(dimension).front().name);
    return {std::nullopt, base.empty() ? "must be a whole number of at most 63 bits"
                                       : fmt::format("must be a whole number of {} of at most 63 bits", base)};
  }
  if (rest.empty() && decimal.digits == 0) return {0, {}};  // zero needs no unit
  return {std::nullopt, rest.empty() ? fmt::format("needs a unit: expected {}", expectation(dimension))
                                     : fmt::format("unknown unit '{}': expected {}", rest, expectation(dimension))};
}

std::string format_quantity(i64 value, Dimension dimension) {
  std::string best;
  if (dimension == Dimension::kRatio) {
    best = fmt::format("{}.{:09}", value / kGiga, value % kGiga);
    while (best.back() == '0') best.pop_back();
    if (best.back() == '.') best.pop_back();
    return best;
  }
  for (const Unit& unit : units(dimension)) {
    if (unit.denominator != 1 || unit.name == "cycle") continue;
    if (value % unit.numerator != 0 && unit.numerator != 1) {
      // One or two decimals are readable too: 1.2 GHz, 25.6 GB/s (decimal units only).
      const bool decimal_unit = unit.numerator % 1000 == 0;
      if (!decimal_unit || value % (unit.numerator / 100) != 0 || value < unit.numerator) continue;
    }
    const i64 whole = value / unit.numerator;
    const i64 hundredths = unit.numerator >= 100 ? value % unit.numerator / (unit.numerator / 100) : 0;
    std::string number = fmt::format("{}", whole);
    if (hundredths != 0)
      number += hundredths % 10 == 0 ? fmt::format(".{}", hundredths / 10) : fmt::format(".{:02}", hundredths);
    std::string candidate = unit.name.empty() ? number : fmt::format("{} {}", number, unit.name);
    if (best.empty() || (value != 0 && candidate.size() < best.size())) best = std::move(candidate);
  }
  return best;
}

}  // namespace mppa::config
