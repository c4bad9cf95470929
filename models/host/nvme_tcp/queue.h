// One NVMe/TCP queue of a host: a TCP connection that carries commands, their data and their completions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/common/timeline.h"
#include "models/host/nvme_tcp/pdu_reader.h"
#include "models/host/tcp/stack.h"

namespace mppa::host::nvme_tcp {

struct QueueParams {
  unsigned entries = 128;  ///< commands under way at most, plus one
  bool header_digest = false;
  bool data_digest = false;
  unsigned max_r2t = 1;  ///< transfers a controller may ask for at once, per command
};

/// A command and where its data are. Data to the controller must stay until `done`.
struct Command {
  using Done = std::function<void(const Cqe& completion)>;
  Sqe sqe;
  std::span<const u8> out;      ///< to the controller
  std::span<u8> in;             ///< from the controller
  std::shared_ptr<void> owner;  ///< of the data, if nobody else keeps them
  bool may_wait = false;        ///< there is no limit to how long it takes
  Done done;
};

struct QueueCounters {
  u64 commands = 0, pdus_in = 0, r2ts = 0, digest_errors = 0;
};

class Queue : private tcp::ConnectionUser, private PduSink {
 public:
  using Ready = std::function<void()>;
  using Lost = std::function<void(const std::string& why)>;

  Queue(tcp::Stack& stack, Timeline& time, u16 id, const QueueParams& params);
  ~Queue() override;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Opens the connection and initialises it; then one of the two is called. `lost` also later, once, if the connection
  /// ends or the controller violates the protocol; the commands under way are then to be fetched with take_all().
  void open(u32 address, u16 port, Ready ready, Lost lost);
  /// Data of a command up to this size go with it; the others when the controller asks.
  void set_capsule_data(u64 bytes) { capsule_data_ = bytes; }
  /// Ends the connection in order; nothing is called any more.
  void close();

  u16 id() const { return id_; }
  bool has_room() const { return !free_.empty(); }
  std::size_t under_way() const { return slots_.size() - free_.size(); }
  /// has_room() must be true. Fills in command identifier and SGL.
  void submit(Command command);
  /// When the oldest command under way was submitted that may not wait; ~0: there is none.
  u64 oldest() const;
  std::vector<Command> take_all();
  const QueueCounters& counters() const { return counters_; }

 private:
  struct Slot {
    Command command;
    u64 submitted = 0;
    u32 sent = 0, received = 0;  ///< bytes of data
    bool is_used = false;
    bool data_wrong = false;  ///< a digest said so
  };

  // tcp::ConnectionUser
  void established() override;
  void received(std::span<const u8> bytes) override { reader_.feed(bytes); }
  void peer_closed() override { lose("the controller closed the connection"); }
  void ended(tcp::End how) override;

  // PduSink
  bool header(const Pdu& pdu, std::span<u8>& to) override;
  bool complete(const Pdu& pdu, bool data_ok) override;
  void malformed(Fatal why, u32 field, std::span<const u8> header) override;

  bool initialised(const Pdu& pdu);
  bool data_header(const Pdu& pdu, std::span<u8>& to);
  bool data_complete(const Pdu& pdu, bool data_ok);
  bool ready_to_transfer(const Pdu& pdu);
  bool response(const Pdu& pdu);
  bool finish(Slot& slot, Cqe completion);
  bool violate(Fatal why, u32 field, const Pdu& pdu, const std::string& text);
  void terminate(Fatal why, u32 field, std::span<const u8> header);
  void lose(const std::string& why);
  Slot* slot_of(const Pdu& pdu, std::size_t field);
  void send_pdu(std::vector<u8> header, std::span<const u8> data, const std::shared_ptr<void>& owner);

  tcp::Stack& stack_;
  Timeline& time_;
  u16 id_;
  QueueParams params_;
  Ready ready_;
  Lost lost_;
  tcp::Connection* connection_ = nullptr;
  PduReader reader_{*this};
  bool is_initialised_ = false;
  u32 alignment_ = 4;  ///< of data in our PDUs, as the controller wants it
  u32 max_h2c_data_ = kMinH2cData;
  u64 capsule_data_ = 0;
  std::vector<Slot> slots_;
  std::vector<u16> free_;
  QueueCounters counters_;
};

}  // namespace mppa::host::nvme_tcp
