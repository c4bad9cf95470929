// A PCIe endpoint: one port, physical functions and their virtual ones. It serves configuration requests, decodes BARs,
// completes, reports errors, and gives every function a requester.
#pragma once

#include <memory>
#include <systemc>

#include "models/common/kernel_timeline.h"
#include "models/pcie/errors.h"
#include "models/pcie/function.h"

namespace mppa::pcie {

struct EndpointParams {
  std::vector<FunctionParams> functions;
  LinkRate rate{};
  /// Read requests in flight per function, at most 1024. 256: 8-bit tags.
  unsigned tags = 256;
  /// From a request to its completion inside the endpoint, beside what the function's user needs. Choice of the model.
  u64 response_ps = 20'000;
};

class Endpoint : public sc_core::sc_module, public PortUser, public StatProvider {
 public:
  /// More than 256 functions or colliding routing ids: std::invalid_argument.
  Endpoint(const sc_core::sc_module_name& name, Port& port, const EndpointParams& params);
  ~Endpoint() override;

  /// Physical functions first, in order, then the VFs of each.
  Function& function(unsigned index) { return *functions_.at(index); }
  unsigned function_count() const { return static_cast<unsigned>(functions_.size()); }
  /// VF `index` of a physical function.
  Function& virtual_function(unsigned physical, unsigned index);
  Port& port() { return port_; }

  bool receive(Tlp& tlp) override;
  ExpressReply express(const Tlp& request, u64 when) override;
  void link_changed(bool up) override;
  void write_stats(StatWriter& out) const override;

 private:
  friend class Function;

  ExpressReply serve(const Tlp& request, u64 when);
  ExpressReply serve_config(const Tlp& request);
  ExpressReply serve_read(const Tlp& request, u64 when);
  void serve_write(const Tlp& request);
  CompletionStatus write_runs(const Function::Range& range, const Tlp& request);
  Function* by_number(u8 number);
  const Function::Range* range_of(u64 address, unsigned bytes);
  void report(Function& function, PcieError error, const Tlp* tlp, bool advisory = false);

  Port& port_;
  EndpointParams params_;
  KernelTimeline timeline_{"timeline"};
  std::vector<std::unique_ptr<Function>> functions_;
  std::array<Function*, 256> by_number_{};
  std::vector<Function::Range> ranges_;  ///< sorted by base
  bool ranges_stale_ = true;
  u8 bus_ = 0;
  u64 unsupported_ = 0, malformed_ = 0, poisoned_ = 0, bar_reads_ = 0, bar_writes_ = 0;
};

}  // namespace mppa::pcie
