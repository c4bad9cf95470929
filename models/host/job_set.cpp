#include "models/host/job_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mppa::host {

std::string read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw std::runtime_error(fmt::format("cannot read {}", path));
  return text.str();
}

void JobSet::begin(BlockDriver& driver, const Versions& versions, std::function<void()> done) {
  unsigned queue = 0;
  Random seeds(seed_);
  for (const JobOptions& options : options_) {
    const auto& all = driver.namespaces();
    std::vector<JobRunner::File> files;
    for (const u32 nsid : options.nsids) {
      const auto ns = std::find_if(all.begin(), all.end(), [nsid](const auto& n) { return n.id == nsid; });
      if (ns == all.end())
        throw std::runtime_error(fmt::format("job {}: there is no namespace {}", options.name, nsid));
      files.push_back({*ns, versions(*ns)});
    }
    std::optional<Trace> trace;
    if (!options.trace.empty()) {
      const std::string path = (std::filesystem::path(trace_directory_) / options.trace).string();
      trace = parse_trace(read_text_file(path), path);
    }
    runners_.push_back(std::make_unique<JobRunner>(time_, JobRunner::Target{driver, memory_, std::move(files), device_},
                                                   options, queue, seeds.next(), std::move(trace)));
    queue += static_cast<unsigned>(options.jobs);
  }
  running_ = runners_.size();
  if (running_ == 0) return done();
  done_ = std::move(done);
  for (auto& runner : runners_) {
    runner->on_done([this] {
      if (--running_ == 0) done_();
    });
  }
  for (auto& runner : runners_) runner->start();
}

}  // namespace mppa::host
