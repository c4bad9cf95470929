#include "sim/exec/bare_machine.h"

#include <algorithm>
#include <cstring>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"

namespace mppa::sim {
namespace {

constexpr u64 kQuantum = 100'000;  // cycles between two returns to the SystemC kernel

sc_core::sc_time cycles_to_time(u64 cycles) {
  return sc_core::sc_time(static_cast<double>(cycles) * (1e9 / kCoreHz), sc_core::SC_NS);
}

}  // namespace

DdrModule::DdrModule(const sc_core::sc_module_name& name, u64 bytes)
    : sc_module(name), socket("socket"), memory_(bytes) {
  socket.register_b_transport(this, &DdrModule::b_transport);
  socket.register_get_direct_mem_ptr(this, &DdrModule::get_direct_mem_ptr);
}

u64 DdrModule::offset_of(u64 pa) const {
  if (pa >= kDdrBase) return pa - kDdrBase;
  return pa >= kDdrAliasBase ? pa - kDdrAliasBase : ~u64{0};
}

void DdrModule::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  const u64 offset = offset_of(payload.get_address());
  const u64 bytes = payload.get_data_length();
  if (offset >= memory_.size() || bytes > memory_.size() - offset) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read())
    std::memcpy(payload.get_data_ptr(), memory_.data() + offset, bytes);
  else
    std::memcpy(memory_.data() + offset, payload.get_data_ptr(), bytes);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool DdrModule::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const u64 pa = payload.get_address();
  if (offset_of(pa) >= memory_.size()) return false;
  const bool alias = pa < kDdrBase;
  const u64 base = alias ? kDdrAliasBase : kDdrBase;
  const u64 bytes = alias ? std::min(memory_.size(), kDdrAliasBytes) : memory_.size();
  dmi.set_dmi_ptr(memory_.data());
  dmi.set_start_address(base);
  dmi.set_end_address(base + bytes - 1);
  dmi.set_read_latency(cycles_to_time(kDdrReadLatency));
  dmi.set_write_latency(cycles_to_time(kDdrReadLatency));
  dmi.allow_read_write();
  return true;
}

CoreModule::CoreModule(const sc_core::sc_module_name& name, const engine::CoreConfig& config, Limits limits)
    : sc_module(name), socket("socket"), local_(kLocalBytes), limits_(limits), core_(config, *this) {
  engine::MemRegion local;
  local.base = kLocalBase;
  local.size = kLocalBytes;
  local.host = local_.data();
  local.read_latency = config.timing.reference_latency;
  regions_.push_back(local);
  SC_THREAD(run);
  set_stack_size(1u << 20);
}

const engine::MemRegion* CoreModule::region(u64 pa) {
  if (last_ != nullptr && last_->contains(pa, 1)) return last_;
  for (const engine::MemRegion& r : regions_)
    if (r.contains(pa, 1)) return last_ = &r;
  if (pa < kDdrAliasBase) return nullptr;  // nothing but local memory below
  tlm::tlm_generic_payload payload;
  payload.set_address(pa);
  payload.set_command(tlm::TLM_READ_COMMAND);
  tlm::tlm_dmi dmi;
  if (!socket->get_direct_mem_ptr(payload, dmi)) return nullptr;
  engine::MemRegion granted;
  granted.base = dmi.get_start_address();
  granted.size = dmi.get_end_address() - dmi.get_start_address() + 1;
  granted.host = dmi.get_dmi_ptr();
  granted.read_latency = static_cast<u32>(dmi.get_read_latency() / cycles_to_time(1));
  regions_.push_back(granted);
  return last_ = &regions_.back();
}

engine::BusReply CoreModule::access(engine::BusOp op, u64 pa, std::span<u8> data, const engine::AtomicOperands&, u64) {
  engine::BusReply reply;
  reply.latency = core_.config().timing.reference_latency;
  if (op != engine::BusOp::kRead && op != engine::BusOp::kWrite) {
    reply.ok = false;  // atomics exist at memories only, and those are reached by DMI
    return reply;
  }
  tlm::tlm_generic_payload payload;
  payload.set_address(pa);
  payload.set_command(op == engine::BusOp::kRead ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload.set_data_ptr(data.data());
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket->b_transport(payload, delay);
  reply.ok = payload.is_response_ok();
  return reply;
}

/// True if the core will not go on; a core that sleeps with nothing to wake it is a hang.
bool CoreModule::finished(const engine::RunResult& step) {
  switch (step.reason) {
    case engine::StopReason::kLimit:
      return limits_.max_cycles != 0 && step.cycle >= limits_.max_cycles;
    case engine::StopReason::kIdle:
      return (limits_.max_cycles != 0 && step.cycle >= limits_.max_cycles) ||
             core_.system().next_event_cycle() == core::kNever;
    default:
      return true;
  }
}

void CoreModule::run() {
  wait(start_);
  for (;;) {
    const u64 now = core_.state().cycle;
    u64 target = now + kQuantum;
    if (limits_.max_cycles != 0) target = std::min(target, limits_.max_cycles);
    result_ = core_.run_until(target);
    wait(cycles_to_time(core_.state().cycle - now));
    if (finished(result_)) break;
  }
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);  // no "stopped by user"
  sc_core::sc_stop();
}

}  // namespace mppa::sim
