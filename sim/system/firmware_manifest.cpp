#include "sim/system/firmware_manifest.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/commands.h"
#include "sim/config/document.h"
#include "sim/system/memory_map.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

/// "3" or "1..4" -> clusters; empty if it is neither or none of this chip.
std::vector<unsigned> clusters_of(const std::string& text) {
  const auto number = [](std::string_view digits, unsigned& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() && value < kClusters;
  };
  const auto dots = text.find("..");
  unsigned first = 0, last = 0;
  if (!number(text.substr(0, dots), first)) return {};
  last = first;
  if (dots != std::string::npos && !number(text.substr(dots + 2), last)) return {};
  std::vector<unsigned> out;
  for (unsigned c = first; c <= last; ++c) out.push_back(c);
  return out;
}

class ManifestReader {
 public:
  explicit ManifestReader(const std::string& file) : file_(file) {}

  std::vector<FirmwareImage> read() {
    std::ifstream in(file_);
    if (!in) throw BadInput(file_ + ": cannot be read");
    std::string text;
    while (std::getline(in, text)) {
      ++line_;
      read_line(text.substr(0, text.find('#')));
    }
    if (!used_[0]) throw BadInput(file_ + ": no image for cluster 0, which starts the others");
    return std::move(images_);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw BadInput(fmt::format("{}:{}: {}", file_, line_, reason));
  }

  void read_line(const std::string& text) {
    std::istringstream words(text);
    std::string clusters, elf, argument;
    if (!(words >> clusters)) return;
    if (!(words >> elf)) fail("expected <cluster | first..last> <ELF file> [argument ...]");
    const std::vector<unsigned> list = clusters_of(clusters);
    if (list.empty()) fail(fmt::format("'{}' is not a cluster 0..{} or a range of them", clusters, kClusters - 1));
    if (fs::path(elf).has_parent_path()) fail(fmt::format("'{}' must stand beside the manifest", elf));
    const std::string path = (fs::path(file_).parent_path() / elf).string();
    if (!fs::is_regular_file(path)) fail(fmt::format("there is no file '{}'", path));
    std::vector<std::string> arguments;
    while (words >> argument) arguments.push_back(argument);
    for (const unsigned cluster : list) {
      if (used_[cluster]) fail(fmt::format("cluster {} has an image already", cluster));
      used_[cluster] = true;
      images_.push_back({cluster, path, arguments, line_});
    }
  }

  std::string file_;
  unsigned line_ = 0;
  std::array<bool, kClusters> used_{};
  std::vector<FirmwareImage> images_;
};

bool is_elf(const std::string& file) {
  std::array<char, 4> magic{};
  std::ifstream(file, std::ios::binary).read(magic.data(), magic.size());
  return magic == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

}  // namespace

std::vector<FirmwareImage> read_firmware(const std::string& file) {
  if (!is_elf(file)) return ManifestReader(file).read();
  std::vector<FirmwareImage> images;
  for (unsigned cluster = 0; cluster < kClusters; ++cluster) images.push_back({cluster, file, {}, 0});
  return images;
}

}  // namespace mppa::sim
