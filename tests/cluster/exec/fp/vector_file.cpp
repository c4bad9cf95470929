#include "tests/cluster/exec/fp/vector_file.h"

#include <lzma.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace mppa::test {
namespace {

std::string read_xz(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot open");
  const std::string packed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, 0) != LZMA_OK) throw std::runtime_error("no xz decoder");
  stream.next_in = reinterpret_cast<const u8*>(packed.data());
  stream.avail_in = packed.size();
  std::string text;
  std::array<u8, 65536> buffer{};
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) {
    stream.next_out = buffer.data();
    stream.avail_out = buffer.size();
    status = lzma_code(&stream, LZMA_FINISH);
    text.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
  }
  lzma_end(&stream);
  if (status != LZMA_STREAM_END) throw std::runtime_error(path + ": not a complete xz file");
  return text;
}

std::map<std::string, std::string> parse_assignments(const std::string& text) {
  std::map<std::string, std::string> result;
  std::istringstream in(text);
  for (std::string item; in >> item;) {
    const size_t eq = item.find('=');
    if (eq == std::string::npos) throw std::runtime_error("no '=' in " + item);
    result[item.substr(0, eq)] = item.substr(eq + 1);
  }
  return result;
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end = 0; (end = text.find(separator, begin)) != std::string::npos; begin = end + separator.size()) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string gpr_name(int n) {
  std::string name = std::to_string(n);
  name.insert(name.begin(), 'r');
  return name;
}

const std::string* find(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace

u64 Vector::gpr_before(int n) const {
  const std::string* hex = find(inputs, gpr_name(n));
  return hex ? std::stoull(*hex, nullptr, 16) : static_cast<u64>(n + 1) * 0x9E3779B97F4A7C15;
}

u64 Vector::gpr_after(int n) const {
  const std::string* hex = find(changes, gpr_name(n));
  return hex ? std::stoull(*hex, nullptr, 16) : gpr_before(n);
}

u64 Vector::cs_before() const {
  const std::string* hex = find(inputs, "cs");
  return hex ? std::stoull(*hex, nullptr, 16) : 0;
}

u64 Vector::cs_after() const {
  const std::string* hex = find(changes, "cs");
  return hex ? std::stoull(*hex, nullptr, 16) : cs_before();
}

std::vector<VectorBundle> read_vector_file(const std::string& path) {
  std::vector<VectorBundle> bundles;
  std::istringstream in(read_xz(path));
  int number = 0;
  const auto fail = [&](const char* what) {
    throw std::runtime_error(path + ":" + std::to_string(number) + ": " + what);
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("I ")) {
      const size_t semicolon = line.find("; ");
      if (semicolon == std::string::npos) fail("no assembly text");
      bundles.push_back({split(line.substr(semicolon + 2), " & "), {}});
    } else if (line.starts_with("V ")) {
      const size_t bar = line.find('|');
      if (bar == std::string::npos || bundles.empty()) fail("bad vector");
      bundles.back().vectors.push_back(
          {parse_assignments(line.substr(2, bar - 2)), parse_assignments(line.substr(bar + 1)), line});
    }
  }
  return bundles;
}

}  // namespace mppa::test
