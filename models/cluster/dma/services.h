// What the halves of the DMA share: parameters, clock, the port to memory, interrupt causes and error bitmaps.
#pragma once

#include <algorithm>
#include <functional>

#include "models/common/bandwidth_server.h"
#include "models/common/bus_extension.h"
#include "models/common/clock.h"
#include "models/common/register_file.h"

namespace mppa::cluster::dma {

/// Timing of the DMA; nothing of it is published (dma.md section 10).
struct DmaParams {
  u8 cluster = 0;                     ///< 0..4: its node of the NoC
  u64 clock_hz = 1'200'000'000;       ///< cluster clock; one bundle a cycle and thread
  u64 register_latency = 2;           ///< cycles of a register access
  u64 port_bytes = 16;                ///< bytes a cycle that TX reads, TX writes and RX writes each move
  u64 outstanding_read_bytes = 2048;  ///< reads in flight per thread: 32 of 64 bytes
  u64 ahead_cycles = 256;             ///< how far a thread runs ahead of the kernel between two looks at its neighbours
  unsigned cache_depth = 64;          ///< buffers held by an RX job cache
  bool notify_bit = true;             ///< a notification stores 1 << ARG (Linux); false: ARG itself (QEMU)
  bool batch_loops = true;            ///< run one-bundle copy loops in one go; changes nothing but host time
};

/// Memory as the DMA sees it; real bytes, annotated time.
class MemoryIf {
 public:
  virtual ~MemoryIf() = default;
  struct Result {
    bool ok = false;
    u64 done = 0;  ///< ps; data there or write acknowledged
  };
  /// `at`: ps, not before the kernel's time. `enable`: a byte mask for writes, or null.
  virtual Result access(bool write, bool rx, u64 address, void* data, unsigned bytes, u64 at, u16 asn,
                        const u8* enable = nullptr) = 0;
  virtual Result atomic_add(u64 address, u64 operand, unsigned bytes, u64 at, u16 asn) = 0;
};

/// Error bitmaps of the ERROR block, in register order.
enum class ErrorMap : u8 { kRxChannel, kRxJobQueue, kTxJobQueue, kTxThread, kTxCompQueue };

struct Services {
  RegisterFile& regs;
  DmaParams params;
  Clock clock;
  MemoryIf& memory;
  /// Time of the register access being served, ps.
  std::function<u64()> now;
  /// Raises interrupt cause `it` and marks object `index` in `map`, at `at` ps.
  std::function<void(unsigned it, ErrorMap map, unsigned index, u64 at)> error;
  /// Raises an interrupt cause without object.
  std::function<void(unsigned it, u64 at)> cause;

  /// Stores a notification; address 0 means none. Returns whether the store went well.
  bool notify(u64 address, u64 argument, u64 at, bool rx, u16 asn) const {
    if (address == 0) return true;
    u64 value = params.notify_bit ? u64{1} << (argument & 63) : argument;
    return memory.access(true, rx, address, &value, 8, at, asn).ok;
  }
  static u64 kernel_ps() { return sc_core::sc_time_stamp().value(); }
};

/// Declares a register that returns `source` and counts it up with every read.
inline void add_incrementing(RegisterFile& regs, std::string name, u64 offset, unsigned count, u64 stride,
                             Register& source, const std::function<void(unsigned)>& after = {}) {
  regs.add_array(std::move(name), offset, 8, RegAccess::kRo, count, stride)
      .on_read([&source, after](unsigned i) {
        const u64 value = source.get(i);
        source.set(value + 1, i);
        if (after) after(i);
        return value;
      })
      .doc("returns the pointer, then counts it up");
}

}  // namespace mppa::cluster::dma
