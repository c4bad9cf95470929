// Op records and handlers: how the host runs translated code.
//
// A block is an array of Op. Each record names the host function ("handler") that executes it and carries its operands
// already decoded; a handler ends by jumping to the handler of the next record. With clang the jump is a guaranteed
// tail call between functions of the `preserve_none` convention, so that the four values below stay in host registers
// for a whole run:
//
//   s   the core's architectural state (its first member is the register file: operands are indices from `s`)
//   op  the record being executed
//   t   the clock: T of docs/dev/how-time-works.md at the entry of the current block, plus every dynamic wait so far.
//       A memory operation adds its static issue offset (Op::off), the block's last record adds the static length.
//   x   what handlers need besides: limit, memory fast paths, counters (hot.h)
//
// Compilers without these attributes get the same handlers as ordinary functions that return the next record, called
// from a loop. Handlers are written once with the macros MPPA_HANDLER / MPPA_NEXT / MPPA_LEAVE.
//
// Who owns what: handlers never know the scoreboard, the fetch buffer or the entry state; all of that was folded by the
// translator into offsets, lengths and successors. They change architectural state, `t`, and the counters in `x`.
#pragma once

#include <cstddef>

#include "models/cluster/core/core_state.h"
#include "models/common/types.h"

// The instrumented frames of AddressSanitizer do not fit the preserve_none convention.
#if defined(__has_feature) && !defined(MPPA_FAST_PORTABLE)
#if __has_feature(address_sanitizer)
#define MPPA_FAST_PORTABLE
#endif
#endif

#if defined(__clang__) && __clang_major__ >= 19 && defined(__x86_64__) && !defined(MPPA_FAST_PORTABLE)
#define MPPA_FAST_TAIL 1
#else
#define MPPA_FAST_TAIL 0
#endif

namespace mppa::engine::fast {

struct Hot;
struct Op;

#if MPPA_FAST_TAIL
#define MPPA_PRESERVE_NONE __attribute__((preserve_none))
using Handler = MPPA_PRESERVE_NONE void (*)(core::CoreState* s, const Op* op, u64 t, Hot* x);
#define MPPA_HANDLER(name)                                                                    \
  MPPA_PRESERVE_NONE void name(core::CoreState* s, const ::mppa::engine::fast::Op* op, u64 t, \
                               ::mppa::engine::fast::Hot* x)
/// Continues with record `next_op` at clock `next_t`.
#define MPPA_NEXT(next_op, next_t)                                           \
  do {                                                                       \
    const ::mppa::engine::fast::Op* const next_record = (next_op);           \
    [[clang::musttail]] return next_record->fn(s, next_record, (next_t), x); \
  } while (false)
/// Continues in another handler for the same record.
#define MPPA_CONTINUE_IN(handler) [[clang::musttail]] return handler(s, op, t, x)
#define MPPA_LEAVE() return
#else
using Handler = const Op* (*)(core::CoreState* s, const Op* op, u64& t, Hot* x);
#define MPPA_HANDLER(name)                                                                     \
  const ::mppa::engine::fast::Op* name(core::CoreState* s, const ::mppa::engine::fast::Op* op, \
                                       [[maybe_unused]] u64& t, ::mppa::engine::fast::Hot* x)
#define MPPA_NEXT(next_op, next_t)                                 \
  do {                                                             \
    const ::mppa::engine::fast::Op* const next_record = (next_op); \
    t = (next_t);                                                  \
    return next_record;                                            \
  } while (false)
#define MPPA_CONTINUE_IN(handler) return handler(s, op, t, x)
#define MPPA_LEAVE() return nullptr
#endif

/// One record of translated code.
struct Op {
  Handler fn = nullptr;
  u8 r[4] = {};  ///< register operands as in isa::Insn::reg; 64.. are CoreState::scratch
  union {
    u8 m[4] = {};  ///< modifiers as in isa::Insn::mod
    struct {
      u8 m0;     ///< memory operations: condition or scale
      u8 flags;  ///< memory operations: kWait..., below
      u16 off;   ///< memory operations: static issue offset from the block's T
    } mem;
    u32 u;  ///< block heads and line checks, see flow.cpp
  };
  union {
    i64 imm = 0;
    const void* ptr;
  };
};
static_assert(sizeof(Op) == 24);

/// Op::mem.flags: an older result is due so late that a wait at E1 (a freeze at E3) would change the static schedule.
inline constexpr u8 kSensitiveE1 = 1, kSensitiveE3 = 2;
/// Op::mem.flags: the load is speculative.
inline constexpr u8 kSpeculative = 4;

/// Register `index` (64.. scratch) of the state.
inline u64& reg(core::CoreState* s, unsigned index) { return reinterpret_cast<u64*>(s)[index]; }
inline const u64& reg(const core::CoreState* s, unsigned index) { return reinterpret_cast<const u64*>(s)[index]; }

inline constexpr unsigned kScratchBase = 64;

}  // namespace mppa::engine::fast
