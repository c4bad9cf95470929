#include "models/cluster/dma/tx/thread.h"

#include <cstring>
#include <utility>

namespace mppa::cluster::dma {

void Thread::launch(const mppa_dma_tx_job& job, u16 asn, u64 at) {
  manual_ = true;
  manual_job_ = {job, asn, -1, {}, {}};
  cycle_ = std::max(cycle_, to_cycle(at));
  wake_at(at);
}

void Thread::wake_at(u64 ps) {
  const u64 now = Services::kernel_ps();
  wake.notify(sc_core::sc_time::from_value(ps > now ? ps - now : 0));
}

void Thread::reset() {
  loaded_ = active_ = manual_ = false;
  gather_ = {};
  packet_.reset();
  held_.clear();
  held_at_.clear();
  reads_.clear();
  reads_bytes_ = 0;
  data_done_ = write_done_ = 0;
  events_.clear();
}

u64 Thread::outstanding(u64 at) const {
  u64 n = 0;
  for (const auto& r : reads_) n += r.first > at;
  return n;
}

void Thread::run() {
  const u64 now = Services::kernel_ps();
  const u64 limit = now + x_.services.clock.ps_of(x_.services.params.ahead_cycles);
  finish_due(now);
  u64 next = ~u64{0};
  while (inject_held()) {
    if (!active_) {
      cycle_ = std::max(cycle_, to_cycle(now));
      if (!load_job() || !begin_job()) break;
    }
    if (cycle_ps() > limit) {
      next = cycle_ps();
      break;
    }
    execute();
  }
  if (!events_.empty()) next = std::min(next, events_.front().at);
  if (next != ~u64{0}) wake_at(next);
}

bool Thread::load_job() {
  if (loaded_) return true;
  if (manual_) {
    job_ = manual_job_;
    manual_ = false;
    return loaded_ = true;
  }
  for (;;) {
    const int q = x_.queues.next(id_);
    if (q < 0) return false;
    const JobQueues::Fetched f = x_.queues.take(static_cast<unsigned>(q), cycle_ps());
    if (!f.ok) continue;
    job_ = {f.job, f.asn, q, {}, {}};
    cycle_ = std::max(cycle_, to_cycle(f.ready));
    return loaded_ = true;
  }
}

// Checks the loaded job's rights and waits for room in its completion queue.
bool Thread::begin_job() {
  const u64 c = job_.descriptor.control;
  notified_ = true;  // nothing reserved yet
  job_.program = x_.tables.program(c >> 32 & 15, job_.asn);
  job_.route = x_.tables.route(c >> 16 & 0x1FF, job_.asn);
  active_ = true;
  if (!job_.program.permitted) return fail(TxError::kProgramPermission), true;
  if (!job_.route.permitted || (!job_.program.axi && !x_.noc)) return fail(TxError::kRoutePermission), true;
  if (!x_.completions.permits(job_.completion_queue(), job_.asn)) return fail(TxError::kCompletionPermission), true;
  if (!x_.completions.reserve(job_.completion_queue())) return active_ = false;
  loaded_ = false;
  notified_ = false;
  ++stats_.jobs;
  pc_ = 0;
  counter_ = {};
  rptr_ = wptr_ = 0;
  strobe_ = 0xFFFF;
  if (c & MPPA_DMA_JOB_FENCE_BEFORE) cycle_ = std::max(cycle_, to_cycle(write_done_));
  begun_ = cycle_;
  return true;
}

// Runs bundles until a burst has been closed, the job has ended, or the bundles themselves have run far ahead.
void Thread::execute() {
  const u64 stop = cycle_ + x_.services.params.ahead_cycles;
  looked_ = false;
  while (active_ && !looked_ && held_.empty() && (gather_.bytes || cycle_ <= stop) && step()) {
    if (cycle_ > stop + x_.services.params.ahead_cycles) break;  // endless loop over an open burst
  }
}

u64 Thread::operand(u64 word) const {
  const unsigned log2 = word >> 36 & 3, bytes = 1U << log2;
  const unsigned index = (word >> 30 & 63) & ~(bytes - 1);
  u64 value = 0;
  std::memcpy(&value, reinterpret_cast<const u8*>(job_.descriptor.param) + index, bytes);
  if (word & MPPA_UC_SIGNED && bytes < 8) {
    const unsigned shift = 64 - 8 * bytes;
    value = static_cast<u64>(static_cast<i64>(value << shift) >> shift);
  }
  return value;
}

// One bundle (or a batch of one that loops): branch decision, command, counter, write pointer, read pointer, stop.
bool Thread::step() {
  const unsigned at = job_.program.start + pc_;
  if (at >= MPPA_DMA_PROGRAM_WORDS) return fail(TxError::kBundle), false;
  const u64 word = x_.tables.word(at);
  if (x_.services.params.batch_loops && batch(word)) return true;
  ++stats_.bundles;
  const unsigned command = word >> 23 & 7;
  const unsigned wincr = word >> 18 & 3, rincr = word >> 26 & 3;
  const bool moves = command == 2 || command == 4;
  if (command > 5 || ((wincr == 2 || rincr == 2) && !moves)) return fail(TxError::kBundle), false;
  const u64 reg = operand(word);
  u32& counter = counter_[word >> 12 & 3];
  const unsigned condition = word & 3;
  const bool taken = condition == 1 || (condition == 2 && counter == 0) || (condition == 3 && counter != 0);

  if (command == 1) {
    resolve();
    cycle_ = std::max(cycle_, to_cycle(write_done_));
  }
  if (command == 2) send(word);
  if (command == 3) notify();
  if (command == 4) send_register(word);
  if (command == 5) strobe_ = 0xFFFF;
  if (word & MPPA_UC_STROBE) strobe_ = static_cast<u16>(reg);
  if (!active_) return false;
  if (word & (MPPA_UC_EOT | MPPA_UC_FLUSH)) {
    if (job_.program.axi) return fail(TxError::kBundle), false;
    if (word & MPPA_UC_EOT && !packet_) open_packet(word >> 16 & 3);
    if (word & MPPA_UC_EOT) packet_->eot = true;
    // An end of transfer closes the packet: nothing of the next transfer may follow in it.
    if (packet_) close_packet(packet_->eot);
    if (!active_) return false;
  }

  const unsigned write_counter = word >> 14 & 3;
  if (write_counter == 1) --counter;
  if (write_counter == 2) counter = static_cast<u32>(reg);
  if (write_counter == 3) counter = counter_[reg & 3];
  const u64 step = u64{1} << (word >> 20 & 7);
  if (wincr) wptr_ = wincr == 1 ? reg : wptr_ + (wincr == 2 ? step : reg);
  if (rincr) rptr_ = rincr == 1 ? reg : rptr_ + (rincr == 2 ? step : reg);
  ++cycle_;
  pc_ = taken ? word >> 2 & 127 : pc_ + 1;
  if (word & MPPA_UC_STOP) finish();
  return active_;
}

// The loop `send, pointers step, if dN != 0 goto itself, dN--`, as far as it extends the open burst.
bool Thread::batch(u64 word) {
  constexpr u64 kLoop =
      3 | MPPA_UC_STOP | MPPA_UC_EOT | MPPA_UC_FLUSH | 3ull << 14 | 7ull << 23 | 3ull << 26 | MPPA_UC_STROBE;
  constexpr u64 kWanted = 3 | 1ull << 14 | MPPA_UC_SEND | MPPA_UC_RPTR_STEP;
  if ((word & kLoop) != kWanted || (word >> 2 & 127) != pc_ || strobe_ != 0xFFFF || gather_.bytes == 0) return false;
  const unsigned type = word >> 16 & 3, wincr = word >> 18 & 3, log2 = word >> 20 & 7;
  const bool axi = job_.program.axi;
  if (log2 > 4 || (axi ? type != 2 || wincr != 2 : type > 1 || (type == 0 ? wincr != 2 : wincr == 1 || wincr == 3)))
    return false;
  if (gather_.source + gather_.bytes != rptr_) return false;
  u64 room = noc::kMaxPayload;
  if (axi) {
    if (gather_.target + gather_.bytes != wptr_) return false;
    room -= gather_.bytes;
  } else {
    if (!packet_ || packet_->masked || packet_->absolute != (type == 0)) return false;
    if (type == 0 && packet_->offset + packet_->bytes != wptr_) return false;
    room -= packet_->bytes;
  }
  u32& counter = counter_[word >> 12 & 3];
  const u64 times = std::min<u64>(u64{counter} + 1, room >> log2);
  if (times == 0) return false;
  const u64 bytes = times << log2;
  gather_.bytes += static_cast<u32>(bytes);
  if (!axi) packet_->bytes = static_cast<u16>(packet_->bytes + bytes);
  rptr_ += bytes;
  if (wincr == 2) wptr_ += bytes;
  if (times == u64{counter} + 1) ++pc_;
  counter -= static_cast<u32>(times);
  cycle_ += times;
  stats_.bundles += times;
  return true;
}

// Checks the kind of write of a move and, in NoC mode, opens a packet with room for it.
bool Thread::prepare(unsigned bytes, unsigned type) {
  if (bytes > 16 || (job_.program.axi ? type < 2 : type > 1)) return fail(TxError::kBundle), false;
  if (job_.program.axi) return true;
  const bool absolute = type == 0;
  if (packet_ && (packet_->bytes + bytes > noc::kMaxPayload || packet_->absolute != absolute ||
                  (absolute && packet_->offset + packet_->bytes != wptr_)))
    close_packet(false);
  if (!active_) return false;
  if (!packet_) open_packet(type);
  return true;
}

void Thread::open_packet(unsigned type) {
  packet_ = noc::make_packet();
  packet_->route = job_.route.route;
  packet_->tag = job_.route.tag;
  packet_->qos = job_.route.qos;
  packet_->vchan = job_.route.vchan;
  packet_->asn = job_.asn;
  packet_->absolute = type == 0;
  packet_->offset = packet_->absolute ? wptr_ : 0;
  data_done_ = cycle_ps();
}

// Notes which of the next `bytes` payload bytes the strobe enables.
void Thread::mark(unsigned bytes) {
  const u16 all = static_cast<u16>((1U << bytes) - 1);
  if (!packet_->masked && (strobe_ & all) == all) return;
  if (!packet_->masked) packet_->enable.fill(~u64{0});
  packet_->masked = true;
  for (unsigned i = 0; i < bytes; ++i) {
    const unsigned at = packet_->bytes + i;
    const u64 bit = u64{1} << (at & 63);
    packet_->enable[at / 64] = (packet_->enable[at / 64] & ~bit) | (strobe_ >> i & 1 ? bit : 0);
  }
}

void Thread::send(u64 word) {
  const unsigned bytes = 1U << (word >> 20 & 7), type = word >> 16 & 3;
  if (!prepare(bytes, type)) return;
  const u16 all = static_cast<u16>((1U << bytes) - 1);
  if (job_.program.axi && (type == 3 || (strobe_ & all) != all)) {
    resolve();
    u64 done = 0;
    if (!active_ || !read(rptr_, buffer_.data(), bytes, cycle_, done)) return;
    u64 value = 0;
    std::memcpy(&value, buffer_.data(), std::min(8U, bytes));
    return type == 3 ? add_atomic(value, bytes, done) : store(buffer_.data(), bytes, done);
  }
  const bool goes_on =
      gather_.source + gather_.bytes == rptr_ &&
      (!job_.program.axi || (gather_.target + gather_.bytes == wptr_ && gather_.bytes + bytes <= noc::kMaxPayload));
  if (gather_.bytes && !goes_on) resolve();
  if (!active_) return;
  if (gather_.bytes == 0) gather_ = {rptr_, job_.program.axi ? wptr_ : packet_->bytes, 0, cycle_};
  gather_.bytes += bytes;
  if (!job_.program.axi) {
    mark(bytes);
    packet_->bytes = static_cast<u16>(packet_->bytes + bytes);
  }
}

void Thread::send_register(u64 word) {
  const unsigned bytes = 1U << (word >> 20 & 7), type = word >> 16 & 3;
  if (!prepare(bytes, type)) return;
  resolve();
  if (!active_) return;
  std::array<u8, 16> data{};
  const u64 value = operand(word);
  std::memcpy(data.data(), &value, sizeof value);
  if (type == 3) return add_atomic(value, bytes, cycle_ps());
  if (job_.program.axi) return store(data.data(), bytes, cycle_ps());
  mark(bytes);
  std::memcpy(packet_->data.data() + packet_->bytes, data.data(), bytes);
  packet_->bytes = static_cast<u16>(packet_->bytes + bytes);
}

// Writes up to 256 bytes at the write pointer's burst; `at`: ps at which the data is there.
void Thread::store(const void* data, unsigned bytes, u64 at) {
  std::array<u8, 16> enable{};
  const bool masked = bytes <= 16 && (strobe_ & ((1U << bytes) - 1)) != (1U << bytes) - 1;
  for (unsigned i = 0; masked && i < bytes; ++i) enable[i] = strobe_ >> i & 1 ? 0xFF : 0;
  const u64 beats = (bytes + x_.services.params.port_bytes - 1) / x_.services.params.port_bytes;
  const u64 start = x_.write_port.acquire(to_cycle(at), beats);
  std::array<u8, noc::kMaxPayload> copy;
  std::memcpy(copy.data(), data, bytes);
  const auto r = x_.services.memory.access(true, false, wptr_, copy.data(), bytes, x_.services.clock.ps_of(start),
                                           job_.asn, masked ? enable.data() : nullptr);
  write_done_ = std::max({write_done_, r.done, x_.services.clock.ps_of(start + beats)});
  stats_.written_bytes += bytes;
  looked_ = true;
  if (!r.ok) fail(TxError::kWriteAddress);
}

void Thread::add_atomic(u64 value, unsigned bytes, u64 at) {
  looked_ = true;
  if (bytes != 4 && bytes != 8) return fail(TxError::kAtomicAdd);
  const auto r = x_.services.memory.atomic_add(wptr_, value, bytes, at, job_.asn);
  write_done_ = std::max(write_done_, r.done);
  if (!r.ok) fail(TxError::kAtomicAdd);
}

bool Thread::read(u64 source, void* data, unsigned bytes, u64 cycle, u64& done) {
  const Services& s = x_.services;
  while (!reads_.empty() &&
         (reads_.front().first <= s.clock.ps_of(cycle) || reads_bytes_ + bytes > s.params.outstanding_read_bytes)) {
    const u64 back = to_cycle(reads_.front().first);
    cycle = std::max(cycle, back);
    cycle_ = std::max(cycle_, back);
    reads_bytes_ -= reads_.front().second;
    reads_.pop_front();
  }
  const u64 beats = (bytes + s.params.port_bytes - 1) / s.params.port_bytes;
  const u64 start = x_.read_port.acquire(cycle, beats);
  const auto r = s.memory.access(false, false, source, data, bytes, s.clock.ps_of(start), job_.asn);
  done = std::max(r.done, s.clock.ps_of(start + beats));
  if (!reads_.empty()) done = std::max(done, reads_.back().first);  // answers come in order
  reads_.emplace_back(done, bytes);
  reads_bytes_ += bytes;
  stats_.read_bytes += bytes;
  if (!r.ok) fail(TxError::kReadAddress);
  return r.ok;
}

// Moves the gathered bytes: into the open packet, or to memory.
void Thread::resolve() {
  if (gather_.bytes == 0) return;
  const Gather g = gather_;
  gather_ = {};
  looked_ = true;
  u64 done = 0;
  if (!job_.program.axi) {
    if (read(g.source, packet_->data.data() + g.target, g.bytes, g.cycle, done))
      data_done_ = std::max(data_done_, done);
    return;
  }
  if (!read(g.source, buffer_.data(), g.bytes, g.cycle, done)) return;
  const u64 wptr = std::exchange(wptr_, g.target);
  const u16 strobe = std::exchange(strobe_, 0xFFFF);
  store(buffer_.data(), g.bytes, done);
  wptr_ = wptr;
  strobe_ = strobe;
}

void Thread::close_packet(bool eot) {
  resolve();
  if (!active_) return;
  packet_->eot = eot;
  held_.push_back(std::move(packet_));
  held_at_.push_back(std::max(data_done_, cycle_ps()));
  looked_ = true;
}

// Hands closed packets to the NoC; false if one has to wait for space.
bool Thread::inject_held() {
  while (!held_.empty()) {
    noc::Packet& p = *held_.front();
    const unsigned flits = p.flits();
    if (!x_.noc->can_inject(p.vchan, flits)) return false;
    const auto ready = sc_core::sc_time::from_value(std::max(held_at_.front(), Services::kernel_ps()));
    const sc_core::sc_time at = x_.noc->admit(p.qos, flits, ready);
    ++stats_.packets;
    stats_.payload_bytes += p.bytes;
    // The packet has left when its flits have passed the injection port.
    const u64 gone = to_cycle(at.value()) + flits;
    write_done_ = std::max(write_done_, x_.services.clock.ps_of(gone));
    if (at != ready) cycle_ = std::max(cycle_, to_cycle(at.value()));
    x_.noc->inject(std::move(held_.front()), at);
    held_.pop_front();
    held_at_.pop_front();
  }
  return true;
}

// The completion happens when everything written has been acknowledged.
void Thread::notify() {
  if (packet_) close_packet(false);
  resolve();
  if (!active_) return;
  if (notified_) x_.completions.reserve(job_.completion_queue());
  notified_ = true;
  u64 at = std::max(cycle_ps(), write_done_);
  for (std::size_t i = 0; i < held_.size(); ++i) at = std::max(at, held_at_[i]);
  if (!events_.empty()) at = std::max(at, events_.back().at);
  events_.push_back({at, false, false, job_});
}

void Thread::finish() {
  if (packet_) close_packet(false);
  resolve();
  if (!active_) return;
  active_ = false;
  stats_.busy_cycles += cycle_ - begun_;
  u64 at = std::max(cycle_ps(), write_done_);
  if (!events_.empty()) at = std::max(at, events_.back().at);
  events_.push_back({at, true, !notified_, job_});
}

void Thread::finish_due(u64 now) {
  while (!events_.empty() && events_.front().at <= now) {
    const Event e = events_.front();
    events_.pop_front();
    const u64 c = e.job.descriptor.control;
    if (!e.end) {
      x_.completions.complete(e.job.completion_queue(), e.job.descriptor, e.at);
      const auto* p = e.job.descriptor.param;
      if ((c >> 8 & 1) && !x_.push_rx_job(c >> 9 & 7, p[0], p[1], e.at))
        on_error(TxError::kRxJobQueue, e.job.queue, e.at);
      continue;
    }
    if (e.reserved) x_.completions.release(e.job.completion_queue());
    if (e.job.queue >= 0) x_.queues.finished(static_cast<unsigned>(e.job.queue), 0);
  }
}

// Ends the job with an error. Its queue stops.
void Thread::fail(TxError error) {
  if (!active_) return;
  active_ = loaded_ = false;
  ++stats_.failed;
  gather_ = {};
  packet_.reset();
  if (!notified_) x_.completions.release(job_.completion_queue());
  notified_ = true;
  if (job_.queue >= 0) {
    const auto cause = static_cast<unsigned>(error);
    x_.queues.finished(static_cast<unsigned>(job_.queue), cause < 10 ? cause + 2 : cause + 4);
  }
  on_error(error, job_.queue, std::max(cycle_ps(), Services::kernel_ps()));
}

}  // namespace mppa::cluster::dma
