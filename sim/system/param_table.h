// Binds configuration parameters to the fields of a model's parameter struct: one line per field. The default in the
// schema is the struct's own, so that a figure stands in one place.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/config/schema.h"
#include "sim/config/system_config.h"

namespace mppa::sim {

template <class Params>
class ParamTable {
 public:
  /// A number of `dimension` between `min` and `max`, as one would write them in YAML. The field holds base units
  /// (quantity.h).
  template <class Field>
  ParamTable& number(const std::string& name, Field Params::* field, config::Dimension dimension,
                     const std::string& min, const std::string& max, const std::string& doc,
                     const std::string& source = {}) {
    static_assert(std::is_integral_v<Field> && !std::is_same_v<Field, bool>);
    const std::string value = config::format_quantity(static_cast<i64>(Params{}.*field), dimension);
    return add(
        config::quantity(name, dimension, value, min, max, doc, source),
        [name, field](Params& p, const config::Component& c) { p.*field = static_cast<Field>(c.quantity(name)); });
  }

  /// The same for a power of two.
  template <class Field>
  ParamTable& power_of_two(const std::string& name, Field Params::* field, config::Dimension dimension,
                           const std::string& min, const std::string& max, const std::string& doc,
                           const std::string& source = {}) {
    number(name, field, dimension, min, max, doc, source);
    params_.back().power_of_two = true;
    return *this;
  }

  ParamTable& flag(const std::string& name, bool Params::* field, const std::string& doc,
                   const std::string& source = {}) {
    return add(config::flag(name, Params{}.*field, doc, source),
               [name, field](Params& p, const config::Component& c) { p.*field = c.flag(name); });
  }

  /// An enumeration whose values, counted from 0, are named by `choices`.
  template <class Field>
  ParamTable& choice(const std::string& name, Field Params::* field, const std::vector<std::string>& choices,
                     const std::string& doc, const std::string& source = {}) {
    static_assert(std::is_enum_v<Field>);
    return add(config::choice(name, choices, choices[static_cast<std::size_t>(Params{}.*field)], doc, source),
               [name, field, choices](Params& p, const config::Component& c) {
                 for (std::size_t i = 0; i < choices.size(); ++i)
                   if (choices[i] == c.text(name)) p.*field = static_cast<Field>(i);
               });
  }

  /// The parameters for the schema.
  const std::vector<config::Param>& params() const { return params_; }

  /// The struct as configured; fields that are not in the table keep their value in `base`.
  Params fill(const config::Component& component, Params base = {}) const {
    for (const auto& fill_field : fills_) fill_field(base, component);
    return base;
  }

 private:
  using Fill = std::function<void(Params&, const config::Component&)>;

  ParamTable& add(config::Param param, Fill fill) {
    params_.push_back(std::move(param));
    fills_.push_back(std::move(fill));
    return *this;
  }

  std::vector<config::Param> params_;
  std::vector<Fill> fills_;
};

}  // namespace mppa::sim
