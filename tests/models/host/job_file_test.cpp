#include "models/host/job_file.h"

#include <gtest/gtest.h>

namespace mppa::host {
namespace {

JobOptions one(const std::string& keys) { return parse_job_file("[job]\n" + keys, "t.fio").at(0); }

TEST(JobFile, AllKeysOfAnOrdinaryFile) {
  const auto jobs = parse_job_file(R"(
; a comment
[global]
ioengine=io_uring
direct=1
bs=4k            # another
iodepth=32
runtime=5ms
time_based
ramp_time=500us

[mixed]
rw=randrw
rwmixread=70
numjobs=4
size=1g
offset=16MiB
randrepeat=1
randseed=99
rate_iops=1000,500
verify=crc32c

[scan]
rw=read
bs=128k
filename=/dev/nvme0n2
)",
                                   "t.fio");
  ASSERT_EQ(jobs.size(), 2u);
  const JobOptions& mixed = jobs[0];
  EXPECT_EQ(mixed.name, "mixed");
  EXPECT_TRUE(mixed.reads && mixed.writes && mixed.random && mixed.time_based && mixed.verify);
  EXPECT_EQ(mixed.read_percent, 70u);
  EXPECT_EQ(mixed.jobs, 4u);
  EXPECT_EQ(mixed.io_depth, 32u);
  EXPECT_EQ(mixed.size, u64{1} << 30);
  EXPECT_EQ(mixed.offset, u64{16} << 20);
  EXPECT_EQ(mixed.seed, 99u);
  EXPECT_EQ(mixed.read_iops, 1000u);
  EXPECT_EQ(mixed.write_iops, 500u);
  EXPECT_EQ(mixed.runtime_ps, 5'000'000'000u);
  EXPECT_EQ(mixed.ramp_ps, 500'000'000u);
  const JobOptions& scan = jobs[1];
  EXPECT_TRUE(scan.reads && !scan.writes && !scan.random);
  EXPECT_EQ(scan.read_sizes[0].bytes, 131072u);
  EXPECT_EQ(scan.device, 0u);
  EXPECT_EQ(scan.nsids, std::vector<u32>{2});
  EXPECT_FALSE(mixed.device);
  EXPECT_EQ(scan.jobs, 1u);
}

TEST(JobFile, SizesAndSplits) {
  EXPECT_EQ(one("size=25%").size_percent, 25u);
  const auto both = one("bs=4k,64k");
  EXPECT_EQ(both.read_sizes[0].bytes, 4096u);
  EXPECT_EQ(both.write_sizes[0].bytes, 65536u);
  const auto split = one("bssplit=4k/60:64k/40,8k");
  ASSERT_EQ(split.read_sizes.size(), 2u);
  EXPECT_EQ(split.read_sizes[1].bytes, 65536u);
  EXPECT_EQ(split.read_sizes[1].percent, 40u);
  ASSERT_EQ(split.write_sizes.size(), 1u);
  EXPECT_EQ(split.write_sizes[0].percent, 100u);
  const auto open = one("bssplit=4k/50:8k:16k");
  EXPECT_EQ(open.read_sizes[1].percent, 25u);
  EXPECT_EQ(open.read_sizes[2].percent, 25u);
}

TEST(JobFile, Distributions) {
  EXPECT_EQ(one("random_distribution=random").distribution, RandomDistribution::kUniform);
  EXPECT_DOUBLE_EQ(one("random_distribution=zipf:1.2").distribution_parameter, 1.2);
  EXPECT_EQ(one("random_distribution=pareto").distribution, RandomDistribution::kPareto);
}

struct BadFile {
  std::string text, message;
};
void PrintTo(const BadFile& file, std::ostream* out) { *out << file.message; }
class BadJobFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadJobFile, NamesFileLineAndReason) {
  try {
    parse_job_file(GetParam().text, "t.fio");
    FAIL() << "accepted: " << GetParam().text;
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()), GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJobFile,
    ::testing::Values(
        BadFile{"[a]\nrw=read\niodpeth=4\n", "t.fio:3: unknown key 'iodpeth'"},
        BadFile{"rw=read\n", "t.fio:1: 'rw' stands before the first section"},
        BadFile{"[a\n", "t.fio:1: a section is [name]"},
        BadFile{"[global]\nrw=read\n", "t.fio:3: there is no job section"},
        BadFile{"[a]\nrw=sideways\n", "t.fio:2: rw: 'sideways' is not a kind of I/O"},
        BadFile{"[a]\nbs=4x\n", "t.fio:2: bs: 'x' is not a unit of size"},
        BadFile{"[a]\nbs=100\n", "t.fio:2: bs: block size '100' is not a multiple of 512 up to 1g"},
        BadFile{"[a]\niodepth=0\n", "t.fio:2: iodepth: '0' is not an integer from 1 to 65535"},
        BadFile{"[a]\niodepth=\n", "t.fio:2: iodepth: '' does not begin with a number"},
        BadFile{"[a]\nbssplit=4k/60:8k/60\n", "t.fio:2: bssplit: shares add up to 120 %, not to 100 %"},
        BadFile{"[a]\nrwmixread=101\n", "t.fio:2: rwmixread: '101' is not an integer from 0 to 100"},
        BadFile{"[a]\nruntime=5parsec\n", "t.fio:2: runtime: 'parsec' is not a unit of time"},
        BadFile{"[a]\nrandom_distribution=zipf:1\n",
                "t.fio:2: random_distribution: the parameter of zipf is above 0, at most 10, and not 1"},
        BadFile{"[a]\nrandom_distribution=normal:5\n",
                "t.fio:2: random_distribution: 'normal:5' is not a distribution (random, zipf:THETA, pareto:H)"},
        BadFile{"[a]\ndirect=0\n", "t.fio:2: direct: there is no page cache in the model: only direct=1"},
        BadFile{"[a]\n\ntime_based\n", "t.fio:1: [a] is time_based but has no runtime"},
        BadFile{"[a]\n[a]\n", "t.fio:2: section [a] appears twice"},
        BadFile{"[a]\nsize=99999999999t\n", "t.fio:2: size: '99999999999t' is too large"},
        BadFile{"[a]\nfilename=/dev/sda\n",
                "t.fio:2: filename: '/dev/sda' does not name an NVMe namespace (/dev/nvme0n1)"},
        BadFile{"[a]\nverify=maybe\n", "t.fio:2: verify: 'maybe' is not a method of verification"}));

}  // namespace
}  // namespace mppa::host
