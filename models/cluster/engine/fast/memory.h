// Handlers of loads and stores, and the slow side they share.
//
// Inline a handler decides only the case that happens nearly always: the line is the most recent of its L1D set (a hit
// that also proves mapping, rights and cacheability), L1D is not busy, a store needs no wait. Everything else goes
// to SlowMemory, which applies the rules of timing::Lsu and answers with the host address, or tells that the bundle
// must be executed by the reference engine: nothing has been changed then, because a bundle's memory operation comes
// first.
#pragma once

#include "models/cluster/engine/core.h"
#include "models/cluster/engine/fast/hot.h"
#include "models/cluster/timing/lsu.h"

namespace mppa::engine::fast {

/// How a translated memory operation finds its address and whether it is done.
enum class AddressMode : u8 {
  kImm,      ///< r[1] + imm
  kIndexed,  ///< r[1] + (r[2] << m0)
  kCond,     ///< r[1] + imm if scalar condition m0 holds for r[2]
};

/// What is loaded or stored; r[0] is the first data register.
enum class LoadKind : u8 { kBz, kBs, kHz, kHs, kWz, kWs, kD, kQ, kO };
enum class StoreKind : u8 { kB, kH, kW, kD, kQ, kO };

Handler load_handler(LoadKind kind, AddressMode mode, timing::Level level);
Handler store_handler(StoreKind kind, AddressMode mode, timing::Level level);

class SlowMemory {
 public:
  SlowMemory(CoreParts& parts, Hot& hot) : parts_(parts), hot_(hot) {}

  /// Host address of `bytes` at `va` for a load (store) by record `op`; `t` advances by what the access costs. nullptr:
  /// the bundle must be stepped, nothing has changed.
  u8* access(const Op* op, u64 va, unsigned bytes, bool is_store, u64& t);
  /// The same for the functional level: no timing.
  u8* translate(u64 va, unsigned bytes, bool is_store);
  /// A conditional access that is not done, while L1D is busy: false if the bundle must be stepped.
  bool skip(const Op* op, u64& t);

  /// Forgets translations (the control epoch has changed), or lines only (L1D was changed by others).
  void forget_pages();
  void forget_lines();

 private:
  PageEntry* find_page(u64 va, unsigned bytes, bool is_store);
  bool fits(u64 wait) const;

  CoreParts& parts_;
  Hot& hot_;
};

}  // namespace mppa::engine::fast
