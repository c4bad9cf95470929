// Parameters of known drives, with the figures of their data sheets.
#pragma once

#include <span>
#include <string_view>

#include "models/ssd/params.h"

namespace mppa::ssd {

/// What a data sheet promises; 0: it does not say. Rates in bytes/s, latencies in ns, at queue depth 1 with 4 KiB.
struct DataSheet {
  u64 sequential_read = 0, sequential_write = 0;  ///< 128 KiB
  u64 random_read_iops = 0;                       ///< 4 KiB, many commands in flight
  u64 random_write_iops = 0;                      ///< steady state, blocks of random_write_bytes
  u64 random_write_bytes = 4096;
  u64 read_latency = 0, write_latency = 0;
};

struct Profile {
  std::string_view name;
  std::string_view drive;   ///< the drive it is modelled after
  std::string_view source;  ///< of the data sheet's figures
  DataSheet data_sheet;
  SsdParams params;
};

/// tlc-gen4, qlc-16k, qlc-64k, scm, ideal.
std::span<const Profile> profiles();
/// nullptr if there is none of this name.
const Profile* find_profile(std::string_view name);

}  // namespace mppa::ssd
