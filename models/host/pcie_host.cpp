#include "models/host/pcie_host.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "mppa/pci_config.h"

namespace mppa::host {

namespace {

constexpr u32 kNvmeClass = 0x010802;
constexpr u64 kInterruptAddress = 0xFEE0'0000;
/// An interrupt's data: number of the device, then the vector.
constexpr unsigned kVectorBits = 12;

}  // namespace

class PcieHost::Device : public DevicePort {
 public:
  Device(pcie::HostRoot& root, const pcie::Device& device, unsigned number)
      : root_(root),
        id_(device.id),
        bar_(device.bars[0].address),
        number_(number),
        msix_(pcie::find_capability(root, device.id, MPPA_PCI_CAP_MSIX)),
        pcie_(pcie::find_capability(root, device.id, MPPA_PCI_CAP_PCIE)),
        control_(root.config_read(device.id, pcie_ + MPPA_PCI_EXP_DEVCTL, 2)) {}

  void mmio_write(u64 offset, u64 value, unsigned bytes) override {
    std::array<u8, 8> data;
    std::memcpy(data.data(), &value, data.size());
    root_.mmio_write(bar_ + offset, std::span(data).first(bytes));
  }
  void mmio_read(u64 offset, unsigned bytes, RegisterDone done) override {
    auto value = std::make_shared<u64>(0);
    root_.mmio_read(bar_ + offset, {reinterpret_cast<u8*>(value.get()), bytes},
                    [value, done = std::move(done)](pcie::RequestStatus status) {
                      done(*value, status == pcie::RequestStatus::kOk);
                    });
  }
  void enable(bool on) override {
    set_bits(MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER, on);
    if (msix_ != 0) set_bits(msix_ + MPPA_PCI_MSIX_CONTROL, MPPA_PCI_MSIX_ENABLE, on);
  }
  u64 msix_table() override { return root_.config_read(id_, msix_ + MPPA_PCI_MSIX_TABLE) & ~u32{7}; }
  InterruptMessage message(unsigned vector) override { return {kInterruptAddress, number_ << kVectorBits | vector}; }
  void on_interrupt(Interrupt handler) override { interrupt_ = std::move(handler); }
  void on_removal(std::function<void()> handler) override { removal_ = std::move(handler); }
  void on_return(std::function<void()> handler) override { return_ = std::move(handler); }
  void on_poison(std::function<void(u64, u64)> handler) override { poison_ = std::move(handler); }

  void interrupt(unsigned vector) {
    if (interrupt_) interrupt_(vector);
  }
  void poisoned(u64 address, u64 bytes) {
    if (poison_) poison_(address, bytes);
  }
  void removed() {
    if (removal_) removal_();
  }
  /// The device is there again, unconfigured: it gets what enumeration had given it.
  void returned() {
    root_.config_write(id_, MPPA_PCI_BAR0, static_cast<u32>(bar_));
    root_.config_write(id_, MPPA_PCI_BAR0 + 4, static_cast<u32>(bar_ >> 32));
    root_.config_write(id_, pcie_ + MPPA_PCI_EXP_DEVCTL, control_, 2);
    if (return_) return_();
  }
  u16 id() const { return id_; }
  u8 bus() const { return static_cast<u8>(id_ >> 8); }
  bool is_physical() const { return (id_ & 0xFF) == 0; }

 private:
  void set_bits(unsigned offset, u32 bits, bool on) {
    const u32 old = root_.config_read(id_, offset, 2);
    root_.config_write(id_, offset, on ? old | bits : old & ~bits, 2);
  }

  pcie::HostRoot& root_;
  u16 id_;
  u64 bar_;
  unsigned number_;
  unsigned msix_, pcie_;  ///< offsets of the capabilities
  u32 control_;           ///< device control as configured
  Interrupt interrupt_;
  std::function<void()> removal_, return_;
  std::function<void(u64, u64)> poison_;
};

PcieHost::PcieHost(pcie::HostRoot& root) : root_(root) {
  root.on_interrupt = [this](u64 address, u32 data) { interrupt(address, data); };
  root.on_link = [this](unsigned port, bool up) { link_changed(port, up); };
  root.on_poison = [this](u16 source, u64 address, u64 bytes) {
    for (auto& device : devices_)
      if (device->id() == source) device->poisoned(address, bytes);
  };
}

PcieHost::~PcieHost() {
  root_.on_interrupt = nullptr;
  root_.on_link = nullptr;
  root_.on_poison = nullptr;
}

DevicePort* PcieHost::add(const pcie::Device& device) {
  devices_.push_back(std::make_unique<Device>(root_, device, static_cast<unsigned>(devices_.size())));
  return devices_.back().get();
}

unsigned PcieHost::vfs_of(const pcie::Device& device, unsigned wanted) {
  const unsigned at = pcie::find_extended_capability(root_, device.id, MPPA_PCI_EXT_SRIOV);
  return at ? std::min(wanted, root_.config_read(device.id, at + MPPA_PCI_SRIOV_INITIAL) >> 16) : 0;
}

std::vector<DevicePort*> PcieHost::scan(unsigned vfs) {
  std::vector<DevicePort*> found;
  for (const pcie::Device& device : root_.enumerate()) {
    if (device.class_code != kNvmeClass || device.bars[0].address == 0) continue;
    found.push_back(add(device));
    const unsigned count = vfs_of(device, vfs);
    if (count == 0) continue;
    for (const pcie::Device& vf : enable_vfs(root_, device, count)) found.push_back(add(vf));
  }
  return found;
}

void PcieHost::interrupt(u64 address, u32 data) {
  const u32 number = data >> kVectorBits;
  if (address == kInterruptAddress && number < devices_.size())
    devices_[number]->interrupt(data & ((1u << kVectorBits) - 1));
}

/// Everything behind a root port whose link is down is gone. A drive right at the port may return; what lies behind a
/// bridge, and virtual functions, would have to be enumerated anew.
void PcieHost::link_changed(unsigned port, bool up) {
  const u32 buses = root_.config_read(static_cast<u16>(port << 3), MPPA_PCI_BUSES);
  const u8 first = static_cast<u8>(buses >> 8), last = static_cast<u8>(buses >> 16);
  for (auto& device : devices_) {
    if (device->bus() < first || device->bus() > last) continue;
    if (!up) {
      device->removed();
    } else if (device->bus() == first && device->is_physical()) {
      device->returned();
    }
  }
}

}  // namespace mppa::host
