#include "models/pcie/enumerate.h"

#include <algorithm>

#include "models/pcie/capabilities.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {
namespace {

constexpr u64 kBridgeGranule = 1 << 20;

u64 align_up(u64 value, u64 to) { return (value + to - 1) / to * to; }

/// A window that is handed out from below.
class Window {
 public:
  Window(u64 base, u64 size) : next_(base), end_(base + size) {}
  /// 0 if there is no room.
  u64 take(u64 size, u64 alignment) {
    const u64 at = align_up(next_, alignment);
    if (at + size > end_ || at + size < at) return 0;
    next_ = at + size;
    return at;
  }
  u64 align(u64 alignment) { return next_ = std::min(align_up(next_, alignment), end_); }

 private:
  u64 next_, end_;
};

class Enumerator {
 public:
  Enumerator(ConfigIf& config, const EnumerationParams& params)
      : config_(config),
        params_(params),
        low_(params.low_base, params.low_size),
        high_(params.high_base, params.high_size),
        payload_code_(payload_code(params.max_payload)) {}

  std::vector<Device> run() {
    scan_bus(0);
    for (const Device& d : devices_) set_payload(d.id);
    return std::move(devices_);
  }

 private:
  // Device numbers above 0 exist on bus 0 and inside switches only; elsewhere they read as all ones.
  void scan_bus(u8 bus) {
    for (unsigned device = 0; device < 32; ++device) {
      const u16 id = make_bdf(bus, device, 0);
      if (config_.config_read(id, MPPA_PCI_ID) == 0xFFFFFFFF) continue;
      const bool several = config_.config_read(id, MPPA_PCI_HEADER_TYPE, 1) & 0x80;
      for (unsigned function = 0; function < (several ? 8U : 1U); ++function)
        scan_function(make_bdf(bus, device, function));
    }
  }

  void scan_function(u16 id) {
    const u32 vendor = config_.config_read(id, MPPA_PCI_ID);
    if (vendor == 0xFFFFFFFF) return;
    Device d;
    d.id = id;
    d.vendor = static_cast<u16>(vendor);
    d.device = static_cast<u16>(vendor >> 16);
    d.class_code = config_.config_read(id, MPPA_PCI_CLASS) >> 8;
    d.bridge = (config_.config_read(id, MPPA_PCI_HEADER_TYPE, 1) & 0x7F) == 1;
    note_payload(id);
    const bool fits = set_bars(d);
    const std::size_t at = devices_.size();
    devices_.push_back(d);
    if (d.bridge) scan_behind(id);
    u32 command = MPPA_PCI_COMMAND_MASTER | MPPA_PCI_COMMAND_SERR;
    if (fits) command |= MPPA_PCI_COMMAND_MEMORY;
    config_.config_write(devices_[at].id, MPPA_PCI_COMMAND, command, 2);
    if (!d.bridge) reserve_vfs(id);
  }

  void scan_behind(u16 id) {
    const u8 secondary = ++last_bus_;
    config_.config_write(id, MPPA_PCI_BUSES, bus_of(id) | u32{secondary} << 8 | 0xFFU << 16);
    const unsigned pcie = find_capability(config_, id, MPPA_PCI_CAP_PCIE);
    const u32 type = config_.config_read(id, pcie + MPPA_PCI_EXP_FLAGS, 2) >> 4 & 15;
    if (pcie && type != MPPA_PCI_EXP_TYPE_UPSTREAM) {
      const u32 control = config_.config_read(id, pcie + MPPA_PCI_EXP_DEVCTL2, 2);
      config_.config_write(id, pcie + MPPA_PCI_EXP_DEVCTL2, control | MPPA_PCI_EXP_DEVCTL2_ARI, 2);
    }
    const u64 low = low_.align(kBridgeGranule), high = high_.align(kBridgeGranule);
    scan_bus(secondary);
    const u64 low_end = low_.align(kBridgeGranule), high_end = high_.align(kBridgeGranule);
    config_.config_write(id, MPPA_PCI_BUSES + 2, last_bus_, 1);
    set_windows(id, low, low_end, high, high_end);
  }

  // An empty window has its limit below its base.
  void set_windows(u16 id, u64 low, u64 low_end, u64 high, u64 high_end) {
    const u64 low_limit = low_end > low ? low_end - 1 : 0, high_limit = high_end > high ? high_end - 1 : 0;
    if (low_end == low) low = 0xFFF00000;
    if (high_end == high) high = 0xFFFFFFFF'FFF00000;
    config_.config_write(id, MPPA_PCI_MEMORY, static_cast<u32>(low >> 16 & 0xFFF0) | (low_limit & 0xFFF00000));
    config_.config_write(id, MPPA_PCI_PREFETCH, static_cast<u32>((high >> 16 & 0xFFF0) | (high_limit & 0xFFF00000)));
    config_.config_write(id, MPPA_PCI_PREFETCH_BASE_HIGH, static_cast<u32>(high >> 32));
    config_.config_write(id, MPPA_PCI_PREFETCH_LIMIT_HIGH, static_cast<u32>(high_limit >> 32));
  }

  /// Sizes and places the BARs at `offset`; `copies` of each in a row. False if one does not fit.
  bool place_bars(u16 id, unsigned offset, unsigned count, unsigned copies, std::array<Bar, 6>& bars) {
    bool fits = true;
    for (unsigned i = 0; i < count; ++i) {
      const unsigned reg = offset + 4 * i, number = i;
      const u32 kind = config_.config_read(id, reg) & 0xF;
      config_.config_write(id, reg, 0xFFFFFFFF);
      u64 mask = config_.config_read(id, reg) & ~u32{0xF};
      if (mask == 0 && !(kind & MPPA_PCI_BAR_64)) continue;
      const bool wide = kind & MPPA_PCI_BAR_64, prefetch = kind & MPPA_PCI_BAR_PREFETCH;
      if (wide) {
        config_.config_write(id, reg + 4, 0xFFFFFFFF);
        mask |= u64{config_.config_read(id, reg + 4)} << 32;
        ++i;
      } else {
        mask |= u64{0xFFFFFFFF} << 32;
      }
      const u64 size = ~mask + 1;
      Window& window = wide && prefetch ? high_ : low_;
      const u64 address = window.take(size * copies, std::max<u64>(size, kPage));
      config_.config_write(id, reg, static_cast<u32>(address));
      if (wide) config_.config_write(id, reg + 4, static_cast<u32>(address >> 32));
      bars[number] = {address, size, wide, prefetch};
      fits = fits && address != 0;
    }
    return fits;
  }

  bool set_bars(Device& d) { return place_bars(d.id, MPPA_PCI_BAR0, d.bridge ? 2 : 6, 1, d.bars); }

  void reserve_vfs(u16 id) {
    const unsigned at = find_extended_capability(config_, id, MPPA_PCI_EXT_SRIOV);
    if (!at) return;
    const unsigned total = config_.config_read(id, at + MPPA_PCI_SRIOV_INITIAL) >> 16;
    std::array<Bar, 6> bars;
    place_bars(id, at + MPPA_PCI_SRIOV_BAR0, 6, total, bars);
  }

  void note_payload(u16 id) {
    const unsigned pcie = find_capability(config_, id, MPPA_PCI_CAP_PCIE);
    if (pcie) payload_code_ = std::min(payload_code_, config_.config_read(id, pcie + MPPA_PCI_EXP_DEVCAP) & 7);
  }

  // One payload size for all, so that peers can talk to each other.
  void set_payload(u16 id) {
    const unsigned pcie = find_capability(config_, id, MPPA_PCI_CAP_PCIE);
    if (!pcie) return;
    u32 control = config_.config_read(id, pcie + MPPA_PCI_EXP_DEVCTL, 2) & ~u32{0x70E0};
    control |= payload_code_ << 5 | payload_code(params_.max_read) << 12 | 0xF;  // and report all errors
    config_.config_write(id, pcie + MPPA_PCI_EXP_DEVCTL, control, 2);
  }

  ConfigIf& config_;
  EnumerationParams params_;
  Window low_, high_;
  unsigned payload_code_;
  u8 last_bus_ = 0;
  std::vector<Device> devices_;
};

}  // namespace

std::vector<Device> enumerate(ConfigIf& config, const EnumerationParams& params) {
  return Enumerator(config, params).run();
}

unsigned find_capability(ConfigIf& config, u16 id, u8 capability) {
  unsigned at = config.config_read(id, MPPA_PCI_CAPABILITIES, 1);
  // A device may answer anything: the list has at most 48 entries.
  for (unsigned i = 0; i < 48 && at >= 0x40 && at != 0xFF; ++i) {
    const u32 head = config.config_read(id, at & 0xFC, 2);
    if ((head & 0xFF) == capability) return at & 0xFC;
    at = head >> 8;
  }
  return 0;
}

unsigned find_extended_capability(ConfigIf& config, u16 id, u16 capability) {
  unsigned at = MPPA_PCI_EXTENDED;
  for (unsigned i = 0; i < 960 && at >= MPPA_PCI_EXTENDED; ++i) {
    const u32 head = config.config_read(id, at & 0xFFC);
    if (head == 0 || head == 0xFFFFFFFF) return 0;
    if ((head & 0xFFFF) == capability) return at & 0xFFC;
    at = head >> 20;
  }
  return 0;
}

std::vector<Device> enable_vfs(ConfigIf& config, const Device& physical, unsigned count) {
  const u16 pf = physical.id;
  const unsigned at = find_extended_capability(config, pf, MPPA_PCI_EXT_SRIOV);
  if (!at || config.config_read(pf, at + MPPA_PCI_SRIOV_INITIAL) >> 16 < count) return {};
  config.config_write(pf, at + MPPA_PCI_SRIOV_NUM, count, 2);
  config.config_write(pf, at + MPPA_PCI_SRIOV_CONTROL,
                      MPPA_PCI_SRIOV_ENABLE | MPPA_PCI_SRIOV_MEMORY | MPPA_PCI_SRIOV_ARI, 2);
  const u32 where = config.config_read(pf, at + MPPA_PCI_SRIOV_OFFSET);
  std::array<Bar, 6> bars{};
  for (unsigned i = 0; i < 6; ++i) {
    const unsigned reg = at + MPPA_PCI_SRIOV_BAR0 + 4 * i;
    const u32 low = config.config_read(pf, reg);
    config.config_write(pf, reg, 0xFFFFFFFF);
    u64 mask = config.config_read(pf, reg) & ~u32{0xF};
    config.config_write(pf, reg, low);
    if (mask == 0) continue;
    Bar& bar = bars[i];
    bar = {low & ~u64{0xF}, 0, (low & MPPA_PCI_BAR_64) != 0, (low & MPPA_PCI_BAR_PREFETCH) != 0};
    mask |= u64{0xFFFFFFFF} << 32;
    if (bar.is64) bar.address |= u64{config.config_read(pf, reg + 4)} << 32;
    bar.size = ~mask + 1;
    if (bar.is64) ++i;
  }
  std::vector<Device> out;
  for (unsigned n = 0; n < count; ++n) {
    Device d;
    d.id = static_cast<u16>(pf + (where & 0xFFFF) + n * (where >> 16));
    d.vendor = physical.vendor;
    d.device = static_cast<u16>(config.config_read(pf, at + MPPA_PCI_SRIOV_DEVICE, 2));
    d.class_code = physical.class_code;
    for (unsigned i = 0; i < 6; ++i) {
      d.bars[i] = bars[i];
      d.bars[i].address += n * bars[i].size;
    }
    config.config_write(d.id, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MASTER, 2);
    out.push_back(d);
  }
  return out;
}

}  // namespace mppa::pcie
