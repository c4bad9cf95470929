#include "tests/firmware/nvmf_tcp/fake_target.h"

#include <cstring>

namespace mppa::nvmf_test {
namespace {

FakeTarget* current_target = nullptr;

void copy(const nvmf_request& request, u8* disk, bool to_disk) {
  for (u32 i = 0; i < request.segment_count; ++i) {
    const bdev_segment& s = request.segments[i];
    auto* memory = reinterpret_cast<u8*>(s.address);
    to_disk ? std::memcpy(disk, memory, s.length) : std::memcpy(memory, disk, s.length);
    disk += s.length;
  }
}

void execute(nvmf_request* request) {
  FakeTarget& target = FakeTarget::current();
  nvmf_qpair& qpair = *request->qpair;
  const nvme_command& cmd = *request->cmd;
  request->cpl = {};
  request->cpl.cid = cmd.cid;
  request->cpl.sqid = qpair.qid;
  if (cmd.opcode == NVME_ADMIN_FABRICS) {
    nvmf_connect_command connect;
    std::memcpy(&connect, &cmd, sizeof connect);
    qpair.qid = connect.qid;
    qpair.no_flow_control = connect.cattr & NVMF_CATTR_NO_FLOW_CONTROL;
    qpair.state = NVMF_QPAIR_READY;
    request->cpl.cdw0 = 1;
  } else if (target.fail_with) {
    request->cpl.status = static_cast<u16>(target.fail_with << 1);
  } else {
    request->cpl.cdw0 = target.result;
    copy(*request, target.disk.data() + static_cast<u64>(cmd.cdw10) * FakeTarget::kBlock, cmd.opcode == NVME_NVM_WRITE);
  }
  qpair.transport->complete(request);
}

}  // namespace

FakeTarget::FakeTarget() { current_target = this; }
FakeTarget::~FakeTarget() { current_target = nullptr; }
FakeTarget& FakeTarget::current() { return *current_target; }

void FakeTarget::release() {
  while (!held.empty()) {
    nvmf_request* request = held.front();
    held.pop_front();
    execute(request);
  }
}

}  // namespace mppa::nvmf_test

using mppa::nvmf_test::FakeTarget;

extern "C" {

void nvmf_qpair_init(nvmf_qpair* qpair, nvmf_target* target, nvmf_transport* transport) {
  *qpair = {};
  qpair->target = target;
  qpair->transport = transport;
  FakeTarget::current().open_qpairs++;
}

void nvmf_qpair_close(nvmf_qpair* qpair, void (*closed)(nvmf_qpair*, void*), void* arg) {
  FakeTarget::current().closed_qpairs++;
  closed(qpair, arg);
}

nvmf_direction nvmf_command_direction(const nvme_command* cmd) {
  const bool fabrics = cmd->opcode == NVME_ADMIN_FABRICS;
  return static_cast<nvmf_direction>((fabrics ? cmd->nsid & 3 : cmd->opcode & 3U));
}

void nvmf_request_set_status(nvmf_request* request, uint8_t sct, uint8_t sc, bool dnr) {
  request->cpl = {};
  request->cpl.cid = request->cmd->cid;
  request->cpl.status = static_cast<uint16_t>((NVME_STATUS(sct, sc) | (dnr ? NVME_STATUS_DNR : 0U)) << 1);
}

void nvmf_request_exec(nvmf_request* request) {
  FakeTarget& target = FakeTarget::current();
  target.seen.push_back(*request->cmd);
  if (target.hold && request->cmd->opcode != NVME_ADMIN_FABRICS)
    target.held.push_back(request);
  else
    mppa::nvmf_test::execute(request);
}

}  // extern "C"
