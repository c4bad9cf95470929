#include "models/cluster/engine/fast/translator.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "isa/opcodes.h"
#include "models/cluster/engine/fast/flow.h"
#include "models/cluster/engine/fast/fuse.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine::fast {
namespace {

using isa::Opcode;
using timing::Stall;

constexpr unsigned kMaxBundles = 32;

u64 line_of(u64 address) { return address / kLineBytes; }

/// Conditional accesses are counted when they are done.
void count_access(const isa::Insn& insn, u32& loads, u32& stores) {
  const isa::OpInfo& info = isa::info(insn.op);
  if (info.mem.conditional()) return;
  loads += info.kind == isa::Kind::kLoad;
  stores += info.kind == isa::Kind::kStore;
}

u64 stall(const timing::StallCounts& counts, Stall cause) { return counts[static_cast<unsigned>(cause)]; }

}  // namespace

void split_stalls(const timing::StallCounts& s, Counters& common, Counters (&rare)[2]) {
  const auto cycles = [&](Stall cause) { return static_cast<u32>(stall(s, cause)); };
  common = Counters{0, cycles(Stall::kBranch), cycles(Stall::kRawAlu), cycles(Stall::kRawLoad)};
  rare[0] = Counters{cycles(Stall::kPrefetch), cycles(Stall::kRawMul), cycles(Stall::kRawFpu), cycles(Stall::kRawLong)};
  rare[1] =
      Counters{cycles(Stall::kRawStream), cycles(Stall::kRawSfr), cycles(Stall::kDrain), cycles(Stall::kWawStream)};
}

u32 mode_of(const core::CoreState& state) {
  const u64 ps = state.sfr[core::kPs];
  u32 mode = 0;
  if (core::ps::kHle.get(ps) != 0) mode |= kModeLoops;
  if (core::ps::kMme.get(ps) != 0) mode |= kModeMmu;
  if (core::ps::kV64.get(ps) != 0) mode |= kMode64;
  if (state.arithmetic_armed) mode |= kModeArithmetic;
  return mode;
}

/// A block in the making.
struct Translator::Draft {
  Block block;
  Place place;
  timing::LoopContext loop;
  std::vector<Op> ops;
  std::vector<Exit> exits;
  Counters rare[2] = {};
  u64 pc = 0;  ///< of the bundle added last; before the first, of that one
  u64 last_line = ~u64{0};
  u32 bundles = 0, instructions = 0, loads = 0, stores = 0;
  bool done = false;
  // The bundle added last, and room for the next one.
  std::unique_ptr<isa::Bundle> bundle = std::make_unique<isa::Bundle>(), candidate = std::make_unique<isa::Bundle>();
  timing::BundleTiming timing;
  std::optional<Placed> end;

  u64 next_pc() const { return pc + 4 * u64{bundle->syllables}; }
  bool at_loop_end() const { return loop.end != 0 && next_pc() == loop.end; }
};

std::optional<Translator::Place> Translator::locate(u64 pc) {
  const u64 page = pc & ~(kPageBytes - 1);
  if (page_.page != page || page_.epoch != parts_.state.control_epoch) {
    const std::optional<Place> place = locate_page(pc);
    if (!place) return {};
    page_ = {page, parts_.state.control_epoch, {place->pa - (pc - page), place->host - (pc - page), place->end}};
  }
  const Place& p = page_.place;
  if (pc + 4 > p.end) return {};
  return Place{p.pa + (pc - page), p.host + (pc - page), p.end};
}

std::optional<Translator::Place> Translator::locate_page(u64 pc) const {
  const core::CoreState& state = parts_.state;
  const core::Translation tr = parts_.mmu.translate({pc, 4, core::AccessKind::kFetch, false});
  if (tr.status != core::Translation::Status::kOk || tr.va != pc) return {};
  const MemRegion* region = parts_.bus.region(tr.pa);
  // Pages that a region begins or ends in are left to the reference engine.
  const u64 page_pa = tr.pa - pc % kPageBytes;
  if (region == nullptr || !region->contains(page_pa, kPageBytes)) return {};
  const bool cacheable =
      tr.policy == core::MemoryPolicy::kByRegion ? region->cacheable : tr.policy == core::MemoryPolicy::kCached;
  const bool cached = cacheable && core::ps::kIce.get(state.sfr[core::kPs]) != 0;
  if (parts_.config.level == timing::Level::kPipeline && !cached) return {};
  return Place{tr.pa, region->host + (tr.pa - region->base), (pc | (kPageBytes - 1)) + 1};
}

const Block* Translator::get(u64 pc, u32 state, bool single) {
  const std::optional<Place> place = locate(pc);
  if (!place) return nullptr;
  const BlockKey key{pc, place->pa, state, mode_of(parts_.state) | (single ? u32{kModeSingle} : 0)};
  const Block* known = cache_.find(key);
  return known != nullptr ? known : translate(key, *place);
}

const Block* Translator::get_tail(const Block& block, unsigned index, u32 state, bool single) {
  const u64 skipped = 4 * u64{block.marks[index].word};
  const u32 mode = block.key.mode | (single ? u32{kModeSingle} : 0);
  const BlockKey key{block.key.pc + skipped, block.key.pa + skipped, state, mode};
  const Block* known = cache_.find(key);
  if (known != nullptr) return known;
  const auto* code = reinterpret_cast<const u8*>(block.words.data());
  return translate(key, {key.pa, code + skipped, block.key.pc + 4 * block.words.size()});
}

const Block* Translator::translate(const BlockKey& key, const Place& place) {
  Draft d;
  d.block.key = key;
  d.place = place;
  d.pc = key.pc;
  d.loop = cache_.states()[key.state].loop;
  schedule_.begin(cache_.states()[key.state]);
  while (!d.done && add_bundle(d)) continue;
  if (d.bundles == 0) {  // nothing but a bundle to be stepped
    Op head, step;
    head.fn = flow_.head;
    step.fn = &step_bundle;
    const auto insns = d.candidate->view();
    step.u = std::ranges::any_of(insns, [](const isa::Insn& insn) { return insn.op == Opcode::kBarrier; });
    d.block.marks = {BundleMark{0, 0, 0}};
    d.block.words.resize(std::max<std::size_t>(d.candidate->syllables, 1));
    std::memcpy(d.block.words.data(), place.host, d.block.words.size() * sizeof(u32));
    Block* block = cache_.add(std::move(d.block), std::array{head, step}, {}, {});
    block->behind_line = block->head + 1;
    return block;
  }
  end_block(d);
  const bool pipeline = parts_.config.level == timing::Level::kPipeline;
  if (!pipeline) fuse(d.ops);
  Block* block = cache_.add(std::move(d.block), d.ops, d.exits, d.rare);
  block->behind_line = block->head + (pipeline ? 2 : 1);
  return block;
}

struct Translator::Prepared {
  std::optional<Placed> memory, end;
  std::vector<Op> ops;  ///< without the branch
};

/// Pipeline level: the checks of lines that the bundle in hand enters.
void Translator::add_line_checks(Draft& d, u64 syllables) {
  if (parts_.config.level != timing::Level::kPipeline) return;
  const u64 pa = d.place.pa + (d.pc - d.block.key.pc);
  for (const u64 line : {line_of(pa), line_of(pa + 4 * syllables - 1)}) {
    if (line == d.last_line) continue;
    d.last_line = line;
    Op check;
    check.fn = &check_line;
    check.imm = static_cast<i64>(line);
    check.u = static_cast<u32>(line % timing::Params::kSets * timing::Params::kWays * sizeof(u64));
    d.ops.push_back(check);
  }
}

/// Sorts the instructions of the candidate bundle by role and puts them in order; false if it is to be stepped.
bool Translator::prepare(Draft& d, u64 pc, Prepared& out) {
  const u32 mode = d.block.key.mode;
  const timing::Level level = parts_.config.level;
  std::vector<Placed> others;
  unsigned carries = 0;
  for (const isa::Insn& insn : d.candidate->view()) {
    switch (role_of(insn, (mode & kModeLoops) != 0, (mode & kModeArithmetic) != 0)) {
      case Role::kNothing:
        break;
      case Role::kPure:
        carries += uses_carry(insn);
        [[fallthrough]];
      case Role::kRegisterRa:
        others.push_back({&insn, make_op(insn, pc, level)});
        break;
      case Role::kMemory:
        out.memory = Placed{&insn, make_op(insn, pc, level)};
        break;
      case Role::kEnd:
        out.end = Placed{&insn, {}};
        std::copy(insn.reg.begin(), insn.reg.end(), out.end->op.r);
        break;
      case Role::kStep:
        return false;
    }
  }
  const bool ends_loop = d.loop.end != 0 && pc + 4 * u64{d.candidate->syllables} == d.loop.end;
  if (carries > 1 || (out.end && ends_loop)) return false;
  return order_bundle(out.memory ? &*out.memory : nullptr, others, out.end ? &*out.end : nullptr, out.ops);
}

/// Adds the bundle behind the last one; false if the block must end before it.
bool Translator::add_bundle(Draft& d) {
  const u64 pc = d.bundles == 0 ? d.pc : d.next_pc();
  const unsigned most = (d.block.key.mode & kModeSingle) != 0 ? 1 : kMaxBundles;
  if (d.bundles == most || pc >= d.place.end) return false;
  std::array<u32, isa::kMaxSyllables> words{};
  const u64 available = std::min<u64>(isa::kMaxSyllables, (d.place.end - pc) / 4);
  std::memcpy(words.data(), d.place.host + (pc - d.block.key.pc), available * sizeof(u32));
  *d.candidate = {};
  Prepared prepared;
  if (isa::decode({words.data(), available}, *d.candidate) != isa::DecodeError::kNone || !prepare(d, pc, prepared))
    return false;

  if (d.bundles != 0) schedule_.next(d.timing, pc);
  std::swap(d.bundle, d.candidate);
  d.pc = pc;
  d.end = prepared.end;
  d.block.marks.push_back({static_cast<u16>(d.ops.size()), static_cast<u16>((pc - d.block.key.pc) / 4),
                           static_cast<u32>(schedule_.boundary())});
  if (d.bundles == 0) {
    Op head;
    head.fn = flow_.head;
    d.ops.push_back(head);
  }
  add_line_checks(d, d.bundle->syllables);
  d.block.words.insert(d.block.words.end(), words.begin(), words.begin() + d.bundle->syllables);
  d.timing = timing::analyse(*d.bundle);
  const u64 issue = schedule_.issue(d.timing, pc);
  if (prepared.memory) {
    Op& op = *std::ranges::find_if(prepared.ops, [&](const Op& o) { return o.fn == prepared.memory->op.fn; });
    op.mem.off = static_cast<u16>(issue);
    op.mem.flags = schedule_.sensitivity();
    count_access(*prepared.memory->insn, d.loads, d.stores);
  }
  d.ops.insert(d.ops.end(), prepared.ops.begin(), prepared.ops.end());
  schedule_.execute(d.timing);
  ++d.bundles;
  d.instructions += d.bundle->count;
  d.done = d.end || d.at_loop_end();
  return true;
}

Exit& Translator::add_exit(Draft& d, u64 target, const timing::Sequel& sequel, const timing::LoopContext& loop,
                           bool taken, bool indirect) {
  const Schedule::Successor next = schedule_.leave(d.timing, sequel, loop, indirect);
  Exit e;
  e.length = static_cast<u32>(next.length);
  e.common[0] = Counters{d.bundles, d.instructions, d.loads, d.stores};
  Counters rare[2];
  split_stalls(schedule_.stalls(), e.common[1], rare);
  e.common[1] += Counters{taken ? 1u : 0u, static_cast<u32>(next.branch_stalls), 0, 0};
  if (parts_.config.level == timing::Level::kFunctional) e.common[0][kTakenFunctional] = taken;
  e.target = target;
  e.state = cache_.states().intern(next.state);
  e.indirect = indirect;
  e.single = (d.block.key.mode & kModeSingle) != 0;
  const u64 last_byte = d.next_pc() - 1;
  e.same_line = !indirect && line_of(target) == line_of(last_byte);
  const bool other_page = ((target ^ d.block.key.pc) & ~(kPageBytes - 1)) != 0;
  e.stub.fn = (d.block.key.mode & kModeMmu) != 0 && other_page ? &page_exit : &unlinked_exit;
  d.exits.push_back(e);
  return d.exits.back();
}

void Translator::end_with_loop(Draft& d) {
  Op op;
  op.fn = flow_.end_loop;
  add_exit(d, d.loop.start, {false, false, d.loop.start}, d.loop, false, false);
  add_exit(d, d.loop.start, {false, false, d.loop.start}, {}, false, false);
  d.ops.push_back(op);
}

void Translator::end_with_branch(Draft& d) {
  const isa::Insn& insn = *d.end->insn;
  const u64 next = d.next_pc();
  const u64 relative = parts_.state.code_address(d.pc + static_cast<u64>(insn.imm[0]));
  Op op = d.end->op;
  switch (insn.op) {
    case Opcode::kCallS27:
      op.fn = flow_.end_call;
      add_exit(d, relative, {true, false, relative}, d.loop, true, false).link = next;
      break;
    case Opcode::kGotoS27:
      op.fn = flow_.end_static;
      add_exit(d, relative, {true, false, relative}, d.loop, true, false);
      break;
    case Opcode::kRet:
      op.fn = flow_.end_ret;
      add_exit(d, 0, {true, false, 0}, d.loop, true, true);
      break;
    case Opcode::kIgotoZ:
      op.fn = flow_.end_igoto;
      add_exit(d, 0, {true, false, 0}, d.loop, true, true);
      break;
    case Opcode::kIcallZ:
      op.fn = flow_.end_icall;
      add_exit(d, 0, {true, false, 0}, d.loop, true, true).link = next;
      break;
    case Opcode::kLoopdoZS17: {
      op.fn = flow_.end_loopdo;
      const bool refetch = insn.imm[0] < static_cast<i64>(parts_.timing.params().loopdo_refetch_bytes);
      const timing::LoopContext armed = relative != 0 ? timing::LoopContext{next, relative} : timing::LoopContext{};
      add_exit(d, next, {false, refetch, next}, armed, false, false).link = relative;
      add_exit(d, next, {false, refetch, next}, {}, false, false).link = relative;
      break;
    }
    default:  // cb
      op.fn = flow_.cb[insn.mod[0]];
      add_exit(d, next, {false, false, next}, d.loop, false, false);
      add_exit(d, relative, {true, false, relative}, d.loop, true, false);
      break;
  }
  d.ops.push_back(op);
}

void Translator::replay_bundles(const Block& block, unsigned count, Replay& out) {
  out.pc = block.key.pc;
  u32 loads = 0, stores = 0;
  schedule_.begin(cache_.states()[block.key.state]);
  isa::Bundle bundle;
  for (unsigned i = 0; i < count; ++i) {
    isa::decode(std::span(block.words).subspan(block.marks[i].word), bundle = {});
    const timing::BundleTiming timing = timing::analyse(bundle);
    schedule_.issue(timing, out.pc);
    schedule_.execute(timing);
    out.pc += 4 * u64{bundle.syllables};
    schedule_.next(timing, out.pc);
    out.instructions += bundle.count;
    for (const isa::Insn& insn : bundle.view()) count_access(insn, loads, stores);
  }
  out.bundles = count;
  out.loads = loads;
  out.stores = stores;
}

Translator::Replay Translator::replay(const Block& block, unsigned index) {
  Replay out;
  replay_bundles(block, index, out);
  out.state = schedule_.state();
  out.t = schedule_.boundary();
  out.stalls = schedule_.stalls();
  return out;
}

Translator::Replay Translator::replay_held(const Block& block, unsigned index, u64 e1, u64 e3) {
  Replay out;
  replay_bundles(block, index, out);
  isa::Bundle bundle;
  isa::decode(std::span(block.words).subspan(block.marks[index].word), bundle);
  out.t = schedule_.issue(timing::analyse(bundle), out.pc) + e1 + e3;
  out.stalls = schedule_.stalls();
  out.state = schedule_.held(e1, e3);
  return out;
}

void Translator::end_block(Draft& d) {
  Counters common;
  split_stalls(schedule_.stalls(), common, d.rare);
  bool rare = false;
  for (const Counters& c : d.rare)
    for (unsigned i = 0; i < 4; ++i) rare = rare || c[i] != 0;
  if (rare) {
    Op op;
    op.fn = &count_rare;
    d.ops.push_back(op);
  }
  for (Op& op : d.ops)
    if (op.fn == flow_.head) op.u = d.block.marks.back().t;
  if (d.done && d.end) return end_with_branch(d);
  if (d.done && d.at_loop_end()) return end_with_loop(d);
  Op op;
  op.fn = flow_.end_static;
  add_exit(d, d.next_pc(), {false, false, d.next_pc()}, d.loop, false, false);
  d.ops.push_back(op);
}

}  // namespace mppa::engine::fast
