#include "tests/cluster/engine/fast/random_program.h"

#include <algorithm>
#include <bit>

#include "isa/opcodes.h"
#include "models/cluster/core/sfr.h"
#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/op_info.h"
#include "tests/cluster/engine/fast/random_pages.h"

namespace mppa::engine::fast {
namespace {

using isa::Insn;
using isa::Kind;
using isa::Opcode;
using isa::Slot;
using isa::SlotRule;

constexpr u16 kSpc = 128, kEs = 148;
constexpr i64 kIndexMask = 0x1ff0;  ///< of the index registers' random values

bool is_mode_of_register(isa::OperandKind k) {
  return k == isa::OperandKind::kGpr || k == isa::OperandKind::kPgr || k == isa::OperandKind::kQgr;
}

/// Instructions that keep addresses and branches changing: they write registers that random ones do not.
bool is_walk(const Insn& insn) {
  const unsigned w = insn.reg[0];
  if (insn.op == Opcode::kAdddWZS37) return w == kWalkRegister;
  if (insn.op == Opcode::kMuldWZS37) return w == kWalkRegister + 1 && insn.reg[1] == kWalkRegister;
  return insn.op == Opcode::kAnddWZS37 && w >= kIndexRegister && w < kBaseRegister && insn.imm[0] == kIndexMask;
}

class Generator {
 public:
  explicit Generator(const RandomProgramOptions& o) : o_(o), random_(o.seed) {
    for (unsigned i = 0; i < isa::kOpcodeCount; ++i) {
      const auto op = static_cast<Opcode>(i);
      switch (isa::info(op).kind) {
        case Kind::kAlu:
          alu_.push_back(op);
          break;
        case Kind::kLoad:
          loads_.push_back(op);
          break;
        case Kind::kStore:
          stores_.push_back(op);
          break;
        case Kind::kAtomic:
        case Kind::kCache:
          rare_memory_.push_back(op);
          break;
        default:
          break;
      }
    }
    // Half of the ALU operations come from the instructions that programs are made of.
    for (const Opcode op : alu_) {
      const std::string_view m = isa::info(op).mnemonic;
      for (const std::string_view c :
           {"addd", "addw", "sbfd", "andd", "iord", "slld", "srld", "compd", "compw", "make", "muld", "maddw", "maddd",
            "cmoved", "copyd", "extfz", "addx8d", "faddd", "ffmaw"})
        if (m == c) common_.push_back(op);
    }
  }

  RandomProgram run() {
    RandomProgram p;
    p.vectors = handlers();
    layout(p);
    return p;
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool chance(double p) { return static_cast<double>(random_() >> 11) * 0x1p-53 < p; }

  struct Item {
    isa::Bundle bundle;
    int target = -1;    ///< segment of the branch, -1: none
    int loop_body = 0;  ///< loopdo: bundles of the body
  };

  u8 any_register(isa::OperandKind kind, bool written) {
    const unsigned n = written ? kFreeRegisters : kCodeRegister;
    if (kind == isa::OperandKind::kPgr) return static_cast<u8>(below(n / 2) * 2);
    if (kind == isa::OperandKind::kQgr) return static_cast<u8>(below(n / 4) * 4);
    // A few registers are used often, so that dependences are frequent.
    return static_cast<u8>(chance(0.5) ? below(8) : below(n));
  }

  i64 any_immediate() {
    const u64 bits = random_();
    switch (below(4)) {
      case 0:
        return static_cast<i64>(bits % 64);
      case 1:
        return static_cast<i64>(bits) >> 40;
      default:
        return static_cast<i64>(bits) >> below(64);
    }
  }

  Insn make(Opcode op) {
    const isa::OpInfo& info = isa::info(op);
    Insn insn;
    insn.op = op;
    insn.syllables = info.syllables;
    for (const isa::OperandInfo& o : info.operands) {
      if (is_mode_of_register(o.kind)) {
        const bool written = std::ranges::any_of(info.writes, [&](const isa::Access& a) {
          return a.what == isa::Access::What::kGpr && a.operand == o.index;
        });
        insn.reg[o.index] = any_register(o.kind, written);
      } else if (o.kind == isa::OperandKind::kImm) {
        insn.imm[o.index] = any_immediate();
      } else if (o.kind == isa::OperandKind::kMod && o.modifier != isa::Modifier::kSplat32) {
        insn.mod[o.index] = static_cast<u8>(below(o.modifier == isa::Modifier::kSilent ? 2 : 16));
        if (o.modifier == isa::Modifier::kRounding) insn.mod[o.index] = chance(0.6) ? u8{7} : static_cast<u8>(below(4));
      }
    }
    insn.splat = chance(0.5);
    shape_memory(info, insn);
    return insn;
  }

  void shape_memory(const isa::OpInfo& info, Insn& insn) {
    const isa::MemInfo& mem = info.mem;
    if (mem.addressing == isa::Addressing::kNone) return;
    // Only loads go anywhere: programs that overwrite their code without i1inval are not for comparison.
    if (info.kind != Kind::kLoad || !chance(o_.wild))
      insn.reg[static_cast<unsigned>(mem.base)] = static_cast<u8>(kBaseRegister + below(8));
    if (mem.addressing == isa::Addressing::kIndexed)
      insn.reg[static_cast<unsigned>(mem.index)] = static_cast<u8>(kIndexRegister + below(4));
    if (mem.addressing == isa::Addressing::kImm || mem.addressing == isa::Addressing::kCondImm) {
      insn.imm[0] = static_cast<i64>(below(chance(0.1) ? 5000 : 256)) - 64;
      if (chance(0.7) || info.kind == Kind::kAtomic) insn.imm[0] &= -static_cast<i64>(std::min<unsigned>(mem.size, 32));
    }
    if (mem.variant_mod >= 0)
      insn.mod[static_cast<unsigned>(mem.variant_mod)] = chance(0.95) ? u8{0} : static_cast<u8>(below(4));
  }

  /// The slot of an instruction, kNone if there is no room.
  static Slot place(const Insn& insn, std::array<bool, 6>& taken) {
    const auto take = [&](Slot s) {
      bool& t = taken[static_cast<unsigned>(s)];
      return t ? Slot::kNone : (t = true, s);
    };
    switch (isa::class_info(isa::info(insn.op).res_class).slots) {
      case SlotRule::kBcu:
        return take(Slot::kBcu);
      case SlotRule::kExt:
        return Slot::kNone;
      case SlotRule::kLsu:
        return take(Slot::kLsu);
      case SlotRule::kMau:
        return take(Slot::kMau);
      default:
        for (const Slot s : {Slot::kAlu0, Slot::kAlu1})
          if (take(s) != Slot::kNone) return s;
        return Slot::kNone;
    }
  }

  /// Whether an access other than a load can only touch data. What was encoded may decode as another addressing form.
  static bool stays_in_data(const isa::MemInfo& mem, const Insn& insn) {
    if (mem.addressing == isa::Addressing::kNone) return true;
    const unsigned base = insn.reg[static_cast<unsigned>(mem.base)];
    if (base < kBaseRegister || base >= kCodeRegister) return false;
    if (mem.addressing != isa::Addressing::kIndexed) return true;
    const unsigned index = insn.reg[static_cast<unsigned>(mem.index)];
    return index >= kIndexRegister && index < kBaseRegister;
  }

  /// True if `words` decode to a bundle that programs may contain; `out` is what they decode to.
  static bool acceptable(const isa::Bundle& wanted, isa::Bundle& out) {
    const std::vector<u32> words = isa::encode(wanted);
    if (words.empty() || isa::decode(words, out) != isa::DecodeError::kNone || out.syllables != words.size())
      return false;
    return std::ranges::all_of(out.view(), [](const Insn& insn) {
      const isa::OpInfo& info = isa::info(insn.op);
      if (info.kind == Kind::kTca || (info.kind != Kind::kLoad && !stays_in_data(info.mem, insn))) return false;
      return std::ranges::all_of(info.writes, [&](const isa::Access& a) {
        const unsigned end = insn.reg[a.operand] + a.first + a.count;
        return a.what != isa::Access::What::kGpr || end <= kFreeRegisters || is_walk(insn);
      });
    });
  }

  /// A random bundle; `end` (may be null) is its BCU instruction.
  isa::Bundle bundle(const Insn* end) {
    for (;;) {
      std::vector<Insn> wanted;
      if (end != nullptr) wanted.push_back(*end);
      const bool alone = end != nullptr && isa::info(end->op).alone;
      if (!alone) fill(wanted);
      std::array<bool, 6> taken{};
      std::vector<Insn> placed;
      for (Insn insn : wanted) {
        insn.slot = place(insn, taken);
        if (insn.slot != Slot::kNone) placed.push_back(insn);
      }
      std::ranges::sort(placed, {}, &Insn::slot);
      isa::Bundle b;
      for (const Insn& insn : placed) b.insns.at(b.count++) = insn;
      isa::Bundle decoded;
      if (b.count != 0 && acceptable(b, decoded)) return decoded;
    }
  }

  static Insn simple(Opcode op, std::initializer_list<u8> regs, i64 imm0 = 0, i64 imm1 = 0, u16 sfr = 0) {
    Insn insn;
    insn.op = op;
    insn.syllables = isa::info(op).syllables;
    std::copy(regs.begin(), regs.end(), insn.reg.begin());
    insn.imm = {imm0, imm1};
    insn.sfr = sfr;
    return insn;
  }

  /// Part `n` of keeping addresses and conditions changing.
  Insn walk(unsigned n) {
    if (n == 0) return simple(Opcode::kAdddWZS37, {kWalkRegister, kWalkRegister}, 0x9e3779b1);
    if (n == 1) return simple(Opcode::kMuldWZS37, {kWalkRegister + 1, kWalkRegister}, 0x7feb352d);
    return simple(Opcode::kAnddWZS37, {static_cast<u8>(kIndexRegister + below(3)), kWalkRegister + 1}, kIndexMask);
  }

  void fill(std::vector<Insn>& wanted) {
    if (wanted.empty() && chance(o_.rare)) wanted.push_back(sfr_access());
    if (bundles_++ % 4 == 0) wanted.push_back(walk(bundles_ / 4 % 3));
    const unsigned alus = below(4);
    for (unsigned i = 0; i < alus; ++i)
      wanted.push_back(make(chance(0.6) ? common_[below(common_.size())] : alu_[below(alu_.size())]));
    if (chance(o_.rare))
      wanted.push_back(make(rare_memory_[below(rare_memory_.size())]));
    else if (chance(o_.memory))
      wanted.push_back(chance(0.6) ? make(loads_[below(loads_.size())]) : make(stores_[below(stores_.size())]));
    if (wanted.empty()) wanted.push_back(make(Opcode::kNop));
  }

  Insn sfr_access() {
    Insn insn;
    insn.reg[0] = static_cast<u8>(below(kFreeRegisters));
    switch (below(5)) {
      case 0:
        insn.op = Opcode::kSetSysRAZ;
        insn.sfr = core::kRa;
        insn.reg[0] = static_cast<u8>(kCodeRegister + below(4));
        return insn;
      case 1:
        insn.op = Opcode::kGetZSysS2;
        insn.sfr = core::kRa;
        return insn;
      case 2:
        insn.op = Opcode::kSetSysT3Z;
        insn.sfr = core::kCs;
        return insn;
      default:
        constexpr std::array<u16, 5> kReadable{core::kCs, core::kPm0, core::kLc, core::kPs, core::kT1v};
        insn.op = Opcode::kGetZSysS2;
        insn.sfr = kReadable[below(kReadable.size())];
        return insn;
    }
  }

  Insn branch() {
    Insn insn;
    switch (below(8)) {
      case 0:
        insn.op = Opcode::kGotoS27;
        break;
      case 1:
        insn.op = Opcode::kCallS27;
        break;
      case 2:
        insn.op = Opcode::kRet;
        break;
      case 3:
        insn.op = chance(0.5) ? Opcode::kIgotoZ : Opcode::kIcallZ;
        insn.reg[0] = static_cast<u8>(kCodeRegister + below(4));
        break;
      default:
        insn.op = Opcode::kCbZS17;
        insn.reg[0] = any_register(isa::OperandKind::kGpr, true);
        insn.mod[0] = static_cast<u8>(below(14));
        if (chance(0.6)) {  // keeps changing
          insn.reg[0] = kWalkRegister + 1;
          constexpr std::array<u8, 4> kHalfTrue{2, 3, 10, 11};  // dltz dgez wltz wgez
          insn.mod[0] = kHalfTrue[below(4)];
        }
        break;
    }
    return insn;
  }

  void add_loop(std::vector<Item>& items) {
    Insn insn;
    insn.op = Opcode::kLoopdoZS17;
    insn.reg[0] = static_cast<u8>(kCountRegister + below(4));
    Item item{bundle(&insn)};
    const unsigned body = 1 + below(chance(0.3) ? 12 : 4);
    item.loop_body = static_cast<int>(body);
    items.push_back(item);
    for (unsigned i = 0; i < body; ++i) {
      if (i + 1 < body && chance(0.05))
        add_branch(items);
      else
        items.push_back({bundle(nullptr)});
    }
  }

  void add_single(std::vector<Item>& items, Insn insn, Slot slot) {
    insn.slot = slot;
    isa::Bundle b;
    b.count = 1;
    b.insns[0] = insn;
    b.syllables = insn.syllables;
    items.push_back({b});
  }

  /// A new TLB entry; now and then one is looked up, read back or dropped from the micro-TLB.
  void add_tlb_update(std::vector<Item>& items) {
    const TlbImage image = random_page(random_);
    const auto set = [&](Opcode op, u16 sfr, u64 value) {
      add_single(items, simple(Opcode::kMakeWW64, {kTlbRegister}, static_cast<i64>(value)), Slot::kAlu0);
      add_single(items, simple(op, {kTlbRegister}, 0, 0, sfr), Slot::kBcu);
    };
    set(Opcode::kSetSysT3Z, core::kTeh, image.teh);
    set(Opcode::kSetSysT3Z, core::kTel, image.tel);
    set(Opcode::kSetSysAloneZ, core::kMmc, image.mmc);
    add_single(items, simple(Opcode::kTlbwrite, {}), Slot::kBcu);
    constexpr std::array<Opcode, 4> kOthers{Opcode::kTlbprobe, Opcode::kTlbread, Opcode::kTlbdinval,
                                            Opcode::kTlbiinval};
    if (chance(0.3)) add_single(items, simple(kOthers[below(kOthers.size())], {}), Slot::kBcu);
  }

  void add_branch(std::vector<Item>& items) {
    const Insn insn = branch();
    items.push_back({bundle(&insn), static_cast<int>(below(o_.segments))});
  }

  void layout(RandomProgram& p) {
    std::vector<Item> items;
    std::vector<std::size_t> first(o_.segments);
    for (unsigned i = 0; i < o_.segments; ++i) {
      first[i] = items.size();
      const unsigned length = 1 + below(o_.longest_segment);
      for (unsigned k = 0; k < length; ++k) {
        if (o_.loops && chance(0.06))
          add_loop(items);
        else
          items.push_back({bundle(nullptr)});
        if (o_.tlb > 0 && chance(o_.tlb)) add_tlb_update(items);
      }
      add_branch(items);
    }
    Insn back;
    back.op = Opcode::kGotoS27;
    items.push_back({bundle(&back), 0});

    std::vector<u64> address(items.size() + 1);
    address[0] = RandomProgram::kCode;
    for (std::size_t i = 0; i < items.size(); ++i) address[i + 1] = address[i] + 4 * u64{items[i].bundle.syllables};
    for (const std::size_t f : first) p.entries.push_back(address[f]);
    for (std::size_t i = 0; i < items.size(); ++i) {
      isa::Bundle& b = items[i].bundle;
      u64 to = address[i];
      if (items[i].target >= 0) to = p.entries[static_cast<unsigned>(items[i].target)];
      if (items[i].loop_body > 0) to = address[i + 1 + static_cast<unsigned>(items[i].loop_body)];
      for (Insn& insn : std::span(b.insns.data(), b.count))
        if (isa::info(insn.op).kind == Kind::kBranch) insn.imm[0] = static_cast<i64>(to - address[i]);
      const std::vector<u32> words = isa::encode(b);
      p.code.insert(p.code.end(), words.begin(), words.end());
    }
  }

  static void emit(std::vector<u32>& out, Insn insn, Slot slot) {
    insn.slot = slot;
    isa::Bundle b;
    b.count = 1;
    b.insns[0] = insn;
    const std::vector<u32> words = isa::encode(b);
    out.insert(out.end(), words.begin(), words.end());
  }

  /// Vectors: traps skip their bundle, interrupts count, syscalls and debug return.
  static std::vector<u32> handlers() {
    std::vector<u32> out;
    const auto pad_to = [&](std::size_t words) {
      while (out.size() < words) out.push_back(0x7fffffff);
    };
    emit(out, simple(Opcode::kRfe, {}), Slot::kBcu);
    pad_to(16);
    emit(out, simple(Opcode::kGetZSysS2, {56}, 0, 0, kEs), Slot::kBcu);
    emit(out, simple(Opcode::kExtfzWZU6U6, {57, 56}, 53, 50), Slot::kAlu0);
    emit(out, simple(Opcode::kGetZSysS2, {58}, 0, 0, kSpc), Slot::kBcu);
    emit(out, simple(Opcode::kAddx4dWZY, {58, 57, 58}), Slot::kAlu0);
    emit(out, simple(Opcode::kSetSysT3Z, {58}, 0, 0, kSpc), Slot::kBcu);
    emit(out, simple(Opcode::kAdddWZS10, {59, 59}, 1), Slot::kAlu0);
    emit(out, simple(Opcode::kRfe, {}), Slot::kBcu);
    pad_to(32);
    emit(out, simple(Opcode::kAdddWZS10, {60, 60}, 1), Slot::kAlu0);
    emit(out, simple(Opcode::kRfe, {}), Slot::kBcu);
    pad_to(48);
    emit(out, simple(Opcode::kRfe, {}), Slot::kBcu);
    return out;
  }

  const RandomProgramOptions o_;
  unsigned bundles_ = 0;
  std::mt19937_64 random_;
  std::vector<Opcode> alu_, common_, loads_, stores_, rare_memory_;
};

}  // namespace

RandomProgram make_random_program(const RandomProgramOptions& options) { return Generator(options).run(); }

}  // namespace mppa::engine::fast
