#include "models/pcie/endpoint.h"

#include <numeric>

#include "models/pcie/completer.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/probe.h"
#include "tests/models/pcie/ram_function.h"

namespace mppa::pcie {
namespace {

using test::run_ps;
constexpr u64 kUs = 1'000'000;

TEST(Completions, EndOnTheReadCompletionBoundary) {
  std::vector<u8> data(600);
  std::iota(data.begin(), data.end(), u8{0});
  const Tlp request = mem_read(0x100, 5, 0x1034, 600);
  const std::vector<Tlp> out = completions(request, 0x200, data, 256);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].lower_address, 0x34);
  EXPECT_EQ(out[0].byte_count, 600);
  EXPECT_EQ(out[0].payload.size(), 0x1100U - 0x1034) << "the last boundary within 256 bytes";
  EXPECT_EQ(out[1].lower_address, 0);
  EXPECT_EQ(out[1].byte_count, 600 - 204);
  EXPECT_EQ(out[1].payload.size(), 256U);
  EXPECT_EQ(out[2].byte_count, 600 - 204 - 256);
  EXPECT_EQ(out[2].payload.size(), 140U);
  EXPECT_EQ(out[1].payload[0], static_cast<u8>(204));
}

TEST(Completions, UnalignedDataKeepsItsPlaceInTheDword) {
  const std::vector<u8> data = {1, 2, 3};
  const std::vector<Tlp> out = completions(mem_read(0x100, 5, 0x1002, 3), 0x200, data, 128);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].payload, (std::vector<u8>{0, 0, 1, 2, 3, 0, 0, 0}));
  EXPECT_EQ(out[0].lower_address, 2);
  EXPECT_EQ(out[0].byte_count, 3);
}

/// An endpoint whose root complex is a probe: every packet is seen.
class EndpointTest : public mppa::test::ScTest {
 protected:
  EndpointTest() {
    endpoint.function(0).attach(user);
    elaborate();
    run_ps(kUs);
    config_write(MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER, 2);
    config_write(MPPA_PCI_BAR0, 0x8000'0000);
    config_write(MPPA_PCI_BAR0 + 4, 0);
    run_ps(5 * kUs);
    root.received.clear();
    user.events.clear();
  }
  static LinkParams link_params() {
    LinkParams p;
    p.training_ps = kUs;
    return p;
  }
  static constexpr u16 kTarget = make_bdf(1, 0, 0);

  void config_write(unsigned offset, u32 value, unsigned bytes = 4) {
    root.port.send(cfg_write(0, 99, kTarget, 1, offset, value, bytes));
  }
  u32 config(unsigned offset, unsigned bytes = 4) { return endpoint.function(0).config().get(offset, bytes); }
  unsigned pcie() { return endpoint.function(0).config().find(MPPA_PCI_CAP_PCIE); }
  unsigned aer() { return endpoint.function(0).config().find_extended(MPPA_PCI_EXT_AER); }
  u32 uncorrectable() { return config(aer() + MPPA_PCI_AER_UNCORRECTABLE); }
  void answer(const Tlp& request, u8 fill = 0x77) {
    for (Tlp& c : completions(request, 0, std::vector<u8>(request.enabled_bytes(), fill), 128)) root.port.send(c);
  }
  /// Reads `into` and returns where its status will be.
  std::shared_ptr<std::vector<RequestStatus>> start_read(u64 address, std::span<u8> into) {
    auto status = std::make_shared<std::vector<RequestStatus>>();
    endpoint.function(0).read(address, into, [status](RequestStatus s) { status->push_back(s); });
    return status;
  }

  Link link{"link", link_params()};
  test::Probe root{link.end(0)};
  Endpoint endpoint{"endpoint", link.end(1), {.functions = {test::nvme_like()}}};
  test::RamFunction user;
  using Statuses = std::vector<RequestStatus>;
};

TEST_F(EndpointTest, ReadsAreSplitAtTheReadRequestSizeAndAtPages) {
  std::vector<u8> into(2000);
  const auto status = start_read(0x1'0000'0E10, into);
  run_ps(5 * kUs);
  std::vector<std::pair<u64, unsigned>> asked;
  for (const Tlp& t : root.received) asked.emplace_back(t.first_byte(), t.enabled_bytes());
  const std::vector<std::pair<u64, unsigned>> expected = {
      {0x1'0000'0E10, 0x1F0}, {0x1'0000'1000, 512}, {0x1'0000'1200, 512}, {0x1'0000'1400, 480}};
  EXPECT_EQ(asked, expected) << "512 bytes is the reset value";
  for (const Tlp& t : root.received) {
    EXPECT_EQ(t.requester, kTarget);
    EXPECT_EQ(malformed(t, 512), nullptr);
  }
  EXPECT_TRUE(status->empty());
  const std::vector<Tlp> requests = root.received;
  for (auto it = requests.rbegin(); it != requests.rend(); ++it) answer(*it, static_cast<u8>(it->tag + 1));
  run_ps(5 * kUs);
  EXPECT_EQ(*status, Statuses{RequestStatus::kOk}) << "completions of different requests may come in any order";
  EXPECT_EQ(into[0], requests[0].tag + 1);
  EXPECT_EQ(into[1999], requests[3].tag + 1);
}

TEST_F(EndpointTest, WritesAreSplitAtTheMaximumPayloadAndAtPages) {
  const std::vector<u8> data(300, 9);
  endpoint.function(0).write(0x0F40, data);
  run_ps(5 * kUs);
  std::vector<std::pair<u64, unsigned>> written;
  for (const Tlp& t : root.received) written.emplace_back(t.first_byte(), t.enabled_bytes());
  const std::vector<std::pair<u64, unsigned>> expected = {{0xF40, 0x40}, {0xF80, 0x80}, {0x1000, 108}};
  EXPECT_EQ(written, expected) << "128 bytes is the reset value";
}

TEST_F(EndpointTest, AnUnansweredReadTimesOutOnce) {
  config_write(pcie() + MPPA_PCI_EXP_DEVCTL2, 1, 2);  // 100 us
  run_ps(kUs);
  std::vector<u8> into(64);
  const auto status = start_read(0x1000, into);
  run_ps(99 * kUs);
  EXPECT_TRUE(status->empty());
  run_ps(2 * kUs);
  EXPECT_EQ(*status, Statuses{RequestStatus::kTimeout});
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_TIMEOUT & 1);
  answer(root.received.back());
  run_ps(2 * kUs);
  EXPECT_EQ(status->size(), 1U) << "the late completion belongs to nobody";
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_UNEXPECTED & 1);
}

TEST_F(EndpointTest, CompletionStatusBecomesTheRequestsStatus) {
  std::vector<u8> into(64);
  const auto ur = start_read(0x1000, into);
  run_ps(kUs);
  root.port.send(completion(root.received.back(), 0, CompletionStatus::kUnsupported));
  const auto ca = start_read(0x2000, into);
  run_ps(kUs);
  root.port.send(completion(root.received.back(), 0, CompletionStatus::kAbort));
  const auto poisoned = start_read(0x3000, into);
  run_ps(kUs);
  link.inject(0, {.fault = PacketFault::kPoison, .count = 1});
  answer(root.received.back());
  run_ps(kUs);
  EXPECT_EQ(*ur, Statuses{RequestStatus::kUnsupported});
  EXPECT_EQ(*ca, Statuses{RequestStatus::kAborted});
  EXPECT_EQ(*poisoned, Statuses{RequestStatus::kPoisoned});
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_POISONED & 1);
}

TEST_F(EndpointTest, AnErrorEndsALargeReadWhenNothingIsUnderWayAnyMore) {
  std::vector<u8> into(1 << 20);
  const auto status = start_read(0x10'0000, into);
  run_ps(5 * kUs);
  const std::vector<Tlp> requests = root.received;
  ASSERT_EQ(requests.size(), 256U) << "one per tag";
  root.port.send(completion(requests[0], 0, CompletionStatus::kUnsupported));
  run_ps(5 * kUs);
  EXPECT_TRUE(status->empty());
  for (std::size_t i = 1; i < requests.size(); ++i) answer(requests[i]);
  run_ps(20 * kUs);
  EXPECT_EQ(root.received.size(), 256U) << "no new request after the error";
  EXPECT_EQ(*status, Statuses{RequestStatus::kUnsupported});
}

TEST_F(EndpointTest, ACompletionThatDoesNotFitItsRequestIsUnexpected) {
  std::vector<u8> into(64);
  const auto status = start_read(0x1000, into);
  run_ps(kUs);
  const Tlp request = root.received.back();
  Tlp wrong = completions(request, 0, std::vector<u8>(64), 256)[0];
  wrong.byte_count = 32;
  root.port.send(wrong);
  wrong.byte_count = 64;
  wrong.tag = 77;
  root.port.send(wrong);
  run_ps(kUs);
  EXPECT_TRUE(status->empty());
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_UNEXPECTED & 1);
  answer(request);
  run_ps(kUs);
  EXPECT_EQ(*status, Statuses{RequestStatus::kOk});
}

TEST_F(EndpointTest, WithoutBusMasterNothingLeaves) {
  config_write(MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY, 2);
  run_ps(kUs);
  EXPECT_EQ(user.events, std::vector<std::string>{"master off"});
  root.received.clear();
  std::vector<u8> into(64);
  const auto status = start_read(0x1000, into);
  endpoint.function(0).write(0x1000, into);
  EXPECT_TRUE(status->empty()) << "never from within the call";
  run_ps(kUs);
  EXPECT_EQ(*status, Statuses{RequestStatus::kNoBusMaster});
  EXPECT_TRUE(root.received.empty());
}

TEST_F(EndpointTest, PullingTheDeviceEndsItsRequests) {
  std::vector<u8> into(4096);
  const auto status = start_read(0x1000, into);
  run_ps(kUs);
  link.set_plugged(false);
  EXPECT_EQ(*status, Statuses{RequestStatus::kLinkDown});
  EXPECT_EQ(user.events, (std::vector<std::string>{"down", "master off"}));
  const auto later = start_read(0x1000, into);
  run_ps(kUs);
  EXPECT_EQ(*later, Statuses{RequestStatus::kNoBusMaster});
}

TEST_F(EndpointTest, FunctionLevelResetClearsTheFunction) {
  std::vector<u8> into(64);
  const auto status = start_read(0x1000, into);
  config_write(pcie() + MPPA_PCI_EXP_DEVCTL, MPPA_PCI_EXP_DEVCTL_FLR, 2);
  run_ps(2 * kUs);
  EXPECT_EQ(*status, Statuses{RequestStatus::kAborted});
  EXPECT_EQ(user.events, (std::vector<std::string>{"reset", "master off"}));
  EXPECT_EQ(config(MPPA_PCI_COMMAND, 2), 0U);
  EXPECT_EQ(config(MPPA_PCI_BAR0), MPPA_PCI_BAR_64);
  EXPECT_EQ(config(pcie() + MPPA_PCI_EXP_LNKSTA, 2), 0x2104U) << "the link is still up: x16 Gen4";
}

TEST_F(EndpointTest, BarWritesHonourByteEnables) {
  Tlp tlp = mem_write(0, 0x8000'0100, std::vector<u8>{1, 2, 3, 4, 5, 6, 7, 8});
  tlp.first_be = 0b0101;
  tlp.last_be = 0b1000;
  root.port.send(tlp);
  run_ps(kUs);
  const std::vector<u8> expected = {1, 0, 3, 0, 0, 0, 0, 8};
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), user.ram.begin() + 0x100));
  EXPECT_EQ(user.writes, 3U);
}

TEST_F(EndpointTest, ReadsAnswerAfterTheUsersDelay) {
  std::iota(user.ram.begin(), user.ram.end(), u8{0});
  user.read_delay = 3 * kUs;
  root.port.send(mem_read(0, 5, 0x8000'0010, 8));
  run_ps(3 * kUs);
  EXPECT_TRUE(root.received.empty());
  run_ps(kUs);
  ASSERT_EQ(root.received.size(), 1U);
  EXPECT_EQ(root.received[0].payload, (std::vector<u8>{16, 17, 18, 19, 20, 21, 22, 23}));
}

TEST_F(EndpointTest, AddressesNobodyOwnsAreUnsupported) {
  config_write(pcie() + MPPA_PCI_EXP_DEVCTL, 0x0F, 2);
  config_write(aer() + MPPA_PCI_AER_CORRECTABLE_MASK, 0);
  root.port.send(mem_read(0, 5, 0x9000'0000, 8));
  root.port.send(mem_write(0, 0x9000'0000, std::vector<u8>(4)));
  root.port.send(mem_read(0, 6, 0x7FFF'FFFC, 4));
  run_ps(2 * kUs);
  std::vector<std::pair<u16, CompletionStatus>> answers;
  std::vector<MessageCode> messages;
  for (const Tlp& t : root.received) {
    if (t.type == TlpType::kCompletion && t.tag != 99) answers.emplace_back(t.tag, t.status);
    if (t.is_message()) messages.push_back(t.code);
  }
  const std::vector<std::pair<u16, CompletionStatus>> expected = {{5, CompletionStatus::kUnsupported},
                                                                  {6, CompletionStatus::kUnsupported}};
  EXPECT_EQ(answers, expected);
  EXPECT_EQ(messages, (std::vector<MessageCode>{MessageCode::kErrCorrectable, MessageCode::kErrNonFatal,
                                                MessageCode::kErrCorrectable}))
      << "advisory where a completion tells the requester";
}

TEST_F(EndpointTest, MalformedPacketsAreDroppedLoggedAndFatal) {
  config_write(pcie() + MPPA_PCI_EXP_DEVCTL, 0x0F, 2);
  run_ps(kUs);
  root.received.clear();
  Tlp bad = mem_write(0, 0x8000'0000, std::vector<u8>(8));
  bad.last_be = 0;
  const std::vector<u8> header = pack_header(bad);
  root.port.send(bad);
  run_ps(2 * kUs);
  EXPECT_EQ(user.writes, 0U);
  ASSERT_EQ(root.received.size(), 1U);
  EXPECT_EQ(root.received[0].code, MessageCode::kErrFatal);
  EXPECT_EQ(config(aer() + MPPA_PCI_AER_CONTROL) & 31, MPPA_PCI_ERR_MALFORMED);
  EXPECT_EQ(config(aer() + MPPA_PCI_AER_HEADER) >> 24, header[0]);
  EXPECT_EQ(config(aer() + MPPA_PCI_AER_HEADER) & 0xFF, header[3]);
  EXPECT_EQ(config(pcie() + MPPA_PCI_EXP_DEVSTA, 2), 4U);
  // Payload above the maximum payload size (128 after reset).
  root.port.send(mem_write(0, 0x8000'0000, std::vector<u8>(132)));
  run_ps(2 * kUs);
  EXPECT_EQ(user.writes, 0U);
}

TEST_F(EndpointTest, PoisonedWritesDoNotReachTheDevice) {
  link.inject(0, {.fault = PacketFault::kPoison, .count = 1});
  root.port.send(mem_write(0, 0x8000'0000, std::vector<u8>{1, 2, 3, 4}));
  run_ps(2 * kUs);
  EXPECT_EQ(user.writes, 0U);
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_POISONED & 1);
}

TEST_F(EndpointTest, ADeviceThatAbortsIsReported) {
  root.port.send(mem_read(0, 5, 0x8000'0000, 4));
  user.ram.clear();
  run_ps(2 * kUs);
  ASSERT_EQ(root.received.size(), 1U);
  EXPECT_EQ(root.received[0].status, CompletionStatus::kAbort);
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_ABORT & 1);
  EXPECT_TRUE(config(MPPA_PCI_STATUS, 2) & MPPA_PCI_STATUS_SIGNALLED_ABORT);
}

TEST_F(EndpointTest, ConfigurationSpaceHasMasksAndWriteOneToClear) {
  config_write(MPPA_PCI_ID, 0);
  config_write(MPPA_PCI_BAR0, 0xFFFFFFFF);
  config_write(MPPA_PCI_COMMAND, 0xFFFF, 2);
  run_ps(kUs);
  EXPECT_EQ(config(MPPA_PCI_ID), 0x56781234U);
  EXPECT_EQ(config(MPPA_PCI_BAR0), 0xFFFFC000U | MPPA_PCI_BAR_64) << "16 KiB";
  EXPECT_EQ(config(MPPA_PCI_COMMAND, 2), 0x0546U);
  root.port.send(mem_read(0, 5, 0x9000'0000, 8));
  run_ps(kUs);
  EXPECT_TRUE(uncorrectable() >> MPPA_PCI_ERR_UNSUPPORTED & 1);
  config_write(aer() + MPPA_PCI_AER_UNCORRECTABLE, 1U << MPPA_PCI_ERR_UNSUPPORTED);
  run_ps(kUs);
  EXPECT_EQ(uncorrectable(), 0U);
}

TEST_F(EndpointTest, OtherFunctionsAndBusesDoNotAnswer) {
  root.port.send(cfg_read(0, 1, make_bdf(1, 0, 1), 1, 0));
  root.port.send(cfg_read(0, 2, make_bdf(2, 0, 0), 1, 0));
  root.port.send(cfg_read(0, 3, make_bdf(1, 0, 0), 1, 2, 2));
  run_ps(2 * kUs);
  ASSERT_EQ(root.received.size(), 3U);
  EXPECT_EQ(root.received[0].status, CompletionStatus::kUnsupported);
  EXPECT_EQ(root.received[1].status, CompletionStatus::kUnsupported) << "type 1";
  EXPECT_EQ(root.received[2].payload, (std::vector<u8>{0, 0, 0x78, 0x56}));
}

TEST_F(EndpointTest, MsixControlReachesTheDevice) {
  const unsigned at = endpoint.function(0).config().find(MPPA_PCI_CAP_MSIX);
  EXPECT_EQ(config(at + MPPA_PCI_MSIX_CONTROL, 2), 31U);
  config_write(at + MPPA_PCI_MSIX_CONTROL, MPPA_PCI_MSIX_ENABLE | MPPA_PCI_MSIX_MASK_ALL, 2);
  config_write(at + MPPA_PCI_MSIX_CONTROL, MPPA_PCI_MSIX_ENABLE, 2);
  run_ps(kUs);
  EXPECT_EQ(user.events, (std::vector<std::string>{"msix on masked", "msix on"}));
}

TEST_F(EndpointTest, SleepInD3StopsMemoryAndMaster) {
  const unsigned pm = endpoint.function(0).config().find(MPPA_PCI_CAP_PM);
  config_write(pm + MPPA_PCI_PM_CONTROL, 3, 2);
  run_ps(kUs);
  EXPECT_EQ(user.events, std::vector<std::string>{"master off"});
  root.received.clear();
  root.port.send(mem_read(0, 5, 0x8000'0000, 4));
  run_ps(kUs);
  EXPECT_EQ(root.received[0].status, CompletionStatus::kUnsupported);
}

class EndpointParameters : public mppa::test::ScTest {};

TEST_F(EndpointParameters, ImpossibleBarsAndNumbersAreRefused) {
  Link link("link", LinkParams{});
  FunctionParams f = test::nvme_like();
  f.bars[0].size = 0x3000;
  EXPECT_THROW(Endpoint("a", link.end(1), {.functions = {f}}), std::invalid_argument);
  f = test::nvme_like();
  f.bars[1].size = 0x1000;
  EXPECT_THROW(Endpoint("b", link.end(1), {.functions = {f}}), std::invalid_argument);
  f = test::nvme_like();
  f.sriov.total = 8;
  EXPECT_THROW(Endpoint("c", link.end(1), {.functions = {f, test::nvme_like()}}), std::invalid_argument)
      << "VF 0 and function 1 share a routing id";
}

}  // namespace
}  // namespace mppa::pcie
