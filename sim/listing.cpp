// objdump walks a section from symbol to symbol. Inside one such piece it asks for one instruction at a time; the first
// request of a bundle reads the bundle and puts its instructions in slot order, so the bytes shown next to an
// instruction are those at its running address and not necessarily its own. Runs of zero bytes become "...".
#include "sim/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "models/cluster/isa/disasm.h"
#include "models/cluster/isa/split.h"
#include "sim/symbol_order.h"

namespace mppa::sim {
namespace {

constexpr u8 kSttObject = 1;
constexpr std::size_t kBytesPerLine = 16;
constexpr std::size_t kSkipZeroes = 8;       ///< this many zero bytes are left out
constexpr std::size_t kSkipZeroesAtEnd = 3;  ///< fewer than this at the end of a piece too

class SectionListing {
 public:
  SectionListing(const ElfFile& file, const SymbolOrder& symbols, u32 index, std::string& out)
      : symbols_(symbols), index_(index), section_(file.sections()[index]), out_(out) {
    choose_address_width();
  }

  void write();

 private:
  using Out = std::back_insert_iterator<std::string>;
  Out out() { return std::back_inserter(out_); }

  void choose_address_width();
  void write_address(u64 offset);
  void write_bytes(u64 offset, u64 count);
  std::size_t next_symbol(std::size_t place, u64 address) const;
  void write_piece(u64 start, u64 stop, bool instructions);
  u64 skip_zeroes(u64 offset, u64 stop);
  u64 write_data(u64 offset, u64 stop);
  u64 write_instruction(u64 offset, u64 stop);
  bool start_bundle(u64 offset, u64 stop, std::string& error);
  u32 word_at(u64 offset) const;

  const SymbolOrder& symbols_;
  u32 index_;
  const ElfSection& section_;
  std::string& out_;
  int address_width_ = 16;

  std::array<isa::SlotWords, isa::kSlotCount> pending_{};  ///< instructions of the current bundle
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  bool bad_bundle_ = false;
};

/// Leading zeroes that no address of the section needs are dropped in groups of four.
void SectionListing::choose_address_width() {
  const std::string last = fmt::format("{:016x}", section_.address + section_.size);
  std::size_t zeroes = last.find_first_not_of('0');
  if (zeroes == std::string::npos) zeroes = section_.address == 0 ? 16 : 0;
  if (zeroes != 0) zeroes = (zeroes - 1) & ~std::size_t{3};
  address_width_ = static_cast<int>(16 - zeroes);
}

void SectionListing::write_address(u64 offset) {
  fmt::format_to(out(), "{:{}x}:\t", section_.address + offset, address_width_);
}

void SectionListing::write_bytes(u64 offset, u64 count) {
  for (u64 i = 0; i < kBytesPerLine; ++i) {
    if (i < count) {
      fmt::format_to(out(), "{:02x} ", section_.bytes[offset + i]);
    } else {
      out_ += "   ";
    }
  }
}

u32 SectionListing::word_at(u64 offset) const {
  u32 word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= static_cast<u32>(section_.bytes[offset + i]) << (8 * i);
  return word;
}

/// The next symbol of this section after the one at `place`, for a piece that starts at `address`.
std::size_t SectionListing::next_symbol(std::size_t place, u64 address) const {
  if (place == SymbolOrder::kNone) return SymbolOrder::kNone;
  if (symbols_.address(place) > address) return place;
  for (std::size_t i = place; i < symbols_.size(); ++i)
    if (symbols_.symbol(i).section == index_ && symbols_.address(i) > symbols_.address(place)) return i;
  return SymbolOrder::kNone;
}

void SectionListing::write() {
  if (section_.bytes.empty()) return;
  fmt::format_to(out(), "\nDisassembly of section {}:\n", section_.name);
  std::size_t symbol = symbols_.find(section_.address, index_, true);
  const u64 end = section_.bytes.size();
  for (u64 offset = 0; offset < end;) {
    const u64 address = section_.address + offset;
    fmt::format_to(out(), "\n{:016x} {}:\n", address, symbols_.relative_to(symbol, address, index_));
    const std::size_t next = next_symbol(symbol, address);
    u64 stop = next == SymbolOrder::kNone ? end : symbols_.address(next) - section_.address;
    if (stop > end || stop <= offset) stop = end;
    const bool data = symbol != SymbolOrder::kNone && symbols_.symbol(symbol).section == index_ &&
                      symbols_.address(symbol) <= address && symbols_.symbol(symbol).type == kSttObject;
    write_piece(offset, stop, !data);
    offset = stop;
    symbol = next;
  }
}

void SectionListing::write_piece(u64 start, u64 stop, bool instructions) {
  for (u64 offset = start; offset < stop;) {
    if (const u64 skipped = skip_zeroes(offset, stop); skipped != 0) {
      out_ += "\t...\n";
      offset += skipped;
      continue;
    }
    write_address(offset);
    const u64 written = instructions ? write_instruction(offset, stop) : write_data(offset, stop);
    out_ += '\n';
    if (written == 0) return;
    offset += written;
  }
}

/// Number of zero bytes at `offset` that are not shown.
u64 SectionListing::skip_zeroes(u64 offset, u64 stop) {
  u64 z = offset;
  while (z < stop && section_.bytes[z] == 0) ++z;
  const u64 run = z - offset;
  if (run < kSkipZeroes && !(z == stop && run < kSkipZeroesAtEnd)) return 0;
  return z == stop ? run : run & ~u64{3};
}

u64 SectionListing::write_data(u64 offset, u64 stop) {
  const u64 count = std::min<u64>(kBytesPerLine, stop - offset);
  write_bytes(offset, count);
  out_ += "    ";
  for (u64 i = 0; i < count; ++i) {
    const u8 c = section_.bytes[offset + i];
    out_ += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '.';
  }
  return count;
}

/// Reads the bundle at `offset`; false with the reason if it does not end before `stop`.
bool SectionListing::start_bundle(u64 offset, u64 stop, std::string& error) {
  std::array<u32, isa::kMaxSyllables> words{};
  unsigned length = 0;
  do {
    const u64 at = offset + 4 * length;
    if (at + 4 > stop) {
      error = fmt::format("Address 0x{:x} is out of bounds.\n", section_.address + at);
      return false;
    }
    words[length] = word_at(at);
    ++length;
  } while ((words[length - 1] >> 31) != 0 && length < isa::kMaxSyllables);

  isa::Slots slots;
  bad_bundle_ = isa::bundle_length({words.data(), length}) == 0 ||
                isa::split_bundle({words.data(), length}, slots) != isa::DecodeError::kNone;
  next_ = 0;
  if (bad_bundle_) return true;
  count_ = 0;
  for (const isa::SlotWords& s : slots)
    if (s.used) pending_[count_++] = s;
  return true;
}

/// One instruction; returns the bytes it takes, 0 if the piece ends here.
u64 SectionListing::write_instruction(u64 offset, u64 stop) {
  if (std::string error; next_ == 0 && !start_bundle(offset, stop, error)) {
    out_ += error;
    return 0;
  }
  std::optional<std::string> text;
  const isa::SlotWords& insn = pending_[next_];
  if (!bad_bundle_)
    text = isa::disassemble_words(insn.view(), section_.address + offset,
                                  [this](u64 target) { return symbols_.format(target, index_); });
  bad_bundle_ = false;
  const u64 size = text ? insn.view().size() * 4 : 4;
  write_bytes(offset, std::min<u64>(size, section_.bytes.size() - offset));
  out_ += '\t';
  if (!text) {
    out_ += "*** invalid opcode ***\n";
    next_ = 0;
    return size;
  }
  out_ += *text;
  if (++next_ == count_) {
    out_ += ";;\n";
    next_ = 0;
  }
  return size;
}

}  // namespace

std::string disassembly_listing(const ElfFile& file) {
  const SymbolOrder symbols(file);
  std::string out = fmt::format("\n{}:     file format elf64-kvx\n\n", file.name());
  for (u32 i = 0; i < file.sections().size(); ++i)
    if (file.sections()[i].is_code()) SectionListing(file, symbols, i, out).write();
  return out;
}

}  // namespace mppa::sim
