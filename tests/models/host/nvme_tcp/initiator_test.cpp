// Hosts and their jobs over NVMe/TCP against a target in memory, honest and hostile.
#include <fstream>

#include "models/common/crc32.h"
#include "models/host/nvme_tcp/host.h"
#include "tests/models/host/nvme_tcp/target.h"
#include "tests/models/host/tcp/bench.h"
#include "tests/support/temp_dir.h"

namespace mppa::host::nvme_tcp::test {
namespace {

using tcp::test::Faults;
using tcp::test::host_params;
using tcp::test::kMs;
using tcp::test::kSecond;
using tcp::test::kUs;
using tcp::test::OurStation;
using tcp::test::Wire;

constexpr const char* kMix =
    "[mix]\nrw=randrw\nbssplit=4k/50:16k/30:64k/20\niodepth=16\nnumjobs=4\nsize=8m\nio_size=8m\n";

/// A host and a target on a wire of 10 Gb/s.
struct Net {
  explicit Net(const std::string& jobs, const TargetParams& target_params = {}, const ControllerParams& controller = {},
               const Faults& faults = {}, bool discovers = false)
      : wire(time, faults),
        a(time, host_params(1, quick())),
        b(time, host_params(2, quick())),
        target(time, b.stack, target_params),
        host("host", time, a.stack, allocator, versions, params(jobs, controller, discovers ? "" : target_params.nqn)) {
    wire.attach(0, a);
    wire.attach(1, b);
  }
  static tcp::TcpParams quick() {
    tcp::TcpParams params;
    params.rto_min = 5 * kMs;
    params.rto_initial = 20 * kMs;
    return params;
  }
  static HostParams params(const std::string& jobs, const ControllerParams& controller, const std::string& nqn) {
    HostParams params;
    params.identity = {"nqn.2014-08.org.example:host", {1, 2, 3}};
    params.target = {0x0A000002, 4420, nqn};
    params.controller = controller;
    params.jobs = parse_job_file(jobs, "test.fio");
    params.trace_directory = mppa::test::temp_dir();
    return params;
  }
  void run(u64 limit = 100 * kSecond) {
    host.start();
    finish(limit);
  }
  void finish(u64 limit = 100 * kSecond) {
    EXPECT_TRUE(tcp::test::run(time, [&] { return host.is_done(); }, limit)) << "at " << time.now() / kUs << " us";
  }
  std::vector<WorkloadResult> results() const {
    std::vector<WorkloadResult> out;
    host.for_each_job([&](const JobRunner& job) { out.push_back(job.result()); });
    return out;
  }
  void expect_clean() const {
    EXPECT_EQ(host.error(), "");
    ASSERT_FALSE(results().empty());
    for (const WorkloadResult& result : results()) {
      EXPECT_EQ(result.errors, 0u);
      EXPECT_EQ(result.verify_errors, 0u);
      EXPECT_GT(result.ios, 0u);
    }
  }

  Timeline time;
  Wire wire;
  OurStation a, b;
  SparseMemory memory{u64{4} << 30};
  HostMemory allocator{memory};
  SharedVersions versions{1};
  Target target;
  Host host;
};

TEST(Crc32c, HasTheKnownAnswer) {
  const std::string digits = "123456789";
  EXPECT_EQ(crc32c({reinterpret_cast<const u8*>(digits.data()), digits.size()}), 0xE3069283u);
  EXPECT_EQ(crc32c(std::vector<u8>(32)), 0x8A9136AAu) << "RFC 3720, B.4";
}

TEST(Initiator, MixedJobsReadBackWhatTheyWrote) {
  Net n(kMix);
  n.run();
  n.expect_clean();
  EXPECT_EQ(n.target.connections(), 5u) << "an admin queue and four for I/O";
  EXPECT_GT(n.target.in_capsule, 300u) << "writes of 4 KiB";
  EXPECT_GT(n.target.r2ts, 100u) << "larger ones";
  EXPECT_GT(n.results()[0].verified_bytes, 10u << 20);
}

TEST(Initiator, DigestsAlignmentAndSizesOfTheControllerAreKept) {
  for (const bool header : {false, true})
    for (const bool data : {false, true}) {
      TargetParams target;
      target.alignment = 7;
      target.capsule_data = 4096;
      target.max_h2c_data = 4096;
      target.r2t_bytes = 20'000;
      target.c2h_bytes = 5000;
      target.success_flag = header;
      ControllerParams controller;
      controller.connect.header_digest = header;
      controller.connect.data_digest = data;
      Net n(kMix, target, controller);
      n.run();
      n.expect_clean();
      EXPECT_TRUE(n.target.terminated.empty());
    }
}

TEST(Initiator, DiscoversItsSubsystem) {
  Net n(kMix, {}, {}, {}, true);
  n.run();
  n.expect_clean();
  ASSERT_EQ(n.host.controllers().size(), 1u);
}

TEST(Initiator, AJobMayUseSeveralNamespaces) {
  TargetParams target;
  target.namespaces = 3;
  Net n("[all]\nfilename=/dev/nvme0n1:/dev/nvme0n3\nrw=randrw\niodepth=8\nsize=1m\nio_size=4m\n", target);
  n.run();
  n.expect_clean();
  EXPECT_EQ(n.results()[0].ios, 1024u) << "io_size is that of the thread";
  const auto is_zero = [](const Bytes& disk) { return std::ranges::all_of(disk, [](u8 byte) { return byte == 0; }); };
  EXPECT_FALSE(is_zero(n.target.disk(1)));
  EXPECT_TRUE(is_zero(n.target.disk(2)));
  EXPECT_FALSE(is_zero(n.target.disk(3)));
}

TEST(Initiator, LargeIoIsSplitToWhatTheControllerTakes) {
  TargetParams target;
  target.mdts = 4;  // 64 KiB
  Net n("[big]\nrw=rw\nbs=1m\niodepth=2\nsize=16m\n", target);
  n.run();
  n.expect_clean();
  EXPECT_EQ(n.target.commands[1] + n.target.commands[2], 16u * 16);
}

TEST(Initiator, TrimsFlushesAndReplaysTraces) {
  const std::string path = mppa::test::temp_dir() + "tcp.iolog";
  std::ofstream(path) << "fio version 2 iolog\nf add\nf open\nf write 0 65536\nf wait 1000\nf read 0 65536\n"
                         "f trim 0 4096\nf wait 1000\nf read 0 4096\nf sync\nf close\n";
  Net n("[t]\nread_iolog=tcp.iolog\n");
  n.run();
  n.expect_clean();
  EXPECT_EQ(n.results()[0].ios, 5u);
  EXPECT_EQ(n.target.commands[9], 1u);
  EXPECT_EQ(n.target.commands[0], 1u);
  std::remove(path.c_str());
}

TEST(Initiator, SurvivesABadWire) {
  Net n(kMix, {}, {}, {.loss = 0.01, .duplicate = 0.01, .corrupt = 0.005, .reorder = 0.05, .seed = 3});
  n.run();
  n.expect_clean();
  EXPECT_GT(n.a.stack.counters().retransmits, 10u);
}

TEST(Initiator, HostsThatShareANamespaceShareWhatTheyKnowOfIt) {
  Net n("[a]\nrw=randrw\niodepth=8\nsize=1m\nio_size=4m\n");
  Host other("other", n.time, n.a.stack, n.allocator, n.versions,
             Net::params("[b]\nrw=randrw\niodepth=8\nsize=1m\nio_size=4m\nrandseed=9\n", {}, TargetParams{}.nqn));
  other.start();
  n.run();
  EXPECT_TRUE(tcp::test::run(n.time, [&] { return other.is_done(); }));
  n.expect_clean();
  other.for_each_job([](const JobRunner& job) {
    EXPECT_EQ(job.result().errors, 0u);
    EXPECT_EQ(job.result().verify_errors, 0u);
    EXPECT_GT(job.result().ios, 0u);
  });
}

TEST(Initiator, AWrongBlockIsFound) {
  Net n("[w]\nrw=write\nsize=1m\n[r]\nrw=read\nsize=1m\nrate_iops=10000\n");
  n.host.start();
  tcp::test::run(n.time, [&] { return !n.results().empty() && n.results()[0].ios == 256; });
  n.target.disk(1)[(1 << 20) - 1] ^= 1;
  n.finish();
  EXPECT_EQ(n.results()[1].verify_errors, 1u);
}

TEST(Initiator, EqualRunsAreEqual) {
  const auto run = [] {
    Net n(kMix, {}, {}, {.loss = 0.01});
    n.run();
    return std::tuple(n.time.now(), n.results()[0].latency_ns.mean(), n.a.stack.counters().segments_out);
  };
  EXPECT_EQ(run(), run());
}

TEST(Initiator, CostsOfTheHostAddToTheLatency) {
  ControllerParams slow;
  slow.submit_cost = 3 * kUs;
  slow.complete_cost = 2 * kUs;
  Net free("[r]\nrw=randread\nnumber_ios=100\n"), costly("[r]\nrw=randread\nnumber_ios=100\n", {}, slow);
  free.run();
  costly.run();
  costly.expect_clean();
  EXPECT_NEAR(costly.results()[0].latency_ns.mean() - free.results()[0].latency_ns.mean(), 5000, 200);
}

TEST(Initiator, KeepsItsAssociationAlive) {
  ControllerParams controller;
  controller.connect.keep_alive = 2 * kMs;
  Net n("[r]\nrw=randread\nrate_iops=1000\nruntime=20ms\ntime_based\n", {}, controller);
  n.run();
  n.expect_clean();
  EXPECT_NEAR(static_cast<double>(n.target.keep_alives), 20, 2);
}

// --- What goes wrong ---

ControllerParams impatient() {
  ControllerParams controller;
  controller.connect_timeout = 50 * kMs;
  controller.connect.command_timeout = 20 * kMs;
  return controller;
}

TEST(InitiatorFaults, ErrorsOfTheControllerAreReported) {
  Net n("[r]\nrw=randread\nnumber_ios=50\n");
  u64 count = 0;
  n.target.judge = [&](u16 queue, const u8* sqe) -> u16 {
    return queue != 0 && sqe[0] == 2 && ++count == 7 ? 0x281 : 0;
  };
  n.run();
  EXPECT_EQ(n.results()[0].errors, 1u);
  EXPECT_EQ(n.results()[0].ios, 49u);
}

TEST(InitiatorFaults, ATargetThatComesLaterIsWaitedFor) {
  Net n("[r]\nrw=randread\nnumber_ios=50\n");
  n.target.judge = [&](u16 queue, const u8* sqe) -> u16 {
    return sqe[0] == 0x7F && sqe[4] == 1 && n.time.now() < 10 * kMs ? 0x182 : 0;  // no such subsystem yet
  };
  n.run();
  n.expect_clean();
}

TEST(InitiatorFaults, WhatNeverComesIsAnError) {
  struct Case {
    const char* what;
    std::function<void(Net&)> set;
    const char* error;
  };
  for (const Case& c :
       {Case{"subsystem", [](Net& n) { n.target.judge = [](u16, const u8*) { return u16{0x182}; }; },
             "host: nvme0: Connect failed with status 0x182"},
        Case{"silence", [](Net& n) { n.target.is_silent = true; }, "host: nvme0: a command of queue 0 timed out"},
        Case{"namespace",
             [](Net& n) { n.target.judge = [](u16, const u8* sqe) -> u16 { return sqe[0] == 6 ? 0x002 : 0; }; },
             "host: nvme0: Identify controller failed with status 0x2"}}) {
    SCOPED_TRACE(c.what);
    Net n("[r]\nrw=randread\n", {}, impatient());
    c.set(n);
    n.run(kSecond);
    EXPECT_EQ(n.host.error(), c.error);
  }
}

TEST(InitiatorFaults, NobodyThereIsAnError) {
  for (const bool discovers : {false, true}) {
    Net n("[r]\nrw=randread\n", {}, impatient(), {.loss = 1}, discovers);
    n.run(kSecond);
    EXPECT_EQ(n.host.error(),
              discovers ? "host: discovery: no answer from the target" : "host: nvme0: no answer from the target");
    EXPECT_NEAR(static_cast<double>(n.time.now()), 50.0 * kMs, kMs);
  }
}

TEST(InitiatorFaults, MissingDigestsQueuesAndNamespacesAreErrors) {
  TargetParams plain;
  plain.digests = 0;
  ControllerParams digests = impatient();
  digests.connect.header_digest = true;
  Net a("[r]\nrw=randread\n", plain, digests);
  a.run(kSecond);
  EXPECT_EQ(a.host.error(), "host: nvme0: digests 1 wanted, 0 granted (1: header, 2: data)");

  TargetParams narrow;
  narrow.queues = 2;
  Net b("[r]\nrw=randread\n", narrow, impatient());
  b.run(kSecond);
  EXPECT_EQ(b.host.error(), "host: nvme0: 4 queues wanted, 2 granted");

  Net c("[j]\nfilename=/dev/nvme0n9\nrw=read\n");
  c.run();
  EXPECT_EQ(c.host.error(), "host: job j: there is no namespace 9");
}

TEST(InitiatorFaults, LostConnectionsEndEveryIo) {
  Net n("[r]\nrw=randrw\niodepth=16\nsize=8m\nruntime=1\ntime_based\n");
  n.host.start();
  n.time.run_until(5 * kMs);
  n.target.drop_all();
  n.finish();
  EXPECT_EQ(n.results()[0].errors, 16u);
  EXPECT_EQ(n.results()[0].verify_errors, 0u);
}

TEST(InitiatorFaults, ASilentControllerTimesOut) {
  Net n("[r]\nrw=randread\niodepth=16\nruntime=1\ntime_based\n", {}, impatient());
  n.host.start();
  n.time.run_until(5 * kMs);
  n.target.is_silent = true;
  n.finish();
  EXPECT_EQ(n.results()[0].errors, 16u);
}

TEST(InitiatorFaults, ReconnectsAndRepeatsWhatWasUnderWay) {
  ControllerParams controller = impatient();
  controller.reconnect = true;
  controller.retry_delay = 2 * kMs;
  Net n("[r]\nrw=randrw\niodepth=16\nnumjobs=4\nsize=8m\nruntime=100ms\ntime_based\n", {}, controller);
  n.host.start();
  for (const u64 when : {5 * kMs, 30 * kMs, 31 * kMs, 60 * kMs}) {
    n.time.run_until(when);
    n.target.drop_all();
  }
  n.time.run_until(70 * kMs);
  n.target.is_silent = true;
  n.time.run_until(95 * kMs);
  n.target.is_silent = false;
  n.finish();
  n.expect_clean();
  EXPECT_GT(n.results()[0].verified_bytes, 1u << 20);
}

/// What a controller may not do, by the PDU it changes.
struct Crime {
  const char* name;
  u8 type;  ///< of the PDU
  std::function<void(Bytes&)> commit;
  u16 cause;  ///< in the host's H2CTermReq
};

template <typename T>
std::function<void(Bytes&)> set(std::size_t at, T value) {
  return [at, value](Bytes& pdu) { std::memcpy(&pdu[at], &value, sizeof value); };
}

class HostileController : public ::testing::TestWithParam<Crime> {};

TEST_P(HostileController, IsLeftWithAReason) {
  const Crime& crime = GetParam();
  const bool digests = crime.cause == 3;
  ControllerParams controller = impatient();
  controller.connect.header_digest = digests;
  Net n("[r]\nrw=rw\nbs=64k\niodepth=4\nsize=8m\nruntime=1\ntime_based\n", {}, controller);
  u64 seen = 0;
  n.target.out = [&](Bytes& pdu) {
    if (pdu[0] == crime.type && (crime.type == 1 || n.time.now() > 5 * kMs) && ++seen <= 100) crime.commit(pdu);
    return true;
  };
  n.run(3 * kSecond);
  tcp::test::run(n.time, [] { return false; }, kMs);  // for what is on the wire
  ASSERT_FALSE(n.target.terminated.empty());
  EXPECT_EQ(n.target.terminated[0].first, crime.cause);
  EXPECT_TRUE(n.host.is_done());
  if (crime.type == 1) {
    EXPECT_NE(n.host.error(), "");
  } else {
    EXPECT_GT(n.results()[0].errors, 0u);
    EXPECT_EQ(n.results()[0].verify_errors, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Crimes, HostileController,
    ::testing::Values(Crime{"IcVersion", 1, set<u16>(8, 1), 6}, Crime{"IcAlignment", 1, set<u8>(10, 32), 1},
                      Crime{"IcMaxData", 1, set<u32>(12, 100), 1}, Crime{"IcLength", 1, set<u32>(4, 64), 1},
                      Crime{"IcTwice", 7,
                            [](Bytes& p) {
                              p.resize(128);
                              p[0] = 1, p[2] = 128, p[3] = 0, p[1] = 0;
                              const u32 n = 128;
                              std::memcpy(&p[4], &n, 4);
                            },
                            2},
                      Crime{"UnknownType", 7, set<u8>(0, 0x33), 1}, Crime{"HostsType", 5, set<u8>(0, 4), 1},
                      Crime{"HeaderLength", 7, set<u8>(2, 23), 1}, Crime{"UnwantedDigest", 7, set<u8>(1, 3), 1},
                      Crime{"PduLength", 7, set<u32>(4, 99), 1}, Crime{"HugePdu", 7, set<u32>(4, 0xFFFFFFFF), 1},
                      Crime{"DataOffset", 7, set<u8>(3, 25), 1}, Crime{"NoData", 7, set<u32>(16, 0), 1},
                      Crime{"DataForNobody", 7, set<u16>(8, 0x7FFF), 1},
                      Crime{"DataElsewhere", 7, set<u32>(12, 4096), 4},
                      Crime{"DataBeyond", 7, set<u32>(12, 0xFFFFF000), 4}, Crime{"EarlySuccess", 7, set<u8>(1, 8), 1},
                      Crime{"R2tForNobody", 9, set<u16>(8, 0x7FFF), 1},
                      Crime{"R2tBeyond", 9, set<u32>(16, 0x100000), 4}, Crime{"R2tOfNothing", 9, set<u32>(16, 0), 4},
                      Crime{"R2tElsewhere", 9, set<u32>(12, 4), 4},
                      Crime{"ResponseToNobody", 5, set<u16>(20, 0x7FFF), 1},
                      Crime{"HeaderDigest", 7, [](Bytes& p) { p[24] ^= 1; }, 3}),
    [](const auto& info) { return info.param.name; });

TEST(InitiatorFaults, AWrongDataDigestFailsTheCommandOnly) {
  ControllerParams controller;
  controller.connect.data_digest = true;
  Net n("[r]\nrw=randread\niodepth=4\nnumber_ios=100\n", {}, controller);
  u64 count = 0;
  n.target.out = [&](Bytes& pdu) {
    if (pdu[0] == 7 && pdu.size() > 4096 && !n.results().empty() && ++count % 10 == 0) pdu[100] ^= 1;
    return true;
  };
  n.run();
  EXPECT_GT(n.results()[0].errors, 3u);
  EXPECT_EQ(n.results()[0].ios + n.results()[0].errors, 100u);
  EXPECT_EQ(n.results()[0].verify_errors, 0u);
}

TEST(InitiatorFaults, SuccessWithoutTheDataIsNone) {
  TargetParams target;
  target.success_flag = false;
  Net n("[r]\nrw=randread\nnumber_ios=20\n", target);
  u64 count = 0;
  n.target.out = [&](Bytes& pdu) { return !(pdu[0] == 7 && !n.results().empty() && ++count == 5); };
  n.run();
  EXPECT_EQ(n.results()[0].errors, 1u);
}

TEST(InitiatorFaults, ATermReqOfTheControllerIsUnderstood) {
  Net n("[r]\nrw=randread\nruntime=1\ntime_based\n", {}, impatient());
  n.target.out = [&](Bytes& pdu) {
    if (n.time.now() < 5 * kMs) return true;
    pdu.resize(30);
    const u8 header[] = {3, 0, 24, 0, 30, 0, 0, 0, 1, 0, 2, 0, 0, 0};
    std::copy(std::begin(header), std::end(header), pdu.begin());
    return true;
  };
  n.run();
  EXPECT_GT(n.results()[0].errors, 0u);
  EXPECT_TRUE(n.target.terminated.empty()) << "no answer to a TermReq";
}

TEST(InitiatorFaults, GarbageFromTheControllerDoesNoHarm) {
  for (u64 seed = 1; seed <= 30; ++seed) {
    ControllerParams controller = impatient();
    controller.connect.header_digest = seed % 2;
    Net n("[r]\nrw=rw\niodepth=4\nsize=8m\nruntime=50ms\ntime_based\n", {}, controller);
    Random random(seed);
    n.target.out = [&](Bytes& pdu) {
      if (n.time.now() > 5 * kMs && random.below(20) == 0)
        pdu[random.below(std::min<u64>(28, pdu.size()))] = static_cast<u8>(random.next());
      return true;
    };
    n.run(3 * kSecond);
    EXPECT_TRUE(n.host.is_done());
  }
}

}  // namespace
}  // namespace mppa::host::nvme_tcp::test
