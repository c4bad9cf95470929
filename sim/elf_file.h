// Reads ELF64 little-endian files for KV3 (e_machine 256): what a loader and a disassembler need.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/types.h"
#include "sim/commands.h"

namespace mppa::sim {

/// The file is missing, is no KV3 ELF file, or is damaged; what() is one line "<file>: <reason>".
class ElfError : public BadInput {
 public:
  using BadInput::BadInput;
};

/// A PT_LOAD program header.
struct ElfSegment {
  u64 vaddr = 0;              ///< virtual address
  u64 paddr = 0;              ///< physical (load) address
  u64 memory_size = 0;        ///< bytes in memory, >= bytes.size(); the rest is zero
  u32 flags = 0;              ///< PF_X 1, PF_W 2, PF_R 4
  std::span<const u8> bytes;  ///< contents in the file
};

/// Names point into the ElfFile.
struct ElfSection {
  std::string_view name;
  u32 type = 0;   ///< SHT_*
  u64 flags = 0;  ///< SHF_*
  u64 address = 0;
  u64 size = 0;
  std::span<const u8> bytes;  ///< empty for SHT_NOBITS and SHT_NULL
  u32 link = 0;
  u64 entry_size = 0;

  bool is_code() const;  ///< has contents and holds instructions
};

struct ElfSymbol {
  std::string_view name;
  u64 value = 0;  ///< address; in a relocatable file: offset in its section
  u64 size = 0;
  u8 type = 0;      ///< STT_*
  u8 binding = 0;   ///< STB_*
  u32 section = 0;  ///< section index; 0 = undefined, kAbsolute, kCommon
};

class ElfFile {
 public:
  static constexpr u32 kAbsolute = 0xfff1;
  static constexpr u32 kCommon = 0xfff2;

  /// Reads and checks a whole file. Throws ElfError.
  static ElfFile read(const std::string& path);

  /// The same from memory; `name` goes into error messages.
  static ElfFile parse(std::vector<u8> image, const std::string& name);

  const std::string& name() const { return name_; }
  std::span<const u8> bytes() const { return *image_; }  ///< the whole file
  bool relocatable() const { return type_ == 1; }        ///< ET_REL: not linked, cannot be loaded

  bool has_relocations() const;
  bool executable() const { return type_ == 2; }  ///< ET_EXEC
  u64 entry() const { return entry_; }
  u32 flags() const { return flags_; }  ///< e_flags
  std::span<const ElfSegment> segments() const { return segments_; }
  std::span<const ElfSection> sections() const { return sections_; }  ///< with the null section at index 0
  std::span<const ElfSymbol> symbols() const { return symbols_; }     ///< of .symtab, without the null symbol

 private:
  ElfFile() = default;

  [[noreturn]] void fail(const std::string& reason) const;
  std::span<const u8> slice(u64 offset, u64 size, const char* what) const;
  void parse_header();
  void parse_segments();
  void parse_sections();
  void name_sections(u32 string_index);
  void parse_symbols();
  ElfSymbol parse_symbol(std::span<const u8> entry, const ElfSection& strings) const;
  std::string_view string_at(const ElfSection& table, u64 offset, const char* what) const;

  std::string name_;
  std::shared_ptr<const std::vector<u8>> image_;  ///< shared by copies: what points into it points for all of them
  u16 type_ = 0;
  u64 entry_ = 0;
  u32 flags_ = 0;
  u64 segment_offset_ = 0;
  u64 section_offset_ = 0;
  u32 segment_count_ = 0;
  u64 section_count_ = 0;
  u32 section_names_ = 0;
  std::vector<ElfSegment> segments_;
  std::vector<ElfSection> sections_;
  std::vector<ElfSymbol> symbols_;
};

}  // namespace mppa::sim
