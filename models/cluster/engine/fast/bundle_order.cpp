#include "models/cluster/engine/fast/bundle_order.h"

#include "models/cluster/engine/fast/alu_handlers.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine::fast {
namespace {

constexpr unsigned kScratchCount = 32;

u64 registers(unsigned first, unsigned count) { return ((u64{1} << count) - 1) << first; }

/// Number of registers of register operand `index`.
unsigned width_of(const isa::OpInfo& info, unsigned index) {
  for (const isa::OperandInfo& o : info.operands) {
    if (o.index != index) continue;
    if (o.kind == isa::OperandKind::kGpr) return 1;
    if (o.kind == isa::OperandKind::kPgr) return 2;
    if (o.kind == isa::OperandKind::kQgr) return 4;
  }
  return 1;
}

u64 written(const Placed& p) {
  u64 set = 0;
  for (const isa::Access& a : isa::info(p.insn->op).writes)
    if (a.what == isa::Access::What::kGpr) set |= registers(p.insn->reg[a.operand] + a.first, a.count);
  return set;
}

u64 read(const Placed& p) {
  u64 set = 0;
  for (const isa::Access& a : isa::info(p.insn->op).reads)
    if (a.what == isa::Access::What::kGpr) set |= registers(p.insn->reg[a.operand] + a.first, a.count);
  return set;
}

class Order {
 public:
  /// Makes `reader` read old values of the registers in `overwritten` from scratch.
  bool save(Placed& reader, u64 overwritten) {
    const isa::OpInfo& info = isa::info(reader.insn->op);
    for (const isa::Access& a : info.reads) {
      if (a.what != isa::Access::What::kGpr) continue;
      if ((registers(reader.insn->reg[a.operand] + a.first, a.count) & overwritten) == 0) continue;
      const unsigned slot = record_slot(reader, a.operand);
      const u8 from = reader.insn->reg[a.operand];
      if (reader.op.r[slot] != from) continue;  // redirected already
      const unsigned width = width_of(info, a.operand);
      if (used_ + 4 > kScratchCount) return false;
      Op copy;
      copy.fn = width == 1 ? &save_1 : width == 2 ? &save_2 : &save_4;
      copy.r[0] = static_cast<u8>(kScratchBase + used_);
      copy.r[1] = from;
      used_ += 4;
      saves_.push_back(copy);
      reader.op.r[slot] = copy.r[0];
    }
    return true;
  }

  const std::vector<Op>& saves() const { return saves_; }

 private:
  /// The position in Op::r of register operand `operand`: memory records have an order of their own, but no memory
  /// operation is ever redirected.
  static unsigned record_slot(const Placed&, unsigned operand) { return operand; }

  std::vector<Op> saves_;
  unsigned used_ = 0;
};

}  // namespace

bool order_bundle(Placed* memory, std::vector<Placed>& others, Placed* end, std::vector<Op>& out) {
  Order order;
  u64 all_written = 0;
  if (memory != nullptr) {
    all_written = written(*memory);
    for (Placed& p : others)
      if (!order.save(p, all_written)) return false;
  }
  std::vector<Placed*> sorted, waiting;
  for (Placed& p : others) {
    waiting.push_back(&p);
    all_written |= written(p);
  }
  if (end != nullptr && !order.save(*end, all_written)) return false;
  while (!waiting.empty()) {
    // The first one whose results nobody else still has to read; if there is none, the others read saved values.
    std::size_t pick = 0;
    bool found = false;
    for (std::size_t i = 0; i < waiting.size() && !found; ++i) {
      u64 wanted = 0;
      for (const Placed* p : waiting)
        if (p != waiting[i]) wanted |= read(*p);
      if ((wanted & written(*waiting[i])) == 0) {
        pick = i;
        found = true;
      }
    }
    if (!found) {
      for (Placed* p : waiting)
        if (p != waiting[pick] && !order.save(*p, written(*waiting[pick]))) return false;
    }
    sorted.push_back(waiting[pick]);
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  out.insert(out.end(), order.saves().begin(), order.saves().end());
  if (memory != nullptr) out.push_back(memory->op);
  for (const Placed* p : sorted) out.push_back(p->op);
  return true;
}

}  // namespace mppa::engine::fast
