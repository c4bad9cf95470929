#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "models/eth/door/outside.h"

namespace mppa::eth {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr u32 kLongestFrame = 64 * 1024;
constexpr std::size_t kUnsentLimit = 4 << 20;  ///< beyond this the peer counts as not reading

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

class StreamSocket final : public OutsideIf {
 public:
  explicit StreamSocket(const std::string& address) : address_(address) {
    if (address.starts_with("unix:")) {
      listen_unix(address.substr(5));
    } else if (address.starts_with("tcp:")) {
      listen_tcp(address.substr(4));
    } else {
      throw std::runtime_error("\"" + address + "\" is neither unix:PATH nor tcp:PORT");
    }
  }
  ~StreamSocket() override {
    hang_up();
    close(listener_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  bool connected() override {
    if (peer_ >= 0) return true;
    peer_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
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
  void listen_unix(const std::string& path) {
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof a.sun_path)
      throw std::runtime_error("the socket path \"" + path + "\" is empty or too long");
    std::memcpy(a.sun_path, path.c_str(), path.size());
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    unlink(path.c_str());
    bind_and_listen(reinterpret_cast<const sockaddr*>(&a), sizeof a);
    path_ = path;
  }
  void listen_tcp(const std::string& port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const unsigned long number = port.find_first_not_of("0123456789") == std::string::npos ? std::stoul("0" + port) : 0;
    if (number == 0 || number > 65535) throw std::runtime_error("\"" + port + "\" is not a TCP port");
    a.sin_port = htons(static_cast<u16>(number));
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind_and_listen(reinterpret_cast<const sockaddr*>(&a), sizeof a);
  }
  void bind_and_listen(const sockaddr* a, socklen_t bytes) {
    if (listener_ < 0 || bind(listener_, a, bytes) != 0 || listen(listener_, 1) != 0)
      fail("cannot listen on " + address_);
  }

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

  std::string address_, path_;
  int listener_ = -1, peer_ = -1;
  std::vector<u8> unsent_, received_;
  std::size_t at_ = 0;  ///< of received_, taken so far
};

}  // namespace

std::unique_ptr<OutsideIf> listen_stream(const std::string& address) { return std::make_unique<StreamSocket>(address); }

}  // namespace mppa::eth
