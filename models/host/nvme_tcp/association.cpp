#include "models/host/nvme_tcp/association.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace mppa::host::nvme_tcp {

using ssd::nvme::AdminOp;

namespace {

constexpr unsigned kAdminEntries = 32;
constexpr u64 kPage = 4096;
constexpr u64 kMillisecond = 1'000'000'000;
// Identify controller: MDTS; the sizes of capsules [oF 4.1].
constexpr std::size_t kMdts = 77, kIoccsz = 1792, kIcdoff = 1800;

/// NGUID or EUI-64, whichever there is; otherwise subsystem and number.
std::string identity(std::span<const u8> page, const std::string& nqn, u32 nsid) {
  for (const auto& [offset, bytes] : {std::pair{104, 16}, std::pair{120, 8}}) {
    const std::span<const u8> id = page.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
    if (std::ranges::all_of(id, [](u8 byte) { return byte == 0; })) continue;
    std::string text;
    for (const u8 byte : id) text += fmt::format("{:02x}", byte);
    return text;
  }
  return fmt::format("{}:{}", nqn, nsid);
}

}  // namespace

Association::Association(tcp::Stack& stack, Timeline& time, const HostIdentity& host, const Target& target,
                         const ConnectParams& params)
    : stack_(stack),
      time_(time),
      host_(host),
      target_(target),
      params_(params),
      admin_(stack, time, host, target, {kAdminEntries, params.header_digest, params.data_digest, 1}) {}

void Association::open(std::function<void()> ready, Admin::Failed lost) {
  ready_ = std::move(ready);
  lost_ = std::move(lost);
  const u32 kato = static_cast<u32>(params_.keep_alive / kMillisecond);
  admin_.open(kato, [this] { identify_controller(); }, [this](const std::string& why) { lose(why); });
  if (params_.command_timeout != 0) after(params_.command_timeout / 4, &Association::watch);
}

void Association::lose(const std::string& why) {
  if (auto lost = std::exchange(lost_, nullptr)) {
    admin_.close();
    lost(why);
  }
}

void Association::after(u64 delay, void (Association::*step)()) {
  time_.after(delay, [weak = weak_from_this(), step] {
    const auto self = weak.lock();
    if (self && self->lost_) (*self.*step)();
  });
}

void Association::identify_controller() {
  if (params_.keep_alive != 0) after(params_.keep_alive / 2, &Association::keep_alive);
  admin_.identify(1, 0, "Identify controller", [this] {
    const std::span<const u8> page = admin_.page();
    const unsigned mdts = page[kMdts];
    max_transfer_ = std::min(params_.max_transfer, mdts == 0 || mdts > 40 ? ~u64{0} : kPage << mdts);
    const u64 capsule = u64{load<u32>(page, kIoccsz)} * 16;
    if (capsule < sizeof(Sqe)) return lose(fmt::format("command capsules of {} bytes", capsule));
    // Data that do not follow their command at once would be a detour for nothing.
    capsule_data_ = load<u16>(page, kIcdoff) == 0 ? std::min(params_.in_capsule_data, capsule - sizeof(Sqe)) : 0;
    await_event();
    list_namespaces();
  });
}

void Association::list_namespaces() {
  admin_.identify(2, 0, "Identify namespace list", [this] {
    for (std::size_t at = 0; at < kPage; at += 4) {
      const u32 id = load<u32>(admin_.page(), at);
      if (id == 0) break;
      ids_.push_back(id);
    }
    identify_namespace(0);
  });
}

void Association::identify_namespace(std::size_t index) {
  if (index == ids_.size()) return request_queues();
  admin_.identify(0, ids_[index], "Identify namespace", [this, index] {
    const std::span<const u8> page = admin_.page();
    const unsigned shift = page[128 + (page[26] & 0xF) * 4u + 2];
    if (shift < 9 || shift > 16) return lose(fmt::format("namespace {} has blocks of 2^{} bytes", ids_[index], shift));
    namespaces_.push_back({ids_[index], load<u64>(page, 0) << shift, shift, identity(page, target_.nqn, ids_[index])});
    identify_namespace(index + 1);
  });
}

void Association::request_queues() {
  Command command;
  command.sqe.opcode = static_cast<u8>(AdminOp::kSetFeatures);
  command.sqe.cdw10 = 0x07;
  command.sqe.cdw11 = (params_.queues - 1) << 16 | (params_.queues - 1);
  admin_.run(std::move(command), "Set Features (number of queues)", [this](const Cqe& completion) {
    const u32 granted = std::min(completion.dw0 & 0xFFFF, completion.dw0 >> 16) + 1;
    if (granted < params_.queues) return lose(fmt::format("{} queues wanted, {} granted", params_.queues, granted));
    open_queue(0);
  });
}

void Association::open_queue(unsigned index) {
  if (index == params_.queues) return finish();
  const unsigned entries = std::min(params_.queue_entries, admin_.max_queue_entries());
  const u16 id = static_cast<u16>(index + 1);
  const QueueParams params{entries, params_.header_digest, params_.data_digest, 1};
  io_.push_back(std::make_unique<Queue>(stack_, time_, id, params));
  Queue& queue = *io_.back();
  const auto connected = [this, index, id](const Cqe& completion) {
    const unsigned status = completion.status >> 1 & 0x7FF;
    if (status != 0) return lose(fmt::format("Connect of queue {} failed with status {:#x}", id, status));
    open_queue(index + 1);
  };
  const auto opened = [this, id, entries, &queue, connected] {
    queue.set_capsule_data(capsule_data_);
    Command connect = Admin::connect_command(host_, target_.nqn, id, entries, admin_.controller(), 0);
    connect.done = connected;
    queue.submit(std::move(connect));
  };
  queue.open(target_.address, target_.port, opened,
             [this, id](const std::string& why) { lose(fmt::format("queue {}: {}", id, why)); });
}

void Association::finish() { std::exchange(ready_, nullptr)(); }

/// Keeps one Asynchronous Event Request with the controller, as hosts do; what it reports is counted.
void Association::await_event() {
  Command command;
  command.sqe.opcode = static_cast<u8>(AdminOp::kAsyncEvent);
  command.may_wait = true;
  command.done = [this](const Cqe& completion) {
    if (completion.status >> 1 != 0 || !lost_) return;
    ++events_;
    await_event();
  };
  admin_.submit(std::move(command));
}

void Association::keep_alive() {
  if (keep_alive_pending_) return lose("no answer to Keep Alive");
  keep_alive_pending_ = true;
  Command command;
  command.sqe.opcode = static_cast<u8>(AdminOp::kKeepAlive);
  admin_.run(std::move(command), "Keep Alive", [this](const Cqe&) { keep_alive_pending_ = false; });
  after(params_.keep_alive / 2, &Association::keep_alive);
}

/// Looks at times for commands that take too long. Linux would abort them first; the outcome is the same.
void Association::watch() {
  const u64 now = time_.now();
  std::vector<Queue*> all{&admin_.queue()};
  for (const auto& queue : io_) all.push_back(queue.get());
  for (const Queue* queue : all) {
    const u64 oldest = queue->oldest();
    if (oldest == ~u64{0} || now - oldest < params_.command_timeout) continue;
    ++timeouts_;
    return lose(fmt::format("a command of queue {} timed out", queue->id()));
  }
  after(params_.command_timeout / 4, &Association::watch);
}

}  // namespace mppa::host::nvme_tcp
