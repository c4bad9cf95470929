// The `host` component: a server with a PCIe root complex, an NVMe driver and a job file.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "models/host/nvme_host.h"
#include "models/host/pcie_host.h"
#include "models/pcie/link.h"
#include "sim/commands.h"
#include "sim/system/components.h"
#include "sim/system/faults.h"
#include "sim/system/job_part.h"
#include "sim/system/param_table.h"
#include "sim/system/pcie_end.h"

namespace mppa::sim {
namespace {

using config::Dimension;
using host::NvmeDriverParams;

constexpr unsigned kMaxSlots = 16;
constexpr u64 kLinkPoll = 10'000'000;  ///< 10 us between looks at the links before enumeration

const ParamTable<NvmeDriverParams>& driver_table() {
  using P = NvmeDriverParams;
  static const auto table =
      ParamTable<P>()
          .number("queues", &P::queues, Dimension::kNone, "1", "128",
                  "Cores, each with a pair of I/O queues per drive.")
          .number("queue_entries", &P::queue_entries, Dimension::kNone, "2", "65536", "Entries of an I/O queue.")
          .flag("polling", &P::polling, "Completions are polled for; otherwise MSI-X.")
          .number("submit_cost", &P::submit_cost, Dimension::kTime, "0", "1 ms", "Core time of a submission.",
                  "polled user-space driver; docs/modelling-choices.md")
          .number("complete_cost", &P::complete_cost, Dimension::kTime, "0", "1 ms", "Core time of a completion.",
                  "polled user-space driver; docs/modelling-choices.md")
          .number("poll_interval", &P::poll_interval, Dimension::kTime, "1 ns", "1 ms", "Between looks at a queue.")
          .number("interrupt_latency", &P::interrupt_latency, Dimension::kTime, "0", "1 ms",
                  "From the message to the handler.")
          .number("doorbell_batch", &P::doorbell_batch, Dimension::kNone, "1", "1024",
                  "Commands that may share a doorbell write.")
          .number("command_timeout", &P::command_timeout, Dimension::kTime, "0", "3600 s",
                  "After which a command is aborted, and after the same time again the drive reset; 0: never.")
          .number("retries", &P::retries, Dimension::kNone, "0", "1000",
                  "Of a command that failed for a while or was under way at a reset.", "Linux: nvme_core.max_retries")
          .number("removal_wait", &P::removal_wait, Dimension::kTime, "0", "3600 s",
                  "How long I/Os wait for a drive that was pulled to return; 0: they fail at once.");
  return table;
}

/// Each job on each drive is a workload.
class HostPart : public SystemPart, public StatProvider {
 public:
  HostPart(const config::Component& c, RunContext& context)
      : component_(c),
        path_(c.path),
        context_(context),
        scope_(c.path.c_str()),
        driver_(driver_table().fill(c)),
        seed_(static_cast<u64>(context.simulation().quantity("seed"))),
        start_(static_cast<u64>(c.quantity("start"))),
        vfs_(static_cast<unsigned>(c.quantity("vfs"))),
        jobs_(read_jobs(c, context)) {
    std::vector<pcie::Port*> ports;
    pcie::LinkParams link;
    link.rate = {static_cast<unsigned>(c.quantity("lanes")), static_cast<unsigned>(c.quantity("generation"))};
    slots_ = std::vector<Slot>(static_cast<std::size_t>(c.quantity("slots")));
    for (unsigned i = 0; i < slots_.size(); ++i) {
      slots_[i].link = std::make_unique<pcie::Link>(fmt::format("{}_link{}", path_, i).c_str(), link);
      ports.push_back(&slots_[i].link->end(0));
    }
    pcie::HostRootParams root;
    root.memory_bytes = static_cast<u64>(c.quantity("memory"));
    root_ = std::make_unique<pcie::HostRoot>(fmt::format("{}_root", path_).c_str(), root, ports);
    software_ = std::make_unique<host::PcieHost>(*root_);
    memory_ = std::make_unique<host::HostMemory>(root_->memory(), host::PcieHost::kMemoryBegin);
  }

  PortEnd& port(const std::string& name) override {
    for (unsigned i = 0; i < slots_.size(); ++i)
      if (name == slot_name(i)) return slots_[i];
    throw BadInput(fmt::format("{} has {} slots, there is no port {}", path_, slots_.size(), name));
  }

  void start() override {
    std::vector<FaultyLink> links;
    for (unsigned i = 0; i < slots_.size(); ++i) links.push_back({slot_name(i), slots_[i].link.get()});
    schedule_faults(time_, component_, links, 0);
    time_.after(start_, [this] { wait_for_links(); });
  }

  const StatProvider* stats() const override { return this; }
  std::vector<const WorkloadIf*> workloads() const override {
    std::vector<const WorkloadIf*> out;
    if (before_jobs_.is_listed()) out.push_back(&before_jobs_);
    for (const auto& drive : drives_)
      for (const auto& job : drive->jobs()) out.push_back(job.get());
    return out;
  }

  void write_stats(StatWriter& out) const override {
    for (const auto& drive : drives_) drive->write_stats(out);
    out.enter("root");
    root_->write_stats(out);
    out.leave();
  }

 private:
  struct Slot : PcieRootEnd {
    pcie::Port& device_port() override {
      is_linked = true;
      return link->end(1);
    }
    std::unique_ptr<pcie::Link> link;
    bool is_linked = false;
  };

  static std::string slot_name(unsigned i) { return fmt::format("pcie[{}]", i); }

  /// Every drive has jobs, or never will.
  bool begun() const {
    return scanned_ && std::all_of(drives_.begin(), drives_.end(),
                                   [](const auto& drive) { return drive->is_done() || !drive->jobs().empty(); });
  }

  void wait_for_links() {
    for (unsigned i = 0; i < slots_.size(); ++i) {
      if (slots_[i].is_linked && !root_->link_up(i)) return time_.after(kLinkPoll, [this] { wait_for_links(); });
    }
    begin();
  }

  /// Every drive runs the jobs that name it or none. Drives without a job are left alone.
  void begin() {
    u32 number = 0;
    for (host::DevicePort* device : software_->scan(vfs_)) {
      std::vector<host::JobOptions> mine;
      for (const host::JobOptions& job : jobs_)
        if (!job.device || *job.device == number) mine.push_back(job);
      if (!mine.empty())
        drives_.push_back(std::make_unique<host::NvmeHost>(fmt::format("nvme{}", number), time_, *device, *memory_,
                                                           driver_, std::move(mine), seed_ + number));
      ++number;
    }
    scanned_ = true;
    for (const host::JobOptions& job : jobs_)
      if (job.device && *job.device >= number)
        before_jobs_.fail(fmt::format("job {}: there is no drive {}", job.name, *job.device));
    if (number == 0) before_jobs_.fail("there is no NVMe drive");
    for (auto& drive : drives_) {
      drive->on_done([this, d = drive.get()] {
        if (!d->error().empty()) before_jobs_.fail(d->error());
        if (!d->driver().lost_because().empty()) context_.log(path_, LogLevel::kError, d->driver().lost_because());
      });
      drive->start();
    }
  }

  const config::Component& component_;
  std::string path_;
  RunContext& context_;
  StartWorkload before_jobs_{path_, context_, [this] { return begun(); }};
  KernelTimeline scope_;
  Timeline& time_ = scope_;
  NvmeDriverParams driver_;
  u64 seed_;
  u64 start_;
  unsigned vfs_;
  std::vector<host::JobOptions> jobs_;
  std::vector<Slot> slots_;
  std::unique_ptr<pcie::HostRoot> root_;
  std::unique_ptr<host::PcieHost> software_;
  std::unique_ptr<host::HostMemory> memory_;
  std::vector<std::unique_ptr<host::NvmeHost>> drives_;
  bool scanned_ = false;
};

void check_host(const config::Component& c, config::Diagnostics& diagnostics) {
  check_faults(c, false, diagnostics);
  check_jobs(c, diagnostics);
}

}  // namespace

void add_host(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = "host";
  type.doc =
      "A server: memory, PCIe root complex, NVMe driver and the jobs of a fio-like job file. No processor is "
      "modelled; what its software costs are parameters.";
  type.params = driver_table().params();
  type.params.push_back(config::file("jobs", std::nullopt, "Job file (docs/user/host-workloads.md)."));
  type.params.push_back(config::quantity("memory", Dimension::kSize, "64 GiB", "8 GiB", "4 TiB", "Main memory."));
  type.params.push_back(
      config::quantity("slots", Dimension::kNone, "1", "1", "16", "PCIe slots with a root port each."));
  type.params.push_back(config::quantity("lanes", Dimension::kNone, "16", "1", "16", "Lanes of a slot."));
  type.params.back().power_of_two = true;
  type.params.push_back(config::quantity("generation", Dimension::kNone, "4", "1", "4", "PCIe generation of a slot."));
  type.params.push_back(config::quantity("vfs", Dimension::kNone, "0", "0", "255",
                                         "Virtual functions to enable on a card that has them. They count as drives "
                                         "behind the card's physical function."));
  type.params.push_back(config::quantity("start", Dimension::kTime, "0 ps", "0", "100 s",
                                         "When the host looks for drives: after what it drives has booted."));
  type.params.push_back(faults_param("What goes wrong on the slots' links, and when; docs/user/faults.md."));
  type.ports = {{"pcie", "pcie", kMaxSlots, false, "The slots; as many as `slots` says."}};
  registry.add(std::move(type), {build_part<HostPart>, check_host});
}

}  // namespace mppa::sim
