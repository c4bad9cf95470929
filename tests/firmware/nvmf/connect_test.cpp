// Connect, properties, Disconnect, access control, keep alive: the life of an association.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

class Connect : public TargetTest {
 protected:
  Command& try_connect(const ConnectOptions& options, unsigned core = 0) {
    return queue(core).run(connect_command(options), connect_data(options));
  }
  /// A Connect that is refused with Connect Invalid Parameters at an offset.
  void expect_invalid(const ConnectOptions& options, std::uint32_t offset, bool in_data) {
    const Command& c = try_connect(options);
    EXPECT_EQ(c.status(), specific(NVMF_SC_INVALID_PARAMETERS));
    EXPECT_EQ(c.request.cpl.cdw0, offset | (in_data ? 1U << 16 : 0));
  }
};

TEST_F(Connect, AdminQueueGetsAControllerAndItsAnswerTellsSqhd) {
  Queue& admin = queue(2);
  const ConnectOptions options;
  const Command& c = admin.run(connect_command(options), connect_data(options));
  EXPECT_EQ(c.status(), 0);
  EXPECT_EQ(c.request.cpl.cdw0, 1U);
  EXPECT_EQ(c.request.cpl.sqhd, 1);
  EXPECT_EQ(admin.qpair.cntlid, 1);
  EXPECT_EQ(admin.qpair.state, NVMF_QPAIR_READY);
}

TEST_F(Connect, HeadWrapsAtTheEndOfTheQueue) {
  ConnectOptions options;
  options.sqsize = 2;  // three entries
  Queue& admin = queue();
  admin.run(connect_command(options), connect_data(options));
  std::vector<unsigned> heads;
  for (int i = 0; i < 4; ++i) heads.push_back(admin.run(property_get(NVME_REG_VS)).request.cpl.sqhd);
  EXPECT_EQ(heads, (std::vector<unsigned>{2, 0, 1, 2}));
}

TEST_F(Connect, WithoutFlowControlTheHeadIsFfffInTheAnswer) {
  ConnectOptions options;
  options.cattr = NVMF_CATTR_NO_FLOW_CONTROL;
  EXPECT_EQ(try_connect(options).request.cpl.sqhd, 0xffff);
}

TEST_F(Connect, NothingElseIsAcceptedBefore) {
  Queue& q = queue();
  EXPECT_EQ(q.run(command(NVME_ADMIN_IDENTIFY, 0, 1), Bytes(4096)).status(), generic(NVME_SC_COMMAND_SEQUENCE));
  EXPECT_EQ(q.run(property_get(NVME_REG_CAP, 1)).status(), generic(NVME_SC_COMMAND_SEQUENCE));
}

TEST_F(Connect, SecondConnectOnAQueueIsASequenceError) {
  Queue& admin = connect_admin();
  const ConnectOptions options;
  EXPECT_EQ(admin.run(connect_command(options), connect_data(options)).status(), generic(NVME_SC_COMMAND_SEQUENCE));
}

TEST_F(Connect, RefusesWhatIsWrong) {
  ConnectOptions o;
  o.subnqn = "nqn.2014-08.com.kalray:none";
  expect_invalid(o, 256, true);
  o = {};
  o.subnqn = std::string(256, 'n');  // not terminated
  expect_invalid(o, 256, true);
  o = {};
  o.hostnqn = std::string(256, 'n');
  expect_invalid(o, 512, true);
  o = {};
  o.hostnqn = "host";
  expect_invalid(o, 512, true);
  o = {};
  o.cntlid = 3;  // controllers are dynamic
  expect_invalid(o, 16, true);
  o = {};
  o.sqsize = 0;
  expect_invalid(o, 44, false);
  o = {};
  o.sqsize = 32;  // the default allows 32 entries
  expect_invalid(o, 44, false);
  o = {};
  o.recfmt = 1;
  EXPECT_EQ(try_connect(o).status(), specific(NVMF_SC_INCOMPATIBLE_FORMAT));
  o = {};
  EXPECT_EQ(queue().run(connect_command(o), Bytes(1023)).status(), generic(NVME_SC_DATA_SGL_LENGTH));
}

TEST_F(Connect, AfterARefusalTheQueueMayTryAgain) {
  Queue& q = queue();
  ConnectOptions o;
  o.sqsize = 0;
  EXPECT_NE(q.run(connect_command(o), connect_data(o)).status(), 0);
  o.sqsize = 15;
  EXPECT_EQ(q.run(connect_command(o), connect_data(o)).status(), 0);
}

TEST_F(Connect, IoQueueRefusesWhatIsWrong) {
  Queue& admin = connect_admin();
  ConnectOptions o;
  o.qid = 1;
  o.cntlid = 77;
  expect_invalid(o, 16, true);
  o.cntlid = admin.qpair.cntlid;
  o.hostid = 0x12;
  expect_invalid(o, 0, true);
  o.hostid = 0x11;
  o.hostnqn = std::string(kHost) + "2";
  expect_invalid(o, 512, true);
  o.hostnqn = kHost;
  o.qid = 17;  // 16 I/O queues
  expect_invalid(o, 42, false);
  o.qid = 1;
  o.sqsize = 128;
  expect_invalid(o, 44, false);
  o.sqsize = 127;
  EXPECT_EQ(try_connect(o, 1).status(), 0);
  EXPECT_EQ(try_connect(o, 2).status(), generic(NVME_SC_COMMAND_SEQUENCE)) << "the queue id is in use";
}

TEST_F(Connect, IoQueueNeedsAnEnabledController) {
  Queue& admin = queue();
  ConnectOptions o;
  admin.run(connect_command(o), connect_data(o));
  o.qid = 1;
  o.cntlid = admin.qpair.cntlid;
  EXPECT_EQ(try_connect(o).status(), generic(NVME_SC_COMMAND_SEQUENCE));
  admin.run(property_set(NVME_REG_CC, NVME_CC_EN));  // entry sizes are missing
  expect_invalid(o, 42, false);
}

TEST_F(Connect, OnlyListedHostsMayConnect) {
  nvmf_subsystem_allow_any_host(subsystem_, false);
  EXPECT_EQ(try_connect({}).status(), specific(NVMF_SC_INVALID_HOST));
  EXPECT_EQ(nvmf_subsystem_add_host(subsystem_, "host"), -EINVAL);
  EXPECT_EQ(nvmf_subsystem_add_host(subsystem_, kHost), 0);
  EXPECT_EQ(nvmf_subsystem_add_host(subsystem_, kHost), -EEXIST);
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  // Who is struck off the list loses his connections.
  EXPECT_EQ(nvmf_subsystem_remove_host(subsystem_, kHost), 0);
  EXPECT_EQ(nvmf_subsystem_remove_host(subsystem_, kHost), -ENOENT);
  EXPECT_TRUE(cos_native::run_until([&] { return admin.closed && io.closed; }, 1000));
}

TEST_F(Connect, OnlyListenersOfTheSubsystemReachIt) {
  Queue& q = queue();
  std::strcpy(q.qpair.local.trsvcid, "8009");
  const ConnectOptions o;
  EXPECT_EQ(q.run(connect_command(o), connect_data(o)).status(), specific(NVMF_SC_INVALID_HOST));
  nvmf_address any = address("8009");
  std::strcpy(any.traddr, "0.0.0.0");
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &any), 0);
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &any), -EEXIST);
  EXPECT_EQ(q.run(connect_command(o), connect_data(o)).status(), 0);
  EXPECT_EQ(nvmf_subsystem_remove_listener(subsystem_, &any), 0);
  EXPECT_TRUE(cos_native::run_until([&] { return q.closed; }, 1000)) << "its connections end with a listener";
  EXPECT_EQ(nvmf_subsystem_remove_listener(subsystem_, &any), -ENOENT);
}

TEST_F(Connect, PropertiesAreThoseOfTheRegisterFile) {
  Queue& admin = connect_admin();
  const Command& cap = admin.run(property_get(NVME_REG_CAP, 1));
  const std::uint64_t value = cap.request.cpl.cdw0 | std::uint64_t{cap.request.cpl.cdw1} << 32;
  EXPECT_EQ(NVME_CAP_MQES(value), 127U);
  EXPECT_EQ(NVME_CAP_CQR(value), 1U);
  EXPECT_EQ(NVME_CAP_CSS(value), 1U);
  EXPECT_EQ(admin.run(property_get(NVME_REG_VS)).request.cpl.cdw0, NVME_VERSION_1_4);
  EXPECT_EQ(admin.run(property_get(NVME_REG_CSTS)).request.cpl.cdw0, NVME_CSTS_RDY);
  // Wrong size, no such property, not writable.
  EXPECT_EQ(admin.run(property_get(NVME_REG_CAP, 0)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(admin.run(property_get(NVME_REG_CC, 1)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(admin.run(property_get(NVME_REG_ASQ, 1)).status(), generic(NVME_SC_INVALID_FIELD));
  EXPECT_EQ(admin.run(property_set(NVME_REG_CSTS, 0)).status(), generic(NVME_SC_INVALID_FIELD));
}

TEST_F(Connect, AdminCommandsNeedAnEnabledController) {
  Queue& admin = queue();
  const ConnectOptions o;
  admin.run(connect_command(o), connect_data(o));
  EXPECT_EQ(admin.run(command(NVME_ADMIN_IDENTIFY, 0, 1), Bytes(4096)).status(), generic(NVME_SC_COMMAND_SEQUENCE));
  EXPECT_EQ(admin.run(property_set(NVME_REG_CC, NVME_CC_EN | NVME_CC_MPS(1))).status(), 0);
  EXPECT_EQ(admin.run(property_get(NVME_REG_CSTS)).request.cpl.cdw0, NVME_CSTS_CFS) << "8 KiB pages are not offered";
}

TEST_F(Connect, ResetEndsIoQueuesAndOpensTheWayForNewOnes) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin, 1, 1);
  Queue& lazy = connect_io(admin, 2, 2);
  lazy.obedient = false;
  admin.run(property_set(NVME_REG_CC, NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4)));
  EXPECT_TRUE(cos_native::run_until([&] { return io.closed && lazy.disconnects == 1; }, 1000));
  EXPECT_EQ(admin.run(property_get(NVME_REG_CSTS)).request.cpl.cdw0, NVME_CSTS_RDY) << "a queue is still there";
  lazy.close();
  EXPECT_EQ(admin.run(property_get(NVME_REG_CSTS)).request.cpl.cdw0, 0U);
  admin.run(property_set(NVME_REG_CC, NVME_CC_EN | NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4)));
  Queue& again = connect_io(admin, 1, 3);
  EXPECT_EQ(again.run(rw(NVME_NVM_READ, 0, 1), Bytes(512)).status(), 0);
}

TEST_F(Connect, ShutdownEndsIoQueuesAndTellsSo) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  admin.run(property_set(NVME_REG_CC, NVME_CC_EN | NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4) | NVME_CC_SHN(1)));
  EXPECT_TRUE(cos_native::run_until([&] { return io.closed; }, 1000));
  EXPECT_EQ(NVME_CSTS_SHST(admin.run(property_get(NVME_REG_CSTS)).request.cpl.cdw0), 2U);
}

TEST_F(Connect, LossOfTheAdminQueueEndsTheAssociation) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  admin.close();
  EXPECT_TRUE(cos_native::run_until([&] { return io.closed; }, 1000));
  ConnectOptions o;
  o.qid = 1;
  o.cntlid = admin.qpair.cntlid;
  expect_invalid(o, 16, true);
}

TEST_F(Connect, DisconnectEndsAnIoQueueButNotTheAdminQueue) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  nvme_command disconnect = property_get(0);
  reinterpret_cast<nvmf_disconnect_command*>(&disconnect)->fctype = NVMF_DISCONNECT;
  EXPECT_EQ(admin.run(disconnect).status(), specific(NVMF_SC_INVALID_QUEUE_TYPE));
  EXPECT_EQ(io.run(property_get(NVME_REG_CSTS)).status(), generic(NVME_SC_INVALID_OPCODE));
  EXPECT_EQ(io.run(disconnect).status(), 0);
  EXPECT_TRUE(cos_native::run_until([&] { return io.closed; }, 1000));
  connect_io(admin);
}

TEST_F(Connect, KeepAliveExpires) {
  ConnectOptions o;
  o.kato = 1000;
  Queue& admin = connect_admin(o);
  Queue& io = connect_io(admin);
  for (int i = 0; i < 3; ++i) {
    cos_native::run_us(900'000);
    EXPECT_EQ(admin.run(command(NVME_ADMIN_KEEP_ALIVE)).status(), 0);
  }
  EXPECT_FALSE(admin.closed);
  EXPECT_TRUE(cos_native::run_until([&] { return admin.closed && io.closed; }, 1'600'000));
}

TEST_F(Connect, OutOfMemoryOrControllersIsAnAnswer) {
  ConnectOptions o;
  Queue& q = queue();
  for (std::size_t n = 0; n < 20; ++n) {
    cos_native::fail_allocations_after(n);
    const Command& c = q.run(connect_command(o), connect_data(o));
    cos_native::fail_allocations_after(SIZE_MAX);
    if (c.status() == 0) break;
    EXPECT_TRUE(c.status() == status(0, NVME_SC_INTERNAL_ERROR, false) ||
                c.status() == specific(NVMF_SC_CONTROLLER_BUSY));
  }
  cos_native::run_us(10);
  EXPECT_EQ(q.qpair.state, NVMF_QPAIR_READY);
  for (unsigned i = 1; i < NVMF_MAX_CONTROLLERS; ++i) ASSERT_EQ(try_connect(o).status(), 0);
  EXPECT_EQ(try_connect(o).status(), specific(NVMF_SC_CONTROLLER_BUSY));
}

TEST_F(Connect, CloseDuringConnectLeavesNothingBehind) {
  Queue& q = queue();
  const ConnectOptions o;
  Command& c = q.submit(connect_command(o), connect_data(o));
  q.start_close();
  EXPECT_TRUE(cos_native::run_until([&] { return q.closed; }, 1000));
  EXPECT_TRUE(c.done);
  // The id of its controller has been given back: all can be used.
  for (unsigned i = 0; i < NVMF_MAX_CONTROLLERS; ++i) ASSERT_EQ(try_connect(o).status(), 0);
}

TEST_F(Connect, DeletedSubsystemEndsEverything) {
  Queue& admin = connect_admin();
  Queue& io = connect_io(admin);
  remove_subsystem();
  EXPECT_TRUE(admin.closed && io.closed);
  expect_invalid({}, 256, true);
}

}  // namespace
}  // namespace mppa::nvmf_test
