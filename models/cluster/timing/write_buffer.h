// The write buffer between L1D and memory: 8 x 64 bits, fully associative, merging, LRU (section 5). Timing only: the
// data is in memory already.
//
// Words sit in a ring in the order of their last use. Neighbours that one 128- or 256-bit store wrote into an aligned
// block of write_beat bytes are joined: they are sent as one beat, as the port to the memory is that wide. What was
// sent last keeps its entries until the sender is free again. An engine may offer single words inline (try_store); that
// covers the two common cases, a further store to the most recent word and a new word that finds a free entry at once,
// and refuses everything else without changing anything.
#pragma once

#include <array>
#include <vector>

#include "models/cluster/timing/mem_access.h"
#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::timing {

class WriteBuffer {
 public:
  static constexpr unsigned kSlots = 8;
  static constexpr unsigned kMostPosted = 16;

  /// Throws std::invalid_argument unless params.write_buffer_words is 1 to kSlots, params.posted_depth 1 to kMostPosted
  /// and params.write_beat a multiple of 8.
  explicit WriteBuffer(const Params& params);

  /// A store at E1 in cycle `a`. Returns the first cycle >= a in which every word has an entry.
  u64 store(const MemAccess& m, u64 a);

  /// The same for one word (address / 8) of a memory that answers in the reference latency and has no arbiter, if it
  /// neither waits nor changes the order of other words; false: nothing has happened, call store().
  [[gnu::always_inline]] bool try_store(u64 word, u64 a) {
    if (may_hold(word)) return words_[newest()] == word;
    if (beats_ != 0) return false;
    if (count_ + 1 == capacity_) {
      if (a < sender_free_ || special_ != 0) return false;
      const unsigned oldest = (head_ - count_) % kSlots;
      set_word(head_, word);
      clear_slot(oldest);
      sender_free_ = a + drain_;
    } else {
      set_word(head_, word);
      ++count_;
    }
    head_ = (head_ + 1) % kSlots;
    return true;
  }

  /// Number of words held that belong to the 64-byte line.
  unsigned words_of_line(u64 line) const;
  /// Sends every word, starting at cycle `a`; returns the number of cycles that occupies the sender.
  unsigned flush(u64 a);
  /// The cycle at which everything sent so far has been acknowledged.
  u64 acknowledged() const;
  unsigned size() const { return count_; }
  /// Words held and what is on the way at T, for comparing states (Model::image).
  void append_image(u64 T, std::vector<u64>& out) const;
  /// Moves everything by `cycles` into the future.
  void move(u64 cycles);
  void clear();

 private:
  using Tags = u32 __attribute__((vector_size(16)));
  using TagPair = u64 __attribute__((vector_size(16), may_alias));
  static constexpr u64 kNoWord = ~u64{0};
  static constexpr u32 kSentBeat = 1u << kSlots;

  /// What is not needed to find a word.
  struct Origin {
    unsigned extra = 0;  ///< the memory's distance beyond the reference
    MemArbiter* arbiter = nullptr;
    bool special() const { return extra != 0 || arbiter != nullptr; }
  };

  /// False if the word is certainly not held.
  [[gnu::always_inline]] bool may_hold(u64 word) const {
    const u32 tag = static_cast<u32>(word);
    const Tags wanted{tag, tag, tag, tag};
    return any((tags_[0] == wanted) | (tags_[1] == wanted));
  }
  template <class V>
  [[gnu::always_inline]] static bool any(V lanes) {
    const auto pair = reinterpret_cast<const TagPair&>(lanes);
    return (pair[0] | pair[1]) != 0;
  }
  unsigned newest() const { return (head_ - 1) % kSlots; }
  void set_word(unsigned slot, u64 word) {
    words_[slot] = word;
    tags_[slot / 4][slot % 4] = static_cast<u32>(word);
  }
  void clear_slot(unsigned slot) { set_word(slot, kNoWord); }
  bool joined(unsigned slot) const { return (beats_ >> slot & 1) != 0; }
  void part(unsigned slot) { beats_ &= ~(1u << slot); }
  bool merge(u64 word);
  u64 free_entry(u64 a) const;
  void push(u64 word, const Origin& origin, bool join);
  u64 send_oldest(u64 a);
  u64 post(const Origin& origin, u64 word, unsigned words, u64& sent);

  const Params& params_;
  const unsigned capacity_;
  const u64 drain_;
  const u64 beat_words_;
  alignas(16) Tags tags_[2];  ///< low halves of words_
  std::array<u64, kSlots> words_;
  std::array<Origin, kSlots> origins_;
  unsigned head_ = 0;     ///< slot of the next word
  unsigned count_ = 0;    ///< words held, in the slots before head_
  unsigned special_ = 0;  ///< of them: words with an Origin that matters
  unsigned sending_ = 1;  ///< words sent last, with entries that are free at sender_free_
  u32 beats_ = 0;         ///< bit s: slot s is sent with the older word before it; kSentBeat: sending_ is not 1
  u64 sender_free_ = 0;   ///< first cycle in which the entry of the word sent last is free again
  u64 acknowledged_ = 0;  ///< of words with a special origin
  /// When the latest beats to memory with an arbiter are acknowledged, in a ring: the next beat takes the place of the
  /// oldest, and has to wait for it.
  std::array<u64, kMostPosted> in_flight_{};
  unsigned oldest_in_flight_ = 0;
};

}  // namespace mppa::timing
