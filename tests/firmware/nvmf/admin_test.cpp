// Identify, features, log pages, discovery.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Admin : public TargetTest {
 protected:
  Command& identify(std::uint8_t cns, std::uint32_t nsid = 0, std::uint32_t cntid = 0) {
    return admin_.run(command(NVME_ADMIN_IDENTIFY, nsid, cntid << 16 | cns), Bytes(4096, 0xee));
  }
  Command& get(std::uint8_t fid, unsigned select = 0, std::uint32_t cdw11 = 0) {
    return admin_.run(command(NVME_ADMIN_GET_FEATURES, 0, select << 8 | fid, cdw11));
  }
  Command& set(std::uint8_t fid, std::uint32_t value, std::uint32_t nsid = 0) {
    return admin_.run(command(NVME_ADMIN_SET_FEATURES, nsid, fid, value));
  }
  Command& log(std::uint8_t lid, std::uint32_t bytes, std::uint64_t offset = 0) {
    return admin_.run(get_log(lid, bytes, offset), Bytes(bytes, 0xee));
  }

  Queue& admin_ = connect_admin();
};

TEST_F(Admin, IdentifyController) {
  const Command& c = identify(NVME_CNS_CONTROLLER);
  ASSERT_EQ(c.status(), 0);
  const auto data = at<nvme_ctrlr_data>(c.data, 0);
  EXPECT_EQ(std::string(data.sn, 20), "SN1                 ");
  EXPECT_EQ(std::string(data.mn, 40), "Kalray K200-LP                          ");
  EXPECT_EQ(data.cntlid, 1);
  EXPECT_EQ(data.ver, NVME_VERSION_1_4);
  EXPECT_EQ(data.mdts, 8);
  EXPECT_EQ(data.cntrltype, 1);
  EXPECT_EQ(data.sqes, 0x66);
  EXPECT_EQ(data.cqes, 0x44);
  EXPECT_EQ(data.nn, 8U);
  EXPECT_EQ(data.kas, 1);
  EXPECT_EQ(data.ioccsz, (64U + 4096) / 16);
  EXPECT_EQ(data.iorcsz, 1U);
  EXPECT_EQ(data.sgls, 0x100001U);
  EXPECT_EQ(data.maxcmd, 128);
  EXPECT_EQ(data.ofcs[0], 1);
  EXPECT_TRUE(data.cmic & NVME_CMIC_ANA);
  EXPECT_EQ(data.anagrpmax, 16U);
  EXPECT_STREQ(data.subnqn, kNqn);
  EXPECT_EQ(data.oncs & (NVME_ONCS_COMPARE | NVME_ONCS_DSM | NVME_ONCS_WRITE_ZEROES),
            NVME_ONCS_COMPARE | NVME_ONCS_DSM | NVME_ONCS_WRITE_ZEROES);
}

TEST_F(Admin, IdentifyNamespace) {
  const Command& c = identify(NVME_CNS_NAMESPACE, 1);
  ASSERT_EQ(c.status(), 0);
  const auto data = at<nvme_ns_data>(c.data, 0);
  EXPECT_EQ(data.nsze, 4096U);
  EXPECT_EQ(data.ncap, 4096U);
  EXPECT_EQ(data.lbaf[0].lbads, 9);
  EXPECT_EQ(data.anagrpid, 1U);
  EXPECT_EQ(data.nguid[0], 0xaa);
  // Inactive: all zero. Invalid: refused.
  EXPECT_EQ(identify(NVME_CNS_NAMESPACE, 2).data, Bytes(4096, 0));
  EXPECT_EQ(identify(NVME_CNS_NAMESPACE, 9).status(), generic(NVME_SC_INVALID_NAMESPACE));
  EXPECT_EQ(identify(NVME_CNS_NAMESPACE, 0).status(), generic(NVME_SC_INVALID_NAMESPACE));
  EXPECT_EQ(identify(NVME_CNS_NAMESPACE, NVME_NSID_ALL).status(), generic(NVME_SC_INVALID_NAMESPACE));
}

TEST_F(Admin, IdentifyLists) {
  const nvmf_ns_options ns = namespace_at(5);
  EXPECT_EQ(bdev_malloc_create("Malloc1", nullptr, 4096, 16), 0);
  EXPECT_EQ(nvmf_subsystem_add_ns(subsystem_, "Malloc1", &ns), 5);
  const Bytes all = identify(NVME_CNS_ACTIVE_NAMESPACES).data;
  EXPECT_EQ(at<std::uint32_t>(all, 0), 1U);
  EXPECT_EQ(at<std::uint32_t>(all, 4), 5U);
  EXPECT_EQ(at<std::uint32_t>(all, 8), 0U);
  EXPECT_EQ(at<std::uint32_t>(identify(NVME_CNS_ACTIVE_NAMESPACES, 1).data, 0), 5U);
  EXPECT_EQ(at<std::uint32_t>(identify(NVME_CNS_ACTIVE_NAMESPACES, 5).data, 0), 0U);
  EXPECT_EQ(identify(NVME_CNS_ACTIVE_NAMESPACES, 0xfffffffe).status(), generic(NVME_SC_INVALID_NAMESPACE));

  connect_admin({}, 3);
  const Bytes controllers = identify(NVME_CNS_CONTROLLERS).data;
  EXPECT_EQ(at<std::uint16_t>(controllers, 0), 2);
  EXPECT_EQ(at<std::uint16_t>(controllers, 2), 1);
  EXPECT_EQ(at<std::uint16_t>(controllers, 4), 2);
  EXPECT_EQ(at<std::uint16_t>(identify(NVME_CNS_CONTROLLERS, 0, 2).data, 2), 2);
  EXPECT_EQ(identify(NVME_CNS_ATTACHED_CONTROLLERS, 2).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(at<std::uint16_t>(identify(NVME_CNS_ATTACHED_CONTROLLERS, 5).data, 0), 2);
  bdev_test::remove("Malloc1");
}

TEST_F(Admin, IdentifyDescriptors) {
  const Bytes data = identify(NVME_CNS_DESCRIPTORS, 1).data;
  EXPECT_EQ(data[0], NVME_NIDT_NGUID);
  EXPECT_EQ(data[1], 16);
  EXPECT_EQ(data[4], 0xaa);
  EXPECT_EQ(data[20], NVME_NIDT_UUID);
  EXPECT_EQ(data[24], 0xaa);
  EXPECT_EQ(data[40], 0);
  EXPECT_EQ(identify(NVME_CNS_DESCRIPTORS, 2).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(identify(NVME_CNS_DESCRIPTORS, 0).status(), generic(NVME_SC_INVALID_NAMESPACE));
}

TEST_F(Admin, IdentifyRefusesWhatItDoesNotKnow) {
  for (unsigned cns = 0; cns < 256; ++cns) {
    const bool known = cns <= 3 || (cns >= 0x10 && cns <= 0x13);
    if (!known) {
      EXPECT_EQ(identify(static_cast<std::uint8_t>(cns), 1).status(), generic(NVME_SC_INVALID_FIELD));
    }
  }
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_IDENTIFY, 0, 1), Bytes(4095)).status(), generic(NVME_SC_DATA_SGL_LENGTH));
}

TEST_F(Admin, Features) {
  EXPECT_EQ(set(NVME_FEATURE_ARBITRATION, 0x01020303).status(), 0);
  EXPECT_EQ(get(NVME_FEATURE_ARBITRATION).request.cpl.cdw0, 0x01020303U);
  EXPECT_EQ(get(NVME_FEATURE_ARBITRATION, 1).request.cpl.cdw0, 0U) << "default";
  EXPECT_EQ(get(NVME_FEATURE_ARBITRATION, 3).request.cpl.cdw0, 4U) << "changeable only";
  EXPECT_EQ(get(NVME_FEATURE_ARBITRATION, 4).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(set(NVME_FEATURE_POWER, 1).status(), generic(NVME_SC_INVALID_FIELD)) << "one power state";
  EXPECT_EQ(set(NVME_FEATURE_ARBITRATION, 0, 1).status(), specific(NVME_SC_FEATURE_NOT_NAMESPACE));
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_SAVE | NVME_FEATURE_ARBITRATION)).status(),
            specific(NVME_SC_FEATURE_NOT_SAVEABLE));
  EXPECT_EQ(set(0x7f, 0).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(get(0).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(set(NVME_FEATURE_COALESCING, 0).status(), generic(NVME_SC_INVALID_FIELD)) << "no interrupts on fabrics";
  EXPECT_EQ(set(NVME_FEATURE_WRITE_CACHE, 1).status(), generic(NVME_SC_INVALID_FIELD)) << "no volatile cache";
}

TEST_F(Admin, TemperatureThresholds) {
  EXPECT_EQ(get(NVME_FEATURE_TEMPERATURE).request.cpl.cdw0, 343U);
  EXPECT_EQ(set(NVME_FEATURE_TEMPERATURE, 1 << 20 | 300).status(), 0);
  EXPECT_EQ(get(NVME_FEATURE_TEMPERATURE, 0, 1 << 20).request.cpl.cdw0, 300U);
  EXPECT_EQ(get(NVME_FEATURE_TEMPERATURE).request.cpl.cdw0, 343U);
  EXPECT_EQ(set(NVME_FEATURE_TEMPERATURE, 2 << 20).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(set(NVME_FEATURE_TEMPERATURE, 1 << 16).status(), generic(NVME_SC_INVALID_FIELD));
}

TEST_F(Admin, NumberOfQueuesIsWhatTheTransportHas) {
  EXPECT_EQ(set(NVME_FEATURE_QUEUES, 0x00ff00ff).request.cpl.cdw0, 0x000f000fU);
  EXPECT_EQ(set(NVME_FEATURE_QUEUES, 0xffff).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(get(NVME_FEATURE_QUEUES).request.cpl.cdw0, 0x000f000fU);
  connect_io(admin_);
  EXPECT_EQ(set(NVME_FEATURE_QUEUES, 1).status(), generic(NVME_SC_COMMAND_SEQUENCE));
}

TEST_F(Admin, HostIdentifierIsThatOfConnect) {
  const Command& c = admin_.run(command(NVME_ADMIN_GET_FEATURES, 0, NVME_FEATURE_HOST_ID, 1), Bytes(16));
  EXPECT_EQ(c.data, Bytes(16, 0x11));
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_GET_FEATURES, 0, NVME_FEATURE_HOST_ID, 0), Bytes(8)).status(),
            generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(admin_.run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_HOST_ID, 1), Bytes(16)).status(),
            generic(NVME_SC_COMMAND_SEQUENCE));
}

TEST_F(Admin, KeepAliveTimeoutIsRoundedToItsGranularity) {
  EXPECT_EQ(set(NVME_FEATURE_KEEP_ALIVE, 5001).status(), 0);
  EXPECT_EQ(get(NVME_FEATURE_KEEP_ALIVE).request.cpl.cdw0, 5100U);
  EXPECT_EQ(set(NVME_FEATURE_KEEP_ALIVE, 0).status(), 0);
}

TEST_F(Admin, LogPages) {
  const unsigned kelvin = at<nvme_health_log>(log(NVME_LOG_HEALTH, 512).data, 0).temperature;  // not aligned
  EXPECT_EQ(kelvin, 313U);
  EXPECT_EQ(std::string(at<nvme_firmware_log>(log(NVME_LOG_FIRMWARE, 512).data, 0).revision[0], 8), "1.0     ");
  const auto effects = at<nvme_effects_log>(log(NVME_LOG_COMMANDS, 4096).data, 0);
  EXPECT_EQ(effects.io[NVME_NVM_WRITE], 3U);
  EXPECT_EQ(effects.io[NVME_NVM_WRITE_UNCORRECTABLE], 0U);
  EXPECT_EQ(effects.admin[NVME_ADMIN_CREATE_SQ], 0U) << "not on fabrics";
}

TEST_F(Admin, LogPagesAreReadInParts) {
  const Bytes whole = log(NVME_LOG_COMMANDS, 4096).data;
  Bytes parts;
  for (std::uint64_t offset = 0; offset < 4096; offset += 12) {
    const Bytes part = log(NVME_LOG_COMMANDS, 12, offset).data;
    parts.insert(parts.end(), part.begin(), part.end());
  }
  parts.resize(4096);
  EXPECT_EQ(parts, whole);
  // Beyond the end there are zeroes; to start beyond it is an error.
  EXPECT_EQ(log(NVME_LOG_FIRMWARE, 64, 512).data, Bytes(64, 0));
  EXPECT_EQ(log(NVME_LOG_FIRMWARE, 64, 516).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(log(NVME_LOG_FIRMWARE, 64, 2).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(log(NVME_LOG_FIRMWARE, 64, ~3ULL).status(), generic(NVME_SC_INVALID_FIELD));
}

TEST_F(Admin, LogPagesThatAreNotThere) {
  for (const unsigned lid : {0U, 6U, 0x0dU, 0x70U, 0xc0U})
    EXPECT_EQ(log(static_cast<std::uint8_t>(lid), 512).status(), specific(NVME_SC_INVALID_LOG_PAGE)) << lid;
  EXPECT_EQ(admin_.run(get_log(NVME_LOG_HEALTH, 512, 0, 1), Bytes(512)).status(), generic(NVME_SC_INVALID_FIELD))
      << "no page for each namespace";
  EXPECT_EQ(admin_.run(get_log(NVME_LOG_HEALTH, 512), Bytes(508)).status(), generic(NVME_SC_DATA_SGL_LENGTH));
}

TEST_F(Admin, ErrorLogHoldsTheLastErrorsNewestFirst) {
  for (unsigned cns = 0x60; cns < 0x60 + 20; ++cns) identify(static_cast<std::uint8_t>(cns));
  const Bytes data = log(NVME_LOG_ERRORS, 16 * 64).data;
  for (unsigned i = 0; i < 16; ++i) {
    const auto entry = at<nvme_error_entry>(data, i * 64);
    EXPECT_EQ(entry.count, 20U - i);
    EXPECT_EQ(entry.status >> 1, generic(NVME_SC_INVALID_FIELD));
  }
}

TEST_F(Admin, AnaLogHoldsGroupsAndTheirNamespaces) {
  const nvmf_address where = address();
  EXPECT_EQ(bdev_malloc_create("Malloc1", nullptr, 512, 64), 0);
  const nvmf_ns_options ns = namespace_at(3, 7);
  EXPECT_EQ(nvmf_subsystem_add_ns(subsystem_, "Malloc1", &ns), 3);
  EXPECT_EQ(nvmf_subsystem_set_ana_state(subsystem_, &where, 7, NVME_ANA_NON_OPTIMIZED), 0);
  const Bytes data = log(NVME_LOG_ANA, 16 + 2 * 36).data;
  EXPECT_EQ(at<nvme_ana_header>(data, 0).groups, 2);
  EXPECT_EQ(at<nvme_ana_group>(data, 16).id, 1U);
  EXPECT_EQ(at<nvme_ana_group>(data, 16).state, NVME_ANA_OPTIMIZED);
  EXPECT_EQ(at<std::uint32_t>(data, 48), 1U);
  EXPECT_EQ(at<nvme_ana_group>(data, 52).id, 7U);
  EXPECT_EQ(at<nvme_ana_group>(data, 52).state, NVME_ANA_NON_OPTIMIZED);
  EXPECT_EQ(at<std::uint32_t>(data, 84), 3U);
  // Groups only.
  nvme_command rgo = get_log(NVME_LOG_ANA, 16 + 64);
  rgo.cdw10 |= 1 << 8;
  const Bytes groups = admin_.run(rgo, Bytes(80)).data;
  EXPECT_EQ(at<nvme_ana_group>(groups, 48).id, 7U);
  EXPECT_EQ(at<nvme_ana_group>(groups, 48).namespaces, 0U);
  EXPECT_EQ(nvmf_subsystem_set_ana_state(subsystem_, &where, 17, NVME_ANA_OPTIMIZED), -EINVAL);
  EXPECT_EQ(nvmf_subsystem_set_ana_state(subsystem_, &where, 1, static_cast<nvme_ana_state>(9)), -EINVAL);
  bdev_test::remove("Malloc1");
}

TEST_F(Admin, UnknownAndUnsupportedCommands) {
  for (const unsigned opcode : {0x00U, 0x01U, 0x04U, 0x05U, 0x0dU, 0x10U, 0x11U, 0x80U, 0x84U, 0xc0U, 0xffU})
    EXPECT_EQ(admin_.run(command(static_cast<std::uint8_t>(opcode))).status(), generic(NVME_SC_INVALID_OPCODE))
        << opcode;
  nvme_command fused = command(NVME_ADMIN_KEEP_ALIVE);
  fused.flags = 1;
  EXPECT_EQ(admin_.run(fused).status(), generic(NVME_SC_INVALID_FIELD));
}

// --- Discovery
// --------------------------------------------------------------------------------------------------------

class Discovery : public TargetTest {
 protected:
  static ConnectOptions options() {
    ConnectOptions o;
    o.subnqn = NVMF_DISCOVERY_NQN;
    return o;
  }
};

TEST_F(Discovery, ListsWhatTheHostMayUse) {
  Queue& d = connect_admin(options());
  nvmf_address any = address("4421");
  std::strcpy(any.traddr, "0.0.0.0");
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &any), 0);
  Bytes page = d.run(get_log(NVME_LOG_DISCOVERY, 3072), Bytes(3072)).data;
  EXPECT_EQ(at<nvmf_discovery_log_header>(page, 0).numrec, 2U);
  const auto first = at<nvmf_discovery_log_entry>(page, 1024), second = at<nvmf_discovery_log_entry>(page, 2048);
  EXPECT_EQ(first.trtype, NVMF_TRTYPE_TCP);
  EXPECT_EQ(first.adrfam, NVMF_ADRFAM_IPV4);
  EXPECT_EQ(first.subtype, NVMF_SUBTYPE_NVM);
  EXPECT_EQ(first.cntlid, NVMF_CNTLID_DYNAMIC);
  EXPECT_EQ(first.asqsz, 32);
  EXPECT_STREQ(first.subnqn, kNqn);
  EXPECT_EQ(std::string(first.traddr, 10), "10.0.0.1  ");
  EXPECT_EQ(std::string(second.traddr, 10), "10.0.0.1  ") << "the address that the host has used";
  EXPECT_EQ(std::string(second.trsvcid, 6), "4421  ");

  const std::uint64_t generation = at<std::uint64_t>(page, 0);
  nvmf_subsystem_allow_any_host(subsystem_, false);
  page = d.run(get_log(NVME_LOG_DISCOVERY, 1024), Bytes(1024)).data;
  EXPECT_EQ(at<nvmf_discovery_log_header>(page, 0).numrec, 0U) << "not for this host";
  EXPECT_GT(at<std::uint64_t>(page, 0), generation);
}

TEST_F(Discovery, OffersLittleElse) {
  Queue& d = connect_admin(options());
  EXPECT_EQ(at<nvme_ctrlr_data>(d.run(command(NVME_ADMIN_IDENTIFY, 0, 1), Bytes(4096)).data, 0).cntrltype, 2);
  EXPECT_EQ(d.run(command(NVME_ADMIN_IDENTIFY, 1, 0), Bytes(4096)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(d.run(command(NVME_ADMIN_ABORT)).status(), generic(NVME_SC_INVALID_OPCODE));
  EXPECT_EQ(d.run(get_log(NVME_LOG_HEALTH, 512), Bytes(512)).status(), specific(NVME_SC_INVALID_LOG_PAGE));
  EXPECT_EQ(d.run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_QUEUES)).status(), generic(NVME_SC_INVALID_FIELD));
  ConnectOptions io = options();
  io.qid = 1;
  io.cntlid = d.qpair.cntlid;
  EXPECT_EQ(queue(1).run(connect_command(io), connect_data(io)).status(), specific(NVMF_SC_INVALID_PARAMETERS));
}

TEST_F(Discovery, IsNotKeptForEverWithoutKeepAlive) {
  Queue& d = connect_admin(options());
  EXPECT_TRUE(cos_native::run_until(
      [&] {
        cos_native::advance_us(9'999);
        return d.closed;
      },
      20'000));
  EXPECT_GE(cos_native::now_ns(), 120'000'000'000U);
}

}  // namespace
}  // namespace mppa::nvmf_test
