// A validated configuration: every component with all its parameters in base units, and the links between them.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/config/schema.h"

namespace mppa::config {

using Value = std::variant<bool, i64, std::string, std::vector<std::string>>;

struct Component {
  std::string path;  ///< "chip", "chip.cluster[2]", ...
  const ComponentType* type = nullptr;
  SourcePos pos;
  std::map<std::string, Value> params;     ///< every parameter of the type
  std::map<std::string, SourcePos> given;  ///< where the parameters stand that are not defaults
  std::vector<Component> parts;            ///< in the order of the type's parts, arrays by index

  /// A parameter's value; asking for one the type does not have is a std::logic_error.
  bool flag(const std::string& param) const;
  i64 quantity(const std::string& param) const;  ///< in base units (quantity.h)
  const std::string& text(const std::string& param) const;
  const std::vector<std::string>& list(const std::string& param) const;
  /// The part `name` (or "name[i]").
  const Component& part(const std::string& part_name) const;
  /// Where the parameter was given; for a default, where the component stands.
  const SourcePos& where(const std::string& param) const;
};

struct PortRef {
  std::string component;  ///< path of the component
  std::string port;       ///< "up", "down[3]"
};

struct Link {
  PortRef a, b;
  std::string protocol;
  SourcePos pos;
};

struct SystemConfig {
  std::string name;
  std::string description;
  Component simulation;  ///< how to run it; without a type if the schema has none for it
  std::vector<Component> components;
  std::vector<Link> links;

  const Component* find(const std::string& path) const;
  /// The whole configuration with every default spelled out, as YAML that loads to the same configuration.
  std::string to_yaml() const;
  /// Hexadecimal digest of everything but the directories of files: equal digests = equal machines, wherever the files
  /// are.
  std::string hash() const;
};

struct LoadOptions {
  std::vector<std::string> sets = {};     ///< `--set path=value`, in order
  std::vector<std::string> presets = {};  ///< `--preset NAME`, in order, after the document's own `use`
  std::vector<std::string> search = {};   ///< directories of files that are not beside the document that names them
};

/// Loads a file with its includes, presets and overrides, and validates it against `schema`. On errors the result is
/// incomplete and `diagnostics` says why. A relative file name of a parameter is looked for beside the file it stands
/// in, then in the directories of `options.search`.
SystemConfig load_config(const std::string& file, const LoadOptions& options, const Schema& schema,
                         Diagnostics& diagnostics);

}  // namespace mppa::config
