#include <string>

#include "models/noc/periph/ftu.h"
#include "models/noc/periph/itgen.h"
#include "models/noc/periph/trace_timestamp.h"
#include "models/noc/periph/uart.h"
#include "tests/models/sc_test.h"

namespace mppa::noc {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

class FakeCluster : public sc_core::sc_module, public ClusterControlIf {
 public:
  explicit FakeCluster(const sc_core::sc_module_name& name) : sc_module(name) {}
  void set_reset(bool asserted, const sc_time&) override {
    log += asserted ? "reset;" : "release;";
    running = running && !asserted;
  }
  void start_rm(u64 pc, const sc_time&) override {
    log += "start " + std::to_string(pc) + ";";
    running = true;
  }
  bool rm_running() const override { return running; }
  void set_scramble_disable(bool disable) override { log += disable ? "blocked;" : "interleaved;"; }
  std::string log;
  bool running = false;
};

class FtuTest : public test::ScTest {
 protected:
  FtuTest() : clusters("c", Ftu::kClusters) {
    initiator.socket.bind(ftu.socket);
    for (auto& c : clusters) ftu.clusters(c);
    elaborate();
  }
  test::Initiator initiator;
  sc_core::sc_vector<FakeCluster> clusters;
  Ftu ftu{"ftu", sc_time(2, SC_NS)};
};

TEST_F(FtuTest, DriverSequenceResetsAndStartsACluster) {
  initiator.write(0x00 + 4 * 2, 0x6, 4);  // CLKEN | RST
  initiator.write(0x00 + 4 * 2, 0x4, 4);
  initiator.write(0x60 + 4 * 2, 0x2001234, 4);
  initiator.write(0x00 + 4 * 2, 0x5, 4);  // CLKEN | WUP
  initiator.write(0x00 + 4 * 2, 0x4, 4);
  EXPECT_EQ(clusters[2].log, "reset;release;start 33558528;");
  EXPECT_EQ(initiator.read(0x20 + 4 * 2, 4), 0x5U) << "RM_RUNNING | CLKEN";
  EXPECT_EQ(clusters[1].log, "");
}

TEST_F(FtuTest, NoStartWithoutClockOrInReset) {
  initiator.write(0x04, 0x1, 4);
  initiator.write(0x04, 0x0, 4);
  initiator.write(0x04, 0x7, 4);
  EXPECT_EQ(clusters[1].log, "reset;");
}

TEST_F(FtuTest, ClusterZeroCannotResetItself) {
  initiator.write(0x00, 0x6, 4);
  EXPECT_EQ(clusters[0].log, "");
  initiator.write(0x00, 0xC, 4);
  EXPECT_EQ(clusters[0].log, "blocked;");
}

TEST_F(FtuTest, ResetCauseIsPowerOn) { EXPECT_EQ(initiator.read(0x48, 4), 1U); }

TEST_F(FtuTest, ResetForgetsControlsAndStartsNothing) {
  initiator.write(0x60 + 4, 0x2000, 4);
  initiator.write(0x04, 0xC, 4);  // CLKEN | SCRAM_DIS
  clusters[1].log.clear();
  ftu.reset(sc_time(10, SC_NS));
  EXPECT_EQ(clusters[1].log, "interleaved;release;");
  EXPECT_EQ(initiator.read(0x60 + 4, 4), 0U);
  EXPECT_EQ(initiator.read(0x04, 4), 0U);
  initiator.write(0x04, 0x5, 4);
  EXPECT_EQ(clusters[1].log, "interleaved;release;start 0;") << "a rising edge again";
}

/// Remembers the last message written to it.
class Fabric : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Fabric> socket{"socket"};
  explicit Fabric(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Fabric::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_time&) {
    address = p.get_address();
    data = *reinterpret_cast<u64*>(p.get_data_ptr());
    ++messages;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  u64 address = 0, data = 0;
  unsigned messages = 0;
};

class ItgenTest : public test::ScTest {
 protected:
  ItgenTest() {
    initiator.socket.bind(itgen.socket);
    itgen.messages.bind(fabric.socket);
    elaborate();
    initiator.write(0x10 * 41, 117 | 3 << 8 | 5 << 24, 4);
  }
  test::Initiator initiator;
  Fabric fabric{"fabric"};
  Itgen itgen{"itgen", sc_time(2, SC_NS)};
};

TEST_F(ItgenTest, RisingEdgeOfAnEnabledInputIsWrittenToItsMailbox) {
  itgen.set_level(41, true, sc_time(1, SC_NS));
  EXPECT_EQ(fabric.messages, 0U) << "not enabled";
  itgen.set_level(41, false, sc_time(2, SC_NS));
  initiator.write(0x10 * 41 + 8, 1, 4);
  itgen.set_level(41, true, sc_time(3, SC_NS));
  itgen.set_level(41, true, sc_time(4, SC_NS));
  EXPECT_EQ(fabric.messages, 1U);
  EXPECT_EQ(fabric.address, 0x04A00000U | 117 << 9);
  EXPECT_EQ(fabric.data, u64{1} << 5);
}

TEST_F(ItgenTest, EnablingAHighInputSendsAgain) {
  itgen.set_level(41, true, sc_time(1, SC_NS));
  initiator.write(0x10 * 41 + 8, 1, 4);
  EXPECT_EQ(fabric.messages, 1U);
}

class TraceTimestampTest : public test::ScTest {
 protected:
  TraceTimestampTest() {
    initiator.socket.bind(timestamp.socket);
    elaborate();
  }
  test::Initiator initiator;
  TraceTimestamp timestamp{"timestamp", sc_time(2, SC_NS), 100'000'000};
};

TEST_F(TraceTimestampTest, CountsFromWhatIsWrittenAndTellsThatItHasWrapped) {
  EXPECT_EQ(initiator.read(0, 8, sc_time(50, SC_NS)), 5U);
  initiator.write(0, ~u64{0} - 2, 8, sc_time(100, SC_NS));
  EXPECT_EQ(initiator.read(0, 8, sc_time(120, SC_NS)), ~u64{0});
  EXPECT_EQ(initiator.read(8, 4, sc_time(120, SC_NS)), 0U);
  EXPECT_EQ(initiator.read(0, 8, sc_time(150, SC_NS)), 2U);
  EXPECT_EQ(initiator.read(8, 4, sc_time(150, SC_NS)), 1U);
  initiator.write(0, 1000, 8, sc_time(160, SC_NS));
  EXPECT_EQ(initiator.read(8, 4, sc_time(170, SC_NS)), 1U) << "sticky";
  initiator.write(8, 1, 4, sc_time(170, SC_NS));
  EXPECT_EQ(initiator.read(8, 4, sc_time(180, SC_NS)), 0U);
  EXPECT_EQ(initiator.read(0, 8, sc_time(180, SC_NS)), 1002U);
}

class UartTest : public test::ScTest {
 protected:
  UartTest() {
    initiator.socket.bind(uart.socket);
    uart.interrupt(log);
    elaborate();
    uart.set_sink([this](u8 byte, const sc_time& when) {
      text += static_cast<char>(byte);
      last = when;
    });
  }
  test::Initiator initiator;
  test::InterruptLog log;
  Uart uart{"uart", sc_time(2, SC_NS), 41};
  std::string text;
  sc_time last;
};

TEST_F(UartTest, TransmitsAtTheProgrammedSpeed) {
  initiator.write(0x0C, 0x83, 4);
  initiator.write(0x00, 54, 4);  // 100 MHz / 16 / 54 = 115741 baud
  initiator.write(0x04, 0, 4);
  initiator.write(0x0C, 0x03, 4);
  for (const char c : std::string("hi")) initiator.write(0x00, static_cast<u64>(c), 4);
  EXPECT_EQ(text, "hi");
  EXPECT_EQ(last, sc_time(2 * 10 * 16 * 54 * 10, SC_NS));
  EXPECT_EQ(initiator.read(0x14, 4) & 0x60, 0U) << "busy, no FIFO";
  EXPECT_EQ(initiator.read(0x14, 4, sc_time(1, sc_core::SC_MS)) & 0x60, 0x60U);
}

TEST_F(UartTest, ReceivedBytesRaiseTheInterruptUntilTheyAreRead) {
  initiator.write(0x04, 1, 4);
  uart.receive("ab", sc_time(5, SC_NS));
  EXPECT_TRUE(log.events.back().level);
  EXPECT_EQ(initiator.read(0x08, 4) & 0xF, 0x4U);
  EXPECT_EQ(initiator.read(0x00, 4), static_cast<u64>('a'));
  EXPECT_TRUE(log.events.back().level);
  EXPECT_EQ(initiator.read(0x00, 4), static_cast<u64>('b'));
  EXPECT_FALSE(log.events.back().level);
  EXPECT_EQ(initiator.read(0x14, 4) & 1, 0U);
}

}  // namespace
}  // namespace mppa::noc
