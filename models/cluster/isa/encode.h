// The inverse of decode(): makes bundle words from decoded instructions. For tests, random program generators and the
// disassembler.
#pragma once

#include <vector>

#include "models/cluster/isa/insn.h"

namespace mppa::isa {

/// The syllables of one instruction with bit 31 and the slot number of extensions (bits 28:27) clear, except where the
/// encoding itself wants them set. Operand values that do not fit their field are cut to its width; `splat` must be
/// set for an immediate that is to be splatted.
std::vector<u32> encode(const Insn& insn);

/// The words of a bundle. Instructions must be in slot order with `slot` set as decode() would assign it (slots 0-1:
/// BCU, EXT; then ALU syllables before MAU and LSU ones); extensions go to the end in slot order. Legality is not
/// checked: decode() the result for that. An empty bundle gives no words.
std::vector<u32> encode(const Bundle& bundle);

}  // namespace mppa::isa
