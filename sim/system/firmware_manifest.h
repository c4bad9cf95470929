// Which image runs on which cluster. A manifest is a text file; `#` starts a comment, every other line is
//   <cluster | first..last> <ELF file beside the manifest> [argument ...]
// An ELF file in the place of a manifest is the image of all clusters.
#pragma once

#include <string>
#include <vector>

namespace mppa::sim {

struct FirmwareImage {
  unsigned cluster = 0;
  std::string file;                    ///< path that can be opened
  std::vector<std::string> arguments;  ///< without the program's name
  unsigned line = 0;                   ///< of the manifest; 0: none
};

/// Reads a manifest, or makes the list for an ELF file. Throws BadInput "<file>:<line>: <reason>" for a line that is
/// malformed, a cluster that does not exist or has an image already, a missing cluster 0, or an ELF file that is
/// missing.
std::vector<FirmwareImage> read_firmware(const std::string& file);

}  // namespace mppa::sim
