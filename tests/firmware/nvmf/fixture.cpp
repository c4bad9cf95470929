#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

void complete(nvmf_request* request) {
  auto* command = reinterpret_cast<Command*>(request);
  EXPECT_FALSE(command->done) << "completed twice";
  EXPECT_EQ(cos_core_id(), command->core) << "completed on another core";
  EXPECT_EQ(request->cpl.cid, command->sqe.cid);
  EXPECT_EQ(request->cpl.sqid, request->qpair->qid);
  EXPECT_EQ(request->cpl.status & 1, 0);
  command->done = true;
}

void disconnect(nvmf_qpair* qpair) {
  Queue& queue = Queue::of(qpair);
  EXPECT_EQ(cos_core_id(), queue.core);
  queue.disconnects++;
  if (queue.obedient) queue.start_close();
}

}  // namespace

Queue::Queue(nvmf_target* target, nvmf_transport* transport, unsigned on_core) : core(on_core) {
  cos_native::on(core, [&] { nvmf_qpair_init(&qpair, target, transport); });
  qpair.local = {NVMF_TRTYPE_TCP, NVMF_ADRFAM_IPV4, "4420", "10.0.0.1"};
}

Command& Queue::submit(const nvme_command& sqe, Bytes data) {
  Command& c = commands.emplace_back();
  c.sqe = sqe;
  c.sqe.cid = static_cast<std::uint16_t>(commands.size());
  c.data = std::move(data);
  c.core = core;
  // In two pieces, so that nobody relies on one.
  const auto half = static_cast<std::uint32_t>(c.data.size() / 2),
             rest = static_cast<std::uint32_t>(c.data.size()) - half;
  const auto base = reinterpret_cast<std::uint64_t>(c.data.data());
  if (!c.data.empty()) c.segments = {{base, half}, {base + half, rest}};
  c.request.qpair = &qpair;
  c.request.cmd = &c.sqe;
  c.request.segments = c.segments.data();
  c.request.segment_count = static_cast<std::uint32_t>(c.segments.size());
  c.request.length = static_cast<std::uint32_t>(c.data.size());
  cos_native::on(core, [&] { nvmf_request_exec(&c.request); });
  return c;
}

Command& Queue::run(const nvme_command& sqe, Bytes data) {
  Command& c = submit(sqe, std::move(data));
  EXPECT_TRUE(cos_native::run_until([&] { return c.done; }, 10'000)) << "no completion";
  return c;
}

void Queue::start_close() {
  cos_native::on(core,
                 [&] { nvmf_qpair_close(&qpair, [](nvmf_qpair* q, void*) { Queue::of(q).closed = true; }, nullptr); });
}

void Queue::close() {
  start_close();
  EXPECT_TRUE(cos_native::run_until([&] { return closed; }, 10'000)) << "queue pair does not end";
}

nvme_command connect_command(const ConnectOptions& options) {
  nvmf_connect_command cmd{};
  nvme_command sqe;
  cmd.opcode = NVME_ADMIN_FABRICS;
  cmd.fctype = NVMF_CONNECT;
  cmd.recfmt = options.recfmt;
  cmd.qid = options.qid;
  cmd.sqsize = options.sqsize;
  cmd.cattr = options.cattr;
  cmd.kato = options.kato;
  std::memcpy(&sqe, &cmd, sizeof sqe);
  return sqe;
}

Bytes connect_data(const ConnectOptions& options) {
  nvmf_connect_data data{};
  std::memset(data.hostid, options.hostid, sizeof data.hostid);
  data.cntlid = options.cntlid;
  std::memcpy(data.subnqn, options.subnqn.data(), std::min(options.subnqn.size(), sizeof data.subnqn));
  std::memcpy(data.hostnqn, options.hostnqn.data(), std::min(options.hostnqn.size(), sizeof data.hostnqn));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&data);
  return {bytes, bytes + sizeof data};
}

static nvme_command property(nvmf_fctype type, std::uint32_t offset, std::uint64_t value, unsigned attrib) {
  nvmf_property_command cmd{};
  nvme_command sqe;
  cmd.opcode = NVME_ADMIN_FABRICS;
  cmd.fctype = static_cast<std::uint8_t>(type);
  cmd.attrib = static_cast<std::uint8_t>(attrib);
  cmd.ofst = offset;
  cmd.value = value;
  std::memcpy(&sqe, &cmd, sizeof sqe);
  return sqe;
}
nvme_command property_set(std::uint32_t offset, std::uint64_t value, unsigned attrib) {
  return property(NVMF_PROPERTY_SET, offset, value, attrib);
}
nvme_command property_get(std::uint32_t offset, unsigned attrib) {
  return property(NVMF_PROPERTY_GET, offset, 0, attrib);
}

nvme_command command(std::uint8_t opcode, std::uint32_t nsid, std::uint32_t cdw10, std::uint32_t cdw11) {
  nvme_command sqe{};
  sqe.opcode = opcode;
  sqe.nsid = nsid;
  sqe.cdw10 = cdw10;
  sqe.cdw11 = cdw11;
  return sqe;
}

nvme_command rw(std::uint8_t opcode, std::uint64_t lba, std::uint32_t blocks, std::uint32_t nsid) {
  nvme_command sqe = command(opcode, nsid, static_cast<std::uint32_t>(lba), static_cast<std::uint32_t>(lba >> 32));
  sqe.cdw12 = blocks - 1;
  return sqe;
}

nvme_command get_log(std::uint8_t lid, std::uint32_t bytes, std::uint64_t offset, std::uint32_t nsid) {
  const std::uint32_t numd = bytes / 4 - 1;
  nvme_command sqe = command(NVME_ADMIN_GET_LOG_PAGE, nsid, (numd & 0xffff) << 16 | lid, numd >> 16);
  sqe.cdw12 = static_cast<std::uint32_t>(offset);
  sqe.cdw13 = static_cast<std::uint32_t>(offset >> 32);
  return sqe;
}

// --- The fixture
// ------------------------------------------------------------------------------------------------------

nvmf_address TargetTest::address(const char* port) {
  nvmf_address a{NVMF_TRTYPE_TCP, NVMF_ADRFAM_IPV4, "", "10.0.0.1"};
  std::snprintf(a.trsvcid, sizeof a.trsvcid, "%s", port);
  return a;
}

TargetTest::TargetTest() {
  cos_native::reset(4);
  // What the bdev layer keeps once it has been used does not count.
  EXPECT_EQ(bdev_malloc_create("First", nullptr, 512, 1), 0);
  bdev_test::remove("First");
  blocks_before_ = cos_native::allocated_blocks();
  const nvmf_target_config config{.cluster = 0, .control_cluster = 0, .control_core = MPPA_RM, .max_subsystems = 4};
  target_ = nvmf_target_create(&config);
  transport_.name = "TCP";
  transport_.trtype = NVMF_TRTYPE_TCP;
  transport_.sgls = 0x100001;
  transport_.complete = complete;
  transport_.disconnect = disconnect;
  nvmf_transport_register(target_, &transport_);
  const nvmf_transport_options options{};
  EXPECT_EQ(nvmf_transport_create(&transport_, &options), 0);

  std::uint8_t uuid[16] = {0xaa, 1, 2, 3};
  EXPECT_EQ(bdev_malloc_create("Malloc0", uuid, 512, 4096), 0);
  const nvmf_subsystem_options subsystem{.nqn = kNqn,
                                         .serial_number = "SN1",
                                         .model_number = nullptr,
                                         .allow_any_host = true,
                                         .ana_reporting = true,
                                         .max_namespaces = 8,
                                         .min_cntlid = 0,
                                         .max_cntlid = 0};
  EXPECT_EQ(nvmf_subsystem_create(target_, &subsystem, &subsystem_), 0);
  const nvmf_ns_options ns{};
  EXPECT_EQ(nvmf_subsystem_add_ns(subsystem_, "Malloc0", &ns), 1);
  const nvmf_address where = address();
  EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &where), 0);
}

void TargetTest::close_all() {
  for (auto& q : queues_)
    if (!q->closed) q->close();
}

void TargetTest::remove_subsystem() {
  bool deleted = false;
  nvmf_subsystem_delete(subsystem_, [](void* arg) { *static_cast<bool*>(arg) = true; }, &deleted);
  EXPECT_TRUE(cos_native::run_until([&] { return deleted; }, 10'000)) << "subsystem does not go";
  subsystem_ = nullptr;
}

TargetTest::~TargetTest() {
  close_all();
  if (subsystem_ != nullptr) remove_subsystem();
  for (auto& q : queues_)
    for (const Command& c : q->commands) EXPECT_TRUE(c.done) << "command without completion";
  nvmf_target_destroy(target_);
  if (bdev_get_by_name("Malloc0") != nullptr) bdev_test::remove("Malloc0");
  cos_native::run_us(10);
  EXPECT_EQ(cos_native::allocated_blocks(), blocks_before_) << "memory is lost";
}

Queue& TargetTest::queue(unsigned core) {
  return *queues_.emplace_back(std::make_unique<Queue>(target_, &transport_, core));
}

Queue& TargetTest::connect_admin(const ConnectOptions& options, unsigned core) {
  Queue& admin = queue(core);
  EXPECT_EQ(admin.run(connect_command(options), connect_data(options)).status(), 0);
  EXPECT_EQ(admin.run(property_set(NVME_REG_CC, NVME_CC_EN | NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4))).status(), 0);
  return admin;
}

Queue& TargetTest::connect_io(const Queue& admin, std::uint16_t qid, unsigned core) {
  ConnectOptions options;
  options.qid = qid;
  options.cntlid = admin.qpair.cntlid;
  Queue& io = queue(core);
  EXPECT_EQ(io.run(connect_command(options), connect_data(options)).status(), 0);
  return io;
}

}  // namespace mppa::nvmf_test
