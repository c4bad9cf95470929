// FNV-1a, 64 bit: identities for reports (configuration, firmware, program), not a protection against forgery.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "models/common/types.h"

namespace mppa::config {

class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) state_ = (state_ ^ static_cast<u8>(c)) * 0x100000001b3;
  }
  /// 16 hexadecimal digits.
  std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  u64 state_ = 0xcbf29ce484222325;
};

}  // namespace mppa::config
