// The methods bdev_nvme_*, on the driver with fake controllers.
#include "tests/firmware/mgmt/fixture.h"
#include "tests/firmware/nvme/machine.h"

extern "C" {
#include "mgmt/nvme_methods.h"
#include "nvme/pcie.h"
}

// The fakes are at bus 1, 2 ...: what nvme/driver/pcie.c does on the chip.
int nvme_pcie_attach(const char* name, const char* traddr, const nvme_options* options, nvme_ctrlr_fn ready,
                     void* arg) {
  for (unsigned i = 0; i < 2; ++i)
    if (traddr == "0004:0" + std::to_string(i + 1) + ":00.0")
      return nvme_ctrlr_attach(name, mppa::nvme_test::kRegisters + i * mppa::nvme_test::kStride, options, ready, arg);
  return -ENODEV;
}

bool nvme_pcie_traddr(const nvme_ctrlr* ctrlr, char* traddr) {
  const mppa::u64 number =
      (nvme_ctrlr_info(ctrlr)->registers - mppa::nvme_test::kRegisters) / mppa::nvme_test::kStride + 1;
  snprintf(traddr, NVME_TRADDR_MAX, "0004:%02x:00.0", static_cast<unsigned>(number));
  return true;
}

namespace mppa::mgmt_test {
namespace {

class NvmeMethods : public RpcTest {
 protected:
  NvmeMethods() : machine_(2) {
    start(0);
    nvme_options options{};
    options.io_timeout_us = 50'000;
    options.clusters = 1;
    nvme_methods_register(&options);
  }
  bool pass(const std::function<bool()>& done) override { return machine_.run(done); }
  static std::string attach(const std::string& name, const std::string& traddr) {
    return R"({"name":")" + name + R"(","trtype":"PCIe","traddr":")" + traddr + "\"}";
  }

  nvme_test::Machine machine_;
};

constexpr const char* kNamed = R"({"name":"Nvme0"})";

TEST_F(NvmeMethods, AttachResetAndDetach) {
  EXPECT_EQ(call("bdev_nvme_get_controllers"), "[]");
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:01:00.0")), R"(["Nvme0n1"])");
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme1", "0004:02:00.0")), R"(["Nvme1n1"])");
  EXPECT_NE(bdev_get_by_name("Nvme1n1"), nullptr);
  EXPECT_EQ(call("bdev_nvme_get_controllers", kNamed),
            R"([{"name":"Nvme0","ctrlrs":[{"state":"enabled","trid":{"trtype":"PCIe","traddr":"0004:01:00.0"},)"
            R"("cntlid":0}]}])");
  EXPECT_EQ(call("bdev_nvme_reset_controller", kNamed), "true");
  EXPECT_EQ(machine_.fake[0]->enables, 2U);
  EXPECT_EQ(machine_.fake[1]->enables, 1U);
  EXPECT_EQ(call("bdev_nvme_detach_controller", kNamed), "true");
  EXPECT_EQ(machine_.fake[0]->shutdowns, 1U);
  EXPECT_EQ(bdev_get_by_name("Nvme0n1"), nullptr);
  for (const char* method : {"bdev_nvme_detach_controller", "bdev_nvme_reset_controller", "bdev_nvme_get_controllers"})
    EXPECT_EQ(call(method, kNamed), error(-ENODEV, "No such device")) << method;
  EXPECT_EQ(call("bdev_nvme_detach_controller", R"({"name":"Nvme1"})"), "true");
}

TEST_F(NvmeMethods, AttachRefuses) {
  EXPECT_EQ(call("bdev_nvme_attach_controller", R"({"name":"a","trtype":"TCP","traddr":"10.0.0.1"})"),
            error(-32602, "Invalid parameters: trtype is not PCIe"));
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:07:00.0")), error(-ENODEV, "No such device"));
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:01:00.0")), R"(["Nvme0n1"])");
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:02:00.0")), error(-EEXIST, "File exists"));
  machine_.fake[1]->gone = true;
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme1", "0004:02:00.0")), error(-ENODEV, "No such device"));
  machine_.fake[1]->gone = false;
  machine_.fake[1]->never_ready = true;
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme1", "0004:02:00.0")),
            error(-ETIMEDOUT, "Connection timed out"));
  EXPECT_EQ(call("bdev_nvme_detach_controller", kNamed), "true");
}

TEST_F(NvmeMethods, OptionsAreOfControllersAttachedLater) {
  EXPECT_EQ(call("bdev_nvme_set_options", R"({"action_on_timeout":"none"})"),
            error(-32602, "Invalid parameters: action_on_timeout is not reset"));
  EXPECT_EQ(call("bdev_nvme_set_options", R"({"io_queue_requests":1025})"), error(-EINVAL, "Invalid argument"));
  EXPECT_EQ(
      call("bdev_nvme_set_options",
           R"({"action_on_timeout":"reset","timeout_us":70000,"timeout_admin_us":90000,"io_queue_requests":256})"),
      "true");
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:01:00.0")), R"(["Nvme0n1"])");
  const nvme_device_info* info = nvme_ctrlr_info(nvme_ctrlr_find("Nvme0"));
  EXPECT_EQ(info->queue_entries, 256U);
  EXPECT_EQ(info->io_timeout_us, 70'000U);
  EXPECT_EQ(call("bdev_nvme_detach_controller", kNamed), "true");
}

TEST_F(NvmeMethods, AControllerThatIsBeingResetOrFailsIsShownSo) {
  const auto state = [&] {
    const std::string all = call("bdev_nvme_get_controllers", kNamed);
    const std::size_t at = all.find("\"state\":") + 9;
    return all.substr(at, all.find('"', at) - at);
  };
  EXPECT_EQ(call("bdev_nvme_attach_controller", attach("Nvme0", "0004:01:00.0")), R"(["Nvme0n1"])");
  bdev_test::User user("Nvme0n1", 0);
  machine_.fake[0]->never_ready = true;
  nvme_ctrlr_reset(nvme_ctrlr_find("Nvme0"), nullptr, nullptr);
  EXPECT_EQ(state(), "resetting");
  machine_.run([&] { return !user.events.empty(); });
  EXPECT_EQ(state(), "failed") << "and stays until its users have let go";
  user.close();
  EXPECT_TRUE(machine_.run([] { return nvme_ctrlr_find("Nvme0") == nullptr; }));
}

}  // namespace
}  // namespace mppa::mgmt_test
