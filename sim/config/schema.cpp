#include "sim/config/schema.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace mppa::config {
namespace {

i64 literal(const std::string& text, Dimension dimension, const std::string& where) {
  const ParsedQuantity q = parse_quantity(text, dimension);
  if (!q.value) throw std::logic_error(fmt::format("schema: {}: '{}' {}", where, text, q.problem));
  return *q.value;
}

std::string type_text(const Param& p) {
  switch (p.type) {
    case ParamType::kBool:
      return "bool";
    case ParamType::kQuantity:
      return std::string(name(p.dimension));
    case ParamType::kString:
      return "text";
    case ParamType::kChoice:
      return fmt::format("{}", fmt::join(p.choices, " | "));
    case ParamType::kFile:
      return "file";
    case ParamType::kStringList:
      return "list of text";
  }
  return {};
}

std::string range_text(const Param& p) {
  if (p.type != ParamType::kQuantity) return {};
  std::string out;
  if (p.min && p.max)
    out = fmt::format("{} .. {}", format_quantity(*p.min, p.dimension), format_quantity(*p.max, p.dimension));
  if (p.power_of_two) out += out.empty() ? "power of two" : ", power of two";
  return out;
}

std::string count_suffix(unsigned count) { return count > 1 ? fmt::format("[0..{}]", count - 1) : std::string{}; }

}  // namespace

Param flag(std::string name, bool default_value, std::string doc, std::string source) {
  Param p;
  p.name = std::move(name);
  p.type = ParamType::kBool;
  p.default_text = default_value ? "true" : "false";
  p.doc = std::move(doc);
  p.source = std::move(source);
  return p;
}

Param quantity(std::string name, Dimension dimension, std::string default_text, const std::string& min,
               const std::string& max, std::string doc, std::string source) {
  Param p;
  p.type = ParamType::kQuantity;
  p.dimension = dimension;
  p.min = literal(min, dimension, name);
  p.max = literal(max, dimension, name);
  p.default_text = std::move(default_text);
  p.doc = std::move(doc);
  p.source = std::move(source);
  p.name = std::move(name);
  return p;
}

Param choice(std::string name, std::vector<std::string> choices, std::string default_text, std::string doc,
             std::string source) {
  Param p;
  p.name = std::move(name);
  p.type = ParamType::kChoice;
  p.choices = std::move(choices);
  p.default_text = std::move(default_text);
  p.doc = std::move(doc);
  p.source = std::move(source);
  return p;
}

Param text(std::string name, std::optional<std::string> default_text, std::string doc) {
  Param p;
  p.name = std::move(name);
  p.type = ParamType::kString;
  p.default_text = std::move(default_text);
  p.doc = std::move(doc);
  return p;
}

Param text_list(std::string name, std::string doc) {
  Param p;
  p.name = std::move(name);
  p.type = ParamType::kStringList;
  p.default_text = "[]";
  p.doc = std::move(doc);
  return p;
}

Param file(std::string name, std::optional<std::string> default_text, std::string doc) {
  Param p;
  p.name = std::move(name);
  p.type = ParamType::kFile;
  p.default_text = std::move(default_text);
  p.doc = std::move(doc);
  return p;
}

const Param* ComponentType::param(const std::string& param_name) const {
  const auto it = std::find_if(params.begin(), params.end(), [&](const Param& p) { return p.name == param_name; });
  return it == params.end() ? nullptr : &*it;
}

const Part* ComponentType::part(const std::string& part_name) const {
  const auto it = std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.name == part_name; });
  return it == parts.end() ? nullptr : &*it;
}

const Port* ComponentType::port(const std::string& port_name) const {
  const auto it = std::find_if(ports.begin(), ports.end(), [&](const Port& p) { return p.name == port_name; });
  return it == ports.end() ? nullptr : &*it;
}

void Schema::add(ComponentType type) {
  for (const Param& p : type.params) {
    const std::string where = type.name + "." + p.name;
    if (p.type != ParamType::kQuantity || !p.default_text) continue;
    const i64 value = literal(*p.default_text, p.dimension, where);
    if ((p.min && value < *p.min) || (p.max && value > *p.max))
      throw std::logic_error("schema: default of " + where + " is out of its range");
  }
  for (const Part& part : type.parts)
    if (!find(part.type)) throw std::logic_error("schema: " + type.name + ": unknown part type " + part.type);
  const std::string key = type.name;
  if (!types_.emplace(key, std::move(type)).second) throw std::logic_error("schema: two types named " + key);
}

const ComponentType* Schema::find(const std::string& type_name) const {
  const auto it = types_.find(type_name);
  return it == types_.end() ? nullptr : &it->second;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> out;
  for (const auto& [type_name, type] : types_) out.push_back(type_name);
  return out;
}

std::string Schema::describe(const ComponentType& type) const {
  std::string out = fmt::format("{} - {}\n", type.name, type.doc);
  if (!type.params.empty()) out += "\nparameters\n";
  for (const Param& p : type.params) {
    const std::string range = range_text(p);
    out += fmt::format("  {:<24} {}{}{}\n", p.name, type_text(p),
                       p.default_text ? fmt::format(", default {}", *p.default_text) : std::string(", required"),
                       range.empty() ? std::string{} : fmt::format(", {}", range));
    out += fmt::format("  {:<24} {}{}\n", "", p.doc, p.source.empty() ? "" : fmt::format(" [{}]", p.source));
  }
  if (!type.parts.empty()) out += "\nparts\n";
  for (const Part& part : type.parts)
    out += fmt::format("  {:<24} {}\n", part.name + count_suffix(part.count), part.type);
  if (!type.ports.empty()) out += "\nports\n";
  for (const Port& port : type.ports)
    out += fmt::format("  {:<24} {}{} - {}\n", port.name + count_suffix(port.count), port.protocol,
                       port.required ? ", must be linked" : "", port.doc);
  return out;
}

std::string Schema::reference_page() const {
  std::string out = "# Configuration reference\n\nGenerated by `mppasim describe --markdown`; do not edit.\n";
  for (const auto& [type_name, type] : types_) {
    out += fmt::format("\n## {}\n\n{}\n", type_name, type.doc);
    if (!type.params.empty()) {
      out += "\n| parameter | type | default | range | meaning | source |\n|---|---|---|---|---|---|\n";
      for (const Param& p : type.params) {
        std::string kind = type_text(p);
        for (std::size_t i = 0; (i = kind.find('|', i)) != std::string::npos; i += 2) kind.insert(i, "\\");
        out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", p.name, kind,
                           p.default_text ? fmt::format("`{}`", *p.default_text) : std::string("required"),
                           range_text(p), p.doc, p.source);
      }
    }
    if (!type.parts.empty()) out += "\n";
    for (const Part& part : type.parts)
      out += fmt::format("- part `{}`: [{}](#{})\n", part.name + count_suffix(part.count), part.type, part.type);
    if (!type.ports.empty()) out += "\n";
    for (const Port& port : type.ports)
      out += fmt::format("- port `{}` ({}{}): {}\n", port.name + count_suffix(port.count), port.protocol,
                         port.required ? ", must be linked" : "", port.doc);
  }
  return out;
}

namespace {

/// "${card.clock}": may stand for any value.
const nlohmann::ordered_json kReference = {{"type", "string"}, {"pattern", "^\\$\\{.*\\}$"}};

/// Numbers with a unit: before the point not more digits than the largest value has in that unit. Spellings with an
/// exponent or '_' are left to `mppasim validate`, as is the exact range.
std::string quantity_pattern(const Param& p) {
  std::vector<std::string> forms;
  std::vector<std::string_view> names;
  for (const Unit& u : units(p.dimension)) {
    const double largest =
        static_cast<double>(*p.max) * static_cast<double>(u.denominator) / static_cast<double>(u.numerator);
    const std::size_t digits = fmt::format("{:.0f}", std::floor(largest)).size();
    forms.push_back(fmt::format("[0-9]{{0,{}}}(\\.[0-9]*)? ?{}", digits, u.name));
    names.push_back(u.name);
  }
  const char* sign = *p.min < 0 ? "-?" : "";
  return fmt::format("^({}(?=\\.?[0-9])({})|[0-9][0-9._]*[_eE][-+0-9._eE]* ?({})|\\$\\{{.*\\}})$", sign,
                     fmt::join(forms, "|"), fmt::join(names, "|"));
}

void add_quantity(nlohmann::ordered_json& j, const Param& p) {
  j["type"] = "string";
  if (p.dimension != Dimension::kNone) j["pattern"] = quantity_pattern(p);
  if (!unit_optional(p.dimension)) return;
  j["type"] = {"string", "number"};
  const i64 one = p.dimension == Dimension::kRatio ? 1'000'000'000 : 1;  // what a number without unit counts
  j["minimum"] = static_cast<double>(*p.min) / static_cast<double>(one);
  j["maximum"] = static_cast<double>(*p.max) / static_cast<double>(one);
}

/// What the parameter means, its range and its source.
std::string description(const Param& p) {
  std::string out = p.doc;
  if (const std::string range = range_text(p); !range.empty()) out += fmt::format(" Range: {}.", range);
  return p.source.empty() ? out : fmt::format("{} [{}]", out, p.source);
}

nlohmann::ordered_json param_schema(const Param& p) {
  nlohmann::ordered_json j;
  j["description"] = description(p);
  switch (p.type) {
    case ParamType::kBool:
      j["anyOf"] = {{{"type", "boolean"}}, kReference};
      break;
    case ParamType::kQuantity:
      add_quantity(j, p);
      break;
    case ParamType::kChoice:
      j["anyOf"] = {{{"enum", p.choices}}, kReference};
      break;
    case ParamType::kString:
    case ParamType::kFile:
      j["type"] = "string";
      break;
    case ParamType::kStringList:
      j["type"] = "array";
      j["items"] = {{"type", "string"}};
      break;
  }
  if (p.default_text) {
    if (p.type == ParamType::kBool) {
      j["default"] = *p.default_text == "true";
    } else if (p.type == ParamType::kStringList) {
      j["default"] = nlohmann::ordered_json::array();
    } else {
      j["default"] = *p.default_text;
    }
  }
  return j;
}

/// Nothing is required: an included file may give it.
nlohmann::ordered_json component_schema(const ComponentType& type) {
  nlohmann::ordered_json j;
  j["type"] = "object";
  j["description"] = type.doc;
  j["additionalProperties"] = false;
  auto& properties = j["properties"] = nlohmann::ordered_json::object();
  properties["type"] = {{"const", type.name}};
  for (const Param& p : type.params) properties[p.name] = param_schema(p);
  auto patterns = nlohmann::ordered_json::object();
  for (const Part& part : type.parts) {
    const nlohmann::ordered_json ref = {{"$ref", "#/$defs/" + part.type}};
    if (part.count > 1) {
      patterns[fmt::format("^{}\\[[0-9]+(\\.\\.[0-9]+)?\\]$", part.name)] = ref;
    } else {
      properties[part.name] = ref;
    }
  }
  if (!patterns.empty()) j["patternProperties"] = patterns;
  return j;
}

}  // namespace

std::string Schema::json_schema() const {
  nlohmann::ordered_json root;
  root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  root["title"] = "mppasim configuration";
  root["type"] = "object";
  root["additionalProperties"] = false;
  // A component of a known type, or, if an included file says its type, of any.
  auto by_type = nlohmann::ordered_json::array(), any_type = by_type, names = by_type;
  auto& defs = root["$defs"] = nlohmann::ordered_json::object();
  for (const auto& [type_name, type] : types_) {
    defs[type_name] = component_schema(type);
    if (!type.top_level) continue;
    const nlohmann::ordered_json ref = {{"$ref", "#/$defs/" + type_name}};
    const nlohmann::ordered_json is_type = {{"properties", {{"type", {{"const", type_name}}}}}, {"required", {"type"}}};
    by_type.push_back({{"if", is_type}, {"then", ref}});
    any_type.push_back(ref);
    names.push_back(type_name);
  }
  const nlohmann::ordered_json string = {{"type", "string"}};
  const nlohmann::ordered_json strings = {{"type", "array"}, {"items", string}};
  auto& p = root["properties"] = nlohmann::ordered_json::object();
  p["system"] = {{"type", "string"}, {"description", "Name of the machine; stands in reports."}};
  p["description"] = {{"type", "string"}, {"description", "One sentence about the machine."}};
  p["include"] = {{"description", "Files merged below this one."}, {"anyOf", {string, strings}}};
  p["presets"] = {{"type", "object"}, {"description", "Named overrides of the document, switched on by `use`."}};
  p["use"] = {{"description", "Presets to apply, in order."}, {"anyOf", {string, strings}}};
  if (find(kSimulationType))
    p[kSimulationType] = {{"$ref", std::string("#/$defs/") + kSimulationType}, {"description", "How to run it."}};
  by_type.push_back({{"if", {{"not", {{"required", {"type"}}}}}}, {"then", {{"anyOf", any_type}}}});
  const nlohmann::ordered_json component = {
      {"type", "object"}, {"properties", {{"type", {{"enum", names}}}}}, {"allOf", by_type}};
  p["components"] = {{"type", "object"}, {"additionalProperties", component}};
  p["links"] = {{"type", "array"}, {"items", string}, {"description", "Pairs of ports: 'a.port -- b.port'."}};
  return root.dump(2) + "\n";
}

}  // namespace mppa::config
