// One TCP connection (RFC 9293) with window scaling, timestamps and PAWS (RFC 7323), selective acknowledgement (RFC
// 2018, 6675), fast retransmit and recovery (RFC 5681, 6582), retransmission timeout (RFC 6298), tail loss probe (after
// RFC 8985), delayed acknowledgements, zero-window probes, challenge acknowledgements (RFC 5961).
//
// Segments are made when the line is free for one (Stack::next_frame), never before: they carry the latest
// acknowledgement, and nothing queues between the connection and the line. What is to be sent is decided in one place,
// plan(). The user is infinitely fast: what has arrived in order is consumed at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/host/tcp/packet.h"
#include "models/host/tcp/params.h"
#include "models/host/tcp/reassembly.h"
#include "models/host/tcp/round_trip.h"
#include "models/host/tcp/send_buffer.h"
#include "models/host/tcp/sent_queue.h"

namespace mppa::host::tcp {

class Stack;
struct Neighbour;

/// Why a connection is no more.
enum class End : u8 { kClosed, kReset, kRefused, kTimeout, kUnreachable, kAborted };
const char* end_name(End end);

/// Owner of a connection. A callback may use the connection in any way.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void established() = 0;
  /// The next bytes of the stream.
  virtual void received(std::span<const u8> bytes) = 0;
  /// The peer sends nothing more.
  virtual void peer_closed() = 0;
  /// The last call; the connection must not be used any more.
  virtual void ended(End end) = 0;
};

struct Endpoints {
  u32 remote = 0;
  u16 local_port = 0, remote_port = 0;
  auto operator<=>(const Endpoints&) const = default;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class State : u8 {
    kSynSent,
    kSynReceived,
    kEstablished,
    kFinWait1,
    kFinWait2,
    kCloseWait,
    kClosing,
    kLastAck,
    kTimeWait,
    kClosed
  };

  /// Made by the stack. `accept`: called at the end of the handshake of a connection that somebody else opened.
  using Accept = std::function<ConnectionUser*(Connection&)>;
  Connection(Stack& stack, const Endpoints& endpoints, Neighbour& neighbour, u32 first_sequence);

  /// Queues bytes; no effect after close().
  void send(Chunk chunk);
  /// Nothing more will be sent; what is queued is. Ends with ended(kClosed) when the peer has closed, too.
  void close();
  /// Resets the peer and ends at once, with ended(kAborted).
  void abort();
  /// Closes in the background: the user is not called any more, and what still comes is thrown away.
  void detach();

  State state() const { return state_; }
  const Endpoints& endpoints() const { return endpoints_; }
  /// Bytes queued and not acknowledged.
  u64 unacknowledged() const { return static_cast<u64>(buffer_.end() - std::max<Offset>(una_, 1)); }
  u64 congestion_window() const { return congestion_.window(); }
  u64 round_trip() const { return round_trip_.smoothed(); }

 private:
  friend class Stack;
  enum class Recovery : u8 { kNone, kFast, kTimeout };
  enum class What : u8 { kSyn, kRetransmit, kTailProbe, kData, kWindowProbe, kAck };
  /// What the next segment is to be.
  struct Plan {
    What what;
    Offset begin = 0, end = 0;
  };
  struct Timers {  ///< ps; 0: off
    u64 retransmit = 0, probe = 0, persist = 0, acknowledge = 0, wait = 0;
  };

  // The stack's side: input (connection_input.cpp) and output (connection_output.cpp).
  void open(ConnectionUser& user);
  void open_passively(const Segment& syn, Accept accept);
  void input(const Segment& segment, const std::shared_ptr<const void>& frame);
  std::optional<Plan> plan() const;
  std::vector<u8> make(const Plan& plan);
  void timer_fired();
  void end(End how);

  void process(const Segment& segment, const std::shared_ptr<const void>& frame);
  void input_syn_sent(const Segment& segment);
  void take_options(const Segment& syn);
  bool acceptable(Offset begin, Offset length) const;
  bool passes_paws(const Segment& segment);
  /// False: nothing more is to be done with the segment.
  bool take_acknowledgement(const Segment& segment, Offset begin, bool carries_data);
  void take_selective(const Segment& segment);
  void advance(Offset upto);
  void count_duplicate(bool is_duplicate);
  void enter_recovery();
  void own_fin_acknowledged();
  void take_data(Offset begin, std::span<const u8> data, const std::shared_ptr<const void>& frame);
  void deliver(std::span<const u8> data);
  void take_fin();
  void become_established();
  void challenge();

  std::optional<Plan> plan_data() const;
  Offset window_end() const { return una_ + static_cast<Offset>(window_); }
  u64 pipe() const;
  void add_options(Segment& segment, What what, std::size_t bytes) const;
  void note_sent(const Plan& plan);
  u32 clock() const;
  void wake();
  void arm();
  void arm_retransmit();
  void arm_persist();
  void retransmission_timeout();
  void acknowledge_now();

  Stack& stack_;
  const TcpParams& params_;
  Endpoints endpoints_;
  Neighbour& neighbour_;
  ConnectionUser* user_ = nullptr;
  Accept accept_;
  State state_ = State::kClosed;
  bool is_ready_ = false;  ///< in the stack's list

  // Sending
  u32 iss_;
  Offset una_ = 0, next_ = 0;  ///< oldest not acknowledged, highest sent + 1
  SendBuffer buffer_;
  SentQueue sent_;
  bool fin_queued_ = false;
  u64 window_ = 0, max_window_ = 0;
  Offset window_from_ = 0, window_at_ = 0;  ///< SND.WL1, SND.WL2
  unsigned send_scale_ = 0;
  u64 mss_ = 536;  ///< payload of a full segment, timestamps taken off
  bool timestamps_ = false, sack_ = false;
  Congestion congestion_;
  RoundTrip round_trip_;
  Recovery recovery_ = Recovery::kNone;
  Offset recover_ = 0;
  unsigned duplicates_ = 0;
  unsigned tries_ = 0;  ///< timeouts since the last progress
  bool force_ = false;  ///< the next retransmission goes out whatever the congestion window says
  bool probe_tail_ = false, probed_ = false;
  bool probe_window_ = false, force_small_ = false;
  unsigned persist_backoff_ = 0;

  // Receiving
  u32 irs_ = 0;
  Offset received_ = 0;  ///< RCV.NXT
  unsigned receive_scale_ = 0;
  Reassembly reassembly_;
  std::optional<Offset> fin_at_;
  bool fin_taken_ = false;
  u32 ts_recent_ = 0;
  u64 ts_recent_at_ = 0;
  Offset acknowledged_ = 0;  ///< what our last segment acknowledged
  u64 unacknowledged_ = 0;   ///< bytes received since
  u64 full_segment_ = 536;   ///< largest segment seen: what counts as a full one
  bool ack_now_ = false;
  unsigned duplicates_due_ = 0;  ///< acknowledgements of segments out of order: one for each, with what has arrived

  Timers timers_;
  std::vector<u64> scheduled_;  ///< when timer_fired() will be called; the next one last
};

}  // namespace mppa::host::tcp
