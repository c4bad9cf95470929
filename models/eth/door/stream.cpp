#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "models/common/socket_listener.h"
#include "models/eth/door/outside.h"

namespace mppa::eth {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr u32 kLongestFrame = 64 * 1024;
constexpr std::size_t kUnsentLimit = 4 << 20;  ///< beyond this the peer counts as not reading

class StreamSocket final : public OutsideIf {
 public:
  explicit StreamSocket(const std::string& address) : listener_(address) {}
  ~StreamSocket() override { hang_up(); }
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  bool connected() override {
    if (peer_ >= 0) return true;
    peer_ = listener_.accept();
    return peer_ >= 0;
  }

  bool send(std::span<const u8> frame) override {
    if (peer_ < 0 || unsent_.size() + frame.size() > kUnsentLimit) return false;
    const u32 length = htonl(static_cast<u32>(frame.size()));
    const auto* bytes = reinterpret_cast<const u8*>(&length);
    unsent_.insert(unsent_.end(), bytes, bytes + kLengthBytes);
    unsent_.insert(unsent_.end(), frame.begin(), frame.end());
    flush();
    return peer_ >= 0;
  }

  std::optional<std::vector<u8>> receive() override {
    flush();
    for (;;) {
      if (auto frame = take()) return frame;
      if (peer_ < 0) return {};
      u8 chunk[16 * 1024];
      const ssize_t n = recv(peer_, chunk, sizeof chunk, 0);
      if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) hang_up();
        return {};
      }
      received_.insert(received_.end(), chunk, chunk + n);
    }
  }

 private:
  /// A whole frame out of what has been received; hangs up on a length that no frame has.
  std::optional<std::vector<u8>> take() {
    if (received_.size() - at_ < kLengthBytes) return {};
    u32 length = 0;
    std::memcpy(&length, received_.data() + at_, kLengthBytes);
    length = ntohl(length);
    if (length == 0 || length > kLongestFrame) {
      hang_up();
      return {};
    }
    if (received_.size() - at_ < kLengthBytes + length) {
      received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(at_));
      at_ = 0;
      return {};
    }
    const auto begin = received_.begin() + static_cast<std::ptrdiff_t>(at_ + kLengthBytes);
    at_ += kLengthBytes + length;
    return std::vector<u8>(begin, begin + static_cast<std::ptrdiff_t>(length));
  }

  void flush() {
    if (peer_ < 0 || unsent_.empty()) return;
    const ssize_t n = ::send(peer_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return hang_up();
    if (n > 0) unsent_.erase(unsent_.begin(), unsent_.begin() + n);
  }

  void hang_up() {
    if (peer_ >= 0) close(peer_);
    peer_ = -1;
    unsent_.clear(), received_.clear();
    at_ = 0;
  }

  SocketListener listener_;
  int peer_ = -1;
  std::vector<u8> unsent_, received_;
  std::size_t at_ = 0;  ///< of received_, taken so far
};

}  // namespace

std::unique_ptr<OutsideIf> listen_stream(const std::string& address) { return std::make_unique<StreamSocket>(address); }

}  // namespace mppa::eth
