// A bdev, opened, with channels on two cores, and I/O that is waited for.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/firmware/native/native.h"

extern "C" {
#include "bdev/module.h"
#include "bdev/modules.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "nvme/spec.h"
}

namespace mppa::bdev_test {

using Bytes = std::vector<std::uint8_t>;

/// Outcome of an I/O: an NVMe status field once it is done.
struct Outcome {
  bool done = false;
  std::uint16_t status = 0;
  unsigned core = 0;
};

inline void record(bdev_io* io, bool ok, void* arg) {
  auto* outcome = static_cast<Outcome*>(arg);
  EXPECT_FALSE(outcome->done) << "completed twice";
  *outcome = {true, bdev_io_status(io), cos_core_id()};
  EXPECT_EQ(ok, outcome->status == 0);
  bdev_io_free(io);
}

inline bdev_request no_data(bdev_io_type type, std::uint64_t lba, std::uint64_t blocks) {
  return {type, 0, nullptr, 0, 0, lba, blocks};
}

/// One core's use of a bdev.
class User {
 public:
  User(const std::string& name, unsigned core, bool write = true) : core_(core) {
    cos_native::on(core_, [&] {
      EXPECT_EQ(bdev_open(name.c_str(), write, on_event, this, &desc_), 0) << name;
      if (desc_ != nullptr) channel_ = bdev_get_channel(desc_);
    });
    EXPECT_NE(channel_, nullptr);
  }
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  ~User() { close(); }

  void close() {
    cos_native::on(core_, [&] {
      if (channel_ != nullptr) cos_put_io_channel(channel_);
      if (desc_ != nullptr) bdev_close(desc_);
    });
    channel_ = nullptr;
    desc_ = nullptr;
  }

  int submit(bdev_request request, Outcome& outcome) {
    int result = 0;
    cos_native::on(core_, [&] { result = bdev_submit(desc_, channel_, &request, record, &outcome); });
    return result;
  }
  int reset(Outcome& outcome) {
    int result = 0;
    cos_native::on(core_, [&] { result = bdev_reset(desc_, channel_, record, &outcome); });
    return result;
  }

  /// Submits and waits; the status field, or the errno as a negative number.
  int run(const bdev_request& request) {
    Outcome outcome;
    if (const int error = submit(request, outcome)) return error;
    EXPECT_FALSE(outcome.done) << "completed during submission";
    EXPECT_TRUE(cos_native::run_until([&] { return outcome.done; })) << "no completion";
    EXPECT_EQ(outcome.core, core_);
    return outcome.status;
  }
  int write(std::uint64_t lba, const Bytes& data, std::uint32_t flags = 0) {
    return transfer(BDEV_IO_WRITE, lba, const_cast<Bytes&>(data), flags);
  }
  int read(std::uint64_t lba, Bytes& data) { return transfer(BDEV_IO_READ, lba, data); }
  int compare(std::uint64_t lba, const Bytes& data) { return transfer(BDEV_IO_COMPARE, lba, const_cast<Bytes&>(data)); }
  int range(bdev_io_type type, std::uint64_t lba, std::uint64_t blocks) { return run(no_data(type, lba, blocks)); }

  bdev_desc* desc() { return desc_; }
  cos_io_channel* channel() { return channel_; }
  std::vector<bdev_event> events;
  /// Called on each event, after it has been recorded.
  std::function<void(bdev_event)> event_hook;

 private:
  int transfer(bdev_io_type type, std::uint64_t lba, Bytes& data, std::uint32_t flags = 0) {
    const bdev_segment segment{reinterpret_cast<std::uint64_t>(data.data()), static_cast<std::uint32_t>(data.size())};
    return run({type, flags, &segment, 1, 0, lba, data.size() / bdev_block_size(bdev_desc_bdev(desc_))});
  }
  static void on_event(bdev_event event, bdev*, void* arg) {
    auto* user = static_cast<User*>(arg);
    EXPECT_EQ(cos_core_id(), user->core_);
    user->events.push_back(event);
    if (user->event_hook) user->event_hook(event);
  }

  unsigned core_;
  bdev_desc* desc_ = nullptr;
  cos_io_channel* channel_ = nullptr;
};

inline Bytes pattern(std::size_t bytes, std::uint8_t seed) {
  Bytes data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<std::uint8_t>(seed + i * 7 + (i >> 9));
  return data;
}

/// Unregisters a bdev and waits until it is destructed.
inline void remove(const std::string& name) {
  bdev* bdev = bdev_get_by_name(name.c_str());
  ASSERT_NE(bdev, nullptr) << name;
  bool gone = false;
  bdev_unregister(bdev, [](void* arg) { *static_cast<bool*>(arg) = true; }, &gone);
  EXPECT_TRUE(cos_native::run_until([&] { return gone; }, 10'000)) << name << " does not go";
}

/// A device in the test's hands: it keeps what is submitted until the test completes it.
class ManualBdev {
 public:
  explicit ManualBdev(std::string name, std::uint64_t blocks = 1000) : name_(std::move(name)) {
    static bdev_module module = {"manual"};
    static const bdev_fn_table fn = {
        .submit = [](bdev_io* io) { static_cast<ManualBdev*>(io->bdev->context)->submitted.push_back(io); },
        .io_type_supported = [](void*, bdev_io_type) { return true; },
        .channel_bytes = 8,
        .create_channel =
            [](void* context, void* channel) {
              EXPECT_EQ(*static_cast<std::uint64_t*>(channel), 0U);
              static_cast<ManualBdev*>(context)->channels++;
              return 0;
            },
        .destroy_channel = [](void* context, void*) { static_cast<ManualBdev*>(context)->channels--; },
        .destruct = [](void* context) { static_cast<ManualBdev*>(context)->destructed = true; },
    };
    bdev.product = "Manual";
    bdev.module = &module;
    bdev.fn = &fn;
    bdev.context = this;
    bdev.block_size = 512;
    bdev.blocks = blocks;
  }
  void publish() { ASSERT_EQ(bdev_register(&bdev, name_.c_str(), nullptr), 0); }
  void complete(std::size_t index, std::uint16_t status = 0) {
    bdev_io* io = submitted.at(index);
    submitted.erase(submitted.begin() + static_cast<std::ptrdiff_t>(index));
    bdev_io_complete(io, status);
  }

  struct bdev bdev{};
  std::vector<bdev_io*> submitted;
  int channels = 0;
  bool destructed = false;

 private:
  std::string name_;
};

}  // namespace mppa::bdev_test
