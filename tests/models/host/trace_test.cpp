#include "models/host/trace.h"

#include <gtest/gtest.h>

#include <cstring>

namespace mppa::host {
namespace {

TEST(Trace, Iolog) {
  const Trace trace = parse_trace(
      "fio version 2 iolog\n/dev/nvme0n1 add\n/dev/nvme0n1 open\n/dev/nvme0n1 read 4096 8192\n"
      "/dev/nvme0n1 write 0 512\n/dev/nvme0n1 sync\n/dev/nvme0n1 close\n",
      "t");
  ASSERT_EQ(trace.entries.size(), 3u);
  EXPECT_FALSE(trace.timed);
  EXPECT_EQ(trace.entries[0].io.kind, IoKind::kRead);
  EXPECT_EQ(trace.entries[0].io.offset, 4096u);
  EXPECT_EQ(trace.entries[0].io.bytes, 8192u);
  EXPECT_EQ(trace.entries[1].io.kind, IoKind::kWrite);
  EXPECT_EQ(trace.entries[2].io.kind, IoKind::kFlush);
}

TEST(Trace, IologWaitsDelayWhatFollows) {
  const Trace trace = parse_trace("fio version 2 iolog\nf read 0 512\nf wait 250\nf read 512 512\n", "t");
  EXPECT_TRUE(trace.timed);
  EXPECT_EQ(trace.entries[0].when_ps, 0u);
  EXPECT_EQ(trace.entries[1].when_ps, 250'000'000u);
}

TEST(Trace, BlktraceTakesQueueEventsAndTheirTimes) {
  const Trace trace = parse_trace(
      "  8,0    3        1     0.500000000   697  Q   W 223490 + 8 [kjournald]\n"
      "  8,0    3        2     0.500000829   697  G   W 223490 + 8 [kjournald]\n"
      "  8,0    3        3     0.500012500   697  Q  RS 1024 + 16 [fio]\n"
      "  8,0    3        4     0.600000000   697  Q  FN [fio]\n"
      "  8,0    3        5     0.700000000   697  Q  DS 0 + 2048 [fio]\n"
      "CPU0 (8,0):\n Reads Queued:           1,        8KiB\n",
      "t");
  ASSERT_EQ(trace.entries.size(), 4u);
  EXPECT_TRUE(trace.timed);
  EXPECT_EQ(trace.entries[0].when_ps, 0u);
  EXPECT_EQ(trace.entries[0].io.kind, IoKind::kWrite);
  EXPECT_EQ(trace.entries[0].io.offset, 223490u * 512);
  EXPECT_EQ(trace.entries[1].when_ps, 12'500'000u);
  EXPECT_EQ(trace.entries[1].io.kind, IoKind::kRead);
  EXPECT_EQ(trace.entries[1].io.bytes, 8192u);
  EXPECT_EQ(trace.entries[2].io.kind, IoKind::kFlush);
  EXPECT_EQ(trace.entries[3].io.kind, IoKind::kTrim);
}

/// An event as the kernel writes it.
std::string event(u64 ns, u64 sector, u32 bytes, u32 action, u16 extra = 0) {
  std::string out(48 + extra, '\0');
  const auto put = [&](u64 at, auto value) { std::memcpy(out.data() + at, &value, sizeof value); };
  put(0, u32{0x65617407});
  put(8, ns);
  put(16, sector);
  put(24, bytes);
  put(28, action);
  put(46, extra);
  return out;
}

TEST(Trace, BinaryBlktraceOfSeveralProcessorsIsSortedByTime) {
  constexpr u32 kQueueRead = 0x0011'0001, kQueueWrite = 0x0012'0001, kComplete = 0x0081'0008, kDiscard = 0x2010'0001;
  const std::string file = event(5000, 8, 4096, kQueueRead) + event(7000, 0, 0, kComplete, 20) +
                           event(9000, 16, 512, kDiscard, 4) + event(6000, 100, 1024, kQueueWrite) +
                           event(9500, 0, 0, kQueueWrite);
  const Trace trace = parse_trace(file, "sda");
  ASSERT_EQ(trace.entries.size(), 4u);
  EXPECT_TRUE(trace.timed);
  EXPECT_EQ(trace.entries[0].when_ps, 0u);
  EXPECT_EQ(trace.entries[0].io.kind, IoKind::kRead);
  EXPECT_EQ(trace.entries[0].io.offset, 4096u);
  EXPECT_EQ(trace.entries[0].io.bytes, 4096u);
  EXPECT_EQ(trace.entries[1].when_ps, 1'000'000u);
  EXPECT_EQ(trace.entries[1].io.kind, IoKind::kWrite);
  EXPECT_EQ(trace.entries[2].io.kind, IoKind::kTrim);
  EXPECT_EQ(trace.entries[3].io.kind, IoKind::kFlush);
}

TEST(Trace, BinaryBlktraceThatIsDamagedIsRefused) {
  const std::string good = event(0, 8, 4096, 0x0011'0001);
  EXPECT_THROW(parse_trace(good + "x", "sda"), std::runtime_error);
  EXPECT_THROW(parse_trace(good + event(0, 0, 0, 1, 9).substr(0, 50), "sda"), std::runtime_error);
  EXPECT_THROW(parse_trace(good + std::string(48, 'x'), "sda"), std::runtime_error);
  EXPECT_THROW(parse_trace(event(0, 8, 100, 0x0011'0001), "sda"), std::runtime_error);
  EXPECT_THROW(parse_trace(event(0, 8, 4096, 0x0081'0008), "sda"), std::runtime_error);
}

TEST(Trace, ErrorsNameTheLine) {
  const auto message = [](std::string_view text) -> std::string {
    try {
      parse_trace(text, "t");
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message("fio version 3 iolog\n"), "t:1: the first line is not 'fio version 2 iolog'");
  EXPECT_EQ(message("fio version 2 iolog\nf jump 1 2\n"), "t:2: unknown action 'jump'");
  EXPECT_EQ(message("fio version 2 iolog\nf read 1\n"), "t:2: read needs an offset and a length");
  EXPECT_EQ(message("fio version 2 iolog\n\nf read 100 512\n"),
            "t:3: offset 100 and length 512 are not multiples of 512");
  EXPECT_EQ(message("hello\n"), "t:1: there is no queue event (action Q) in the trace");
  EXPECT_EQ(message("8,0 3 1 x.5 697 Q W 1 + 8 [a]\n"), "t:1: 'x.5' is not a time");
  EXPECT_EQ(message("8,0 3 1 0.5 697 Q W 1 8 [a] b\n"), "t:1: sector and length are missing");
}

}  // namespace
}  // namespace mppa::host
