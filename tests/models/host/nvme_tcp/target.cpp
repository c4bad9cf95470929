#include "tests/models/host/nvme_tcp/target.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "models/common/crc32.h"

namespace mppa::host::nvme_tcp::test {

namespace {

template <typename T>
T get(const u8* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <typename T>
void put(u8* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
constexpr u32 kBlock = 4096;

}  // namespace

/// A connection.
class Target::Link : public tcp::ConnectionUser, public std::enable_shared_from_this<Link> {
 public:
  Link(Target& target, tcp::Connection& connection) : target_(target), connection_(&connection) {}
  void established() override {}
  void peer_closed() override { connection_->close(); }
  void ended(tcp::End) override { connection_ = nullptr; }
  bool is_open() const { return connection_ != nullptr; }
  void drop() {
    if (connection_) connection_->abort();
  }

  void received(std::span<const u8> bytes) override {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    while (buffer_.size() >= 8) {
      const u32 length = get<u32>(&buffer_[4]);
      if (buffer_.size() < length) return;
      const Bytes pdu(buffer_.begin(), buffer_.begin() + length);
      buffer_.erase(buffer_.begin(), buffer_.begin() + length);
      handle(pdu);
    }
  }

 private:
  struct Write {
    Bytes sqe, data;
    u32 asked = 0, have = 0;
  };

  bool header_digest() const { return digests_ & 1; }
  bool data_digest() const { return digests_ & 2; }

  void handle(const Bytes& pdu) {
    if (pdu[0] == 0) return initialise(pdu);
    if (pdu[0] == 2)
      return target_.terminated.emplace_back(get<u16>(&pdu[8]), Bytes(pdu.begin() + 24, pdu.end())), void();
    EXPECT_EQ(pdu[1] & 1, header_digest());
    if (header_digest()) {
      EXPECT_EQ(crc32c(std::span(pdu).first(pdu[2])), get<u32>(&pdu[pdu[2]])) << "header digest of the host";
    }
    const Bytes data = data_of(pdu);
    if (pdu[0] == 4) return command(Bytes(pdu.begin() + 8, pdu.begin() + 72), data);
    ASSERT_EQ(pdu[0], 6);
    Write& write = writes_.at(get<u16>(&pdu[10]));
    EXPECT_EQ(get<u16>(&pdu[8]), get<u16>(&write.sqe[2]));
    EXPECT_EQ(get<u32>(&pdu[12]), write.have);
    EXPECT_EQ(get<u32>(&pdu[16]), data.size());
    EXPECT_LE(data.size(), target_.params_.max_h2c_data);
    std::copy(data.begin(), data.end(), write.data.begin() + write.have);
    write.have += static_cast<u32>(data.size());
    EXPECT_EQ((pdu[1] & 4) != 0, write.have == write.asked) << "LAST_PDU";
    if (write.have == write.asked) ask(get<u16>(&pdu[10]));
  }

  Bytes data_of(const Bytes& pdu) const {
    if (pdu[3] == 0) return {};
    EXPECT_EQ(pdu[3] % (4 * (target_.params_.alignment + 1)), 0);
    const std::size_t end = pdu.size() - (data_digest() ? 4 : 0);
    Bytes data(pdu.begin() + pdu[3], pdu.begin() + static_cast<i64>(end));
    if (data_digest()) {
      EXPECT_EQ(crc32c(data), get<u32>(&pdu[end])) << "data digest of the host";
    }
    return data;
  }

  void initialise(const Bytes& request) {
    EXPECT_EQ(request.size(), 128u);
    const u8 digests = request[11] & target_.params_.digests;
    Bytes pdu(128);
    pdu[0] = 1;
    pdu[2] = 128;
    pdu[10] = target_.params_.alignment;
    pdu[11] = digests;
    put<u32>(&pdu[12], target_.params_.max_h2c_data);
    send(std::move(pdu), {});
    digests_ = digests;
  }

  /// Fills in lengths, flags and digests.
  void send(Bytes pdu, const Bytes& data) {
    const std::size_t length = pdu.size();
    if (header_digest()) pdu[1] |= 1, pdu.resize(length + 4);
    if (!data.empty()) {
      if (data_digest()) pdu[1] |= 2;
      pdu[3] = static_cast<u8>(pdu.size());
    }
    put<u32>(&pdu[4], static_cast<u32>(pdu.size() + data.size() + (!data.empty() && data_digest() ? 4 : 0)));
    if (header_digest()) put<u32>(&pdu[length], crc32c(std::span(pdu).first(length)));
    pdu.insert(pdu.end(), data.begin(), data.end());
    if (!data.empty() && data_digest()) {
      pdu.resize(pdu.size() + 4);
      put<u32>(&pdu[pdu.size() - 4], crc32c(data));
    }
    if (!connection_ || (target_.out && !target_.out(pdu))) return;
    auto owner = std::make_shared<Bytes>(std::move(pdu));
    connection_->send({*owner, owner});
  }

  void complete(const Bytes& sqe, u16 status, u64 result = 0) {
    Bytes pdu(24);
    pdu[0] = 5;
    pdu[2] = 24;
    put<u64>(&pdu[8], result);
    put<u16>(&pdu[18], queue_);
    put<u16>(&pdu[20], get<u16>(&sqe[2]));
    put<u16>(&pdu[22], static_cast<u16>(status << 1));
    send(std::move(pdu), {});
  }

  void send_data(const Bytes& sqe, const Bytes& data) {
    const bool flag = target_.params_.success_flag;
    for (std::size_t at = 0; at < data.size();) {
      const std::size_t piece = std::min<std::size_t>(data.size() - at, target_.params_.c2h_bytes);
      Bytes pdu(24);
      pdu[0] = 7;
      pdu[2] = 24;
      if (at + piece == data.size()) pdu[1] = flag ? 12 : 4;
      put<u16>(&pdu[8], get<u16>(&sqe[2]));
      put<u32>(&pdu[12], static_cast<u32>(at));
      put<u32>(&pdu[16], static_cast<u32>(piece));
      send(std::move(pdu), Bytes(data.begin() + static_cast<i64>(at), data.begin() + static_cast<i64>(at + piece)));
      at += piece;
    }
    if (!flag) complete(sqe, 0);
  }

  void command(const Bytes& sqe, const Bytes& data) {
    EXPECT_EQ(sqe[1] >> 6, 1) << "commands over fabrics use SGLs";
    if (target_.is_silent) return;
    if (const u16 status = target_.judge(queue_, sqe.data())) return complete(sqe, status);
    if (sqe[0] == 0x7F) return fabrics(sqe, data);
    if (queue_ == 0) return admin(sqe);
    ++target_.commands[sqe[0]];
    if (sqe[0] == 1 || sqe[0] == 9) {
      const u32 bytes = get<u32>(&sqe[32]);
      if (!data.empty()) {
        EXPECT_EQ(sqe[39], 0x01) << "in the capsule";
        EXPECT_LE(data.size(), target_.params_.capsule_data);
        EXPECT_EQ(bytes, data.size());
        ++target_.in_capsule;
        return execute(sqe, data);
      }
      EXPECT_EQ(sqe[39], 0x5A) << "by the transport";
      writes_[next_tag_] = {sqe, Bytes(bytes), 0, 0};
      return ask(next_tag_++);
    }
    execute(sqe, {});
  }

  /// The next R2T of a write, or its execution.
  void ask(u16 tag) {
    Write& write = writes_.at(tag);
    if (write.have == write.data.size()) {
      execute(write.sqe, write.data);
      writes_.erase(tag);
      return;
    }
    ++target_.r2ts;
    const u32 bytes = std::min<u32>(target_.params_.r2t_bytes, static_cast<u32>(write.data.size()) - write.have);
    write.asked = write.have + bytes;
    Bytes pdu(24);
    pdu[0] = 9;
    pdu[2] = 24;
    put<u16>(&pdu[8], get<u16>(&write.sqe[2]));
    put<u16>(&pdu[10], tag);
    put<u32>(&pdu[12], write.have);
    put<u32>(&pdu[16], bytes);
    send(std::move(pdu), {});
  }

  void execute(const Bytes& sqe, const Bytes& data) {
    target_.time_.after(target_.params_.latency, [self = shared_from_this(), sqe, data] { self->do_io(sqe, data); });
  }

  void do_io(const Bytes& sqe, const Bytes& data) {
    const u32 nsid = get<u32>(&sqe[4]);
    const u64 lba = get<u64>(&sqe[40]), blocks = u64{get<u16>(&sqe[48])} + 1;
    if (nsid == 0 || nsid > target_.disks_.size()) return complete(sqe, 0x00B);
    Bytes& disk = target_.disks_[nsid - 1];
    if (sqe[0] == 0) return complete(sqe, 0);
    if (sqe[0] == 9) {
      const u64 first = get<u64>(&data[8]), count = get<u32>(&data[4]);
      std::fill_n(disk.begin() + static_cast<i64>(first * kBlock), count * kBlock, u8{0});
      return complete(sqe, 0);
    }
    if (lba + blocks > target_.params_.blocks) return complete(sqe, 0x080);
    const auto at = disk.begin() + static_cast<i64>(lba * kBlock);
    if (sqe[0] == 2) return send_data(sqe, Bytes(at, at + static_cast<i64>(blocks * kBlock)));
    EXPECT_EQ(data.size(), blocks * kBlock);
    std::copy(data.begin(), data.end(), at);
    complete(sqe, 0);
  }

  void fabrics(const Bytes& sqe, const Bytes& data) {
    if (sqe[4] == 0) return complete(sqe, 0);  // Property Set
    if (sqe[4] == 4) {                         // Property Get
      const u32 offset = get<u32>(&sqe[44]);
      if (offset == 0) return complete(sqe, 0, u64{20} << 24 | 1u << 16 | 127);
      return complete(sqe, 0, offset == 0x1C && ++target_.polls_ > target_.params_.busy_polls);
    }
    ASSERT_EQ(data.size(), 1024u);
    queue_ = get<u16>(&sqe[42]);
    const std::string nqn(reinterpret_cast<const char*>(&data[256]));
    const bool discovers = nqn == "nqn.2014-08.org.nvmexpress.discovery";
    if (!discovers && nqn != target_.params_.nqn) return complete(sqe, 0x182);
    EXPECT_EQ(get<u16>(&data[16]), queue_ == 0 ? 0xFFFF : 7);
    complete(sqe, 0, 7);
  }

  void admin(const Bytes& sqe) {
    Bytes page(4096);
    switch (sqe[0]) {
      case 0x06: {
        const u8 cns = sqe[40];
        if (cns == 1) {
          page[77] = target_.params_.mdts;
          put<u32>(&page[1792], (target_.params_.capsule_data + 64) / 16);
        } else if (cns == 2) {
          for (u32 id = 1; id <= target_.disks_.size(); ++id) put<u32>(&page[4 * id - 4], id);
        } else {
          put<u64>(page.data(), target_.params_.blocks);
          page[130] = 12;
        }
        return send_data(sqe, page);
      }
      case 0x02: {
        ASSERT_EQ(sqe[40], 0x70);
        Bytes log(2048 + 1024);
        put<u64>(&log[8], 2);
        record(&log[1024], 3, "somewhere else");
        record(&log[2048], 2, target_.params_.nqn);
        const u64 offset = get<u64>(&sqe[48]);
        const u32 bytes = 4 * (get<u32>(&sqe[42]) + 1);
        return send_data(sqe,
                         Bytes(log.begin() + static_cast<i64>(offset), log.begin() + static_cast<i64>(offset + bytes)));
      }
      case 0x09:
        return complete(sqe, 0, (target_.params_.queues - 1u) * 0x10001u);
      case 0x0C:
        return;  // nothing ever happens
      case 0x18:
        ++target_.keep_alives;
        return complete(sqe, 0);
      default:
        return complete(sqe, 0x001);
    }
  }

  void record(u8* at, u8 subtype, const std::string& nqn) const {
    at[0] = 3, at[1] = 1, at[2] = subtype;
    const auto text = [at](std::size_t offset, std::size_t width, const std::string& value) {
      std::memset(at + offset, ' ', width);
      std::copy(value.begin(), value.end(), at + offset);
    };
    text(32, 32, "4420");
    std::copy(nqn.begin(), nqn.end(), at + 256);
    text(512, 256, tcp::format_address(target_.params_.address));
  }

  Target& target_;
  tcp::Connection* connection_;
  Bytes buffer_;
  u8 digests_ = 0;
  u16 queue_ = 0;
  u16 next_tag_ = 100;
  std::map<u16, Write> writes_;
};

Target::Target(Timeline& time, tcp::Stack& stack, const TargetParams& params)
    : time_(time), params_(params), disks_(params.namespaces, Bytes(params.blocks * kBlock)) {
  for (const u16 port : {u16{4420}, u16{8009}}) {
    stack.listen(port, [this](tcp::Connection& connection) {
      links_.push_back(std::make_shared<Link>(*this, connection));
      return links_.back().get();
    });
  }
}

Target::~Target() = default;

void Target::drop_all() {
  for (const auto& link : links_) link->drop();
}

std::size_t Target::connections() const {
  return static_cast<std::size_t>(std::ranges::count_if(links_, [](const auto& link) { return link->is_open(); }));
}

}  // namespace mppa::host::nvme_tcp::test
