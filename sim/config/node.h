// A configuration document as a tree that remembers where every part was written. Order of keys is kept.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/config/diagnostics.h"

namespace mppa::config {

struct Node;

struct Entry;

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  SourcePos pos;
  std::string scalar;          ///< text of a scalar
  std::vector<Node> items;     ///< elements of a sequence
  std::vector<Entry> entries;  ///< entries of a map, keys unique

  bool is_map() const { return kind == Kind::kMap; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }

  /// The value of `key` in a map, or nullptr.
  const Node* find(const std::string& key) const;
  Node* find(const std::string& key);
  /// Removes `key` from a map and returns its value; a null node if it is absent.
  Node take(const std::string& key);
  /// "a map", "a list", "nothing", or the scalar in quotes; for messages.
  std::string describe() const;
};

struct Entry {
  std::string key;
  SourcePos key_pos;
  Node value;
};

/// Reads one YAML document from `text`; `source` names it in messages. Anchors, aliases and merge-free maps are
/// accepted; duplicate keys, non-scalar keys and several documents are errors.
Node parse_yaml(const std::string& text, const std::string& source, Diagnostics& diagnostics);

/// Reads a YAML file; a missing or unreadable file is an error at `from`.
Node parse_yaml_file(const std::string& file, const SourcePos& from, Diagnostics& diagnostics);

/// Merges `over` into `base`: maps key by key and recursively, anything else is replaced. An explicit null removes the
/// key.
void merge(Node& base, Node over);

}  // namespace mppa::config
