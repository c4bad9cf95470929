#include "sim/elf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace mppa::sim {
namespace {

// Constants and field offsets of the System V ABI, ELF-64 object file format.
constexpr u16 kMachineKvx = 256;
constexpr u32 kCoreKv31 = 0x13;
constexpr std::size_t kHeaderSize = 64;
constexpr u64 kSegmentSize = 56;
constexpr u64 kSectionSize = 64;
constexpr u64 kSymbolSize = 24;
constexpr u32 kPtLoad = 1;
constexpr u32 kShtNull = 0;
constexpr u32 kShtSymtab = 2;
constexpr u32 kShtStrtab = 3;
constexpr u32 kShtRela = 4;
constexpr u32 kShtNobits = 8;
constexpr u32 kShtRel = 9;
constexpr u64 kShfExecInstr = 4;
constexpr u32 kXIndex = 0xffff;

template <class T>
T field(std::span<const u8> bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[offset + i]) << (8 * i));
  return value;
}

}  // namespace

bool ElfSection::is_code() const { return (flags & kShfExecInstr) != 0 && type != kShtNobits && type != kShtNull; }

bool ElfFile::has_relocations() const {
  return std::any_of(sections_.begin(), sections_.end(),
                     [](const ElfSection& s) { return s.type == kShtRela || s.type == kShtRel; });
}

void ElfFile::fail(const std::string& reason) const { throw ElfError(name_ + ": " + reason); }

std::span<const u8> ElfFile::slice(u64 offset, u64 size, const char* what) const {
  if (offset > image_->size() || size > image_->size() - offset)
    fail(fmt::format("truncated ELF file: {} needs bytes {:#x} to {:#x}, the file has {:#x}", what, offset,
                     offset + size, image_->size()));
  return std::span<const u8>(*image_).subspan(offset, size);
}

ElfFile ElfFile::read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw ElfError(path + ": cannot open file");
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw ElfError(path + ": is a directory");
  std::vector<u8> image((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) throw ElfError(path + ": cannot read file");
  return parse(std::move(image), path);
}

ElfFile ElfFile::parse(std::vector<u8> image, const std::string& name) {
  ElfFile file;
  file.name_ = name;
  file.image_ = std::make_shared<const std::vector<u8>>(std::move(image));
  file.parse_header();
  file.parse_segments();
  file.parse_sections();
  file.parse_symbols();
  return file;
}

void ElfFile::parse_header() {
  constexpr u8 kMagic[] = {0x7f, 'E', 'L', 'F'};
  if (image_->size() < 4 || !std::equal(std::begin(kMagic), std::end(kMagic), image_->begin())) fail("not an ELF file");
  const auto h = slice(0, kHeaderSize, "the file header");
  if (h[4] != 2) fail("not a 64-bit ELF file");
  if (h[5] != 1) fail("not a little-endian ELF file");
  type_ = field<u16>(h, 16);
  const u16 machine = field<u16>(h, 18);
  if (machine != kMachineKvx) fail(fmt::format("ELF machine is {}, not {} (KVX)", machine, kMachineKvx));
  flags_ = field<u32>(h, 48);
  // Bits 15:8 name the core (0x13 = kv3-1, 0x23 = kv3-2, 0x14 = kv4-1; 0 = not said).
  if (const u32 core = (flags_ >> 8) & 0xff; core != 0 && core != kCoreKv31)
    fail(fmt::format("code is for core kv{}-{}, not kv3-1", core & 15, core >> 4));
  entry_ = field<u64>(h, 24);
  segment_offset_ = field<u64>(h, 32);
  section_offset_ = field<u64>(h, 40);
  segment_count_ = field<u16>(h, 56);
  section_count_ = field<u16>(h, 60);
  section_names_ = field<u16>(h, 62);
  if (segment_count_ != 0 && field<u16>(h, 54) != kSegmentSize) fail("program headers have an unknown size");
  if (section_offset_ != 0 && field<u16>(h, 58) != kSectionSize) fail("section headers have an unknown size");
}

void ElfFile::parse_segments() {
  for (u32 i = 0; i < segment_count_; ++i) {
    const auto h = slice(segment_offset_, (i + 1) * kSegmentSize, "the program header table").last(kSegmentSize);
    if (field<u32>(h, 0) != kPtLoad) continue;
    ElfSegment s;
    s.flags = field<u32>(h, 4);
    s.vaddr = field<u64>(h, 16);
    s.paddr = field<u64>(h, 24);
    s.bytes = slice(field<u64>(h, 8), field<u64>(h, 32), "a segment");
    s.memory_size = field<u64>(h, 40);
    if (s.memory_size < s.bytes.size())
      fail(fmt::format("segment {} at {:#x} is larger in the file than in memory", i, s.vaddr));
    if (s.vaddr + s.memory_size < s.vaddr || s.paddr + s.memory_size < s.paddr)
      fail(fmt::format("segment {} at {:#x} wraps around the address space", i, s.vaddr));
    segments_.push_back(s);
  }
}

void ElfFile::parse_sections() {
  if (section_offset_ == 0) return;
  const auto first = slice(section_offset_, kSectionSize, "the section header table");
  if (section_count_ == 0) section_count_ = field<u64>(first, 32);  // more than 0xff00 sections
  if (section_names_ == kXIndex) section_names_ = field<u32>(first, 40);
  if (section_count_ > image_->size() / kSectionSize) fail("truncated ELF file: section header table");
  const auto table = slice(section_offset_, section_count_ * kSectionSize, "the section header table");
  for (u64 i = 0; i < section_count_; ++i) {
    const auto h = table.subspan(i * kSectionSize, kSectionSize);
    ElfSection s;
    s.type = field<u32>(h, 4);
    s.flags = field<u64>(h, 8);
    s.address = field<u64>(h, 16);
    s.size = field<u64>(h, 32);
    s.link = field<u32>(h, 40);
    s.entry_size = field<u64>(h, 56);
    if (s.type != kShtNobits && s.type != kShtNull) s.bytes = slice(field<u64>(h, 24), s.size, "a section");
    sections_.push_back(s);
  }
  name_sections(section_names_);
}

void ElfFile::name_sections(u32 string_index) {
  if (string_index == 0) return;  // a file without section names
  if (string_index >= sections_.size() || sections_[string_index].type != kShtStrtab)
    fail("the section name table does not exist");
  for (u64 i = 0; i < sections_.size(); ++i)
    sections_[i].name =
        string_at(sections_[string_index], field<u32>(*image_, section_offset_ + i * kSectionSize), "section name");
}

std::string_view ElfFile::string_at(const ElfSection& table, u64 offset, const char* what) const {
  if (offset >= table.bytes.size()) fail(fmt::format("{} outside its string table", what));
  const auto rest = table.bytes.subspan(offset);
  const auto end = std::find(rest.begin(), rest.end(), u8{0});
  if (end == rest.end()) fail(fmt::format("{} has no end", what));
  return {reinterpret_cast<const char*>(rest.data()), static_cast<std::size_t>(end - rest.begin())};
}

void ElfFile::parse_symbols() {
  const auto table =
      std::find_if(sections_.begin(), sections_.end(), [](const ElfSection& s) { return s.type == kShtSymtab; });
  if (table == sections_.end()) return;
  if (table->entry_size != kSymbolSize) fail("symbols have an unknown size");
  if (table->link >= sections_.size() || sections_[table->link].type != kShtStrtab)
    fail("the symbol table has no string table");
  const ElfSection& strings = sections_[table->link];
  for (u64 at = kSymbolSize; at + kSymbolSize <= table->bytes.size(); at += kSymbolSize)
    symbols_.push_back(parse_symbol(table->bytes.subspan(at, kSymbolSize), strings));
}

ElfSymbol ElfFile::parse_symbol(std::span<const u8> entry, const ElfSection& strings) const {
  ElfSymbol symbol;
  symbol.name = string_at(strings, field<u32>(entry, 0), "symbol name");
  symbol.type = entry[4] & 15;
  symbol.binding = entry[4] >> 4;
  symbol.section = field<u16>(entry, 6);
  symbol.value = field<u64>(entry, 8);
  symbol.size = field<u64>(entry, 16);
  return symbol;
}

}  // namespace mppa::sim
