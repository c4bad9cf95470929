// A native ClusterOS: the interfaces of firmware/cos for firmware that is unit-tested on the host. One thread plays all
// cores in turn; time is simulated and passes only when the test says so, so that tests are deterministic and nothing
// waits. Bus addresses are pointers.
//
// Link `cos_native` and put tests/firmware/native/include first in the include path (mppa_native_firmware() of
// CMakeLists.txt does both): cos/cpu.h, cos/mmio.h and cos/doorbell.h come from there, all others are the real ones.
// I/O channels, pools, rings, message queues and locks are the firmware's own code.
//
// All clusters share the program's variables; firmware that keeps one state a cluster can be tested in one cluster
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace mppa::cos_native {

/// Starts afresh: time 0, `pes` running PEs in cluster 0, no pollers, events, messages. The test itself runs as the RM.
void reset(unsigned pes = 2);

/// As which core the code called by the test runs, from now on.
void select(unsigned core, unsigned cluster = 0);
/// Runs `fn` as that core.
void on(unsigned core, const std::function<void()>& fn);

/// One iteration of every core: events, messages, due timers, pollers. True if something was done.
bool poll();
/// Lets time pass without running anybody.
void advance_us(std::uint64_t us);
/// Polls until `done`; a microsecond passes with each iteration. False if `us` have passed before.
bool run_until(const std::function<bool()>& done, std::uint64_t us = 1'000'000);
/// Polls for so long.
void run_us(std::uint64_t us);
/// Simulated time, ns.
std::uint64_t now_ns();

/// What register accesses (cos/mmio.h) to [base, base + bytes) do. Others are plain memory accesses.
struct Device {
  std::function<std::uint64_t(std::uint64_t offset, unsigned bytes)> read;
  std::function<void(std::uint64_t offset, unsigned bytes, std::uint64_t value)> write;
};
void map_device(std::uint64_t base, std::uint64_t bytes, Device device);

/// Blocks of cos_alloc() and cos_dma_alloc() that have not been freed. Leaks are for the test to find.
std::size_t allocated_blocks();
/// The next `count` allocations succeed, those after it fail, until the next call; SIZE_MAX: none fails.
void fail_allocations_after(std::size_t count);

/// What firmware printed since the last call.
const char* take_console();

}  // namespace mppa::cos_native
