#include "sim/core_options.h"

#include <CLI/CLI.hpp>

#include <string>

namespace mppa::sim {
namespace {

constexpr const char* kLevelNames[] = {"functional", "pipeline"};  // in the order of timing::Level
constexpr const char* kEngineNames[] = {"reference", "fast"};      // in the order of engine::EngineKind

/// An option whose value is one of two names; their positions are the values of the enumeration.
template <class Enum>
void add_choice(CLI::App& command, const std::string& name, Enum& target, const char* const (&names)[2],
                const std::string& description) {
  CLI::Option* option = command.add_option_function<std::string>(
      name, [&target, &names](const std::string& text) { target = static_cast<Enum>(text == names[1]); }, description);
  option->check(CLI::IsMember({names[0], names[1]}));
  option->default_str(names[static_cast<unsigned>(target)]);
}

}  // namespace

void add_core_options(CLI::App& command, timing::Level& level, engine::EngineKind& engine) {
  static_assert(static_cast<int>(timing::Level::kPipeline) == 1 && static_cast<int>(engine::EngineKind::kFast) == 1);
  add_choice(command, "--timing", level, kLevelNames, "Timing level");
  add_choice(command, "--engine", engine, kEngineNames, "Execution engine");
}

}  // namespace mppa::sim
