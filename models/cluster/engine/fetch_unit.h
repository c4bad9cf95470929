// Finds, reads and decodes bundles. Decoded bundles are kept by physical address and checked against memory each time,
// so that code changed by anybody is seen.
#pragma once

#include <array>
#include <optional>
#include <unordered_map>

#include "models/cluster/core/mmu.h"
#include "models/cluster/core/trap.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/timing/bundle_timing.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine {

/// A bundle as decoded, with what the timing rules and the hardware loop need to know of it.
struct Decoded {
  std::array<u32, isa::kMaxSyllables> words{};
  u8 syllables = 0;
  isa::DecodeError error = isa::DecodeError::kNone;
  isa::Bundle bundle;
  timing::BundleTiming timing;
  bool never_last = false;  ///< holds an instruction that must not end a hardware loop (architecture.md section 9)
};

struct Fetched {
  const Decoded* code = nullptr;
  timing::FetchLines lines;
};

class FetchUnit {
 public:
  explicit FetchUnit(const CoreParts& parts) : parts_(parts) {}

  /// The bundle at `pc`; a trap if it cannot be fetched. `out.code` stays valid until the next call.
  std::optional<core::Trap> fetch(u64 pc, Fetched& out);
  void forget();

 private:
  /// A translated page (or, with the MMU off, region) of code.
  struct Page {
    u64 va = 1, bytes = 0;  // empty
    u64 pa = 0;
    const MemRegion* region = nullptr;
    bool cached = false;
    u64 epoch = 0;
  };
  std::optional<core::Trap> find_page(u64 va);
  std::optional<core::Trap> read_words(u64 pc, std::array<u32, isa::kMaxSyllables>& words, Fetched& out);
  const Decoded& decode(u64 pa, const std::array<u32, isa::kMaxSyllables>& words, unsigned syllables);

  const CoreParts& parts_;
  Page page_;
  std::unordered_map<u64, Decoded> decoded_;
};

}  // namespace mppa::engine
