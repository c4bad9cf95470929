#include "models/host/nvme_tcp/discovery.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mppa::host::nvme_tcp {

namespace {

// The log page [oF 5.4]: a header and records of 1024 bytes each.
constexpr u8 kDiscoveryLog = 0x70;
constexpr u32 kRecordBytes = 1024;
constexpr u64 kMaxRecords = 1024;  ///< more than any target of ours; a bound for what a broken one may claim
constexpr u8 kTransportTcp = 3, kFamilyIpv4 = 1, kNvmSubsystem = 2;

std::string text(std::span<const u8> field) {
  std::string out(field.begin(), std::find(field.begin(), field.end(), u8{0}));
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace

Discovery::Discovery(tcp::Stack& stack, Timeline& time, const HostIdentity& host, Target target,
                     const QueueParams& params)
    : admin_(stack, time, host, {target.address, target.port, kDiscoveryNqn}, params) {}

void Discovery::run(std::function<void(std::vector<Target>)> found, Admin::Failed failed) {
  found_ = std::move(found);
  const auto header = [this] {
    records_ = load<u64>(*data_, 8);
    if (records_ > kMaxRecords) return admin_.fail("the discovery log claims too many records");
    read_entry();
  };
  admin_.open(0, [this, header] { read(0, kRecordBytes, header); }, std::move(failed));
}

void Discovery::read(u64 offset, u32 bytes, std::function<void()> then) {
  data_->assign(bytes, 0);
  Command command;
  command.sqe.opcode = static_cast<u8>(ssd::nvme::AdminOp::kGetLogPage);
  const u32 words = bytes / 4 - 1;
  command.sqe.cdw10 = kDiscoveryLog | (words & 0xFFFF) << 16;
  command.sqe.cdw11 = words >> 16;
  command.sqe.cdw12 = static_cast<u32>(offset);
  command.sqe.cdw13 = static_cast<u32>(offset >> 32);
  command.in = *data_;
  command.owner = data_;
  admin_.run(std::move(command), "Get Log Page (discovery)", [then = std::move(then)](const Cqe&) { then(); });
}

void Discovery::read_entry() {
  if (next_ < records_) return read((next_ + 1) * kRecordBytes, kRecordBytes, [this] { take_entry(); });
  admin_.close();
  std::exchange(found_, nullptr)(std::move(targets_));
}

void Discovery::take_entry() {
  ++next_;
  const std::span<const u8> record = *data_;
  const std::string port = text(record.subspan(32, 32)), address = text(record.subspan(512, 256));
  Target target{0, 0, text(record.subspan(256, 256))};
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  const auto parsed = tcp::parse_address(address);
  if (record[0] == kTransportTcp && record[1] == kFamilyIpv4 && record[2] == kNvmSubsystem && parsed &&
      target.port != 0) {
    target.address = *parsed;
    targets_.push_back(std::move(target));
  }
  read_entry();
}

}  // namespace mppa::host::nvme_tcp
