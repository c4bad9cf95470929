// The directory of a run's results: report, statistics, resolved configuration, UART outputs, log, and the input files,
// so that the run can be reproduced from it alone.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "sim/config/system_config.h"

namespace mppa::sim {

inline constexpr const char* kReportFile = "report.json";
inline constexpr const char* kStatsFile = "stats.json";
inline constexpr const char* kResolvedFile = "resolved.yaml";

/// The contents of a file. Throws BadInput if it cannot be read.
std::string read_text_file(const std::filesystem::path& path);
/// Throws BadInput if it cannot be written.
void write_text_file(const std::filesystem::path& path, std::string_view text);

class RunDirectory {
 public:
  /// Creates `path`, or empties it if it holds an earlier run. Throws BadInput if it holds anything else, or cannot be
  /// written.
  explicit RunDirectory(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  /// Writes a whole file.
  void write(const std::string& name, std::string_view text);
  /// Appends; what has been appended can be read by others after flush().
  void append(const std::string& name, std::string_view text);
  void flush();

  /// Keeps a copy of an input file below `files/`. Throws BadInput if two different files have the same name.
  void keep(const std::string& file);
  /// Digest by name of the kept files.
  const std::map<std::string, std::string>& kept() const { return kept_; }
  /// The same of what determines the run: of an ELF file the segments without symbols and debugging information, which
  /// name the folder it was built in.
  const std::map<std::string, std::string>& loaded() const { return loaded_; }

  /// Writes the resolved configuration; its files are those that are kept.
  void write_configuration(config::SystemConfig config);

 private:
  std::filesystem::path path_;
  std::map<std::string, std::ofstream> open_;
  std::map<std::string, std::string> kept_, loaded_;
};

}  // namespace mppa::sim
