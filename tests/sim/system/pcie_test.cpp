// The chip's PCIe subsystem driven by a program on a core.
#include <cstring>

#include "models/pcie/endpoint.h"
#include "models/pcie/link.h"
#include "tests/sim/system/chip_run.h"

namespace mppa::sim {
namespace {

/// Answers a doorbell with 64 bytes and an interrupt, as pcie_root.c expects.
class Responder : public pcie::FunctionUser {
 public:
  explicit Responder(pcie::Function& function) : function_(function) { function.attach(*this); }

  pcie::BarReply bar_read(unsigned, u64 offset, std::span<u8> into, u64) override {
    std::memcpy(into.data(), registers_.data() + offset, into.size());
    return {};
  }
  pcie::BarReply bar_write(unsigned, u64 offset, std::span<const u8> data, u64) override {
    std::memcpy(registers_.data() + offset, data.data(), data.size());
    if (offset == 0x1000) respond();
    return {};
  }

 private:
  u64 word(u64 offset) const {
    u64 value = 0;
    std::memcpy(&value, registers_.data() + offset, 8);
    return value;
  }
  void respond() {
    std::vector<u8> data;
    for (u8 i = 1; i <= 8; ++i) data.insert(data.end(), 8, i);
    function_.write(word(0x40), data);
    function_.write(word(0x48), std::span<const u8>(registers_).subspan(0x50, 4));
  }

  pcie::Function& function_;
  std::vector<u8> registers_ = std::vector<u8>(0x4000);
};

/// A chip with a device on controller 4.
struct Bench {
  explicit Bench(const std::string& program) : chip("chip", CoolidgeParams{}) {
    chip.pcie().connect(4, link.end(0));
    chip.on_end = [](const ChipEnd&) { sc_core::sc_stop(); };
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    chip.load(0, chip_program(program));
    chip.boot();
  }
  static pcie::EndpointParams device_params() {
    pcie::FunctionParams f;
    f.vendor = 0x1234;
    f.device = 0x5678;
    f.bars[0] = {0x4000, false, false};
    return {.functions = {f}};
  }

  test::ScContext context;
  pcie::Link link{"link", pcie::LinkParams{}};
  pcie::Endpoint device{"device", link.end(1), device_params()};
  Responder responder{device.function(0)};
  Coolidge chip;
};

TEST(CoolidgePcie, AProgramDrivesADeviceAndTakesItsInterrupt) {
  Bench bench("pcie_root");
  sc_core::sc_start(1, sc_core::SC_MS);
  ASSERT_TRUE(bench.chip.end.has_value()) << "not finished";
  EXPECT_EQ(bench.chip.end->status, 0) << "line of pcie_root.c; " << bench.chip.end->message;
  EXPECT_EQ(bench.link.end(0).rate(), (pcie::LinkRate{8, 4})) << "n-furcation mode 1";
}

}  // namespace
}  // namespace mppa::sim
