// A native card: two cores that do I/O, an RM that owns the controllers, fake SSDs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "tests/firmware/bdev/fixture.h"
#include "tests/firmware/nvme/fake_ctrlr.h"

extern "C" {
#include "nvme/driver.h"
}

namespace mppa::nvme_test {

constexpr u64 kRegisters = 0x5200000000, kStride = 0x100000;
constexpr unsigned kMessageType = COS_MSG_USER;

class Machine {
 public:
  explicit Machine(unsigned ssds = 1, const FakeParams& params = {}, u64 seed = 1) {
    cos_native::reset(2);
    bdev_nvme_init(kMessageType);
    for (unsigned i = 0; i < ssds; ++i)
      fake.push_back(std::make_unique<FakeCtrlr>(kRegisters + i * kStride, params, seed + i));
  }

  /// Time passes until `done`.
  bool run(const std::function<bool()>& done, u64 us = 20'000'000) {
    return cos_native::run_until(
        [&] {
          for (auto& f : fake) f->step();
          return done();
        },
        us);
  }
  void run_us(u64 us) {
    run([] { return false; }, us);
  }

  static void outcome(nvme_ctrlr* ctrlr, int error, void* arg) {
    auto* result = static_cast<std::pair<nvme_ctrlr*, std::optional<int>>*>(arg);
    EXPECT_FALSE(result->second.has_value()) << "called back twice";
    *result = {ctrlr, error};
  }
  /// Attaches SSD `i` as Nvme<i>; the outcome.
  int attach(unsigned i = 0, nvme_options options = {}) {
    std::pair<nvme_ctrlr*, std::optional<int>> result{nullptr, {}};
    if (options.clusters == 0) options.clusters = 1;
    const std::string name = "Nvme" + std::to_string(i);
    if (const int error = nvme_ctrlr_attach(name.c_str(), kRegisters + i * kStride, &options, outcome, &result))
      return error;
    EXPECT_TRUE(run([&] { return result.second.has_value(); })) << "no outcome of attach";
    return result.second.value_or(-1);
  }
  int reset(unsigned i = 0) {
    std::pair<nvme_ctrlr*, std::optional<int>> result{nullptr, {}};
    nvme_ctrlr_reset(ctrlr(i), outcome, &result);
    EXPECT_TRUE(run([&] { return result.second.has_value(); })) << "no outcome of reset";
    return result.second.value_or(-1);
  }
  void detach(unsigned i = 0) {
    std::pair<nvme_ctrlr*, std::optional<int>> result{nullptr, {}};
    ASSERT_NE(ctrlr(i), nullptr) << cos_native::take_console();
    nvme_ctrlr_detach(ctrlr(i), outcome, &result);
    EXPECT_TRUE(run([&] { return result.second.has_value(); })) << "no outcome of detach";
    EXPECT_EQ(result.second, 0);
  }
  static nvme_ctrlr* ctrlr(unsigned i) { return nvme_ctrlr_find(("Nvme" + std::to_string(i)).c_str()); }
  /// Waits for an I/O; its status field.
  int wait(bdev_test::Outcome& outcome) {
    EXPECT_TRUE(run([&] { return outcome.done; })) << "no completion";
    return outcome.status;
  }

  std::vector<std::unique_ptr<FakeCtrlr>> fake;
};

}  // namespace mppa::nvme_test
