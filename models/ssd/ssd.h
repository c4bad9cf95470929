// A drive: the NVM subsystem and one controller per port.
#pragma once

#include <memory>
#include <vector>

#include "models/ssd/nvme/controller.h"

namespace mppa::ssd {

class Ssd : public StatProvider {
 public:
  /// Throws std::invalid_argument if the parameters do not fit each other, std::runtime_error if the file fails.
  Ssd(Timeline& time, const SsdParams& params) : subsystem_(time, params) {
    for (unsigned port = 0; port < params.controller.ports; ++port)
      controllers_.push_back(std::make_unique<nvme::Controller>(subsystem_, static_cast<u16>(port)));
  }

  unsigned ports() const { return static_cast<unsigned>(controllers_.size()); }
  nvme::Controller& controller(unsigned port) { return *controllers_.at(port); }
  nvme::Subsystem& subsystem() { return subsystem_; }

  void write_stats(StatWriter& out) const override {
    subsystem_.write_stats(out);
    for (unsigned port = 0; port < controllers_.size(); ++port) {
      const std::string name = "port" + std::to_string(port);
      out.enter(name);
      controllers_[port]->write_stats(out);
      out.leave();
    }
  }

 private:
  nvme::Subsystem subsystem_;
  std::vector<std::unique_ptr<nvme::Controller>> controllers_;
};

}  // namespace mppa::ssd
