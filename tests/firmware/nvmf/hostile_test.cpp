// Random commands on random queues, with namespaces that come and go, queues that end, controllers that are reset:
// every command completes exactly once, nothing crashes, nothing is lost.
#include <random>

#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Hostile : public TargetTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  /// Opcodes that exist are likelier than others, small values likelier than large ones.
  nvme_command random_command() {
    static const std::uint8_t kOpcodes[] = {0, 1, 2, 4, 5, 6, 8, 9, 0xa, 0xc, 0x18, 0x7f};
    nvme_command sqe;
    auto* words = reinterpret_cast<std::uint32_t*>(&sqe);
    for (unsigned i = 0; i < 16; ++i) {
      const std::uint32_t bits = pick(4) ? pick(9) * 4 : 32;
      words[i] = static_cast<std::uint32_t>(random_()) & static_cast<std::uint32_t>((1ULL << bits) - 1);
    }
    if (pick(8)) sqe.opcode = kOpcodes[pick(sizeof kOpcodes)];
    if (pick(2)) sqe.flags = 0;
    if (pick(2)) sqe.nsid = pick(4);
    if (pick(4) == 0) sqe.cdw10 = pick(8) << 8 | pick(0x80);
    return sqe;
  }

  /// Commands that take effect on the connection itself are for others to test; here they would only end it.
  static bool is_harmless(const nvme_command& sqe) {
    const auto* cmd = reinterpret_cast<const nvmf_property_command*>(&sqe);
    const bool keep_alive = sqe.opcode == NVME_ADMIN_SET_FEATURES && (sqe.cdw10 & 0xff) == NVME_FEATURE_KEEP_ALIVE;
    return !(sqe.opcode == NVME_ADMIN_FABRICS &&
             (cmd->fctype == NVMF_DISCONNECT || cmd->fctype == NVMF_PROPERTY_SET)) &&
           !keep_alive;
  }

  void disturb() {
    const nvmf_ns_options ns = namespace_at(1 + pick(4), pick(3));
    const nvmf_address where = address();
    switch (pick(5)) {
      case 0:
        nvmf_subsystem_add_ns(subsystem_, pick(2) ? "Malloc0" : "Malloc1", &ns);
        break;
      case 1:
        nvmf_subsystem_remove_ns(subsystem_, 1 + pick(4), nullptr, nullptr);
        break;
      case 2:
        nvmf_subsystem_set_ana_state(subsystem_, &where, pick(3), static_cast<nvme_ana_state>(pick(16)));
        break;
      case 3:
        nvmf_subsystem_set_ns_limits(subsystem_, 1 + pick(4), pick(2) * 100'000, pick(2) * 10'000'000);
        break;
      default:
        break;
    }
  }

  std::mt19937_64 random_{GetParam()};
};

TEST_P(Hostile, EveryCommandCompletesOnce) {
  EXPECT_EQ(bdev_malloc_create("Malloc1", nullptr, 4096, 256), 0);
  Queue* admin = &connect_admin();
  std::vector<Queue*> all;
  for (unsigned round = 0; round < 1500; ++round) {
    if (admin->closed || pick(300) == 0) {
      if (!admin->closed) admin->close();
      cos_native::run_us(100);
      all.clear();
      admin = &connect_admin({}, pick(4));
    }
    if (pick(50) == 0) disturb();
    std::erase_if(all, [](const Queue* q) { return q->qpair.state != NVMF_QPAIR_READY; });
    if (all.size() < 3) {
      cos_native::run_us(20);  // ids of queues that have just ended become free
      const auto qid = static_cast<std::uint16_t>(1 + round % 16);
      ConnectOptions o;
      o.qid = qid;
      o.cntlid = admin->qpair.cntlid;
      Queue& io = queue(pick(4));
      if (io.run(connect_command(o), connect_data(o)).status() == 0) all.push_back(&io);
    }
    Queue& q = all.empty() || pick(3) == 0 ? *admin : *all[pick(static_cast<std::uint32_t>(all.size()))];
    nvme_command sqe = random_command();
    if (is_harmless(sqe)) q.submit(sqe, Bytes(pick(3) ? pick(4097) : pick(3) * 4096, static_cast<std::uint8_t>(round)));
    if (pick(20) == 0) admin->submit(property_set(NVME_REG_CC, pick(4) ? 0x460001 : pick(0x10000000)));
    if (pick(40) == 0 && !all.empty()) all[pick(static_cast<std::uint32_t>(all.size()))]->start_close();
    if (pick(4) == 0) cos_native::run_us(pick(20));
  }
  for (std::uint32_t nsid = 1; nsid <= 8; ++nsid) nvmf_subsystem_set_ns_limits(subsystem_, nsid, 0, 0);
  close_all();
  remove_subsystem();
  bdev_test::remove("Malloc1");
  // The fixture checks that each command has completed and that no memory is lost.
}

INSTANTIATE_TEST_SUITE_P(Seeds, Hostile, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace mppa::nvmf_test
