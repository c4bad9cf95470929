// Job files in fio's form: an ini file with one section per job; [global] sets defaults for the sections after it.
// The keys that are known are listed in docs/user/host-workloads.md; any other key is an error.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/types.h"

namespace mppa::host {

/// What is wrong with a file, with its name and line: "jobs.fio:7: unknown key 'iodpeth'".
class InputError : public std::runtime_error {
 public:
  InputError(std::string_view file, unsigned line, const std::string& what);
};

/// One size of a bssplit and how often it is drawn.
struct BlockShare {
  u64 bytes;
  unsigned percent;
};

enum class RandomDistribution : u8 { kUniform, kZipf, kPareto };

enum class TraceFormat : u8 { kIolog, kBlktrace };

/// One job section with all defaults filled in.
struct JobOptions {
  std::string name;
  bool reads = true;  ///< rw: whether the job reads, writes, and at random offsets
  bool writes = false;
  bool trims = false;
  bool random = false;
  unsigned read_percent = 50;  ///< rwmixread, of a job that reads and writes
  std::vector<BlockShare> read_sizes = {{4096, 100}}, write_sizes = {{4096, 100}};  ///< bs, bssplit
  u64 io_depth = 1;
  u64 jobs = 1;  ///< numjobs: threads that run this section at the same time
  u64 seed = 0;
  bool random_map = true;  ///< every block of the range is visited once before any is visited again (norandommap: off)
  RandomDistribution distribution = RandomDistribution::kUniform;
  double distribution_parameter = 0;
  u64 offset = 0;
  u64 size = 0;               ///< bytes of the range; 0: up to the end of the device
  unsigned size_percent = 0;  ///< instead of size, of the device
  u64 io_size = 0;            ///< bytes to move; 0: size
  u64 number_ios = 0;         ///< 0: no limit
  bool time_based = false;    ///< run for the whole runtime
  u64 runtime_ps = 0;         ///< 0: until all is done
  u64 ramp_ps = 0;
  u64 read_iops = 0, write_iops = 0;  ///< rate_iops; 0: no limit
  bool verify = true;                 ///< check what is read against what has been written
  bool do_verify = false;             ///< read back what has been written when the job is over
  std::string trace;                  ///< read_iolog: replay this file instead of generating
  /// filename=/dev/nvme<device>n<nsid>, with ':' between several of one device; without: every drive of the host runs
  /// the job, on its namespace 1.
  std::optional<u32> device;
  std::vector<u32> nsids = {1};
};

/// Parses the text of a job file; throws InputError. Sections with numjobs > 1 stay one entry.
std::vector<JobOptions> parse_job_file(std::string_view text, std::string_view file_name);

}  // namespace mppa::host
