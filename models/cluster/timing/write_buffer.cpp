#include "models/cluster/timing/write_buffer.h"

#include <algorithm>
#include <stdexcept>

namespace mppa::timing {

WriteBuffer::WriteBuffer(const Params& params)
    : params_(params), capacity_(params.write_buffer_words), drain_(params.write_drain) {
  if (capacity_ == 0 || capacity_ > kSlots) throw std::invalid_argument("write_buffer_words must be 1 to 8");
  clear();
}

/// Makes the word the most recent one if it is held.
bool WriteBuffer::merge(u64 word) {
  for (unsigned age = 1; age <= count_; ++age) {
    if (words_[(head_ - age) % kSlots] != word) continue;
    const Origin origin = origins_[(head_ - age) % kSlots];
    for (; age > 1; --age) {
      const unsigned to = (head_ - age) % kSlots, from = (to + 1) % kSlots;
      set_word(to, words_[from]);
      origins_[to] = origins_[from];
    }
    set_word(newest(), word);
    origins_[newest()] = origin;
    return true;
  }
  return false;
}

void WriteBuffer::push(u64 word, const Origin& origin) {
  set_word(head_, word);
  origins_[head_] = origin;
  head_ = (head_ + 1) % kSlots;
  ++count_;
  special_ += origin.special();
}

void WriteBuffer::send_oldest(u64 a) {
  const unsigned slot = (head_ - count_) % kSlots;
  Origin& origin = origins_[slot];
  const u64 sent = std::max(a, sender_free_);
  if (origin.arbiter != nullptr) origin.arbiter->write_posted(8 * words_[slot], 8, sent);
  sender_free_ = sent + drain_;
  if (origin.special()) {
    acknowledged_ = std::max(acknowledged_, sent + params_.write_ack + origin.extra);
    --special_;
    origin = {};
  }
  clear_slot(slot);
  --count_;
}

/// store() of words that are not held, while no word with a special origin is: `a` as store() returns it.
u64 WriteBuffer::store_plain(u64 word, u64 last, u64 a) {
  for (; word <= last; ++word) {
    if (count_ + 1 == capacity_) {
      a = std::max(a, sender_free_);
      const unsigned oldest = (head_ - count_) % kSlots;
      set_word(head_, word);
      clear_slot(oldest);
      sender_free_ = a + drain_;
    } else {
      set_word(head_, word);
      ++count_;
    }
    head_ = (head_ + 1) % kSlots;
  }
  return a;
}

u64 WriteBuffer::store(const MemAccess& m, u64 a) {
  const unsigned extra = m.latency > params_.reference_latency ? m.latency - params_.reference_latency : 0;
  const u64 last = (m.pa + m.size - 1) / 8;
  bool held = false;
  for (u64 word = m.pa / 8; word <= last; ++word) held = held || may_hold(word);
  if (!held && special_ == 0 && extra == 0 && m.arbiter == nullptr) return store_plain(m.pa / 8, last, a);
  for (u64 word = m.pa / 8; word <= last; ++word) {
    if (may_hold(word) && merge(word)) continue;
    const bool sending = a < sender_free_;
    if (count_ + (sending ? 1 : 0) >= capacity_) a = sender_free_;
    push(word, {extra, m.arbiter});
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
  const auto cycles = static_cast<unsigned>(count_ * drain_);
  while (count_ != 0) send_oldest(a);
  return cycles;
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
}

void WriteBuffer::move(u64 cycles) {
  if (sender_free_ != 0) sender_free_ += cycles;
  if (acknowledged_ != 0) acknowledged_ += cycles;
}

void WriteBuffer::clear() {
  words_.fill(kNoWord);
  origins_.fill({});
  for (unsigned i = 0; i < kSlots; ++i) clear_slot(i);
  head_ = count_ = special_ = 0;
  sender_free_ = 0;
  acknowledged_ = 0;
}

}  // namespace mppa::timing
