// The bytes of a drive. Memory or a sparse file; what has never been written, or has been discarded, reads as zero.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "models/common/types.h"

namespace mppa::ssd {

class DataStore {
 public:
  /// `file`: kept there (created or extended to `bytes` as a sparse file); empty: in memory. Throws std::runtime_error
  /// if the file cannot be opened.
  DataStore(u64 bytes, const std::string& file);
  ~DataStore();
  DataStore(const DataStore&) = delete;
  DataStore& operator=(const DataStore&) = delete;

  /// Ranges must lie inside. A file that fails throws std::runtime_error.
  void read(u64 offset, std::span<u8> into) const;
  void write(u64 offset, std::span<const u8> data);
  void discard(u64 offset, u64 bytes);

 private:
  static constexpr u64 kChunk = 4096;
  using Chunk = std::array<u8, kChunk>;

  void zero(u64 offset, u64 bytes);
  [[noreturn]] void fail(const char* what) const;

  std::string file_name_;
  int file_ = -1;
  std::unordered_map<u64, std::unique_ptr<Chunk>> chunks_;  ///< looked up only
};

}  // namespace mppa::ssd
