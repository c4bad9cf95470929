// Controllers with registers and queues in memory: what an emulated PCIe function offers.
#include "tests/firmware/nvmf/fixture.h"

namespace mppa::nvmf_test {
namespace {

/// The transport of emulated functions, with one function.
class MemoryBased : public TargetTest {
 protected:
  MemoryBased() {
    current = this;
    pcie_.name = "PCIE";
    pcie_.trtype = NVMF_TRTYPE_PCIE;
    pcie_.memory_based = true;
    pcie_.complete = transport_.complete;
    pcie_.attach = [](nvmf_transport* t, nvmf_subsystem* s, const nvmf_address* a) {
      return nvmf_ctrlr_create(s, t, a, current, &current->ctrlr_);
    };
    pcie_.detach = [](nvmf_transport*, nvmf_subsystem*, const nvmf_address*) {
      nvmf_ctrlr_destroy(current->ctrlr_, [](void* arg) { *static_cast<bool*>(arg) = true; }, &current->destroyed_);
    };
    pcie_.enable = [](nvmf_ctrlr* c) {
      current->admin_ = &current->add_queue(MPPA_RM);
      nvmf_ctrlr_set_admin_qpair(c, &current->admin_->qpair);
      return current->enable_result_;
    };
    pcie_.reset = [](nvmf_ctrlr*) { current->resets_++; };
    const auto create = [](nvmf_ctrlr*, const nvmf_queue_params* params, nvmf_request* admin) {
      current->params_ = *params;
      current->pending_ = admin;
    };
    const auto remove = [](nvmf_ctrlr*, std::uint16_t qid, nvmf_request* admin) {
      current->params_.qid = qid;
      current->pending_ = admin;
    };
    pcie_.create_cq = create;
    pcie_.create_sq = create;
    pcie_.delete_cq = remove;
    pcie_.delete_sq = remove;
    nvmf_transport_register(target_, &pcie_);
    const nvmf_transport_options options{};
    EXPECT_EQ(nvmf_transport_create(&pcie_, &options), 0);
    function_.traddr[0] = '0';
    EXPECT_EQ(nvmf_subsystem_add_listener(subsystem_, &function_), 0);
  }
  ~MemoryBased() override {
    if (!destroyed_) {
      EXPECT_EQ(nvmf_subsystem_remove_listener(subsystem_, &function_), 0);
      finish_reset();
      EXPECT_TRUE(destroyed_);
    }
    current = nullptr;
  }

  Queue& add_queue(unsigned core) { return *queues_.emplace_back(std::make_unique<Queue>(target_, &pcie_, core)); }
  void enable() {
    nvmf_ctrlr_write(ctrlr_, NVME_REG_AQA, 31 << 16 | 31, 4);
    nvmf_ctrlr_write(ctrlr_, NVME_REG_ASQ, 0x1'2345'6000, 8);
    nvmf_ctrlr_write(ctrlr_, NVME_REG_ACQ, 0x7000, 4);
    nvmf_ctrlr_write(ctrlr_, NVME_REG_ACQ + 4, 1, 4);
    nvmf_ctrlr_write(ctrlr_, NVME_REG_CC, NVME_CC_EN | NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4), 4);
  }
  /// The transport has closed its queues.
  void finish_reset() {
    if (resets_ == 0) return;
    resets_ = 0;
    close_all();
    nvmf_ctrlr_reset_done(ctrlr_);
  }
  std::uint64_t csts() { return nvmf_ctrlr_read(ctrlr_, NVME_REG_CSTS, 4); }

  Command& submit_create(std::uint8_t opcode, std::uint32_t qid, std::uint32_t entries, std::uint32_t cdw11,
                         std::uint64_t base = 0x10000) {
    nvme_command sqe = command(opcode, 0, NVME_CREATE_CDW10(qid, entries), cdw11);
    sqe.prp1 = base;
    pending_ = nullptr;
    return admin_->submit(sqe);
  }
  /// The status that a command gets without the transport being asked, or what the transport answers.
  std::uint16_t finish(Command& c, std::uint8_t sct = 0, std::uint8_t sc = 0) {
    if (pending_ != nullptr) nvmf_queue_op_done(std::exchange(pending_, nullptr), sct, sc);
    EXPECT_TRUE(c.done);
    return c.status();
  }
  std::uint16_t create_cq(std::uint32_t qid, std::uint32_t entries = 16, std::uint32_t cdw11 = 1,
                          std::uint64_t base = 0x10000) {
    return finish(submit_create(NVME_ADMIN_CREATE_CQ, qid, entries, cdw11, base));
  }
  std::uint16_t create_sq(std::uint32_t qid, std::uint32_t cqid, std::uint32_t entries = 16) {
    return finish(submit_create(NVME_ADMIN_CREATE_SQ, qid, entries, 1 | cqid << 16));
  }
  std::uint16_t remove(std::uint8_t opcode, std::uint32_t qid) {
    pending_ = nullptr;
    return finish(admin_->submit(command(opcode, 0, qid)));
  }

  static MemoryBased* current;
  nvmf_transport pcie_{};
  nvmf_address function_{NVMF_TRTYPE_PCIE, 0, "", ""};
  nvmf_ctrlr* ctrlr_ = nullptr;
  Queue* admin_ = nullptr;
  nvmf_queue_params params_{};
  nvmf_request* pending_ = nullptr;
  int enable_result_ = 0, resets_ = 0;
  bool destroyed_ = false;
};

MemoryBased* MemoryBased::current = nullptr;

TEST_F(MemoryBased, RegistersAndEnable) {
  EXPECT_EQ(nvmf_ctrlr_private(ctrlr_), this);
  EXPECT_EQ(NVME_CAP_MQES(nvmf_ctrlr_read(ctrlr_, NVME_REG_CAP, 8)), 127U);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_CAP + 4, 4), nvmf_ctrlr_read(ctrlr_, NVME_REG_CAP, 8) >> 32);
  EXPECT_EQ(csts(), 0U);
  enable();
  EXPECT_EQ(csts(), NVME_CSTS_RDY);
  const nvmf_admin_queue queue = nvmf_ctrlr_admin_queue(ctrlr_);
  EXPECT_EQ(queue.sq_base, 0x1'2345'6000U);
  EXPECT_EQ(queue.cq_base, 0x1'0000'7000U);
  EXPECT_EQ(queue.sq_entries, 32U);
  EXPECT_EQ(queue.cq_entries, 32U);
  nvmf_ctrlr_write(ctrlr_, NVME_REG_ASQ, 0, 8);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_ASQ, 8), 0x1'2345'6000U) << "not while enabled";
  nvmf_ctrlr_write(ctrlr_, NVME_REG_INTMS, 6, 4);
  nvmf_ctrlr_write(ctrlr_, NVME_REG_INTMC, 2, 4);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_INTMS, 4), 4U);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, 0x40, 8), 0U);
  EXPECT_EQ(admin_->run(command(NVME_ADMIN_IDENTIFY, 0, 1), Bytes(4096)).status(), 0);
}

TEST_F(MemoryBased, EnableWithNonsenseFails) {
  nvmf_ctrlr_write(ctrlr_, NVME_REG_CC, NVME_CC_EN, 4);  // queues of one entry
  EXPECT_EQ(csts(), NVME_CSTS_CFS);
  nvmf_ctrlr_write(ctrlr_, NVME_REG_CC, 0, 4);
  finish_reset();
  EXPECT_EQ(csts(), 0U);
  enable_result_ = -1;
  enable();
  EXPECT_EQ(csts(), NVME_CSTS_CFS);
}

TEST_F(MemoryBased, CreateAndDeleteQueues) {
  enable();
  EXPECT_EQ(create_cq(0), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(create_cq(17), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(create_cq(1, 1), specific(NVME_SC_INVALID_QUEUE_SIZE));
  EXPECT_EQ(create_cq(1, 129), specific(NVME_SC_INVALID_QUEUE_SIZE));
  EXPECT_EQ(create_cq(1, 16, 0), generic(NVME_SC_INVALID_FIELD)) << "must be contiguous";
  EXPECT_EQ(create_cq(1, 16, 1, 0x10010), generic(NVME_SC_INVALID_PRP_OFFSET));
  EXPECT_EQ(create_cq(1, 16, 3 | NVME_CQ_VECTOR(17)), specific(NVME_SC_INVALID_VECTOR));
  EXPECT_EQ(create_sq(1, 1), specific(NVME_SC_CQ_INVALID)) << "no such completion queue yet";
  EXPECT_EQ(create_cq(1, 128, 3 | NVME_CQ_VECTOR(16)), 0);
  EXPECT_EQ(params_.entries, 128U);
  EXPECT_EQ(params_.vector, 16);
  EXPECT_TRUE(params_.interrupts);
  EXPECT_EQ(create_cq(1), specific(NVME_SC_INVALID_QID)) << "exists";
  EXPECT_EQ(create_sq(1, 0), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(create_sq(2, 1), 0);
  EXPECT_EQ(params_.cqid, 1);
  EXPECT_EQ(create_sq(2, 1), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_CQ, 1), specific(NVME_SC_INVALID_QUEUE_DELETION));
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_SQ, 1), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_SQ, 2), 0);
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_CQ, 1), 0);
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_CQ, 1), specific(NVME_SC_INVALID_QID));
}

TEST_F(MemoryBased, AQueueIdIsBusyWhileTheTransportWorks) {
  enable();
  Command& first = submit_create(NVME_ADMIN_CREATE_CQ, 1, 16, 1);
  nvmf_request* working = std::exchange(pending_, nullptr);
  EXPECT_EQ(create_cq(1), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(create_sq(1, 1), specific(NVME_SC_INVALID_QID));
  EXPECT_EQ(create_sq(2, 1), specific(NVME_SC_CQ_INVALID));
  EXPECT_EQ(remove(NVME_ADMIN_DELETE_CQ, 1), specific(NVME_SC_INVALID_QID));
  nvmf_queue_op_done(working, NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR);
  EXPECT_EQ(first.status(), generic(NVME_SC_INTERNAL_ERROR));
  EXPECT_EQ(create_cq(1), 0) << "the failure has left nothing";
}

TEST_F(MemoryBased, IoQueueOnItsCoreNeedsOnlyTheAttachInfo) {
  enable();
  const nvmf_attach attach = nvmf_ctrlr_attach_info(ctrlr_, 1, 16);
  Queue& io = add_queue(2);
  cos_native::on(2, [&] { EXPECT_EQ(nvmf_qpair_attach(&io.qpair, &attach), 0); });
  const nvme_command write = rw(NVME_NVM_WRITE, 3, 2);
  EXPECT_EQ(nvmf_command_length(&io.qpair, &write), 1024U);
  EXPECT_EQ(nvmf_command_direction(&write), NVMF_HOST_TO_CONTROLLER);
  EXPECT_FALSE(nvmf_command_needs_local_data(&io.qpair, &write));
  EXPECT_EQ(io.run(write, Bytes(1024, 9)).status(), 0);
  EXPECT_EQ(io.run(rw(NVME_NVM_READ, 3, 2), Bytes(1024)).data, Bytes(1024, 9));
  EXPECT_EQ(io.run(command(NVME_ADMIN_FABRICS)).status(), generic(NVME_SC_INVALID_OPCODE)) << "not a fabrics queue";
}

TEST_F(MemoryBased, LengthsOfAdminCommands) {
  enable();
  const auto length = [&](const nvme_command& sqe) { return nvmf_command_length(&admin_->qpair, &sqe); };
  EXPECT_EQ(length(command(NVME_ADMIN_IDENTIFY)), 4096U);
  EXPECT_EQ(length(get_log(NVME_LOG_HEALTH, 512)), 512U);
  EXPECT_EQ(length(get_log(NVME_LOG_HEALTH, 0x10000000)), 0U) << "refused without data";
  EXPECT_EQ(length(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_HOST_ID, 1)), 16U);
  EXPECT_EQ(length(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_QUEUES)), 0U);
}

TEST_F(MemoryBased, ResetWaitsForTheTransport) {
  enable();
  EXPECT_EQ(create_cq(1), 0);
  Command& event = admin_->submit(command(NVME_ADMIN_ASYNC_EVENT));
  nvmf_ctrlr_write(ctrlr_, NVME_REG_CC, 0, 4);
  EXPECT_EQ(resets_, 1);
  EXPECT_EQ(csts(), NVME_CSTS_RDY);
  finish_reset();
  EXPECT_EQ(csts(), 0U);
  EXPECT_EQ(event.status(), status(NVME_SCT_GENERIC, NVME_SC_ABORTED, false));
  enable();
  EXPECT_EQ(csts(), NVME_CSTS_RDY);
  EXPECT_EQ(create_cq(1), 0) << "queues are gone after a reset";
}

TEST_F(MemoryBased, FunctionLevelResetForgetsTheRegisters) {
  enable();
  nvmf_ctrlr_function_reset(ctrlr_);
  EXPECT_EQ(resets_, 1);
  finish_reset();
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_AQA, 4), 0U);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_ASQ, 8), 0U);
  EXPECT_EQ(nvmf_ctrlr_read(ctrlr_, NVME_REG_CC, 4), 0U);
}

TEST_F(MemoryBased, ShutdownIsAnswered) {
  enable();
  nvmf_ctrlr_write(ctrlr_, NVME_REG_CC, NVME_CC_EN | NVME_CC_SHN(1), 4);
  EXPECT_EQ(NVME_CSTS_SHST(csts()), 2U);
}

TEST_F(MemoryBased, InvalidDoorbellsAreEvents) {
  enable();
  Command& c = admin_->submit(command(NVME_ADMIN_ASYNC_EVENT));
  nvmf_ctrlr_error_event(ctrlr_, NVME_EVENT_INVALID_DB_VALUE);
  EXPECT_TRUE(c.done);
  EXPECT_EQ(c.request.cpl.cdw0, NVME_AER(NVME_EVENT_ERROR, NVME_EVENT_INVALID_DB_VALUE, NVME_LOG_ERRORS));
}

TEST_F(MemoryBased, CoalescingReachesTheTransport) {
  static unsigned threshold, time;
  static std::uint64_t disabled;
  pcie_.coalescing_changed = [](nvmf_ctrlr*, std::uint8_t thr, std::uint8_t t, const std::uint64_t d[2]) {
    threshold = thr;
    time = t;
    disabled = d[0];
  };
  enable();
  EXPECT_EQ(admin_->run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_COALESCING, 0x0a07)).status(), 0);
  EXPECT_EQ(threshold, 7U);
  EXPECT_EQ(time, 10U);
  EXPECT_EQ(admin_->run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_VECTOR, 1 << 16 | 3)).status(), 0);
  EXPECT_EQ(disabled, 8U);
  EXPECT_EQ(admin_->run(command(NVME_ADMIN_GET_FEATURES, 0, NVME_FEATURE_VECTOR, 3)).request.cpl.cdw0, 0x10003U);
  EXPECT_EQ(admin_->run(command(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_VECTOR, 17)).status(),
            generic(NVME_SC_INVALID_FIELD));
}

}  // namespace
}  // namespace mppa::nvmf_test
