// What `mppasim exec` writes about single bundles: --explain (text) and --trace (Kanata 0004, for the Konata viewer).
#pragma once

#include <cstdio>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "models/cluster/engine/core.h"
#include "sim/elf_file.h"
#include "sim/exec/symbol_names.h"

namespace mppa::sim {

/// The instructions of a bundle on one line, separated by " & ".
std::string bundle_text(const engine::BundleEvent& event, const SymbolNames& symbols);

/// "raw_load 2, branch 1"; empty if there was no stall.
std::string stall_text(const timing::StallCounts& stalls);

/// One line per bundle: issue cycle, address, instructions, reasons for lost cycles.
class ExplainWriter {
 public:
  ExplainWriter(std::FILE* out, const SymbolNames& symbols);
  void bundle(const engine::BundleEvent& event);

 private:
  std::FILE* out_;
  const SymbolNames& symbols_;
};

/// A Kanata 0004 log: one line of the viewer per bundle, its stages in order.
class KanataWriter {
 public:
  /// Writes to `out`, which stays the caller's.
  KanataWriter(std::FILE* out, const SymbolNames& symbols);
  void bundle(const engine::BundleEvent& event);
  /// Writes what is still in the pipe.
  void finish();

 private:
  struct Entry {
    u64 cycle;
    u64 order;
    std::string text;
    bool operator>(const Entry& other) const {
      return cycle != other.cycle ? cycle > other.cycle : order > other.order;
    }
  };
  void at(u64 cycle, std::string text);
  void flush_before(u64 cycle);

  std::FILE* out_;
  const SymbolNames& symbols_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> pending_;
  u64 order_ = 0;
  u64 next_id_ = 0;
  u64 now_ = 0;
  bool started_ = false;
};

}  // namespace mppa::sim
