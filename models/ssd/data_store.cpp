#include "models/ssd/data_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace mppa::ssd {

DataStore::DataStore(u64 bytes, const std::string& file) : file_name_(file) {
  if (file.empty()) return;
  file_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(bytes)) != 0) fail("open");
}

DataStore::~DataStore() {
  if (file_ >= 0) close(file_);
}

void DataStore::fail(const char* what) const {
  throw std::runtime_error(fmt::format("cannot {} the SSD's file {}: {}", what, file_name_, std::strerror(errno)));
}

void DataStore::read(u64 offset, std::span<u8> into) const {
  if (file_ >= 0) {
    if (pread(file_, into.data(), into.size(), static_cast<off_t>(offset)) != static_cast<ssize_t>(into.size()))
      fail("read");
    return;
  }
  while (!into.empty()) {
    const u64 at = offset % kChunk, piece = std::min<u64>(into.size(), kChunk - at);
    const auto chunk = chunks_.find(offset / kChunk);
    if (chunk == chunks_.end()) {
      std::memset(into.data(), 0, piece);
    } else {
      std::memcpy(into.data(), chunk->second->data() + at, piece);
    }
    offset += piece;
    into = into.subspan(piece);
  }
}

void DataStore::write(u64 offset, std::span<const u8> data) {
  if (file_ >= 0) {
    if (pwrite(file_, data.data(), data.size(), static_cast<off_t>(offset)) != static_cast<ssize_t>(data.size()))
      fail("write");
    return;
  }
  while (!data.empty()) {
    const u64 at = offset % kChunk, piece = std::min<u64>(data.size(), kChunk - at);
    auto& chunk = chunks_[offset / kChunk];
    if (!chunk) chunk = std::make_unique<Chunk>();
    std::memcpy(chunk->data() + at, data.data(), piece);
    offset += piece;
    data = data.subspan(piece);
  }
}

void DataStore::discard(u64 offset, u64 bytes) {
  if (file_ >= 0) {
    if (fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                  static_cast<off_t>(bytes)) != 0)
      fail("discard part of");
    return;
  }
  const u64 end = offset + bytes;
  const u64 first = (offset + kChunk - 1) / kChunk, last = end / kChunk;
  if (first > last) return zero(offset, bytes);
  zero(offset, first * kChunk - offset);
  zero(last * kChunk, end - last * kChunk);
  if (last - first < chunks_.size()) {
    for (u64 i = first; i < last; ++i) chunks_.erase(i);
  } else {
    std::erase_if(chunks_, [&](const auto& chunk) { return chunk.first >= first && chunk.first < last; });
  }
}

/// Part of one chunk.
void DataStore::zero(u64 offset, u64 bytes) {
  const auto chunk = chunks_.find(offset / kChunk);
  if (bytes != 0 && chunk != chunks_.end()) std::memset(chunk->second->data() + offset % kChunk, 0, bytes);
}

}  // namespace mppa::ssd
