// Runs the kvx binutils for tests that compare against them.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace mppa::test {

/// Output of a shell command; throws std::runtime_error if it fails.
inline std::string run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string out;
  std::array<char, 1 << 16> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) out.append(buffer.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return out;
}

/// Path prefix of the tools ("/.../bin/kvx-elf-"), nothing if they have not been built on this machine.
inline std::optional<std::string> binutils() {
  try {
    std::string prefix = run("'" MPPA_SOURCE_DIR "/scripts/binutils.sh' --check 2>/dev/null");
    while (!prefix.empty() && prefix.back() == '\n') prefix.pop_back();
    return prefix + "/bin/kvx-elf-";
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

/// `name` as a number from the environment, else `fallback`.
inline unsigned long env_number(const char* name, unsigned long fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoul(text, nullptr, 0);
}

}  // namespace mppa::test
