#include "models/common/socket_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace mppa {
namespace {

/// Closes the socket if it cannot listen.
void bind_and_listen(int socket, const sockaddr* address, socklen_t bytes, const std::string& name) {
  if (socket >= 0 && bind(socket, address, bytes) == 0 && listen(socket, 16) == 0) return;
  const std::string reason = std::strerror(errno);
  if (socket >= 0) close(socket);
  throw std::runtime_error("cannot listen on " + name + ": " + reason);
}

}  // namespace

SocketListener::SocketListener(const std::string& address) : address_(address) {
  if (address.starts_with("unix:")) {
    listen_unix(address.substr(5));
  } else if (address.starts_with("tcp:")) {
    listen_tcp(address.substr(4));
  } else {
    throw std::runtime_error("\"" + address + "\" is neither unix:PATH nor tcp:PORT");
  }
}

SocketListener::~SocketListener() {
  close(socket_);
  if (!path_.empty()) unlink(path_.c_str());
}

int SocketListener::accept() { return accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void SocketListener::listen_unix(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof a.sun_path)
    throw std::runtime_error("the socket path \"" + path + "\" is empty or too long");
  std::memcpy(a.sun_path, path.c_str(), path.size());
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  unlink(path.c_str());
  bind_and_listen(socket_, reinterpret_cast<const sockaddr*>(&a), sizeof a, address_);
  path_ = path;
}

void SocketListener::listen_tcp(const std::string& port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const unsigned long number = port.find_first_not_of("0123456789") == std::string::npos ? std::stoul("0" + port) : 0;
  if (number == 0 || number > 65535) throw std::runtime_error("\"" + port + "\" is not a TCP port");
  a.sin_port = htons(static_cast<std::uint16_t>(number));
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bind_and_listen(socket_, reinterpret_cast<const sockaddr*>(&a), sizeof a, address_);
}

}  // namespace mppa
