#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "models/eth/door/outside.h"

namespace mppa::eth {
namespace {

class Tap final : public OutsideIf {
 public:
  explicit Tap(const std::string& name) {
    ifreq request{};
    if (name.empty() || name.size() >= IFNAMSIZ) throw std::runtime_error("\"" + name + "\" is no interface name");
    fd_ = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) throw std::runtime_error(std::string("cannot open /dev/net/tun: ") + std::strerror(errno));
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::memcpy(request.ifr_name, name.c_str(), name.size());
    if (ioctl(fd_, TUNSETIFF, &request) != 0) {
      const std::string why = std::strerror(errno);
      close(fd_);
      throw std::runtime_error("cannot attach to the TAP device " + name + ": " + why);
    }
  }
  ~Tap() override { close(fd_); }
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  bool connected() override { return true; }
  bool send(std::span<const u8> frame) override {
    return write(fd_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
  }
  std::optional<std::vector<u8>> receive() override {
    u8 buffer[64 * 1024];
    const ssize_t n = read(fd_, buffer, sizeof buffer);
    if (n <= 0) return {};
    return std::vector<u8>(buffer, buffer + n);
  }

 private:
  int fd_ = -1;
};

}  // namespace

std::unique_ptr<OutsideIf> open_tap(const std::string& name) { return std::make_unique<Tap>(name); }

}  // namespace mppa::eth
