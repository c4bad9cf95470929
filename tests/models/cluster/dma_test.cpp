#include "models/cluster/dma/dma.h"

#include <cstring>

#include "models/common/memory_access.h"
#include "models/common/random.h"
#include "models/noc/rdma/network.h"
#include "mppa/dma_microcode.h"
#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

constexpr u64 kHz = 1'000'000'000;  // one cycle = 1000 ps
constexpr u64 kMailbox = 0xA00000;  // notifications land here
constexpr u64 kMemoryBytes = 1 << 20;

/// A cluster's memory with a mailbox behind it; everything else is an address error.
class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name), bytes(kMemoryBytes) {
    socket.register_b_transport(this, &Memory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    delay += sc_core::sc_time::from_value(20'000);
    if (p.get_address() == kMailbox && p.is_write() && p.get_data_length() == 8) {
      u64 value = 0;
      std::memcpy(&value, p.get_data_ptr(), 8);
      notifications.push_back(value);
      notified_at = sc_core::sc_time_stamp() + delay;
      p.set_response_status(tlm::TLM_OK_RESPONSE);
      return;
    }
    serve_memory(p, bytes.data(), bytes.size());
  }
  std::vector<u8> bytes;
  std::vector<u64> notifications;
  sc_core::sc_time notified_at;
};

struct Node {
  Node(const std::string& name, u8 cluster, bool batch, noc::RdmaNoc& network)
      : memory((name + "_memory").c_str()),
        dma((name + "_dma").c_str(), {.cluster = cluster, .clock_hz = kHz, .batch_loops = batch}),
        regs((name + "_regs").c_str()),
        irq((name + "_irq").c_str()) {
    dma.memory.bind(memory.socket);
    dma.noc.bind(network.inject(cluster));
    network.deliver[cluster].bind(dma);
    dma.interrupt.bind(irq);
    regs.socket.bind(dma.socket);
    iommu_regs.socket.bind(tx_iommu.socket);
    dma.tx_iommu.bind(tx_iommu);
    tx_iommu.interrupt.bind(irq);
  }
  Memory memory;
  Iommu tx_iommu{sc_core::sc_gen_unique_name("tx_iommu"), 137, sc_core::SC_ZERO_TIME};
  Dma dma;
  test::Initiator iommu_regs{sc_core::sc_gen_unique_name("iommu_regs")};
  test::Initiator regs;
  test::InterruptLog irq;
};

enum Program : unsigned { kMem2mem, kMem2noc, kMem2eth, kUser };
constexpr u64 kRing = 0xF0000, kRecords = 0xF8000;

class DmaTest : public test::ScTest {
 protected:
  explicit DmaTest(bool batch = true)
      : network("noc", {.clock_hz = kHz}), a("a", 0, batch, network), b("b", 1, batch, network) {
    elaborate();
    setup(a);
    setup(b);
  }
  static void run_us(u64 us) { sc_core::sc_start(sc_core::sc_time(static_cast<double>(us), sc_core::SC_US)); }
  static void program(Node& n, unsigned id, unsigned start, const u64* words, std::size_t count, bool axi) {
    for (std::size_t i = 0; i < count; ++i) n.regs.write(MPPA_DMA_PROGRAM_MEMORY + 8 * (start + i), words[i]);
    n.regs.write(MPPA_DMA_PROGRAM_TABLE + 8 * id, MPPA_DMA_PROGRAM(start, axi, 1, 0));
  }
  static u64 comp(unsigned reg, unsigned q = 0) { return MPPA_DMA_TX_COMP_QUEUE + 0x1000 * q + reg; }
  static u64 queue(unsigned reg, unsigned q = 0) { return MPPA_DMA_TX_JOB_QUEUE + 0x1000 * q + reg; }
  static u64 channel(unsigned reg, unsigned c = 5) { return MPPA_DMA_RX_CHANNEL + 0x1000 * c + reg; }
  static void setup(Node& n) {
    program(n, kMem2mem, 0, mppa_dma_mem2mem, std::size(mppa_dma_mem2mem), true);
    program(n, kMem2noc, 16, mppa_dma_mem2noc, std::size(mppa_dma_mem2noc), false);
    program(n, kMem2eth, 32, mppa_dma_mem2eth, std::size(mppa_dma_mem2eth), false);
    n.regs.write(MPPA_DMA_ROUTE_TABLE, MPPA_DMA_ROUTE(noc::kRoutes[0][1], 5, 0, 1, 0, 0));
    n.regs.write(comp(MPPA_DMA_TXC_MODE), 1);
    n.regs.write(comp(MPPA_DMA_TXC_GLOBAL), 1);
    n.regs.write(comp(MPPA_DMA_TXC_NOTIF_ADDRESS), kMailbox);
    n.regs.write(comp(MPPA_DMA_TXC_NOTIF_ARG), 3);
    n.regs.write(comp(MPPA_DMA_TXC_ACTIVATE), 1);
    n.regs.write(queue(MPPA_DMA_TXQ_START), kRing);
    n.regs.write(queue(MPPA_DMA_TXQ_SLOT_LOG2), 3);
    n.regs.write(queue(MPPA_DMA_TXQ_THREAD_ID), 2);
    n.regs.write(queue(MPPA_DMA_TXQ_ACTIVATE), 1);
    n.regs.write(MPPA_DMA_IT + MPPA_DMA_IT_EN, ~u64{0});
  }
  static void submit(Node& n, const mppa_dma_tx_job& job) {
    const u64 ticket = n.regs.read(queue(MPPA_DMA_TXQ_WP_INCR));
    std::memcpy(&n.memory.bytes[kRing + (ticket & 7) * sizeof job], &job, sizeof job);
    n.regs.read(queue(MPPA_DMA_TXQ_VALID_WP_INCR));
  }
  static mppa_dma_tx_job copy_job(u64 from, u64 to, u64 len, u64 blocks, u64 dst_gap, u64 src_gap,
                                  unsigned id = kMem2mem) {
    return {{from, to, len >> 4, len & 15, blocks, dst_gap, src_gap, 0}, MPPA_DMA_JOB_CONTROL(0, 0, id), 0};
  }
  /// Channel 5 of `n` with a fixed buffer.
  static void open_fixed(Node& n, u64 base, u64 size) {
    n.regs.write(channel(MPPA_DMA_RXC_BUF_ENABLE), 1);
    n.regs.write(channel(MPPA_DMA_RXC_COMP_CFG), 1);
    n.regs.write(channel(MPPA_DMA_RXC_COMP_MODE), 1);
    n.regs.write(channel(MPPA_DMA_RXC_NOTIF_ADDRESS), kMailbox);
    n.regs.write(channel(MPPA_DMA_RXC_NOTIF_ARG), 7);
    n.regs.write(channel(MPPA_DMA_RXC_BUF_START), base);
    n.regs.write(channel(MPPA_DMA_RXC_BUF_SIZE), size);
    n.regs.write(channel(MPPA_DMA_RXC_ACTIVATED), 1);
  }
  static void fill(Node& n, u64 seed) {
    Random random(seed);
    for (u8& byte : n.memory.bytes) byte = static_cast<u8>(random.next());
  }
  static u64 it(Node& n) { return n.regs.read(MPPA_DMA_IT + MPPA_DMA_IT_VECTOR_LAC); }
  static u64 status(Node& n) { return n.regs.read(queue(MPPA_DMA_TXQ_STATUS)); }

  noc::RdmaNoc network;
  Node a, b;
};

TEST_F(DmaTest, Mem2memCopiesRandomBlocksAndNotifiesOnce) {
  fill(a, 1);
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    const u64 len = random.below(4) ? random.below(900) : 0, blocks = random.below(5);
    const u64 src_gap = random.below(70), dst_gap = random.below(70);
    const u64 from = 0x1000 + random.below(64), to = 0x40000 + random.below(64);
    std::vector<u8> expected = a.memory.bytes;
    for (u64 k = 0; k < blocks; ++k)
      std::memcpy(&expected[to + k * (len + dst_gap)], &a.memory.bytes[from + k * (len + src_gap)], len);
    a.memory.notifications.clear();
    submit(a, copy_job(from, to, len, blocks, dst_gap, src_gap));
    run_us(20);
    ASSERT_EQ(a.memory.notifications, std::vector<u64>{1 << 3});
    ASSERT_TRUE(std::equal(expected.begin(), expected.begin() + kRing, a.memory.bytes.begin())) << "transfer " << i;
    ASSERT_EQ(a.regs.read(comp(MPPA_DMA_TXC_WP)), static_cast<u64>(i + 1));
  }
  EXPECT_EQ(a.regs.read(queue(MPPA_DMA_TXQ_ONGOING)), 0U);
  EXPECT_EQ(it(a), 0U);
}

TEST_F(DmaTest, Mem2memReaches16BytesPerCycle) {
  submit(a, copy_job(0, 0x80000, 0x40000, 1, 0, 0));
  const u64 start = sc_core::sc_time_stamp().value();
  run_us(30);
  ASSERT_EQ(a.memory.notifications.size(), 1U);
  const double cycles = static_cast<double>(a.memory.notified_at.value() - start) / 1000;
  EXPECT_NEAR(cycles, 0x40000 / 16, 200);
}

/// Runs the same jobs with and without batches of the copy loops.
u64 finish_time(bool batch) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  struct Bench : DmaTest {
    explicit Bench(bool on) : DmaTest(on) {}
    void TestBody() override {}
    u64 go() {
      open_fixed(b, 0, kRing);
      u64 sum = 0;
      for (unsigned i = 0; i < 20; ++i) {
        submit(a, copy_job(i, 0x40000 + 3 * i, 1000 + 333 * i, 3, 8, i, i & 1 ? kMem2noc : kMem2mem));
        if (i % 4 == 3) run_us(20);
        sum = sum * 31 + a.memory.notified_at.value() + b.memory.notified_at.value();
      }
      return sum;
    }
  };
  return Bench(batch).go();
}

TEST(DmaBatch, ChangesNeitherTimeNorEffect) { EXPECT_EQ(finish_time(true), finish_time(false)); }

TEST_F(DmaTest, Mem2nocWritesTheOtherClustersBufferAndNotifiesBothSides) {
  fill(a, 2);
  Random random(9);
  open_fixed(b, 0x2000, 0x80000);
  for (int i = 0; i < 40; ++i) {
    const u64 len = random.below(4) ? random.below(2000) : 0, blocks = random.below(4), gap = random.below(40);
    const u64 from = 0x100 + random.below(64), to = random.below(5000);
    std::vector<u8> expected = b.memory.bytes;
    for (u64 k = 0; k < blocks; ++k)
      std::memcpy(&expected[0x2000 + to + k * (len + gap)], &a.memory.bytes[from + k * (len + 5)], len);
    a.memory.notifications.clear(), b.memory.notifications.clear();
    submit(a, copy_job(from, to, len, blocks, gap, 5, kMem2noc));
    run_us(20);
    ASSERT_EQ(a.memory.notifications, std::vector<u64>{1 << 3});
    ASSERT_EQ(b.memory.notifications, std::vector<u64>{1 << 7});
    ASSERT_TRUE(expected == b.memory.bytes) << "transfer " << i;
  }
  EXPECT_EQ(b.regs.read(channel(MPPA_DMA_RXC_NOTIF_CNT)), 40U);
}

TEST_F(DmaTest, Mem2ethFillsBuffersOfTheCacheAndWritesRecords) {
  fill(a, 3);
  for (u64 i = 0; i < 8; ++i) {
    const mppa_dma_buffer buffer{0x10000 + 0x1000 * i, 0x1000};
    std::memcpy(&b.memory.bytes[0x400 + 16 * i], &buffer, sizeof buffer);
  }
  const u64 q = MPPA_DMA_RX_JOB_QUEUE + 0x2000, cache = MPPA_DMA_RX_JOB_CACHE + 0x1000;
  b.regs.write(q + MPPA_DMA_RXQ_START, 0x400);
  b.regs.write(q + MPPA_DMA_RXQ_SLOT_LOG2, 3);
  b.regs.write(q + MPPA_DMA_RXQ_CACHE_ID, 1);
  b.regs.write(q + MPPA_DMA_RXQ_ACTIVATE, 1);
  b.regs.write(cache + MPPA_DMA_RXJ_ENABLE, 1);
  b.regs.write(cache + MPPA_DMA_RXJ_EMPTY_NOTIF_ADDRESS, kMailbox);
  b.regs.write(cache + MPPA_DMA_RXJ_EMPTY_NOTIF_ARG, 9);
  b.regs.write(channel(MPPA_DMA_RXC_JOB_QUEUE_CFG), 1 | 1 << 1);
  b.regs.write(channel(MPPA_DMA_RXC_CNT_CLEAR_MODE), 3);
  b.regs.write(channel(MPPA_DMA_RXC_COMP_CFG), 1 | 1 << 1);
  b.regs.write(channel(MPPA_DMA_RXC_COMP_START), kRecords);
  b.regs.write(channel(MPPA_DMA_RXC_COMP_SLOT_LOG2), 2);
  b.regs.write(channel(MPPA_DMA_RXC_NOTIF_ADDRESS), kMailbox);
  b.regs.write(channel(MPPA_DMA_RXC_FULL_NOTIF_ADDRESS), kMailbox);
  b.regs.write(channel(MPPA_DMA_RXC_ACTIVATED), 1);

  const auto frame = [&](u64 len, u64 at) {
    submit(a, {{0, 0, at, (len >> 4) | (len & 15) << 32, 1 | u64{1} << 32, 0x40, 0, len},
               MPPA_DMA_JOB_CONTROL(0, 0, kMem2eth),
               0});
  };
  frame(1500, 0x1003);
  run_us(5);
  EXPECT_EQ(b.memory.notifications, std::vector<u64>{u64{1} << 9}) << "the cache is empty, the frame waits";
  b.regs.write(q + MPPA_DMA_RXQ_VALID_WP, 8);
  run_us(5);
  ASSERT_EQ(b.memory.notifications.size(), 2U);
  mppa_dma_rx_completion record{};
  std::memcpy(&record, &b.memory.bytes[kRecords], sizeof record);
  EXPECT_EQ(record.base, 0x10000U);
  EXPECT_EQ(record.bytes, 1516U);
  EXPECT_EQ(record.notifications, 1U);
  EXPECT_EQ(std::memcmp(&b.memory.bytes[0x10000], &a.memory.bytes[0x40], 16), 0) << "the header goes first";
  EXPECT_EQ(std::memcmp(&b.memory.bytes[0x10010], &a.memory.bytes[0x1003], 1500), 0);

  for (u64 i = 0; i < 5; ++i) frame(100 + i, 0x2000);
  run_us(10);
  EXPECT_EQ(b.regs.read(channel(MPPA_DMA_RXC_COMP_WP)), 4U) << "the ring has four slots";
  b.regs.write(channel(MPPA_DMA_RXC_COMP_VALID_RP), 2);
  run_us(10);
  EXPECT_EQ(b.regs.read(channel(MPPA_DMA_RXC_COMP_WP)), 6U);
  EXPECT_EQ(network.in_flight(), 0U);
  EXPECT_EQ(b.regs.read(cache + MPPA_DMA_RXJ_POP_LO), 0x16000U) << "six buffers are used";
  EXPECT_EQ(b.regs.read(cache + MPPA_DMA_RXJ_POP_HI), 0x1000U);
}

TEST_F(DmaTest, ErrorsStopTheQueueAndRaiseLine129) {
  const auto expect = [&](const char* what, const mppa_dma_tx_job& job, unsigned cause, unsigned interrupt) {
    submit(a, job);
    run_us(5);
    EXPECT_EQ(status(a), MPPA_DMA_FAILED | 1U << cause) << what;
    EXPECT_EQ(a.irq.take_lines(), std::vector<unsigned>{129}) << what;
    EXPECT_EQ(it(a), u64{1} << interrupt) << what;
    EXPECT_EQ(a.irq.take_lines(), std::vector<unsigned>{129}) << what << ": the line falls";
    EXPECT_EQ(a.regs.read(MPPA_DMA_ERROR + 0x28), 1U) << what;
    a.regs.read(queue(MPPA_DMA_TXQ_STATUS_LAC));
    EXPECT_EQ(status(a), MPPA_DMA_STOPPED) << what;
    a.regs.write(queue(MPPA_DMA_TXQ_ACTIVATE), 1);
  };
  mppa_dma_tx_job job = copy_job(0, 0x1000, 64, 1, 0, 0);
  job.control = MPPA_DMA_JOB_CONTROL(0, 0, 9);
  expect("no such program", job, 2, MPPA_DMA_IT_TX_PROGRAM_PERM);
  job.control = MPPA_DMA_JOB_CONTROL(0, 77, 0);
  expect("no such route", job, 7, MPPA_DMA_IT_TX_ROUTE_PERM);
  job.control = MPPA_DMA_JOB_CONTROL(4, 0, 0);
  expect("completion queue off", job, 8, MPPA_DMA_IT_TX_COMP_PERM);
  expect("bad source", copy_job(1ull << 33, 0, 64, 1, 0, 0), 3, MPPA_DMA_IT_TX_READ_ADDRESS);
  expect("bad destination", copy_job(0, 1ull << 33, 64, 1, 0, 0), 5, MPPA_DMA_IT_TX_WRITE_ADDRESS);
  const u64 reserved[] = {6ull << 23};
  program(a, kUser, 100, reserved, 1, true);
  job.control = MPPA_DMA_JOB_CONTROL(0, 0, kUser);
  expect("reserved command", job, 11, MPPA_DMA_IT_TX_BUNDLE);
  const u64 step[] = {MPPA_UC_WPTR_STEP | MPPA_UC_STORE | MPPA_UC_STOP};
  program(a, kUser, 100, step, 1, true);
  expect("pointer steps without a move", job, 11, MPPA_DMA_IT_TX_BUNDLE);
  EXPECT_TRUE(a.memory.notifications.empty());
  submit(a, copy_job(0, 0x1000, 64, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(a.memory.notifications.size(), 1U) << "the queue works again";
}

TEST_F(DmaTest, AsnMustMatchUnlessGlobal) {
  a.regs.write(MPPA_DMA_PROGRAM_TABLE, MPPA_DMA_PROGRAM(0, 1, 0, 42));
  submit(a, copy_job(0, 0x1000, 64, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(it(a), u64{1} << MPPA_DMA_IT_TX_PROGRAM_PERM);
  a.regs.write(queue(MPPA_DMA_TXQ_ASN), 42);
  a.regs.write(queue(MPPA_DMA_TXQ_ACTIVATE), 1);
  submit(a, copy_job(0, 0x1000, 64, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(a.memory.notifications.size(), 1U);
}

TEST_F(DmaTest, ClosedChannelsDropAndDiagnose) {
  submit(a, copy_job(0, 0, 64, 1, 0, 0, kMem2noc));
  run_us(5);
  EXPECT_EQ(it(b), u64{1} << MPPA_DMA_IT_RX_CLOSED_CHANNEL);
  EXPECT_EQ(b.regs.read(MPPA_DMA_RX_DIAG) >> 40 & 63, 5U);
  EXPECT_EQ(b.regs.read(MPPA_DMA_RX_DIAG + 0x28), 1U);
  EXPECT_EQ(b.regs.read(MPPA_DMA_RX_DIAG + 0x20), 0U) << "cleared by the read";
}

TEST_F(DmaTest, ExcessBytesAreDropped) {
  open_fixed(b, 0x100, 40);
  fill(a, 5);
  submit(a, copy_job(0, 0, 64, 1, 0, 0, kMem2noc));
  run_us(5);
  EXPECT_EQ(it(b), u64{1} << MPPA_DMA_IT_RX_BUFFER_SIZE);
  EXPECT_EQ(std::memcmp(&b.memory.bytes[0x100], &a.memory.bytes[0], 40), 0);
  EXPECT_EQ(b.memory.bytes[0x100 + 40], 0);
  EXPECT_EQ(b.regs.read(channel(MPPA_DMA_RXC_BYTE_CNT)), 40U);
}

TEST_F(DmaTest, StrobeRegistersAtomicsAndBranches) {
  const u64 words[] = {
      MPPA_UC_PARAM(1) | MPPA_UC_WPTR_LOAD | MPPA_UC_STORE,
      MPPA_UC_PARAM(2) | MPPA_UC_STROBE | MPPA_UC_STORE,
      MPPA_UC_PARAM(3) | MPPA_UC_SEND_REG | MPPA_UC_SIZE(3) | MPPA_UC_STORE | MPPA_UC_WPTR_STEP,
      MPPA_UC_ALL_BYTES | MPPA_UC_STORE | MPPA_UC_GOTO(5),
      6ull << 23,  // never reached
      MPPA_UC_PARAM(4) | MPPA_UC_SEND_REG | MPPA_UC_SIZE(3) | MPPA_UC_ATOMIC_ADD,
      MPPA_UC_PARAM(4) | MPPA_UC_SEND_REG | MPPA_UC_SIZE(3) | MPPA_UC_ATOMIC_ADD,
      MPPA_UC_NOTIFY | MPPA_UC_STOP | MPPA_UC_STORE,
  };
  program(a, kUser, 100, words, std::size(words), true);
  std::memset(&a.memory.bytes[0x500], 0xEE, 16);
  const u64 before = 1000;
  std::memcpy(&a.memory.bytes[0x508], &before, 8);
  submit(a, {{0, 0x500, 0x0F, 0x1122334455667788, 5, 0, 0, 0}, MPPA_DMA_JOB_CONTROL(0, 0, kUser), 0});
  run_us(5);
  u64 stored = 0, sum = 0;
  std::memcpy(&stored, &a.memory.bytes[0x500], 8);
  std::memcpy(&sum, &a.memory.bytes[0x508], 8);
  EXPECT_EQ(stored, 0xEEEEEEEE55667788U);
  EXPECT_EQ(sum, 1010U);
  EXPECT_EQ(a.memory.notifications.size(), 1U);
}

TEST_F(DmaTest, JobsLaunchedByRegisterReportToTheThread) {
  const u64 t = MPPA_DMA_TX_THREAD + 0x1000;
  fill(a, 6);
  const mppa_dma_tx_job job = copy_job(0x10, 0x2000, 100, 1, 0, 0);
  for (unsigned p = 0; p < 8; ++p) a.regs.write(t + 8 * p, job.param[p]);
  a.regs.write(t + MPPA_DMA_TXT_ACTIVATE, 1);
  run_us(5);
  EXPECT_EQ(std::memcmp(&a.memory.bytes[0x10], &a.memory.bytes[0x2000], 100), 0);
  EXPECT_EQ(a.memory.notifications.size(), 1U);
  a.regs.write(t + MPPA_DMA_TXT_PROGRAM_ID, 8);
  a.regs.write(t + MPPA_DMA_TXT_ACTIVATE, 1);
  run_us(5);
  EXPECT_EQ(a.regs.read(t + MPPA_DMA_TXT_ERROR_LAC), 1U);
  EXPECT_EQ(a.regs.read(MPPA_DMA_ERROR + 0x38), 2U);
}

TEST_F(DmaTest, AFullCompletionRingHoldsTheThread) {
  a.regs.write(comp(MPPA_DMA_TXC_MODE), 0);
  a.regs.write(comp(MPPA_DMA_TXC_FIELD_EN), 1);
  a.regs.write(comp(MPPA_DMA_TXC_START), kRecords);
  a.regs.write(comp(MPPA_DMA_TXC_SLOT_LOG2), 1);
  for (u64 i = 0; i < 4; ++i) submit(a, copy_job(0x100 + i, 0x1000, 16, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(a.regs.read(comp(MPPA_DMA_TXC_WP)), 2U);
  a.regs.write(comp(MPPA_DMA_TXC_VALID_RP), 2);
  run_us(5);
  EXPECT_EQ(a.regs.read(comp(MPPA_DMA_TXC_WP)), 4U);
  u64 source = 0;
  std::memcpy(&source, &a.memory.bytes[kRecords + 16], 8);
  EXPECT_EQ(source, 0x103U) << "the record holds PARAM0";
}

TEST_F(DmaTest, TheTxIommuTranslatesPageByPageAndItsFaultsEndTheJob) {
  fill(a, 8);
  const auto map = [&](u64 iova, u64 pa, unsigned way) {
    a.iommu_regs.write(0x40, pa | 2 << 4 | 1);
    a.iommu_regs.write(0x48, iova | 1 << 9);
    a.iommu_regs.write(0x50, way << 4);
  };
  map(kRing, kRing, 0);
  map(0x40000000, 0x8000, 1);
  map(0x40001000, 0x3000, 1);
  map(0x50000000, 0x20000, 2);
  map(kMailbox, kMailbox, 3);
  a.iommu_regs.write(0x200, 7);
  a.iommu_regs.write(0x000, 0x101);
  submit(a, copy_job(0x40000FC0, 0x50000010, 128, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(std::memcmp(&a.memory.bytes[0x20010], &a.memory.bytes[0x8FC0], 64), 0);
  EXPECT_EQ(std::memcmp(&a.memory.bytes[0x20050], &a.memory.bytes[0x3000], 64), 0);
  EXPECT_EQ(a.memory.notifications.size(), 1U);
  submit(a, copy_job(0x60000000, 0x50000010, 16, 1, 0, 0));
  run_us(5);
  EXPECT_EQ(a.irq.take_lines(), (std::vector<unsigned>{137, 129}));
  EXPECT_EQ(a.iommu_regs.read(0x208), 0x60000000U);
}

TEST_F(DmaTest, RawPacketsReachTheRoute) {
  open_fixed(b, 0x100, 0x1000);
  const u64 test = MPPA_DMA_TX_NOC_TEST;
  a.regs.write(test + 0x10, noc::kRoutes[0][1] | u64{5} << 40 | u64{1} << 47 | u64{1} << 48);
  a.regs.write(test + 0x18, 0x20);
  a.regs.write(test + 0x20, 0x1111);
  a.regs.write(test + 0x28, 0x2222);
  a.regs.write(test + 0x30, 1);
  run_us(1);
  EXPECT_EQ(b.memory.bytes[0x120], 0x11);
  EXPECT_EQ(b.memory.bytes[0x128], 0x22);
  EXPECT_EQ(b.memory.notifications.size(), 1U);
}

TEST_F(DmaTest, EndlessMicrocodeDoesNotHangTheSimulation) {
  const u64 words[] = {MPPA_UC_GOTO(0) | MPPA_UC_STORE};
  program(a, kUser, 100, words, 1, true);
  submit(a, {{}, MPPA_DMA_JOB_CONTROL(0, 0, kUser), 0});
  run_us(5);
  EXPECT_EQ(a.regs.read(queue(MPPA_DMA_TXQ_ONGOING)), 1U);
  a.regs.write(queue(MPPA_DMA_TXQ_STOP), 1);
  EXPECT_EQ(status(a), MPPA_DMA_SWITCHING_OFF);
}

}  // namespace
}  // namespace mppa::cluster
