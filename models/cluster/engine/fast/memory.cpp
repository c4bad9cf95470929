#include "models/cluster/engine/fast/memory.h"

#include <cstring>

#include "models/cluster/exec/condition.h"
#include "models/cluster/timing/tag_array.h"
#include "models/cluster/timing/write_buffer.h"

namespace mppa::engine::fast {
namespace {

constexpr u64 kE1 = 2;  // stage ordinal
constexpr bool kStoreAccess = true, kLoadAccess = false;

template <AddressMode kMode>
[[gnu::always_inline]] inline u64 address(const core::CoreState* s, const Op* op, const Hot* x) {
  u64 va = reg(s, op->r[1]);
  if constexpr (kMode == AddressMode::kIndexed)
    va += reg(s, op->r[2]) << (op->mem.m0 & 63);
  else
    va += static_cast<u64>(op->imm);
  return va & x->va_mask;
}

/// True if the access is to be done.
template <AddressMode kMode>
[[gnu::always_inline]] inline bool performed(const core::CoreState* s, const Op* op) {
  if constexpr (kMode == AddressMode::kCond) return exec::scalarcond(op->mem.m0, reg(s, op->r[2]));
  return true;
}

[[gnu::always_inline]] inline void leave_to_step(Hot* x, const Op* op, u64 t) {
  x->leave = Leave::kStep;
  x->op = op;
  x->t = t;
}

/// Reads a value of type T at `host` into the data registers.
template <class T>
[[gnu::always_inline]] inline void load_value(core::CoreState* s, const Op* op, const u8* host) {
  u64* const d = &reg(s, op->r[0]);
  if constexpr (sizeof(T) <= 8) {
    T value;
    std::memcpy(&value, host, sizeof(T));
    *d = static_cast<u64>(static_cast<i64>(value));  // T signed: sign extension; unsigned: zero extension
    if constexpr (sizeof(T) == 8) *d = static_cast<u64>(value);
  } else {
    std::memcpy(d, host, sizeof(T));
  }
}

template <class T>
[[gnu::always_inline]] inline void store_value(const core::CoreState* s, const Op* op, u8* host) {
  std::memcpy(host, &reg(s, op->r[0]), sizeof(T));
}

template <class T, AddressMode kMode, timing::Level kLevel>
struct Load {
  static constexpr bool kPipeline = kLevel == timing::Level::kPipeline;

  static MPPA_HANDLER(slow) {
    const u64 va = address<kMode>(s, op, x);
    const SlowAccess done = kPipeline ? x->slow->load(op, va, sizeof(T), t)
                                      : SlowAccess{x->slow->translate(va, sizeof(T), kLoadAccess), op + 1, t};
    if (done.host == nullptr) {
      if constexpr (kMode == AddressMode::kCond) x->common[0] -= Counters{0, 0, 1, 0};
      leave_to_step(x, op, t);
      MPPA_LEAVE();
    }
    load_value<T>(s, op, done.host);
    MPPA_NEXT(done.next, done.t);
  }

  /// The line is not the most recent of its L1D set, or the access crosses lines, or L1D is busy.
  static MPPA_HANDLER(other_way) {
    const u64 va = address<kMode>(s, op, x);
    const u64 last = va + sizeof(T) - 1, page = PageTable::index(va);
    const u64 line = (va + x->pages.pa_delta[page]) / kLineBytes;
    u64* const set = x->l1d + line % timing::Params::kSets * timing::Params::kWays;
    if (x->pages.load_page[page] != (va & ~(kPageBytes - 1)) || ((va ^ last) & ~(kLineBytes - 1)) != 0 ||
        x->busy_until > t + op->mem.off + kE1 || !timing::TagArray::touch_older(set, line)) [[unlikely]]
      MPPA_CONTINUE_IN(slow);
    const u64 delta = x->pages.delta[page];
    x->lines.set(va, delta);
    load_value<T>(s, op, reinterpret_cast<const u8*>(va + delta));
    MPPA_NEXT(op + 1, t);
  }

  static MPPA_HANDLER(busy) {
    const SlowAccess done = x->slow->skip(op, t);
    MPPA_NEXT(done.next, done.t);
  }

  static MPPA_HANDLER(run) {
    if (!performed<kMode>(s, op)) {
      if constexpr (kPipeline) {
        if (x->busy_until > t + op->mem.off + kE1) [[unlikely]]
          MPPA_CONTINUE_IN(busy);
      }
      MPPA_NEXT(op + 1, t);
    }
    if constexpr (kMode == AddressMode::kCond) x->common[0] += Counters{0, 0, 1, 0};
    const u64 va = address<kMode>(s, op, x);
    if constexpr (kPipeline) {
      // The entry is found by the first byte's line but compared with the last byte's: an access that crosses fails.
      const u64 set = LineTable::index(va);
      if (x->lines.line[set] != ((va + sizeof(T) - 1) & ~(kLineBytes - 1)) || x->busy_until > t + op->mem.off + kE1)
          [[unlikely]]
        MPPA_CONTINUE_IN(other_way);
      load_value<T>(s, op, reinterpret_cast<const u8*>(va + x->lines.delta[set]));
    } else {
      if (va - x->load_window.base >= x->load_window.span) [[unlikely]]
        MPPA_CONTINUE_IN(paged);
      load_value<T>(s, op, reinterpret_cast<const u8*>(va + x->load_window.delta));
    }
    MPPA_NEXT(op + 1, t);
  }

  /// Functional level: outside the window.
  static MPPA_HANDLER(paged) {
    const u64 va = address<kMode>(s, op, x), page = PageTable::index(va);
    if (x->pages.load_page[page] != ((va + sizeof(T) - 1) & ~(kPageBytes - 1))) [[unlikely]]
      MPPA_CONTINUE_IN(slow);
    load_value<T>(s, op, reinterpret_cast<const u8*>(va + x->pages.delta[page]));
    MPPA_NEXT(op + 1, t);
  }
};

template <class T, AddressMode kMode, timing::Level kLevel>
struct Store {
  static constexpr bool kPipeline = kLevel == timing::Level::kPipeline;

  static MPPA_HANDLER(slow) {
    const u64 va = address<kMode>(s, op, x);
    const SlowAccess done = kPipeline ? x->slow->store(op, va, sizeof(T), t)
                                      : SlowAccess{x->slow->translate(va, sizeof(T), kStoreAccess), op + 1, t};
    if (done.host == nullptr) {
      if constexpr (kMode == AddressMode::kCond) x->common[0] -= Counters{0, 0, 0, 1};
      leave_to_step(x, op, t);
      MPPA_LEAVE();
    }
    store_value<T>(s, op, done.host);
    MPPA_NEXT(done.next, done.t);
  }

  static MPPA_HANDLER(run) {
    if (!performed<kMode>(s, op)) {
      if constexpr (kPipeline) {
        using Skip = Load<T, kMode, kLevel>;
        if (x->busy_until > t + op->mem.off + kE1) [[unlikely]]
          MPPA_CONTINUE_IN(Skip::busy);
      }
      MPPA_NEXT(op + 1, t);
    }
    if constexpr (kMode == AddressMode::kCond) x->common[0] += Counters{0, 0, 0, 1};
    const u64 va = address<kMode>(s, op, x);
    if constexpr (!kPipeline) {
      if (va - x->store_window.base >= x->store_window.span) [[unlikely]]
        MPPA_CONTINUE_IN(paged);
      store_value<T>(s, op, reinterpret_cast<u8*>(va + x->store_window.delta));
      MPPA_NEXT(op + 1, t);
    } else if constexpr (sizeof(T) > 8) {
      MPPA_CONTINUE_IN(slow);
    } else {
      // Inline: one word of the write buffer's, no wait.
      const u64 page = PageTable::index(va), a = t + op->mem.off + kE1;
      if (x->pages.plain_store_page[page] != last_page(va) || (va & 7) > 8 - sizeof(T) || x->busy_until > a)
          [[unlikely]]
        MPPA_CONTINUE_IN(slow);
      if (!x->write_buffer->try_store((va + x->pages.pa_delta[page]) / 8, a)) MPPA_CONTINUE_IN(slow);
      store_value<T>(s, op, reinterpret_cast<u8*>(va + x->pages.delta[page]));
      MPPA_NEXT(op + 1, t);
    }
  }

  /// Functional level: outside the window.
  static MPPA_HANDLER(paged) {
    const u64 va = address<kMode>(s, op, x), page = PageTable::index(va);
    if (x->pages.store_page[page] != last_page(va)) [[unlikely]]
      MPPA_CONTINUE_IN(slow);
    store_value<T>(s, op, reinterpret_cast<u8*>(va + x->pages.delta[page]));
    MPPA_NEXT(op + 1, t);
  }

  static u64 last_page(u64 va) { return (va + sizeof(T) - 1) & ~(kPageBytes - 1); }
};

/// Chooses mode and level of handler family F<T, mode, level>.
template <template <class, AddressMode, timing::Level> class F, class T>
Handler choose(AddressMode mode, timing::Level level) {
  using enum AddressMode;
  constexpr auto kP = timing::Level::kPipeline, kF = timing::Level::kFunctional;
  const bool pipeline = level == kP;
  switch (mode) {
    case kImm:
      return pipeline ? &F<T, kImm, kP>::run : &F<T, kImm, kF>::run;
    case kIndexed:
      return pipeline ? &F<T, kIndexed, kP>::run : &F<T, kIndexed, kF>::run;
    case kCond:
      return pipeline ? &F<T, kCond, kP>::run : &F<T, kCond, kF>::run;
  }
  return nullptr;
}

}  // namespace

Handler load_handler(LoadKind kind, AddressMode mode, timing::Level level) {
  switch (kind) {
    case LoadKind::kBz:
      return choose<Load, u8>(mode, level);
    case LoadKind::kBs:
      return choose<Load, i8>(mode, level);
    case LoadKind::kHz:
      return choose<Load, u16>(mode, level);
    case LoadKind::kHs:
      return choose<Load, i16>(mode, level);
    case LoadKind::kWz:
      return choose<Load, u32>(mode, level);
    case LoadKind::kWs:
      return choose<Load, i32>(mode, level);
    case LoadKind::kD:
      return choose<Load, u64>(mode, level);
    case LoadKind::kQ:
      return choose<Load, u128>(mode, level);
    case LoadKind::kO:
      return choose<Load, u256>(mode, level);
  }
  return nullptr;
}

Handler store_handler(StoreKind kind, AddressMode mode, timing::Level level) {
  switch (kind) {
    case StoreKind::kB:
      return choose<Store, u8>(mode, level);
    case StoreKind::kH:
      return choose<Store, u16>(mode, level);
    case StoreKind::kW:
      return choose<Store, u32>(mode, level);
    case StoreKind::kD:
      return choose<Store, u64>(mode, level);
    case StoreKind::kQ:
      return choose<Store, u128>(mode, level);
    case StoreKind::kO:
      return choose<Store, u256>(mode, level);
  }
  return nullptr;
}

}  // namespace mppa::engine::fast
