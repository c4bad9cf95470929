#include "sim/line_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace mppa::sim {
namespace {

/// Reads the section from front to end.
class Reader {
 public:
  Reader(std::span<const u8> bytes, const std::string& file) : rest_(bytes), file_(file) {}

  bool empty() const { return rest_.empty(); }
  template <class T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  u64 uleb() {
    u64 value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const u8 byte = get<u8>();
      if (shift < 64) value |= u64{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  i64 sleb() {
    u64 value = 0;
    for (unsigned shift = 0;;) {
      const u8 byte = get<u8>();
      if (shift < 64) value |= u64{byte & 0x7fu} << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      if (shift < 64 && (byte & 0x40) != 0) value |= ~u64{0} << shift;
      return static_cast<i64>(value);
    }
  }
  std::string text() {
    const auto end = std::find(rest_.begin(), rest_.end(), u8{0});
    if (end == rest_.end()) fail();
    std::string out(rest_.begin(), end);
    take(out.size() + 1);
    return out;
  }
  /// The next `size` bytes as a reader of their own.
  Reader part(u64 size) { return {take(size), file_}; }

 private:
  [[noreturn]] void fail() const { throw ElfError(file_ + ": .debug_line is damaged"); }
  std::span<const u8> take(u64 size) {
    if (size > rest_.size()) fail();
    const auto out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }

  std::span<const u8> rest_;
  const std::string& file_;
};

bool is_code(const ElfFile& file, u64 address) {
  return std::any_of(file.sections().begin(), file.sections().end(), [&](const ElfSection& s) {
    return s.is_code() && address >= s.address && address - s.address < s.size;
  });
}

}  // namespace

/// One line number program (DWARF 4, section 6.2), executed into the table.
class LineTable::Unit {
 public:
  Unit(LineTable& table, Sequences& sequences, const ElfFile& elf, Reader program)
      : table_(table), sequences_(sequences), elf_(elf), in_(program) {}

  void run() {
    version_ = in_.get<u16>();
    if (version_ < 2 || version_ > 4) return;
    Reader header = in_.part(in_.get<u32>());
    read_header(header);
    while (!in_.empty()) step();
  }

 private:
  enum Standard : u8 {
    kExtended = 0,
    kCopy,
    kAdvancePc,
    kAdvanceLine,
    kSetFile,
    kSetColumn,
    kNegateStatement,
    kBasicBlock,
    kConstAddPc,
    kFixedAdvancePc,
  };
  enum Extended : u8 { kEndSequence = 1, kSetAddress = 2, kDefineFile = 3 };

  void read_header(Reader& header) {
    unit_ = header.get<u8>();
    if (version_ >= 4) header.get<u8>();  // operations per instruction: no VLIW of that kind
    header.get<u8>();                     // is_stmt
    line_base_ = header.get<i8>();
    line_range_ = std::max<u8>(header.get<u8>(), 1);
    opcode_base_ = header.get<u8>();
    arguments_.assign(1, 0);
    for (unsigned i = 1; i < opcode_base_; ++i) arguments_.push_back(header.get<u8>());
    std::vector<std::string> directories{""};
    for (std::string name = header.text(); !name.empty(); name = header.text()) directories.push_back(std::move(name));
    first_file_ = table_.files_.size();
    for (std::string name = header.text(); !name.empty(); name = header.text()) {
      const u64 directory = header.uleb();
      header.uleb();  // time
      header.uleb();  // size
      const bool known = directory > 0 && directory < directories.size() && !name.starts_with('/');
      table_.files_.push_back(known ? directories[directory] + "/" + name : name);
    }
  }

  void step() {
    const u8 opcode = in_.get<u8>();
    if (opcode >= opcode_base_) {
      const unsigned adjusted = opcode - opcode_base_;
      address_ += u64{adjusted / line_range_} * unit_;
      line_ += static_cast<i64>(line_base_) + adjusted % line_range_;
      return emit(false);
    }
    switch (opcode) {
      case kExtended:
        return extended();
      case kCopy:
        return emit(false);
      case kAdvancePc:
        address_ += in_.uleb() * unit_;
        break;
      case kAdvanceLine:
        line_ += in_.sleb();
        break;
      case kSetFile:
        file_ = in_.uleb();
        break;
      case kConstAddPc:
        address_ += u64{(255u - opcode_base_) / line_range_} * unit_;
        break;
      case kFixedAdvancePc:
        address_ += in_.get<u16>();
        break;
      default:
        for (unsigned i = 0; i < arguments_[opcode]; ++i) in_.uleb();
    }
  }

  void extended() {
    Reader operation = in_.part(in_.uleb());
    switch (operation.get<u8>()) {
      case kEndSequence:
        emit(true);
        finish_sequence();
        break;
      case kSetAddress:
        address_ = operation.get<u64>();
        break;
      default:
        break;
    }
  }

  void emit(bool end) {
    const u64 file = first_file_ + file_ - 1;
    rows_.push_back({address_, static_cast<u32>(file), static_cast<u32>(std::max<i64>(line_, 0)), end});
  }

  /// Functions that the linker has left out keep their lines, at addresses where no code is.
  void finish_sequence() {
    if (is_code(elf_, rows_.front().address)) sequences_.push_back(std::move(rows_));
    rows_ = {};
    address_ = 0;
    file_ = 1;
    line_ = 1;
  }

  LineTable& table_;
  Sequences& sequences_;
  const ElfFile& elf_;
  Reader in_;
  u16 version_ = 0;
  u8 unit_ = 1;
  i8 line_base_ = 0;
  u8 line_range_ = 1;
  u8 opcode_base_ = 1;
  std::vector<u8> arguments_;  ///< of the standard opcodes
  std::size_t first_file_ = 0;
  std::vector<Row> rows_;  ///< of the current sequence
  u64 address_ = 0;
  u64 file_ = 1;
  i64 line_ = 1;
};

LineTable::LineTable(const ElfFile& file) {
  const auto sections = file.sections();
  const auto lines =
      std::find_if(sections.begin(), sections.end(), [](const ElfSection& s) { return s.name == ".debug_line"; });
  if (lines == sections.end()) return;
  Sequences sequences;
  for (Reader in(lines->bytes, file.name()); !in.empty();) {
    const u64 length = in.get<u32>();
    Unit(*this, sequences, file, in.part(length == 0xffffffff ? in.get<u64>() : length)).run();
  }
  std::sort(sequences.begin(), sequences.end(),
            [](const auto& a, const auto& b) { return a.front().address < b.front().address; });
  for (const auto& sequence : sequences) rows_.insert(rows_.end(), sequence.begin(), sequence.end());
}

std::optional<LineTable::Place> LineTable::find(u64 address) const {
  const auto next =
      std::upper_bound(rows_.begin(), rows_.end(), address, [](u64 a, const Row& row) { return a < row.address; });
  if (next == rows_.begin() || std::prev(next)->end) return std::nullopt;
  const Row& row = *std::prev(next);
  if (row.file >= files_.size()) return std::nullopt;
  return Place{files_[row.file], row.line};
}

}  // namespace mppa::sim
