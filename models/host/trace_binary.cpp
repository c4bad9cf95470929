// The binary form of a block trace: what blktrace records, before blkparse prints it (linux/blktrace_api.h).
#include <fmt/core.h>

#include <cstring>
#include <map>

#include "models/host/trace.h"

namespace mppa::host {

namespace {

constexpr u32 kMagic = 0x65617400, kVersion = 7;
constexpr u64 kEventBytes = 48, kSector = 512;
constexpr u32 kActionQueue = 1;
/// Categories, in the upper half of the action.
constexpr u32 kRead = 1 << 0, kWrite = 1 << 1, kFlush = 1 << 2, kNotify = 1 << 10, kDiscard = 1 << 13;

template <typename T>
T field(std::string_view event, u64 offset) {
  T value;
  std::memcpy(&value, event.data() + offset, sizeof value);
  return value;
}

bool kind_of(u32 categories, IoKind& kind) {
  if (categories & kDiscard)
    kind = IoKind::kTrim;
  else if (categories & kWrite)
    kind = IoKind::kWrite;
  else if (categories & kRead)
    kind = IoKind::kRead;
  else if (categories & kFlush)
    kind = IoKind::kFlush;
  else
    return false;
  return true;
}

}  // namespace

bool is_binary_blktrace(std::string_view data) {
  return data.size() >= 4 && (field<u32>(data, 0) & 0xFFFF'FF00) == kMagic;
}

Trace parse_binary_blktrace(std::string_view data, std::string_view file_name) {
  Trace trace;
  trace.timed = true;
  std::multimap<u64, Io> ios;  ///< by time
  const auto fail = [&](u64 number, const std::string& what) {
    throw std::runtime_error(fmt::format("{}: event {}: {}", file_name, number, what));
  };
  for (u64 number = 1; !data.empty(); ++number) {
    if (data.size() < kEventBytes) fail(number, "the file ends in the middle");
    if (field<u32>(data, 0) != (kMagic | kVersion)) fail(number, "this is no event of blktrace version 7");
    const u64 sector = field<u64>(data, 16), bytes = field<u32>(data, 24), extra = field<u16>(data, 46);
    const u32 action = field<u32>(data, 28);
    const u64 when = field<u64>(data, 8) * 1000;
    if (data.size() - kEventBytes < extra) fail(number, "the file ends in the middle");
    data.remove_prefix(kEventBytes + extra);
    IoKind kind{};
    if ((action & 0xFFFF) != kActionQueue || (action >> 16 & kNotify) || !kind_of(action >> 16, kind)) continue;
    if (bytes == 0) kind = IoKind::kFlush;  // a flush may be marked as a write
    if (bytes % kSector != 0) fail(number, fmt::format("{} bytes are no whole sectors", bytes));
    // The recording processors' events follow each other in bundles.
    ios.emplace(when, Io{kind, sector * kSector, bytes});
  }
  if (ios.empty()) fail(1, "there is no queue event (action Q) in the trace");
  for (const auto& [when, io] : ios) trace.entries.push_back({when - ios.begin()->first, io});
  return trace;
}

}  // namespace mppa::host
