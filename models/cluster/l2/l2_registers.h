// The registers of the L2 cache and SMEM coherency controller: what its tags and reader masks say, prefetch, and the
// job FIFO of misses. Layout: SoC digest cluster.md section 6 (machine-generated V1 definitions); accesses of 8 bytes.
//
// Each 256-byte line of SMEM has an entry: the first 2 MiB in tcm_metadata, the next 2 MiB, at whose end L2 lies, in
// l2_metadata. Misses are handled by the model itself (l2_cache.h): the job FIFO stays empty, and writing tags has the
// effects of the clear bits only.
#pragma once

#include "models/cluster/coherence/l1_directory.h"
#include "models/cluster/l2/l2_cache.h"
#include "models/common/device.h"

namespace mppa::cluster {

class L2Registers : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x200010;
  static constexpr unsigned kEntries = 8192;  ///< of each of the two arrays
  static constexpr unsigned kJobs = 16;

  L2Registers(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, L1Directory& directory);

  /// There is a cache, in front of memory at physical address `base`; prefetches count cycles by `clock`.
  void attach(L2Cache& l2, u64 base, std::function<u64(const sc_core::sc_time&)> cycle_of);

 private:
  void declare_entry(const char* name, u64 offset, bool of_l2);
  void declare_jobs();
  /// The line of the cache that entry `i` of l2_metadata describes, or nullptr if it describes plain SMEM.
  const L2Cache::Line* line(unsigned i) const;
  u64 tag(unsigned i) const;
  u64 readers(bool of_l2, unsigned i, unsigned sector) const;
  void clear(bool of_l2, unsigned i, u64 bits);
  void prefetch(u64 address);

  L1Directory& directory_;
  L2Cache* l2_ = nullptr;
  u64 base_ = 0;
  std::function<u64(const sc_core::sc_time&)> cycle_of_;
};

}  // namespace mppa::cluster
