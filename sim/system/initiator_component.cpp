// The `initiator` component: servers behind Ethernet ports that run a job file on NVMe/TCP subsystems.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "models/common/kernel_timeline.h"
#include "models/host/nvme_tcp/host.h"
#include "models/host/tcp/nic.h"
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/ethernet_end.h"
#include "sim/system/job_part.h"
#include "sim/system/param_table.h"

namespace mppa::sim {
namespace {

using config::Dimension;
using host::nvme_tcp::ConnectParams;
using host::nvme_tcp::ControllerParams;
using host::tcp::TcpParams;

constexpr unsigned kMaxPorts = 4;
constexpr unsigned kMaxHosts = 64;
constexpr u16 kDiscoveryPort = 8009, kSubsystemPort = 4420;

const ParamTable<ConnectParams>& connect_table() {
  using P = ConnectParams;
  static const auto table =
      ParamTable<P>()
          .number("queues", &P::queues, Dimension::kNone, "1", "128",
                  "I/O queues of a host on every controller, a TCP connection each.")
          .number("queue_entries", &P::queue_entries, Dimension::kNone, "2", "4096",
                  "Entries of an I/O queue; at most what the controller offers.", "Linux")
          .flag("header_digest", &P::header_digest, "PDU headers carry a CRC-32C.")
          .flag("data_digest", &P::data_digest, "Data carry a CRC-32C.")
          .number("in_capsule_data", &P::in_capsule_data, Dimension::kSize, "0 B", "1 MiB",
                  "Largest data of a write that go with the command; at most what the controller takes.")
          .number("max_transfer", &P::max_transfer, Dimension::kSize, "4 KiB", "32 MiB",
                  "Data of the largest command; at most what the controller takes.")
          .number("keep_alive", &P::keep_alive, Dimension::kTime, "0", "3600 s",
                  "Keep-alive timeout; the host sends twice as often. 0: none.", "Linux")
          .number("command_timeout", &P::command_timeout, Dimension::kTime, "0", "3600 s",
                  "After which a controller is given up; 0: never.", "Linux");
  return table;
}

const ParamTable<ControllerParams>& controller_table() {
  using P = ControllerParams;
  static const auto table =
      ParamTable<P>()
          .number("connect_timeout", &P::connect_timeout, Dimension::kTime, "1 us", "3600 s",
                  "How long attempts to connect are repeated: the target may still boot.")
          .number("retry_delay", &P::retry_delay, Dimension::kTime, "1 us", "60 s", "Between such attempts.")
          .flag("reconnect", &P::reconnect,
                "A controller that was lost is connected again, and I/O waits; otherwise I/O fails.")
          .number("submit_cost", &P::submit_cost, Dimension::kTime, "0", "1 ms",
                  "Time a submission takes the core of its queue: hosts are infinitely fast unless said here.")
          .number("complete_cost", &P::complete_cost, Dimension::kTime, "0", "1 ms", "The same for a completion.");
  return table;
}

const ParamTable<TcpParams>& tcp_table() {
  using P = TcpParams;
  static const auto table =
      ParamTable<P>()
          .number("receive_window", &P::receive_window, Dimension::kSize, "4 KiB", "1 GiB",
                  "Receive window of a connection.")
          .number("rto_initial", &P::rto_initial, Dimension::kTime, "1 us", "60 s",
                  "Retransmission timeout before the first round trip.", "RFC 6298")
          .number("rto_min", &P::rto_min, Dimension::kTime, "1 us", "60 s", "Least retransmission timeout.", "Linux")
          .number("delayed_ack", &P::delayed_ack, Dimension::kTime, "0", "500 ms",
                  "Longest delay of an acknowledgement.")
          .number("peer_ack_delay", &P::peer_ack_delay, Dimension::kTime, "0", "500 ms",
                  "How long the peer may delay one, for tail loss probes.")
          .flag("timestamps", &P::timestamps, "TCP timestamps are offered.")
          .flag("sack", &P::sack, "Selective acknowledgement is offered.")
          .choice("congestion_control", &P::control, {"newreno", "cubic"}, "Congestion control.");
  return table;
}

/// The address for port `index`: the list's, or 10.0.<index>.<last>.
std::optional<u32> address_of(const config::Component& c, const char* list, unsigned index, unsigned last) {
  const std::vector<std::string>& texts = c.list(list);
  if (texts.empty()) return 0x0A000000U | index << 8 | last;
  return index < texts.size() ? host::tcp::parse_address(texts[index]) : std::nullopt;
}
std::optional<u32> own_address(const config::Component& c, unsigned port) {
  return address_of(c, "addresses", port, 10);
}
std::optional<u32> target_address(const config::Component& c, unsigned port) {
  return address_of(c, "targets", port, 1);
}

/// One section of the job file on all hosts and controllers, as one workload.
class JobTotal : public WorkloadIf {
 public:
  using Hosts = std::vector<std::unique_ptr<host::nvme_tcp::Host>>;
  JobTotal(std::string name, const Hosts& hosts) : name_(std::move(name)), hosts_(hosts) {}

  std::string name() const override { return name_; }
  /// That of the last one.
  WorkloadPhase phase() const override {
    WorkloadPhase first = WorkloadPhase::kDone;
    for (const auto& host : hosts_) {
      bool has_jobs = false;
      host->for_each_job([&](const host::JobRunner& job) {
        has_jobs = true;
        if (job.name() == name_) first = std::min(first, job.phase());
      });
      if (!has_jobs && !host->is_done()) return WorkloadPhase::kWaiting;
    }
    return first;
  }
  double progress() const override {
    double least = 1;
    bool has_jobs = false;
    for_each([&](const host::JobRunner& job) {
      has_jobs = true;
      least = std::min(least, job.progress());
    });
    return has_jobs ? least : 0;
  }
  u64 ios_completed() const override {
    u64 sum = 0;
    for_each([&](const host::JobRunner& job) { sum += job.ios_completed(); });
    return sum;
  }
  WorkloadResult result() const override {
    WorkloadResult sum;
    for_each([&](const host::JobRunner& job) {
      const WorkloadResult r = job.result();
      sum.ios += r.ios;
      sum.window_ps = std::max(sum.window_ps, r.window_ps);
      sum.read_bytes += r.read_bytes;
      sum.write_bytes += r.write_bytes;
      sum.latency_ns.merge(r.latency_ns);
      sum.errors += r.errors;
      sum.verify_errors += r.verify_errors;
      sum.verified_bytes += r.verified_bytes;
    });
    return sum;
  }

 private:
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& host : hosts_)
      host->for_each_job([&](const host::JobRunner& job) {
        if (job.name() == name_) visit(job);
      });
  }
  std::string name_;
  const Hosts& hosts_;
};

class InitiatorPart : public SystemPart, public StatProvider {
 public:
  InitiatorPart(const config::Component& c, RunContext& context)
      : path_(c.path),
        context_(context),
        time_(c.path.c_str()),
        start_(static_cast<u64>(c.quantity("start"))),
        memory_(static_cast<u64>(c.quantity("memory"))),
        versions_(static_cast<u64>(context.simulation().quantity("seed"))) {
    const auto jobs = read_jobs(c, context);
    const unsigned hosts = static_cast<unsigned>(c.quantity("hosts"));
    for (unsigned port = 0; port < static_cast<unsigned>(c.quantity("ports")); ++port) {
      std::vector<host::tcp::StackParams> stacks;
      for (unsigned i = 0; i < hosts; ++i) stacks.push_back(stack_params(c, port, i));
      const u64 rate = std::stoull(c.text("rate")) * eth::kGigabit;
      nics_.push_back(std::make_unique<host::tcp::Nic>(fmt::format("{}_port{}", path_, port), time_, rate, stacks));
      ends_.push_back(std::make_unique<EthernetMacEnd>(nics_.back()->mac));
      for (unsigned i = 0; i < hosts; ++i) add_host(c, port, i, jobs);
    }
    for (const host::JobOptions& job : jobs) totals_.push_back(std::make_unique<JobTotal>(job.name, hosts_));
  }

  PortEnd& port(const std::string& name) override {
    for (unsigned i = 0; i < ends_.size(); ++i)
      if (name == fmt::format("ethernet[{}]", i)) return *ends_[i];
    throw BadInput(fmt::format("{} has {} ports, there is no port {}", path_, ends_.size(), name));
  }

  void start() override {
    for (auto& nic : nics_) nic->start();
    time_.after(start_, [this] {
      for (auto& host : hosts_) host->start();
    });
  }

  const StatProvider* stats() const override { return this; }
  std::vector<const WorkloadIf*> workloads() const override {
    std::vector<const WorkloadIf*> out;
    if (before_jobs_.is_listed()) out.push_back(&before_jobs_);
    for (const auto& total : totals_) out.push_back(total.get());
    return out;
  }

  void write_stats(StatWriter& out) const override {
    for (const auto& nic : nics_) nic->mac.write_stats(out);
    for (const auto& host : hosts_) host->write_stats(out);
  }

 private:
  static host::tcp::StackParams stack_params(const config::Component& c, unsigned port, unsigned number) {
    host::tcp::StackParams params;
    params.mac = {2, 0, 0, 1, static_cast<u8>(port), static_cast<u8>(number)};
    params.address = *own_address(c, port) + number;
    params.mtu = static_cast<unsigned>(c.quantity("mtu"));
    // Often and for ever: the target may still boot, and the attempt to connect has a limit of its own.
    params.arp_retry = static_cast<u64>(c.quantity("retry_delay"));
    params.arp_tries = 0;
    params.seed = static_cast<u64>(port) << 32 | number;
    params.tcp = tcp_table().fill(c);
    return params;
  }

  void add_host(const config::Component& c, unsigned port, unsigned number, const std::vector<host::JobOptions>& jobs) {
    host::nvme_tcp::HostParams params;
    const std::string prefix = c.text("host_nqn").empty() ? "nqn.2014-08.org.mppasim:" + path_ : c.text("host_nqn");
    params.identity.nqn = fmt::format("{}-{}", prefix, hosts_.size());
    for (std::size_t i = 0; i < params.identity.nqn.size(); ++i)  // the same host always has the same identifier
      params.identity.id[i % 16] = static_cast<u8>(params.identity.id[i % 16] * 31 + params.identity.nqn[i]);
    const std::string nqn = c.text("nqn");
    const u16 target_port = static_cast<u16>(c.quantity("target_port"));
    const u16 usual_port = nqn.empty() ? kDiscoveryPort : kSubsystemPort;
    params.target = {*target_address(c, port), target_port == 0 ? usual_port : target_port, nqn};
    params.controller = controller_table().fill(c);
    params.controller.connect = connect_table().fill(c);
    params.jobs = jobs;
    const u64 seed = static_cast<u64>(context_.simulation().quantity("seed"));
    params.seed = seed ^ static_cast<u64>(hosts_.size() + 1) << 32;
    hosts_.push_back(std::make_unique<host::nvme_tcp::Host>(fmt::format("host{}", hosts_.size()), time_,
                                                            nics_[port]->stack(number), allocator_, versions_, params));
    hosts_.back()->on_done([this, host = hosts_.back().get()] {
      if (!host->error().empty()) before_jobs_.fail(host->error());
    });
  }

  std::string path_;
  RunContext& context_;
  StartWorkload before_jobs_{path_, context_, [] { return true; }};  // every job is known from the file: see JobTotal
  KernelTimeline time_;
  u64 start_;
  SparseMemory memory_;
  host::HostMemory allocator_{memory_};
  host::nvme_tcp::SharedVersions versions_;
  std::vector<std::unique_ptr<host::tcp::Nic>> nics_;
  std::vector<std::unique_ptr<EthernetMacEnd>> ends_;
  JobTotal::Hosts hosts_;
  std::vector<std::unique_ptr<JobTotal>> totals_;
};

void check_initiator(const config::Component& c, config::Diagnostics& diagnostics) {
  check_jobs(c, diagnostics);
  for (const char* list : {"addresses", "targets"}) {
    for (unsigned port = 0; port < static_cast<unsigned>(c.quantity("ports")); ++port)
      if (!address_of(c, list, port, 1))
        diagnostics.error(c.where(list), c.path + "." + list, fmt::format("no IPv4 address for port {}", port));
  }
}

std::vector<config::Param> own_params() {
  return {
      config::file("jobs", std::nullopt, "Job file (docs/user/host-workloads.md); every host runs it."),
      config::quantity("ports", Dimension::kNone, "1", "1", std::to_string(kMaxPorts), "Ethernet ports."),
      config::quantity("hosts", Dimension::kNone, "1", "1", std::to_string(kMaxHosts), "Hosts behind every port."),
      config::choice("rate", {"100G", "50G", "40G", "25G", "10G", "1G"}, "100G", "Rate of the ports."),
      config::quantity("mtu", Dimension::kNone, "1500", "576", "9216", "MTU of IP."),
      config::text_list("addresses",
                        "IPv4 address of the first host of every port; the others follow. Without: 10.0.PORT.10."),
      config::text_list("targets", "IPv4 address of the target for every port. Without: 10.0.PORT.1."),
      config::quantity("target_port", Dimension::kNone, "0", "0", "65535",
                       "TCP port of the target. 0: 4420, or 8009 of a discovery controller."),
      config::text("nqn", "", "Subsystem to connect to. Without: all that the target's discovery controller names."),
      config::text("host_nqn", "",
                   "NQN of the hosts, before -0, -1, ... Without: nqn.2014-08.org.mppasim: and the component's name."),
      config::quantity("start", Dimension::kTime, "0 ps", "0", "100 s", "When the hosts begin to connect."),
      config::quantity("memory", Dimension::kSize, "64 GiB", "1 GiB", "4 TiB", "Memory for the data of all hosts."),
  };
}

}  // namespace

void add_initiator(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = "initiator";
  type.doc =
      "Servers that reach their storage by NVMe over TCP: TCP/IP, NVMe host and the jobs of a fio-like job file. No "
      "processor is modelled: unless given costs, they are infinitely fast.";
  type.params = own_params();
  for (const auto* params : {&connect_table().params(), &controller_table().params(), &tcp_table().params()})
    type.params.insert(type.params.end(), params->begin(), params->end());
  type.ports = {{"ethernet", "ethernet", kMaxPorts, false, "The ports; as many as `ports` says."}};
  registry.add(std::move(type), {build_part<InitiatorPart>, check_initiator});
}

}  // namespace mppa::sim
