#include "sim/config/document.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "sim/config/schema.h"

namespace mppa::config {
namespace {

constexpr unsigned kMaxArray = 4096;

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> string_list(const Node& node, const std::string& path, Diagnostics& diagnostics) {
  std::vector<std::string> out;
  if (node.is_scalar()) {
    out.push_back(node.scalar);
  } else if (node.is_sequence()) {
    for (const Node& item : node.items) {
      if (item.is_scalar()) {
        out.push_back(item.scalar);
      } else {
        diagnostics.error(item.pos, path, fmt::format("expected a name, not {}", item.describe()));
      }
    }
  } else {
    diagnostics.error(node.pos, path, fmt::format("expected a name or a list of names, not {}", node.describe()));
  }
  return out;
}

/// Replaces array keys ("ssd[0..7]") by one entry each, recursively; later entries override earlier ones.
void expand_keys(Node& node, const std::string& path, Diagnostics& diagnostics) {
  if (!node.is_map()) return;
  Node expanded;
  expanded.kind = Node::Kind::kMap;
  expanded.pos = node.pos;
  for (Entry& e : node.entries) {
    const std::string entry_path = path.empty() ? e.key : path + "." + e.key;
    expand_keys(e.value, entry_path, diagnostics);
    std::string problem;
    const auto keys = expand_range(e.key, problem);
    if (!keys) {
      diagnostics.error(e.key_pos, entry_path, problem);
      continue;
    }
    for (const std::string& key : *keys) {
      if (Node* old = expanded.find(key)) {
        merge(*old, e.value);
      } else {
        expanded.entries.push_back({key, e.key_pos, e.value});
      }
    }
  }
  node = std::move(expanded);
}

class Includer {
 public:
  explicit Includer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  Node load(const std::string& file, const SourcePos& from) {
    std::error_code ignored;
    const std::string identity = std::filesystem::weakly_canonical(file, ignored).string();
    if (std::find(open_.begin(), open_.end(), identity) != open_.end()) {
      diagnostics_.error(from, "include", fmt::format("'{}' includes itself", file));
      return {};
    }
    open_.push_back(identity);
    Node own = parse_yaml_file(file, from, diagnostics_);
    if (own.kind != Node::Kind::kMap && diagnostics_.ok())
      diagnostics_.error(own.pos.source ? own.pos : SourcePos{std::make_shared<std::string>(file), 0, 0}, "",
                         fmt::format("a configuration is a map of keys, not {}", own.describe()));
    const Node include = own.take("include");
    if (Node* components = own.find("components")) expand_keys(*components, "components", diagnostics_);
    Node result;
    result.kind = Node::Kind::kMap;
    result.pos = own.pos;
    if (include.kind != Node::Kind::kNull) {
      for (const std::string& name : string_list(include, "include", diagnostics_)) {
        const auto path = std::filesystem::path(file).parent_path() / name;
        merge(result, load(path.string(), include.pos));
      }
    }
    open_.pop_back();
    if (own.is_map()) merge(result, std::move(own));
    return result;
  }

 private:
  Diagnostics& diagnostics_;
  std::vector<std::string> open_;
};

void apply_preset(Node& document, const Node& presets, const std::string& name, const SourcePos& from,
                  Diagnostics& diagnostics) {
  const Node* preset = presets.find(name);
  if (!preset) {
    std::vector<std::string> names;
    for (const Entry& e : presets.entries) names.push_back(e.key);
    diagnostics.error(from, "use", fmt::format("there is no preset '{}'", name), did_you_mean(name, names));
    return;
  }
  Node copy = *preset;
  if (Node* components = copy.find("components")) expand_keys(*components, "components", diagnostics);
  merge(document, std::move(copy));
}

/// Splits "a.b[0..1].c" at dots outside brackets.
std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (const char c : path) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == '.' && depth == 0) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

void set_at(Node& node, const std::vector<std::string>& steps, std::size_t depth, const Node& value,
            Diagnostics& diagnostics) {
  std::string problem;
  const auto keys = expand_range(steps[depth], problem);
  if (!keys) {
    diagnostics.error(value.pos, steps[depth], problem);
    return;
  }
  if (node.kind == Node::Kind::kNull) node.kind = Node::Kind::kMap;
  if (!node.is_map()) {
    diagnostics.error(value.pos, steps[depth], fmt::format("cannot be set inside {}", node.describe()));
    return;
  }
  for (const std::string& key : *keys) {
    Node* child = node.find(key);
    if (!child) {
      node.entries.push_back({key, value.pos, {}});
      child = &node.entries.back().value;
      child->pos = value.pos;
    }
    if (depth + 1 == steps.size()) {
      *child = value;
    } else {
      set_at(*child, steps, depth + 1, value, diagnostics);
    }
  }
}

/// --set path=value. A path that does not start with a top-level key is taken below `components`.
void apply_set(Node& document, const std::string& option, Diagnostics& diagnostics) {
  const auto source = std::make_shared<const std::string>("--set " + option);
  const SourcePos pos{source, 0, 0};
  const auto equals = option.find('=');
  if (equals == std::string::npos || equals == 0) {
    diagnostics.error(pos, "", "expected path=value");
    return;
  }
  Node value = parse_yaml(option.substr(equals + 1), *source, diagnostics);
  value.pos = pos;
  auto steps = split_path(option.substr(0, equals));
  static const std::set<std::string> top = {"system", "description", "use", kSimulationType, "components", "links"};
  if (!top.contains(steps.front())) steps.insert(steps.begin(), "components");
  set_at(document, steps, 0, value, diagnostics);
}

/// Replaces "${path}" scalars by the scalar at that path (below `components`).
class References {
 public:
  References(Node& document, Diagnostics& diagnostics) : document_(document), diagnostics_(diagnostics) {}

  void resolve(Node& node, const std::string& path) {
    for (Entry& e : node.entries) resolve(e.value, path.empty() ? e.key : path + "." + e.key);
    for (Node& item : node.items) resolve(item, path);
    if (!node.is_scalar() || !node.scalar.starts_with("${")) return;
    if (!node.scalar.ends_with("}")) {
      diagnostics_.error(node.pos, path, fmt::format("'{}' lacks its closing brace", node.scalar));
      return;
    }
    const std::string target = node.scalar.substr(2, node.scalar.size() - 3);
    if (++depth_ > 32) {
      diagnostics_.error(node.pos, path, fmt::format("reference '{}' leads back to itself", node.scalar));
    } else if (Node* found = at(target)) {
      if (found != &node) resolve(*found, target);
      if (found == &node) {
        diagnostics_.error(node.pos, path, fmt::format("reference '{}' leads back to itself", node.scalar));
      } else if (!found->is_scalar()) {
        diagnostics_.error(node.pos, path, fmt::format("'{}' is {}, not a value", target, found->describe()));
      } else {
        node.scalar = found->scalar;
      }
    } else {
      diagnostics_.error(node.pos, path, fmt::format("'{}' is not given in this configuration", target));
    }
    --depth_;
  }

 private:
  Node* at(const std::string& target) {
    Node* node = document_.find("components");
    for (const std::string& step : split_path(target)) {
      if (!node) return nullptr;
      node = node->find(step);
    }
    return node;
  }

  Node& document_;
  Diagnostics& diagnostics_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::vector<std::string>> expand_range(const std::string& key, std::string& problem) {
  const auto open = key.find('[');
  if (open == std::string::npos) return std::vector<std::string>{key};
  const std::string base = key.substr(0, open);
  const auto close = key.find(']', open);
  problem = fmt::format("'{}' is not a valid array key: expected name[i] or name[first..last]", key);
  if (base.empty() || close == std::string::npos || close + 1 != key.size()) return std::nullopt;
  const std::string inside = key.substr(open + 1, close - open - 1);
  const auto dots = inside.find("..");
  if (dots == std::string::npos) {
    if (!number(inside)) return std::nullopt;
    return std::vector<std::string>{key};
  }
  const auto first = number(inside.substr(0, dots)), last = number(inside.substr(dots + 2));
  if (!first || !last || *first > *last) return std::nullopt;
  if (*last >= kMaxArray) {
    problem = fmt::format("'{}' has more than {} elements", key, kMaxArray);
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (unsigned i = *first; i <= *last; ++i) out.push_back(fmt::format("{}[{}]", base, i));
  return out;
}

Node load_document(const std::string& file, const LoadOptions& options, Diagnostics& diagnostics) {
  Node document = Includer(diagnostics).load(file, {std::make_shared<const std::string>("command line"), 0, 0});
  const Node presets = document.take("presets");
  if (presets.kind != Node::Kind::kNull && !presets.is_map())
    diagnostics.error(presets.pos, "presets",
                      fmt::format("expected a map of named overrides, not {}", presets.describe()));
  const Node use = document.take("use");
  if (use.kind != Node::Kind::kNull)
    for (const std::string& name : string_list(use, "use", diagnostics))
      apply_preset(document, presets, name, use.pos, diagnostics);
  for (const std::string& name : options.presets)
    apply_preset(document, presets, name, {std::make_shared<const std::string>("--preset " + name), 0, 0}, diagnostics);
  for (const std::string& set : options.sets) apply_set(document, set, diagnostics);
  References(document, diagnostics).resolve(document, "");
  return document;
}

}  // namespace mppa::config
