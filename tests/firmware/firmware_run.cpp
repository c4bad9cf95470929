// Runs a firmware image on all five clusters of a chip: firmware_run [--max-us N] [--functional] [--no-spin-skip] IMAGE
// [ARGUMENT...] The console goes to standard output; the exit status is the firmware's, 124 if it did not end in time,
// 1 if it crashed.
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "models/cluster/core/core_state.h"
#include "sim/exit_codes.h"
#include "sim/system/coolidge.h"

namespace mppa::sim {
namespace {

void print_where(const Coolidge& chip) {
  for (unsigned c = 0; c < kClusters; ++c)
    for (unsigned i = 0; i < cluster::kCoreCount; ++i)
      if (!chip.cluster(c).in_reset(i))
        fmt::print(stderr, "cluster {} core {}: pc {:#x}\n", c, i, chip.cluster(c).core(i).state().pc);
}

int run(int argc, char** argv) {
  double max_us = 100'000;
  CoolidgeParams params;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    if (std::strcmp(argv[at], "--max-us") == 0 && at + 1 < argc) {
      max_us = std::atof(argv[++at]);
    } else if (std::strcmp(argv[at], "--functional") == 0) {
      for (auto& c : params.cluster) c.pe_timing = c.rm_timing = timing::Level::kFunctional;
    } else if (std::strcmp(argv[at], "--no-spin-skip") == 0) {
      params.spin_skip = false;
    } else {
      fmt::print(stderr, "firmware_run: unknown option {}\n", argv[at]);
      return kBadInput;
    }
  }
  if (at >= argc) {
    fmt::print(stderr, "usage: firmware_run [--max-us N] [--functional] [--no-spin-skip] IMAGE [ARGUMENT...]\n");
    return kBadInput;
  }
  Coolidge chip("chip", params);
  chip.on_end = [](const ChipEnd&) { sc_core::sc_stop(); };
  chip.console(0, [](u8 byte, const sc_core::sc_time&) {
    if (byte != '\r') std::putchar(byte);
  });
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  std::vector<BootImage> images;
  for (unsigned c = 0; c < kClusters; ++c)
    images.push_back({c, ElfFile::read(argv[at]), std::vector<std::string>(argv + at, argv + argc)});
  chip.boot(images);
  sc_core::sc_start(max_us, sc_core::SC_US);
  std::fflush(stdout);
  fmt::print(stderr, "{:.1f} us simulated\n", sc_core::sc_time_stamp().to_seconds() * 1e6);
  if (!chip.end) {
    fmt::print(stderr, "not finished\n");
    print_where(chip);
    return kTimeLimit;
  }
  if (chip.end->reason == ChipEnd::Reason::kExit) return chip.end->status;
  fmt::print(stderr, "{}\n", chip.end->message);
  return kFailed;
}

}  // namespace
}  // namespace mppa::sim

int main(int argc, char** argv) {
  try {
    return mppa::sim::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "firmware_run: {}\n", error.what());
    return mppa::sim::kBadInput;
  }
}
