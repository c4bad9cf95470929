// The NVMe driver and its bdevs against a fake controller: bring-up, I/O, aborts, resets, removal.
#include <array>
#include <cerrno>

#include "tests/firmware/nvme/machine.h"

namespace mppa::nvme_test {
namespace {

using bdev_test::Bytes;
using bdev_test::no_data;
using bdev_test::Outcome;
using bdev_test::pattern;
using bdev_test::User;

constexpr u16 kAborted = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED);
constexpr u16 kAbortedByReset = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION);
constexpr u16 kGone = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) | NVME_STATUS_DNR;

/// I/Os of a core that may be out (some are kept for what lies on others). Has to be said before the first channel of
/// the program.
constexpr unsigned kDepth = 511;
const int more_io = [] {
  const bdev_options options{.ios_per_core = 2 * kDepth};
  return bdev_set_options(&options);
}();

/// Page-aligned memory.
struct Pages {
  explicit Pages(std::size_t bytes)
      : size(bytes), data(static_cast<u8*>(std::aligned_alloc(4096, (bytes + 4095) & ~std::size_t{4095}))) {}
  ~Pages() { std::free(data); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  bdev_segment segment(std::size_t offset = 0, std::size_t bytes = SIZE_MAX) const {
    return {reinterpret_cast<u64>(data + offset), static_cast<u32>(std::min(bytes, size - offset))};
  }
  std::size_t size;
  u8* data;
};

class NvmeDriver : public testing::Test {
 protected:
  int run(User& user, const bdev_request& request) {
    Outcome outcome;
    if (const int error = user.submit(request, outcome)) return error;
    return machine_.wait(outcome);
  }
  int flush(User& user) { return run(user, no_data(BDEV_IO_FLUSH, 0, 1)); }
  /// After detach or removal nothing of the driver is left.
  void expect_no_leaks() {
    machine_.run_us(5000);
    EXPECT_EQ(cos_native::allocated_blocks(), baseline_);
  }

  Machine machine_{2};
  FakeCtrlr& ssd_ = *machine_.fake[0];
  /// bdev's own device of cores is registered once and stays.
  std::size_t baseline_ = [] {
    bdev_null_create("warm-up", nullptr, 512, 1);
    bdev_test::remove("warm-up");
    return cos_native::allocated_blocks();
  }();
};

TEST_F(NvmeDriver, BringsAControllerUpMovesDataAndShutsItDown) {
  ASSERT_EQ(machine_.attach(), 0);
  bdev* disk = bdev_get_by_name("Nvme0n1");
  ASSERT_NE(disk, nullptr);
  EXPECT_EQ(bdev_num_blocks(disk), 4096U);
  EXPECT_EQ(bdev_uuid(disk)[15], 1);
  EXPECT_TRUE(bdev_has_write_cache(disk));
  {
    User user("Nvme0n1", 0), other("Nvme0n1", 1);
    Pages out(8192), in(8192);
    const Bytes data = pattern(8192, 5);
    std::copy(data.begin(), data.end(), out.data);
    const bdev_segment from = out.segment(), to = in.segment();
    EXPECT_EQ(run(user, {BDEV_IO_WRITE, 0, &from, 1, 0, 100, 16}), 0);
    EXPECT_EQ(run(other, {BDEV_IO_READ, 0, &to, 1, 0, 100, 16}), 0);
    EXPECT_EQ(Bytes(in.data, in.data + 8192), data);
    EXPECT_EQ(run(other, {BDEV_IO_COMPARE, 0, &to, 1, 0, 100, 16}), 0);
    EXPECT_EQ(run(user, no_data(BDEV_IO_FLUSH, 0, 4096)), 0);
    EXPECT_EQ(run(user, no_data(BDEV_IO_WRITE_ZEROES, 100, 1)), 0);
    EXPECT_EQ(run(user, no_data(BDEV_IO_UNMAP, 102, 14)), 0);
    EXPECT_EQ(ssd_.blocks.size(), 1U);
    EXPECT_EQ(ssd_.blocks.begin()->first, 101U);
    EXPECT_EQ(run(other, {BDEV_IO_COMPARE, 0, &to, 1, 0, 100, 16}),
              NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_COMPARE_FAILURE));
    EXPECT_EQ(ssd_.queues(), 2U);
  }
  machine_.detach();
  EXPECT_EQ(ssd_.shutdowns, 1U);
  EXPECT_EQ(ssd_.queues(), 0U);
  EXPECT_EQ(bdev_get_by_name("Nvme0n1"), nullptr);
  expect_no_leaks();
}

TEST_F(NvmeDriver, PrpsOfAllShapes) {
  ASSERT_EQ(machine_.attach(), 0);
  {
    User user("Nvme0n1", 0);
    Pages out(600 * 1024), in(600 * 1024);
    const Bytes data = pattern(out.size, 9);
    std::copy(data.begin(), data.end(), out.data);
    struct Shape {
      std::size_t offset, bytes;
    };
    // The last one is split at the largest transfer, 128 KiB; split pieces begin in the middle of pages.
    for (const Shape shape :
         {Shape{0, 512}, {512, 4096}, {4, 8192}, {4092, 4608}, {0, 131072}, {2048, 131072}, {1024, 500 * 1024}}) {
      const bdev_segment from = out.segment(shape.offset, shape.bytes), to = in.segment(shape.offset, shape.bytes);
      std::fill_n(in.data, in.size, u8{0xee});
      EXPECT_EQ(run(user, {BDEV_IO_WRITE, 0, &from, 1, 0, 3, shape.bytes / 512}), 0);
      EXPECT_EQ(run(user, {BDEV_IO_READ, 0, &to, 1, 0, 3, shape.bytes / 512}), 0);
      EXPECT_TRUE(std::equal(in.data + shape.offset, in.data + shape.offset + shape.bytes, out.data + shape.offset))
          << shape.offset << " + " << shape.bytes;
      EXPECT_EQ(in.data[shape.offset + shape.bytes], 0xee);
    }
    // Scattered pages, as a host's PRP list names them.
    const std::vector<bdev_segment> scattered = {out.segment(40960 + 512, 3584), out.segment(8192, 4096),
                                                 out.segment(0, 4096), out.segment(20480, 512)};
    EXPECT_EQ(run(user, {BDEV_IO_WRITE, 0, scattered.data(), 4, 0, 200, 24}), 0);
    EXPECT_TRUE(std::equal(ssd_.blocks[207].begin(), ssd_.blocks[207].end(), out.data + 8192));
    // What PRPs cannot name.
    const std::vector<bdev_segment> odd = {out.segment(2, 512)}, hole = {out.segment(0, 512), out.segment(4096, 512)};
    const u16 refused = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INVALID_PRP_OFFSET) | NVME_STATUS_DNR;
    EXPECT_EQ(run(user, {BDEV_IO_WRITE, 0, odd.data(), 1, 0, 0, 1}), refused);
    EXPECT_EQ(run(user, {BDEV_IO_WRITE, 0, hole.data(), 2, 0, 0, 2}), refused);
  }
  machine_.detach();
  expect_no_leaks();
}

TEST_F(NvmeDriver, DataAreMovedByTheSsdAndNobodyElse) {
  ASSERT_EQ(machine_.attach(0), 0);
  ASSERT_EQ(machine_.attach(1), 0);
  const char* members[] = {"Nvme0n1", "Nvme1n1"};
  ASSERT_EQ(bdev_raid0_create("raid", nullptr, members, 2, 16), 0);
  ASSERT_EQ(bdev_split_create("raid", 2, 0), 0);
  ASSERT_EQ(bdev_passthru_create("top", nullptr, "raidp0"), 0);
  {
    User user("top", 0);
    Pages buffer(16384);
    const u64 address = buffer.segment().address;
    const std::vector<bdev_segment> scattered = {buffer.segment(12288 + 512, 3584), buffer.segment(4096, 4096),
                                                 buffer.segment(0, 512)};
    // Strips of 8 KiB: the second half is the other SSD's.
    const bdev_segment all = buffer.segment();
    for (const bdev_io_type type : {BDEV_IO_WRITE, BDEV_IO_READ}) {
      EXPECT_EQ(run(user, {type, 0, &all, 1, 0, 0, 32}), 0);
      EXPECT_EQ(ssd_.pages, (std::vector<u64>{address, address + 4096})) << "the user's own pages";
      EXPECT_EQ(machine_.fake[1]->pages, (std::vector<u64>{address + 8192, address + 12288}));
      EXPECT_EQ(run(user, {type, 0, scattered.data(), 3, 0, 0, 16}), 0);
      EXPECT_EQ(ssd_.pages, (std::vector<u64>{address + 12800, address + 4096, address}));
    }
  }
  for (const char* name : {"top", "raidp0", "raidp1", "raid"}) bdev_test::remove(name);
  machine_.detach(0);
  machine_.detach(1);
  expect_no_leaks();
}

TEST_F(NvmeDriver, DeepQueuesCoalesceDoorbells) {
  ASSERT_EQ(more_io, 0);
  ssd_.params.latency_us = 100;
  nvme_options options{};
  options.queue_entries = kDepth + 1;
  ASSERT_EQ(machine_.attach(0, options), 0);
  {
    User user("Nvme0n1", 0);
    Pages buffer(4096);
    const bdev_segment segment = buffer.segment();
    std::vector<Outcome> outcomes(kDepth);
    ASSERT_TRUE(machine_.run([&] { return ssd_.queues() == 1; }));
    machine_.run_us(10);
    const u64 before = ssd_.doorbells;
    for (Outcome& o : outcomes) ASSERT_EQ(user.submit({BDEV_IO_READ, 0, &segment, 1, 0, 0, 8}, o), 0);
    machine_.run_us(2);
    EXPECT_EQ(ssd_.doorbells - before, 1U) << "one doorbell for all that one iteration submits";
    EXPECT_EQ(ssd_.waiting(), kDepth) << "all are out at the same time";
    for (Outcome& o : outcomes) EXPECT_EQ(machine_.wait(o), 0);
    EXPECT_EQ(ssd_.doorbells - before, 1U) << "the completion queue has room";
  }
  machine_.detach();
}

TEST_F(NvmeDriver, InterruptsOfEachQueueGoToItsCore) {
  using Route = std::tuple<u64, unsigned, unsigned, unsigned>;  // registers, vector, cluster, core
  static std::vector<Route> routes;
  static bool refuse;
  routes.clear();
  refuse = true;
  nvme_options options{};
  options.route_interrupt = [](uintptr_t registers, u16 vector, unsigned cluster, unsigned core) {
    routes.emplace_back(registers, vector, cluster, core);
    return !refuse;
  };
  EXPECT_EQ(machine_.attach(0, options), -ENOSPC);
  refuse = false;
  routes.clear();
  ASSERT_EQ(machine_.attach(0, options), 0);
  {
    User user("Nvme0n1", 1);
    ASSERT_EQ(flush(user), 0);
    EXPECT_EQ(routes, (std::vector<Route>{{kRegisters, 0, 0, MPPA_RM}, {kRegisters, 1, 0, 1}}));
    EXPECT_EQ(ssd_.vectors, (std::map<u16, u16>{{1, 1}}));
    routes.clear();
    ssd_.vectors.clear();
    EXPECT_EQ(machine_.reset(), 0);
    EXPECT_EQ(ssd_.vectors.size(), 1U) << "as before the reset";
    refuse = true;
    User other("Nvme0n1", 0);
    EXPECT_EQ(flush(other), kGone) << "no interrupt, no queue";
    EXPECT_EQ(flush(user), 0);
  }
  machine_.detach();
  ASSERT_EQ(machine_.attach(), 0);
  {
    ssd_.vectors.clear();
    User polls("Nvme0n1", 0);
    ASSERT_EQ(flush(polls), 0);
    EXPECT_TRUE(ssd_.vectors.empty());
  }
  machine_.detach();
  expect_no_leaks();
}

TEST_F(NvmeDriver, BringUpFailuresAreReportedAndCleanedUp) {
  ssd_.never_ready = true;
  EXPECT_EQ(machine_.attach(), -ETIMEDOUT);
  ssd_.never_ready = false;
  ssd_.fail_admin = NVME_ADMIN_IDENTIFY;
  EXPECT_EQ(machine_.attach(), -EIO);
  ssd_.fail_admin = 0;
  ssd_.deaf_admin = true;
  EXPECT_EQ(machine_.attach(), -ETIMEDOUT);
  ssd_.deaf_admin = false;
  ssd_.gone = true;
  EXPECT_EQ(machine_.attach(), -ENODEV);
  ssd_.gone = false;
  machine_.run_us(100);
  EXPECT_EQ(machine_.attach(), 0) << "after all that it still can be attached";
  nvme_options options{};
  EXPECT_EQ(nvme_ctrlr_attach("Nvme0", kRegisters, &options, nullptr, nullptr), -EEXIST);
  machine_.detach();
  expect_no_leaks();
}

TEST_F(NvmeDriver, TheRegistersSayWhatTheControllerCan) {
  ssd_.params.page_shift = 1;
  EXPECT_EQ(machine_.attach(), -EINVAL) << "pages of 8 KiB at least";
  ssd_.params.page_shift = 0;
  // Doorbells 16 bytes apart, queues of 5 entries: the fake refuses longer ones, and would not find other doorbells.
  ssd_.params.stride = 2;
  ssd_.params.mqes = 4;
  ASSERT_EQ(machine_.attach(), 0);
  EXPECT_EQ(nvme_ctrlr_info(Machine::ctrlr(0))->queue_entries, 5U);
  {
    User user("Nvme0n1", 0);
    std::array<Outcome, 20> outcomes;
    for (Outcome& o : outcomes) ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), o), 0);
    for (Outcome& o : outcomes) EXPECT_EQ(machine_.wait(o), 0) << "more than fit into the queue wait";
  }
  machine_.detach();
  // It may take CAP.TO times 500 ms to become ready, no longer.
  ssd_.params.timeout = 1;
  ssd_.params.ready_us = 400'000;
  EXPECT_EQ(machine_.attach(), 0);
  machine_.detach();
  ssd_.params.ready_us = 600'000;
  EXPECT_EQ(machine_.attach(), -ETIMEDOUT);
  expect_no_leaks();
}

TEST_F(NvmeDriver, TooFewQueuesFailTheCoresThatGetNone) {
  machine_.fake[0]->params.io_queues = 1;
  ASSERT_EQ(machine_.attach(), 0);
  {
    User user("Nvme0n1", 0);
    EXPECT_EQ(flush(user), 0);
    User late("Nvme0n1", 1);
    EXPECT_EQ(flush(late), kGone);
    EXPECT_EQ(flush(user), 0);
  }
  machine_.detach();
  expect_no_leaks();
}

TEST_F(NvmeDriver, AHungCommandIsAborted) {
  nvme_options options{};
  options.io_timeout_us = 100'000;
  ASSERT_EQ(machine_.attach(0, options), 0);
  {
    User user("Nvme0n1", 0);
    ASSERT_EQ(flush(user), 0);
    ssd_.faults.lose = 1;
    const u64 start = cos_native::now_ns();
    EXPECT_EQ(flush(user), kAborted);
    EXPECT_NEAR(static_cast<double>(cos_native::now_ns() - start) / 1000, 110'000, 15'000);
    EXPECT_EQ(ssd_.aborts, 1U);
    EXPECT_EQ(ssd_.enables, 1U) << "no reset was needed";
    ssd_.faults.lose = 0;
    EXPECT_EQ(flush(user), 0);
  }
  machine_.detach();
}

TEST_F(NvmeDriver, AControllerThatHangsIsReset) {
  nvme_options options{};
  options.io_timeout_us = 50'000;
  ASSERT_EQ(machine_.attach(0, options), 0);
  {
    User user("Nvme0n1", 0), other("Nvme0n1", 1);
    ASSERT_EQ(flush(user), 0);
    ASSERT_EQ(flush(other), 0);
    ssd_.deaf = true;
    ssd_.ignores_aborts = true;
    Outcome hung, second;
    ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), hung), 0);
    ASSERT_EQ(other.submit(no_data(BDEV_IO_FLUSH, 0, 1), second), 0);
    ASSERT_TRUE(machine_.run([&] { return hung.done && second.done; }));
    ssd_.deaf = false;
    EXPECT_EQ(hung.status, kAbortedByReset);
    EXPECT_EQ(second.status, kAbortedByReset);
    EXPECT_EQ(flush(user), 0) << "waits until the controller is back";
    EXPECT_EQ(flush(other), 0);
    EXPECT_EQ(ssd_.enables, 2U);
    EXPECT_EQ(nvme_ctrlr_stats(Machine::ctrlr(0)).resets, 1U);
  }
  machine_.detach();
  expect_no_leaks();
}

TEST_F(NvmeDriver, BdevResetBringsItsIoBackAborted) {
  ASSERT_EQ(machine_.attach(), 0);
  {
    User user("Nvme0n1", 0), other("Nvme0n1", 1);
    ASSERT_EQ(flush(user), 0);
    ASSERT_EQ(flush(other), 0);
    ssd_.faults.lose = 1;
    Outcome out, reset, second_reset;
    ASSERT_EQ(other.submit(no_data(BDEV_IO_FLUSH, 0, 1), out), 0);
    machine_.run_us(20);
    ssd_.faults.lose = 0;
    ASSERT_EQ(user.reset(reset), 0);
    ASSERT_EQ(other.reset(second_reset), 0);
    EXPECT_EQ(machine_.wait(out), kAbortedByReset);
    EXPECT_EQ(machine_.wait(reset), 0);
    EXPECT_EQ(machine_.wait(second_reset), 0);
    EXPECT_EQ(flush(other), 0);
  }
  machine_.detach();
}

TEST_F(NvmeDriver, FatalStatusIsHealedByAReset) {
  ASSERT_EQ(machine_.attach(), 0);
  {
    User user("Nvme0n1", 0);
    ASSERT_EQ(flush(user), 0);
    ssd_.fatal = true;
    machine_.run_us(10'000);
    EXPECT_EQ(ssd_.enables, 2U);
    EXPECT_EQ(flush(user), 0);
  }
  machine_.detach();
}

TEST_F(NvmeDriver, SurpriseRemovalFailsWhatIsOutAndRemovesTheBdev) {
  ASSERT_EQ(machine_.attach(), 0);
  {
    auto user = std::make_unique<User>("Nvme0n1", 0);
    ASSERT_EQ(flush(*user), 0);
    user->event_hook = [&](bdev_event) { EXPECT_EQ(user->range(BDEV_IO_FLUSH, 0, 1), -ENODEV); };
    Outcome out;
    ASSERT_EQ(user->submit(no_data(BDEV_IO_FLUSH, 0, 1), out), 0);
    ssd_.gone = true;
    EXPECT_EQ(machine_.wait(out), kGone);
    ASSERT_TRUE(machine_.run([&] { return !user->events.empty(); }));
    EXPECT_EQ(user->events, std::vector<bdev_event>{BDEV_EVENT_REMOVE});
    EXPECT_EQ(bdev_get_by_name("Nvme0n1"), nullptr);
  }
  ASSERT_TRUE(machine_.run([&] { return Machine::ctrlr(0) == nullptr; }, 100'000)) << "the controller stays";
  expect_no_leaks();
  ssd_.gone = false;
  EXPECT_EQ(machine_.attach(), 0) << "plugged in again";
  machine_.detach();
}

TEST_F(NvmeDriver, AControllerThatDoesNotComeBackIsRemoved) {
  ASSERT_EQ(machine_.attach(), 0);
  {
    User user("Nvme0n1", 0);
    ASSERT_EQ(flush(user), 0);
    ssd_.never_ready = true;
    Outcome waits;
    nvme_ctrlr_reset(Machine::ctrlr(0), nullptr, nullptr);
    machine_.run_us(5000);
    ASSERT_EQ(user.submit(no_data(BDEV_IO_FLUSH, 0, 1), waits), 0);
    EXPECT_EQ(machine_.wait(waits), kGone);
    ASSERT_TRUE(machine_.run([&] { return !user.events.empty(); }));
  }
  ASSERT_TRUE(machine_.run([&] { return Machine::ctrlr(0) == nullptr; }, 100'000));
  expect_no_leaks();
}

TEST_F(NvmeDriver, EventsAreTakenAndAskedForAgain) {
  ASSERT_EQ(machine_.attach(), 0);
  ssd_.raise_event(NVME_AER(NVME_EVENT_HEALTH, 1, NVME_LOG_HEALTH));
  ssd_.raise_event(NVME_AER(NVME_EVENT_HEALTH, 1, NVME_LOG_HEALTH));
  EXPECT_TRUE(machine_.run([&] { return nvme_ctrlr_stats(Machine::ctrlr(0)).events == 2; }, 1000));
  machine_.run_us(6'000'000);
  EXPECT_EQ(ssd_.enables, 1U) << "an event request that stays out is no time-out";
  machine_.detach();
}

/// Random I/O of two cores on two SSDs while they misbehave in all ways at once. Every I/O ends exactly once; data of
/// blocks whose last write succeeded are right. A block has one I/O at a time.
class Hostile : public testing::TestWithParam<u64> {};

TEST_P(Hostile, NoLostNoDuplicateNoHang) {
  FakeParams params;
  params.blocks = 64;
  params.spread_us = 40;
  Machine machine(2, params, GetParam());
  nvme_options options{};
  options.queue_entries = 16;
  options.io_timeout_us = 30'000;
  ASSERT_EQ(machine.attach(0, options), 0);
  ASSERT_EQ(machine.attach(1, options), 0);
  Random random(GetParam() * 77);
  struct Slot {
    std::unique_ptr<Pages> buffer = std::make_unique<Pages>(4096);
    bdev_segment segment{};
    Outcome outcome;
    bool busy = false, write = false;
    u64 lba = 0;
    u8 tag = 0;
  };
  {
    std::vector<std::unique_ptr<User>> users;
    for (unsigned ssd = 0; ssd < 2; ++ssd)
      for (unsigned core = 0; core < 2; ++core)
        users.push_back(std::make_unique<User>("Nvme" + std::to_string(ssd) + "n1", core));
    // Blocks of each user are its own; a value is known while no write of it has failed.
    std::vector<std::map<u64, std::optional<u8>>> known(4);
    std::vector<std::array<Slot, 12>> slots(4);
    for (auto& f : machine.fake) f->faults = {0.002, 0.02, 0.01, 0.01};
    u64 done = 0, failed = 0, checked = 0;
    const auto finish = [&](unsigned u, Slot& slot) {
      slot.busy = false;
      ++done;
      auto& value = known[u][slot.lba];
      if (slot.outcome.status != 0) {
        ++failed;
        if (slot.write) value.reset();
      } else if (slot.write) {
        value = slot.tag;
      } else if (value.has_value()) {
        ++checked;
        EXPECT_EQ(slot.buffer->data[0], *value) << "lba " << slot.lba;
        EXPECT_EQ(slot.buffer->data[511], *value);
      }
    };
    const auto submit = [&](unsigned u, Slot& slot, u64 lba) {
      slot.outcome = {};
      slot.lba = lba;
      slot.write = random.below(2) == 0;
      slot.tag = static_cast<u8>(random.below(256));
      std::fill_n(slot.buffer->data, 512, slot.tag);
      slot.segment = slot.buffer->segment(0, 512);
      const bdev_io_type type = slot.write ? BDEV_IO_WRITE : BDEV_IO_READ;
      slot.busy = users[u]->submit({type, 0, &slot.segment, 1, 0, lba, 1}, slot.outcome) == 0;
    };
    for (u64 step = 0; step < 60'000; ++step) {
      for (unsigned u = 0; u < 4; ++u)
        for (unsigned i = 0; i < slots[u].size(); ++i) {
          Slot& slot = slots[u][i];
          if (slot.busy && slot.outcome.done) finish(u, slot);
          // Slot i of user u has two blocks of its own.
          if (!slot.busy && step < 50'000) submit(u, slot, (u % 2) * 32 + i * 2 + random.below(2));
        }
      if (random.below(20000) == 0) machine.fake[random.below(2)]->fatal = true;
      if (random.below(10000) == 0)
        nvme_ctrlr_reset(Machine::ctrlr(static_cast<unsigned>(random.below(2))), nullptr, nullptr);
      machine.run_us(1);
    }
    for (auto& f : machine.fake) f->faults = {};
    for (unsigned u = 0; u < 4; ++u)
      for (Slot& slot : slots[u]) {
        if (!slot.busy) continue;
        machine.wait(slot.outcome);
        finish(u, slot);
      }
    EXPECT_GT(done, 8'000U);
    EXPECT_GT(failed, 100U);
    EXPECT_GT(checked, 2'000U);
    EXPECT_GT(nvme_ctrlr_stats(Machine::ctrlr(0)).resets, 0U);
  }
  machine.detach(0);
  machine.detach(1);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Hostile, testing::Range<u64>(1, 9));

}  // namespace
}  // namespace mppa::nvme_test
