#include "sim/system/stale_load_text.h"

#include <fmt/format.h>

namespace mppa::sim {
namespace {

/// Masters of a cluster behind its cores (BusExtension).
enum Master : u8 { kCrypto0 = 18, kCrypto1 = 19, kDmaTx = 22, kDmaRx = 23 };

std::string core_name(unsigned number) { return number == 16 ? std::string("RM") : fmt::format("PE {}", number); }

}  // namespace

StaleLoadText::StaleLoadText(const std::vector<FirmwareImage>& images) {
  for (const FirmwareImage& image : images) {
    auto program = programs_.find(image.file);
    if (program == programs_.end()) program = programs_.emplace(image.file, CodeMap(ElfFile::read(image.file))).first;
    of_cluster_[image.cluster] = &program->second;
  }
}

std::string StaleLoadText::line(const cluster::StaleLoad& load) const {
  return fmt::format(
      "stale load: cluster {} {} at {} hits the line it holds of {:#x} ({:.3f} us), written since by {} ({:.3f} us)",
      load.cluster, core_name(load.core), place(load.cluster, load.pc), load.address,
      static_cast<double>(load.ps) * 1e-6, writer(load.writer), static_cast<double>(load.written_ps) * 1e-6);
}

std::string StaleLoadText::place(unsigned cluster, u64 pc) const {
  const auto program = of_cluster_.find(cluster);
  return program == of_cluster_.end() ? fmt::format("{:#x}", pc)
                                      : fmt::format("{:#x} {}", pc, program->second->text(pc));
}

std::string StaleLoadText::writer(const Writer& writer) const {
  if (writer.is_core())
    return fmt::format("cluster {} {} at {}", writer.cluster, core_name(writer.master),
                       place(writer.cluster, writer.pc));
  std::string name = "a device";
  if (writer.master == kDmaTx || writer.master == kDmaRx) name = "the DMA";
  if (writer.master == kCrypto0 || writer.master == kCrypto1) name = "a crypto unit";
  constexpr u8 kNoCluster = 0xFF;
  return writer.cluster == kNoCluster ? name : fmt::format("{} of cluster {}", name, writer.cluster);
}

}  // namespace mppa::sim
