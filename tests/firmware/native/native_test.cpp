// The native ClusterOS keeps the promises that firmware relies on.
#include "tests/firmware/native/native.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

extern "C" {
#include "cos/cpu.h"
#include "cos/io_channel.h"
#include "cos/mmio.h"
#include "cos/reactor.h"
}

namespace {

using namespace mppa;
using Log = std::vector<std::string>;

TEST(CosNative, EventsRunOnTheirCoreInOrder) {
  cos_native::reset(2);
  Log log;
  const auto note = [](void* log_, void* text) {
    static_cast<Log*>(log_)->push_back(std::to_string(cos_core_id()) + static_cast<const char*>(text));
  };
  cos_event_call(1, note, &log, const_cast<char*>("a"));
  cos_event_call(1, note, &log, const_cast<char*>("b"));
  EXPECT_TRUE(log.empty());
  cos_native::poll();
  EXPECT_EQ(log, (Log{"1a", "1b"}));
  EXPECT_EQ(cos_core_id(), unsigned{MPPA_RM});
}

TEST(CosNative, RoundVisitsEveryRunningPeAndReturns) {
  cos_native::reset(3);
  Log log;
  cos_for_each_reactor(
      [](void* log_, void*) { static_cast<Log*>(log_)->push_back("visit " + std::to_string(cos_core_id())); }, &log,
      nullptr, [](void* log_, void*) { static_cast<Log*>(log_)->push_back("done " + std::to_string(cos_core_id())); });
  ASSERT_TRUE(cos_native::run_until([&] { return log.size() == 4; }, 10));
  EXPECT_EQ(log, (Log{"visit 0", "visit 1", "visit 2", "done 16"}));
}

TEST(CosNative, TimedPollersRunWhenDueAndMayUnregisterThemselves) {
  cos_native::reset();
  struct Ticks {
    cos_poller* poller;
    std::vector<std::uint64_t> at;
  } ticks;
  ticks.poller = cos_poller_register(
      [](void* arg) -> int {
        auto* t = static_cast<Ticks*>(arg);
        t->at.push_back(cos_cycles());
        if (t->at.size() == 3) cos_poller_unregister(&t->poller);
        return COS_POLLER_BUSY;
      },
      &ticks, 10);
  cos_native::run_us(100);
  EXPECT_EQ(ticks.at, (std::vector<std::uint64_t>{10000, 20000, 30000}));
  EXPECT_EQ(ticks.poller, nullptr);
}

TEST(CosNative, MessagesArriveWithTheirSenderAndInboxesAreFinite) {
  cos_native::reset();
  static std::vector<std::uint64_t> got;
  got.clear();
  cos_msg_register(
      COS_MSG_USER,
      [](const cos_msg* m, void*) {
        got = {m->cluster, m->core, m->length, m->data[0], cos_cluster_id(), cos_core_id()};
      },
      nullptr);
  const std::uint64_t value = 42;
  EXPECT_FALSE(cos_msg_send(1, 3, COS_MSG_USER, &value, 8)) << "PE 3 of cluster 1 does not run";
  ASSERT_TRUE(cos_msg_send(1, MPPA_RM, COS_MSG_USER, &value, 8));
  cos_native::poll();
  EXPECT_EQ(got, (std::vector<std::uint64_t>{0, MPPA_RM, 8, 42, 1, MPPA_RM}));
  unsigned sent = 0;
  while (cos_msg_send(1, MPPA_RM, COS_MSG_USER, &value, 8)) ++sent;
  EXPECT_EQ(sent, 32U);
}

TEST(CosNative, RegisterAccessesReachTheDeviceOthersMemory) {
  cos_native::reset();
  std::string log;
  cos_native::map_device(0x1000, 0x100,
                         {[&](std::uint64_t offset, unsigned bytes) {
                            log += "r" + std::to_string(bytes) + "@" + std::to_string(offset) + " ";
                            return std::uint64_t{7};
                          },
                          [&](std::uint64_t offset, unsigned bytes, std::uint64_t value) {
                            log += "w" + std::to_string(bytes) + "@" + std::to_string(offset) + "=" +
                                   std::to_string(value) + " ";
                          }});
  EXPECT_EQ(cos_read32(0x1014), 7U);
  cos_write64(0x10f8, 9);
  EXPECT_EQ(log, "r4@20 w8@248=9 ");
  std::uint32_t memory = 5;
  cos_write32(reinterpret_cast<std::uintptr_t>(&memory), 6);
  EXPECT_EQ(memory, 6U);
}

TEST(CosNative, ChannelsAreOfTheCoreThatAsked) {
  cos_native::reset(2);
  int device = 0;
  ASSERT_EQ(cos_io_device_register(&device, "device", 16, nullptr, nullptr), 0);
  cos_io_channel *first = nullptr, *second = nullptr;
  cos_native::on(0, [&] { first = cos_get_io_channel(&device); });
  cos_native::on(1, [&] { second = cos_get_io_channel(&device); });
  EXPECT_NE(first, second);
  EXPECT_EQ(cos_io_device_unregister(&device), -EBUSY);
  cos_native::on(0, [&] { cos_put_io_channel(first); });
  cos_native::on(1, [&] { cos_put_io_channel(second); });
  EXPECT_EQ(cos_io_device_unregister(&device), 0);
  EXPECT_EQ(cos_native::allocated_blocks(), 0U);
}

TEST(CosNative, AllocationsFailOnDemand) {
  cos_native::reset();
  int a = 0, b = 0;
  cos_native::fail_allocations_after(1);
  EXPECT_EQ(cos_io_device_register(&a, "a", 0, nullptr, nullptr), 0);
  EXPECT_EQ(cos_io_device_register(&b, "b", 0, nullptr, nullptr), -ENOMEM);
  EXPECT_EQ(cos_io_device_unregister(&a), 0);
}

}  // namespace
