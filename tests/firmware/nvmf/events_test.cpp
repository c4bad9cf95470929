// Asynchronous events, Abort.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Events : public TargetTest {
 protected:
  Command& await_event() { return admin_.submit(command(NVME_ADMIN_ASYNC_EVENT)); }
  static bool happens(const Command& c) {
    return cos_native::run_until([&] { return c.done; }, 100);
  }
  void change_ana() {
    const nvmf_address where = address();
    ASSERT_EQ(nvmf_subsystem_set_ana_state(subsystem_, &where, 0, NVME_ANA_OPTIMIZED), 0);
  }

  Queue& admin_ = connect_admin();
};

constexpr std::uint32_t kNamespaceChanged =
    NVME_AER(NVME_EVENT_NOTICE, NVME_EVENT_NS_CHANGED, NVME_LOG_CHANGED_NAMESPACES);
constexpr std::uint32_t kAnaChanged = NVME_AER(NVME_EVENT_NOTICE, NVME_EVENT_ANA_CHANGED, NVME_LOG_ANA);

TEST_F(Events, NamespaceChangeIsToldOnceUntilItsLogHasBeenRead) {
  Command& first = await_event();
  Command& second = await_event();
  EXPECT_FALSE(happens(first));
  EXPECT_EQ(bdev_malloc_create("Malloc1", nullptr, 512, 64), 0);
  const nvmf_ns_options ns = namespace_at(4);
  nvmf_subsystem_add_ns(subsystem_, "Malloc1", &ns);
  EXPECT_TRUE(happens(first));
  EXPECT_EQ(first.request.cpl.cdw0, kNamespaceChanged);
  EXPECT_EQ(first.status(), 0);
  bdev_test::remove("Malloc1");
  EXPECT_FALSE(happens(second)) << "the page has not been read";
  // Retain Asynchronous Event keeps it masked.
  nvme_command retain = get_log(NVME_LOG_CHANGED_NAMESPACES, 4096);
  retain.cdw10 |= 1 << 15;
  EXPECT_EQ(at<std::uint32_t>(admin_.run(retain, Bytes(4096)).data, 0), 4U);
  EXPECT_FALSE(second.done);
  const Bytes page = admin_.run(get_log(NVME_LOG_CHANGED_NAMESPACES, 4096), Bytes(4096)).data;
  EXPECT_EQ(at<std::uint32_t>(page, 0), 4U);
  EXPECT_EQ(at<std::uint32_t>(page, 4), 0U);
  EXPECT_FALSE(happens(second)) << "the page has shown the removal, too";
  EXPECT_EQ(at<std::uint32_t>(admin_.run(get_log(NVME_LOG_CHANGED_NAMESPACES, 4096), Bytes(4096)).data, 0), 0U);
  bdev_test::remove("Malloc0");
  EXPECT_TRUE(happens(second));
}

TEST_F(Events, EventsWaitForARequest) {
  change_ana();
  Command& c = await_event();
  EXPECT_TRUE(happens(c));
  EXPECT_EQ(c.request.cpl.cdw0, kAnaChanged);
}

TEST_F(Events, HostChoosesByFeature) {
  admin_.run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_ASYNC_EVENT, 1 << 8));
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_GET_FEATURES, 0, NVME_FEATURE_ASYNC_EVENT)).request.cpl.cdw0, 1U << 8);
  change_ana();
  EXPECT_FALSE(happens(await_event()));
}

TEST_F(Events, FifthRequestExceedsTheLimit) {
  for (int i = 0; i < NVMF_MAX_AER; ++i) EXPECT_FALSE(happens(await_event()));
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_ASYNC_EVENT)).status(), specific(NVME_SC_AER_LIMIT));
}

TEST_F(Events, AbortTakesAnEventRequestAndNothingElse) {
  Command& event = await_event();
  Command& other = await_event();
  cos_native::run_us(5);
  const auto cid = static_cast<std::uint32_t>(event.sqe.cid);
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_ABORT, 0, cid << 16)).request.cpl.cdw0, 0U);
  EXPECT_TRUE(event.done);
  EXPECT_EQ(event.status(), status(NVME_SCT_GENERIC, NVME_SC_ABORTED, false));
  EXPECT_FALSE(other.done);
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_ABORT, 0, cid << 16)).request.cpl.cdw0, 1U) << "it is not there any more";
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_ABORT, 0, 0xffff'0001)).request.cpl.cdw0, 1U);
}

TEST_F(Events, EndOfTheQueueAndResetAbortThem) {
  Command& a = await_event();
  cos_native::run_us(5);
  admin_.run(property_set(NVME_REG_CC, 0));
  EXPECT_TRUE(happens(a));
  EXPECT_EQ(a.status(), status(NVME_SCT_GENERIC, NVME_SC_ABORTED, false));
  admin_.run(property_set(NVME_REG_CC, NVME_CC_EN));
  Command& b = await_event();
  cos_native::run_us(5);
  admin_.close();
  EXPECT_TRUE(b.done);
}

TEST_F(Events, ResizeIsANamespaceChange) {
  bdev_test::ManualBdev manual("Manual0");
  manual.publish();
  const nvmf_ns_options ns = namespace_at(2);
  EXPECT_EQ(nvmf_subsystem_add_ns(subsystem_, "Manual0", &ns), 2);
  EXPECT_EQ(admin_.run(get_log(NVME_LOG_CHANGED_NAMESPACES, 4096), Bytes(4096)).status(), 0);
  Queue& io = connect_io(admin_);
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 1000, 1, 2), Bytes(512)).status(), generic(NVME_SC_LBA_OUT_OF_RANGE));
  Command& resized = await_event();
  bdev_notify_blocks(&manual.bdev, 2000);
  EXPECT_TRUE(happens(resized));
  EXPECT_EQ(resized.request.cpl.cdw0, kNamespaceChanged);
  Command& read = io.submit(rw(NVME_NVM_READ, 1000, 1, 2), Bytes(512));
  EXPECT_FALSE(read.done);
  finish(manual, 1);
  EXPECT_EQ(read.status(), 0);
  bdev_test::remove("Manual0");
}

TEST_F(Events, DiscoveryChange) {
  ConnectOptions o;
  o.subnqn = NVMF_DISCOVERY_NQN;
  Queue& d = connect_admin(o);
  Command& c = d.submit(command(NVME_ADMIN_ASYNC_EVENT));
  EXPECT_FALSE(happens(c));
  const nvmf_address where = address("4422");
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &where), 0);
  EXPECT_TRUE(happens(c));
  EXPECT_EQ(c.request.cpl.cdw0, NVME_AER(NVME_EVENT_NOTICE, NVME_EVENT_DISCOVERY_CHANGED, NVME_LOG_DISCOVERY));
}

}  // namespace
}  // namespace mppa::nvmf_test
