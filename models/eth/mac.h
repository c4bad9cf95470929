// A media access controller with its PCS: serialises frames at the line's rate with preamble and gap, checks what
// arrives, obeys and sends pause frames, counts.
#pragma once

#include <deque>

#include "models/common/stats.h"
#include "models/eth/delay_queue.h"
#include "models/eth/mac_stats.h"
#include "models/eth/pause.h"
#include "models/eth/pcapng.h"

namespace mppa::eth {

/// The user of a MAC.
class MacClientIf {
 public:
  virtual ~MacClientIf() = default;
  /// The frame to be sent now, or null. Asked whenever the line is free, after Mac::kick() and when a pause ends.
  virtual FramePtr next_frame() = 0;
  /// A frame has arrived (see MacParams::cut_through_bytes); the bad ones only with MacConfig::forward_bad_fcs. Sizes
  /// are checked.
  virtual void received(FramePtr frame, bool fcs_error) = 0;
};

struct MacParams {
  MacAddress address{};            ///< source of pause frames
  u64 tx_latency_ps = 100'000;     ///< MAC, PCS, FEC and serdes towards the line; assumption (not published)
  u64 rx_latency_ps = 150'000;     ///< the same from the line; the FEC decoder collects a code word first
  unsigned cut_through_bytes = 0;  ///< give frames to the client when so many bytes are in; 0: when they are complete
};

/// What software sets.
struct MacConfig {
  u64 bits_per_second = 100 * kGigabit;
  bool tx_enable = true;
  bool rx_enable = true;
  bool tx_pad = true;            ///< pad to the minimum
  bool append_fcs = true;        ///< otherwise the last four bytes given are the FCS
  bool promiscuous = true;       ///< accept unicast frames to other addresses
  bool forward_bad_fcs = false;  ///< give frames with a wrong FCS to the client
  bool forward_pause = false;    ///< give pause frames to the client, too
  bool ignore_pause = false;
  bool pfc = true;             ///< obey PFC frames; otherwise only PAUSE
  unsigned max_frame = 9'600;  ///< with FCS; longer ones are dropped
};

class Mac : public sc_core::sc_module, public ReceiverIf, public StatProvider {
 public:
  sc_core::sc_port<WireIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> wire{"wire"};

  Mac(const sc_core::sc_module_name& name, const MacParams& params, MacClientIf& client);

  void configure(const MacConfig& config);
  const MacConfig& config() const { return config_; }
  void set_address(const MacAddress& address) { params_.address = address; }
  bool link_up() const { return wire.size() > 0 && wire->up(); }

  /// There may be something to send.
  void kick();
  /// Sends a pause frame ahead of all that waits.
  void send_pause(const PauseRequest& request);
  /// Whether the peer has stopped all traffic, or this class.
  bool paused() const { return pause_until_ > kernel_ps(); }
  bool paused(unsigned traffic_class) const { return class_until_[traffic_class] > kernel_ps(); }

  void receive(FramePtr frame, u64 first, u64 last) override;
  /// Sends frames back instead of to the line.
  void set_loopback(bool on) { loopback_ = on; }
  /// Records all frames of the port; null: off.
  void capture(PcapngWriter* writer);

  const MacCounters<RxCount>& rx_counters() const { return rx_; }
  const MacCounters<TxCount>& tx_counters() const { return tx_; }
  void count_drop() { rx_.add(RxCount::kDropEvents); }
  void write_stats(StatWriter& out) const override;

 private:
  void run();
  void wait_for_pause_end();
  void send(FramePtr frame);
  void arrived(FramePtr frame);
  bool size_ok(const Frame& frame, bool fcs_error);
  void obey(const PauseRequest& request);

  MacParams params_;
  MacConfig config_;
  MacClientIf& client_;
  std::deque<FramePtr> control_;
  u64 line_free_ = 0;
  u64 busy_ps_ = 0;
  u64 pause_until_ = 0;
  std::array<u64, kClasses> class_until_{};
  bool loopback_ = false;
  PcapngWriter* writer_ = nullptr;
  u32 interface_ = 0;
  MacCounters<RxCount> rx_;
  MacCounters<TxCount> tx_;
  DelayQueue<FramePtr> arriving_;
  sc_core::sc_event event_;
};

}  // namespace mppa::eth
