#include "models/cluster/engine/fast/flow.h"

#include <utility>

#include "models/cluster/exec/condition.h"
#include "models/cluster/timing/tag_array.h"

namespace mppa::engine::fast {
namespace {

[[gnu::always_inline]] inline void leave(Hot* x, const Op* op, u64 t, Leave reason) {
  x->leave = reason;
  x->op = op;
  x->t = t;
}

template <timing::Level kLevel>
[[gnu::always_inline]] inline void count(Hot* x, const Exit* e) {
  x->common[0] += e->common[0];
  if constexpr (kLevel == timing::Level::kPipeline) x->common[1] += e->common[1];
}

[[gnu::always_inline]] inline const Exit* exits(const Op* op) { return static_cast<const Exit*>(op->ptr); }

/// The successor of an indirect branch, or nullptr.
[[gnu::always_inline]] inline const JumpEntry* look_up(Hot* x, u64 pc, u32 state) {
  const JumpEntry& j = x->jumps[jump_hash(pc, state)];
  return j.pc == pc && j.state == state ? &j : nullptr;
}

[[gnu::always_inline]] inline void leave_dynamic(Hot* x, const Op* op, u64 t, const Exit* e, u64 target) {
  x->exit = e;
  x->target = target;
  leave(x, op, t, Leave::kDynamic);
}

/// Goes on to the block that `to` (an Exit or JumpEntry) describes, at clock `at`.
#define MPPA_ENTER_BLOCK(to, at)                                                  \
  do {                                                                            \
    const u64 entered = (at), last_start = entered + (to)->last_start;            \
    if (last_start >= x->limit) [[unlikely]]                                      \
      MPPA_NEXT((to)->head, entered);                                             \
    if constexpr (kLevel == timing::Level::kPipeline) x->last_start = last_start; \
    MPPA_NEXT((to)->first, entered);                                              \
  } while (false)

template <timing::Level kLevel>
struct Flow {
  static MPPA_HANDLER(head) {
    const u64 last_start = t + op->u;
    if (last_start >= x->limit) [[unlikely]] {
      leave(x, op, t, Leave::kLimit);
      MPPA_LEAVE();
    }
    if constexpr (kLevel == timing::Level::kPipeline) x->last_start = last_start;
    MPPA_NEXT(op + 1, t);
  }

  static MPPA_HANDLER(end_static) {
    const Exit* const e = exits(op);
    count<kLevel>(x, e);
    MPPA_ENTER_BLOCK(e, t + e->length);
  }

  static MPPA_HANDLER(end_call) {
    const Exit* const e = exits(op);
    s->sfr[core::kRa] = e->link;
    count<kLevel>(x, e);
    MPPA_ENTER_BLOCK(e, t + e->length);
  }

#define MPPA_INDIRECT(e, pc)                                                                  \
  do {                                                                                        \
    count<kLevel>(x, e);                                                                      \
    const u64 next_t = t + (e)->length;                                                       \
    if (const JumpEntry* const j = look_up(x, (pc), (e)->state)) MPPA_ENTER_BLOCK(j, next_t); \
    leave_dynamic(x, op, next_t, (e), (pc));                                                  \
    MPPA_LEAVE();                                                                             \
  } while (false)

  static MPPA_HANDLER(end_ret) {
    const Exit* const e = exits(op);
    const u64 pc = s->sfr[core::kRa];
    MPPA_INDIRECT(e, pc);
  }

  static MPPA_HANDLER(end_igoto) {
    const Exit* const e = exits(op);
    const u64 pc = reg(s, op->r[0]);
    MPPA_INDIRECT(e, pc);
  }

  static MPPA_HANDLER(end_icall) {
    const Exit* const e = exits(op);
    const u64 pc = reg(s, op->r[0]);
    s->sfr[core::kRa] = e->link;
    MPPA_INDIRECT(e, pc);
  }
#undef MPPA_INDIRECT

  static MPPA_HANDLER(end_loopdo) {
    const u64 n = reg(s, op->r[0]);
    const Exit* const e = exits(op) + (n == 1 ? 1 : 0);
    s->sfr[core::kLs] = e->target;
    s->sfr[core::kLe] = e->link;
    s->sfr[core::kLc] = n;
    count<kLevel>(x, e);
    MPPA_ENTER_BLOCK(e, t + e->length);
  }

  static MPPA_HANDLER(end_loop) {
    u64 n = s->sfr[core::kLc];
    if (n != 0) s->sfr[core::kLc] = --n;
    const Exit* const e = exits(op) + (n == 1 ? 1 : 0);
    count<kLevel>(x, e);
    MPPA_ENTER_BLOCK(e, t + e->length);
  }

  template <u8 kCond>
  static MPPA_HANDLER(cb) {
    const Exit* const e = exits(op) + (exec::scalarcond(kCond, reg(s, op->r[0])) ? 1 : 0);
    count<kLevel>(x, e);
    MPPA_ENTER_BLOCK(e, t + e->length);
  }

  template <unsigned... kConds>
  static constexpr FlowHandlers make(std::integer_sequence<unsigned, kConds...>) {
    return {&head, &end_static, &end_call, &end_ret, &end_igoto, &end_icall, &end_loopdo, &end_loop, {&cb<kConds>...}};
  }
};

/// check_line for a line that is not the most recent of its set.
MPPA_HANDLER(check_older_line) {
  u64* const set = reinterpret_cast<u64*>(reinterpret_cast<char*>(x->l1i) + op->u);
  if (!timing::TagArray::touch_older(set, static_cast<u64>(op->imm))) [[unlikely]] {
    leave(x, op, t, Leave::kLineMiss);
    MPPA_LEAVE();
  }
  MPPA_NEXT(op + 1, t);
}

}  // namespace

const FlowHandlers& flow_handlers(timing::Level level) {
  static_assert(kScalarConditions == exec::kScalarCondCount);
  using Conditions = std::make_integer_sequence<unsigned, kScalarConditions>;
  static constexpr FlowHandlers kPipeline = Flow<timing::Level::kPipeline>::make(Conditions{});
  static constexpr FlowHandlers kFunctional = Flow<timing::Level::kFunctional>::make(Conditions{});
  return level == timing::Level::kPipeline ? kPipeline : kFunctional;
}

MPPA_HANDLER(check_line) {
  const u64* const set = reinterpret_cast<u64*>(reinterpret_cast<char*>(x->l1i) + op->u);
  if (set[0] != static_cast<u64>(op->imm)) MPPA_CONTINUE_IN(check_older_line);
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(step_bundle) {
  leave(x, op, t, Leave::kStep);
  MPPA_LEAVE();
}

MPPA_HANDLER(count_rare) {
  const auto* const c = static_cast<const Counters*>(op->ptr);
  x->rare[0] += c[0];
  x->rare[1] += c[1];
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(get_ra) {
  reg(s, op->r[0]) = s->sfr[core::kRa];
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(set_ra) {
  s->sfr[core::kRa] = core::sign_extend_address(reg(s, op->r[0])) & ~u64{3};
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(unlinked_exit) {
  x->exit = exits(op);
  leave(x, op, t, Leave::kUnlinked);
  MPPA_LEAVE();
}

MPPA_HANDLER(page_exit) {
  const Exit* const e = exits(op);
  if (const JumpEntry* const j = look_up(x, e->target, e->state)) MPPA_NEXT(j->head, t);
  leave_dynamic(x, op, t, e, e->target);
  MPPA_LEAVE();
}

}  // namespace mppa::engine::fast
