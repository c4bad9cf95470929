#include "models/eth/pause.h"

#include <algorithm>

namespace mppa::eth {
namespace {

constexpr MacAddress kGroup = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01};
constexpr u16 kOpcodePause = 0x0001;
constexpr u16 kOpcodePfc = 0x0101;
constexpr unsigned kOpcode = kHeaderBytes;
constexpr unsigned kOperands = kHeaderBytes + 2;

}  // namespace

std::vector<u8> make_pause(const PauseRequest& request, const MacAddress& source) {
  std::vector<u8> bytes(kMinFrameBytes);
  std::copy(kGroup.begin(), kGroup.end(), bytes.begin());
  std::copy(source.begin(), source.end(), bytes.begin() + 6);
  store_be16(&bytes[12], kMacControlType);
  store_be16(&bytes[kOpcode], request.pfc ? kOpcodePfc : kOpcodePause);
  if (!request.pfc) {
    store_be16(&bytes[kOperands], request.quanta[0]);
    return bytes;
  }
  store_be16(&bytes[kOperands], request.classes);
  for (unsigned c = 0; c < kClasses; ++c) store_be16(&bytes[kOperands + 2 + 2 * c], request.quanta[c]);
  return bytes;
}

bool is_mac_control(const Frame& frame) {
  return frame.data.size() >= kMinFrameBytes && load_be16(&frame.data[12]) == kMacControlType;
}

std::optional<PauseRequest> parse_pause(const Frame& frame) {
  if (!is_mac_control(frame)) return {};
  PauseRequest request;
  const u8* at = &frame.data[kOperands];
  switch (load_be16(&frame.data[kOpcode])) {
    case kOpcodePause:
      request.quanta[0] = load_be16(at);
      return request;
    case kOpcodePfc:
      request.pfc = true;
      request.classes = at[1];
      for (unsigned c = 0; c < kClasses; ++c) request.quanta[c] = load_be16(at + 2 + 2 * c);
      return request;
    default:
      return {};
  }
}

}  // namespace mppa::eth
