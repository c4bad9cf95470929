#include "models/cluster/timing/bundle_timing.h"

#include <stdexcept>

#include "isa/opcodes.h"
#include "models/cluster/core/sfr.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::timing {
namespace {

using isa::Access;
using isa::Opcode;

/// The register that a write to SFR `number` changes: owner-write aliases have no storage.
ResourceId sfr_resource(unsigned number) {
  number &= 0xff;  // 256..511 trap
  if (number >= core::kSyow && number <= core::kPsow) number = number - core::kSyow + core::kSyo;
  return static_cast<ResourceId>(kSfrBase + number);
}

/// The statistics class of a wait for a result that is ready at the end of `stage`.
Stall cause_of(isa::Kind kind, ResourceId resource, unsigned stage) {
  if (resource >= kSfrBase) return Stall::kRawSfr;
  if (kind == isa::Kind::kLoad || kind == isa::Kind::kAtomic) return Stall::kRawLoad;
  if (stage <= 2) return Stall::kRawAlu;
  if (stage == 3) return Stall::kRawMul;
  if (stage == 4) return Stall::kRawLoad;
  return stage == 5 ? Stall::kRawFpu : Stall::kRawLong;
}

class Extractor {
 public:
  explicit Extractor(BundleTiming& out) : out_(out) {}

  void add(const isa::Insn& insn) {
    const isa::OpInfo& info = isa::info(insn.op);
    const bool lsu_result = info.kind == isa::Kind::kLoad || info.kind == isa::Kind::kAtomic;
    // Loads and atomics: E3 is a hit; everything slower is a freeze of the pipe or a streaming load.
    constexpr u8 kE3 = static_cast<u8>(isa::Stage::kE3);
    for (const Access& a : info.reads)
      for_each(a, insn, /*write=*/false, [&](ResourceId r) {
        append(out_.read_list, out_.read_count, {r, static_cast<u8>(a.stage), Stall::kRawAlu, false});
      });
    for (const Access& a : info.writes) {
      for_each(a, insn, /*write=*/true, [&](ResourceId r) {
        const u8 stage = lsu_result ? kE3 : static_cast<u8>(a.stage);
        append(out_.write_list, out_.write_count, {r, stage, cause_of(info.kind, r, stage), lsu_result});
      });
    }
  }

 private:
  template <std::size_t N>
  static void append(std::array<Use, N>& list, u8& count, Use use) {
    if (count == N) throw std::logic_error("BundleTiming: more operands than a bundle can have");
    list[count++] = use;
  }

  template <typename F>
  void for_each(const Access& a, const isa::Insn& insn, bool write, F&& add_resource) {
    switch (a.what) {
      case Access::What::kGpr:
        for (unsigned i = 0; i < a.count; ++i) add_resource(static_cast<ResourceId>(insn.reg[a.operand] + a.first + i));
        break;
      case Access::What::kCs:
        cs_resources(a, write, add_resource);
        break;
      case Access::What::kSfr:
        add_resource(sfr_resource(insn.sfr));
        break;
      case Access::What::kSfrIndexed:
        add_resource(kAnySfr);
        break;
      case Access::What::kRa:
        // `ret` behind a write of RA does not wait (section 2), and call's RA is ready at RR: only get can wait.
        if (write) add_resource(sfr_resource(core::kRa));
        break;
      default:
        break;  // no interlock: PC, NPC, LS, LE, LC, PS.HLE; coprocessor registers are not modelled yet
    }
  }

  /// CS.RM and the sticky CC have no hazard check; carry is forwarded between carry operations; everything else is seen
  /// through get only.
  template <typename F>
  static void cs_resources(const Access& a, bool write, F&& add_resource) {
    const bool carry = (a.cs_mask & core::cs::kIc.mask()) != 0;
    if (carry) add_resource(kCarry);
    if (write) add_resource(sfr_resource(core::kCs));
  }

  BundleTiming& out_;
};

bool writes_ps(const isa::Insn& insn) { return insn.sfr == core::kPs; }

void sequence_facts(const isa::Insn& insn, BundleTiming& out) {
  switch (insn.op) {
    case Opcode::kCallS27:
    case Opcode::kGotoS27:
    case Opcode::kRet:
      out.sequence = Sequence::kBranchId;
      break;
    case Opcode::kRfe:
      out.sequence = Sequence::kBranchId;
      out.drains = true;
      break;
    case Opcode::kScallZ:
    case Opcode::kScallU12:
      out.sequence = Sequence::kBranchId;
      out.drains = out.stalls_once = true;
      break;
    case Opcode::kCbZS17:
    case Opcode::kIcallZ:
    case Opcode::kIgotoZ:
      out.sequence = Sequence::kBranchRr;
      break;
    case Opcode::kLoopdoZS17:
      out.sequence = Sequence::kLoopdo;
      out.drains = out.stalls_once = true;
      break;
    case Opcode::kBarrier:
      out.sequence = Sequence::kRefetch;
      out.drains = out.waits_quiet = true;
      break;
    case Opcode::kTlbwrite:
      out.sequence = Sequence::kRefetch;
      out.drains = true;
      break;
    case Opcode::kTlbiinval:
      out.sequence = Sequence::kRefetch;
      break;
    case Opcode::kTlbread:
    case Opcode::kTlbprobe:
      out.drains = true;
      break;
    case Opcode::kAwait:
    case Opcode::kSleep:
    case Opcode::kStop:
      out.drains = out.waits_quiet = true;
      break;
    case Opcode::kSetSysAloneZ:
    case Opcode::kWfxlSysAloneZ:
    case Opcode::kWfxmSysAloneZ:
    case Opcode::kRswapZSysAlone:
      if (writes_ps(insn)) {
        out.sequence = Sequence::kRefetch;
        out.drains = true;
      }
      break;
    default:
      break;
  }
}

MemKind memory_kind(const isa::Insn& insn) {
  const isa::OpInfo& info = isa::info(insn.op);
  switch (info.kind) {
    case isa::Kind::kLoad:
      return MemKind::kLoad;
    case isa::Kind::kStore:
      return MemKind::kStore;
    case isa::Kind::kAtomic:
      return MemKind::kAtomic;
    case isa::Kind::kCache:
      break;
    default:
      return MemKind::kNone;
  }
  if (info.mnemonic == "fence") return MemKind::kFence;
  if (info.mnemonic == "dtouchl") return MemKind::kTouch;
  if (info.mnemonic == "dzerol") return MemKind::kZeroLine;
  return MemKind::kMaintenance;
}

}  // namespace

BundleTiming analyse(const isa::Bundle& bundle) {
  BundleTiming out;
  out.syllables = bundle.syllables;
  Extractor extract(out);
  for (const isa::Insn& insn : bundle.view()) {
    extract.add(insn);
    sequence_facts(insn, out);
    if (const MemKind kind = memory_kind(insn); kind != MemKind::kNone) out.memory = kind;
  }
  return out;
}

}  // namespace mppa::timing
