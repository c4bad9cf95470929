#include "models/cluster/engine/data_port.h"

#include <algorithm>
#include <cstring>

#include "models/cluster/core/core_state.h"
#include "models/cluster/exec/condition.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine {
namespace {

using isa::Addressing;
using timing::MemKind;

constexpr u64 kLine = timing::Params::kLineBytes;
constexpr u8 kSpeculative = 1, kUncachedVariant = 2;  // bits of the load variant

core::AccessKind access_kind(MemKind kind) {
  switch (kind) {
    case MemKind::kStore:
    case MemKind::kZeroLine:
      return core::AccessKind::kStore;
    case MemKind::kAtomic:
      return core::AccessKind::kAtomic;
    default:
      return core::AccessKind::kLoad;
  }
}

core::Rwx rwx_of(MemKind kind) {
  switch (access_kind(kind)) {
    case core::AccessKind::kStore:
      return core::Rwx::kWrite;
    case core::AccessKind::kAtomic:
      return core::Rwx::kAtomic;
    default:
      return core::Rwx::kRead;
  }
}

bool condition_holds(const isa::Insn& insn, const isa::MemInfo& mem, const core::CoreState& state) {
  if (!mem.conditional()) return true;
  return exec::scalarcond(insn.mod[static_cast<u8>(mem.cond_mod)], state.gpr[insn.reg[static_cast<u8>(mem.index)]]);
}

u64 effective_address(const isa::Insn& insn, const isa::MemInfo& mem, const core::CoreState& state) {
  const u64 base = state.gpr[insn.reg[static_cast<u8>(mem.base)]];
  switch (mem.addressing) {
    case Addressing::kImm:
    case Addressing::kCondImm:
      return base + static_cast<u64>(insn.imm[0]);
    case Addressing::kIndexed: {
      const bool scaled = mem.scale_mod >= 0 && insn.mod[static_cast<u8>(mem.scale_mod)] != 0;
      return base + (state.gpr[insn.reg[static_cast<u8>(mem.index)]] << (scaled ? mem.log2_size : 0));
    }
    default:
      return base;
  }
}

}  // namespace

std::optional<core::Trap> DataPort::resolve(const isa::Insn& insn, MemKind kind, Resolved& out) {
  const core::CoreState& state = parts_.state;
  const isa::MemInfo& mem = isa::info(insn.op).mem;
  out = {};
  out.info = &isa::info(insn.op);
  out.timing.kind = kind;
  if (mem.addressing == Addressing::kNone) return {};

  const u8 variant = mem.variant_mod >= 0 ? insn.mod[static_cast<u8>(mem.variant_mod)] : u8{0};
  const u64 ps = state.data_ps();
  out.size = mem.size;
  out.va = effective_address(insn, mem, state);
  if (mem.size == kLine) out.va &= ~(kLine - 1);
  out.timing.size = mem.size;
  out.timing.cached = core::ps::kDce.get(ps) != 0 && (variant & kUncachedVariant) == 0;
  out.timing.streaming = core::ps::kUse.get(ps) != 0;
  out.timing.performed = condition_holds(insn, mem, state);
  if (!out.timing.performed) return {};

  const bool hint = kind == MemKind::kTouch || kind == MemKind::kMaintenance;
  const bool speculative = hint || (variant & kSpeculative) != 0;
  out.where = parts_.mmu.translate({out.va, mem.size, access_kind(kind), speculative});
  if (out.where.status == core::Translation::Status::kTrap && hint) out.where.status = core::Translation::Status::kZero;
  if (out.where.status == core::Translation::Status::kZero) {
    out.reads_zero = true;
    out.timing.performed = false;
    return {};
  }
  out.va = out.where.va;
  if (out.where.status == core::Translation::Status::kOk) {
    const MemRegion* region = parts_.bus.region(out.where.pa);
    const bool cacheable = out.where.policy == core::MemoryPolicy::kByRegion
                               ? region != nullptr && region->cacheable
                               : out.where.policy == core::MemoryPolicy::kCached;
    out.timing.cached = out.timing.cached && cacheable;
    out.timing.latency = region != nullptr ? region->read_latency : parts_.timing.params().reference_latency;
    out.timing.arbiter = region != nullptr ? region->arbiter : nullptr;
    out.timing.pa = out.where.pa;
    out.timing.pa_last = out.where.first_bytes < out.size ? out.where.second_pa + (out.size - out.where.first_bytes) - 1
                                                          : out.where.pa + out.size - 1;
    return {};
  }
  core::Trap trap = out.where.trap;
  trap.uncached = !out.timing.cached;
  if (mem.data >= 0) trap.destination = insn.reg[static_cast<u8>(mem.data)];
  return trap;
}

core::Trap DataPort::bus_error(const isa::Insn& insn, const Resolved& r) const {
  core::Trap trap;
  trap.code = core::Htc::kDsysError;
  trap.ea = r.va;
  trap.rwx = rwx_of(r.timing.kind);
  trap.access_size = static_cast<u8>(r.size);
  trap.uncached = !r.timing.cached;
  const i8 variant = r.info->mem.variant_mod;
  trap.non_trapping = variant >= 0 && (insn.mod[static_cast<u8>(variant)] & kSpeculative) != 0;
  if (r.info->mem.data >= 0) trap.destination = insn.reg[static_cast<u8>(r.info->mem.data)];
  return trap;
}

bool DataPort::transfer_part(Resolved& r, BusOp op, u64 pa, std::span<u8> data, u64 now) {
  while (!data.empty()) {
    const MemRegion* region = parts_.bus.region(pa);
    if (region == nullptr) {
      const BusReply reply = parts_.bus.access(op, pa, data, {}, now);
      r.timing.latency = std::max(r.timing.latency, reply.latency);
      return reply.ok;
    }
    const u64 offset = pa - region->base;
    const u64 bytes = std::min<u64>(data.size(), region->size - offset);
    if (op == BusOp::kRead)
      std::memcpy(data.data(), region->host + offset, bytes);
    else
      store(region->host + offset, data.data(), bytes, now);
    data = data.subspan(bytes);
    pa += bytes;
  }
  return true;
}

bool DataPort::transfer(Resolved& r, BusOp op, u8* data, u64 now) {
  const unsigned first = std::min(r.where.first_bytes, r.size);
  if (!transfer_part(r, op, r.where.pa, {data, first}, now)) return false;
  return first == r.size || transfer_part(r, op, r.where.second_pa, {data + first, r.size - first}, now);
}

bool DataPort::read(Resolved& r, std::span<u8> data, u64 now) { return transfer(r, BusOp::kRead, data.data(), now); }

bool DataPort::write(Resolved& r, std::span<const u8> data, u64 now) {
  return transfer(r, BusOp::kWrite, const_cast<u8*>(data.data()), now);  // a write does not change `data`
}

bool DataPort::atomic(Resolved& r, BusOp op, const AtomicOperands& operands, u64& old, u64 now) {
  std::array<u8, 8> bytes{};
  const std::span<u8> data(bytes.data(), r.size);
  const MemRegion* region = parts_.bus.region(r.where.pa);
  if (region == nullptr || !region->contains(r.where.pa, r.size)) {
    const BusReply reply = parts_.bus.access(op, r.where.pa, data, operands, now);
    r.timing.latency = std::max(r.timing.latency, reply.latency);
    std::memcpy(&old, bytes.data(), sizeof(old));
    return reply.ok;
  }
  u8* const host = region->host + (r.where.pa - region->base);
  const u64 mask = r.size == 8 ? ~u64{0} : 0xffffffff;
  std::memcpy(bytes.data(), host, r.size);
  std::memcpy(&old, bytes.data(), sizeof(old));
  u64 value = operands.operand;
  if (op == BusOp::kFetchAdd) value += old;
  if (op == BusOp::kCompareSwap && old != (operands.expected & mask)) return true;
  store(host, &value, r.size, now);
  return true;
}

void DataPort::store(u8* host, const void* data, u64 bytes, u64 now) {
  parts_.bus.before_write(host, bytes, now);
  std::memcpy(host, data, bytes);
}

}  // namespace mppa::engine
