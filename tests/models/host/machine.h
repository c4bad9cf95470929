// A host with one directly attached drive, without SystemC.
#pragma once

#include <gtest/gtest.h>

#include "models/host/direct_link.h"
#include "models/host/nvme_host.h"
#include "models/ssd/profiles.h"
#include "models/ssd/ssd.h"
#include "tests/support/temp_dir.h"

namespace mppa::host::test {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

struct Machine {
  Machine(const ssd::SsdParams& drive, std::string_view jobs, const NvmeDriverParams& driver = {}, u64 seed = 1)
      : ssd(time, drive),
        link(time, memory, ssd.controller(0)),
        host("host", time, link, allocator, driver, parse_job_file(jobs, "test.fio"), seed, mppa::test::temp_dir()) {
    ssd.controller(0).connect(link);
  }
  /// Runs until all jobs have ended; fails the test if that takes longer than `limit`.
  void run(u64 limit = 10'000 * kMs) {
    host.start();
    while (!host.is_done() && !time.empty() && time.next() < limit) time.run_until(time.next());
    EXPECT_TRUE(host.is_done()) << "jobs still run at " << time.now() / kUs << " us";
  }
  WorkloadResult result(std::size_t job = 0) const { return host.jobs().at(job)->result(); }

  Timeline time;
  SparseMemory memory{u64{16} << 30};
  HostMemory allocator{memory};
  ssd::Ssd ssd;
  DirectLink link;
  NvmeHost host;
};

inline double per_second(u64 count, const WorkloadResult& result) {
  return static_cast<double>(count) / (static_cast<double>(result.window_ps) * 1e-12);
}

}  // namespace mppa::host::test
