#include "sim/system/component.h"

#include <stdexcept>

namespace mppa::sim {
namespace {

/// The component at `path`, counted among the top-level components and their order.
std::size_t index_of(const config::SystemConfig& config, const std::string& path) {
  for (std::size_t i = 0; i < config.components.size(); ++i)
    if (config.components[i].path == path) return i;
  throw std::logic_error("no component " + path);
}

std::vector<LinkedPort> linked_ports(const config::SystemConfig& config, const std::string& path) {
  std::vector<LinkedPort> out;
  for (const config::Link& link : config.links)
    for (const config::PortRef* end : {&link.a, &link.b})
      if (end->component == path) out.push_back({end->port, link.pos});
  return out;
}

}  // namespace

PortEnd& SystemPart::port(const std::string& port_name) {
  throw std::logic_error("the component does not build its port " + port_name);
}

void ComponentRegistry::add_part(config::ComponentType type) {
  type.top_level = false;
  schema_.add(std::move(type));
}

void ComponentRegistry::add(config::ComponentType type, ComponentFactory factory) {
  factories_.emplace(type.name, std::move(factory));
  schema_.add(std::move(type));
}

void ComponentRegistry::add_protocol(const std::string& protocol, JoinPorts join) {
  protocols_.emplace(protocol, std::move(join));
}

config::SystemConfig ComponentRegistry::load(const std::string& file, const config::LoadOptions& options,
                                             config::Diagnostics& diagnostics) const {
  config::SystemConfig config = config::load_config(file, options, schema_, diagnostics);
  // A check may rely on what the schema promises.
  if (!diagnostics.ok()) return config;
  for (const config::Component& component : config.components) {
    const ComponentFactory& factory = factories_.at(component.type->name);
    if (factory.check) factory.check(component, diagnostics);
    if (factory.check_links) factory.check_links(component, linked_ports(config, component.path), diagnostics);
  }
  return config;
}

std::vector<std::unique_ptr<SystemPart>> ComponentRegistry::build(const config::SystemConfig& config,
                                                                  RunContext& context) const {
  std::vector<std::unique_ptr<SystemPart>> parts;
  for (const config::Component& component : config.components)
    parts.push_back(factories_.at(component.type->name).build(component, context));
  for (const config::Link& link : config.links) {
    PortEnd& a = parts[index_of(config, link.a.component)]->port(link.a.port);
    PortEnd& b = parts[index_of(config, link.b.component)]->port(link.b.port);
    protocols_.at(link.protocol)(a, b);
  }
  return parts;
}

}  // namespace mppa::sim
