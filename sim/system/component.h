// Component types: what may stand under `components:` of a configuration, and how it is built. A type is a schema (the
// one source for validation, defaults, documentation) and a factory; components.cpp lists all of them, one line each.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "models/cluster/engine/profile.h"
#include "models/common/stats.h"
#include "models/common/workload.h"
#include "sim/config/schema.h"
#include "sim/config/system_config.h"
#include "sim/stats/stat_tree.h"
#include "sim/system/run_context.h"

namespace mppa::sim {

/// What a component offers at one of its ports. Every protocol derives its own.
class PortEnd {
 public:
  virtual ~PortEnd() = default;
};

/// What some cores have charged to the code of one program.
struct CodeProfile {
  std::string cores;     ///< "card.cluster[1].pe"
  std::string firmware;  ///< the ELF file
  engine::Profile costs;
};

/// A built component: owner of its SystemC modules.
class SystemPart {
 public:
  virtual ~SystemPart() = default;

  /// The end at `port_name` ("uart[2]"), valid as long as the part; asked for linked ports, before elaboration.
  virtual PortEnd& port(const std::string& port_name);
  /// After elaboration, before time starts: load programs, release resets. Throws BadInput.
  virtual void start() {}
  /// Its statistics, or nullptr.
  virtual const StatProvider* stats() const { return nullptr; }
  /// Average power in watts over the time that `stats`, its own statistics, cover.
  virtual double average_power(const StatNode& stats) const { return 0; }
  /// Where its cores have spent their cycles up to now; with `simulation.profile` only.
  virtual std::vector<CodeProfile> profile() const { return {}; }
  /// What the checks of `simulation.check` have found so far; a run that finds something fails.
  virtual u64 findings() const { return 0; }
  /// The workloads it runs. Whoever will have some lists something that is not done until they exist.
  virtual std::vector<const WorkloadIf*> workloads() const { return {}; }
};

/// Builds a component. The configuration outlives the part.
using BuildPart = std::function<std::unique_ptr<SystemPart>(const config::Component&, RunContext&)>;
/// The BuildPart of a class that is made from a configuration, and from the run if it wants that.
template <class PartType>
std::unique_ptr<SystemPart> build_part(const config::Component& component, RunContext& context) {
  if constexpr (std::is_constructible_v<PartType, const config::Component&, RunContext&>)
    return std::make_unique<PartType>(component, context);
  else
    return std::make_unique<PartType>(component);
}
/// Finds what the schema cannot express: parameters that do not fit each other, contents of files.
using CheckComponent = std::function<void(const config::Component&, config::Diagnostics&)>;
/// A port of a component that is linked, and where the link stands.
struct LinkedPort {
  std::string name;  ///< "pcie[4]"
  config::SourcePos pos;
};
/// The same for its links: ports that cannot be linked at the same time.
using CheckLinks = std::function<void(const config::Component&, const std::vector<LinkedPort>&, config::Diagnostics&)>;
/// Connects the two ends of a link, whose protocol is the same.
using JoinPorts = std::function<void(PortEnd&, PortEnd&)>;

struct ComponentFactory {
  BuildPart build;
  CheckComponent check = {};    ///< may be empty
  CheckLinks check_links = {};  ///< likewise
};

class ComponentRegistry {
 public:
  /// A type that exists only as a part of others.
  void add_part(config::ComponentType type);
  /// A type that may stand under `components:`.
  void add(config::ComponentType type, ComponentFactory factory);
  /// A protocol of links.
  void add_protocol(const std::string& protocol, JoinPorts join);

  const config::Schema& schema() const { return schema_; }
  /// Loads, validates against the schema and runs the checks of all components.
  config::SystemConfig load(const std::string& file, const config::LoadOptions& options,
                            config::Diagnostics& diagnostics) const;
  /// Builds every component in the order of the configuration, then joins the links.
  std::vector<std::unique_ptr<SystemPart>> build(const config::SystemConfig& config, RunContext& context) const;

 private:
  config::Schema schema_;
  std::map<std::string, ComponentFactory> factories_;
  std::map<std::string, JoinPorts> protocols_;
};

/// Everything this build of the simulator can assemble.
const ComponentRegistry& builtin_components();

}  // namespace mppa::sim
