#include "sim/exec/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace mppa::sim {
namespace {

/// Host address of `bytes` of memory at `pa`, or nullptr.
u8* memory_at(engine::CoreBus& bus, u64 pa, u64 bytes) {
  const engine::MemRegion* region = bus.region(pa);
  return region != nullptr && region->contains(pa, bytes) ? region->host + (pa - region->base) : nullptr;
}

struct Area {
  u64 address = 0;
  u64 size = 0;
};

/// The boot-argument area of the program; size 0 if it has none.
Area argument_area(const ElfFile& file) {
  constexpr u64 kDefaultSize = 4096;
  for (const ElfSection& section : file.sections())
    if (section.name == ".mppa_args" && section.size != 0) return {section.address, section.size};
  for (const ElfSymbol& symbol : file.symbols())
    if (symbol.name == "MPPA_ARGAREA_START" && symbol.section != 0) return {symbol.value, kDefaultSize};
  return {};
}

/// The area's image: header, argv[], envp[] (empty), strings.
std::vector<u8> argument_image(const std::vector<std::string>& args, u64 address, u32 frequency_hz) {
  constexpr u64 kHeader = 48;
  const u64 envp = kHeader + 8 * (args.size() + 1);
  std::vector<u8> image(envp + 8);
  const auto put = [&](u64 offset, const auto& value) { std::memcpy(image.data() + offset, &value, sizeof(value)); };
  const u32 header[8] = {0xDEADBEEF, 0, 0, 0, frequency_hz, static_cast<u32>(args.size()), 0, 0};
  put(0, header);
  put(32, u64{address + kHeader});
  put(40, u64{address + envp});
  for (std::size_t i = 0; i < args.size(); ++i) {
    put(kHeader + 8 * i, u64{address + image.size()});
    image.insert(image.end(), args[i].begin(), args[i].end());
    image.push_back(0);
  }
  return image;
}

}  // namespace

void load_segments(const ElfFile& file, engine::CoreBus& bus, const std::string& memories) {
  if (!file.executable()) throw BadInput(file.name() + ": not a linked program (ET_EXEC)");
  if (file.segments().empty()) throw BadInput(file.name() + ": has no loadable segment");
  for (const ElfSegment& s : file.segments()) {
    if (s.memory_size == 0) continue;
    u8* const host = memory_at(bus, s.paddr, s.memory_size);
    if (host == nullptr)
      throw BadInput(fmt::format("{}: segment at {:#x} of {:#x} bytes is outside the memory ({})", file.name(), s.paddr,
                                 s.memory_size, memories));
    if (!s.bytes.empty()) std::memcpy(host, s.bytes.data(), s.bytes.size());
    std::memset(host + s.bytes.size(), 0, s.memory_size - s.bytes.size());
  }
  if (file.entry() % 4 != 0 || memory_at(bus, file.entry(), 4) == nullptr)
    throw BadInput(fmt::format("{}: entry point {:#x} is no code address ({})", file.name(), file.entry(), memories));
}

bool write_arguments(const ElfFile& file, engine::CoreBus& bus, const std::vector<std::string>& args,
                     u32 frequency_hz) {
  const Area area = argument_area(file);
  if (area.size == 0) return false;
  u8* const host = memory_at(bus, area.address, area.size);
  if (host == nullptr)
    throw BadInput(fmt::format("{}: the argument area at {:#x} is outside the memory", file.name(), area.address));
  const std::vector<u8> image = argument_image(args, area.address, frequency_hz);
  if (image.size() > area.size)
    throw BadInput(fmt::format("program arguments need {} bytes, the argument area of {} has {}", image.size(),
                               file.name(), area.size));
  std::copy(image.begin(), image.end(), host);
  return true;
}

}  // namespace mppa::sim
