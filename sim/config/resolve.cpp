// Checks a document against the schema and turns it into a SystemConfig.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "sim/config/document.h"
#include "sim/config/system_config.h"

namespace mppa::config {
namespace {

class Resolver {
 public:
  Resolver(const Schema& schema, const std::vector<std::string>& search, Diagnostics& diagnostics)
      : schema_(schema), search_(search), diagnostics_(diagnostics) {}

  SystemConfig resolve(const Node& document) {
    SystemConfig config;
    const ComponentType* simulation = schema_.find(kSimulationType);
    if (simulation) {
      const Node* given = document.find(kSimulationType);
      config.simulation = component(given ? *given : Node{}, document.pos, kSimulationType, *simulation);
    }
    for (const Entry& e : document.entries) {
      if (e.key == "system") {
        config.name = scalar(e.value, e.key);
      } else if (e.key == "description") {
        config.description = scalar(e.value, e.key);
      } else if (e.key == "components") {
        components(e.value, config);
      } else if (e.key != "links" && (e.key != kSimulationType || !simulation)) {
        unknown(e, "", {"system", "description", "include", "presets", "use", kSimulationType, "components", "links"});
      }
    }
    if (config.components.empty() && diagnostics_.ok())
      diagnostics_.error(document.pos, "components", "a configuration needs at least one component");
    if (const Node* list = document.find("links")) links(*list, config);
    required_ports(config);
    return config;
  }

 private:
  void unknown(const Entry& e, const std::string& path, const std::vector<std::string>& known) {
    std::string hint = did_you_mean(e.key, known);
    if (hint.empty() && !known.empty()) hint = fmt::format("known here: {}", fmt::join(known, ", "));
    diagnostics_.error(e.key_pos, path, fmt::format("unknown key '{}'", e.key), hint);
  }

  std::string scalar(const Node& node, const std::string& path) {
    if (node.is_scalar()) return node.scalar;
    diagnostics_.error(node.pos, path, fmt::format("expected text, not {}", node.describe()));
    return {};
  }

  void components(const Node& node, SystemConfig& config) {
    if (!node.is_map()) {
      diagnostics_.error(node.pos, "components", fmt::format("expected a map of components, not {}", node.describe()));
      return;
    }
    for (const Entry& e : node.entries) {
      const Node* type_node = e.value.find("type");
      if (!type_node || !type_node->is_scalar()) {
        diagnostics_.error(e.key_pos, e.key, "a component needs a `type`", known_types());
        continue;
      }
      const ComponentType* type = schema_.find(type_node->scalar);
      if (!type || !type->top_level) {
        const std::string hint = did_you_mean(type_node->scalar, top_level_types());
        diagnostics_.error(type_node->pos, e.key, fmt::format("unknown component type '{}'", type_node->scalar),
                           hint.empty() ? known_types() : hint);
        continue;
      }
      config.components.push_back(component(e.value, e.key_pos, e.key, *type));
    }
  }

  std::string known_types() const { return fmt::format("known types: {}", fmt::join(top_level_types(), ", ")); }

  std::vector<std::string> top_level_types() const {
    auto names = schema_.names();
    std::erase_if(names, [&](const std::string& n) { return !schema_.find(n)->top_level; });
    return names;
  }

  Component component(const Node& node, const SourcePos& pos, const std::string& path, const ComponentType& type) {
    Component out;
    out.path = path;
    out.type = &type;
    out.pos = pos;
    if (node.kind != Node::Kind::kNull && !node.is_map())
      diagnostics_.error(node.pos, path,
                         fmt::format("expected the parameters of '{}', not {}", type.name, node.describe()));
    check_keys(node, path, type);
    for (const Param& p : type.params) {
      const Node* given = node.find(p.name);
      if (!given && !p.default_text) {
        diagnostics_.error(pos, path, fmt::format("'{}' is required: {}", p.name, p.doc));
        continue;
      }
      out.params.emplace(p.name, given ? value(*given, path + "." + p.name, p) : default_value(p));
      if (given) out.given.emplace(p.name, given->pos);
    }
    for (const Part& part : type.parts) {
      const ComponentType& part_type = *schema_.find(part.type);
      for (unsigned i = 0; i < part.count; ++i) {
        const std::string name = part.count > 1 ? fmt::format("{}[{}]", part.name, i) : part.name;
        static const Node nothing;
        const Node* given = node.find(name);
        out.parts.push_back(
            component(given ? *given : nothing, given ? given->pos : pos, path + "." + name, part_type));
      }
    }
    return out;
  }

  void check_keys(const Node& node, const std::string& path, const ComponentType& type) {
    std::vector<std::string> known{"type"};
    for (const Param& p : type.params) known.push_back(p.name);
    for (const Part& part : type.parts) {
      if (part.count == 1) known.push_back(part.name);
      for (unsigned i = 0; part.count > 1 && i < part.count; ++i) known.push_back(fmt::format("{}[{}]", part.name, i));
    }
    for (const Entry& e : node.entries) {
      if (std::find(known.begin(), known.end(), e.key) != known.end()) {
        if (e.key == "type" && e.value.is_scalar() && e.value.scalar != type.name)
          diagnostics_.error(e.value.pos, path,
                             fmt::format("this part is a {}, not a '{}'", type.name, e.value.scalar));
        continue;
      }
      const Part* part = type.part(e.key.substr(0, e.key.find('[')));
      if (part && part->count > 1) {
        diagnostics_.error(
            e.key_pos, path,
            fmt::format("there is no '{}': the parts are {}[0..{}]", e.key, part->name, part->count - 1));
      } else {
        std::erase_if(known, [](const std::string& k) { return k.find('[') != std::string::npos; });
        unknown(e, path, known);
      }
    }
  }

  static Value default_value(const Param& p) {
    switch (p.type) {
      case ParamType::kBool:
        return *p.default_text == "true";
      case ParamType::kQuantity:
        return *parse_quantity(*p.default_text, p.dimension).value;
      case ParamType::kStringList:
        return std::vector<std::string>{};
      default:
        return *p.default_text;
    }
  }

  Value value(const Node& node, const std::string& path, const Param& p) {
    // A reference that is still here has been reported.
    if (node.is_scalar() && node.scalar.starts_with("${")) return Value{};
    if (p.type == ParamType::kStringList) return list(node, path);
    if (!node.is_scalar()) {
      diagnostics_.error(node.pos, path, fmt::format("expected {}, not {}", expected(p), node.describe()));
      return p.default_text ? default_value(p) : Value{};
    }
    switch (p.type) {
      case ParamType::kBool:
        return boolean(node, path);
      case ParamType::kQuantity:
        return quantity(node, path, p);
      case ParamType::kChoice:
        if (std::find(p.choices.begin(), p.choices.end(), node.scalar) == p.choices.end())
          diagnostics_.error(node.pos, path,
                             fmt::format("'{}' is not one of {}", node.scalar, fmt::join(p.choices, ", ")),
                             did_you_mean(node.scalar, p.choices));
        return node.scalar;
      case ParamType::kFile:
        return p.default_text == node.scalar ? node.scalar : existing_file(node, path);
      default:
        return node.scalar;
    }
  }

  static std::string expected(const Param& p) {
    switch (p.type) {
      case ParamType::kBool:
        return "true or false";
      case ParamType::kQuantity:
        return expectation(p.dimension);
      case ParamType::kChoice:
        return fmt::format("one of {}", fmt::join(p.choices, ", "));
      case ParamType::kFile:
        return "a file name";
      default:
        return "text";
    }
  }

  Value list(const Node& node, const std::string& path) {
    std::vector<std::string> out;
    if (node.is_scalar()) out.push_back(node.scalar);
    for (const Node& item : node.items) out.push_back(scalar(item, path));
    if (node.is_map() || node.kind == Node::Kind::kNull)
      diagnostics_.error(node.pos, path, fmt::format("expected a list of text, not {}", node.describe()));
    return out;
  }

  bool boolean(const Node& node, const std::string& path) {
    if (node.scalar == "true") return true;
    if (node.scalar != "false")
      diagnostics_.error(node.pos, path, fmt::format("expected true or false, not '{}'", node.scalar));
    return false;
  }

  i64 quantity(const Node& node, const std::string& path, const Param& p) {
    const ParsedQuantity q = parse_quantity(node.scalar, p.dimension);
    if (!q.value) {
      diagnostics_.error(node.pos, path, fmt::format("'{}': {}", node.scalar, q.problem));
      return 0;
    }
    if ((p.min && *q.value < *p.min) || (p.max && *q.value > *p.max))
      diagnostics_.error(node.pos, path,
                         fmt::format("{} is out of range: {} .. {}", node.scalar, format_quantity(*p.min, p.dimension),
                                     format_quantity(*p.max, p.dimension)));
    if (p.power_of_two && (*q.value <= 0 || (*q.value & (*q.value - 1)) != 0))
      diagnostics_.error(node.pos, path, fmt::format("{} is not a power of two", node.scalar));
    return *q.value;
  }

  std::string existing_file(const Node& node, const std::string& path) {
    namespace fs = std::filesystem;
    const fs::path name = node.scalar;
    const bool in_file = node.pos.source && node.pos.line > 0;
    const fs::path beside = in_file ? fs::path(*node.pos.source).parent_path() : fs::path();
    std::vector<fs::path> candidates{(beside / name).lexically_normal()};
    for (const std::string& directory : search_) candidates.push_back((fs::path(directory) / name).lexically_normal());
    for (const fs::path& candidate : candidates)
      if (fs::is_regular_file(candidate)) return candidate.string();
    diagnostics_.error(
        node.pos, path, fmt::format("there is no file '{}'", candidates.front().string()),
        name.is_relative() && !search_.empty() ? fmt::format("nor in {}", fmt::join(search_, ", ")) : "");
    return candidates.front().string();
  }

  void links(const Node& node, SystemConfig& config) {
    if (!node.is_sequence()) {
      diagnostics_.error(node.pos, "links",
                         fmt::format("expected a list of 'a.port -- b.port', not {}", node.describe()));
      return;
    }
    for (const Node& item : node.items) {
      const auto dashes = item.is_scalar() ? item.scalar.find(" -- ") : std::string::npos;
      if (dashes == std::string::npos) {
        diagnostics_.error(item.pos, "links", fmt::format("expected 'a.port -- b.port', not {}", item.describe()));
        continue;
      }
      const auto a = ends(item.scalar.substr(0, dashes), item.pos), b = ends(item.scalar.substr(dashes + 4), item.pos);
      if (a.empty() || b.empty()) continue;
      if (a.size() != b.size()) {
        diagnostics_.error(item.pos, "links",
                           fmt::format("'{}' joins {} ports to {}", item.scalar, a.size(), b.size()));
        continue;
      }
      for (std::size_t i = 0; i < a.size(); ++i) link(a[i], b[i], item.pos, config);
    }
  }

  /// "ssd[0..3].port" -> four ends; every array step is expanded, the right-most running fastest.
  std::vector<std::string> ends(std::string text, const SourcePos& pos) {
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    std::vector<std::string> out{""};
    std::size_t begin = 0;
    while (begin <= text.size()) {
      std::size_t end = begin;
      for (int depth = 0; end < text.size() && (text[end] != '.' || depth > 0); ++end)
        depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
      std::string problem;
      const auto steps = expand_range(text.substr(begin, end - begin), problem);
      if (!steps) {
        diagnostics_.error(pos, "links", problem);
        return {};
      }
      std::vector<std::string> longer;
      for (const auto& prefix : out)
        for (const auto& step : *steps) longer.push_back(prefix.empty() ? step : prefix + "." + step);
      out = std::move(longer);
      begin = end + 1;
    }
    return out;
  }

  const Port* find_port(const std::string& end, PortRef& ref, const SourcePos& pos, const SystemConfig& config) {
    const auto dot = end.rfind('.');
    if (dot == std::string::npos) {
      diagnostics_.error(pos, "links", fmt::format("'{}' lacks a port: expected component.port", end));
      return nullptr;
    }
    ref = {end.substr(0, dot), end.substr(dot + 1)};
    const Component* component = config.find(ref.component);
    if (!component) {
      std::vector<std::string> names;
      for (const Component& c : config.components) names.push_back(c.path);
      diagnostics_.error(pos, "links", fmt::format("there is no component '{}'", ref.component),
                         did_you_mean(ref.component, names));
      return nullptr;
    }
    const std::string base = ref.port.substr(0, ref.port.find('['));
    const Port* port = component->type->port(base);
    const bool array = ref.port != base;
    if (port && array == (port->count > 1) && (!array || std::stoul(ref.port.substr(base.size() + 1)) < port->count))
      return port;
    std::vector<std::string> names;
    for (const Port& p : component->type->ports)
      names.push_back(p.count > 1 ? fmt::format("{}[0..{}]", p.name, p.count - 1) : p.name);
    diagnostics_.error(pos, "links", fmt::format("'{}' has no port '{}'", ref.component, ref.port),
                       names.empty() ? "it has no ports" : fmt::format("its ports: {}", fmt::join(names, ", ")));
    return nullptr;
  }

  void link(const std::string& a, const std::string& b, const SourcePos& pos, SystemConfig& config) {
    Link out;
    out.pos = pos;
    const Port* pa = find_port(a, out.a, pos, config);
    const Port* pb = find_port(b, out.b, pos, config);
    if (!pa || !pb) return;
    if (pa->protocol != pb->protocol) {
      diagnostics_.error(pos, "links", fmt::format("'{}' is {}, '{}' is {}", a, pa->protocol, b, pb->protocol));
      return;
    }
    for (const std::string& end : {a, b})
      if (!linked_.insert(end).second) diagnostics_.error(pos, "links", fmt::format("'{}' is linked twice", end));
    out.protocol = pa->protocol;
    config.links.push_back(std::move(out));
  }

  void required_ports(const SystemConfig& config) {
    for (const Component& c : config.components) required_ports(c);
  }
  void required_ports(const Component& c) {
    for (const Port& port : c.type->ports) {
      for (unsigned i = 0; port.required && i < port.count; ++i) {
        const std::string end = c.path + "." + (port.count > 1 ? fmt::format("{}[{}]", port.name, i) : port.name);
        if (!linked_.contains(end)) diagnostics_.error(c.pos, c.path, fmt::format("port '{}' must be linked", end));
      }
    }
    for (const Component& part : c.parts) required_ports(part);
  }

  const Schema& schema_;
  const std::vector<std::string>& search_;
  Diagnostics& diagnostics_;
  std::set<std::string> linked_;
};

}  // namespace

SystemConfig load_config(const std::string& file, const LoadOptions& options, const Schema& schema,
                         Diagnostics& diagnostics) {
  const Node document = load_document(file, options, diagnostics);
  if (!document.is_map() || (document.entries.empty() && !diagnostics.ok())) return {};
  return Resolver(schema, options.search, diagnostics).resolve(document);
}

}  // namespace mppa::config
