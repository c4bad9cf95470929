#include "models/pcie/chip/bar_decoder.h"

#include <algorithm>
#include <cstring>

#include "models/pcie/kernel_time.h"

namespace mppa::pcie {
namespace {

constexpr u64 kShadowPage = 4096;

u64 pair(const Register& low, const Register& high, unsigned index = 0) {
  return high.get(index) << 32 | low.get(index);
}

template <typename T>
std::span<const u8> bytes_of(const T& value) {
  return {reinterpret_cast<const u8*>(&value), sizeof value};
}

}  // namespace

/// What one function's host sees.
class BarDecoder::Behind final : public FunctionUser {
 public:
  Behind(BarDecoder& decoder, unsigned function) : decoder_(decoder), function_(function) {}

  BarReply bar_read(unsigned bar, u64 offset, std::span<u8> into, u64 when) override {
    return decoder_.read(function_, bar, offset, into, when);
  }
  BarReply bar_write(unsigned bar, u64 offset, std::span<const u8> data, u64 when) override {
    return decoder_.write(function_, bar, offset, data, when);
  }
  void bus_master_changed(bool on) override {
    decoder_.set_status(function_, 0, 1, on);
    event(MPPA_PCIE_EVENT_MASTER, on);
  }
  void msix_changed(bool on, bool mask) override {
    decoder_.set_status(function_, 1, 2, on | mask << 1);
    event(MPPA_PCIE_EVENT_MSIX, on | mask << 1);
  }
  void vfs_changed(unsigned count) override { event(MPPA_PCIE_EVENT_VFS, count); }
  void function_reset() override {
    decoder_.count_reset(function_);
    event(MPPA_PCIE_EVENT_RESET, 0);
  }
  void link_changed(bool up) override {
    if (!up) decoder_.count_reset(function_);
    if (function_ == 0) event(MPPA_PCIE_EVENT_LINK, up);
  }

 private:
  void event(u8 kind, u32 data) { decoder_.event(function_, kind, data, kernel_ps()); }

  BarDecoder& decoder_;
  unsigned function_;
};

BarDecoder::BarDecoder(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, AxiMaster& memory,
                       const AsnRegisters& asn)
    : RegisterDevice(name, 0x10000, latency),
      memory_(memory),
      asn_(asn),
      function_control_(regs().add_array("func_ctrl", MPPA_PCIE_FUNC(0) + MPPA_PCIE_FUNC_CTRL, 4, RegAccess::kRw,
                                         MPPA_PCIE_FUNCTIONS, 0x20)),
      function_status_(regs().add_array("func_status", MPPA_PCIE_FUNC(0) + MPPA_PCIE_FUNC_STATUS, 4, RegAccess::kRo,
                                        MPPA_PCIE_FUNCTIONS, 0x20)),
      bypass_(regs().add("bypass", MPPA_PCIE_BYPASS, 4, RegAccess::kRw)),
      miss_count_(regs().add("miss_cnt", MPPA_PCIE_MISS_COUNT, 4, RegAccess::kRo)),
      miss_last_(regs().add("miss_last_addr", MPPA_PCIE_MISS_LAST, 4, RegAccess::kRo)),
      shadow_lo_(regs().add("shadow_lo", MPPA_PCIE_SHADOW_LO, 4, RegAccess::kRw)),
      shadow_hi_(regs().add("shadow_hi", MPPA_PCIE_SHADOW_HI, 4, RegAccess::kRw)) {
  const auto add = [this](const char* what, unsigned offset) {
    return &regs().add_array(what, MPPA_PCIE_WINDOW(0) + offset, 4, RegAccess::kRw, kWindows, 0x20);
  };
  window_ = {add("window_bar", MPPA_PCIE_WINDOW_BAR),         add("window_offset", MPPA_PCIE_WINDOW_OFFSET),
             add("window_size", MPPA_PCIE_WINDOW_SIZE),       add("window_mode", MPPA_PCIE_WINDOW_MODE),
             add("window_base_lo", MPPA_PCIE_WINDOW_BASE_LO), add("window_base_hi", MPPA_PCIE_WINDOW_BASE_HI),
             add("window_stride", MPPA_PCIE_WINDOW_STRIDE)};
  add_rings();
}

BarDecoder::~BarDecoder() = default;

void BarDecoder::add_rings() {
  const auto add = [this](const char* what, unsigned offset, RegAccess access = RegAccess::kRw) {
    return &regs().add_array(what, MPPA_PCIE_RING(0) + offset, 4, access, kRings, 0x40);
  };
  ring_ = {add("ring_ctrl", MPPA_PCIE_RING_CTRL),
           add("ring_base_lo", MPPA_PCIE_RING_BASE_LO),
           add("ring_base_hi", MPPA_PCIE_RING_BASE_HI),
           add("ring_wp", MPPA_PCIE_RING_WP, RegAccess::kRo),
           add("ring_rp", MPPA_PCIE_RING_RP),
           add("ring_mirror_lo", MPPA_PCIE_RING_MIRROR_LO),
           add("ring_mirror_hi", MPPA_PCIE_RING_MIRROR_HI),
           add("ring_notify_lo", MPPA_PCIE_RING_NOTIFY_LO),
           add("ring_notify_hi", MPPA_PCIE_RING_NOTIFY_HI),
           add("ring_notify_data_lo", MPPA_PCIE_RING_NOTIFY_DATA_LO),
           add("ring_notify_data_hi", MPPA_PCIE_RING_NOTIFY_DATA_HI),
           add("ring_dropped", MPPA_PCIE_RING_DROPPED, RegAccess::kW1c)};
}

void BarDecoder::attach(Endpoint& endpoint) {
  for (unsigned f = 0; f < endpoint.function_count(); ++f) {
    behind_.push_back(std::make_unique<Behind>(*this, f));
    endpoint.function(f).attach(*behind_.back());
  }
}

bool BarDecoder::match(unsigned function, unsigned bar, u64 offset, u64 bytes, Match& out) {
  const u64 control = function_control_.get(function);
  const auto first = static_cast<unsigned>(control >> 4 & 31), count = static_cast<unsigned>(control >> 9 & 31) + 1;
  for (unsigned w = first; (control & 1) && w < first + count; ++w) {
    const u64 inside = offset - window_.offset->get(w);
    const u64 size = window_.size->get(w);
    if (window_.bar->get(w) != bar || inside >= size || bytes > size - inside) continue;
    out = {w, inside};
    return true;
  }
  miss_count_.set((miss_count_.get() + 1) & 0xFFFFFFFF);
  miss_last_.set((offset & 0x3FFF) | u64{bar} << 16 | u64{function} << 24);
  return false;
}

u64 BarDecoder::memory_address(unsigned function, const Match& m) const {
  const u64 base = pair(*window_.base_lo, *window_.base_hi, m.window);
  return base + (u64{function} << (window_.stride->get(m.window) & 31)) + m.offset;
}

u64 BarDecoder::shadow_address(unsigned function, const Match& m) const {
  return pair(shadow_lo_, shadow_hi_) + function * kShadowPage + m.offset % kShadowPage;
}

BarReply BarDecoder::read(unsigned function, unsigned bar, u64 offset, std::span<u8> into, u64 when) {
  Match m;
  if (!match(function, bar, offset, into.size(), m)) return {CompletionStatus::kUnsupported, 0};
  ++reads_;
  const bool doorbell = window_.mode->get(m.window) == MPPA_PCIE_WINDOW_DOORBELL;
  const u64 address = doorbell ? shadow_address(function, m) : memory_address(function, m);
  const AxiMaster::Result r = memory_.read(address, into, asn_.of_function(function), when);
  return {r.status, r.time - when};
}

/// The rings a function uses follow each other; each pair of doorbells (8 bytes) always goes to the same one.
unsigned BarDecoder::doorbell_ring(unsigned function, u64 offset) const {
  const u64 control = function_control_.get(function);
  const u64 spread = (u64{1} << (control >> 24 & 7)) - 1;
  return static_cast<unsigned>(((control >> 16) + (offset / 8 & spread)) % MPPA_PCIE_RING_EVENTS);
}

BarReply BarDecoder::write(unsigned function, unsigned bar, u64 offset, std::span<const u8> data, u64 when) {
  Match m;
  if (!match(function, bar, offset, data.size(), m)) return {CompletionStatus::kUnsupported, 0};
  ++writes_;
  const u64 mode = window_.mode->get(m.window);
  if (mode == MPPA_PCIE_WINDOW_READ_ONLY) return {};
  const bool doorbell = mode == MPPA_PCIE_WINDOW_DOORBELL;
  const u64 address = doorbell ? shadow_address(function, m) : memory_address(function, m);
  const AxiMaster::Result r = memory_.write(address, data, asn_.of_function(function), when);
  if (mode == MPPA_PCIE_WINDOW_MEMORY) return {r.status, 0};
  mppa_pcie_record record{};
  record.function = static_cast<u8>(function);
  record.event = doorbell ? MPPA_PCIE_EVENT_DOORBELL : MPPA_PCIE_EVENT_WRITE;
  record.offset = static_cast<u16>(doorbell ? m.offset : offset);
  std::memcpy(&record.data, data.data(), std::min<std::size_t>(4, data.size()));
  doorbell ? ++doorbells_ : ++events_;
  push(doorbell ? doorbell_ring(function, m.offset) : MPPA_PCIE_RING_EVENTS, record, when);
  return {r.status, 0};
}

void BarDecoder::set_status(unsigned function, unsigned shift, unsigned bits, u64 value) {
  const u64 mask = ((u64{1} << bits) - 1) << shift;
  function_status_.set((function_status_.get(function) & ~mask) | value << shift, function);
}

void BarDecoder::count_reset(unsigned function) {
  set_status(function, 8, 8, (function_status_.get(function) >> 8) + 1 & 0xFF);
}

void BarDecoder::event(unsigned function, u8 kind, u32 data, u64 when) {
  mppa_pcie_record record{};
  record.function = static_cast<u8>(function);
  record.event = kind;
  record.data = data;
  ++events_;
  push(MPPA_PCIE_RING_EVENTS, record, when);
}

void BarDecoder::write64(u64 address, u64 value, u64 when) {
  if (address) memory_.write_physical(address, bytes_of(value), when);
}

void BarDecoder::push(unsigned ring, const mppa_pcie_record& record, u64 when) {
  const u64 control = ring_.control->get(ring), size = u64{1} << (control >> 8 & 31);
  const u32 wp = static_cast<u32>(ring_.wp->get(ring)), rp = static_cast<u32>(ring_.rp->get(ring));
  if (!(control & 1) || wp - rp >= size) {
    ++dropped_;
    ring_.dropped->set((ring_.dropped->get(ring) + 1) & 0xFFFFFFFF, ring);
  } else {
    mppa_pcie_record stamped = record;
    stamped.time_ns = when / 1000;
    const u64 slot = pair(*ring_.base_lo, *ring_.base_hi, ring) + sizeof stamped * (wp & (size - 1));
    memory_.write_physical(slot, bytes_of(stamped), when);
    ring_.wp->set(wp + 1U, ring);
    write64(pair(*ring_.mirror_lo, *ring_.mirror_hi, ring), wp + 1U, when);
    if (wp == rp) {
      const u64 data = pair(*ring_.data_lo, *ring_.data_hi, ring);
      write64(pair(*ring_.notify_lo, *ring_.notify_hi, ring), data, when);
    }
  }
  if (ring == MPPA_PCIE_RING_EVENTS && on_event) on_event(sc_core::sc_time::from_value(when));
}

void BarDecoder::write_stats(StatWriter& out) const {
  out.counter("reads", reads_, "requests", "reads by the host");
  out.counter("writes", writes_, "requests", "writes by the host, doorbells included");
  out.counter("doorbells", doorbells_, "records", "doorbell writes");
  out.counter("events", events_, "records", "function events");
  out.counter("dropped", dropped_, "records", "records lost because their ring was full or off");
  out.counter("misses", miss_count_.get(), "requests", "requests outside all windows");
}

}  // namespace mppa::pcie
