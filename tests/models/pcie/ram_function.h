// The logic behind a test endpoint's BARs: memory, and a record of what it was told.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "models/pcie/endpoint.h"

namespace mppa::pcie::test {

class RamFunction : public FunctionUser {
 public:
  BarReply bar_read(unsigned, u64 offset, std::span<u8> into, u64 when) override {
    if (offset + into.size() > ram.size()) return {CompletionStatus::kAbort, 0};
    std::copy_n(ram.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    last_access = when;
    return {CompletionStatus::kSuccess, read_delay};
  }
  BarReply bar_write(unsigned, u64 offset, std::span<const u8> data, u64 when) override {
    if (offset + data.size() > ram.size()) return {CompletionStatus::kUnsupported, 0};
    std::copy(data.begin(), data.end(), ram.begin() + static_cast<std::ptrdiff_t>(offset));
    last_access = when;
    ++writes;
    return {};
  }
  void bus_master_changed(bool on) override { events.push_back(on ? "master on" : "master off"); }
  void msix_changed(bool on, bool mask) override {
    events.push_back(std::string("msix ") + (on ? "on" : "off") + (mask ? " masked" : ""));
  }
  void vfs_changed(unsigned count) override { events.push_back("vfs " + std::to_string(count)); }
  void function_reset() override { events.push_back("reset"); }
  void link_changed(bool up) override { events.push_back(up ? "up" : "down"); }

  std::vector<u8> ram = std::vector<u8>(0x4000);
  u64 read_delay = 0, last_access = 0;
  unsigned writes = 0;
  std::vector<std::string> events;
};

inline FunctionParams nvme_like() {
  FunctionParams f;
  f.vendor = 0x1234;
  f.device = 0x5678;
  f.class_code = 0x010802;
  f.bars[0] = {0x4000, true, false};
  f.msix = {.vectors = 32, .table_bar = 0, .table_offset = 0x2000, .pba_bar = 0, .pba_offset = 0x3000};
  return f;
}

}  // namespace mppa::pcie::test
