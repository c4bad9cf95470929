#include "models/cluster/engine/fast/select.h"

#include <algorithm>

#include "models/cluster/core/sfr.h"
#include "models/cluster/engine/fast/flow.h"
#include "models/cluster/engine/fast/memory.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine::fast {
namespace {

using isa::Opcode;

constexpr u8 kUncachedVariant = 2;  // bit of the load variant

const HandlerTable& alu_table() {
  static const HandlerTable table = [] {
    HandlerTable t{};
    fill_alu_handlers<0>(t);
    fill_alu_handlers<1>(t);
    fill_alu_handlers<2>(t);
    fill_alu_handlers<3>(t);
    return t;
  }();
  return table;
}

bool is_pcrel(Opcode op) { return op == Opcode::kPcrelWS16 || op == Opcode::kPcrelWS43 || op == Opcode::kPcrelWW64; }

bool has_immediate(const isa::OpInfo& info) {
  return std::ranges::any_of(info.operands, [](const isa::OperandInfo& o) { return o.kind == isa::OperandKind::kImm; });
}

unsigned immediates(const isa::OpInfo& info) {
  return static_cast<unsigned>(
      std::ranges::count_if(info.operands, [](const isa::OperandInfo& o) { return o.kind == isa::OperandKind::kImm; }));
}

bool writes_cs(const isa::OpInfo& info) {
  return std::ranges::any_of(info.writes, [](const isa::Access& a) { return a.what == isa::Access::What::kCs; });
}

std::optional<CompareKind> compare_kind(std::string_view mnemonic) {
  if (mnemonic == "compd") return CompareKind::kCompd;
  if (mnemonic == "compw") return CompareKind::kCompw;
  if (mnemonic == "compwd") return CompareKind::kCompwd;
  if (mnemonic == "compuwd") return CompareKind::kCompuwd;
  if (mnemonic == "cmoved") return CompareKind::kCmoved;
  return {};
}

LoadKind load_kind(const isa::MemInfo& mem) {
  switch (mem.size) {
    case 1:
      return mem.sign ? LoadKind::kBs : LoadKind::kBz;
    case 2:
      return mem.sign ? LoadKind::kHs : LoadKind::kHz;
    case 4:
      return mem.sign ? LoadKind::kWs : LoadKind::kWz;
    case 8:
      return LoadKind::kD;
    case 16:
      return LoadKind::kQ;
    default:
      return LoadKind::kO;
  }
}

StoreKind store_kind(const isa::MemInfo& mem) {
  switch (mem.size) {
    case 1:
      return StoreKind::kB;
    case 2:
      return StoreKind::kH;
    case 4:
      return StoreKind::kW;
    case 8:
      return StoreKind::kD;
    case 16:
      return StoreKind::kQ;
    default:
      return StoreKind::kO;
  }
}

/// MemInfo names operands by index, -1 if there is none.
std::size_t operand(i8 index) { return static_cast<u8>(index); }

u8 reg_at(const isa::Insn& insn, i8 index) { return index < 0 ? u8{0} : insn.reg[operand(index)]; }

Op memory_op(const isa::Insn& insn, const isa::OpInfo& info, timing::Level level) {
  const isa::MemInfo& mem = info.mem;
  Op op;
  op.r[0] = reg_at(insn, mem.data);
  op.r[1] = reg_at(insn, mem.base);
  op.r[2] = reg_at(insn, mem.index);
  AddressMode mode = AddressMode::kImm;
  op.mem = {};
  if (mem.addressing == isa::Addressing::kIndexed) {
    mode = AddressMode::kIndexed;
    const bool scaled = mem.scale_mod >= 0 && insn.mod[operand(mem.scale_mod)] != 0;
    op.mem.m0 = scaled ? mem.log2_size : u8{0};
  } else if (mem.conditional()) {
    mode = AddressMode::kCond;
    op.mem.m0 = insn.mod[operand(mem.cond_mod)];
  }
  if (mem.addressing == isa::Addressing::kImm || mem.addressing == isa::Addressing::kCondImm) op.imm = insn.imm[0];
  op.fn = info.kind == isa::Kind::kLoad ? load_handler(load_kind(mem), mode, level)
                                        : store_handler(store_kind(mem), mode, level);
  return op;
}

Op pure_op(const isa::Insn& insn, const isa::OpInfo& info, u64 pc) {
  Op op;
  std::copy(insn.reg.begin(), insn.reg.end(), op.r);
  std::copy(insn.mod.begin(), insn.mod.end(), op.m);
  op.imm = insn.imm[0];
  if (immediates(info) == 2)
    op.imm = static_cast<i64>(u64{static_cast<u32>(insn.imm[0])} | static_cast<u64>(insn.imm[1]) << 32);
  op.fn = alu_table()[static_cast<unsigned>(insn.op)];
  if (is_pcrel(insn.op)) {
    op.imm = static_cast<i64>(pc + static_cast<u64>(insn.imm[0]));
    op.fn = &load_immediate;
  } else if (const auto kind = compare_kind(info.mnemonic)) {
    if (const Handler special = compare_handler(*kind, insn.mod[0], has_immediate(info))) op.fn = special;
  } else if (info.mnemonic == "iord" && has_immediate(info) && op.imm == 0) {
    op.fn = &move_register;  // copyd
  }
  return op;
}

Role branch_role(const isa::Insn& insn, bool loops_enabled) {
  switch (insn.op) {
    case Opcode::kCallS27:
    case Opcode::kGotoS27:
    case Opcode::kRet:
    case Opcode::kIcallZ:
    case Opcode::kIgotoZ:
      return Role::kEnd;
    case Opcode::kCbZS17:
      return insn.mod[0] < kScalarConditions ? Role::kEnd : Role::kStep;
    case Opcode::kLoopdoZS17:
      return loops_enabled ? Role::kEnd : Role::kStep;
    default:
      return Role::kStep;
  }
}

}  // namespace

bool uses_carry(const isa::Insn& insn) {
  const isa::OpInfo& info = isa::info(insn.op);
  const auto carry = [](const isa::Access& a) {
    return a.what == isa::Access::What::kCs && (a.cs_mask & core::cs::kIc.mask()) != 0;
  };
  return std::ranges::any_of(info.reads, carry) || std::ranges::any_of(info.writes, carry);
}

Role role_of(const isa::Insn& insn, bool loops_enabled, bool arithmetic) {
  const isa::OpInfo& info = isa::info(insn.op);
  switch (info.kind) {
    case isa::Kind::kAlu:
      if (insn.op == Opcode::kNop) return Role::kNothing;
      if (arithmetic && writes_cs(info)) return Role::kStep;
      return alu_table()[static_cast<unsigned>(insn.op)] != nullptr || is_pcrel(insn.op) ? Role::kPure : Role::kStep;
    case isa::Kind::kLoad: {
      const u8 variant = info.mem.variant_mod >= 0 ? insn.mod[operand(info.mem.variant_mod)] : u8{0};
      return (variant & kUncachedVariant) != 0 ? Role::kStep : Role::kMemory;
    }
    case isa::Kind::kStore:
      return Role::kMemory;
    case isa::Kind::kBranch:
      return branch_role(insn, loops_enabled);
    case isa::Kind::kSystem:
      if (insn.op == Opcode::kSetSysRAZ) return Role::kRegisterRa;
      if ((insn.op == Opcode::kGetZSysS2 || insn.op == Opcode::kGetZSysS3) && insn.sfr == core::kRa)
        return Role::kRegisterRa;
      return Role::kStep;
    default:
      return Role::kStep;
  }
}

Op make_op(const isa::Insn& insn, u64 pc, timing::Level level) {
  const isa::OpInfo& info = isa::info(insn.op);
  if (info.kind == isa::Kind::kLoad || info.kind == isa::Kind::kStore) return memory_op(insn, info, level);
  if (info.kind == isa::Kind::kAlu) return pure_op(insn, info, pc);
  Op op;
  op.r[0] = insn.reg[0];
  op.fn = insn.op == Opcode::kSetSysRAZ ? &set_ra : &get_ra;
  return op;
}

}  // namespace mppa::engine::fast
