// As many controllers as the endpoint has functions, each for a guest of its own.
#include "tests/firmware/emulation/emulated.h"

namespace mppa::test {
namespace {

constexpr unsigned kFunctions = 128;

class Many : public Emulated {
 protected:
  Many() : Emulated(kFunctions) { boot(1, {"pes=4", "volume_kind=null", "volume_mib=64"}); }
  std::string serial_of(unsigned n) {
    Sqe identify = RawNvme::admin_command(AdminOp::kIdentify);
    identify.prp1 = nvme[n].allocate(4096);
    identify.cdw10 = 1;
    EXPECT_EQ(nvme[n].status(nvme[n].admin, identify), 0) << "function " << n;
    const std::string field(reinterpret_cast<const char*>(nvme[n].at(identify.prp1 + 4)), 20);
    return field.substr(0, field.find_last_not_of(' ') + 1);
  }
};

TEST_F(Many, AllFunctionsServeTheirGuests) {
  std::vector<RawQueue> queues;
  for (unsigned n = 0; n < kFunctions; ++n) {
    queues.push_back(start(n));
    EXPECT_EQ(serial_of(n), "MPPA3K200LP" + std::to_string(n));
    // All event requests that are allowed: they must not keep others from their admin commands.
    for (u16 i = 0; i < 4; ++i) {
      Sqe aer = RawNvme::admin_command(AdminOp::kAsyncEvent);
      aer.cid = i;
      nvme[n].put(nvme[n].admin, aer);
    }
    nvme[n].ring(nvme[n].admin);
  }
  // On every function at the same time.
  for (unsigned n = 0; n < kFunctions; ++n) {
    buffer = nvme[n].allocate(8 << 12);
    for (u16 i = 0; i < 16; ++i) nvme[n].put(queues[n], io(IoOp::kRead, i, i, 8 * (1 + i % 2)));
    nvme[n].ring(queues[n]);
  }
  for (unsigned n = 0; n < kFunctions; ++n) {
    const std::map<u16, unsigned> seen = drain(n, queues[n], 16);
    EXPECT_EQ(seen.size(), 16u) << "function " << n;
    for (const auto& [cid, count] : seen) EXPECT_EQ(count, 1u) << "function " << n << ", command " << cid;
  }
  for (unsigned n : {0u, 1u, 64u, 127u}) {
    EXPECT_EQ(serial_of(n), "MPPA3K200LP" + std::to_string(n));
    EXPECT_TRUE(nvme[n].disable());
  }
}

}  // namespace
}  // namespace mppa::test
