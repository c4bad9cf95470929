#include "models/cluster/control/power_controller.h"

#include <fmt/core.h>

namespace mppa::cluster {
namespace {

constexpr u64 kWakeup = 1 << 0;
constexpr u64 kResetOnWakeup = 1 << 1;
constexpr u64 kWatchdogAck = 1 << 10;
constexpr u64 kControlMask = kWakeup | kResetOnWakeup | kWatchdogAck;
constexpr u64 kAllCores = (u64{1} << kCoreCount) - 1;

enum class Alias { kWrite, kSet, kClear };

u64 apply(Alias alias, u64 old, u64 data) {
  return alias == Alias::kSet ? old | data : alias == Alias::kClear ? old & ~data : data;
}

constexpr struct {
  const char* suffix;
  u64 offset;
  Alias alias;
} kAliases[] = {{".write", 0x00, Alias::kWrite}, {".set", 0x10, Alias::kSet}, {".clear", 0x20, Alias::kClear}};

}  // namespace

PowerController::PowerController(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
                                 const sc_core::sc_time& timestamp_period)
    : RegisterDevice(name, kWindow, latency),
      pe_reset_pc_(regs().add("pe_reset_pc", 0x2000, 8, RegAccess::kRw)),
      timestamp_period_(timestamp_period) {
  pe_reset_pc_.mask(0xFFFFF000).doc("PC of a PE that leaves reset, 4 KiB aligned");
  declare_core_controls();
  declare_vector_controls();
  declare_global();
}

void PowerController::declare_core_controls() {
  for (const auto& a : kAliases) {
    const auto access = [this, alias = a.alias](unsigned core, u64 data) {
      const u64 old = control_[core];
      control_[core] = apply(alias, old, data & kControlMask);
      control_changed(core, old, control_[core]);
    };
    regs()
        .add_array(fmt::format("pe_control[n]{}", a.suffix), a.offset, 8, RegAccess::kRw, kPeCount, 0x40)
        .doc("0 wakeup, 1 reset_on_wakeup, 10 wd_ack")
        .mask(0)
        .on_read([this](unsigned core) { return control_[core]; })
        .on_write(access);
    regs()
        .add(fmt::format("rm_control{}", a.suffix), 0x40C0 + a.offset, 8, RegAccess::kRw)
        .doc("as pe_control")
        .mask(0)
        .on_read([this](unsigned) { return control_[kRmIndex]; })
        .on_write([access](unsigned, u64 data) { access(kRmIndex, data); });
  }
  regs()
      .add_array("pe_status[n]", 0x400, 8, RegAccess::kRo, kPeCount, 0x10)
      .doc("0 wd, [2:1] idle, [4:3] fsm")
      .on_read([this](unsigned core) { return status_word(core); });
  regs().add("rm_status", 0x4100, 8, RegAccess::kRo).doc("as pe_status").on_read([this](unsigned) {
    return status_word(kRmIndex);
  });
}

u64 PowerController::status_word(unsigned core) const {
  return u64{cores->watchdog_fired(core)} | static_cast<u64>(cores->idle(core)) << 1 |
         static_cast<u64>(cores->fsm(core)) << 3;
}

void PowerController::vector_alias(const char* name, u64 offset, u64 bit) {
  for (const auto& a : kAliases) {
    regs()
        .add(fmt::format("vector_proc_control.{}{}", name, a.suffix), offset + a.offset, 8, RegAccess::kRw)
        .doc("one bit a core: [15:0] PE, 16 RM")
        .mask(0)
        .on_read([this, bit](unsigned) {
          u64 value = 0;
          for (unsigned core = 0; core < kCoreCount; ++core) value |= u64{(control_[core] & bit) != 0} << core;
          return value;
        })
        .on_write([this, bit, alias = a.alias](unsigned, u64 data) {
          for (unsigned core = 0; core < kCoreCount; ++core) {
            const u64 old = control_[core];
            const u64 data_bit = data >> core & 1 ? bit : 0;
            control_[core] = (old & ~bit) | apply(alias, old & bit, data_bit);
            control_changed(core, old, control_[core]);
          }
        });
  }
}

void PowerController::declare_vector_controls() {
  vector_alias("wup", 0x1000, kWakeup);
  vector_alias("reset_on_wakeup", 0x1040, kResetOnWakeup);
  vector_alias("wd_ack", 0x1080, kWatchdogAck);
  const auto vector = [](auto field, unsigned bits) {
    u64 value = 0;
    for (unsigned core = 0; core < kCoreCount; ++core) value |= static_cast<u64>(field(core)) << bits * core;
    return value;
  };
  regs().add("vector_proc_status.wd", 0x1100, 8, RegAccess::kRo).doc("fired watchdogs").on_read([=, this](unsigned) {
    return vector([this](unsigned c) { return cores->watchdog_fired(c); }, 1) & kAllCores;
  });
  regs().add("vector_proc_status.idle", 0x1110, 8, RegAccess::kRo).doc("2 bits a core").on_read([=, this](unsigned) {
    return vector([this](unsigned c) { return cores->idle(c); }, 2);
  });
  regs().add("vector_proc_status.fsm", 0x1120, 8, RegAccess::kRo).doc("2 bits a core").on_read([=, this](unsigned) {
    return vector([this](unsigned c) { return cores->fsm(c); }, 2);
  });
}

void PowerController::declare_global() {
  constexpr u64 kLock = u64{1} << 63;
  constexpr u64 kGlobalMask = 0x80000067FFFFFF0Full | u64{0xF} << 32;
  global_config_ = &regs().add("global_config.write", 0x4040, 8, RegAccess::kRw);
  global_config_->reset_value(0x8FFFFFF00)
      .mask(0)
      .doc(
          "0 user_en, 1 pe_en, 2 l2_cache_en, 3 l2_cache_config, [31:8] secure_mst_weak, 33 dsu_ecc_bypass, "
          "34 smem_ecc_bypass, [37:35] smem_burst_len, 38 axi_burst_dis, 63 lock");
  const auto store = [this](Alias alias, u64 data) {
    const u64 old = global_config_->get();
    if (!(old & kLock)) global_config_->set(apply(alias, old, data & kGlobalMask));
  };
  global_config_->on_write([store](unsigned, u64 data) { store(Alias::kWrite, data); });
  for (const auto& a : kAliases) {
    if (a.alias == Alias::kWrite) continue;
    regs()
        .add(fmt::format("global_config{}", a.suffix), 0x4040 + a.offset, 8, RegAccess::kRw)
        .source(*global_config_)
        .mask(0)
        .on_write([store, alias = a.alias](unsigned, u64 data) { store(alias, data); });
  }
  regs()
      .add("global_status", 0x4080, 8, RegAccess::kRo)
      .doc("0 rm_wup, 1 reset, 2 clk_en, 3 shuf_dis, 4 noc_idle, 5 dbg_fifo_idle, 6 watchdog, 7 axi_idle")
      .reset_value(0x4)
      .on_read([this](unsigned) {
        u64 value = 0x4;
        for (unsigned core = 0; core < kCoreCount; ++core) value |= u64{cores->watchdog_fired(core)} << 6;
        return value | (control_[kRmIndex] & kWakeup);
      });
  ecc_status_ = &regs().add("ecc_status", 0x4140, 8, RegAccess::kRo).doc("[15:0] single, [31:16] double, a bit a bank");
  regs().add("ecc_status_clear", 0x4150, 8, RegAccess::kLac).source(*ecc_status_).doc("load and clear");
  static constexpr const char* kCrypto[] = {"crypto0_nonsecure", "crypto0_secure", "crypto1_nonsecure",
                                            "crypto1_secure"};
  for (unsigned i = 0; i < 4; ++i)
    regs().add(fmt::format("{}_present", kCrypto[i]), 0x4160 + 8 * i, 8, RegAccess::kRo).reset_value(i % 2 == 0);
  regs()
      .add("dsu_timestamp", 0x4180, 8, RegAccess::kRo)
      .doc("free running counter; period is a parameter (100 MHz)")
      .on_read([this](unsigned) { return now().value() / timestamp_period_.value(); });
}

void PowerController::control_changed(unsigned core, u64 old, u64 value) {
  const u64 rising = value & ~old;
  if (rising & kWatchdogAck) cores->acknowledge_watchdog(core);
  if (!(rising & kWakeup)) return;
  if (core != kRmIndex && cores->fsm(core) == CoreFsm::kSleep && (value & kResetOnWakeup)) {
    cores->start(core, pe_reset_pc_.get(), now());
  } else if (cores->fsm(core) == CoreFsm::kResetting) {
    // The RM leaves reset by the FTU only.
    if (core != kRmIndex) cores->start(core, pe_reset_pc_.get(), now());
  } else {
    cores->wake(core, now());
  }
}

PowerController::GlobalConfig PowerController::global_config() const {
  const u64 g = global_config_->get();
  return {(g >> 2 & 1) != 0, (g >> 3 & 1) != 0, static_cast<unsigned>(g >> 35 & 7)};
}

void PowerController::set_l2(u64 bytes) {
  constexpr u64 kOneMib = u64{1} << 20, kEnable = 1 << 2, kSmall = 1 << 3;
  const u64 bits = (bytes != 0 ? kEnable : 0) | (bytes == kOneMib ? kSmall : 0);
  global_config_->reset_value((global_config_->get() & ~(kEnable | kSmall)) | bits);
}

void PowerController::ecc_event(unsigned bank, bool double_bit) {
  ecc_status_->set(ecc_status_->get() | u64{1} << (bank + (double_bit ? 16 : 0)));
}

}  // namespace mppa::cluster
