// What the fuzzers do with one input: decode, disassemble and execute arbitrary words.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "models/common/types.h"

namespace mppa::fuzz {

/// The first bytes of an input; words follow.
struct WordsHeader {
  u8 options =
      0;  ///< bit 0: functional level, 1: PS.USE, 2: timer interrupts, 3: PS.HLE off, 4: MMU, 5: arbitrated memory
  u8 slice = 0;  ///< cycles between comparisons, less 32
  u8 seed = 0;   ///< of register contents
  u8 entry = 0;  ///< word that a code register points to
};

/// Decodes the words at every position: what decodes must disassemble, and encode to words that decode equally. Then
/// runs them as a program on both engines. Returns what went wrong; a crash is the fuzzer's to notice.
std::optional<std::string> try_words(std::span<const u8> input);

}  // namespace mppa::fuzz
