// One function of an endpoint: configuration space, BARs, requests of its own. What lies behind the BARs is a
// FunctionUser: an NVMe controller, the BAR decoder of the chip.
#pragma once

#include <array>
#include <functional>
#include <span>

#include "models/pcie/capabilities.h"
#include "models/pcie/requester.h"

namespace mppa::pcie {

/// A 64-bit BAR takes its own number and the next one.
struct BarParams {
  u64 size = 0;  ///< power of two from 16; 0: no BAR
  bool is64 = true;
  bool prefetchable = true;
};

/// Virtual functions of a physical one. Their routing ids are PF + first_offset + n * stride.
struct SriovParams {
  unsigned total = 0;  ///< 0: no SR-IOV; at most 255
  u16 first_offset = 1, stride = 1;
  u16 device = 0;  ///< device id of the VFs
  std::array<BarParams, 6> bars{};
  MsixParams msix{};
};

struct FunctionParams {
  u16 vendor = 0, device = 0;
  u16 subsystem_vendor = 0, subsystem = 0;
  u32 class_code = 0;  ///< 24 bits
  u8 revision = 0;
  std::array<BarParams, 6> bars{};
  unsigned msi_vectors = 0;  ///< 1, 2, 4, ... 32; 0: no MSI
  MsixParams msix{};
  unsigned max_payload = 512;  ///< supported; 128 .. 4096 bytes
  SriovParams sriov{};
};

/// Answer to an access behind a BAR.
struct BarReply {
  CompletionStatus status = CompletionStatus::kSuccess;
  u64 delay_ps = 0;  ///< until the data is there
};

/// The device logic behind a function. Times are in ps. `when` is the time of the access: the kernel's, or later if
/// the request came by call (see port.h).
class FunctionUser {
 public:
  virtual ~FunctionUser() = default;
  /// Any size up to 4096 bytes and any alignment.
  virtual BarReply bar_read(unsigned bar, u64 offset, std::span<u8> into, u64 when) = 0;
  virtual BarReply bar_write(unsigned bar, u64 offset, std::span<const u8> data, u64 when) = 0;
  virtual void bus_master_changed(bool enabled) {}
  /// Message Control of the MSI-X capability.
  virtual void msix_changed(bool enabled, bool function_mask) {}
  /// Physical functions: number of VFs enabled, 0 for none.
  virtual void vfs_changed(unsigned count) {}
  /// Function level reset; for a VF also the end of VF Enable.
  virtual void function_reset() {}
  virtual void link_changed(bool up) {}
};

class Endpoint;

class Function : public StatProvider {
 public:
  using Done = Requester::Done;

  /// Sets the logic behind the function. Before the simulation starts.
  void attach(FunctionUser& user) { user_ = &user; }

  /// Reads `into.size()` > 0 bytes of the host; `done` is called exactly once, after this call has returned, when the
  /// last byte has arrived or the request has failed; until then `into` must live.
  void read(u64 address, std::span<u8> into, Done done);
  /// A posted write, copied, in order with the function's other writes. Dropped without bus master or link.
  void write(u64 address, std::span<const u8> data);
  /// Sends the MSI message of a vector, in order with writes; the host may have granted fewer vectors than there are,
  /// which then share messages (6.1.4.5). False: MSI is off.
  bool send_msi(unsigned vector);

  /// Requester id: the bus the host assigned, device and function.
  u16 id() const;
  bool is_virtual() const { return physical_ != nullptr; }
  /// Physical functions: always; virtual ones: while VF Enable covers them.
  bool enabled() const { return enabled_; }
  bool bus_master() const { return bus_master_; }
  const ConfigSpace& config() const { return config_; }
  Requester& requester() { return requester_; }

  void write_stats(StatWriter& out) const override { requester_.write_stats(out); }

 private:
  friend class Endpoint;
  /// An address range in use.
  struct Range {
    u64 base, size;
    Function* function;
    unsigned bar;
  };

  Function(Endpoint& endpoint, u8 number, const FunctionParams& params, unsigned tags, bool several);
  /// VF `index` of `physical`.
  Function(Endpoint& endpoint, u8 number, Function& physical, unsigned index, unsigned tags);

  void declare_bars(unsigned offset, const std::array<BarParams, 6>& bars);
  void write_config(unsigned offset, u32 value, u8 byte_enables);
  /// Brings everything derived in line with the configuration space and tells the user what has changed.
  void apply();
  void apply_sriov();
  void set_enabled(bool enabled);
  void reset(RequestStatus why);
  void append_ranges(std::vector<Range>& out);
  void append_bar(std::vector<Range>& out, const ConfigSpace& config, unsigned offset, unsigned bar,
                  const BarParams& params, unsigned copy);

  Endpoint& endpoint_;
  u8 number_;
  FunctionParams params_;
  Function* physical_ = nullptr;
  unsigned index_ = 0;  ///< of a VF
  ConfigSpace config_;
  Requester requester_;
  FunctionUser* user_ = nullptr;
  unsigned pm_ = 0, pcie_ = 0, msix_ = 0, sriov_ = 0;
  bool enabled_ = true, bus_master_ = false, memory_ = false, msix_enabled_ = false, msix_mask_ = false;
  unsigned vfs_ = 0;
};

}  // namespace mppa::pcie
