#include "sim/exec/guest_memory.h"

namespace mppa::sim {

u8* GuestMemory::host(u64 va, core::AccessKind kind) const {
  const core::Translation tr = mmu_.translate({va, 1, kind, false});
  if (tr.status != core::Translation::Status::kOk) return nullptr;
  const engine::MemRegion* region = bus_.region(tr.pa);
  return region != nullptr ? region->host + (tr.pa - region->base) : nullptr;
}

bool GuestMemory::read(u64 va, std::span<u8> data) const {
  for (u8& byte : data) {
    const u8* const p = host(va++, core::AccessKind::kLoad);
    if (p == nullptr) return false;
    byte = *p;
  }
  return true;
}

bool GuestMemory::write(u64 va, std::span<const u8> data) const {
  for (const u8 byte : data) {
    u8* const p = host(va++, core::AccessKind::kStore);
    if (p == nullptr) return false;
    *p = byte;
  }
  return true;
}

std::optional<std::string> GuestMemory::string(u64 va) const {
  constexpr unsigned kMaxPath = 4095;
  std::string text;
  for (unsigned i = 0; i <= kMaxPath; ++i) {
    u8 byte = 0;
    if (!read(va + i, {&byte, 1})) return {};
    if (byte == 0) return text;
    text.push_back(static_cast<char>(byte));
  }
  return {};
}

}  // namespace mppa::sim
