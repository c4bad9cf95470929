#include "models/noc/ddr/ddr_timing.h"

#include <fmt/core.h>

#include <algorithm>

namespace mppa::noc {

DdrChannel::DdrChannel(const DdrChannelParams& params) : params_(params), banks_(params.banks) {}

u64 DdrChannel::after_refresh(u64 t) {
  // One all-bank refresh at the end of every tREFI; a command that would fall into it waits.
  const u64 period = t / params_.refresh_interval;
  const u64 begin = period * params_.refresh_interval;
  if (period > refreshes_) {
    refreshes_ = period;
    for (Bank& b : banks_) b.open = false;
  }
  return period > 0 && t < begin + params_.refresh_duration ? begin + params_.refresh_duration : t;
}

// A request that comes late - its initiator lags behind another one's - finds the row that is open now, but does not
// wait for what happens later, and leaves the bank alone.
u64 DdrChannel::open_row(Bank& bank, u64 row, u64 now) {
  if (now < bank.asked) {
    const bool hit = bank.open && bank.row == row;
    ++(hit ? bank.hits : bank.conflicts);
    return after_refresh(now) + (hit ? 0 : params_.precharge + params_.row_to_column);
  }
  bank.asked = now;
  u64 t = std::max(after_refresh(now), bank.ready);
  if (bank.open && bank.row == row) {
    ++bank.hits;
    return t;
  }
  if (bank.open) {
    ++bank.conflicts;
    t = std::max(t, bank.precharge_ok) + params_.precharge;
  } else {
    ++bank.opens;
  }
  bank.open = true;
  bank.row = row;
  bank.precharge_ok = t + params_.row_active_min;
  return t + params_.row_to_column;
}

DdrReply DdrChannel::access(u64 address, u64 bytes, bool write, u64 now) {
  const u64 burst = burst_bytes();
  const u64 burst_time = params_.clock_period * params_.burst_length / 2;
  const u64 arrives = now + params_.controller_latency / 2;
  DdrReply reply;
  for (u64 at = address / burst * burst; at < address + std::max<u64>(bytes, 1); at += burst) {
    // Rows are spread over the banks so that a stream opens the next bank while this one is busy; the upper address
    // bits are folded in to keep power-of-two strides from hitting one bank.
    const u64 row_index = at / params_.row_bytes;
    const u64 row = row_index / params_.banks;
    Bank& bank = banks_[(row_index ^ row) % params_.banks];
    const u64 column = open_row(bank, row, arrives);
    const bool late = arrives < latest_;
    const u64 begin = data_bus_.acquire(std::max(column + params_.cas_latency, late ? 0 : data_order_), burst_time);
    const u64 data = begin + burst_time;
    if (!late) {
      latest_ = arrives;
      data_order_ = begin;
    }
    if (arrives >= bank.asked) bank.ready = data - params_.cas_latency;  // the next column command follows
    if (write) bank.precharge_ok = std::max(bank.precharge_ok, data + params_.write_recovery);
    reply.last_data = data + params_.controller_latency / 2;
    if (reply.first_data == 0) reply.first_data = reply.last_data;
  }
  (write ? written_bytes_ : read_bytes_) += bytes;
  return reply;
}

void DdrChannel::write_stats(StatWriter& out, u64 total) const {
  out.counter("read_bytes", read_bytes_, "B", "bytes read");
  out.counter("written_bytes", written_bytes_, "B", "bytes written");
  Bank all;
  for (const Bank& b : banks_) {
    all.hits += b.hits;
    all.opens += b.opens;
    all.conflicts += b.conflicts;
  }
  const auto rows = [&out](const Bank& b) {
    out.counter("row_hits", b.hits, "bursts", "bursts that found their row open");
    out.counter("row_opens", b.opens, "bursts", "bursts that opened a row in an idle bank");
    out.counter("row_conflicts", b.conflicts, "bursts", "bursts that had to close another row first");
  };
  rows(all);
  out.utilization("data_bus", "ddr", data_bus_.busy_ticks(), total);
  for (std::size_t b = 0; b < banks_.size(); ++b) {
    out.enter(fmt::format("bank[{}]", b));
    rows(banks_[b]);
    out.leave();
  }
}

}  // namespace mppa::noc
