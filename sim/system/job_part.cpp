#include "sim/system/job_part.h"

#include <stdexcept>

#include "models/host/job_file.h"
#include "models/host/job_set.h"

namespace mppa::sim {

void check_jobs(const config::Component& component, config::Diagnostics& diagnostics) {
  const std::string& file = component.text("jobs");
  try {
    host::parse_job_file(host::read_text_file(file), file);
  } catch (const std::runtime_error& e) {
    diagnostics.error(component.where("jobs"), component.path + ".jobs", e.what());
  }
}

}  // namespace mppa::sim
