// A socket on which programs outside the simulation connect. Whatever comes from there comes when it likes: runs with
// such a peer are not deterministic.
#pragma once

#include <string>

namespace mppa {

class SocketListener {
 public:
  /// `address`: "unix:PATH" (what is there is replaced) or "tcp:PORT" (on the loopback interface). std::runtime_error
  /// says what fails.
  explicit SocketListener(const std::string& address);
  ~SocketListener();
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  /// The next peer, a non-blocking stream socket that the caller closes; -1 if nobody has come.
  int accept();

 private:
  void listen_unix(const std::string& path);
  void listen_tcp(const std::string& port);

  std::string address_, path_;
  int socket_ = -1;
};

}  // namespace mppa
