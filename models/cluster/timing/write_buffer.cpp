#include "models/cluster/timing/write_buffer.h"

#include <algorithm>

namespace mppa::timing {

bool WriteBuffer::merge(u64 word) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.word == word; });
  if (entry == entries_.end()) return false;
  std::rotate(entry, entry + 1, entries_.end());
  return true;
}

void WriteBuffer::send(const Entry& entry, u64 a) {
  const u64 sent = std::max(a, sender_free_);
  if (entry.arbiter != nullptr) entry.arbiter->write_posted(8 * entry.word, 8, sent);
  sender_free_ = sent + params_.write_drain;
  acknowledged_ = std::max(acknowledged_, sent + params_.write_ack + entry.extra);
}

u64 WriteBuffer::store(const MemAccess& m, u64 a) {
  const unsigned extra = m.latency > params_.reference_latency ? m.latency - params_.reference_latency : 0;
  for (u64 word = m.pa / 8; word <= (m.pa + m.size - 1) / 8; ++word) {
    if (merge(word)) continue;
    const bool sending = a < sender_free_;
    if (entries_.size() + (sending ? 1 : 0) >= params_.write_buffer_words) a = sender_free_;
    entries_.push_back({word, extra, m.arbiter});
    if (entries_.size() == params_.write_buffer_words) {
      send(entries_.front(), a);
      entries_.erase(entries_.begin());
    }
  }
  return a;
}

bool WriteBuffer::accepts(const MemAccess& m, u64 a) const {
  unsigned words = 0, held = 0;
  for (u64 word = m.pa / 8; word <= (m.pa + m.size - 1) / 8; ++word, ++words)
    held += std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.word == word; });
  const unsigned added = words - held, capacity = params_.write_buffer_words;
  if (added == 0) return true;
  if (entries_.size() + added < capacity) return true;  // nothing is pushed out
  return words == 1 && a >= sender_free_;               // one is pushed out and leaves at once
}

unsigned WriteBuffer::words_of_line(u64 line) const {
  constexpr u64 kWordsPerLine = Params::kLineBytes / 8;
  return static_cast<unsigned>(
      std::count_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.word / kWordsPerLine == line; }));
}

unsigned WriteBuffer::flush(u64 a) {
  const unsigned cycles = size() * params_.write_drain;
  for (const Entry& entry : entries_) send(entry, a);
  entries_.clear();
  return cycles;
}

void WriteBuffer::clear() {
  entries_.clear();
  sender_free_ = 0;
  acknowledged_ = 0;
}

}  // namespace mppa::timing
