// The memory of a bare machine as its program addresses it: through the core's MMU. Used by semihosting.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "models/cluster/core/mmu.h"
#include "models/cluster/engine/core_bus.h"

namespace mppa::sim {

class GuestMemory {
 public:
  GuestMemory(const core::Mmu& mmu, engine::CoreBus& bus) : mmu_(mmu), bus_(bus) {}

  /// False if some byte is not mapped memory; the bytes before it have been copied.
  bool read(u64 va, std::span<u8> data) const;
  bool write(u64 va, std::span<const u8> data) const;
  /// A zero-terminated string of at most 4095 characters; nothing if it is longer or not mapped.
  std::optional<std::string> string(u64 va) const;

 private:
  u8* host(u64 va, core::AccessKind kind) const;
  const core::Mmu& mmu_;
  engine::CoreBus& bus_;
};

}  // namespace mppa::sim
