// What boot ROM and first-stage loader leave in DDR: the images of the clusters and the table that names them. Layout:
// firmware/include/mppa/boot.h.
#pragma once

#include <string>
#include <vector>

#include "firmware/include/mppa/boot.h"
#include "models/common/sparse_memory.h"
#include "sim/elf_file.h"

namespace mppa::sim {

/// A program for a cluster.
struct BootImage {
  unsigned cluster = 0;
  ElfFile elf;
  std::vector<std::string> arguments;  ///< argv, the program's name first
};

/// Writes the table to the end of `ddr`, below it the arguments of all images and the files of those that are not
/// cluster 0's. `table` comes with what it says about the chip. Returns the table's physical address. Throws BadInput
/// if a cluster has two images, does not exist, or DDR is too small.
u64 place_boot_images(const std::vector<BootImage>& images, mppa_boot_table table, SparseMemory& ddr);

}  // namespace mppa::sim
