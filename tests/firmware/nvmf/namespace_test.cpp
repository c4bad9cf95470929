// Namespaces and subsystems that come and go, also under load.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Namespaces : public TargetTest {
 protected:
  int add(const char* bdev, std::uint32_t nsid = 0) {
    const nvmf_ns_options options = namespace_at(nsid);
    return nvmf_subsystem_add_ns(subsystem_, bdev, &options);
  }
  bool remove(std::uint32_t nsid) {
    bool gone = false;
    EXPECT_EQ(nvmf_subsystem_remove_ns(subsystem_, nsid, [](void* arg) { *static_cast<bool*>(arg) = true; }, &gone), 0);
    return cos_native::run_until([&] { return gone; }, 1000);
  }
};

TEST_F(Namespaces, AddRefusesWhatIsWrong) {
  EXPECT_EQ(add("None"), -ENOENT);
  EXPECT_EQ(add("Malloc0", 1), -EEXIST);
  EXPECT_EQ(add("Malloc0", 9), -EINVAL);
  for (int nsid = 2; nsid <= 8; ++nsid) EXPECT_EQ(add("Malloc0"), nsid);
  EXPECT_EQ(add("Malloc0"), -ENOSPC);
  EXPECT_TRUE(remove(3));
  EXPECT_EQ(add("Malloc0"), 3) << "the lowest free number";
}

TEST_F(Namespaces, CoresSeeWhatComesLater) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(add("Malloc0"), 2);
  cos_native::run_us(10);
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512)).status(), 0);
  EXPECT_TRUE(remove(2));
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(nvmf_subsystem_remove_ns(subsystem_, 2, nullptr, nullptr), -ENOENT);
}

TEST_F(Namespaces, RemovalWaitsForCommandsOfAllCores) {
  bdev_test::ManualBdev manual("Manual0");
  manual.publish();
  EXPECT_EQ(add("Manual0"), 2);
  Queue& admin = connect_admin();
  Queue& a = connect_io(admin, 1, 1);
  Queue& b = connect_io(admin, 2, 2);
  Command& on_a = a.submit(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512));
  Command& on_b = b.submit(rw(NVME_NVM_READ, 1, 1, 2), Bytes(512));
  ASSERT_EQ(manual.submitted.size(), 2U);
  bool gone = false;
  nvmf_subsystem_remove_ns(subsystem_, 2, [](void* arg) { *static_cast<bool*>(arg) = true; }, &gone);
  EXPECT_EQ(nvmf_subsystem_remove_ns(subsystem_, 2, nullptr, nullptr), -EBUSY);
  cos_native::run_us(100);
  EXPECT_FALSE(gone);
  EXPECT_EQ(a.run(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD)) << "no new ones";
  finish(manual, 1);
  cos_native::run_us(100);
  EXPECT_TRUE(on_a.done);
  EXPECT_FALSE(gone);
  finish(manual, 2);
  EXPECT_TRUE(on_b.done);
  EXPECT_TRUE(cos_native::run_until([&] { return gone; }, 100));
  EXPECT_EQ(manual.channels, 0);
  bdev_test::remove("Manual0");
}

TEST_F(Namespaces, HotRemovalOfTheBdevTakesItsNamespace) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 0, 1), Bytes(512)).status(), 0);
  bdev_test::remove("Malloc0");
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 0, 1), Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(
      at<std::uint32_t>(admin.run(command(NVME_ADMIN_IDENTIFY, 0, NVME_CNS_ACTIVE_NAMESPACES), Bytes(4096)).data, 0),
      0U);
}

TEST_F(Namespaces, SubsystemGoesUnderLoad) {
  bdev_test::ManualBdev manual("Manual0");
  manual.publish();
  EXPECT_EQ(add("Manual0"), 2);
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  io.submit(rw(NVME_NVM_READ, 0, 1, 2), Bytes(512));
  bool deleted = false;
  nvmf_subsystem_delete(subsystem_, [](void* arg) { *static_cast<bool*>(arg) = true; }, &deleted);
  cos_native::run_us(100);
  EXPECT_FALSE(deleted);
  finish(manual, 1);
  EXPECT_TRUE(cos_native::run_until([&] { return deleted; }, 1000));
  subsystem_ = nullptr;
  bdev_test::remove("Manual0");
}

TEST_F(Namespaces, SubsystemOptionsAreChecked) {
  nvmf_subsystem* out = nullptr;
  nvmf_subsystem_options o{};
  const auto create = [&](const char* nqn) {
    o.nqn = nqn;
    return nvmf_subsystem_create(target_, &o, &out);
  };
  EXPECT_EQ(create(kNqn), -EEXIST);
  EXPECT_EQ(create(NVMF_DISCOVERY_NQN), -EEXIST);
  EXPECT_EQ(create("nqn.2014-08."), -EINVAL);
  EXPECT_EQ(create("nqn.2014-8.com.kalray"), -EINVAL);
  EXPECT_EQ(create("nqn.2014-08.com kalray"), -EINVAL);
  EXPECT_EQ(create(("nqn.2014-08." + std::string(220, 'x')).c_str()), -EINVAL);
  o.serial_number = "123456789012345678901";
  EXPECT_EQ(create("nqn.2014-08.com.kalray:a"), -EINVAL);
  o.serial_number = "\xe9";
  EXPECT_EQ(create("nqn.2014-08.com.kalray:a"), -EINVAL);
  o.serial_number = nullptr;
  o.min_cntlid = 9;
  o.max_cntlid = 8;
  EXPECT_EQ(create("nqn.2014-08.com.kalray:a"), -EINVAL);
}

TEST_F(Namespaces, TransportOptionsAreChecked) {
  nvmf_transport transport = transport_;
  nvmf_transport_options o{};
  EXPECT_EQ(nvmf_transport_create(&transport, &o), -EEXIST);
  transport.created = false;
  o.max_queue_depth = 1;
  EXPECT_EQ(nvmf_transport_create(&transport, &o), -EINVAL);
  o = {};
  o.max_io_qpairs = NVMF_MAX_IO_QUEUES + 1;
  EXPECT_EQ(nvmf_transport_create(&transport, &o), -EINVAL);
  o = {};
  o.max_io_size = 3 * 4096;
  EXPECT_EQ(nvmf_transport_create(&transport, &o), -EINVAL) << "not a power of two";
  EXPECT_EQ(nvmf_transport_find(target_, "tcp"), &transport_);
  EXPECT_EQ(nvmf_transport_find(target_, "rdma"), nullptr);
  nvmf_address pcie{};
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &pcie), -ENODEV);
}

}  // namespace
}  // namespace mppa::nvmf_test
