// Where the data of a command are: prp.c and sgl.c against walks of their own, for random lists, valid and broken.
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <optional>
#include <random>
#include <vector>

extern "C" {
#include "firmware/nvme/emulation/internal.h"
}

namespace {

constexpr std::uint64_t kHostBytes = 4 << 20;
constexpr unsigned kPage = 4096;
constexpr std::uint8_t kFunction = 3;
constexpr std::uint64_t kHost = std::uint64_t{kFunction} << MPPA_PCIE_FUNCTION_SHIFT | MPPA_PCIE_HOST;

/// A piece of the host's memory.
struct Piece {
  std::uint64_t address;
  std::uint64_t bytes;
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The places of the data in order, neighbours joined; or why not.
struct Answer {
  int error = 0;
  std::vector<Piece> pieces;
  void add(std::uint64_t address, std::uint64_t bytes) {
    if (bytes == 0) return;
    if (!pieces.empty() && pieces.back().address + pieces.back().bytes == address)
      pieces.back().bytes += bytes;
    else
      pieces.push_back({address, bytes});
  }
  static Answer refused(int status) { return {status, {}}; }
};

/// What surrounds the walk: the host's memory, DMA jobs that end later, a pool that runs dry.
struct Bench {
  struct Job {
    void (*done)(core*, void*, bool);
    void* arg;
    bool ok;
  };
  std::vector<std::uint8_t> host = std::vector<std::uint8_t>(kHostBytes);
  std::deque<Job> jobs;
  std::deque<std::pair<void (*)(core*, request*), request*>> stalled;
  std::mt19937_64 random{1};
  core the_core{};
  list the_list{};
  submission_queue the_queue{};
  request the_request{};
  std::optional<Answer> answer;
  unsigned steps = 0;

  std::uint64_t pick(std::uint64_t below) { return random() % below; }
  void put(std::uint64_t address, std::uint64_t value) { std::memcpy(host.data() + address, &value, 8); }
  std::uint64_t get(std::uint64_t address) const {
    std::uint64_t value = 0;
    std::memcpy(&value, host.data() + address, 8);
    return value;
  }

  Answer walk(const nvme_command& command, std::uint32_t length) {
    the_request = request{};
    the_queue.function = kFunction;
    the_request.sq = &the_queue;
    the_request.command = command;
    the_request.nvmf.length = length;
    the_request.nvmf.segments = the_request.segment;
    the_list.entry_iova = reinterpret_cast<std::uint64_t>(the_list.entry);
    the_list.next = nullptr;
    the_core.free_lists = &the_list;
    answer.reset();
    steps = 0;
    if (NVME_CMD_PSDT(command.flags))
      emulation_sgl_start(&the_core, &the_request);
    else
      emulation_prp_start(&the_core, &the_request);
    while (!answer && ++steps < 5000) {
      if (!jobs.empty()) {
        const Job job = jobs.front();
        jobs.pop_front();
        job.done(&the_core, job.arg, job.ok);
      } else if (!stalled.empty()) {
        const auto [resume, request] = stalled.front();
        stalled.pop_front();
        resume(&the_core, request);
      } else {
        break;
      }
    }
    EXPECT_TRUE(answer) << "no end";
    EXPECT_TRUE(jobs.empty() && stalled.empty());
    return answer.value_or(Answer::refused(-1));
  }
};

Bench* bench;

}  // namespace

extern "C" {
bool emulation_copy(core*, std::uint64_t to, std::uint64_t from, std::uint32_t bytes, void (*done)(core*, void*, bool),
                    void* arg) {
  if (bench->pick(8) == 0) return false;  // all jobs are taken
  const std::uint64_t at = from - kHost;
  const bool ok = at < kHostBytes && bytes <= kHostBytes - at;
  if (ok) std::memcpy(reinterpret_cast<void*>(to), bench->host.data() + at, bytes);
  bench->jobs.push_back({done, arg, ok});
  return true;
}
void emulation_request_stall(core*, request* request, void (*resume)(core*, struct request*)) {
  bench->stalled.emplace_back(resume, request);
}
void emulation_request_refuse(core*, request*, std::uint8_t sct, std::uint8_t sc) {
  ASSERT_FALSE(bench->answer) << "ended twice";
  bench->answer = Answer::refused(sct << 8 | sc);
}
void emulation_request_located(core*, request* request) {
  ASSERT_FALSE(bench->answer) << "ended twice";
  Answer answer;
  for (std::uint32_t i = 0; i < request->nvmf.segment_count; ++i)
    answer.add(request->nvmf.segments[i].address - kHost, request->nvmf.segments[i].length);
  bench->answer = answer;
}
}

namespace {

bool reachable(std::uint64_t address, std::uint64_t bytes) {
  return address < PCIE_HOST_BYTES && bytes <= PCIE_HOST_BYTES - address;
}

/// NVMe 1.4 clause 4.3, one entry at a time.
Answer prp_oracle(const Bench& b, const nvme_command& c, std::uint64_t length) {
  Answer out;
  if (c.prp1 % 4) return Answer::refused(NVME_SC_INVALID_PRP_OFFSET);
  std::uint64_t take = std::min<std::uint64_t>(length, kPage - c.prp1 % kPage), left = length - take;
  if (!reachable(c.prp1, take)) return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
  out.add(c.prp1, take);
  if (left == 0) return out;
  if (left <= kPage) {
    if (c.prp2 % kPage) return Answer::refused(NVME_SC_INVALID_PRP_OFFSET);
    if (!reachable(c.prp2, left)) return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
    out.add(c.prp2, left);
    return out;
  }
  std::uint64_t at = c.prp2;
  if (at % 8) return Answer::refused(NVME_SC_INVALID_PRP_OFFSET);
  while (left > 0) {
    if (!(at <= kHostBytes - 8)) return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
    const std::uint64_t entry = b.get(at);
    if (entry % kPage) return Answer::refused(NVME_SC_INVALID_PRP_OFFSET);
    if (at % kPage == kPage - 8 && left > kPage) {
      at = entry;
      continue;
    }
    take = std::min<std::uint64_t>(left, kPage);
    if (!reachable(entry, take)) return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
    out.add(entry, take);
    left -= take;
    at += 8;
  }
  return out;
}

class Locate : public testing::Test {
 protected:
  Locate() { bench = &b; }
  std::uint64_t random_page() { return b.pick(kHostBytes / kPage) * kPage; }
  Bench b;
};

TEST_F(Locate, RandomPrps) {
  unsigned good = 0, refused = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    const auto length = static_cast<std::uint32_t>((1 + b.pick(b.pick(4) ? 16 : 1024)) * 512);
    nvme_command c{};
    c.prp1 = random_page() + (b.pick(2) ? b.pick(1024) * 4 : 0);
    const std::uint64_t left = length - std::min<std::uint64_t>(length, kPage - c.prp1 % kPage);
    const unsigned pages = static_cast<unsigned>((left + kPage - 1) / kPage);
    c.prp2 = random_page();
    if (pages > 1) {
      c.prp2 += (b.pick(3) ? b.pick(512) : 511 - b.pick(3)) * 8;
      // Sometimes neighbouring pages, which are to be joined.
      std::uint64_t at = c.prp2, page = random_page();
      for (unsigned i = 0; i < pages; ++i) {
        if (at % kPage == kPage - 8 && i + 1 < pages) {
          const std::uint64_t next = random_page();
          b.put(at, next);
          at = next;
        }
        b.put(at, page);
        at += 8;
        page = b.pick(2) ? (page + kPage) % kHostBytes : random_page();
      }
      if (b.pick(4) == 0) b.put(c.prp2 / kPage * kPage + b.pick(512) * 8, b.pick(2) ? b.random() : random_page() + 8);
    }
    if (b.pick(16) == 0) c.prp1 += 1 + b.pick(3);
    if (b.pick(16) == 0) c.prp2 += 1 + b.pick(4000);
    if (b.pick(16) == 0) (b.pick(2) ? c.prp1 : c.prp2) |= b.random() << 30;
    const Answer wanted = prp_oracle(b, c, length), found = b.walk(c, length);
    ASSERT_EQ(found.error, wanted.error) << round;
    ASSERT_EQ(found.pieces, wanted.pieces) << round;
    ++(found.error ? refused : good);
  }
  EXPECT_GT(good, 5000u);
  EXPECT_GT(refused, 1000u);
}

TEST_F(Locate, AListThatNamesItselfEnds) {
  nvme_command c{};
  c.prp1 = 0x1000;
  c.prp2 = 0x2FF8;
  b.put(0x2FF8, 0x2FF8);
  EXPECT_EQ(b.walk(c, 65536).error, NVME_SC_INVALID_PRP_OFFSET);
  c.flags = NVME_CMD_SGL;
  c.sgl = {0x3000, 16, {}, NVME_SGL_TYPE(NVME_SGL_SEGMENT, 0)};
  std::memcpy(b.host.data() + 0x3000, &c.sgl, 16);
  EXPECT_EQ(b.walk(c, 65536).error, NVME_SC_INVALID_SGL_COUNT);
}

/// NVMe 1.4 clause 4.4.
Answer sgl_oracle(const Bench& b, nvme_sgl first, std::uint64_t length) {
  Answer out;
  std::uint64_t left = length;
  std::vector<nvme_sgl> todo{first};
  bool top = true, last = true;
  while (true) {
    std::optional<nvme_sgl> next;
    for (std::size_t i = 0; i < todo.size(); ++i) {
      const nvme_sgl& d = todo[i];
      const bool segment = d.type == 0x20 || d.type == 0x30;
      if (segment && (top || (i + 1 == todo.size() && !last))) {
        next = d;
        break;
      }
      if (segment) return Answer::refused(NVME_SC_INVALID_SGL_SEGMENT);
      if (d.type != 0) return Answer::refused(NVME_SC_SGL_TYPE);
      if (d.length > left) return Answer::refused(NVME_SC_DATA_SGL_LENGTH);
      if (d.length && !reachable(d.address, d.length)) return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
      out.add(d.address, d.length);
      left -= d.length;
    }
    if (!next && !last) return Answer::refused(NVME_SC_INVALID_SGL_SEGMENT);
    if (!next) break;
    if (next->length == 0 || next->length % 16) return Answer::refused(NVME_SC_INVALID_SGL_SEGMENT);
    if (next->address >= kHostBytes || next->length > kHostBytes - next->address)
      return Answer::refused(NVME_SC_DATA_TRANSFER_ERROR);
    top = false;
    last = next->type == 0x30;
    todo.resize(next->length / 16);
    std::memcpy(todo.data(), b.host.data() + next->address, next->length);
  }
  if (left) return Answer::refused(NVME_SC_DATA_SGL_LENGTH);
  return out;
}

TEST_F(Locate, RandomSgls) {
  unsigned good = 0, refused = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    const std::uint32_t length = static_cast<std::uint32_t>((1 + b.pick(64)) * 512);
    std::vector<nvme_sgl> blocks;
    for (std::uint32_t left = length; left > 0;) {
      const auto bytes =
          static_cast<std::uint32_t>(b.pick(4) ? std::min<std::uint64_t>(left, 512 + b.pick(4096)) : left);
      blocks.push_back({b.pick(kHostBytes - bytes), bytes, {}, 0});
      left -= bytes;
    }
    nvme_command c{};
    c.flags = NVME_CMD_SGL;
    c.sgl = blocks[0];
    if (blocks.size() > 1) {
      // Segments of random sizes; the last entry of each but the last names the next one.
      std::uint64_t at = b.pick(kHostBytes / 8192) * 8192;
      const bool two = blocks.size() > 3 && b.pick(2);
      const std::size_t first = two ? 1 + b.pick(blocks.size() - 2) : blocks.size();
      std::vector<nvme_sgl> segment(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(first));
      if (two) {
        const std::uint64_t next = b.pick(kHostBytes / 8192) * 8192;
        const std::size_t rest = blocks.size() - first;
        std::memcpy(b.host.data() + next, blocks.data() + first, rest * 16);
        segment.push_back({next, static_cast<std::uint32_t>(rest * 16), {}, 0x30});
      }
      if (b.pick(8) == 0) segment[b.pick(segment.size())].type = static_cast<std::uint8_t>(b.random());
      if (b.pick(8) == 0) segment[b.pick(segment.size())].length += static_cast<std::uint32_t>(b.pick(64)) - 32;
      if (b.pick(16) == 0) segment[b.pick(segment.size())].address = b.random();
      std::memcpy(b.host.data() + at, segment.data(), segment.size() * 16);
      c.sgl = {at, static_cast<std::uint32_t>(segment.size() * 16), {}, static_cast<std::uint8_t>(two ? 0x20 : 0x30)};
    }
    if (b.pick(16) == 0) c.sgl.type ^= static_cast<std::uint8_t>(1 << b.pick(8));
    if (b.pick(16) == 0) c.sgl.length ^= 1u << b.pick(12);
    // Longer lists are refused whatever is in them.
    if (c.sgl.type != 0) c.sgl.length %= 8192;
    const Answer wanted = sgl_oracle(b, c.sgl, length), found = b.walk(c, length);
    ASSERT_EQ(found.error, wanted.error) << round;
    ASSERT_EQ(found.pieces, wanted.pieces) << round;
    ++(found.error ? refused : good);
  }
  EXPECT_GT(good, 5000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
