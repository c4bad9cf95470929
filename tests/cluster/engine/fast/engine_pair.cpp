#include "tests/cluster/engine/fast/engine_pair.h"

#include <algorithm>
#include <cstring>

#include "models/cluster/core/mmu.h"
#include "tests/cluster/engine/fast/random_pages.h"

namespace mppa::engine::fast {
namespace {

constexpr u64 kLocalBytes = 1 << 20, kOtherBytes = 1 << 16;

/// Zeros, and random numbers where the data are.
std::vector<u8> make_local_memory() {
  std::vector<u8> memory(kLocalBytes);
  std::mt19937_64 random(7);
  for (std::size_t i = RandomProgram::kData; i + 8 <= memory.size(); i += 8) {
    const u64 v = random();
    std::memcpy(&memory[i], &v, 8);
  }
  return memory;
}

const std::vector<u8>& initial_local_memory() {
  static const std::vector<u8> memory = make_local_memory();
  return memory;
}

}  // namespace

u32 RowArbiter::read_wait(u64 pa, unsigned bytes, u64 now) { return static_cast<u32>(serve(pa, bytes, now) - now); }

/// The cycle of the critical word.
u64 RowArbiter::serve(u64 pa, unsigned bytes, u64 now) {
  constexpr u64 kHit = 6, kMiss = 21, kTransfer = 3;
  u64& row = rows_[pa / 256 % rows_.size()];
  const u64 begin = std::max(now, bus_free_);
  const u64 done = begin + (row == pa / 2048 ? kHit : kMiss);
  row = pa / 2048;
  bus_free_ = begin + kTransfer;
  history_ = (history_ ^ pa ^ now << 20 ^ u64{bytes} << 56) * 0x9e3779b97f4a7c15;
  return done;
}

TestBus::TestBus(bool arbitrated) : local_(initial_local_memory()), far_(kOtherBytes), device_(kOtherBytes) {
  regions_[0].base = 0;
  regions_[0].size = local_.size();
  regions_[0].host = local_.data();
  regions_[1].base = RandomProgram::kFar;
  regions_[1].size = far_.size();
  regions_[1].host = far_.data();
  regions_[1].read_latency = 35;
  regions_[2].base = RandomProgram::kDevice;
  regions_[2].size = device_.size();
  regions_[2].host = device_.data();
  regions_[2].cacheable = false;
  if (arbitrated) regions_[0].arbiter = regions_[1].arbiter = &arbiter_;
}

const MemRegion* TestBus::region(u64 pa) {
  for (const MemRegion& r : regions_)
    if (r.contains(pa, 1)) return &r;
  return nullptr;
}

void TestBus::write(u64 pa, std::span<const u32> words) {
  if (!words.empty()) std::memcpy(local_.data() + pa, words.data(), words.size_bytes());
}

bool TestBus::same_memory(const TestBus& o) const {
  return local_ == o.local_ && far_ == o.far_ && device_ == o.device_;
}

Machine::Machine(const RandomProgram& program, const MachineOptions& options) : bus_(options.arbiter) {
  CoreConfig config;
  config.engine = options.engine;
  config.level = options.level;
  config.shared_code = options.shared_code;
  config.reset_pc = RandomProgram::kCode;
  bus_.write(RandomProgram::kVectors, program.vectors);
  bus_.write(RandomProgram::kCode, program.code);
  core_ = std::make_unique<Core>(config, bus_);

  core::CoreState& s = core_->state();
  std::mt19937_64 random(options.seed);
  for (u64& r : s.gpr) r = random() >> (random() % 64);
  for (unsigned i = 0; i < 4; ++i) s.gpr[kIndexRegister + i] = random() % 16;
  constexpr std::array<u64, 8> kBases{RandomProgram::kData,          RandomProgram::kData + 0x1000,
                                      RandomProgram::kData + 0x2040, RandomProgram::kData + 0x3fc0,
                                      RandomProgram::kData + 0x8123, RandomProgram::kFar + 0x400,
                                      RandomProgram::kData + 0x4000, RandomProgram::kData + 0x5000};
  for (unsigned i = 0; i < 8; ++i) s.gpr[kBaseRegister + i] = kBases[i];
  if (options.seed % 5 == 0) s.gpr[kBaseRegister + 7] = RandomProgram::kDevice + 0x100;
  if (options.seed % 13 == 0) s.gpr[kBaseRegister + 7] = 0x3000000;  // nothing there
  for (unsigned i = 0; i < 4; ++i) {
    s.gpr[kCodeRegister + i] = program.entries[random() % program.entries.size()];
    s.gpr[kCountRegister + i] = 1 + random() % 6;
  }
  if (options.mmu)
    for (unsigned i = 0; i < 8; i += 2) s.gpr[kBaseRegister + i] = kMappedBase + random() % kMappedBytes / 32 * 32;
  if (options.seed % 11 == 0) s.gpr[kCodeRegister + 3] = 0x2000000;  // nothing there
  for (unsigned i = kHandlerRegister; i < core::kGprCount; ++i) s.gpr[i] = 0;

  const auto force = [&](unsigned sfr, u64 value) {
    core_->system().commit({std::nullopt, static_cast<u16>(sfr), value, 0});
  };
  namespace ps = core::ps;
  u64 v = s.sfr[core::kPs];
  for (const core::Field f : {ps::kV64, ps::kHle, ps::kIce, ps::kDce, ps::kIe}) v = f.set(v, 1);
  v = ps::kUse.set(v, options.streaming);
  v = ps::kEt.set(v, 0);
  if (options.mmu) {
    constexpr unsigned kPages = 24, kBundleBytes = 4, kAllSizes = 15;
    for (unsigned i = 0; i <= kPages; ++i) {
      const TlbImage image = i == 0 ? identity_page() : random_page(random);
      force(core::kTeh, image.teh);
      force(core::kTel, image.tel);
      force(core::kMmc, image.mmc);
      core_->mmu().tlbwrite(kBundleBytes);
    }
    v = ps::kPmj.set(ps::kMme.set(v, 1), kAllSizes);
  }
  force(core::kEvPl0, RandomProgram::kVectors);
  force(core::kRa, program.entries[0]);
  if (options.timer) {
    force(core::kT0v, 150);
    force(core::kT0r, 337);
    force(core::kIll, 0x3);
    force(core::kIle, 1);
    force(core::kTcr, core::tcr::kT0ce.mask() | core::tcr::kT0ie.mask());
  }
  if (options.arithmetic) {
    constexpr u64 kAllFlags = 0x3f;  // ICIE to INIE
    force(core::kCsit, kAllFlags);
    force(core::kIll, ~u64{0});
    force(core::kIle, ~u64{0});
  }
  force(core::kPs, v);
}

std::optional<std::string> difference(Machine& expected, Machine& got) {
  core::CoreState &a = expected.core().state(), &b = got.core().state();
  const auto differ = [](const std::string& what, u64 x, u64 y) {
    return what + ": expected " + std::to_string(x) + ", got " + std::to_string(y);
  };
  if (a.pc != b.pc) return differ("pc", a.pc, b.pc);
  if (a.bundles != b.bundles) return differ("bundles", a.bundles, b.bundles);
  if (a.cycle != b.cycle) return differ("cycle", a.cycle, b.cycle);
  if (a.instructions != b.instructions) return differ("instructions", a.instructions, b.instructions);
  for (unsigned i = 0; i < core::kGprCount; ++i)
    if (a.gpr[i] != b.gpr[i]) return differ(std::string("r").append(std::to_string(i)), a.gpr[i], b.gpr[i]);
  expected.core().system().sync();
  got.core().system().sync();
  for (unsigned i = 0; i < core::kSfrCount; ++i)
    if (a.sfr[i] != b.sfr[i]) return differ(std::string("sfr ").append(std::to_string(i)), a.sfr[i], b.sfr[i]);
  if (!expected.bus().same_memory(got.bus())) return "memory differs";
  if (expected.bus().arbiter().history() != got.bus().arbiter().history()) return "requests to memory differ";
  const CoreStats &x = expected.core().stats(), &y = got.core().stats();
  for (unsigned i = 0; i < timing::kStallKinds; ++i)
    if (x.stalls[i] != y.stalls[i])
      return differ(std::string("stalls ").append(timing::stall_name(static_cast<timing::Stall>(i))), x.stalls[i],
                    y.stalls[i]);
  if (x.l1d_hits != y.l1d_hits) return differ("l1d_hits", x.l1d_hits, y.l1d_hits);
  if (x.l1d_misses != y.l1d_misses) return differ("l1d_misses", x.l1d_misses, y.l1d_misses);
  if (x.l1i_misses != y.l1i_misses) return differ("l1i_misses", x.l1i_misses, y.l1i_misses);
  if (x.loads != y.loads) return differ("loads", x.loads, y.loads);
  if (x.stores != y.stores) return differ("stores", x.stores, y.stores);
  if (x.atomics != y.atomics) return differ("atomics", x.atomics, y.atomics);
  if (x.uncached != y.uncached) return differ("uncached", x.uncached, y.uncached);
  if (x.branches_taken != y.branches_taken) return differ("branches_taken", x.branches_taken, y.branches_taken);
  if (x.traps != y.traps) return differ("traps", x.traps, y.traps);
  if (x.interrupts != y.interrupts) return differ("interrupts", x.interrupts, y.interrupts);
  return {};
}

}  // namespace mppa::engine::fast
