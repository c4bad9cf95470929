#include "models/host/nvme_tcp/admin.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace mppa::host::nvme_tcp {

namespace reg = ssd::nvme::reg;
using ssd::nvme::AdminOp;

namespace {

constexpr u64 kReadyPoll = 10'000'000;          ///< 10 us between looks at CSTS
constexpr u64 kTimeoutUnit = 500'000'000'000;   ///< of CAP.TO
constexpr u32 kEnable = 1 | 6 << 16 | 4 << 20;  ///< CC: enabled, entries of 64 and 16 bytes
constexpr std::size_t kConnectBytes = 1024, kNqnBytes = 256;

Sqe fabrics(FabricsType type) {
  Sqe sqe;
  sqe.opcode = kFabrics;
  sqe.nsid = static_cast<u32>(type);
  return sqe;
}

}  // namespace

Admin::Admin(tcp::Stack& stack, Timeline& time, const HostIdentity& host, const Target& target,
             const QueueParams& params)
    : time_(time), host_(host), target_(target), params_(params), queue_(stack, time, 0, params) {}

/// Fields of Connect [oF 3.3]: RECFMT and QID, SQSIZE and CATTR, KATO; the data name host and subsystem.
Command Admin::connect_command(const HostIdentity& host, const std::string& nqn, u16 qid, unsigned entries,
                               u16 controller, u32 kato_ms) {
  auto data = std::make_shared<std::vector<u8>>(kConnectBytes);
  std::copy(host.id.begin(), host.id.end(), data->begin());
  store<u16>(*data, 16, controller);
  std::copy_n(nqn.begin(), std::min(nqn.size(), kNqnBytes - 1), data->begin() + 256);
  std::copy_n(host.nqn.begin(), std::min(host.nqn.size(), kNqnBytes - 1), data->begin() + 512);
  Command command;
  command.sqe = fabrics(FabricsType::kConnect);
  command.sqe.cdw10 = u32{qid} << 16;
  command.sqe.cdw11 = (entries - 1) | u32{kDisableSqFlowControl} << 16;
  command.sqe.cdw12 = kato_ms;
  command.out = *data;
  command.owner = data;
  return command;
}

Command Admin::property_get(u32 offset, bool is_wide) {
  Command command;
  command.sqe = fabrics(FabricsType::kPropertyGet);
  command.sqe.cdw10 = is_wide;
  command.sqe.cdw11 = offset;
  return command;
}

Command Admin::property_set(u32 offset, u64 value) {
  Command command;
  command.sqe = fabrics(FabricsType::kPropertySet);
  command.sqe.cdw11 = offset;
  command.sqe.cdw12 = static_cast<u32>(value);
  command.sqe.cdw13 = static_cast<u32>(value >> 32);
  return command;
}

void Admin::open(u32 kato_ms, std::function<void()> ready, Failed failed) {
  ready_ = std::move(ready);
  failed_ = std::move(failed);
  const auto connected = [this](const Cqe& completion) {
    controller_ = static_cast<u16>(completion.dw0);
    if (completion.dw0 >> 16 != 0) return fail("the controller wants authentication");
    enable();
  };
  const auto opened = [this, kato_ms, connected] {
    queue_.set_capsule_data(kAdminCapsuleData);
    run(connect_command(host_, target_.nqn, 0, params_.entries, kAnyController, kato_ms), "Connect", connected);
  };
  queue_.open(target_.address, target_.port, opened, [this](const std::string& why) { fail(why); });
}

void Admin::fail(const std::string& why) {
  if (auto failed = std::exchange(failed_, nullptr)) failed(why);
}

void Admin::run(Command command, const char* what, Then then) {
  if (!queue_.has_room()) return fail(fmt::format("{}: the admin queue is full", what));
  command.done = [this, what, then = std::move(then)](const Cqe& completion) {
    if (!failed_) return;
    const unsigned status = completion.status >> 1 & 0x7FF;
    if (status != 0) return fail(fmt::format("{} failed with status {:#x}", what, status));
    then(completion);
  };
  queue_.submit(std::move(command));
}

void Admin::enable() {
  run(property_get(reg::kCap, true), "Property Get (CAP)", [this](const Cqe& completion) {
    capabilities_ = u64{completion.dw1} << 32 | completion.dw0;
    deadline_ = time_.now() + std::max<u64>(capabilities_ >> 24 & 0xFF, 1) * kTimeoutUnit;
    run(property_set(reg::kCc, kEnable), "Property Set (CC)", [this](const Cqe&) { wait_ready(); });
  });
}

void Admin::wait_ready() {
  run(property_get(reg::kCsts, false), "Property Get (CSTS)", [this](const Cqe& completion) {
    if (completion.dw0 & reg::kCstsFatal) return fail("controller fatal status");
    if (completion.dw0 & reg::kCstsReady) return std::exchange(ready_, nullptr)();
    if (time_.now() > deadline_) return fail("the controller does not become ready");
    time_.after(kReadyPoll, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired() && failed_) wait_ready();
    });
  });
}

void Admin::identify(u32 cns, u32 nsid, const char* what, std::function<void()> then) {
  Command command;
  command.sqe.opcode = static_cast<u8>(AdminOp::kIdentify);
  command.sqe.nsid = nsid;
  command.sqe.cdw10 = cns;
  command.in = *page_;
  command.owner = page_;
  std::fill(page_->begin(), page_->end(), u8{0});
  run(std::move(command), what, [then = std::move(then)](const Cqe&) { then(); });
}

}  // namespace mppa::host::nvme_tcp
