#include "sim/run/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "sim/commands.h"
#include "sim/config/quantity.h"
#include "sim/run/run_directory.h"
#include "sim/stats/stat_tree.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

using Flat = std::map<std::string, Json>;

constexpr std::size_t kMaxLines = 40;
constexpr const char* kHost = "host";
constexpr double kPartsPerBillion = 1e-9;

/// The name of an element of a list.
std::string element_name(const Json& element, std::size_t index) {
  for (const char* key : {"path", "name"})
    if (element.is_object() && element.contains(key) && element[key].is_string()) return element[key];
  return fmt::format("[{}]", index);
}

void flatten(const std::string& path, const Json& json, Flat& out) {
  const auto below = [&path](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) flatten(below(name), value, out);
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) flatten(below(element_name(json[i], i)), json[i], out);
  } else {
    out[path] = json;
  }
}

double relative_difference(const Json& a, const Json& b) {
  if (!a.is_number() || !b.is_number()) return std::numeric_limits<double>::infinity();
  const double x = a, y = b;
  return std::abs(x - y) / std::max(std::abs(x), std::abs(y));
}

std::string text_of(const Json* value) {
  if (!value) return "-";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

/// What may be compared: everything but the host's figures.
Json load(const fs::path& path, const char* file) {
  const fs::path full = file ? path / file : path;
  Json json = Json::parse(read_text_file(full), nullptr, false);
  if (!json.is_object()) throw BadInput(full.string() + ": no JSON object");
  json.erase(kHost);
  return json;
}

}  // namespace

Tolerance parse_tolerance(const std::string& text) {
  const auto equals = text.rfind('=');
  const config::ParsedQuantity value = config::parse_quantity(
      equals == std::string::npos ? std::string_view{} : std::string_view(text).substr(equals + 1),
      config::Dimension::kRatio);
  if (!value.value || *value.value < 0)
    throw BadInput(fmt::format("--tolerance {}: expected path=1% or path=0.01", text));
  return {text.substr(0, equals), static_cast<double>(*value.value) * kPartsPerBillion};
}

std::vector<Difference> compare_json(const Json& a, const Json& b, const std::vector<Tolerance>& tolerances) {
  Flat left, right;
  flatten("", a, left);
  flatten("", b, right);
  std::map<std::string, std::pair<const Json*, const Json*>> both;
  for (const auto& [path, value] : left) both[path].first = &value;
  for (const auto& [path, value] : right) both[path].second = &value;

  std::vector<Difference> out;
  for (const auto& [path, values] : both) {
    const auto [x, y] = values;
    if (x && y && *x == *y) continue;
    Difference d{path, text_of(x), text_of(y), std::numeric_limits<double>::infinity(), false};
    if (x && y) d.relative = relative_difference(*x, *y);
    d.tolerated = std::any_of(tolerances.begin(), tolerances.end(), [&](const Tolerance& t) {
      return d.relative <= t.relative && matches(t.pattern, d.path);
    });
    out.push_back(std::move(d));
  }
  std::sort(out.begin(), out.end(), [](const Difference& p, const Difference& q) {
    return p.relative != q.relative ? p.relative > q.relative : p.path < q.path;
  });
  return out;
}

std::vector<Difference> compare_runs(const fs::path& a, const fs::path& b, const std::vector<Tolerance>& tolerances) {
  for (const fs::path& path : {a, b})
    if (!fs::exists(path)) throw BadInput(path.string() + ": does not exist");
  if (!fs::is_directory(a) || !fs::is_directory(b)) return compare_json(load(a, nullptr), load(b, nullptr), tolerances);
  Json left = load(a, kReportFile), right = load(b, kReportFile);
  left["stats"] = load(a, kStatsFile);
  right["stats"] = load(b, kStatsFile);
  return compare_json(left, right, tolerances);
}

std::string difference_table(const std::vector<Difference>& differences) {
  std::string out;
  for (std::size_t i = 0; i < std::min(differences.size(), kMaxLines); ++i) {
    const Difference& d = differences[i];
    const std::string relative = std::isinf(d.relative) ? "" : fmt::format("{:.3g} %", 100 * d.relative);
    out += fmt::format("{:>10}  {:<50} {} -> {}{}\n", relative, d.path, d.a, d.b, d.tolerated ? "  (tolerated)" : "");
  }
  if (differences.size() > kMaxLines) out += fmt::format("... and {} more\n", differences.size() - kMaxLines);
  return out;
}

}  // namespace mppa::sim
