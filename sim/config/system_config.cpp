#include "sim/config/system_config.h"

#include <fmt/core.h>

#include <yaml-cpp/yaml.h>
#include <filesystem>
#include <stdexcept>

#include "sim/config/digest.h"

namespace mppa::config {
namespace {

const Value& param(const Component& c, const std::string& name) {
  const auto it = c.params.find(name);
  if (it == c.params.end()) throw std::logic_error("no parameter " + c.path + "." + name);
  return it->second;
}

const Component* find_in(const std::vector<Component>& components, const std::string& path) {
  for (const Component& c : components) {
    if (c.path == path) return &c;
    if (path.starts_with(c.path + ".")) return find_in(c.parts, path);
  }
  return nullptr;
}

/// How a value is written: file names as they are, or without their directories.
enum class FileNames : u8 { kFull, kBare };

void emit(YAML::Emitter& out, const Component& c, bool with_type, FileNames files) {
  out << YAML::BeginMap;
  if (with_type) out << YAML::Key << "type" << YAML::Value << c.type->name;
  for (const Param& p : c.type->params) {
    const auto it = c.params.find(p.name);
    if (it == c.params.end()) continue;
    out << YAML::Key << p.name << YAML::Value;
    if (const bool* b = std::get_if<bool>(&it->second)) {
      out << *b;
    } else if (const i64* i = std::get_if<i64>(&it->second)) {
      out << format_quantity(*i, p.dimension);
    } else if (const auto* s = std::get_if<std::string>(&it->second)) {
      const bool bare = p.type == ParamType::kFile && files == FileNames::kBare;
      out << (bare ? std::filesystem::path(*s).filename().string() : *s);
    } else {
      out << YAML::Flow << std::get<std::vector<std::string>>(it->second);
    }
  }
  for (const Component& part : c.parts) {
    out << YAML::Key << part.path.substr(c.path.size() + 1) << YAML::Value;
    emit(out, part, false, files);
  }
  out << YAML::EndMap;
}

std::string yaml_of(const SystemConfig& config, FileNames files) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  if (!config.name.empty()) out << YAML::Key << "system" << YAML::Value << config.name;
  if (!config.description.empty()) out << YAML::Key << "description" << YAML::Value << config.description;
  if (config.simulation.type) {
    out << YAML::Key << kSimulationType << YAML::Value;
    emit(out, config.simulation, false, files);
  }
  out << YAML::Key << "components" << YAML::Value << YAML::BeginMap;
  for (const Component& c : config.components) {
    out << YAML::Key << c.path << YAML::Value;
    emit(out, c, true, files);
  }
  out << YAML::EndMap;
  if (!config.links.empty()) {
    out << YAML::Key << "links" << YAML::Value << YAML::BeginSeq;
    for (const Link& l : config.links)
      out << fmt::format("{}.{} -- {}.{}", l.a.component, l.a.port, l.b.component, l.b.port);
    out << YAML::EndSeq;
  }
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace

bool Component::flag(const std::string& name) const { return std::get<bool>(param(*this, name)); }
i64 Component::quantity(const std::string& name) const { return std::get<i64>(param(*this, name)); }
const std::string& Component::text(const std::string& name) const { return std::get<std::string>(param(*this, name)); }
const std::vector<std::string>& Component::list(const std::string& name) const {
  return std::get<std::vector<std::string>>(param(*this, name));
}

const Component& Component::part(const std::string& part_name) const {
  if (const Component* found = find_in(parts, path + "." + part_name)) return *found;
  throw std::logic_error("no part " + path + "." + part_name);
}

const SourcePos& Component::where(const std::string& name) const {
  const auto it = given.find(name);
  return it == given.end() ? pos : it->second;
}

const Component* SystemConfig::find(const std::string& path) const { return find_in(components, path); }

std::string SystemConfig::to_yaml() const { return yaml_of(*this, FileNames::kFull); }

std::string SystemConfig::hash() const {
  Digest digest;
  digest.add(yaml_of(*this, FileNames::kBare));
  return digest.text();
}

}  // namespace mppa::config
