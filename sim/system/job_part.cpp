#include "sim/system/job_part.h"

#include <filesystem>
#include <stdexcept>

#include "models/host/job_set.h"
#include "models/host/trace.h"

namespace mppa::sim {

namespace {

namespace fs = std::filesystem;

/// With the traces' names as absolute paths: relative ones count from the job file's folder. A run directory keeps
/// files without the folders they came from.
std::vector<host::JobOptions> parse_jobs(const std::string& file) {
  std::vector<host::JobOptions> jobs = host::parse_job_file(host::read_text_file(file), file);
  for (host::JobOptions& job : jobs) {
    if (job.trace.empty()) continue;
    const fs::path folder = fs::absolute(file).parent_path(), named = folder / job.trace;
    job.trace = (fs::exists(named) ? named : folder / named.filename()).string();
  }
  return jobs;
}

}  // namespace

std::vector<host::JobOptions> read_jobs(const config::Component& component, RunContext& context) {
  const std::string& file = component.text("jobs");
  context.uses_file(file);
  std::vector<host::JobOptions> jobs = parse_jobs(file);
  for (const host::JobOptions& job : jobs)
    if (!job.trace.empty()) context.uses_file(job.trace);
  return jobs;
}

void check_jobs(const config::Component& component, config::Diagnostics& diagnostics) {
  const std::string& file = component.text("jobs");
  try {
    for (const host::JobOptions& job : parse_jobs(file))
      if (!job.trace.empty()) host::parse_trace(host::read_text_file(job.trace), job.trace);
  } catch (const std::runtime_error& e) {
    diagnostics.error(component.where("jobs"), component.path + ".jobs", e.what());
  }
}

}  // namespace mppa::sim
