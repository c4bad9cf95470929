// The outer side of the management channel: requests of several peers, one at a time, as words for the firmware.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/socket_listener.h"
#include "sim/system/management_end.h"

namespace mppa::sim {

/// Finds where requests end in a stream: the ends of objects and lists.
class JsonFramer {
 public:
  /// Takes a byte; true if a request ends with it, or if no request can begin with it.
  bool take(char c);

 private:
  unsigned depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

/// Someone who manages. Never blocks.
class Manager {
 public:
  virtual ~Manager() = default;
  /// The next whole request, when the one before has ended; empty: there is none yet.
  virtual std::string next() = 0;
  /// Bytes of the answer.
  virtual void answer(std::string_view bytes) = 0;
  /// The request has been executed; `bad`: the firmware did not understand it and can make no sense of what follows.
  virtual void end(bool bad) = 0;
  /// Gone, or nothing left to do.
  virtual bool done() const = 0;
};

/// Requests known before the run, each sent when the one before has ended: such runs are deterministic.
class ScriptedManager : public Manager {
 public:
  /// One request and its answer, both as text; the answer to a notification is empty.
  using OnAnswer = std::function<void(const std::string& request, const std::string& answer)>;
  ScriptedManager(std::vector<std::string> requests, OnAnswer on_answer);

  std::string next() override { return done() ? std::string() : requests_[current_]; }
  void answer(std::string_view bytes) override { answer_ += bytes; }
  void end(bool bad) override;
  bool done() const override { return current_ == requests_.size(); }

 private:
  std::vector<std::string> requests_;
  OnAnswer on_answer_;
  std::size_t current_ = 0;
  std::string answer_;
};

/// A client of a socket.
class SocketManager : public Manager {
 public:
  /// Owns the socket.
  explicit SocketManager(int socket) : socket_(socket) {}
  ~SocketManager() override;

  std::string next() override;
  void answer(std::string_view bytes) override;
  void end(bool bad) override;
  bool done() const override { return socket_ < 0; }

 private:
  void receive();
  void flush();
  void hang_up();

  int socket_;
  bool last_ = false;     ///< it sends nothing more
  bool closing_ = false;  ///< once everything has been sent to it
  std::string received_;  ///< a part of a request; `scanned_` bytes of it are in the framer
  std::size_t scanned_ = 0;
  JsonFramer framer_;
  std::string unsent_;
};

/// Serves managers in the order in which they are added, each until it is done; then the clients of the socket, who
/// take turns.
class ManagementChannel : public ManagementPeer {
 public:
  void add(std::unique_ptr<Manager> manager) { scripts_.push_back(std::move(manager)); }
  void listen(const std::string& address) { listener_ = std::make_unique<SocketListener>(address); }

  u64 read_word() override;
  void write_word(u64 word) override;

 private:
  void next_request();

  std::list<std::unique_ptr<Manager>> scripts_, clients_;  ///< clients: who was served longest ago comes first
  std::unique_ptr<SocketListener> listener_;
  Manager* current_ = nullptr;  ///< whose request is being sent and executed
  std::string request_;         ///< what is left of it to be sent
};

/// The JSON texts that stand one behind the other in `stream`; std::runtime_error if the last one does not end.
std::vector<std::string> split_json(std::string_view stream);

}  // namespace mppa::sim
