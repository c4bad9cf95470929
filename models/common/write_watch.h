// Who waits for memory to change. A core that spins on memory is not executed; it says here what it reads, and every
// writer of memory - core, DMA, device - announces its write first. So the core can be brought to the moment of the
// write while memory still is what it has been reading.
//
// One registry serves all memories of a chip. Ranges are host addresses: the functional content of every memory exists
// once, whatever addresses lead to it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/common/types.h"

namespace mppa {

/// Who writes.
struct Writer {
  u8 cluster = 0xFF;  ///< 0xFF: no cluster
  u8 master = 0xFF;   ///< in the cluster's order of masters (BusExtension); 0xFF: not known
  u64 pc = 0;         ///< of a core
  static constexpr u8 kCores = 17;
  bool is_core() const { return master < kCores; }
  bool is_core(u8 in_cluster, u8 number) const { return cluster == in_cluster && master == number; }
};

class WriteWatch {
 public:
  struct Range {
    const u8* host = nullptr;
    u64 bytes = 0;
  };

  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// Memory of a watched range is about to be written, at absolute time `ps`.
    virtual void before_write(u64 ps) = 0;
  };

  /// Watches `reads`. `writes` are ranges that the watcher's loop itself writes: nobody may watch those. Returns false,
  /// and watches nothing, if these ranges and those of another watcher collide that way.
  bool add(Watcher& watcher, std::span<const Range> reads, std::span<const Range> writes);
  void remove(const Watcher& watcher);

  /// What a read of a register would return, and the memory that stands for it: changes of the register are announced
  /// as writes there.
  struct Seen {
    u64 value = 0;
    Range range;
  };
  /// Registers in an address range of the chip; `peek` answers with nothing where a read has an effect.
  struct Window {
    u64 base = 0, size = 0;
    std::function<std::optional<Seen>(u64 offset, unsigned bytes)> peek;
  };
  void add_window(Window window) { windows_.push_back(std::move(window)); }
  std::optional<Seen> peek(u64 address, unsigned bytes) const;

  /// Gets to know of every write to memory.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void before_write(const u8* host, u64 bytes, u64 ps, const Writer& writer) = 0;
  };
  void observe(Observer* observer) { observer_ = observer; }

  /// To be called by whoever writes memory, before the bytes change. Watchers are called in the order in which they
  /// were added.
  void before_write(const u8* host, u64 bytes, u64 ps, const Writer& writer = {}) {
    if (observer_ != nullptr) observer_->before_write(host, bytes, ps, writer);
    announce(host, bytes, ps);
  }
  /// The same for memory that only stands for something else.
  void announce(const u8* host, u64 bytes, u64 ps) {
    if (!pages_.empty()) call(host, bytes, ps);
  }

  static constexpr u64 kPageBytes = 4096;
  /// Whether some range in the 4 KiB page (of host addresses) is watched.
  bool watches_page(const u8* host) const { return pages_.contains(page_of(host)); }
  /// Bumped when a page begins to be watched: whoever writes to pages directly must then ask again.
  u64 epoch() const { return epoch_; }

 private:
  struct Entry {
    Range range;
    Watcher* watcher;
    bool write;
  };
  static u64 page_of(const u8* host) { return reinterpret_cast<u64>(host) / kPageBytes; }
  template <class F>
  static void for_pages(const Range& range, F&& f) {
    for (u64 p = page_of(range.host); p <= page_of(range.host + range.bytes - 1); ++p) f(p);
  }
  void call(const u8* host, u64 bytes, u64 ps);
  bool collides(const Watcher& watcher, const Range& range, bool write) const;
  void enter(Watcher& watcher, const Range& range, bool write);

  std::unordered_map<u64, std::vector<Entry>> pages_;
  std::vector<Window> windows_;
  Observer* observer_ = nullptr;
  u64 epoch_ = 0;
};

}  // namespace mppa
