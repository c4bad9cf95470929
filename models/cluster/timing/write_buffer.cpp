#include "models/cluster/timing/write_buffer.h"

#include <algorithm>
#include <stdexcept>

namespace mppa::timing {

WriteBuffer::WriteBuffer(const Params& params)
    : params_(params),
      capacity_(params.write_buffer_words),
      drain_(params.write_drain),
      beat_words_(params.write_beat / 8) {
  if (capacity_ == 0 || capacity_ > kSlots) throw std::invalid_argument("write_buffer_words must be 1 to 8");
  if (params.posted_depth == 0 || params.posted_depth > kMostPosted)
    throw std::invalid_argument("posted_depth must be 1 to 16");
  if (beat_words_ == 0 || params.write_beat % 8 != 0) throw std::invalid_argument("write_beat must be a multiple of 8");
  clear();
}

/// Makes the word the most recent one if it is held. It then leaves on its own, and so does what was joined to it.
bool WriteBuffer::merge(u64 word) {
  for (unsigned age = 1; age <= count_; ++age) {
    const unsigned at = (head_ - age) % kSlots;
    if (words_[at] != word) continue;
    if (age == 1) return true;
    const Origin origin = origins_[at];
    part((at + 1) % kSlots);
    for (; age > 1; --age) {
      const unsigned to = (head_ - age) % kSlots, from = (to + 1) % kSlots;
      set_word(to, words_[from]);
      origins_[to] = origins_[from];
      part(to);
      if (joined(from)) beats_ |= 1u << to;
    }
    set_word(newest(), word);
    origins_[newest()] = origin;
    part(newest());
    return true;
  }
  return false;
}

/// The first cycle >= a with a free entry.
u64 WriteBuffer::free_entry(u64 a) const {
  return a < sender_free_ && count_ + sending_ >= capacity_ ? sender_free_ : a;
}

void WriteBuffer::push(u64 word, const Origin& origin, bool join) {
  set_word(head_, word);
  origins_[head_] = origin;
  if (join && count_ != 0) beats_ |= 1u << head_;
  head_ = (head_ + 1) % kSlots;
  ++count_;
  special_ += origin.special();
}

/// Sends a beat to memory that others use too, in cycle `sent` or when an earlier one has been acknowledged. Returns
/// the cycles for which the path lets it wait.
u64 WriteBuffer::post(const Origin& origin, u64 word, unsigned words, u64& sent) {
  u64& place = in_flight_[oldest_in_flight_];
  oldest_in_flight_ = (oldest_in_flight_ + 1) % params_.posted_depth;
  sent = std::max(sent, place);
  const Posted posted = origin.arbiter->write_posted(8 * word, 8 * words, sent);
  place = sent + params_.write_ack + posted.late;
  acknowledged_ = std::max(acknowledged_, place);
  return posted.wait;
}

/// Sends the oldest word and what is joined to it; returns the number of cycles that occupies the sender.
u64 WriteBuffer::send_oldest(u64 a) {
  const unsigned first = (head_ - count_) % kSlots;
  const Origin origin = origins_[first];
  const u64 word = words_[first];
  const u64 begin = std::max(a, sender_free_);
  unsigned slot = first;
  sending_ = 0;
  do {
    if (origin.special()) origins_[slot] = {};
    clear_slot(slot);
    part(slot);
    --count_;
    ++sending_;
    slot = (slot + 1) % kSlots;
  } while (count_ != 0 && joined(slot));
  beats_ = sending_ == 1 ? beats_ & ~kSentBeat : beats_ | kSentBeat;
  u64 sent = begin, wait = 0;
  if (origin.arbiter != nullptr)
    wait = post(origin, word, sending_, sent);
  else if (origin.special())
    acknowledged_ = std::max(acknowledged_, sent + params_.write_ack + origin.extra);
  if (origin.special()) special_ -= sending_;
  sender_free_ = sent + wait + drain_;
  return sender_free_ - begin;
}

u64 WriteBuffer::store(const MemAccess& m, u64 a) {
  const unsigned extra = m.latency > params_.reference_latency ? m.latency - params_.reference_latency : 0;
  const u64 first = m.pa / 8, last = (m.pa + m.size - 1) / 8;
  bool pushed = false;  // the word before this one has just got an entry
  for (u64 word = first; word <= last; ++word) {
    if (may_hold(word) && merge(word)) {
      pushed = false;
      continue;
    }
    a = free_entry(a);
    push(word, {extra, m.arbiter}, pushed && word % beat_words_ != 0);
    pushed = true;
    if (count_ == capacity_) send_oldest(a);
  }
  return a;
}

unsigned WriteBuffer::words_of_line(u64 line) const {
  constexpr u64 kWordsPerLine = Params::kLineBytes / 8;
  constexpr unsigned kShift = 3;
  static_assert(kWordsPerLine == 1u << kShift);
  const u32 tag = static_cast<u32>(line << kShift) >> kShift;
  const Tags wanted{tag, tag, tag, tag};
  if (!any((tags_[0] >> kShift == wanted) | (tags_[1] >> kShift == wanted))) return 0;
  return static_cast<unsigned>(
      std::count_if(words_.begin(), words_.end(), [&](u64 word) { return word / kWordsPerLine == line; }));
}

unsigned WriteBuffer::flush(u64 a) {
  u64 cycles = 0;
  while (count_ != 0) cycles += send_oldest(a);
  return static_cast<unsigned>(cycles);
}

u64 WriteBuffer::acknowledged() const {
  // Of words with equal distance the last one sent is acknowledged last.
  const u64 last = sender_free_ == 0 ? 0 : sender_free_ - drain_ + params_.write_ack;
  return std::max(acknowledged_, last);
}

void WriteBuffer::append_image(u64 T, std::vector<u64>& out) const {
  out.push_back(count_);
  for (unsigned age = 1; age <= count_; ++age) out.push_back(words_[(head_ - age) % kSlots]);
  for (const u64 t : {sender_free_, acknowledged()}) out.push_back(t > T ? t - T : 0);
  for (unsigned i = 0; i < params_.posted_depth; ++i) {
    const u64 t = in_flight_[(oldest_in_flight_ + i) % params_.posted_depth];
    out.push_back(t > T ? t - T : 0);
  }
}

void WriteBuffer::move(u64 cycles) {
  if (sender_free_ != 0) sender_free_ += cycles;
  if (acknowledged_ != 0) acknowledged_ += cycles;
  for (u64& t : in_flight_) t += cycles;
}

void WriteBuffer::clear() {
  words_.fill(kNoWord);
  origins_.fill({});
  for (unsigned i = 0; i < kSlots; ++i) clear_slot(i);
  in_flight_.fill(0);
  head_ = count_ = special_ = beats_ = oldest_in_flight_ = 0;
  sending_ = 1;
  sender_free_ = 0;
  acknowledged_ = 0;
}

}  // namespace mppa::timing
