#include "models/ssd/nvme/controller.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/ssd/nvme/admin_commands.h"
#include "models/ssd/nvme/async_events.h"
#include "models/ssd/nvme/io_commands.h"
#include "models/ssd/nvme/log_pages.h"

namespace mppa::ssd::nvme {

namespace {

/// CAP [3.1.1]: contiguous queues required, weighted round robin, doorbell stride 4, NVM command set, memory pages of
/// 4 to 64 KiB.
u64 capabilities(const ControllerParams& params, bool zoned) {
  const u64 timeout = std::min<u64>(255, params.ready_timeout / 500'000'000'000 + 1);  // units of 500 ms
  u64 cap = params.max_queue_entries - 1;
  cap |= u64{1} << 16 | u64{1} << 17 | timeout << 24 | u64{1} << 37 | u64{4} << 52;
  if (zoned) cap |= u64{1} << 43;  // CSS bit 6: I/O command sets
  return cap;
}

u64 replace_half(u64 value, bool high, u32 half) {
  return high ? (value & 0xFFFF'FFFF) | u64{half} << 32 : (value & ~u64{0xFFFF'FFFF}) | half;
}

}  // namespace

Controller::Controller(Subsystem& subsystem, u16 id)
    : subsystem_(subsystem),
      id_(id),
      features_(!subsystem.params().buffer.power_loss_protection, subsystem.params().controller.max_io_queues + 1),
      msix_(subsystem.params().controller.max_io_queues + 1,
            [this](u64 address, u32 data) {
              ++interrupts_;
              u8 bytes[4];
              std::memcpy(bytes, &data, 4);
              if (host_) host_->write(address, bytes);
            }),
      events_(std::make_unique<AsyncEvents>(*this)),
      logs_(std::make_unique<LogPages>(*this)),
      admin_(std::make_unique<AdminCommands>(*this)),
      io_(std::make_unique<IoCommands>(*this)),
      coalesced_(subsystem.params().controller.max_io_queues + 1) {
  const ControllerParams& p = params();
  if (p.max_io_queues == 0 || p.max_io_queues > 255) throw std::invalid_argument("max_io_queues must be 1 .. 255");
  if (p.max_queue_entries < 2 || p.max_queue_entries > 65536)
    throw std::invalid_argument("max_queue_entries must be 2 .. 65536");
  if (p.max_transfer < 4096 || (p.max_transfer & (p.max_transfer - 1)) != 0 || p.max_transfer > HostPort::kMaxRequest)
    throw std::invalid_argument("max_transfer must be a power of two from 4 KiB to 1 MiB");
  subsystem.add_listener(*events_);
}

Controller::~Controller() = default;

void Controller::bar_read(u64 offset, std::span<u8> into) {
  for (u64 i = 0; i < into.size(); ++i) {
    const u64 word = (offset + i) & ~u64{3};
    const u32 value = read_register(word);
    // One read of the word serves all its bytes.
    for (; i < into.size() && (offset + i) / 4 == word / 4; ++i)
      into[i] = static_cast<u8>(value >> 8 * ((offset + i) % 4));
    --i;
  }
}

void Controller::bar_write(u64 offset, std::span<const u8> data) {
  for (u64 i = 0; i < data.size();) {
    const u64 word = (offset + i) & ~u64{3};
    const bool whole = (offset + i) % 4 == 0 && data.size() - i >= 4;
    u32 value = whole ? 0 : read_register(word);
    for (; i < data.size() && (offset + i) / 4 == word / 4; ++i) {
      const unsigned shift = 8 * ((offset + i) % 4);
      value = (value & ~(u32{0xFF} << shift)) | u32{data[i]} << shift;
    }
    write_register(word, value);
  }
}

u32 Controller::read_register(u64 offset) {
  const u64 cap = capabilities(params(), subsystem_.params().ftl.placement == Placement::kZoned);
  if (offset >= kMsixTable && offset < kMsixTable + msix_.table_bytes()) return msix_.read_table(offset - kMsixTable);
  if (offset >= kMsixPending && offset < kMsixPending + msix_.pending_bytes())
    return msix_.read_pending(offset - kMsixPending);
  switch (offset) {
    case reg::kCap:
      return static_cast<u32>(cap);
    case reg::kCap + 4:
      return static_cast<u32>(cap >> 32);
    case reg::kVs:
      return reg::kVersion14;
    case reg::kIntms:
    case reg::kIntmc:
      return interrupt_mask_;
    case reg::kCc:
      return cc_;
    case reg::kCsts:
      return csts_;
    case reg::kAqa:
      return aqa_;
    case reg::kAsq:
    case reg::kAsq + 4:
      return static_cast<u32>(asq_ >> 8 * (offset - reg::kAsq));
    case reg::kAcq:
    case reg::kAcq + 4:
      return static_cast<u32>(acq_ >> 8 * (offset - reg::kAcq));
    default:
      return 0;  // reserved registers and doorbells read as zero
  }
}

void Controller::write_register(u64 offset, u32 value) {
  if (offset >= kMsixTable && offset < kMsixTable + msix_.table_bytes())
    return msix_.write_table(offset - kMsixTable, value);
  if (offset >= reg::kDoorbells && offset < kMsixTable) {
    const u16 id = static_cast<u16>((offset - reg::kDoorbells) / 8);
    return offset % 8 == 0 ? ring_sq(id, value) : ring_cq(id, value);
  }
  switch (offset) {
    case reg::kIntms:
      interrupt_mask_ |= value;
      break;
    case reg::kIntmc:
      interrupt_mask_ &= ~value;
      break;
    case reg::kCc:
      write_cc(value);
      break;
    case reg::kAqa:
      aqa_ = value & 0x0FFF'0FFF;
      break;
    case reg::kAsq:
    case reg::kAsq + 4:
      asq_ = replace_half(asq_, offset != reg::kAsq, value) & ~u64{0xFFF};
      break;
    case reg::kAcq:
    case reg::kAcq + 4:
      acq_ = replace_half(acq_, offset != reg::kAcq, value) & ~u64{0xFFF};
      break;
    default:
      break;  // read-only or reserved
  }
}

void Controller::write_cc(u32 value) {
  const u32 old = std::exchange(cc_, value & 0x00FF'FFF1);
  if (!hung_) return apply_cc(old);
  hung_work_.push_back([this, old, now = cc_] {
    cc_ = now;
    apply_cc(old);
  });
}

/// Acts on a change of CC.
void Controller::apply_cc(u32 old) {
  if ((old & 1) == 0 && (cc_ & 1)) enable();
  if ((old & 1) && (cc_ & 1) == 0) disable();
  if ((cc_ >> 14 & 3) != 0 && (old >> 14 & 3) == 0) shut_down();
}

/// Whether CC and the admin queue registers name a configuration that CAP offers.
bool Controller::check_enable() const {
  const unsigned command_set = cc_ >> 4 & 7, arbitration = cc_ >> 11 & 7;
  const bool zoned = subsystem_.params().ftl.placement == Placement::kZoned;
  const bool set_ok = command_set == 0 || (zoned && command_set == 6);
  return set_ok && arbitration <= 1 && (cc_ >> 7 & 0xF) <= 4 && (aqa_ & 0xFFF) != 0 && (aqa_ >> 16) != 0 &&
         asq_ % page_bytes() == 0 && acq_ % page_bytes() == 0;
}

void Controller::enable() {
  if (!check_enable()) return fail_fatally();
  later(time().now() + params().ready_time, [this] {
    CompletionQueue cq;
    cq.base = acq_;
    cq.entries = (aqa_ >> 16) + 1;
    cq.interrupts = true;
    create_cq(0, std::move(cq));
    SubmissionQueue sq;
    sq.base = asq_;
    sq.entries = (aqa_ & 0xFFF) + 1;
    create_sq(0, std::move(sq));
    csts_ |= reg::kCstsReady;
  });
}

void Controller::disable() {
  reset();
  csts_ = 0;
  cc_ = 0;
}

void Controller::shut_down() {
  csts_ = (csts_ & ~reg::kCstsShutdownMask) | 1 << 2;
  const u64 life = life_;
  subsystem_.ftl().flush([this, life] {
    if (life == life_) csts_ = (csts_ & ~reg::kCstsShutdownMask) | reg::kCstsShutdownDone;
  });
}

/// Everything but the registers.
void Controller::reset() {
  ++life_;
  for (auto& [id, queue] : sqs_) {
    for (auto& [cid, command] : queue.commands) command->is_over = true;
  }
  sqs_.clear();
  cqs_.clear();
  hung_work_.clear();
  std::fill(coalesced_.begin(), coalesced_.end(), Coalesced{});
  fetches_ = 0;
  commands_in_flight_ = 0;
  features_.reset();
  events_->reset();
  if (subsystem_.next_slot != 0) subsystem_.active_slot = std::exchange(subsystem_.next_slot, 0);
}

void Controller::function_reset() {
  reset();
  msix_.reset();
  bus_master_ = false;
  cc_ = csts_ = aqa_ = interrupt_mask_ = 0;
  asq_ = acq_ = 0;
}

void Controller::link_down() { function_reset(); }

void Controller::fail_fatally() { csts_ |= reg::kCstsFatal; }

void Controller::set_hung(bool hung) {
  hung_ = hung;
  if (hung) return;
  for (const auto& work : std::exchange(hung_work_, {})) work();
  fetch();
}

void Controller::after_commands(u64 commands, std::function<void()> action) {
  command_alarms_.emplace(io_commands_ + commands, std::move(action));
}

void Controller::later(u64 when, std::function<void()> action) {
  time().at(when, [this, life = life_, action = std::move(action)] {
    if (life == life_) action();
  });
}

void Controller::resolve(const CommandPtr& command, u64 bytes, Direction direction, std::function<void()> then) {
  const Sqe& sqe = command->sqe;
  Resolved done = [this, command, life = life_, then = std::move(then)](Status status, std::vector<Segment> segments) {
    if (life != life_ || command->is_over) return;
    if (status != Status::kSuccess) return complete(command, status);
    command->segments = std::move(segments);
    then();
  };
  if (sqe.psdt() == 0) return resolve_prp(*host_, page_bytes(), sqe.prp1, sqe.prp2, bytes, std::move(done));
  // SGLs are for I/O commands only on PCIe [4.4]; metadata do not exist, so both SGL forms mean the same.
  if (sqe.psdt() == 3 || command->queue == 0) return complete(command, Status::kInvalidField);
  resolve_sgl(*host_, sqe.prp1, sqe.prp2, bytes, direction, std::move(done));
}

void Controller::fetch_data(const CommandPtr& command, u64 bytes, std::function<void()> then) {
  resolve(command, bytes, Direction::kFromHost, [this, command, bytes, then = std::move(then)] {
    command->data.resize(bytes);
    auto failed = std::make_shared<bool>(false);
    auto join = std::make_shared<Join>([this, command, bytes, failed, life = life_, then] {
      if (life != life_ || command->is_over) return;
      if (*failed) return complete(command, Status::kDataTransferError);
      const u64 service = transfer_ps(bytes, subsystem_.params().front_end.write_rate);
      later(write_path_.acquire(time().now(), service) + service, [command, then] {
        if (!command->is_over) then();
      });
    });
    u64 at = 0;
    for (const Segment& segment : command->segments) {
      join->add();
      host_->read(segment.address, std::span(command->data).subspan(at, segment.bytes),
                  [command, failed, join](HostStatus status) {
                    if (status != HostStatus::kOk) *failed = true;
                    join->arrive();
                  });
      at += segment.bytes;
    }
    join->arrive();
  });
}

void Controller::send_data(const CommandPtr& command, std::function<void()> then) {
  const u64 service = transfer_ps(command->data.size(), subsystem_.params().front_end.read_rate);
  later(read_path_.acquire(time().now(), service) + service, [this, command, then = std::move(then)] {
    if (command->is_over) return;
    u64 at = 0;
    for (const Segment& segment : command->segments) {
      if (!segment.bit_bucket) host_->write(segment.address, std::span(command->data).subspan(at, segment.bytes));
      at += segment.bytes;
    }
    then();
  });
}

void Controller::return_page(const CommandPtr& command, std::vector<u8> data, u64 bytes) {
  data.resize(bytes);
  command->data = std::move(data);
  resolve(command, bytes, Direction::kToHost,
          [this, command] { send_data(command, [this, command] { complete(command, Status::kSuccess); }); });
}

void Controller::write_stats(StatWriter& out) const {
  out.counter("commands", commands_, "commands", "fetched from submission queues");
  out.counter("errors", errors_, "commands", "completed with an error status");
  out.counter("interrupts", interrupts_, "messages", "MSI-X messages sent");
  out.utilization("processors", "ssd command processors", processors_.busy_ticks(), subsystem_.time().now());
  out.utilization("read_path", "ssd data path to the host", read_path_.busy_ticks(), subsystem_.time().now());
  out.utilization("write_path", "ssd data path from the host", write_path_.busy_ticks(), subsystem_.time().now());
}

}  // namespace mppa::ssd::nvme
