// The methods bdev_* and nvmf_*, as SPDK's clients call them.
#include "tests/firmware/bdev/fixture.h"
#include "tests/firmware/mgmt/fixture.h"

extern "C" {
#include "mgmt/bdev_methods.h"
#include "nvmf/methods.h"
}

namespace mppa::mgmt_test {
namespace {

class Methods : public RpcTest {
 protected:
  Methods() : RpcTest(0) {
    const nvmf_target_config config{.cluster = 0, .control_cluster = 0, .control_core = MPPA_RM, .max_subsystems = 2};
    target_ = nvmf_target_create(&config);
    transport_.name = "TCP";
    transport_.trtype = NVMF_TRTYPE_TCP;
    nvmf_transport_register(target_, &transport_);
    bdev_methods_register();
    nvmf_methods_register(target_);
  }
  ~Methods() override {
    while (nvmf_subsystem* s = nvmf_subsystem_next(target_, nullptr))
      EXPECT_EQ(call("nvmf_delete_subsystem", std::string(R"({"nqn":")") + nvmf_subsystem_nqn(s) + "\"}"), "true");
    nvmf_target_destroy(target_);
    while (bdev_first() != nullptr) bdev_test::remove(bdev_name(bdev_first()));
  }
  bool contains(const std::string& method, const std::string& params, const std::string& text) {
    const std::string result = call(method, params);
    EXPECT_NE(result.find(text), std::string::npos) << result;
    return result.find(text) != std::string::npos;
  }

  nvmf_target* target_;
  nvmf_transport transport_{};
};

constexpr const char* kDisk =
    R"({"name":"d","num_blocks":64,"block_size":512,"uuid":"01020304-0506-0708-090a-0b0c0d0e0f10"})";

TEST_F(Methods, Bdevs) {
  EXPECT_EQ(call("bdev_get_bdevs"), "[]");
  EXPECT_EQ(call("bdev_malloc_create", kDisk), "\"d\"");
  EXPECT_EQ(call("bdev_malloc_create", kDisk), error(-EEXIST, "File exists"));
  EXPECT_EQ(call("bdev_malloc_create", R"({"num_blocks":8,"block_size":4096})"), "\"Malloc0\"");
  EXPECT_EQ(call("bdev_null_create", R"({"num_blocks":8,"block_size":4096})"), "\"Null0\"");
  EXPECT_EQ(call("bdev_null_create", R"({"num_blocks":8,"block_size":3})"), error(-EINVAL, "Invalid argument"));
  contains(
      "bdev_get_bdevs", R"({"name":"d"})",
      R"("name":"d","aliases":["01020304-0506-0708-090a-0b0c0d0e0f10"],"product_name":"Malloc disk","block_size":512,"num_blocks":64)");
  EXPECT_EQ(call("bdev_get_bdevs", R"({"name":"x"})"), error(-ENODEV, "No such device"));
  contains("bdev_get_iostat", "{}", R"({"name":"d","bytes_read":0,"num_read_ops":0,)");
  EXPECT_EQ(call("bdev_null_delete", R"({"name":"d"})"), error(-ENODEV, "No such device")) << "not one of this module";
  EXPECT_EQ(call("bdev_malloc_delete", R"({"name":"d"})"), "true");
  EXPECT_EQ(call("bdev_null_delete", R"({"name":"Null0"})"), "true");
}

TEST_F(Methods, BdevsOnBdevs) {
  call("bdev_malloc_create", R"({"name":"a","num_blocks":4096,"block_size":512})");
  call("bdev_malloc_create", R"({"name":"b","num_blocks":4096,"block_size":512})");
  EXPECT_EQ(call("bdev_split_create", R"({"base_bdev":"x","split_count":2})"), error(-ENODEV, "No such device"));
  EXPECT_EQ(call("bdev_split_create", R"({"base_bdev":"a","split_count":2,"split_size_mb":1})"), R"(["ap0","ap1"])");
  EXPECT_EQ(
      call("bdev_delay_create",
           R"({"name":"d","base_bdev_name":"ap0","avg_read_latency":10,"avg_write_latency":20,"p99_read_latency":30})"),
      error(-32602, "Invalid parameters: p99 latencies must equal the averages"));
  EXPECT_EQ(
      call("bdev_delay_create", R"({"name":"d","base_bdev_name":"ap0","avg_read_latency":10,"avg_write_latency":20})"),
      "\"d\"");
  EXPECT_EQ(call("bdev_passthru_create", R"({"name":"p","base_bdev_name":"d"})"), "\"p\"");
  EXPECT_EQ(call("bdev_raid_create", R"({"name":"r","raid_level":"raid1","strip_size_kb":4,"base_bdevs":["ap1","b"]})"),
            error(-32602, "Invalid parameters: raid_level is not raid0"));
  EXPECT_EQ(call("bdev_raid_create", R"({"name":"r","raid_level":"raid0","strip_size_kb":4,"base_bdevs":["ap1","c"]})"),
            error(-ENODEV, "No such device"));
  EXPECT_EQ(call("bdev_raid_create", R"({"name":"r","raid_level":"raid0","strip_size_kb":4,"base_bdevs":["ap1","b"]})"),
            "true");
  EXPECT_EQ(call("bdev_raid_delete", R"({"name":"r"})"), "true");
  EXPECT_EQ(call("bdev_passthru_delete", R"({"name":"p"})"), "true");
  EXPECT_EQ(call("bdev_delay_delete", R"({"name":"d"})"), "true");
  EXPECT_EQ(call("bdev_split_delete", R"({"base_bdev":"a"})"), "true");
  cos_native::run_us(100);
  EXPECT_EQ(call("bdev_get_bdevs", R"({"name":"ap0"})"), error(-ENODEV, "No such device"));
}

TEST_F(Methods, ErrorsAreInjected) {
  call("bdev_malloc_create", kDisk);
  EXPECT_EQ(call("bdev_error_create", R"({"base_name":"x"})"), error(-ENODEV, "No such device"));
  EXPECT_EQ(call("bdev_error_create", R"({"base_name":"d"})"), "\"EE_d\"");
  const auto inject = [&](const std::string& what) {
    return call("bdev_error_inject_error", R"({"name":"EE_d",)" + what + "}");
  };
  EXPECT_EQ(inject(R"("io_type":"read","error_type":"none")"),
            error(-32602, "Invalid parameters: bad value of io_type or error_type"));
  EXPECT_EQ(inject(R"("io_type":"reads","error_type":"failure")"),
            error(-32602, "Invalid parameters: bad value of io_type or error_type"));
  EXPECT_EQ(call("bdev_error_inject_error", R"({"name":"d","io_type":"read","error_type":"failure"})"),
            error(-EINVAL, "Invalid argument"));
  EXPECT_EQ(inject(R"("io_type":"read","error_type":"failure","num":2)"), "true");
  {
    bdev_test::User user("EE_d", 0);
    bdev_test::Bytes data(512);
    const int failed = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR);
    EXPECT_EQ(user.read(0, data), failed);
    EXPECT_EQ(user.write(0, data), 0) << "only reads";
    EXPECT_EQ(user.read(0, data), failed);
    EXPECT_EQ(user.read(0, data), 0) << "only two";
    EXPECT_EQ(inject(R"("io_type":"all","error_type":"failure","num":9)"), "true");
    EXPECT_EQ(user.range(BDEV_IO_FLUSH, 0, 1), failed);
    EXPECT_EQ(inject(R"("io_type":"all","error_type":"clear")"), "true");
    EXPECT_EQ(user.range(BDEV_IO_FLUSH, 0, 1), 0);
    EXPECT_EQ(inject(R"("io_type":"write","error_type":"pending")"), "true");
    bdev_test::Outcome hangs, reset;
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), 512};
    EXPECT_EQ(user.submit({BDEV_IO_WRITE, 0, &segment, 1, 0, 0, 1}, hangs), 0);
    cos_native::run_us(1000);
    EXPECT_FALSE(hangs.done);
    EXPECT_EQ(user.reset(reset), 0);
    EXPECT_TRUE(cos_native::run_until([&] { return reset.done; }));
    EXPECT_EQ(hangs.status, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED));
  }
  EXPECT_EQ(call("bdev_error_delete", R"({"name":"d"})"), error(-ENODEV, "No such device"));
  EXPECT_EQ(call("bdev_error_delete", R"({"name":"EE_d"})"), "true");
}

TEST_F(Methods, Transports) {
  EXPECT_EQ(call("nvmf_get_transports"), "[]");
  EXPECT_EQ(call("nvmf_create_transport", R"({"trtype":"RDMA"})"), error(-ENODEV, "No such device"));
  EXPECT_EQ(call("nvmf_create_transport", R"({"trtype":"tcp","max_queue_depth":1})"),
            error(-EINVAL, "Invalid argument"));
  EXPECT_EQ(call("nvmf_create_transport", R"({"trtype":"tcp","max_queue_depth":64,"c2h_success":false})"), "true");
  EXPECT_EQ(call("nvmf_create_transport", R"({"trtype":"tcp"})"), error(-EEXIST, "File exists"));
  EXPECT_TRUE(transport_.options.no_c2h_success);
  contains("nvmf_get_transports", "{}", R"([{"trtype":"TCP","max_queue_depth":64,)");
}

TEST_F(Methods, Subsystems) {
  const std::string nqn = R"("nqn":"nqn.2014-08.com.kalray:a")";
  const std::string where =
      nqn + R"(,"listen_address":{"trtype":"TCP","adrfam":"IPv4","traddr":"10.0.0.1","trsvcid":"4420"})";
  call("bdev_malloc_create", kDisk);
  call("nvmf_create_transport", R"({"trtype":"TCP"})");
  EXPECT_EQ(call("nvmf_create_subsystem", R"({"nqn":"bad"})"), error(-EINVAL, "Invalid argument"));
  EXPECT_EQ(call("nvmf_create_subsystem", "{" + nqn + R"(,"serial_number":"S","ana_reporting":true})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_add_ns", "{" + nqn + R"(,"namespace":{"bdev_name":"x"}})"),
            error(-ENOENT, "No such file or directory"));
  EXPECT_EQ(call("nvmf_subsystem_add_ns",
                 "{" + nqn + R"(,"namespace":{"bdev_name":"d","nsid":4,"eui64":"0011223344556677"}})"),
            "4");
  EXPECT_EQ(call("nvmf_subsystem_add_ns", "{" + nqn + R"(,"namespace":{"bdev_name":"d"}})"), "1");
  EXPECT_EQ(call("nvmf_subsystem_add_ns", "{" + nqn + R"(,"namespace":{"bdev_name":"d","eui64":"00"}})"),
            error(-32602, "Invalid parameters: bad value of eui64"));
  EXPECT_EQ(call("nvmf_subsystem_set_ns_limits", "{" + nqn + R"(,"nsid":4,"rw_ios_per_sec":1000})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_add_host", "{" + nqn + R"(,"host":"nqn.2014-08.com.kalray:host"})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_add_listener", "{" + where + "}"), "true");
  EXPECT_EQ(call("nvmf_subsystem_listener_set_ana_state", "{" + where + R"(,"ana_state":"inaccessible","anagrpid":1})"),
            "true");
  EXPECT_EQ(call("nvmf_subsystem_listener_set_ana_state", "{" + where + R"(,"ana_state":"lost"})"),
            error(-32602, "Invalid parameters: bad value of ana_state"));
  EXPECT_EQ(
      call("nvmf_get_subsystems", "{" + nqn + "}"),
      R"([{"nqn":"nqn.2014-08.com.kalray:a","subtype":"NVMe",)"
      R"("listen_addresses":[{"trtype":"TCP","adrfam":"IPv4","traddr":"10.0.0.1","trsvcid":"4420"}],)"
      R"("allow_any_host":false,"hosts":[{"nqn":"nqn.2014-08.com.kalray:host"}],"serial_number":"S",)"
      R"("model_number":"Kalray K200-LP","max_namespaces":32,"min_cntlid":1,"max_cntlid":65519,"namespaces":[)"
      R"({"nsid":1,"bdev_name":"d","name":"d","nguid":"0102030405060708090A0B0C0D0E0F10",)"
      R"("uuid":"01020304-0506-0708-090a-0b0c0d0e0f10","anagrpid":1},)"
      R"({"nsid":4,"bdev_name":"d","name":"d","nguid":"0102030405060708090A0B0C0D0E0F10","eui64":"0011223344556677",)"
      R"("uuid":"01020304-0506-0708-090a-0b0c0d0e0f10","anagrpid":1}]}])");
  EXPECT_EQ(call("nvmf_subsystem_get_controllers", "{" + nqn + "}"), "[]");
  EXPECT_EQ(call("nvmf_subsystem_remove_listener", "{" + where + "}"), "true");
  EXPECT_EQ(call("nvmf_subsystem_remove_host", "{" + nqn + R"(,"host":"nqn.2014-08.com.kalray:host"})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_allow_any_host", "{" + nqn + R"(,"allow_any_host":true})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_remove_ns", "{" + nqn + R"(,"nsid":4})"), "true");
  EXPECT_EQ(call("nvmf_subsystem_remove_ns", "{" + nqn + R"(,"nsid":4})"), error(-ENOENT, "No such file or directory"));
  contains("nvmf_get_subsystems", "{}", R"("subtype":"Discovery")");
}

TEST_F(Methods, StartUpConfigurationMakesATarget) {
  EXPECT_EQ(call("framework_load_config", R"({"subsystems":[
    {"subsystem":"bdev","config":[{"method":"bdev_malloc_create","params":{"name":"d","num_blocks":64,"block_size":512}}]},
    {"subsystem":"nvmf","config":[
      {"method":"nvmf_create_transport","params":{"trtype":"TCP"}},
      {"method":"nvmf_create_subsystem","params":{"nqn":"nqn.2014-08.com.kalray:a","allow_any_host":true}},
      {"method":"nvmf_subsystem_add_ns","params":{"nqn":"nqn.2014-08.com.kalray:a","namespace":{"bdev_name":"d"}}},
      {"method":"nvmf_subsystem_add_listener","params":{"nqn":"nqn.2014-08.com.kalray:a","listen_address":
        {"trtype":"TCP","adrfam":"IPv4","traddr":"0.0.0.0","trsvcid":"4420"}}}]}]})"),
            "true");
  contains("nvmf_get_subsystems", "{}", R"("bdev_name":"d")");
}

}  // namespace
}  // namespace mppa::mgmt_test
