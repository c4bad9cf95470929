// Received packets on the heap, for stacks that run natively.
#pragma once

#include <vector>

#include "models/common/types.h"

extern "C" {
#include "net/net.h"
}

namespace mppa::net_test {

/// A packet with one reference; it deletes itself when the last one goes.
inline net_buf* heap_buffer(std::vector<u8> bytes) {
  struct Buffer : net_buf {
    std::vector<u8> bytes;
  };
  auto* buf = new Buffer{};
  buf->bytes = std::move(bytes);
  buf->data = buf->bytes.data();
  buf->len = static_cast<u32>(buf->bytes.size());
  buf->refs = 1;
  buf->release = [](net_buf* b) { delete static_cast<Buffer*>(b); };
  return buf;
}

}  // namespace mppa::net_test
