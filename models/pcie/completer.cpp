#include "models/pcie/completer.h"

#include <algorithm>

namespace mppa::pcie {

std::vector<Tlp> completions(const Tlp& request, u16 completer, std::span<const u8> data, unsigned max_payload,
                             unsigned boundary) {
  std::vector<Tlp> out;
  u64 at = request.first_byte();
  while (!data.empty()) {
    const u64 limit = (at & ~u64{3}) + max_payload;
    u64 end = at + data.size();
    if (end > limit) end = limit / boundary * boundary > at ? limit / boundary * boundary : limit;
    Tlp& tlp = out.emplace_back(completion(request, completer, CompletionStatus::kSuccess));
    const auto bytes = static_cast<unsigned>(end - at);
    const unsigned skip = at & 3;
    tlp.type = TlpType::kCompletionData;
    tlp.length = static_cast<u16>((skip + bytes + 3) / 4);
    tlp.payload.resize(4U * tlp.length);
    std::copy_n(data.begin(), bytes, tlp.payload.begin() + skip);
    if (request.type == TlpType::kMemRead) {
      tlp.byte_count = static_cast<u16>(data.size());
      tlp.lower_address = at & 0x7F;
    }
    data = data.subspan(bytes);
    at = end;
  }
  return out;
}

}  // namespace mppa::pcie
