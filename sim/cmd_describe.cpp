// `mppasim describe`: what a configuration may say.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "sim/commands.h"
#include "sim/system/component.h"

namespace mppa::sim {
namespace {

struct DescribeOptions {
  std::string component;
  bool json_schema = false;
  bool markdown = false;
};

void list_types(const config::Schema& schema) {
  for (const bool top_level : {true, false}) {
    fmt::print("{}\n", top_level ? "components" : "\nparts of components, and the section `simulation`");
    for (const std::string& name : schema.names())
      if (const auto* type = schema.find(name); type->top_level == top_level)
        fmt::print("  {:<20} {}\n", name, type->doc);
  }
  fmt::print("\n`mppasim describe NAME` lists parameters, parts and ports.\n");
}

void describe(const DescribeOptions& options) {
  const config::Schema& schema = builtin_components().schema();
  if (options.json_schema) {
    fmt::print("{}", schema.json_schema());
  } else if (options.markdown) {
    fmt::print("{}", schema.reference_page());
  } else if (options.component.empty()) {
    list_types(schema);
  } else if (const config::ComponentType* type = schema.find(options.component)) {
    fmt::print("{}", schema.describe(*type));
  } else {
    const std::string hint = config::did_you_mean(options.component, schema.names());
    throw BadInput(fmt::format("there is no component '{}'{}", options.component, hint.empty() ? "" : "; " + hint));
  }
}

}  // namespace

void add_describe(CLI::App& app) {
  auto options = std::make_shared<DescribeOptions>();
  CLI::App* command = app.add_subcommand("describe", "List component types, or the parameters of one");
  CLI::Option* component = command->add_option("COMPONENT", options->component, "component type");
  CLI::Option* json =
      command->add_flag("--json-schema", options->json_schema, "print the JSON Schema of configurations, for editors");
  CLI::Option* markdown = command->add_flag("--markdown", options->markdown, "print the reference page of the manual");
  json->excludes(component)->excludes(markdown);
  markdown->excludes(component);
  command->callback([options] { describe(*options); });
}

}  // namespace mppa::sim
