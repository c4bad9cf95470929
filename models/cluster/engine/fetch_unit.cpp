#include "models/cluster/engine/fetch_unit.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "isa/opcodes.h"
#include "models/cluster/core/core_state.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine {
namespace {

constexpr std::size_t kMaxDecoded = 1u << 16;
constexpr u32 kParallelBit = 1u << 31;

core::Trap fetch_error(u64 va) {
  core::Trap trap;
  trap.code = core::Htc::kPsysError;
  trap.ea = va;
  trap.rwx = core::Rwx::kFetch;
  return trap;
}

bool never_last(const isa::Bundle& bundle) {
  return std::ranges::any_of(bundle.view(), [](const isa::Insn& insn) {
    using isa::Opcode;
    switch (insn.op) {
      case Opcode::kRfe:
      case Opcode::kScallZ:
      case Opcode::kScallU12:
      case Opcode::kBarrier:
      case Opcode::kTlbread:
      case Opcode::kTlbwrite:
      case Opcode::kTlbprobe:
      case Opcode::kTlbiinval:
      case Opcode::kTlbdinval:
        return true;
      case Opcode::kSetSysAloneZ:
      case Opcode::kWfxlSysAloneZ:
      case Opcode::kWfxmSysAloneZ:
      case Opcode::kRswapZSysAlone:
        return insn.sfr == core::kPs;
      default:
        return isa::info(insn.op).kind == isa::Kind::kBranch;
    }
  });
}

}  // namespace

std::optional<core::Trap> FetchUnit::find_page(u64 va) {
  const core::CoreState& state = parts_.state;
  if (page_.epoch == state.control_epoch && va - page_.va < page_.bytes) return {};
  const core::Translation tr = parts_.mmu.translate({va, 4, core::AccessKind::kFetch, false});
  if (tr.status != core::Translation::Status::kOk) {
    page_ = {};
    return tr.trap;
  }
  const MemRegion* region = parts_.bus.region(tr.pa);
  if (region == nullptr || !region->contains(tr.pa, 4)) {
    page_ = {};
    return fetch_error(tr.va);
  }
  // The part of the page that lies in the region, in terms of the address as the program counts it.
  const u64 offset = tr.pa - tr.page_pa;
  const u64 before = std::min(offset, tr.pa - region->base);
  const u64 behind = std::min(tr.page_bytes - offset, region->size - (tr.pa - region->base));
  page_ = {va - before, before + behind, tr.pa - before, region, false, state.control_epoch};
  const bool cacheable =
      tr.policy == core::MemoryPolicy::kByRegion ? region->cacheable : tr.policy == core::MemoryPolicy::kCached;
  page_.cached = cacheable && core::ps::kIce.get(state.sfr[core::kPs]) != 0;
  return {};
}

std::optional<core::Trap> FetchUnit::read_words(u64 pc, std::array<u32, isa::kMaxSyllables>& words, Fetched& out) {
  timing::FetchLines& lines = out.lines;
  lines.pc = pc;
  lines.cached = true;
  for (unsigned n = 0; n < isa::kMaxSyllables; ++n) {
    const u64 va = pc + 4 * u64{n};
    if (const auto trap = find_page(va)) return trap;
    const u64 pa = page_.pa + (va - page_.va);
    std::memcpy(&words[n], page_.region->host + (pa - page_.region->base), sizeof(u32));
    if (n == 0) {
      lines.pa = pa;
      lines.latency = page_.region->read_latency;
      lines.arbiter = page_.region->arbiter;
    }
    lines.cached = lines.cached && page_.cached;
    lines.pa_last = pa;
    lines.syllables = n + 1;
    if ((words[n] & kParallelBit) == 0) break;
  }
  return {};
}

const Decoded& FetchUnit::decode(u64 pa, const std::array<u32, isa::kMaxSyllables>& words, unsigned syllables) {
  if (decoded_.size() >= kMaxDecoded) decoded_.clear();
  Decoded& d = decoded_[pa];
  if (d.syllables == syllables && std::equal(words.begin(), words.begin() + syllables, d.words.begin())) return d;
  d = {};
  d.words = words;
  d.syllables = static_cast<u8>(syllables);
  d.error = isa::decode(std::span<const u32>(words.data(), syllables), d.bundle);
  if (d.error == isa::DecodeError::kNone) {
    d.timing = timing::analyse(d.bundle);
    d.never_last = never_last(d.bundle);
  } else {
    d.timing.syllables = d.syllables;
  }
  return d;
}

std::optional<core::Trap> FetchUnit::fetch(u64 pc, Fetched& out) {
  std::array<u32, isa::kMaxSyllables> words{};
  if (auto trap = read_words(pc, words, out)) {
    trap->bundle_size = 1;
    return trap;
  }
  out.code = &decode(out.lines.pa, words, out.lines.syllables);
  return {};
}

void FetchUnit::forget() {
  page_ = {};
  decoded_.clear();
}

}  // namespace mppa::engine
