#include "sim/config/node.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace mppa::config {

const Node* Node::find(const std::string& key) const {
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return it == entries.end() ? nullptr : &it->value;
}

Node* Node::find(const std::string& key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

Node Node::take(const std::string& key) {
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  if (it == entries.end()) return {};
  Node value = std::move(it->value);
  entries.erase(it);
  return value;
}

std::string Node::describe() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return fmt::format("'{}'", scalar);
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return {};
}

namespace {

/// Builds the tree from yaml-cpp's parser events, which carry the position of every scalar (its Node class loses the
/// positions of keys and accepts duplicates).
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(make(Node::Kind::kNull, mark), anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) {
      diagnostics_.error(position(mark), "", "alias of an anchor that is not complete here");
      add(make(Node::Kind::kNull, mark), 0);
      return;
    }
    alias_nodes_ += size(it->second);
    if (alias_nodes_ > kMaxAliasNodes) throw YAML::Exception(mark, "aliases expand to more than a million values");
    add(it->second, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // Plain null spellings arrive as OnNull or as scalars with tag "?", depending on the spelling.
    const bool null = tag == "?" && (value.empty() || value == "~" || value == "null");
    Node node = make(null ? Node::Kind::kNull : Node::Kind::kScalar, mark);
    node.scalar = value;
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back({make(Node::Kind::kSequence, mark), anchor, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back({make(Node::Kind::kMap, mark), anchor, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::vector<Node> key;  ///< the key waiting for its value (0 or 1 elements)
  };

  /// Aliases of aliases grow exponentially; a document that does that is refused.
  static constexpr std::size_t kMaxAliasNodes = 1'000'000;
  static std::size_t size(const Node& node) {
    std::size_t n = 1;
    for (const Node& item : node.items) n += size(item);
    for (const Entry& e : node.entries) n += size(e.value);
    return n;
  }

  SourcePos position(const YAML::Mark& mark) const { return {source_, mark.line + 1, mark.column + 1}; }
  Node make(Node::Kind kind, const YAML::Mark& mark) const {
    Node node;
    node.kind = kind;
    node.pos = position(mark);
    return node;
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = open_.back();
    if (top.node.is_sequence()) {
      top.node.items.push_back(std::move(node));
    } else if (top.key.empty()) {
      top.key.push_back(std::move(node));
    } else {
      add_entry(top, std::move(node));
      top.key.clear();
    }
  }

  void add_entry(Open& map, Node value) {
    Node& key = map.key.front();
    if (!key.is_scalar()) {
      diagnostics_.error(key.pos, "", fmt::format("a key must be a name, not {}", key.describe()));
    } else if (map.node.find(key.scalar)) {
      diagnostics_.error(key.pos, key.scalar, "this key is given twice in one map");
    } else {
      map.node.entries.push_back({key.scalar, key.pos, std::move(value)});
    }
  }

  void close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    add(std::move(top.node), top.anchor);
  }

  std::shared_ptr<const std::string> source_;
  Diagnostics& diagnostics_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t alias_nodes_ = 0;
};

}  // namespace

Node parse_yaml(const std::string& text, const std::string& source, Diagnostics& diagnostics) {
  auto name = std::make_shared<const std::string>(source);
  TreeBuilder builder(name, diagnostics);
  std::istringstream in(text);
  try {
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
    Node root = builder.take_root();
    TreeBuilder rest(name, diagnostics);
    if (parser.HandleNextDocument(rest)) diagnostics.error({name, 0, 0}, "", "holds more than one YAML document");
    return root;
  } catch (const YAML::Exception& e) {
    const SourcePos pos =
        e.mark.is_null() ? SourcePos{name, 0, 0} : SourcePos{name, e.mark.line + 1, e.mark.column + 1};
    diagnostics.error(pos, "", "not valid YAML: " + e.msg);
    return {};
  }
}

Node parse_yaml_file(const std::string& file, const SourcePos& from, Diagnostics& diagnostics) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) {
    diagnostics.error(from, "", fmt::format("cannot read '{}'", file));
    return {};
  }
  return parse_yaml(text.str(), file, diagnostics);
}

void merge(Node& base, Node over) {
  if (!base.is_map() || !over.is_map()) {
    base = std::move(over);
    return;
  }
  for (Entry& e : over.entries) {
    Node* old = base.find(e.key);
    if (!old) {
      base.entries.push_back(std::move(e));
    } else if (e.value.kind == Node::Kind::kNull) {
      base.take(e.key);
    } else {
      merge(*old, std::move(e.value));
    }
  }
}

}  // namespace mppa::config
