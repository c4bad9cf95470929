// How a memory serves a TLM payload: plain reads and writes with byte enables, and the atomics of BusExtension.
#pragma once

#include <cstring>

#include "models/common/bus_extension.h"
#include "models/common/types.h"

namespace mppa {

/// Performs the payload on `size` bytes of memory at `memory`, address = offset. Sets the response status; returns
/// whether it is OK.
inline bool serve_memory(tlm::tlm_generic_payload& payload, u8* memory, u64 size) {
  const u64 address = payload.get_address();
  const u64 bytes = payload.get_data_length();
  if (bytes > size || address > size - bytes) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return false;
  }
  if (payload.get_streaming_width() < bytes) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return false;
  }
  u8* at = memory + address;
  u8* data = payload.get_data_ptr();
  const auto* extension = payload.get_extension<BusExtension>();
  if (extension && extension->atomic != AtomicOp::kNone) {
    u64 old = 0;
    std::memcpy(&old, at, bytes);
    u64 value = extension->operand, result = old;
    const u64 mask = bytes == 8 ? ~u64{0} : (u64{1} << 8 * bytes) - 1;
    if (extension->atomic == AtomicOp::kAdd) value = old + extension->operand;
    if (extension->atomic == AtomicOp::kCompareSwap) {
      result = old == (extension->expected & mask);
      if (!result) value = old;
    }
    std::memcpy(at, &value, bytes);
    std::memcpy(data, &result, bytes);
  } else if (const u8* enable = payload.get_byte_enable_ptr()) {
    const u64 length = payload.get_byte_enable_length();
    for (u64 i = 0; i < bytes; ++i) {
      if (enable[i % length] == 0) continue;
      if (payload.is_read()) data[i] = at[i];
      if (payload.is_write()) at[i] = data[i];
    }
  } else if (payload.is_read()) {
    std::memcpy(data, at, bytes);
  } else if (payload.is_write()) {
    std::memcpy(at, data, bytes);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return true;
}

}  // namespace mppa
