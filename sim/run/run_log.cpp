#include "sim/run/run_log.h"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <functional>

#include "sim/commands.h"

namespace mppa::sim {
namespace {

using spdlog::level::level_enum;

/// Hands formatted lines to a function.
class FunctionSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> function) : function_(std::move(function)) {
    set_pattern_("%l %n: %v");
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    function_({text.data(), text.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> function_;
};

level_enum parse_level(const std::string& name) {
  static const std::map<std::string, level_enum> kLevels = {{"off", spdlog::level::off},
                                                            {"error", spdlog::level::err},
                                                            {"warning", spdlog::level::warn},
                                                            {"info", spdlog::level::info},
                                                            {"debug", spdlog::level::debug}};
  const auto it = kLevels.find(name);
  if (it == kLevels.end())
    throw BadInput(fmt::format("--log: '{}' is not one of off, error, warning, info, debug", name));
  return it->second;
}

level_enum spdlog_level(LogLevel level) {
  constexpr level_enum kLevels[] = {spdlog::level::err, spdlog::level::warn, spdlog::level::info, spdlog::level::debug};
  return kLevels[static_cast<unsigned>(level)];
}

}  // namespace

LogLevels::LogLevels(const std::vector<std::string>& options, const config::SystemConfig& config) {
  for (const std::string& option : options) set(option, config);
}

void LogLevels::set(const std::string& option, const config::SystemConfig& config) {
  const auto equals = option.find('=');
  if (equals == std::string::npos) {
    default_ = parse_level(option);
    return;
  }
  const std::string component = option.substr(0, equals);
  if (component != kRunComponent && !config.find(component)) {
    std::vector<std::string> names{kRunComponent};
    for (const config::Component& c : config.components) names.push_back(c.path);
    const std::string hint = config::did_you_mean(component, names);
    throw BadInput(fmt::format("--log: there is no component '{}'{}", component, hint.empty() ? "" : "; " + hint));
  }
  levels_[component] = parse_level(option.substr(equals + 1));
}

level_enum LogLevels::of(const std::string& component) const {
  for (std::string path = component;; path.resize(path.rfind('.'))) {
    if (const auto it = levels_.find(path); it != levels_.end()) return it->second;
    if (path.find('.') == std::string::npos) return default_;
  }
}

spdlog::logger& RunLog::logger(const std::string& component) {
  const auto it = loggers_.find(component);
  if (it != loggers_.end()) return it->second;
  const level_enum shown = levels_.of(component);
  auto file = std::make_shared<FunctionSink>([this](std::string_view line) { directory_.append("log.txt", line); });
  file->set_level(std::min(spdlog::level::info, shown));
  auto terminal = std::make_shared<FunctionSink>(
      [this](std::string_view line) { progress_.message(line.substr(0, line.find_last_not_of('\n') + 1)); });
  terminal->set_level(shown);
  const spdlog::sinks_init_list sinks = {file, terminal};
  auto& logger = loggers_.try_emplace(component, component, sinks).first->second;
  logger.set_level(spdlog::level::debug);
  return logger;
}

void RunLog::line(const std::string& component, LogLevel level, u64 now_ps, std::string_view text) {
  logger(component).log(spdlog_level(level), "{:.6f} ms: {}", static_cast<double>(now_ps) * 1e-9, text);
}

}  // namespace mppa::sim
