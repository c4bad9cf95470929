#include "tests/firmware/native/native.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

extern "C" {
#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/log.h"
#include "cos/mmio.h"
#include "cos/mmu.h"
#include "cos/reactor.h"
}

struct cos_poller {
  cos_poller_fn fn;
  void* arg;
  std::uint64_t period_ns, due_ns;
  bool paused = false, running = false, unregistered = false;
};

namespace mppa::cos_native {
namespace {

constexpr std::uint64_t kNsPerUs = 1000, kNsPerCycle = 1;
/// As many messages as the real inbox holds.
constexpr std::size_t kInboxSlots = 32;

struct Core {
  std::list<cos_poller> pollers;
  std::deque<std::function<void()>> events;
  std::deque<cos_msg> inbox;
  struct cos_reactor_stats stats{};
  bool running = false;
};

struct Handler {
  cos_msg_fn fn = nullptr;
  void* arg = nullptr;
};

struct MappedDevice {
  std::uint64_t bytes;
  Device device;
};

struct World {
  std::array<std::array<Core, MPPA_CORES>, MPPA_CLUSTERS> cores;
  std::array<Handler, COS_MSG_TYPES> handlers;
  unsigned cluster = 0, core = MPPA_RM;
  std::uint64_t now_ns = 0;
  std::map<std::uint64_t, MappedDevice> devices;
  std::string console;
};

std::unique_ptr<World> world = std::make_unique<World>();
/// Survives reset(): what is allocated belongs to the firmware, not to the machine.
std::set<void*> allocated;
std::size_t allocations_left = SIZE_MAX;

Core& current() { return world->cores[world->cluster][world->core]; }

bool run_events(Core& core) {
  bool busy = false;
  // What they add is for the next iteration, as in the reactor.
  for (std::size_t n = core.events.size(); n > 0; --n) {
    const std::function<void()> event = std::move(core.events.front());
    core.events.pop_front();
    core.stats.events++;
    event();
    busy = true;
  }
  for (std::size_t n = core.inbox.size(); n > 0; --n) {
    const cos_msg message = core.inbox.front();
    core.inbox.pop_front();
    core.stats.messages++;
    const Handler& handler = world->handlers[message.type];
    if (handler.fn == nullptr) cos_panic("message of type %u without handler", message.type);
    handler.fn(&message, handler.arg);
    busy = true;
  }
  return busy;
}

bool run_pollers(Core& core) {
  bool busy = false;
  for (auto it = core.pollers.begin(); it != core.pollers.end();) {
    cos_poller& poller = *it;
    const bool due = poller.period_ns == 0 || poller.due_ns <= world->now_ns;
    if (!poller.unregistered && !poller.paused && !poller.running && due) {
      if (poller.period_ns != 0) poller.due_ns = world->now_ns + poller.period_ns;
      poller.running = true;
      busy |= poller.fn(poller.arg) > 0;
      poller.running = false;
    }
    it = poller.unregistered && !poller.running ? core.pollers.erase(it) : std::next(it);
  }
  return busy;
}

MappedDevice* device_at(std::uint64_t address, std::uint64_t& offset) {
  auto it = world->devices.upper_bound(address);
  if (it == world->devices.begin()) return nullptr;
  --it;
  offset = address - it->first;
  return offset < it->second.bytes ? &it->second : nullptr;
}

std::uint64_t read_device(std::uint64_t address, unsigned bytes) {
  std::uint64_t offset = 0, value = 0;
  if (MappedDevice* mapped = device_at(address, offset)) return mapped->device.read(offset, bytes);
  std::memcpy(&value, reinterpret_cast<const void*>(address), bytes);
  return value;
}

void write_device(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  std::uint64_t offset = 0;
  if (MappedDevice* mapped = device_at(address, offset)) {
    mapped->device.write(offset, bytes, value);
    return;
  }
  std::memcpy(reinterpret_cast<void*>(address), &value, bytes);
}

}  // namespace

void reset(unsigned pes) {
  world = std::make_unique<World>();
  for (unsigned pe = 0; pe < pes; ++pe) world->cores[0][pe].running = true;
  for (auto& cluster : world->cores) cluster[MPPA_RM].running = true;
  allocations_left = SIZE_MAX;
}

void select(unsigned core, unsigned cluster) {
  world->cluster = cluster;
  world->core = core;
}

void on(unsigned core, const std::function<void()>& fn) {
  const unsigned before = std::exchange(world->core, core);
  fn();
  world->core = before;
}

bool poll() {
  const unsigned cluster = world->cluster, core = world->core;
  bool busy = false;
  for (unsigned c = 0; c < MPPA_CLUSTERS; ++c) {
    for (unsigned n = 0; n < MPPA_CORES; ++n) {
      Core& runs = world->cores[c][n];
      if (!runs.running) continue;
      select(n, c);
      busy |= run_events(runs);
      busy |= run_pollers(runs);
    }
  }
  select(core, cluster);
  return busy;
}

void advance_us(std::uint64_t us) { world->now_ns += us * kNsPerUs; }

bool run_until(const std::function<bool()>& done, std::uint64_t us) {
  for (; us > 0; --us) {
    if (done()) return true;
    poll();
    advance_us(1);
  }
  return done();
}

void run_us(std::uint64_t us) {
  run_until([] { return false; }, us);
}

std::uint64_t now_ns() { return world->now_ns; }

void map_device(std::uint64_t base, std::uint64_t bytes, Device device) {
  world->devices[base] = {bytes, std::move(device)};
}

std::size_t allocated_blocks() { return allocated.size(); }
void fail_allocations_after(std::size_t count) { allocations_left = count; }

const char* take_console() {
  static std::string text;
  text = std::exchange(world->console, {});
  return text.c_str();
}

}  // namespace mppa::cos_native

using namespace mppa::cos_native;

extern "C" {

// cos/cpu.h
unsigned cos_core_id(void) { return world->core; }
unsigned cos_cluster_id(void) { return world->cluster; }
std::uint64_t cos_cycles(void) { return world->now_ns / kNsPerCycle; }
std::uint64_t cos_clock_hz(void) { return 1'000'000'000 / kNsPerCycle; }
std::uint64_t cos_timestamp(void) { return world->now_ns / (1'000'000'000 / MPPA_REFERENCE_HZ); }
std::uint64_t cos_timestamp_hz(void) { return MPPA_REFERENCE_HZ; }
void cos_delay_cycles(std::uint64_t cycles) { world->now_ns += cycles * kNsPerCycle; }
void cos_delay_us(std::uint64_t microseconds) { advance_us(microseconds); }

// cos/mmio.h
void cos_write32(std::uintptr_t address, std::uint32_t value) { write_device(address, 4, value); }
void cos_write64(std::uintptr_t address, std::uint64_t value) { write_device(address, 8, value); }
std::uint32_t cos_read32(std::uintptr_t address) { return static_cast<std::uint32_t>(read_device(address, 4)); }
std::uint64_t cos_read64(std::uintptr_t address) { return read_device(address, 8); }

// cos/mmu.h
bool cos_mmu_map(std::uint64_t, std::uint64_t, cos_mmu_rights, cos_mmu_policy) { return true; }

// cos/arena.h
void* cos_alloc(cos_memory, std::size_t bytes, std::size_t alignment) {
  if (allocations_left == 0) return nullptr;
  if (allocations_left != SIZE_MAX) allocations_left--;
  alignment = std::max(alignment, sizeof(void*));
  void* memory =
      std::aligned_alloc(alignment, (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
  if (memory != nullptr) allocated.insert(memory);
  return memory;
}
void* cos_zalloc(cos_memory where, std::size_t bytes, std::size_t alignment) {
  void* memory = cos_alloc(where, bytes, alignment);
  return memory != nullptr ? std::memset(memory, 0, bytes) : nullptr;
}
void cos_free(void* memory) {
  if (memory != nullptr && allocated.erase(memory) == 0) cos_panic("freed twice, or not allocated: %p", memory);
  std::free(memory);
}
std::size_t cos_free_bytes(cos_memory) { return SIZE_MAX; }
void* cos_dma_alloc(cos_memory where, std::size_t bytes, std::size_t alignment, std::uint64_t* iova) {
  void* memory = cos_zalloc(where, (bytes + 63) & ~std::size_t{63}, std::max<std::size_t>(alignment, 64));
  if (iova != nullptr) *iova = reinterpret_cast<std::uint64_t>(memory);
  return memory;
}
void cos_dma_free(void* memory) { cos_free(memory); }
void cos_dma_sync_for_cpu(const void*, std::size_t) {}
void cos_dma_sync_for_device(void) {}

// cos/console.h
void cos_vprintf(const char* format, va_list arguments) {
  char text[COS_PRINTF_MAX];
  std::vsnprintf(text, sizeof text, format, arguments);
  world->console += text;
}
void cos_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  cos_vprintf(format, arguments);
  va_end(arguments);
}
void cos_console_write(const char* text, std::size_t length) { world->console.append(text, length); }
void cos_panic(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fputc('\n', stderr);
  std::abort();
}
void cos_exit(int status) { std::exit(status); }

// cos/log.h
cos_log_level cos_log_threshold = COS_LOG_INFO;
std::uint32_t cos_trace_groups = 0;
void cos_log_write(cos_log_level, const char* format, unsigned arguments, const std::uint64_t* argument) {
  std::array<std::uint64_t, COS_LOG_ARGUMENTS> a{};
  std::copy_n(argument, arguments, a.begin());
  char text[COS_PRINTF_MAX];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  std::snprintf(text, sizeof text, format, a[0], a[1], a[2], a[3], a[4], a[5]);
#pragma GCC diagnostic pop
  world->console += std::string(text) + "\n";
}
void cos_log_dump(unsigned) {}

// cos/cluster.h
void cos_start_pes(std::uint32_t mask) {
  for (unsigned pe = 0; pe < MPPA_PES; ++pe)
    if (mask >> pe & 1) world->cores[world->cluster][pe].running = true;
}
std::uint32_t cos_running_pes(void) {
  std::uint32_t mask = 0;
  for (unsigned pe = 0; pe < MPPA_PES; ++pe)
    mask |= static_cast<std::uint32_t>(world->cores[world->cluster][pe].running) << pe;
  return mask;
}
std::uint32_t cos_running_clusters(void) { return 1; }

// cos/reactor.h
bool cos_reactor_poll(void) {
  const bool busy = mppa::cos_native::poll();
  advance_us(1);
  return busy;
}

cos_poller* cos_poller_register(cos_poller_fn fn, void* arg, std::uint64_t period_us) {
  const std::uint64_t period = period_us * kNsPerUs;
  return &current().pollers.emplace_back(cos_poller{fn, arg, period, world->now_ns + period});
}
void cos_poller_unregister(cos_poller** poller) {
  cos_poller* p = std::exchange(*poller, nullptr);
  p->unregistered = true;  // erased when its core comes by: it may be running
}
void cos_poller_pause(cos_poller* poller) { poller->paused = true; }
void cos_poller_resume(cos_poller* poller) { poller->paused = false; }
void cos_poller_set_wakeup(cos_poller*, int) {}

void cos_event_call(unsigned core, cos_event_fn fn, void* arg1, void* arg2) {
  Core& to = world->cores[world->cluster][core];
  if (!to.running) cos_panic("event for core %u, which does not run", core);
  to.events.emplace_back([=] { fn(arg1, arg2); });
}

// Each core hands over to the next, as the real ones do.
static void visit(unsigned pe, unsigned home, cos_event_fn fn, void* arg1, void* arg2, cos_event_fn done) {
  for (; pe < MPPA_PES; ++pe) {
    if (!world->cores[world->cluster][pe].running) continue;
    world->cores[world->cluster][pe].events.emplace_back([=] {
      fn(arg1, arg2);
      visit(pe + 1, home, fn, arg1, arg2, done);
    });
    return;
  }
  if (done != nullptr) cos_event_call(home, done, arg1, arg2);
}
void cos_for_each_reactor(cos_event_fn fn, void* arg1, void* arg2, cos_event_fn done) {
  visit(0, world->core, fn, arg1, arg2, done);
}

void cos_msg_register(unsigned type, cos_msg_fn fn, void* arg) { world->handlers.at(type) = {fn, arg}; }
bool cos_msg_send(unsigned cluster, unsigned core, unsigned type, const void* data, std::uint32_t length) {
  Core& to = world->cores.at(cluster).at(core);
  if (!to.running || to.inbox.size() == kInboxSlots) return false;
  cos_msg message{};
  message.type = static_cast<std::uint16_t>(type);
  message.cluster = static_cast<std::uint8_t>(world->cluster);
  message.core = static_cast<std::uint8_t>(world->core);
  message.length = length;
  std::memcpy(message.data, data, length);
  to.inbox.push_back(message);
  return true;
}
struct cos_reactor_stats cos_reactor_stats(unsigned core) { return world->cores[world->cluster][core].stats; }

}  // extern "C"
