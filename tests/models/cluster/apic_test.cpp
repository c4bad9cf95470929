#include "models/cluster/apic/gic.h"
#include "models/cluster/apic/ipi.h"
#include "models/cluster/apic/mailbox.h"
#include "tests/models/sc_test.h"

namespace mppa::cluster {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using test::Initiator;
using test::InterruptLog;

class MailboxTest : public test::ScTest {
 protected:
  MailboxTest() {
    initiator.socket.bind(mailboxes.socket);
    mailboxes.interrupt(log);
    elaborate();
  }
  /// Configures mailbox `i`.
  void configure(unsigned i, u64 function, u64 trigger, u64 mask) {
    initiator.write(i * 0x200 + 0x18, function | trigger << 8);
    initiator.write(i * 0x200 + 0x10, mask);
  }
  u64 value(unsigned i) { return initiator.read(i * 0x200); }
  void post(unsigned i, u64 data) { initiator.write(i * 0x200, data); }

  Initiator initiator;
  InterruptLog log;
  Mailboxes mailboxes{"mailboxes", sc_time(2, SC_NS)};
};

TEST_F(MailboxTest, InputFunctionsWriteOrAdd) {
  configure(0, Mailboxes::kWrite, Mailboxes::kNone, 0);
  configure(1, Mailboxes::kOr, Mailboxes::kNone, 0);
  configure(127, Mailboxes::kAdd, Mailboxes::kNone, 0);
  for (const unsigned i : {0U, 1U, 127U}) {
    post(i, 0x11);
    post(i, 0x21);
  }
  EXPECT_EQ(value(0), 0x21U);
  EXPECT_EQ(value(1), 0x31U);
  EXPECT_EQ(value(127), 0x32U);
  EXPECT_TRUE(log.events.empty());
}

TEST_F(MailboxTest, LoadAndClear) {
  post(3, 0x55);
  EXPECT_EQ(initiator.read(3 * 0x200 + 0x08), 0x55U);
  EXPECT_EQ(value(3), 0U);
}

TEST_F(MailboxTest, DoorbellFiresOnMaskedBits) {
  configure(5, Mailboxes::kOr, Mailboxes::kDoorbell, 0x2);
  post(5, 0x1);
  EXPECT_TRUE(log.events.empty());
  post(5, 0x2);
  EXPECT_EQ(log.take_lines(), std::vector<unsigned>{5});
}

TEST_F(MailboxTest, MatchBarrierAndThreshold) {
  configure(1, Mailboxes::kAdd, Mailboxes::kMatch, 3);
  configure(2, Mailboxes::kAdd, Mailboxes::kBarrier, 3);
  configure(3, Mailboxes::kAdd, Mailboxes::kThreshold, 2);
  for (int n = 0; n < 3; ++n)
    for (const unsigned i : {1U, 2U, 3U}) post(i, 1);
  EXPECT_EQ(log.take_lines(), (std::vector<unsigned>{3, 1, 2, 3}));
  EXPECT_EQ(value(1), 3U);
  EXPECT_EQ(value(2), 0U) << "a barrier starts over";
  EXPECT_EQ(value(3), 3U);
}

TEST_F(MailboxTest, PulseCarriesTheLocalTimeAndAccessesTakeTheirLatency) {
  configure(9, Mailboxes::kWrite, Mailboxes::kDoorbell, ~u64{0});
  initiator.write(9 * 0x200, 1, 8, sc_time(100, SC_NS));
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].when, sc_time(100, SC_NS));
  EXPECT_EQ(initiator.delay, sc_time(102, SC_NS));
}

TEST_F(MailboxTest, OnlyAligned64BitAccesses) {
  u32 word = 0;
  EXPECT_EQ(initiator.access(tlm::TLM_WRITE_COMMAND, 0, &word, 4), tlm::TLM_BURST_ERROR_RESPONSE);
  u64 v = 0;
  EXPECT_EQ(initiator.access(tlm::TLM_READ_COMMAND, 0x28, &v, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

class GicTest : public test::ScTest {
 protected:
  GicTest() {
    initiator.socket.bind(gic.socket);
    gic.outputs(log);
    elaborate();
  }
  static u64 base(unsigned group, unsigned line) { return group * 0x1000 + line * 0x400; }

  Initiator initiator;
  InterruptLog log;
  Gic gic{"gic", sc_time(2, SC_NS)};
};

TEST_F(GicTest, OnlyEnabledOutputsCaptureAPulse) {
  initiator.write(base(4, 1) + 100, 1, 1);
  initiator.write(base(16, 0) + 100, 1, 1);
  gic.pulse(100, sc_time(7, SC_NS));
  EXPECT_EQ(log.take_lines(), (std::vector<unsigned>{4 * 4 + 1, 16 * 4}));
  EXPECT_EQ(initiator.read(base(4, 1) + 0x108), u64{1} << 36);
  EXPECT_EQ(initiator.read(base(4, 0) + 0x108), 0U);
}

TEST_F(GicTest, OutputStaysHighUntilStatusIsEmpty) {
  for (const unsigned input : {3U, 129U}) {
    initiator.write(base(0, 0) + input, 1, 1);
    gic.pulse(input, sc_time(1, SC_NS));
  }
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_TRUE(log.events[0].level);
  initiator.write(base(0, 0) + 0x100, u64{1} << 3);  // write one to clear
  EXPECT_EQ(log.events.size(), 1U) << "input 129 is still pending";
  EXPECT_EQ(initiator.read(base(0, 0) + 0x120 + 16), u64{1} << 1);  // load and clear
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_FALSE(log.events[1].level);
}

TEST_F(GicTest, EnableIsAccessibleInBulk) {
  initiator.write(base(0, 0) + 8, 0x0101010101010101);
  EXPECT_EQ(initiator.read(base(0, 0) + 15, 1), 1U);
  EXPECT_EQ(initiator.read(base(0, 0) + 0, 1), 0U);
}

TEST_F(GicTest, LevelInputsAreCapturedAtTheirRisingEdge) {
  initiator.write(base(1, 0) + Gic::kDmaError, 1, 1);
  gic.set_level(Gic::kDmaError, true, sc_time(1, SC_NS));
  gic.set_level(Gic::kDmaError, true, sc_time(2, SC_NS));
  EXPECT_EQ(initiator.read(base(1, 0) + 0x130), u64{1} << 1);
  gic.set_level(Gic::kDmaError, false, sc_time(3, SC_NS));
  EXPECT_EQ(initiator.read(base(1, 0) + 0x130), 0U);
}

class IpiTest : public test::ScTest {
 protected:
  IpiTest() {
    initiator.socket.bind(ipi.socket);
    ipi.cores(log);
    elaborate();
  }
  Initiator initiator;
  InterruptLog log;
  IpiController ipi{"ipi", sc_time(2, SC_NS)};
};

TEST_F(IpiTest, SelectedUnmaskedCoresGetTheLineOfTheSet) {
  initiator.write(0x20 + 4 * 2, 0x2, 4);      // set 2: core 1 blocked
  initiator.write(0x00 + 4 * 2, 0x10007, 4);  // cores 0, 1, 2 and the RM
  EXPECT_EQ(log.take_lines(), (std::vector<unsigned>{0 * 32 + 26, 2 * 32 + 26, 16 * 32 + 26}));
  EXPECT_EQ(initiator.read(0x08, 4), 0U) << "write only";
}

}  // namespace
}  // namespace mppa::cluster
