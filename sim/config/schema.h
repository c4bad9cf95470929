// The one schema of the configuration: every component type with its parameters, ports and parts. Validation, defaults,
// `mppasim describe`, the reference page of the documentation and the exported JSON Schema all read it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/quantity.h"

namespace mppa::config {

enum class ParamType : u8 { kBool, kQuantity, kString, kChoice, kFile, kStringList };

/// One parameter of a component.
struct Param {
  std::string name;
  ParamType type = ParamType::kString;
  Dimension dimension = Dimension::kNone;   ///< of a kQuantity
  std::optional<std::string> default_text;  ///< as one would write it in YAML; none = required
  std::optional<i64> min, max;              ///< of a kQuantity, in base units, inclusive
  bool power_of_two = false;                ///< the value must be a power of two
  std::vector<std::string> choices;         ///< of a kChoice
  std::string doc;                          ///< one sentence
  std::string source;                       ///< where the default comes from
};

/// Builders, so that a component's table reads as one line per parameter.
Param flag(std::string name, bool default_value, std::string doc, std::string source = {});
Param quantity(std::string name, Dimension dimension, std::string default_text, const std::string& min,
               const std::string& max, std::string doc, std::string source = {});
Param choice(std::string name, std::vector<std::string> choices, std::string default_text, std::string doc,
             std::string source = {});
Param text(std::string name, std::optional<std::string> default_text, std::string doc);
Param text_list(std::string name, std::string doc);
Param file(std::string name, std::optional<std::string> default_text, std::string doc);

/// A connection point; a link joins two ports of one protocol.
struct Port {
  std::string name;
  std::string protocol;  ///< "pcie", "ethernet", ...
  unsigned count = 1;    ///< an array of ports name[0..count-1] if > 1
  bool required = false;
  std::string doc;
};

/// A fixed part of a component, itself a component with parameters of its own.
struct Part {
  std::string name;
  std::string type;
  unsigned count = 1;  ///< an array of parts name[0..count-1] if > 1
};

struct ComponentType {
  std::string name;
  std::string doc;
  bool top_level = true;  ///< may stand under `components:`
  std::vector<Param> params;
  std::vector<Port> ports;
  std::vector<Part> parts;

  const Param* param(const std::string& param_name) const;
  const Part* part(const std::string& part_name) const;
  const Port* port(const std::string& port_name) const;
};

class Schema {
 public:
  /// Adds a type; its name, parameter names and part types must be consistent (checked, std::logic_error).
  void add(ComponentType type);
  const ComponentType* find(const std::string& name) const;
  std::vector<std::string> names() const;

  /// JSON Schema (draft 2020-12) of a configuration file, for editors.
  std::string json_schema() const;
  /// What `mppasim describe NAME` prints.
  std::string describe(const ComponentType& type) const;
  /// The reference page of the documentation (Markdown).
  std::string reference_page() const;

 private:
  std::map<std::string, ComponentType> types_;
};

/// The type of a configuration's `simulation` section, if the schema has one of this name.
inline constexpr const char* kSimulationType = "simulation";

}  // namespace mppa::config
