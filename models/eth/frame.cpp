#include "models/eth/frame.h"

#include "models/common/crc32.h"

namespace mppa::eth {

u32 crc32(std::span<const u8> data, u32 crc) { return crc32_ieee(data, crc); }

FramePtr make_frame(std::vector<u8> data, bool pad) {
  if (pad && data.size() < kMinFrameBytes) data.resize(kMinFrameBytes);
  auto frame = std::make_shared<Frame>();
  frame->fcs = crc32(data);
  frame->data = std::move(data);
  return frame;
}

}  // namespace mppa::eth
