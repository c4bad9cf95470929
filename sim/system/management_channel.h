// The outer side of the management channel: peers with streams of bytes, one after the other, as words for the
// firmware.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/socket_listener.h"
#include "sim/system/management_end.h"

namespace mppa::sim {

/// Someone who manages. Never blocks.
class Manager {
 public:
  virtual ~Manager() = default;
  /// Up to `most` bytes of requests.
  virtual std::string take(std::size_t most) = 0;
  /// Bytes of answers.
  virtual void answer(std::string_view bytes) = 0;
  /// Gone, or nothing left to do.
  virtual bool done() const = 0;
};

/// Requests known before the run, each sent when the one before has been answered: such runs are deterministic.
class ScriptedManager : public Manager {
 public:
  /// One request and its answer, both as text.
  using OnAnswer = std::function<void(const std::string& request, const std::string& answer)>;
  ScriptedManager(std::vector<std::string> requests, OnAnswer on_answer);

  std::string take(std::size_t most) override;
  void answer(std::string_view bytes) override;
  bool done() const override { return current_ == requests_.size(); }

 private:
  std::vector<std::string> requests_;
  OnAnswer on_answer_;
  std::size_t current_ = 0, sent_ = 0;
  std::string answer_;
};

/// A client of a socket.
class SocketManager : public Manager {
 public:
  /// Owns the socket.
  explicit SocketManager(int socket) : socket_(socket) {}
  ~SocketManager() override;

  std::string take(std::size_t most) override;
  void answer(std::string_view bytes) override;
  bool done() const override { return socket_ < 0; }

 private:
  void flush();
  void hang_up();

  int socket_;
  std::string received_, unsent_;
};

/// Serves managers in the order in which they are added, then clients of the socket, one at a time.
class ManagementChannel : public ManagementPeer {
 public:
  void add(std::unique_ptr<Manager> manager) { waiting_.push_back(std::move(manager)); }
  void listen(const std::string& address) { listener_ = std::make_unique<SocketListener>(address); }

  u64 read_word() override;
  void write_word(u64 word) override;

 private:
  bool next_manager();

  std::deque<std::unique_ptr<Manager>> waiting_;
  std::unique_ptr<SocketListener> listener_;
  std::unique_ptr<Manager> current_;
  bool restarting_ = false;  ///< the firmware may still be answering somebody else
};

/// The JSON texts that stand one behind the other in `stream`; std::runtime_error if the last one does not end.
std::vector<std::string> split_json(std::string_view stream);

}  // namespace mppa::sim
