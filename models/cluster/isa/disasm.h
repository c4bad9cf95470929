// Disassembler: the text GNU objdump (binutils 2.44) prints for kvx.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "models/cluster/isa/insn.h"

namespace mppa::isa {

/// Text for a branch target address. objdump prints `1f40 <symbol+0x10>`.
using AddressFormatter = std::function<std::string(u64)>;

/// "0x1f40": what objdump prints in a file without symbols.
std::string plain_address(u64 address);

/// One line per instruction, the last one ends in ";;", no newline after it. `pc` is the address of the bundle.
/// Aliases are printed where objdump prints them.
std::string disassemble(const Bundle& bundle, u64 pc, const AddressFormatter& address = plain_address);

/// One instruction without the ";;".
std::string disassemble(const Insn& insn, u64 pc, const AddressFormatter& address = plain_address);

/// The text of one instruction given as its 1 to 3 syllables (extensions in order; bits 31 and 28:27 as in memory).
/// Nothing if objdump calls it invalid. Unlike decode() this does not look at SFR numbers or at the bundle.
std::optional<std::string> disassemble_words(std::span<const u32> words, u64 pc,
                                             const AddressFormatter& address = plain_address);

/// Assembler name of SFR `number` (0 to 511) with the dollar sign.
std::string sfr_name(unsigned number);

}  // namespace mppa::isa
