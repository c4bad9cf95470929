// From files to one document: includes, array keys, presets, --set, references. Knows YAML trees, not component types.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/system_config.h"

namespace mppa::config {

/// "ssd[0..7]" -> ssd[0], ..., ssd[7]; "ssd[3]" and "ssd" -> themselves. nullopt (with `problem`) if malformed.
std::optional<std::vector<std::string>> expand_range(const std::string& key, std::string& problem);

/// Loads `file` and everything it includes, applies presets and sets, expands array keys below `components` and
/// replaces `${path}` references.
Node load_document(const std::string& file, const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace mppa::config
