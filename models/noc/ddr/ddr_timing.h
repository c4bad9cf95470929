// Timing of one DDR4 channel: banks with open rows, the shared data bus, refresh. Requests are served in the order in
// which they are asked for (first come, first served, open-page policy); no reordering by the controller.
#pragma once

#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/common/stats.h"
#include "models/common/types.h"

namespace mppa::noc {

/// All times in picoseconds. Defaults: DDR4-3200AA (JEDEC JESD79-4, speed bin 3200AA 22-22-22, 8 Gb dies).
struct DdrChannelParams {
  u64 clock_period = 625;            ///< tCK: half the transfer period of 3200 MT/s
  unsigned bus_bytes = 8;            ///< 64 data bits
  unsigned burst_length = 8;         ///< one burst moves 64 bytes in four clocks
  unsigned banks = 16;               ///< 4 groups of 4
  u64 row_bytes = 8192;              ///< open page over all dies of a rank
  u64 cas_latency = 13'750;          ///< CL 22
  u64 row_to_column = 13'750;        ///< tRCD
  u64 precharge = 13'750;            ///< tRP
  u64 row_active_min = 32'000;       ///< tRAS
  u64 write_recovery = 15'000;       ///< tWR, from the last data to a precharge
  u64 refresh_interval = 7'800'000;  ///< tREFI
  u64 refresh_duration = 350'000;    ///< tRFC of an 8 Gb die
  u64 controller_latency = 20'000;   ///< queueing and PHY, both ways; not published
};

/// When the data of a request move.
struct DdrReply {
  u64 first_data = 0;  ///< the first burst is complete at the requester's side of the controller
  u64 last_data = 0;   ///< all bytes are
};

class DdrChannel {
 public:
  explicit DdrChannel(const DdrChannelParams& params);

  /// A request for `bytes` at channel-local address `address`, arriving at `now` (ps).
  DdrReply access(u64 address, u64 bytes, bool write, u64 now);

  u64 burst_bytes() const { return u64{params_.bus_bytes} * params_.burst_length; }
  /// Lists row hits, misses, bytes and the data bus's utilization over `total` ps.
  void write_stats(StatWriter& out, u64 total) const;

 private:
  struct Bank {
    bool open = false;
    u64 row = 0;
    u64 asked = 0;                           ///< arrival of the latest request
    u64 ready = 0;                           ///< earliest next command
    u64 precharge_ok = 0;                    ///< earliest precharge (tRAS, tWR)
    u64 hits = 0, opens = 0, conflicts = 0;  ///< bursts
  };

  /// Time at which the column command of a burst can be given.
  u64 open_row(Bank& bank, u64 row, u64 now);
  /// Pushes a command out of the refresh that covers `t`, and closes all rows when one has passed.
  u64 after_refresh(u64 t);

  DdrChannelParams params_;
  std::vector<Bank> banks_;
  BandwidthServer data_bus_;
  u64 latest_ = 0;      ///< arrival of the latest request
  u64 data_order_ = 0;  ///< when its data began: data of requests that come in order do not overtake each other
  u64 refreshes_ = 0;   ///< refresh periods that have begun
  u64 read_bytes_ = 0, written_bytes_ = 0;
};

}  // namespace mppa::noc
