#include "sim/system/boot_images.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace mppa::sim {
namespace {

constexpr u64 kPage = 4096;

/// Takes page-aligned pieces from the end of DDR.
class DdrEnd {
 public:
  DdrEnd(SparseMemory& ddr, u64 base) : ddr_(ddr), base_(base), end_(ddr.size()) {}

  /// Physical address of a copy of `bytes`.
  u64 place(std::span<const u8> bytes) {
    const u64 size = (bytes.size() + kPage - 1) / kPage * kPage;
    if (size > end_) throw BadInput("the images do not fit DDR");
    end_ -= size;
    if (!bytes.empty()) std::memcpy(ddr_.data() + end_, bytes.data(), bytes.size());
    return lowest();
  }
  u64 lowest() const { return base_ + end_; }

 private:
  SparseMemory& ddr_;
  u64 base_, end_;
};

std::vector<u8> argument_strings(const std::vector<std::string>& arguments) {
  std::vector<u8> out;
  for (const std::string& a : arguments) out.insert(out.end(), a.c_str(), a.c_str() + a.size() + 1);
  return out;
}

/// The file up to its last segment, as a stripped image ends there: where images lie must not depend on debug sections,
/// whose size varies with the names of the folders that the firmware was built in.
std::span<const u8> loadable_part(const ElfFile& elf) {
  const std::span<const u8> file = elf.bytes();
  const u8* end = file.data();
  for (const ElfSegment& s : elf.segments())
    if (!s.bytes.empty()) end = std::max(end, s.bytes.data() + s.bytes.size());
  return file.first(static_cast<std::size_t>(end - file.data()));
}

template <class T>
std::span<const u8> bytes_of(const T& value) {
  return {reinterpret_cast<const u8*>(&value), sizeof value};
}

}  // namespace

u64 place_boot_images(const std::vector<BootImage>& images, mppa_boot_table table, SparseMemory& ddr) {
  DdrEnd end(ddr, table.ddr);
  const u64 table_address = end.place(bytes_of(table));  // its place; the contents follow below
  table.magic = MPPA_BOOT_MAGIC;
  table.size = sizeof table;
  table.images = 0;
  for (unsigned cluster = 0; cluster < MPPA_BOOT_MAX_IMAGES; ++cluster) {
    const auto mine = [cluster](const BootImage& i) { return i.cluster == cluster; };
    const auto found = std::find_if(images.begin(), images.end(), mine);
    if (found == images.end()) continue;
    if (std::count_if(images.begin(), images.end(), mine) > 1)
      throw BadInput(fmt::format("cluster {} has two images", cluster));
    const std::vector<u8> strings = argument_strings(found->arguments);
    mppa_boot_image& entry = table.image[table.images++];
    entry.cluster = cluster;
    entry.argc = static_cast<u32>(found->arguments.size());
    entry.entry = found->elf.entry();
    entry.arguments = end.place(strings);
    entry.arguments_size = strings.size();
    if (cluster == 0) continue;
    const std::span<const u8> part = loadable_part(found->elf);
    entry.elf_size = part.size();
    entry.elf = end.place(part);
  }
  if (table.images != images.size()) throw BadInput("an image is for a cluster that does not exist");
  table.reserved = end.lowest();
  std::memcpy(ddr.data() + (table_address - table.ddr), &table, sizeof table);
  return table_address;
}

}  // namespace mppa::sim
