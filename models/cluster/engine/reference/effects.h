// What a bundle is going to change, collected while all its instructions still see the state before it.
#pragma once

#include <array>
#include <stdexcept>

#include "models/cluster/core/core_state.h"
#include "models/cluster/exec/lanes.h"
#include "models/common/types.h"

namespace mppa::engine {

class Effects {
 public:
  explicit Effects(const core::CoreState& before) : cs_(before.sfr[core::kCs]), old_cs_(cs_) {}

  void write(u8 reg, u64 value) {
    if (count_ == kMax) throw std::logic_error("Effects: more results than a bundle can have");
    writes_[count_++] = {reg, value};
  }
  void write(u8 reg, u128 value) {
    write(reg, exec::low64(value));
    write(static_cast<u8>(reg + 1), exec::high64(value));
  }
  void write(u8 reg, const u256& value) {
    for (u8 i = 0; i < 4; ++i) write(static_cast<u8>(reg + i), value.w[i]);
  }

  /// CS with the flags and carries of the instructions so far.
  u64& cs() { return cs_; }
  bool cs_changed() const { return cs_ != old_cs_; }

  void commit(core::CoreState& state) const {
    for (unsigned i = 0; i < count_; ++i) state.gpr[writes_[i].reg] = writes_[i].value;
    if (cs_changed()) state.sfr[core::kCs] = cs_;
  }

 private:
  static constexpr unsigned kMax = 24;
  struct Write {
    u8 reg;
    u64 value;
  };
  std::array<Write, kMax> writes_;
  unsigned count_ = 0;
  u64 cs_;
  u64 old_cs_;
};

}  // namespace mppa::engine
