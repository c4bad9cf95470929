#include "sim/vector_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "models/cluster/core/core_state.h"
#include "sim/commands.h"

namespace mppa::sim {
namespace {

constexpr u64 kPage = 4096;
constexpr u64 kLargestText = u64{64} << 20;

/// Text and data window as memory; every other address answers with an error.
class VectorBus final : public engine::CoreBus {
 public:
  VectorBus(u64 text_base, u64 text_size) : text_(text_size), data_(kVectorMemorySize) {
    regions_[0] = {.base = text_base, .size = text_size, .host = text_.data()};
    regions_[1] = {.base = kVectorMemoryBase, .size = kVectorMemorySize, .host = data_.data()};
  }

  const engine::MemRegion* region(u64 pa) override {
    for (const engine::MemRegion& region : regions_)
      if (region.contains(pa, 1)) return &region;
    return nullptr;
  }

  engine::BusReply access(engine::BusOp, u64, std::span<u8>, const engine::AtomicOperands&, u64) override {
    return {.ok = false};
  }

  void write_text(u64 pc, std::span<const u32> words) {
    std::memcpy(text_.data() + (pc - regions_[0].base), words.data(), words.size_bytes());
  }

  std::span<u8> data() { return data_; }

 private:
  std::vector<u8> text_, data_;
  engine::MemRegion regions_[2];
};

VectorBus make_bus(const std::vector<VectorBundle>& bundles, const std::string& path) {
  u64 low = ~u64{0}, high = 0;
  for (const VectorBundle& bundle : bundles) {
    low = std::min(low, bundle.pc / kPage * kPage);
    high = std::max(high, (bundle.pc / kPage + 2) * kPage);  // the core fetches ahead
    if (high - low > kLargestText)
      throw BadInput(fmt::format("{}:{}: the bundles span more than {} MiB", path, bundle.line, kLargestText >> 20));
    if (high > kVectorMemoryBase && low < kVectorMemoryBase + kVectorMemorySize)
      throw BadInput(
          fmt::format("{}:{}: the bundles overlap the data window at {:#x}", path, bundle.line, kVectorMemoryBase));
  }
  return bundles.empty() ? VectorBus(0, kPage) : VectorBus(low, high - low);
}

engine::CoreConfig core_config(const VectorBenchConfig& config) {
  engine::CoreConfig result;
  result.engine = config.engine;
  result.level = config.level;
  return result;
}

}  // namespace

struct VectorBench::Impl {
  VectorBus bus;
  engine::Core core;
  u64 pc = 0;

  Impl(const VectorBenchConfig& config, const std::vector<VectorBundle>& bundles, const std::string& path)
      : bus(make_bus(bundles, path)), core(core_config(config), bus) {}

  /// Fresh core, then the state that the format fixes for all vectors and the inputs of this one.
  void prepare(const VectorState& before) {
    core.reset(core.state().cycle);
    core::CoreState& state = core.state();
    state.gpr = before.gpr;
    state.pc = pc;
    state.sfr[core::kPs] = core::ps::kV64.mask() | core::ps::kHle.mask();
    state.sfr[core::kCs] = before.cs;
    state.sfr[core::kRa] = before.ra;
    state.sfr[core::kLs] = before.ls;
    state.sfr[core::kLe] = before.le;
    state.sfr[core::kLc] = before.lc;
    ++state.control_epoch;
    std::ranges::copy(before.memory, bus.data().begin());
  }

  VectorState observe() {
    const core::CoreState& state = core.state();
    VectorState result;
    result.gpr = state.gpr;
    result.npc = state.pc;
    result.cs = state.sfr[core::kCs];
    result.ra = state.sfr[core::kRa];
    result.ls = state.sfr[core::kLs];
    result.le = state.sfr[core::kLe];
    result.lc = state.sfr[core::kLc];
    std::ranges::copy(bus.data(), result.memory.begin());
    return result;
  }

  /// Why the bundle did not complete.
  std::string trouble(const engine::RunResult& result, u64 ps, u64 bundles) {
    const core::CoreState& state = core.state();
    if (result.reason != engine::StopReason::kLimit && result.reason != engine::StopReason::kIdle)
      return result.message.empty() ? "the core stopped" : result.message;
    if (state.sfr[core::kPs] != ps) return fmt::format("exception, es={:x}", state.sfr[core::kEsPl0 + state.pl()]);
    if (state.bundles != bundles + 1) return fmt::format("{} bundles executed", state.bundles - bundles);
    return {};
  }
};

VectorBench::VectorBench(const VectorBenchConfig& config, const std::vector<VectorBundle>& bundles,
                         const std::string& path) try
    : impl_(std::make_unique<Impl>(config, bundles, path)) {
} catch (const BadInput&) {
  throw;
} catch (const std::runtime_error& error) {  // this build has no such engine
  throw BadInput(error.what());
}
VectorBench::~VectorBench() = default;

void VectorBench::load(const VectorBundle& bundle) {
  impl_->bus.write_text(bundle.pc, bundle.words);
  impl_->core.forget_code();
  impl_->pc = bundle.pc;
}

VectorOutcome VectorBench::run(const VectorState& before) {
  impl_->prepare(before);
  const u64 ps = impl_->core.state().sfr[core::kPs], bundles = impl_->core.state().bundles;
  const engine::RunResult result = impl_->core.run_until(impl_->core.state().cycle + 1);
  return {impl_->observe(), impl_->trouble(result, ps, bundles)};
}

}  // namespace mppa::sim
