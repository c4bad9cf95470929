#include "models/cluster/coherence/stale_loads.h"

#include <cstring>

#include "models/cluster/core/core_state.h"
#include "models/cluster/timing/model.h"

namespace mppa::cluster {

/// What the L1D of one core would hold.
class StaleLoadCheck::L1Copy : public timing::LineObserver {
 public:
  L1Copy(StaleLoadCheck& check, u8 cluster, u8 number, engine::Core& core, engine::CoreBus& bus, const Clock& clock)
      : check_(check), cluster_(cluster), number_(number), core_(core), bus_(bus), clock_(clock) {}

  void looked_up(u64 first, u64 last, bool hit) override {
    const u64 line = first / kLineBytes * kLineBytes;
    const engine::MemRegion* region = bus_.region(line);
    if (region == nullptr) return;
    const u8* memory = region->host + (line - region->base);
    auto& copy = lines_[line];
    if (!hit) {
      std::memcpy(copy.data(), memory, kLineBytes);
      return;
    }
    for (u64 i = first - line; i <= last - line; ++i) {
      if (copy[i] == memory[i]) continue;
      const Write& write = check_.last_write(memory + i);
      if (!write.writer.is_core(cluster_, number_) && !covered(line, write.writer)) {
        const core::CoreState& state = core_.state();
        return check_.found({cluster_, number_, state.pc, line + i, clock_.ps_of(state.cycle), write.writer, write.ps});
      }
      copy[i] = memory[i];  // the core's own store, or one that removes the line when it reaches memory
    }
  }

 private:
  /// Whether hardware keeps the line coherent with that writer; see L1Directory.
  bool covered(u64 line, const Writer& writer) const {
    constexpr u64 kWindow = u64{16} << 20;
    const u64 window = line / kWindow;
    const bool own_smem = window == 0 || window == u64{cluster_} + 1;
    return core_.config().l1_coherent && (own_smem || (writer.is_core() && writer.cluster == cluster_));
  }

  static constexpr u64 kLineBytes = timing::Params::kLineBytes;
  StaleLoadCheck& check_;
  u8 cluster_, number_;
  engine::Core& core_;
  engine::CoreBus& bus_;
  const Clock& clock_;
  std::unordered_map<u64, std::array<u8, kLineBytes>> lines_;  ///< by address; those evicted are refilled before a hit
};

StaleLoadCheck::StaleLoadCheck() = default;
StaleLoadCheck::~StaleLoadCheck() = default;

void StaleLoadCheck::watch(u8 cluster, u8 number, engine::Core& core, engine::CoreBus& bus, const Clock& clock) {
  cores_.push_back(std::make_unique<L1Copy>(*this, cluster, number, core, bus, clock));
  core.timing().lsu().observe(cores_.back().get());
}

void StaleLoadCheck::before_write(const u8* host, u64 bytes, u64 ps, const Writer& writer) {
  const u8* const end = host + bytes;
  for (const u8* word = host - reinterpret_cast<u64>(host) % kWord; word < end; word += kWord)
    writes_[word] = {writer, ps};
}

const StaleLoadCheck::Write& StaleLoadCheck::last_write(const u8* host) const {
  static const Write unknown;
  const auto found = writes_.find(host - reinterpret_cast<u64>(host) % kWord);
  return found == writes_.end() ? unknown : found->second;
}

void StaleLoadCheck::found(const StaleLoad& load) {
  ++count_;
  const std::array<u64, 4> pair{u64{load.cluster} << 8 | load.core, load.pc,
                                u64{load.writer.cluster} << 8 | load.writer.master, load.writer.pc};
  if (reported_.insert(pair).second && report) report(load);
}

}  // namespace mppa::cluster
