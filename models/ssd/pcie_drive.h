// An SSD as a PCIe device: one endpoint function per port in front of the NVMe controllers.
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "models/common/kernel_timeline.h"
#include "models/pcie/endpoint.h"
#include "models/ssd/ssd.h"

namespace mppa::ssd {

struct PcieDriveParams {
  SsdParams ssd;
  /// Of each port: x4, or x2 twice for a dual-port drive (U.2, SFF-8639).
  pcie::LinkRate link{4, 4};
  /// From a register read to its data inside the drive, ps. Choice of the model.
  u64 register_read_ps = 200'000;
};

class PcieDrive : public sc_core::sc_module, public StatProvider {
 public:
  /// One PCIe port per controller: ports.size() == params.ssd.controller.ports, else std::invalid_argument; other bad
  /// parameters as for Ssd.
  PcieDrive(const sc_core::sc_module_name& name, const PcieDriveParams& params, const std::vector<pcie::Port*>& ports);
  ~PcieDrive() override;

  Ssd& ssd() { return ssd_; }
  pcie::Endpoint& endpoint(unsigned port);
  void write_stats(StatWriter& out) const override;

 private:
  class Side;

  KernelTimeline timeline_{"timeline"};
  Ssd ssd_;
  std::vector<std::unique_ptr<Side>> sides_;
};

}  // namespace mppa::ssd
