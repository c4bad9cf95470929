#include "models/pcie/function.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "models/pcie/endpoint.h"
#include "mppa/pci_config.h"

namespace mppa::pcie {
namespace {

constexpr u16 kVfCommand = MPPA_PCI_COMMAND_MASTER;
constexpr u16 kPfCommand = MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER | MPPA_PCI_COMMAND_PARITY |
                           MPPA_PCI_COMMAND_SERR | MPPA_PCI_COMMAND_INTX_OFF;

void check_bar(const BarParams& bar, unsigned index) {
  if (bar.size == 0) return;
  if (bar.size < 16 || !std::has_single_bit(bar.size)) throw std::invalid_argument("BAR size is no power of two");
  if (!bar.is64 && bar.size > 1U << 31) throw std::invalid_argument("32-bit BAR above 2 GiB");
  if (bar.is64 && index == 5) throw std::invalid_argument("64-bit BAR 5");
}

}  // namespace

Function::Function(Endpoint& endpoint, u8 number, const FunctionParams& params, unsigned tags, bool several)
    : endpoint_(endpoint), number_(number), params_(params), requester_(endpoint.timeline_, endpoint.port_, tags) {
  config_.declare(MPPA_PCI_ID, 4, params.vendor | u32{params.device} << 16);
  config_.declare(MPPA_PCI_COMMAND, 2, 0, kPfCommand);
  config_.declare(MPPA_PCI_STATUS, 2, 0, 0, MPPA_PCI_STATUS_W1C);
  config_.declare(MPPA_PCI_CLASS, 4, params.revision | params.class_code << 8);
  config_.declare(MPPA_PCI_CACHE_LINE, 1, 0, 0xFF);
  config_.declare(MPPA_PCI_HEADER_TYPE, 1, several ? 0x80 : 0);
  config_.declare(MPPA_PCI_SUBSYSTEM, 4, params.subsystem_vendor | u32{params.subsystem} << 16);
  config_.declare(MPPA_PCI_INTERRUPT, 2, 0, 0xFF);
  declare_bars(MPPA_PCI_BAR0, params.bars);
  pm_ = add_power_management(config_);
  pcie_ = add_pcie(config_, {.max_payload = params.max_payload, .function_reset = true, .rate = endpoint.params_.rate});
  if (params.msi_vectors) add_msi(config_, params.msi_vectors);
  if (params.msix.vectors) msix_ = add_msix(config_, params.msix);
  add_aer(config_);
  const SriovParams& v = params.sriov;
  if (several || v.total) add_ari(config_);
  if (!v.total) return;
  sriov_ = config_.add_extended(MPPA_PCI_EXT_SRIOV, 1, MPPA_PCI_SRIOV_BYTES);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_CONTROL, 2, 0,
                  MPPA_PCI_SRIOV_ENABLE | MPPA_PCI_SRIOV_MEMORY | MPPA_PCI_SRIOV_ARI);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_INITIAL, 4, v.total | v.total << 16);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_NUM, 2, 0, 0xFFFF);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_OFFSET, 4, v.first_offset | u32{v.stride} << 16);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_DEVICE, 2, v.device);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_PAGES, 4, 1);
  config_.declare(sriov_ + MPPA_PCI_SRIOV_PAGES + 4, 4, 1, 1);
  declare_bars(sriov_ + MPPA_PCI_SRIOV_BAR0, v.bars);
}

Function::Function(Endpoint& endpoint, u8 number, Function& physical, unsigned index, unsigned tags)
    : endpoint_(endpoint),
      number_(number),
      params_(physical.params_),
      physical_(&physical),
      index_(index),
      requester_(endpoint.timeline_, endpoint.port_, tags),
      enabled_(false) {
  const FunctionParams& p = params_;
  config_.declare(MPPA_PCI_ID, 4, 0xFFFFFFFF);  // SR-IOV 3.4.1.1: software takes them from the PF
  config_.declare(MPPA_PCI_COMMAND, 2, 0, kVfCommand);
  config_.declare(MPPA_PCI_STATUS, 2, 0, 0, MPPA_PCI_STATUS_W1C);
  config_.declare(MPPA_PCI_CLASS, 4, p.revision | p.class_code << 8);
  config_.declare(MPPA_PCI_SUBSYSTEM, 4, p.subsystem_vendor | u32{p.subsystem} << 16);
  pcie_ = add_pcie(config_, {.max_payload = p.max_payload, .function_reset = true, .rate = endpoint.params_.rate});
  if (p.sriov.msix.vectors) msix_ = add_msix(config_, p.sriov.msix);
  add_aer(config_);
  add_ari(config_);
}

void Function::declare_bars(unsigned offset, const std::array<BarParams, 6>& bars) {
  for (unsigned i = 0; i < 6; ++i) {
    const BarParams& bar = bars[i];
    check_bar(bar, i);
    if (bar.size == 0) continue;
    const u64 mask = ~(bar.size - 1);
    const u32 kind = (bar.is64 ? MPPA_PCI_BAR_64 : 0) | (bar.prefetchable ? MPPA_PCI_BAR_PREFETCH : 0);
    config_.declare(offset + 4 * i, 4, kind, static_cast<u32>(mask));
    if (!bar.is64) continue;
    ++i;
    if (bars[i].size) throw std::invalid_argument("a BAR overlaps a 64-bit BAR");
    config_.declare(offset + 4 * i, 4, 0, static_cast<u32>(mask >> 32));
  }
}

u16 Function::id() const { return static_cast<u16>(endpoint_.bus_ << 8 | number_); }

void Function::read(u64 address, std::span<u8> into, Done done) {
  if (!bus_master_) {
    endpoint_.timeline_.after(0, [done = std::move(done)] { done(RequestStatus::kNoBusMaster); });
    return;
  }
  requester_.read(id(), address, into, std::move(done));
}

void Function::write(u64 address, std::span<const u8> data) {
  if (bus_master_ && endpoint_.port_.up()) requester_.write(id(), address, data);
}

bool Function::send_msi(unsigned vector) {
  const unsigned at = config_.find(MPPA_PCI_CAP_MSI);
  const u32 control = at ? config_.get(at + MPPA_PCI_MSI_CONTROL, 2) : 0;
  if (!(control & 1)) return false;
  const u64 address = config_.get(at + MPPA_PCI_MSI_ADDRESS) | u64{config_.get(at + MPPA_PCI_MSI_ADDRESS + 4)} << 32;
  const u32 granted = std::min(1U << (control >> 4 & 7), params_.msi_vectors);
  const u32 data = (config_.get(at + MPPA_PCI_MSI_DATA, 2) & ~(granted - 1)) | vector % granted;
  write(address, std::array<u8, 4>{static_cast<u8>(data), static_cast<u8>(data >> 8), 0, 0});
  return true;
}

void Function::write_config(unsigned offset, u32 value, u8 byte_enables) {
  config_.write(offset, value, byte_enables);
  const unsigned control = pcie_ + MPPA_PCI_EXP_DEVCTL;
  const bool touched = (offset & ~3U) == control && (byte_enables & 2);
  if (touched && (value & MPPA_PCI_EXP_DEVCTL_FLR)) {
    reset(RequestStatus::kAborted);
    if (user_) user_->function_reset();
  }
  apply();
}

void Function::reset(RequestStatus why) {
  config_.reset();
  requester_.fail_all(why);
  set_link_status(config_, endpoint_.port_.rate());
}

void Function::apply() {
  const u32 command = config_.get(MPPA_PCI_COMMAND, 2);
  const bool awake = !pm_ || (config_.get(pm_ + MPPA_PCI_PM_CONTROL, 2) & 3) == 0;
  const ConfigSpace& limits = physical_ ? physical_->config_ : config_;
  requester_.set_limits({max_payload(limits), max_read_request(limits), completion_timeout_ps(limits)});

  memory_ = awake && (command & MPPA_PCI_COMMAND_MEMORY);
  const bool master = enabled_ && awake && (command & MPPA_PCI_COMMAND_MASTER);
  if (std::exchange(bus_master_, master) != master && user_) user_->bus_master_changed(master);
  if (msix_) {
    const u32 control = config_.get(msix_ + MPPA_PCI_MSIX_CONTROL, 2);
    const bool on = control & MPPA_PCI_MSIX_ENABLE, mask = control & MPPA_PCI_MSIX_MASK_ALL;
    const bool changed = on != msix_enabled_ || mask != msix_mask_;
    msix_enabled_ = on;
    msix_mask_ = mask;
    if (changed && user_) user_->msix_changed(on, mask);
  }
  if (sriov_) apply_sriov();
  endpoint_.ranges_stale_ = true;
}

void Function::apply_sriov() {
  const u32 control = config_.get(sriov_ + MPPA_PCI_SRIOV_CONTROL, 2);
  const unsigned wanted = std::min(config_.get(sriov_ + MPPA_PCI_SRIOV_NUM, 2), params_.sriov.total);
  const unsigned count = control & MPPA_PCI_SRIOV_ENABLE ? wanted : 0;
  for (auto& f : endpoint_.functions_)
    if (f->physical_ == this) f->set_enabled(f->index_ < count);
  if (std::exchange(vfs_, count) != count && user_) user_->vfs_changed(count);
}

void Function::set_enabled(bool enabled) {
  if (!enabled && enabled_) {
    reset(RequestStatus::kAborted);
    if (user_) user_->function_reset();
  }
  enabled_ = enabled;
  apply();
}

void Function::append_bar(std::vector<Range>& out, const ConfigSpace& config, unsigned offset, unsigned bar,
                          const BarParams& params, unsigned copy) {
  if (params.size == 0) return;
  u64 base = config.get(offset + 4 * bar) & ~u32{0xF};
  if (params.is64) base |= u64{config.get(offset + 4 * bar + 4)} << 32;
  out.push_back({base + copy * params.size, params.size, this, bar});
}

void Function::append_ranges(std::vector<Range>& out) {
  if (!enabled_) return;
  if (!physical_) {
    if (!memory_) return;
    for (unsigned i = 0; i < 6; ++i) append_bar(out, config_, MPPA_PCI_BAR0, i, params_.bars[i], 0);
    return;
  }
  const ConfigSpace& pf = physical_->config_;
  if (!(pf.get(physical_->sriov_ + MPPA_PCI_SRIOV_CONTROL, 2) & MPPA_PCI_SRIOV_MEMORY)) return;
  for (unsigned i = 0; i < 6; ++i)
    append_bar(out, pf, physical_->sriov_ + MPPA_PCI_SRIOV_BAR0, i, params_.sriov.bars[i], index_);
}

}  // namespace mppa::pcie
