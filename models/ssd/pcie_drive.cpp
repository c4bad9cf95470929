#include "models/ssd/pcie_drive.h"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace mppa::ssd {

namespace {

constexpr u16 kVendor = 0x1B36, kDevice = 0x0010;  ///< QEMU's NVMe controller: what drivers know without quirks
constexpr u32 kNvmeClass = 0x010802;

pcie::EndpointParams endpoint_params(const PcieDriveParams& params) {
  pcie::FunctionParams function;
  function.vendor = function.subsystem_vendor = kVendor;
  function.device = function.subsystem = kDevice;
  function.class_code = kNvmeClass;
  function.bars[0] = {nvme::kBarBytes, true, false};
  function.msix = {params.ssd.controller.max_io_queues + 1, 0, nvme::kMsixTable, 0, nvme::kMsixPending};
  return {.functions = {function}, .rate = params.link};
}

/// RequestStatus and HostStatus name the same outcomes.
HostStatus host_status(pcie::RequestStatus status) {
  switch (status) {
    case pcie::RequestStatus::kOk:
      return HostStatus::kOk;
    case pcie::RequestStatus::kUnsupported:
      return HostStatus::kUnsupported;
    case pcie::RequestStatus::kAborted:
      return HostStatus::kAborted;
    case pcie::RequestStatus::kTimeout:
      return HostStatus::kTimeout;
    case pcie::RequestStatus::kPoisoned:
      return HostStatus::kPoisoned;
    case pcie::RequestStatus::kNoBusMaster:
      return HostStatus::kNoBusMaster;
    case pcie::RequestStatus::kLinkDown:
      return HostStatus::kLinkDown;
  }
  return HostStatus::kAborted;
}

}  // namespace

/// One port: carries the calls of the endpoint's function to the controller and back.
class PcieDrive::Side : public pcie::FunctionUser, public HostPort {
 public:
  Side(const std::string& name, pcie::Port& port, const PcieDriveParams& params, nvme::Controller& controller,
       Timeline& time)
      : endpoint(name.c_str(), port, endpoint_params(params)),
        controller_(controller),
        time_(time),
        register_read_ps_(params.register_read_ps) {
    endpoint.function(0).attach(*this);
    controller.connect(*this);
  }

  // pcie::FunctionUser
  pcie::BarReply bar_read(unsigned, u64 offset, std::span<u8> into, u64) override {
    controller_.bar_read(offset, into);
    return {pcie::CompletionStatus::kSuccess, register_read_ps_};
  }
  pcie::BarReply bar_write(unsigned, u64 offset, std::span<const u8> data, u64 when) override {
    const bool doorbell = offset >= nvme::reg::kDoorbells && offset < nvme::kMsixTable;
    if (doorbell && when > time_.now()) {
      // Came by call, ahead of the kernel: what it starts must not start before its time.
      time_.at(when, [this, offset, bytes = std::vector<u8>(data.begin(), data.end())] {
        controller_.bar_write(offset, bytes);
      });
    } else {
      controller_.bar_write(offset, data);
    }
    return {};
  }
  void bus_master_changed(bool enabled) override { controller_.set_bus_master(enabled); }
  void msix_changed(bool enabled, bool function_mask) override { controller_.set_msix(enabled, function_mask); }
  void function_reset() override { controller_.function_reset(); }
  void link_changed(bool up) override { up ? controller_.link_up() : controller_.link_down(); }

  // HostPort
  void read(u64 address, std::span<u8> into, ReadDone done) override {
    endpoint.function(0).read(address, into, [done = std::move(done)](pcie::RequestStatus s) { done(host_status(s)); });
  }
  void write(u64 address, std::span<const u8> data) override { endpoint.function(0).write(address, data); }

  pcie::Endpoint endpoint;

 private:
  nvme::Controller& controller_;
  Timeline& time_;
  u64 register_read_ps_;
};

PcieDrive::PcieDrive(const sc_core::sc_module_name& name, const PcieDriveParams& params,
                     const std::vector<pcie::Port*>& ports)
    : sc_module(name), ssd_(timeline_, params.ssd) {
  if (ports.size() != ssd_.ports())
    throw std::invalid_argument(
        fmt::format("an SSD with {} controllers needs as many ports, not {}", ssd_.ports(), ports.size()));
  for (unsigned i = 0; i < ports.size(); ++i)
    sides_.push_back(
        std::make_unique<Side>(fmt::format("port{}", i), *ports[i], params, ssd_.controller(i), timeline_));
}

PcieDrive::~PcieDrive() = default;

pcie::Endpoint& PcieDrive::endpoint(unsigned port) { return sides_.at(port)->endpoint; }

void PcieDrive::write_stats(StatWriter& out) const {
  ssd_.write_stats(out);
  for (unsigned i = 0; i < sides_.size(); ++i) {
    out.enter(fmt::format("pcie{}", i));
    sides_[i]->endpoint.write_stats(out);
    out.leave();
  }
}

}  // namespace mppa::ssd
